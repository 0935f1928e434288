"""Pages of lists, by page and size, offset and limit, and cursors, over real HTTP."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
import yaml

from tests.mock_server.conftest import Serve

NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0}
TEXT: dict[str, Any] = {"type": "string"}
LINK: dict[str, Any] = {"type": ["string", "null"], "format": "uri"}


def document(
    parameters: dict[str, Any], around: dict[str, Any], headers: dict[str, Any] | None = None
) -> str:
    """A document of things, of which there are ten, with these query parameters, members beside the
    list, and headers.
    """
    thing = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
    items = {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}
    body = {"type": "object", "required": ["items"], "properties": {"items": items, **around}}
    listed = {
        "description": "d",
        "headers": {name: {"schema": schema} for name, schema in (headers or {}).items()},
        "content": {
            "application/json": {
                "schema": body,
                "example": {"items": [{"id": number} for number in range(1, 11)]},
            }
        },
    }
    read = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    own = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    query = [{"name": name, "in": "query", "schema": schema} for name, schema in parameters.items()]
    paths = {
        "/things": {"get": {"parameters": query, "responses": {"200": listed}}},
        "/things/{id}": {
            "parameters": [own],
            "get": {"responses": {"200": {"description": "d", "content": read}}},
            "delete": {"responses": {"204": {"description": "d"}}},
        },
    }
    root = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": paths,
        "components": {"schemas": {"Thing": thing}},
    }
    return yaml.safe_dump(root, sort_keys=False)


def shown(response: httpx.Response) -> list[int]:
    return [item["id"] for item in response.json()["items"]]


def around(response: httpx.Response) -> dict[str, Any]:
    value: dict[str, Any] = response.json()
    return {name: item for name, item in value.items() if name != "items"}


@pytest.mark.parametrize(
    ("parameters", "query", "expected"),
    [
        ({"page": NUMBER | {"minimum": 1}, "pageSize": NUMBER}, "page=2&pageSize=4", [5, 6, 7, 8]),
        ({"page": NUMBER | {"minimum": 1}, "per_page": NUMBER}, "page=3&per_page=4", [9, 10]),
        ({"page": NUMBER | {"minimum": 1}, "size": NUMBER}, "page=4&size=4", []),
        ({"page": NUMBER, "size": NUMBER}, "page=0&size=3", [1, 2, 3]),
        ({"page": NUMBER, "size": NUMBER}, "page=1&size=3", [4, 5, 6]),
        ({"page[number]": NUMBER | {"minimum": 1}, "page[size]": NUMBER}, "", [*range(1, 11)]),
        ({"page[number]": {"type": "integer"}, "page[size]": NUMBER}, "page[size]=2", [1, 2]),
        ({"page": NUMBER | {"minimum": 1}, "limit": NUMBER | {"default": 3}}, "page=2", [4, 5, 6]),
        ({"offset": NUMBER, "limit": NUMBER}, "offset=8&limit=5", [9, 10]),
        ({"skip": NUMBER, "take": NUMBER}, "skip=2&take=2", [3, 4]),
        ({"starting_after": TEXT, "limit": NUMBER}, "starting_after=3&limit=2", [4, 5]),
        ({"ending_before": TEXT, "limit": NUMBER}, "ending_before=6&limit=2", [4, 5]),
        # What the document does not declare means nothing.
        ({}, "page=2&limit=3", [*range(1, 11)]),
        # A text is no number of a page.
        ({"page": TEXT, "limit": NUMBER}, "page=2&limit=3", [1, 2, 3]),
    ],
)
def test_pages(serve: Serve, parameters: dict[str, Any], query: str, expected: list[int]) -> None:
    """Each row: the declared parameters, a query, and the ids of its page."""
    assert shown(serve(document(parameters, {})).get(f"/things?{query}")) == expected


def test_numbers_beside_a_list(serve: Serve) -> None:
    """By their names, at the top and in objects that speak of the page."""
    inside = {"totalPages": NUMBER, "current_page": NUMBER, "hasMore": {"type": "boolean"}}
    members = {
        "total": NUMBER,
        "count": NUMBER,
        "pageSize": NUMBER,
        "note": {"type": "string", "const": "kept"},
        "meta": {"type": "object", "properties": inside},
    }
    mock = serve(document({"page": NUMBER | {"minimum": 1}, "pageSize": NUMBER}, members))
    beside = around(mock.get("/things?page=3&pageSize=4"))
    assert beside.pop("note", "kept") == "kept"
    assert beside == {
        "total": 10,
        "count": 2,
        "pageSize": 4,
        "meta": {"totalPages": 3, "current_page": 3, "hasMore": False},
    }


def test_a_lone_count_is_the_total(serve: Serve) -> None:
    """As Django REST framework has it, with addresses of the neighbours."""
    members = {"count": NUMBER, "next": LINK, "previous": LINK}
    mock = serve(document({"offset": NUMBER, "limit": NUMBER}, members))
    beside = around(mock.get("/things?limit=4"))
    assert (beside["count"], beside["previous"]) == (10, None)
    second = mock.get(beside["next"])
    assert shown(second) == [5, 6, 7, 8]
    assert shown(mock.get(around(second)["previous"])) == [1, 2, 3, 4]
    last = mock.get(around(second)["next"])
    assert (shown(last), around(last)["next"]) == ([9, 10], None)


def test_links(serve: Serve) -> None:
    """As an object of addresses, as texts or with `href`; there is none to a page that is not."""
    href = {"type": "object", "properties": {"href": {"type": "string"}}}
    members = {
        "links": {"type": "object", "properties": {"self": LINK, "next": TEXT, "prev": TEXT}},
        "_links": {"type": "object", "properties": {"last": href}},
    }
    mock = serve(document({"page": NUMBER | {"minimum": 1}, "limit": NUMBER}, members))
    base = str(mock.base_url).rstrip("/")
    beside = around(mock.get("/things?page=1&limit=6"))
    assert beside["links"] == {
        "self": f"{base}/things?page=1&limit=6",
        "next": f"{base}/things?limit=6&page=2",
    }
    assert beside["_links"] == {"last": {"href": f"{base}/things?limit=6&page=2"}}


@pytest.mark.parametrize(
    ("parameter", "member", "inside"),
    [
        ("cursor", "nextCursor", False),
        ("page_token", "next_page_token", False),
        ("cursor", "next", True),
        ("after", "endCursor", True),
    ],
)
def test_cursors(serve: Serve, parameter: str, member: str, *, inside: bool) -> None:
    """A client that follows them sees each item once, and the last page has none."""
    members: dict[str, Any] = {member: TEXT}
    if inside:
        members = {"pagination": {"type": "object", "properties": members}}
    mock = serve(document({parameter: TEXT, "limit": NUMBER}, members))
    seen, cursor = list[int](), ""
    for _ in range(4):
        response = mock.get(
            "/things", params={"limit": 3, **({parameter: cursor} if cursor else {})}
        )
        seen += shown(response)
        beside = around(response)
        cursor = (beside["pagination"] if inside else beside).get(member, "")
    assert (seen, cursor) == ([*range(1, 11)], "")


def test_a_cursor_outlives_its_item(serve: Serve) -> None:
    """A page starts where it would have, though the item before it was deleted."""
    mock = serve(document({"cursor": TEXT, "limit": NUMBER}, {"nextCursor": TEXT}))
    cursor = around(mock.get("/things?limit=3"))["nextCursor"]
    mock.delete("/things/3")
    mock.delete("/things/1")
    following = mock.get("/things", params={"limit": 3, "cursor": cursor})
    assert shown(following) == [4, 5, 6]


def test_headers(serve: Serve) -> None:
    """Documented totals and links (RFC 8288); what is not documented is not sent."""
    headers = {"X-Total-Count": NUMBER, "X-Page": TEXT, "Link": TEXT}
    mock = serve(document({"page": NUMBER | {"minimum": 1}, "per_page": NUMBER}, {}, headers))
    response = mock.get("/things?page=2&per_page=4")
    assert (response.headers["x-total-count"], response.headers["x-page"]) == ("10", "2")
    pages = re.findall(r'[?&]page=(\d+)[^>]*>; rel="(\w+)"', response.headers["link"])
    assert pages == [("1", "first"), ("1", "prev"), ("3", "next"), ("3", "last")]
    plain = serve(document({"page": NUMBER}, {})).get("/things")
    assert "x-total-count" not in plain.headers


def test_no_more_than_the_schema_takes(serve: Serve) -> None:
    """A list that may have three items has three."""
    spec = yaml.safe_load(document({"limit": NUMBER}, {}))
    content = spec["paths"]["/things"]["get"]["responses"]["200"]["content"]["application/json"]
    content["schema"]["properties"]["items"]["maxItems"] = 3
    assert shown(serve(yaml.safe_dump(spec)).get("/things")) == [1, 2, 3]
