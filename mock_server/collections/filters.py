"""Choosing and sorting the items of a list by the query parameters that the document declares.

Rules: a parameter that is called as a scalar member of the item is (`status`, `filter[status]`)
asks for items whose member equals it; of several values one is enough. `sort` and the like name a
member, with a direction before or behind it (`-name`, `name:desc`, `name_asc`), or beside it
(`order=desc`). Items without that member come last.
"""

from __future__ import annotations

import re
from collections.abc import Collection as Names
from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.collections.fitting import Fitting, Item
from tallystick.catalogue.collections import letters
from tallystick.reader.operations import Operation, Parameter

_SORT = {"sort", "sortby", "orderby", "ordering", "sortfield", "sortkey"}
_ORDER = {"order", "sortorder", "direction", "sortdirection", "orderdirection", "dir", "sortdir"}
_CREATED = ("created", "createdat", "createdon", "createdate", "creationdate", "createtime")
_BRACKETS = re.compile(r"filter\[(.+)\]")

Query = Mapping[str, Sequence[str]]


class Filters:
    """What the query of a list asks of its items, apart from their page."""

    def __init__(self, fitting: Fitting, operation: Operation, others: Names[str]) -> None:
        declared = [p for p in operation.parameters if p.location == "query"]
        by_letters = {letters(name): name for name in fitting.names & fitting.paths.keys()}
        self.members = by_letters
        self.fitting = fitting
        self.sort = self._first(declared, _SORT)
        self.order = self._first(declared, _ORDER)
        taken = {*others, *(p.name for p in (self.sort, self.order) if p)}
        self.equal = {
            parameter.name: by_letters[name]
            for parameter in declared
            if parameter.name not in taken and (name := _filtered(parameter.name)) in by_letters
        }

    def _first(self, declared: Sequence[Parameter], names: set[str]) -> Parameter | None:
        return next((p for p in declared if letters(p.name) in names), None)

    def chosen(self, items: Sequence[Item], query: Query) -> Sequence[Item]:
        """The items that are asked for, in the order that is asked for."""
        for parameter, member in self.equal.items():
            if parameter in query:
                wanted = _wanted(query[parameter])
                items = [item for item in items if _is_one_of(item.get(member), wanted)]
        return self._sorted(items, query)

    def _sorted(self, items: Sequence[Item], query: Query) -> Sequence[Item]:
        direction = self._given(self.order, query)
        is_down = direction[:4].lower() == "desc"
        keys = [key for key in self._given(self.sort, query).split(",") if key.strip()]
        members = [found for key in keys if (found := self._key(key.strip(), is_down=is_down))]
        if not members and letters(direction) in self.members:
            members = [(self.members[letters(direction)], False)]
        if not members and is_down:
            items = items[::-1]
            created = (self.members[name] for name in _CREATED if name in self.members)
            members = [(name, True) for name in created][:1]
        for member, down in reversed(members):
            items = _by(items, member, down=down)
        return items

    def _given(self, parameter: Parameter | None, query: Query) -> str:
        """The value of a parameter, or the default that its schema has."""
        if parameter is None:
            return ""
        if parameter.name in query:
            return ",".join(query[parameter.name])
        if parameter.schema is None:
            return ""
        default = self.fitting.flat(parameter.schema).get("default")
        return default if isinstance(default, str) else ""

    def _key(self, key: str, *, is_down: bool) -> tuple[str, bool] | None:
        """The member and direction that a sort key names."""
        down = is_down != key.startswith("-")
        name = letters(key)
        if name in self.members:
            return self.members[name], down
        for ending, is_descending in (("asc", False), ("desc", True)):
            plain = name.removesuffix(ending)
            if plain != name and plain in self.members:
                return self.members[plain], is_descending
        return None


def _filtered(name: str) -> str:
    brackets = _BRACKETS.fullmatch(name)
    return letters(brackets[1] if brackets else name)


def _wanted(values: Sequence[str]) -> set[str]:
    return {*values, *(part for value in values for part in value.split(","))}


def _is_one_of(value: Any, wanted: set[str]) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(_text(one) in wanted for one in values if not isinstance(one, dict | list))


def _text(value: Any) -> str:
    """A scalar as a query has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _by(items: Sequence[Item], member: str, *, down: bool) -> Sequence[Item]:
    there = [item for item in items if item.get(member) is not None]
    rest = [item for item in items if item.get(member) is None]
    return [*sorted(there, key=lambda item: _rank(item[member]), reverse=down), *rest]


def _rank(value: Any) -> tuple[int, float, str]:
    """What a value is sorted by: numbers before texts."""
    if isinstance(value, int | float):
        return 0, float(value), ""
    return 1, 0.0, str(value).casefold()
