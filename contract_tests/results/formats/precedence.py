"""The order of errors as rows of a table: the formats and the terminal show the same rows.

`fuzzing` finds the order; `report.json` holds it as `precedence`, one member for each operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

BOTH = "both"
"""The `winner` of a pair where the response names both errors."""

_MOST_SHOWN = 5
"""So many pairs with the same remark are listed one by one."""

_REMARKS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "inconsistent": lambda pair: not pair["consistent"],
    "both": lambda pair: pair["consistent"] and pair["winner"] == BOTH,
    "neither": lambda pair: pair["consistent"] and pair["winner"] is None,
}
"""The remarks about pairs that take no part in the order, and which pairs they are about."""


def rows_of(precedence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The rows: a rank or a remark, then the cases that it is about."""
    for rank, group in enumerate(precedence["order"], 1):
        yield str(rank), ", ".join(group)
    for circle in precedence["circles"]:
        yield "circle", " before ".join([*circle, circle[0]])
    for remark, is_meant in _REMARKS.items():
        pairs = [" and ".join(pair["cases"]) for pair in precedence["pairs"] if is_meant(pair)]
        yield from ((remark, pair) for pair in pairs[:_MOST_SHOWN])
        if len(pairs) > _MOST_SHOWN:
            yield remark, f"… and {len(pairs) - _MOST_SHOWN} more pairs"
    if precedence["not_tried"]:
        yield "not tried", f"{precedence['not_tried']} more pairs"
