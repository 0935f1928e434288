"""Leaving out what cannot be used, the smallest possible part at a time.

Rules: what is of another JSON type than the specification wants there, or lacks the members
that it cannot do without, is left out of the document; so is a reference that leads nowhere. A
schema in such a place takes anything, and a keyword of a schema that means nothing is ignored;
what would then take less than before (`not`, `oneOf`) gives way, too. Each is a diagnostic. What
remains can be read without looking at types again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any, Final
from urllib.parse import unquote

from tallystick.errors import Source
from tallystick.reader.diagnostics import Diagnostics
from tallystick.reader.pointers import Path, from_pointer, look_up
from tallystick.reader.references import IN_PLACE, Origins, origin_of
from tallystick.reader.schemas.patterns import is_usable
from tallystick.reader.shapes import SCHEMA, Member, is_extension, members
from tallystick.reader.texts.parsing import LARGEST, Parsed

_LEFT_OUT: Final = object()
_LOCATIONS = ("path", "query", "header", "cookie", "querystring")
_STATUS = re.compile(r"[1-5](?:[0-9]{2}|XX)|default", re.IGNORECASE)
_HEAVIEST = 10_000
"""How many references may be followed for one value: each could lead to two others."""

_NARROWING = {"not", "if", "contains", "oneOf"}
"""Keywords that may take less where a schema in them takes more."""


def tidy(
    root: dict[str, Any],
    main: Parsed,
    origins: Origins,
    diagnostics: Diagnostics,
    broken: Set[Path] = frozenset(),
) -> dict[str, Any]:
    """The document without what cannot be used, nor the references of `broken`. The root given is
    left as it is; `origins` gets the places of parts that move up in a list.
    """
    while True:
        tidier = _Tidier(main, origins, diagnostics, broken)
        root = tidier.object(root, "document", ())
        # What is left out may have been referred to.
        broken = tidier.dangling(root)
        if not broken:
            return root


class _Tidier:
    def __init__(
        self, main: Parsed, origins: Origins, diagnostics: Diagnostics, broken: Set[Path]
    ) -> None:
        self.main = main
        self.origins = origins
        self.diagnostics = diagnostics
        self.broken = broken
        self.references: list[tuple[str, Path]] = []
        self.ignored = 0

    def locate(self, path: Path) -> Source:
        parsed, inside = self._origin(path)
        return parsed.locate(inside)

    def object(self, value: Any, kind: str, path: Path) -> Any:
        if kind == SCHEMA:
            return self._schema(value, path)
        if path in self.broken:
            if kind not in IN_PLACE or len(value) == 1:
                return _LEFT_OUT
            value = {name: item for name, item in value.items() if name != "$ref"}
        if value is None and kind != "parameter":  # an empty entry in YAML
            value = {}
        wrong = _wrong(value, kind, path)
        if wrong:
            return self._left_out(f"{_article(kind)} {wrong}, and is left out", path)
        if isinstance(value.get("$ref"), str) and kind != "document":
            self.references.append((value["$ref"], path))
            return value
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
        if path in self.broken:
            return _LEFT_OUT
        if item is None:  # an empty entry in YAML
            return {} if member.form == "map" else []
        if member.form == "map":
            if isinstance(item, dict):
                return self._map(item, kind, name, member, path)
            return self._left_out(f"{name!r} must be a map, and is left out", path)
        if isinstance(item, list):
            return self._list(item, member, path)
        return self._left_out(f"{name!r} must be a list, and is left out", path)

    def _map(
        self, value: dict[str, Any], kind: str, name: str, member: Member, path: Path
    ) -> dict[str, Any]:
        changed = {}
        for key, item in value.items():
            if is_extension(kind, name, key):
                continue
            tidied = self.object(item, member.kind, (*path, key))
            if name == "patternProperties":
                tidied = self._pattern(key, tidied, (*path, key))
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

    def _left_out(self, message: str, path: Path, name: str = "unusable-part") -> Any:
        self.diagnostics.add(name, message, self.locate(path))
        self.ignored += 1
        return _LEFT_OUT

    # --- references

    def dangling(self, root: dict[str, Any]) -> set[Path]:
        """The paths of the references in the tidied document that do not lead to a value."""
        ways = _Ways(root)
        for reference, _ in self.references:
            ways.follow(reference)
        found = set()
        for reference, path in self.references:
            if reference in ways.nowhere:
                fault = "broken-reference", "leads nowhere"
            elif path in ways.circular:
                fault = "circular-reference", "leads back to itself"
            elif ways.weights[reference] > _HEAVIEST:
                what = f"refers to others over {_HEAVIEST:,} times for one value"
                fault = "circular-reference", what
            else:
                continue
            what = f"the reference {reference!r} {fault[1]}"
            self.diagnostics.add(fault[0], what, self.locate(path))
            found.add(path)
        return found

    # --- schemas

    def _schema(self, value: Any, path: Path) -> Any:
        if isinstance(value, bool):
            return value
        if not isinstance(value, dict):
            what = f"a schema cannot be {_shown(value)}; it takes anything"
            self._left_out(what, path)
            return {}
        changed: dict[str, Any] = {}
        if path in self.broken:
            self.ignored += 1
            changed["$ref"] = _LEFT_OUT
        elif isinstance(value.get("$ref"), str):
            self.references.append((value["$ref"], path))
        for keyword in value:
            if keyword in _KEYWORDS:
                usable = self._keyword(keyword, value[keyword], (*path, keyword))
                if usable is not value[keyword]:
                    changed[keyword] = usable
        return self._applied(_changed(value, changed), path)

    def _applied(self, value: dict[str, Any], path: Path) -> dict[str, Any]:
        """The schema with the schemas in it tidied."""
        changed: dict[str, Any] = {}
        for name, member in members(SCHEMA, value):
            before = self.ignored
            tidied = self._member(value[name], SCHEMA, name, member, (*path, name))
            if name in _NARROWING and self.ignored != before:
                if name == "oneOf" and "anyOf" not in value and tidied is not _LEFT_OUT:
                    changed["anyOf"] = tidied
                    self.origins[(*path, "anyOf")] = self._origin((*path, name))
                tidied = _LEFT_OUT
            if tidied is not value[name]:
                changed[name] = tidied
        return _changed(value, changed)

    def _keyword(self, keyword: str, value: Any, path: Path) -> Any:
        if _KEYWORDS[keyword](value):
            return self._pattern(value, value, path) if keyword == "pattern" else value
        if keyword == "required" and isinstance(value, bool):
            what = f"'required' is {_shown(value)} on a property, and is ignored"
            self.diagnostics.add("required-on-property", what, self.locate(path))
            return _LEFT_OUT
        if keyword == "enum" and isinstance(value, list) and value:
            what = "'enum' names a value twice"
            self.diagnostics.add("repeated-enum-value", what, self.locate(path))
            return _unique(value)
        what = f"{keyword!r} cannot be {_shown(value)}, and is ignored"
        return self._left_out(what, path, "unusable-keyword")

    def _pattern(self, pattern: str, value: Any, path: Path) -> Any:
        """The value that a pattern stands for, if it can be used."""
        if is_usable(pattern):
            return value
        what = f"the pattern {pattern[:80]!r} cannot be used, and is ignored"
        return self._left_out(what, path, "unusable-pattern")


class _Ways:
    """Where the references of a document lead: to a value, to `nowhere`, or through others back
    to where they stand; of each such circle, the path of the reference that closes it.

    A schema that applies itself to the same value is a circle, too (2020-12 core, section 9.4.1).
    """

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root
        self.nowhere: set[str] = set()
        self.circular: set[Path] = set()
        self.weights: dict[str, int] = {}
        """How many references are followed for one value, by those that were followed."""

    def follow(self, reference: str) -> None:
        """Follow a reference, and those in its target that hold for the same value."""
        if reference in self.weights:
            return
        way = {reference: self._onward(reference)}  # a chain may be longer than Python's stack
        sums = {reference: 1}
        while way:
            last = next(reversed(way))
            for path, onward in way[last]:
                if onward in way:
                    self.circular.add(path)
                elif onward not in self.weights:
                    way[onward], sums[onward] = self._onward(onward), 1
                    break
                else:
                    sums[last] += self.weights[onward]
            else:
                self.weights[last] = sums[last]
                del way[last]
                if way:
                    sums[next(reversed(way))] += sums[last]

    def _onward(self, reference: str) -> Iterator[tuple[Path, str]]:
        if reference in self.weights:
            return iter(())
        path = from_pointer(unquote(reference[1:]))
        try:
            return _references_at(look_up(self.root, path), path)
        except LookupError:
            self.nowhere.add(reference)
            return iter(())


_SAME_VALUE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
"""Keywords whose schemas apply to the value itself, and not to something inside it."""


def _references_at(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _references_at(item, (*path, str(index)))
    if not isinstance(value, dict):
        return
    if isinstance(value.get("$ref"), str):
        yield path, value["$ref"]
    for keyword in _SAME_VALUE:
        inside = value.get(keyword)
        if keyword == "dependentSchemas" and isinstance(inside, dict):
            for name, item in inside.items():
                yield from _references_at(item, (*path, keyword, name))
        elif inside is not None:
            yield from _references_at(inside, (*path, keyword))


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"


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
    if kind == "parameter" and not isinstance(value.get("$ref"), str):
        if not isinstance(value.get("name"), str):
            return "has no name"
        if value.get("in") not in _LOCATIONS:
            return f"needs an 'in' of {', '.join(_LOCATIONS[:-1])}"
    return _unsendable(value, kind, path)


def _unsendable(value: dict[str, Any], kind: str, path: Path) -> str:
    """What HTTP cannot carry, in a few words: a name or a media type that would end its line."""
    key = path[-1] if path else ""
    if kind == "media type" and path[-2:-1] == ("content",):
        return "" if _FIELD_VALUE.fullmatch(key) else f"has no media type: {key[:80]!r} is none"
    for name in _names_on_the_wire(value, kind, path):
        if not _TOKEN.fullmatch(name):
            return f"needs a name that HTTP takes, not {name[:80]!r}"
    return ""


def _names_on_the_wire(value: dict[str, Any], kind: str, path: Path) -> Iterator[str]:
    """The names of an object that must be tokens (RFC 9110 section 5.6.2)."""
    if kind == "header" and path[-2:-1] == ("headers",) and path[:2] != ("components", "headers"):
        yield path[-1]
    if kind == "operation" and path[-2:-1] == ("additionalOperations",):
        yield path[-1]
    if kind in ("parameter", "security scheme") and value.get("in") in ("header", "cookie"):
        yield str(value.get("name", "x"))
    if kind == "security scheme" and value.get("type") == "http":
        yield str(value.get("scheme", "x"))


_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FIELD_VALUE = re.compile(r"[\t\x20-\x7e]*")
"""What a media type is made of (RFC 9110 section 5.5). One without a slash is served, too."""


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


# --- the keywords of schemas, and what values they can have

_TYPES = {"string", "number", "integer", "boolean", "object", "array", "null"}


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return abs(value) < LARGEST
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


def _is_type(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(item, str) and item in _TYPES for item in value)
    return isinstance(value, str) and value in _TYPES


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _is_some(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


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
    "$ref": _is_text,
    "type": _is_type,
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), _is_some),
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
