"""The schemas of OpenAPI 3.0 as JSON Schema 2020-12.

Rules: OpenAPI 3.0.4 section 4.7.24 says where its Schema Object differs: `nullable`, boolean
`exclusiveMinimum`/`exclusiveMaximum`, `$ref` without siblings, `items` as one schema. All else
means the same in both.
"""

from __future__ import annotations

from typing import Any

_MAPS = ("properties", "patternProperties")
_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("items", "not", "additionalProperties")
_BOUNDS = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))


def to_2020_12(schema: Any) -> Any:
    """The 2020-12 schema that accepts what this 3.0 schema accepts."""
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    result = dict(schema)
    for name in _MAPS:
        if isinstance(result.get(name), dict):
            result[name] = {key: to_2020_12(value) for key, value in result[name].items()}
    for name in _LISTS:
        if isinstance(result.get(name), list):
            result[name] = [to_2020_12(value) for value in result[name]]
    for name in _SINGLE:
        if name in result:
            result[name] = to_2020_12(result[name])
    for exclusive, inclusive in _BOUNDS:
        _bound(result, exclusive, inclusive)
    return _nullable(result)


def _bound(schema: dict[str, Any], exclusive: str, inclusive: str) -> None:
    if not isinstance(schema.get(exclusive), bool):
        return
    if schema.pop(exclusive) and inclusive in schema:
        schema[exclusive] = schema.pop(inclusive)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """`nullable` widens the `type` beside it, and nothing else (3.0.4 section 4.7.24.1)."""
    if schema.pop("nullable", False) is not True or "type" not in schema:
        return schema
    return {**schema, "type": [schema["type"], "null"]}
