"""What it would cost to explain why a value does not fit a schema.

Rules: a compiled validator says quickly whether a value fits, and looks at each value once with
each schema. To say why, it collects the errors of all branches of `anyOf` and `oneOf` (2020-12
core, section 10.2.1), each with a copy of what is wrong. Where two branches lead to themselves
again, each level of the value doubles that: a body of forty bytes can take gigabytes. So it is
counted first; what is not worth it is not explained. Rather too much is counted than too little.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from tallystick.reader.pointers import from_pointer, look_up
from tallystick.reader.schemas.dialect import URI
from tallystick.reader.shapes import SCHEMA, members

_MOST_STEPS = 20_000
"""How many pairs of a schema and a value are looked at, in less than a tenth of a second."""

_MOST_BYTES = 50_000_000
"""How much is copied of a value, about."""

_PART = 50
"""What each part of a value costs, about, besides its letters."""

_ALTERNATIVES = ("anyOf", "oneOf")
_PARTS = ("allOf", *_ALTERNATIVES)
_OF_THE_SAME = ("if", "then", "else", "not")
_OF_MEMBERS = ("additionalProperties", "unevaluatedProperties")
_OF_ITEMS = ("items", "contains", "unevaluatedItems")

Step = tuple[Any, Any, bool]
"""A schema, a value that is held to it, and whether all errors are collected there."""


class Costs:
    """What explanations cost with one schema of a root."""

    def __init__(self, root: Any, schema: Any) -> None:
        self.root = root
        self.schema = schema
        self._known: frozenset[int] | None = None
        self._fixed: dict[int, int] = {}

    def is_low(self, value: Any, *, of_all: bool = False) -> bool:
        """Whether it can be said why a value does not fit: the first reason, or all of them."""
        waiting: list[Step] = [(self.schema, value, of_all)]
        steps, left = _MOST_STEPS, _MOST_BYTES
        sizes: dict[int, int] = {}
        while waiting:
            schema, inside, is_collected = waiting.pop()
            if not isinstance(schema, dict) or not (is_collected or id(schema) in self._leading()):
                continue
            if is_collected:
                sizes = sizes or _sizes(value)
                left -= _errors(schema) * _size(inside, sizes) + self._fixed_size(schema)
            steps -= 1
            if steps < 0 or left < 0:
                return False
            waiting += self._steps(schema, inside, is_collected)
        return True

    def _steps(self, schema: dict[str, Any], value: Any, is_collected: bool) -> Iterator[Step]:
        """What comes after a step."""
        for keyword in _PARTS:
            is_collected_there = is_collected or keyword in _ALTERNATIVES
            for part in _list(schema.get(keyword)):
                yield part, value, is_collected_there
        for keyword in _OF_THE_SAME:
            if keyword in schema:
                yield schema[keyword], value, is_collected
        if "$ref" in schema:
            yield self._referred(schema["$ref"]), value, is_collected
        if isinstance(value, dict):
            yield from ((*step, is_collected) for step in _of_members(schema, value))
        elif isinstance(value, list):
            yield from ((*step, is_collected) for step in _of_items(schema, value))

    def _fixed_size(self, schema: dict[str, Any]) -> int:
        """The size of the values that an error lists."""
        if id(schema) not in self._fixed:
            fixed = [schema[keyword] for keyword in ("enum", "const") if keyword in schema]
            self._fixed[id(schema)] = _size(fixed, _sizes(fixed)) if fixed else 0
        return self._fixed[id(schema)]

    def _referred(self, reference: Any) -> Any:
        if not isinstance(reference, str):
            return True
        try:
            pointer = unquote(reference.removeprefix(URI).removeprefix("#"))
            return look_up(self.root, from_pointer(pointer))
        except LookupError:
            return True

    def _leading(self) -> frozenset[int]:
        """The schemas from which a way leads to alternatives; elsewhere, the first error ends all.

        By their ids: they belong to the root.
        """
        if self._known is not None:
            return self._known
        before: dict[int, list[int]] = {}
        seen: set[int] = set()
        waiting, leading = [self.schema], []
        while waiting:
            schema = waiting.pop()
            if not isinstance(schema, dict) or id(schema) in seen:
                continue
            seen.add(id(schema))
            if any(keyword in schema for keyword in _ALTERNATIVES):
                leading.append(id(schema))
            for one in self._inside(schema):
                before.setdefault(id(one), []).append(id(schema))
                waiting.append(one)
        found: set[int] = set()
        while leading:
            one = leading.pop()
            if one not in found:
                found.add(one)
                leading += before.get(one, ())
        self._known = frozenset(found)
        return self._known

    def _inside(self, schema: dict[str, Any]) -> Iterator[Any]:
        """The schemas that a schema holds, or refers to."""
        for name, member in members(SCHEMA, schema):
            if member.form == "one":
                yield schema[name]
            elif member.form == "list":
                yield from _list(schema[name])
            elif name not in ("$defs", "definitions"):
                yield from _dict(schema[name]).values()
        if "$ref" in schema:
            yield self._referred(schema["$ref"])


def _of_members(schema: dict[str, Any], value: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    properties = _dict(schema.get("properties"))
    for name in value.keys() & properties.keys():
        yield properties[name], value[name]
    for name, dependent in _dict(schema.get("dependentSchemas")).items():
        if name in value:
            yield dependent, value
    others = [schema[keyword] for keyword in _OF_MEMBERS if keyword in schema]
    others += _dict(schema.get("patternProperties")).values()
    for other in others:
        for member in value.values():
            yield other, member
    if "propertyNames" in schema:
        for name in value:
            yield schema["propertyNames"], name


def _of_items(schema: dict[str, Any], value: list[Any]) -> Iterator[tuple[Any, Any]]:
    yield from zip(_list(schema.get("prefixItems")), value, strict=False)
    for keyword in _OF_ITEMS:
        if keyword in schema:
            for item in value:
                yield schema[keyword], item


def _errors(schema: dict[str, Any]) -> int:
    """How many errors a schema may have itself: each member that is missing is one."""
    dependent = _dict(schema.get("dependentRequired")).values()
    return 1 + len(_list(schema.get("required"))) + sum(len(_list(each)) for each in dependent)


def _sizes(value: Any) -> dict[int, int]:
    """The sizes of a value and of all objects and arrays in it, by their ids."""
    found: dict[int, int] = {}
    order = [value]
    for each in order:  # which grows meanwhile
        order += [one for one in _inside(each) if isinstance(one, dict | list)]
    for each in reversed(order):
        letters = sum(map(len, each)) if isinstance(each, dict) else 0
        found[id(each)] = _PART + letters + sum(_size(one, found) for one in _inside(each))
    return found


def _size(value: Any, sizes: dict[int, int]) -> int:
    if isinstance(value, dict | list):
        return sizes[id(value)]
    return _PART + (len(value) if isinstance(value, str) else 0)


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
