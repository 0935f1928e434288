"""The schemas of a document as JSON Schema 2020-12, the dialect that both programs validate in.

Rules: OpenAPI 3.0.4 section 4.7.24 says where its Schema Object differs: `nullable`, boolean
`exclusiveMinimum`/`exclusiveMaximum`, `$ref` without siblings. Documents of later versions use
these, too; what they mean is plain. `nullable` widens the `type` beside it (3.0.4 section
4.7.24.1); where no type stands beside it, readers disagree about null, so null is accepted.
References are local by now: what names a schema in another way would only move their base.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tallystick.reader.schemas.patterns import is_native
from tallystick.reader.shapes import SCHEMA, members

URI: Final = "tallystick:document"
"""The URI of a document's converted root, for registries of schemas."""

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

PATTERN: Final = "x-tallystick-pattern"
"""Holds a pattern that only `patterns.match` can match."""

_NAMES = {"$id", "$anchor", "$dynamicAnchor", "$schema", "$vocabulary", "id"}
_BOUNDS = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))


def to_2020_12(root: Mapping[str, Any]) -> Any:
    """The document with its schemas converted; what is no schema is shared with `root`."""
    has_siblings = not str(root.get("openapi", "")).startswith("3.0")
    return _converted(root, "document", has_siblings=has_siblings)


def _converted(value: Any, kind: str, *, has_siblings: bool) -> Any:
    if not isinstance(value, dict):
        return value
    changed: dict[str, Any] = {}
    for name, member in members(kind, value):
        item = value[name]
        if member.form == "one":
            new: Any = _converted(item, member.kind, has_siblings=has_siblings)
        elif member.form == "map" and isinstance(item, dict):
            new = _map(item, member.kind, has_siblings=has_siblings)
        elif member.form == "list" and isinstance(item, list):
            new = [_converted(one, member.kind, has_siblings=has_siblings) for one in item]
        else:
            continue
        if new is not item:
            changed[name] = new
    result = {**value, **changed} if changed else value
    return _schema(result, has_siblings=has_siblings) if kind == SCHEMA else result


def _map(value: dict[str, Any], kind: str, *, has_siblings: bool) -> dict[str, Any]:
    changed = {}
    for key, item in value.items():
        new = _converted(item, kind, has_siblings=has_siblings)
        if new is not item:
            changed[key] = new
    return {**value, **changed} if changed else value


def _schema(schema: dict[str, Any], *, has_siblings: bool) -> dict[str, Any]:
    if "$ref" in schema and not has_siblings:
        result = {"$ref": schema["$ref"]}
        return _or_null(result) if schema.get("nullable") is True else result
    if not schema.keys() & _CONVERTED:
        return schema
    result = {name: item for name, item in schema.items() if name not in _NAMES}
    for exclusive, inclusive in _BOUNDS:
        _bound(result, exclusive, inclusive)
    if "pattern" in result and not is_native(result["pattern"]):
        result[PATTERN] = result.pop("pattern")
    return _nullable(result)


_CONVERTED = _NAMES | {"nullable", "exclusiveMinimum", "exclusiveMaximum", "pattern"}


def _bound(schema: dict[str, Any], exclusive: str, inclusive: str) -> None:
    if not isinstance(schema.get(exclusive), bool):
        return
    if schema.pop(exclusive) and inclusive in schema:
        schema[exclusive] = schema.pop(inclusive)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if schema.pop("nullable", False) is not True:
        return schema
    kinds = schema.get("type")
    if kinds is None:
        return _or_null(schema) if schema.keys() & _ASSERTIONS else schema
    listed = [kinds] if isinstance(kinds, str) else list(kinds)
    return {**schema, "type": [*listed, *([] if "null" in listed else ["null"])]}


_ASSERTIONS = {"$ref", "allOf", "anyOf", "oneOf", "not", "enum", "const"}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}], NULLABLE: True}


NULLABLE: Final = "x-tallystick-nullable"
"""Marks a schema that was put into the first branch of an `anyOf`, beside null."""
