"""Filters and sorting of lists, by the parameters that the document declares, over real HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.mock_server.conftest import Serve

ITEMS = [
    {
        "id": 1,
        "unit_price": 9,
        "colour": "red",
        "is_new": True,
        "tags": ["a"],
        "created_at": "2026-03",
    },
    {"id": 2, "unit_price": 10, "colour": "blue", "is_new": False, "tags": ["a", "b"]},
    {"id": 3, "unit_price": 2.5, "colour": "Red", "created_at": "2026-01"},
    {"id": 4, "colour": "green", "tags": [], "created_at": "2026-02"},
]


def document(parameters: list[dict[str, Any]]) -> str:
    """A document of four things, with these query parameters."""
    thing = {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "unit_price": {"type": "number"},
            "colour": {"type": "string"},
            "is_new": {"type": "boolean"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "created_at": {"type": "string"},
        },
    }
    reference = {"$ref": "#/components/schemas/Thing"}
    listed = {"schema": {"type": "array", "items": reference}}
    own = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}

    def answer(content: Any) -> Any:
        body = {"description": "d", "content": {"application/json": content}}
        return {"responses": {"200": body}}

    paths = {
        "/things": {"get": {"parameters": parameters, **answer(listed)}},
        "/things/{id}": {
            "parameters": [own],
            "get": answer({"schema": reference}),
            "delete": {"responses": {"204": {"description": "d"}}},
        },
    }
    info = {"title": "t", "version": "1"}
    schemas = {"schemas": {"Thing": thing}}
    return json.dumps({"openapi": "3.1.0", "info": info, "paths": paths, "components": schemas})


def query(name: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string", **schema}}


@pytest.mark.parametrize(
    ("parameters", "asked", "expected"),
    [
        ([query("colour")], "colour=red", [1]),
        ([query("colour")], "colour=red&colour=blue", [1, 2]),
        ([query("colour")], "colour=red,blue", [1, 2]),
        ([query("colour")], "colour=pink", []),
        ([query("unitPrice")], "unitPrice=10", [2]),
        ([query("is_new")], "is_new=true", [1]),
        ([query("tags")], "tags=a", [1, 2]),
        ([query("filter[colour]")], "filter[colour]=green", [4]),
        ([query("colour"), query("is_new")], "colour=blue&is_new=true", []),
        # What no member is called as, and what is not declared, asks for nothing.
        ([query("shape")], "shape=round", [1, 2, 3, 4]),
        ([], "colour=red", [1, 2, 3, 4]),
        ([query("sort")], "sort=unit_price", [3, 1, 2, 4]),
        ([query("sort")], "sort=-unit_price", [2, 1, 3, 4]),
        ([query("sort")], "sort=unitPrice:desc", [2, 1, 3, 4]),
        ([query("sort_by")], "sort_by=unit_price_asc", [3, 1, 2, 4]),
        ([query("sort")], "sort=colour,-unit_price", [2, 4, 1, 3]),
        ([query("sort"), query("order")], "sort=created_at&order=desc", [1, 4, 3, 2]),
        ([query("order")], "order=desc", [1, 4, 3, 2]),
        ([query("order")], "order=created_at", [3, 4, 1, 2]),
        ([query("sort", default="-id")], "", [4, 3, 2, 1]),
        ([query("sort")], "sort=nothing", [1, 2, 3, 4]),
    ],
)
def test_lists(serve: Serve, parameters: list[Any], asked: str, expected: list[int]) -> None:
    """Each row: the declared parameters, a query, and the ids that come."""
    mock = serve(document(parameters))
    mock.put("/_tallystick/state", json={"collections": {"/things": {"items": ITEMS}}})
    items = mock.get(f"/things?{asked}").json()
    assert [item["id"] for item in items] == expected
