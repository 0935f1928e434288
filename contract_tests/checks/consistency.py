"""Whether what a service says later agrees with what was sent to it, or what it said before.

Rules: only members that both sides have are compared, and those that were sent and are documented
in the response. What is written in another way is the same: letters in capitals, white space
around a text, a number as text, a moment in another zone, the same items in another order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

_MOST = 5
"""The most members that a message names."""


def lost(
    sent: Mapping[str, Any], read: Mapping[str, Any], documented: frozenset[str]
) -> dict[str, str]:
    """The members that were sent and are not kept, with what is wrong. Of those that are not there
    now, only the `documented` ones of the response count.
    """
    found = {}
    for name, value in sent.items():
        if name in read and not is_same(value, read[name]):
            found[name] = f"{name} is {_shown(read[name])}, not {_shown(value)}"
        elif name not in read and name in documented and value not in (None, "", [], {}):
            found[name] = f"{name} is not there"
    return found


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """The members of both that are not the same, with what is wrong."""
    return lost({n: v for n, v in before.items() if n in after}, after, frozenset())


def in_words(wrong: Mapping[str, str]) -> str:
    """What is wrong with members, in one line."""
    more = f" and {len(wrong) - _MOST} more" if len(wrong) > _MOST else ""
    return "; ".join(list(wrong.values())[:_MOST]) + more


def is_same(one: Any, other: Any) -> bool:
    """Whether two values mean the same, or may."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(is_same(value, other[name]) for name, value in one.items() if name in other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and (
            all(map(is_same, one, other)) or all(any(is_same(i, o) for o in other) for i in one)
        )
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return not set(_forms(one)).isdisjoint(_forms(other))


def _forms(value: Any) -> Iterator[Any]:
    """What a scalar may be written as."""
    if value is None or value == "":
        yield None
    elif isinstance(value, int | float):
        yield round(value, 9)
    elif isinstance(value, str):
        text = value.strip().casefold()
        yield text
        with suppress(ValueError, OverflowError):
            yield round(float(text), 9)
        with suppress(ValueError, OverflowError):
            yield datetime.fromisoformat(text.upper()).timestamp()


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"
