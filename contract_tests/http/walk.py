"""Walking JSON values."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any


def strings(value: Any, most: float = inf) -> Iterator[str]:
    """Every string in a JSON value, however deep, or those among its first `most` values; the
    names of members are none.
    """
    inside: list[Iterator[Any]] = [iter((value,))]
    while inside and most > 0:
        for item in inside[-1]:
            most -= 1
            if isinstance(item, str):
                yield item
            elif isinstance(item, dict | list):
                inside.append(iter(item.values() if isinstance(item, dict) else item))
                break
            if most <= 0:
                return
        else:
            inside.pop()


def member_names(value: Any) -> Iterator[str]:
    """The names of all members in a JSON value, however deep."""
    if isinstance(value, dict):
        yield from value
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from member_names(item)
