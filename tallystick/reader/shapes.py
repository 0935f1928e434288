"""The objects of OpenAPI, as a table: which members hold which other objects.

It says where a `$ref` may stand and where a schema is, so that whoever walks a document (to
bring references in, to leave unusable parts out, to convert schemas) follows one description.
What is not in the table is data. OpenAPI 3.0, 3.1 and 3.2 share it: a member that a version
lacks does not occur in its documents, or does no harm there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tallystick.reader.pointers import Path

Form = Literal["one", "map", "list"]


@dataclass(frozen=True, slots=True)
class Member:
    """What a member of an object holds: one object of a kind, a map of them, or a list."""

    kind: str
    form: Form = "one"


METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
"""The methods of a path item that are its members; `query` came with OpenAPI 3.2."""

SCHEMA = "schema"
_SCHEMA = Member(SCHEMA)
_SCHEMAS = Member(SCHEMA, "map")
_BRANCHES = Member(SCHEMA, "list")
_OF_PARAMETERS: Mapping[str, Member] = {
    "schema": _SCHEMA,
    "content": Member("media type", "map"),
    "examples": Member("example", "map"),
}

KINDS: Mapping[str, Mapping[str, Member]] = {
    "document": {
        "paths": Member("path item", "map"),
        "webhooks": Member("path item", "map"),
        "components": Member("components"),
    },
    "components": {
        "schemas": _SCHEMAS,
        "responses": Member("response", "map"),
        "parameters": Member("parameter", "map"),
        "examples": Member("example", "map"),
        "requestBodies": Member("request body", "map"),
        "headers": Member("header", "map"),
        "securitySchemes": Member("security scheme", "map"),
        "links": Member("link", "map"),
        "callbacks": Member("callback", "map"),
        "pathItems": Member("path item", "map"),
        "mediaTypes": Member("media type", "map"),
    },
    "path item": {
        **dict.fromkeys(METHODS, Member("operation")),
        "additionalOperations": Member("operation", "map"),
        "parameters": Member("parameter", "list"),
    },
    "operation": {
        "parameters": Member("parameter", "list"),
        "requestBody": Member("request body"),
        "responses": Member("response", "map"),
        "callbacks": Member("callback", "map"),
    },
    "parameter": _OF_PARAMETERS,
    "header": _OF_PARAMETERS,
    "request body": {"content": Member("media type", "map")},
    "response": {
        "headers": Member("header", "map"),
        "content": Member("media type", "map"),
        "links": Member("link", "map"),
    },
    "media type": {
        "schema": _SCHEMA,
        "itemSchema": _SCHEMA,
        "examples": Member("example", "map"),
        "encoding": Member("encoding", "map"),
        "prefixEncoding": Member("encoding", "list"),
        "itemEncoding": Member("encoding"),
    },
    "encoding": {"headers": Member("header", "map")},
    "example": {},
    "link": {},
    "security scheme": {},
    "callback": {},
    SCHEMA: {
        **dict.fromkeys(
            ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"),
            _SCHEMAS,
        ),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _BRANCHES),
        **dict.fromkeys(
            (
                *("items", "additionalProperties", "not", "if", "then", "else", "contains"),
                *("propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema"),
                "additionalItems",
            ),
            _SCHEMA,
        ),
    },
}
"""The kinds of objects, and which of their members hold others."""

_OPEN_MAPS = {"callback": Member("path item")}
"""Kinds whose every member holds an object of one kind."""


def members(kind: str, value: Mapping[str, Any]) -> Iterator[tuple[str, Member]]:
    """The members of an object that hold other objects."""
    if kind in _OPEN_MAPS:
        for name in value:
            if not name.startswith("x-") and name != "$ref":
                yield name, _OPEN_MAPS[kind]
        return
    known = KINDS[kind]
    for name in value:
        if name in known:
            yield name, known[name]


def is_extension(kind: str, member: str, name: str) -> bool:
    """Whether a key of a map is no object of the map: `x-…` in Paths, Responses and Components
    (OpenAPI 3.1.1 section 4.9), where other maps have the author's own names.
    """
    return name.startswith("x-") and (kind, member) in {
        ("document", "paths"),
        ("operation", "responses"),
    }


def kind_at(path: Path) -> str | None:
    """The kind of the object that stands at a path of a document; None where data stands."""
    kind = "document"
    place = 0
    while place < len(path):
        member = _OPEN_MAPS.get(kind) or KINDS[kind].get(path[place])
        if member is None:
            return None
        place += 1 if member.form == "one" or kind in _OPEN_MAPS else 2
        kind = member.kind
    return kind if place == len(path) else None
