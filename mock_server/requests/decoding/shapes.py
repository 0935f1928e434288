"""What texts stand for, by the schema that they are read for.

Rules: a parameter, a form field or a text body has no types of its own; its schema says which one
is meant (OpenAPI 3.1.1 section 4.8.12.4). Where a schema takes several (`[integer, string]`), a
text may stand for several values, and is right if the schema takes one of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tallystick.reader.document import Document
from tallystick.reader.pointers import Path

Raw = str | list["Raw"] | dict[str, "Raw"]
"""The parts of a value as they are on the wire, before anything is decoded."""

Decode = Callable[[str], str]

_TYPES = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    list: "array",
    dict: "object",
    type(None): "null",
}
_KEYWORDS = {
    "array": {"items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"},
    "object": {"properties", "additionalProperties", "required", "minProperties", "maxProperties"},
    "number": {"minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"},
}
"""What a schema without a type is about."""

_NUMBERS: Mapping[str, tuple[re.Pattern[str], Callable[[str], Any]]] = {
    "integer": (re.compile(r"-?[0-9]+"), int),
    "number": (re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[Ee][+-]?[0-9]+)?"), float),
}
"""How numbers are written in a text; Python would take `1_0`, `１` and `nan`, too."""

_DEPTH = 5
"""How deep branches and nested values are looked at; no style goes deeper."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The JSON types that a schema takes, in any of its branches, and the shapes inside. `others`
    is the shape of members that the schema does not name.
    """

    kinds: frozenset[str] = frozenset()
    items: Shape | None = None
    properties: Mapping[str, Shape] = field(default_factory=dict)
    others: Shape | None = None

    @property
    def is_primitive(self) -> bool:
        """Whether a plain text may stand for a value."""
        return not self.kinds or bool(self.kinds - {"array", "object"})

    @property
    def is_plain_text(self) -> bool:
        """Whether a text stands for itself and nothing else."""
        return self.kinds <= {"string"}


ANYTHING = Shape()


def shape_at(document: Document, path: Path) -> Shape:
    """The shape of the schema at a path of a document."""
    return shape_of([document.schema_at(path)], document.dereferenced)


def shape_of(schemas: Iterable[Any], dereferenced: Callable[[Any], Any]) -> Shape:
    """The shape of values that one of the schemas takes."""
    return _Shapes(dereferenced).of([*schemas], _DEPTH)


class _Shapes:
    """Shapes of schemas. What several refer to is looked at once at each depth: a schema that holds
    itself 30 times would have millions of shapes inside.
    """

    def __init__(self, dereferenced: Callable[[Any], Any]) -> None:
        self.dereferenced = dereferenced
        self.known: dict[tuple[int, ...], Shape] = {}

    def of(self, schemas: list[Any], depth: int) -> Shape:
        """The shape of values that one of the schemas takes."""
        key = (depth, *(identity(schema, self.dereferenced) for schema in schemas))
        if key not in self.known:
            self.known[key] = self._made(schemas, depth)
        return self.known[key]

    def _made(self, schemas: list[Any], depth: int) -> Shape:
        kinds: set[str] = set()
        items: list[Any] = []
        properties: dict[str, list[Any]] = {}
        others: list[Any] = []
        for schema in (found for one in schemas for found in branches(one, self.dereferenced)):
            kinds |= _kinds(schema)
            items += [schema["items"]] if "items" in schema else []
            items += schema.get("prefixItems", ())
            for name, one in schema.get("properties", {}).items():
                properties.setdefault(name, []).append(one)
            if isinstance(schema.get("additionalProperties"), dict):
                others.append(schema["additionalProperties"])

        def inside(found: list[Any]) -> Shape | None:
            return self.of(found, depth - 1) if found and depth else None

        return Shape(
            frozenset(kinds),
            inside(items),
            {name: inside(found) or ANYTHING for name, found in properties.items()},
            inside(others),
        )


def identity(schema: Any, dereferenced: Callable[[Any], Any]) -> int:
    """The same number for a schema and for what only refers to it."""
    is_reference = isinstance(schema, dict) and schema.keys() == {"$ref"}
    return id(dereferenced(schema) if is_reference else schema)


def branches(
    schema: Any, dereferenced: Callable[[Any], Any], seen: set[int] | None = None
) -> Iterator[dict[str, Any]]:
    """The schema, what stands beside its reference, and the branches of both, each once."""
    seen = set() if seen is None else seen
    siblings = schema if isinstance(schema, dict) and "$ref" in schema else {}
    schema = dereferenced(schema)
    if not isinstance(schema, dict) or id(schema) in seen:
        return
    seen.add(id(schema))
    if siblings and siblings is not schema:  # what stands beside a reference counts, too
        yield {name: value for name, value in siblings.items() if name != "$ref"}
    yield schema
    for keyword in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(keyword, ()):
            yield from branches(branch, dereferenced, seen)


def _kinds(schema: dict[str, Any]) -> set[str]:
    """The types that a schema names, or else those that its values or keywords show."""
    kinds = schema.get("type", [])
    if found := {kinds} if isinstance(kinds, str) else set(kinds):
        return found
    values = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())]
    if values:
        return {_TYPES[type(value)] for value in values if type(value) in _TYPES}
    return {kind for kind, keywords in _KEYWORDS.items() if keywords & schema.keys()}


def coerced(raw: Raw, shape: Shape, decode: Decode, *, typed: bool) -> Any:
    """The value that texts stand for. Where a text may be a string or something else, it is what
    it looks like if `typed`, else a string.
    """
    if isinstance(raw, str):
        text = decode(raw)
        return text if not typed and "string" in shape.kinds else primitive(text, shape.kinds)
    if isinstance(raw, list):
        inside = shape.items or ANYTHING
        return [coerced(part, inside, decode, typed=typed) for part in raw]
    members = ((decode(name), part) for name, part in raw.items())
    return {
        name: coerced(part, member_shape(shape, name), decode, typed=typed)
        for name, part in members
    }


def member_shape(shape: Shape, name: str) -> Shape:
    """The shape of a member of an object."""
    return shape.properties.get(name) or shape.others or ANYTHING


def primitive(text: str, kinds: frozenset[str]) -> Any:
    """The value that a text looks like, among the types that are possible."""
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    if "null" in kinds and text in ("", "null"):
        return None
    for kind, (pattern, convert) in _NUMBERS.items():
        if kind in kinds and pattern.fullmatch(text):
            try:
                return convert(text)
            except ValueError:  # more digits than Python reads
                break
    return text
