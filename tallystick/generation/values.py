"""Values made from schemas: always the same, plain, and valid.

Rules: what the document gives (an example, a default) comes first; else a value is made from the
schema with all its properties, then, where that is not valid, with the required ones only. What
is not valid is not used: there is no value then.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from tallystick.reader.dialect import NULLABLE
from tallystick.reader.document import Document
from tallystick.reader.pointers import Path

_DEPTH = 12
_OPTIONAL_DEPTH = 4
"""How deep properties are made that may be left out; a recursive schema has no end of them."""
_SEARCHED = 4
"""How deep alternatives are searched for a code; each level multiplies their number."""
_URL_NAME = re.compile(r"(?i).*(?:url|uri|href|link)")
_MOST_LETTERS = 10_000
"""How long a text is made; a schema may demand any length."""

TEXTS: Mapping[str, str] = {
    "date-time": "2030-01-01T00:00:00+00:00",
    "date": "2030-01-01",
    "time": "12:00:00Z",
    "duration": "P1D",
    "uuid": "6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11",
    "email": "ada@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "dGFsbHk=",
}
"""A text of each format."""


def is_valid(document: Document, path: Path, value: Any) -> bool:
    """Whether the schema at a path takes a value, formats included. One that is made of itself,
    with no member between, takes none.
    """
    return document.validators.at(path).is_valid(value)


def instances(
    document: Document, path: Path, *, name: str = "", code: str = "", complete: bool = True
) -> Iterator[Any]:
    """Valid values of the schema at a path, the complete one first if that is wanted. `name` is
    that of what the value is for; of alternatives the one is taken that holds the `code`.
    """
    for with_optional in (True, False) if complete else (False, True):
        value = _Maker(document, code, with_optional=with_optional).value(path, name)
        if is_valid(document, path, value):
            yield value


def holds(value: Any, code: str) -> bool:
    """Whether a text somewhere in a JSON value is this one."""
    if isinstance(value, dict | list):
        inside = value.values() if isinstance(value, dict) else value
        return any(holds(item, code) for item in inside)
    return bool(value == code)


class _Maker:
    """Makes values from the schemas of a document, with optional properties or without."""

    def __init__(self, document: Document, code: str, *, with_optional: bool) -> None:
        self.document = document
        self.code = code
        self.with_optional = with_optional

    def value(self, path: Path, name: str = "", depth: int = 0) -> Any:
        """A value for the schema at a path."""
        schema, path = self._schema(path)
        if not isinstance(schema, dict):
            return None
        for keyword in ("const", "example", "default"):
            if keyword in schema:
                return schema[keyword]
        for keyword in ("examples", "enum"):
            if schema.get(keyword):
                return schema[keyword][0]
        for keyword in ("oneOf", "anyOf"):
            if schema.get(keyword):
                return self._alternative(schema, path, keyword, name, depth)
        if schema.get("allOf"):
            parts = [(*path, "allOf", str(index)) for index in range(len(schema["allOf"]))]
            return self._merged(schema, path, parts, name, depth)
        return self._of_type(schema, path, name, depth)

    def _schema(self, path: Path) -> tuple[Any, Path]:
        """The schema that a path leads to, in the dialect of `schema_root`."""
        path = self.document.at(path).path
        schema = self.document.schema_at(path)
        if isinstance(schema, dict) and NULLABLE in schema:
            schema = schema["anyOf"][0]  # paths are those of `root`, which has no such branch
        return schema, path

    def _alternative(
        self, schema: dict[str, Any], path: Path, keyword: str, name: str, depth: int
    ) -> Any:
        """The first alternative that holds the code, or else the first."""
        last = len(schema[keyword]) if self.code and depth < _SEARCHED else 1
        values = [
            self._merged(schema, path, [(*path, keyword, str(index))], name, depth)
            for index in range(last)
        ]
        return next((value for value in values if holds(value, self.code)), values[0])

    def _merged(
        self, schema: dict[str, Any], path: Path, parts: Iterable[Path], name: str, depth: int
    ) -> Any:
        values = [self.value(part, name, depth + 1) if depth < _DEPTH else {} for part in parts]
        if not all(isinstance(value, dict) for value in values):
            return values[0]
        merged = self._object(schema, path, depth)
        for value in values:
            merged |= value
        return merged

    def _of_type(self, schema: dict[str, Any], path: Path, name: str, depth: int) -> Any:
        kinds = schema.get("type", "object" if "properties" in schema else "string")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        kind = next((kind for kind in kinds if kind != "null"), "null")
        if kind == "object":
            return self._object(schema, path, depth)
        if kind == "array":
            return self._array(schema, path, name, depth)
        if kind in ("integer", "number"):
            return _number(schema)
        return {"boolean": True, "null": None}.get(kind, _text(schema, name))

    def _object(self, schema: dict[str, Any], path: Path, depth: int) -> dict[str, Any]:
        required = set(schema.get("required") or ())
        return {
            name: self.value((*path, "properties", name), name, depth + 1)
            for name in schema.get("properties") or {}
            if depth < _DEPTH
            and (name in required or (self.with_optional and depth < _OPTIONAL_DEPTH))
        }

    def _array(self, schema: dict[str, Any], path: Path, name: str, depth: int) -> list[Any]:
        least = min(schema.get("minItems", 0), 100)
        count = max(least, min(1, schema.get("maxItems", 1)))
        if "items" not in schema or depth >= _DEPTH:
            return [None] * least
        return [self.value((*path, "items"), name, depth + 1)] * count


def _number(schema: dict[str, Any]) -> float:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    value = 1 if low is None else low + 1 if "exclusiveMinimum" in schema else low
    if high is not None and value > high:
        value = high
    step = schema.get("multipleOf")
    return math.ceil(value / step) * step if step else value


def _text(schema: dict[str, Any], name: str) -> str:
    form = str(schema.get("format", ""))
    if form in TEXTS:
        return TEXTS[form]
    if form in ("uri", "url", "iri") or (not form and _URL_NAME.fullmatch(name)):
        return f"https://example.com/{quote(name, safe='')}"
    least = min(schema.get("minLength", 0), _MOST_LETTERS)
    return "text".ljust(least, "x")[: schema.get("maxLength", _MOST_LETTERS)]
