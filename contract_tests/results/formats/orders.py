"""The order in which an implementation names errors, as a report of `tallystick fuzz` holds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

BOTH = "both"
"""The winner of a pair of faults where the response names both."""

_MOST_SHOWN = 5
"""The most pairs that one remark lists."""

_REMARKS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "inconsistent": lambda pair: not pair["consistent"],
    BOTH: lambda pair: pair["consistent"] and pair["winner"] == BOTH,
    "neither": lambda pair: pair["consistent"] and pair["winner"] is None,
}
"""Remarks on pairs that have no place in the order."""


def rows_of(precedence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The order of one operation as rows of a table: a place or a remark, and what stands there."""
    for place, level in enumerate(precedence["order"], 1):
        yield str(place), ", ".join(level)
    for circle in precedence["circles"]:
        yield "circle", " before ".join([*circle, circle[0]])
    for remark, is_meant in _REMARKS.items():
        pairs = [" and ".join(pair["faults"]) for pair in precedence["pairs"] if is_meant(pair)]
        yield from ((remark, pair) for pair in pairs[:_MOST_SHOWN])
        if len(pairs) > _MOST_SHOWN:
            yield remark, f"… and {len(pairs) - _MOST_SHOWN} more pairs"
    if precedence["not_tried"]:
        yield "not tried", f"{precedence['not_tried']} more pairs"
