"""What the aiohttp service demands of values, as functions: each says whether a value is right."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

Rule = Callable[[Any], bool]


def one_of(*choices: str) -> Rule:
    return lambda value: isinstance(value, str) and value in choices


def integer(low: int, high: int) -> Rule:
    return lambda value: is_number(value) and value == int(value) and low <= value <= high


def number(above: float, most: float) -> Rule:
    return lambda value: is_number(value) and above < value <= most


def is_number(value: Any) -> bool:
    is_finite = isinstance(value, int | float) and abs(value) < float("inf")
    return is_finite and not isinstance(value, bool)


def text(least: int, most: int) -> Rule:
    return lambda value: isinstance(value, str) and least <= len(value) <= most


def like(pattern: str) -> Rule:
    return lambda value: isinstance(value, str) and bool(re.fullmatch(pattern, value, re.ASCII))


def boolean(value: Any) -> bool:
    return isinstance(value, bool)


def nullable(rule: Rule) -> Rule:
    return lambda value: value is None or rule(value)


def day(value: Any) -> bool:
    try:
        return like(r"\d{4}-\d\d-\d\d")(value) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def list_of(rule: Rule, least: int, most: int) -> Rule:
    return lambda value: (
        isinstance(value, list) and least <= len(value) <= most and all(map(rule, value))
    )


def set_of(rule: Rule, most: int) -> Rule:
    return lambda value: list_of(rule, 0, most)(value) and len(set(value)) == len(value)


KINDS = ("city", "mountain", "road", "cargo")
TAG = text(1, 20)
DETAILS: Mapping[str, Rule] = {
    "kind": one_of(*KINDS),
    "gears": integer(1, 30),
    "weight": number(0, 80),
    "colour": like("#[0-9a-f]{6}"),
    "tags": set_of(TAG, 5),
    "notes": nullable(text(0, 500)),
    "bought_on": nullable(day),
    "lock_code": like("[0-9]{4}"),
}
FRAME_NUMBER = like("[A-Z]{2}[0-9]{6}")
SEARCH: Mapping[str, Rule] = {
    "text": text(1, 50),
    "kinds": list_of(one_of(*KINDS), 1, 100),
    "min_gears": integer(1, 30),
}
REPAIR: Mapping[str, Rule] = {
    "title": text(1, 100),
    "price_cents": integer(0, 1_000_000),
    "status": one_of("planned", "done"),
}
PLAN: Mapping[str, Rule] = {"interval_days": integer(7, 730), "remind": boolean}


def faults(
    value: Any, rules: Mapping[str, Rule], required: Collection[str], *, is_open: bool = False
) -> list[dict[str, str]]:
    """What is wrong with a JSON object: a place and a message for each fault."""
    if not isinstance(value, dict):
        return [{"where": "", "message": "an object is expected"}]
    said = {name: "is missing" for name in required if name not in value}
    for name, member in value.items():
        if name not in rules:
            said |= {} if is_open else {name: "is unknown"}
        elif not rules[name](member):
            said[name] = "is not as it should be"
    return [{"where": f"/{name}", "message": f"{name} {what}"} for name, what in said.items()]
