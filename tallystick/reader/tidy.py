"""Leaving out what cannot be used, the smallest possible part at a time.

Rules: what is of another JSON type than the specification wants there, or lacks the members
that it cannot do without, is left out of the document; a keyword of a schema that means nothing
is ignored. Each is a diagnostic. What remains can be read without looking at types again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from tallystick.errors import Source
from tallystick.reader.diagnostics import Diagnostics
from tallystick.reader.parsing import Parsed
from tallystick.reader.patterns import is_usable
from tallystick.reader.pointers import Path
from tallystick.reader.references import Origins, origin_of
from tallystick.reader.shapes import SCHEMA, Member, is_extension, members

_LEFT_OUT: Final = object()
_LOCATIONS = ("path", "query", "header", "cookie", "querystring")
_STATUS = re.compile(r"[1-5](?:[0-9]{2}|XX)|default", re.IGNORECASE)


def tidy(
    root: dict[str, Any], main: Parsed, origins: Origins, diagnostics: Diagnostics
) -> dict[str, Any]:
    """The document without what cannot be used. The root given is left as it is; `origins` gets
    the places of parts that move up in a list.
    """
    tidied: dict[str, Any] = _Tidier(main, origins, diagnostics).object(root, "document", ())
    return tidied


class _Tidier:
    def __init__(self, main: Parsed, origins: Origins, diagnostics: Diagnostics) -> None:
        self.main = main
        self.origins = origins
        self.diagnostics = diagnostics

    def locate(self, path: Path) -> Source:
        parsed, inside = self._origin(path)
        return parsed.locate(inside)

    def object(self, value: Any, kind: str, path: Path) -> Any:
        if kind == SCHEMA:
            return self._schema(value, path)
        wrong = _wrong(value, kind, path)
        if wrong:
            return self._left_out(f"{_article(kind)} {wrong}, and is left out", path)
        return self._with_members(value, kind, path)

    def _with_members(self, value: dict[str, Any], kind: str, path: Path) -> dict[str, Any]:
        changed = {}
        for name, member in members(kind, value):
            item = value[name]
            tidied = self._member(item, kind, name, member, (*path, name))
            if tidied is not item:
                changed[name] = tidied
        return _changed(value, changed)

    def _member(self, item: Any, kind: str, name: str, member: Member, path: Path) -> Any:
        if member.form == "one":
            return self.object(item, member.kind, path)
        if member.form == "map":
            if isinstance(item, dict):
                return self._map(item, kind, name, member, path)
            wanted = "a map"
        else:
            if isinstance(item, list):
                return self._list(item, member, path)
            wanted = "a list"
        if item is None:  # an empty entry in YAML
            return {} if member.form == "map" else []
        return self._left_out(f"{name!r} must be {wanted}, and is left out", path)

    def _map(
        self, value: dict[str, Any], kind: str, name: str, member: Member, path: Path
    ) -> dict[str, Any]:
        changed = {}
        for key, item in value.items():
            if is_extension(kind, name, key):
                continue
            tidied = self.object(item, member.kind, (*path, key))
            if tidied is not item:
                changed[key] = tidied
        return _changed(value, changed)

    def _list(self, value: list[Any], member: Member, path: Path) -> list[Any]:
        tidied = [
            self.object(item, member.kind, (*path, str(index))) for index, item in enumerate(value)
        ]
        kept = [(index, item) for index, item in enumerate(tidied) if item is not _LEFT_OUT]
        for place, (index, _) in enumerate(kept):
            if place != index:  # what follows a part that is left out moves up
                self.origins[(*path, str(place))] = self._origin((*path, str(index)))
        if len(kept) == len(value) and all(a is b for a, b in zip(tidied, value, strict=True)):
            return value
        return [item for _, item in kept]

    def _origin(self, path: Path) -> tuple[Parsed, Path]:
        return origin_of(self.main, self.origins, path)

    def _left_out(self, message: str, path: Path) -> Any:
        self.diagnostics.add("unusable-part", message, self.locate(path))
        return _LEFT_OUT

    # --- schemas

    def _schema(self, value: Any, path: Path) -> Any:
        if isinstance(value, bool):
            return value
        if value is None:
            return {}
        if not isinstance(value, dict):
            return self._left_out("a schema must be a map or a boolean, and is left out", path)
        changed: dict[str, Any] = {}
        for keyword in value.keys() & _KEYWORDS.keys():
            usable = self._keyword(keyword, value[keyword], path)
            if usable is not value[keyword]:
                changed[keyword] = usable
        return self._with_members(_changed(value, changed), SCHEMA, path)

    def _keyword(self, keyword: str, value: Any, path: Path) -> Any:
        if _KEYWORDS[keyword](value):
            return self._pattern(value, path) if keyword == "pattern" else value
        place = (*path, keyword)
        if keyword == "required" and isinstance(value, bool):
            what = f"'required' is {str(value).lower()} on a property, and is ignored"
            self.diagnostics.add("required-on-property", what, self.locate(place))
            return _LEFT_OUT
        if keyword == "enum" and isinstance(value, list) and value:
            self.diagnostics.add(
                "repeated-enum-value", "'enum' names a value twice", self.locate(place)
            )
            return _unique(value)
        shown = repr(value) if len(repr(value)) <= 60 else "its value"
        what = f"{keyword!r} cannot be {shown}, and is ignored"
        self.diagnostics.add("unusable-keyword", what, self.locate(place))
        return _LEFT_OUT

    def _pattern(self, value: str, path: Path) -> Any:
        if is_usable(value):
            return value
        what = f"the pattern {value[:80]!r} cannot be used, and is ignored"
        self.diagnostics.add("unusable-pattern", what, self.locate((*path, "pattern")))
        return _LEFT_OUT


def _changed(value: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    if not changed:
        return value
    merged = {**value, **changed}
    return {name: item for name, item in merged.items() if item is not _LEFT_OUT}


def _wrong(value: Any, kind: str, path: Path) -> str:
    """What is wrong with an object, in a few words; nothing where it can be used."""
    if not isinstance(value, dict):
        return "must be a map"
    if kind == "response" and path[-2:-1] == ("responses",) and path[0] == "paths":
        return "" if _STATUS.fullmatch(path[-1]) else f"has no status: {path[-1]!r} is none"
    if kind == "path item" and path[0] == "paths" and not path[1].startswith("/"):
        return f"needs a path that starts with '/', not {path[1]!r}"
    if kind == "parameter" and "$ref" not in value:
        if not isinstance(value.get("name"), str):
            return "has no name"
        if value.get("in") not in _LOCATIONS:
            return f"needs an 'in' of {', '.join(_LOCATIONS[:-1])}"
    return ""


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


# --- the keywords of schemas, and what values they can have

_TYPES = {"string", "number", "integer", "boolean", "object", "array", "null"}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


def _is_type(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(item, str) and item in _TYPES for item in value)
    return isinstance(value, str) and value in _TYPES


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _is_enum(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and len(_unique(value)) == len(value)


def _unique(values: list[Any]) -> list[Any]:
    """The values without those that are equal to one before; 1 and true are two values."""
    kept: dict[str, Any] = {}
    for value in values:
        kept.setdefault(repr(value), value)
    return list(kept.values())


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_dependencies(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_names(names) for names in value.values())


_KEYWORDS: Mapping[str, Callable[[Any], bool]] = {
    "type": _is_type,
    "enum": _is_enum,
    "required": _is_names,
    "pattern": _is_text,
    "format": _is_text,
    "multipleOf": lambda value: _is_number(value) and value > 0,
    "maximum": _is_number,
    "minimum": _is_number,
    "exclusiveMaximum": lambda value: _is_number(value) or _is_bool(value),
    "exclusiveMinimum": lambda value: _is_number(value) or _is_bool(value),
    **dict.fromkeys(
        (
            *("maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"),
            *("maxContains", "minContains"),
        ),
        _is_count,
    ),
    **dict.fromkeys(("uniqueItems", "nullable", "readOnly", "writeOnly"), _is_bool),
    "dependentRequired": _is_dependencies,
}
