"""OpenAPI documents of any size, the same each time: resources with five operations each, whose
schemas refer to each other and to a shared pool.
"""

from __future__ import annotations

from typing import Any

_METHODS = 5
"""Operations of a resource: list, create, read, replace, delete."""

_ERRORS = (
    (400, "Invalid", "a value in the request breaks the rules that its description gives"),
    (404, "NotFound", "it does not exist, or the caller may not see it"),
    (409, "Conflict", "its state has changed since it was read; read it again"),
)
_SHARED: dict[str, Any] = {
    "Money": {
        "type": "object",
        "required": ["amount", "currency"],
        "properties": {
            "amount": {"type": "integer", "minimum": 0, "description": "in the smallest unit"},
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["EUR"]},
        },
    },
    "Address": {
        "type": "object",
        "required": ["street", "city", "country"],
        "properties": {
            "street": {"type": "string", "minLength": 1, "maxLength": 200},
            "city": {"type": "string", "minLength": 1, "maxLength": 100},
            "postcode": {"type": ["string", "null"], "maxLength": 16},
            "country": {"enum": ["DE", "FR", "GB", "NL"]},
        },
    },
    "Audit": {
        "type": "object",
        "required": ["createdAt"],
        "properties": {
            "createdAt": {"type": "string", "format": "date-time"},
            "updatedAt": {"type": ["string", "null"], "format": "date-time"},
            "by": {"type": "string", "format": "email"},
        },
    },
    "Tags": {"type": "array", "maxItems": 20, "items": {"type": "string", "minLength": 1}},
    "Problem": {
        "type": "object",
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
    },
}


def document(operations: int) -> dict[str, Any]:
    """An OpenAPI 3.1 description with this many operations."""
    resources = -(-operations // _METHODS)
    paths: dict[str, Any] = {}
    for number in range(resources):
        paths |= _paths(number)
    left = operations
    for path in list(paths):
        paths[path] = dict(list(paths[path].items())[:left])
        left -= len(paths[path])
        if not paths[path]:
            del paths[path]
    schemas = {f"Resource{number}": _schema(number, resources) for number in range(resources)}
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{operations} operations", "version": "1"},
        "paths": paths,
        "components": {"schemas": _SHARED | schemas},
    }


def _paths(number: int) -> dict[str, Any]:
    name = f"resource-{number}"
    one = {"application/json": {"schema": {"$ref": f"#/components/schemas/Resource{number}"}}}
    many = {"type": "array", "items": one["application/json"]["schema"]}
    body = {"required": True, "content": one}
    listed = {"application/json": {"schema": many}}
    key = _parameter("id", "path", {"type": "string", "format": "uuid"}, f"which {name} is meant")
    limit = _parameter("limit", "query", {"type": "integer", "minimum": 1}, "how many to return")
    return {
        f"/{name}": {
            "get": _operation(number, "list", "200", listed, parameters=[limit]),
            "post": _operation(number, "create", "201", one, requestBody=body),
        },
        f"/{name}/{{id}}": {
            "get": _operation(number, "read", "200", one, parameters=[key]),
            "put": _operation(number, "replace", "200", one, parameters=[key], requestBody=body),
            "delete": _operation(number, "delete", "204", None, parameters=[key]),
        },
    }


def _parameter(name: str, place: str, schema: dict[str, Any], text: str) -> dict[str, Any]:
    required = place == "path"
    return {"name": name, "in": place, "required": required, "description": text, "schema": schema}


def _operation(
    number: int, verb: str, status: str, content: dict[str, Any] | None, **more: Any
) -> dict[str, Any]:
    success: dict[str, Any] = {
        "description": f"The answer when resource {number} is asked to {verb}."
    }
    if content is not None:
        success["content"] = content
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    errors = {
        str(code): {"description": f"Resource{number}.{name} — {text}", "content": problem}
        for code, name, text in _ERRORS
    }
    words = "A caller needs no more than the right to see it, and gets what it held at that time."
    return {
        "operationId": f"{verb}Resource{number}",
        "summary": f"{verb.capitalize()} resource {number}",
        "description": " ".join([words] * 3),
        **more,
        "responses": {status: success, **errors},
    }


def _schema(number: int, resources: int) -> dict[str, Any]:
    """A resource's schema: plain members, shared ones, and an optional neighbour."""
    texts = {
        f"text{index}": {
            "type": "string",
            "maxLength": 100 + index,
            "description": f"Member {index} of resource {number}; its text is shown as it is.",
        }
        for index in range(24)
    }
    shared = {
        name.lower(): {"$ref": f"#/components/schemas/{name}"}
        for name in ("Money", "Address", "Audit", "Tags")
    }
    neighbour = f"#/components/schemas/Resource{(number * 7 + 1) % resources}"
    return {
        "type": "object",
        "required": ["id", "text0", "money"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            **texts,
            **shared,
            "neighbour": {"anyOf": [{"$ref": neighbour}, {"type": "null"}]},
        },
    }
