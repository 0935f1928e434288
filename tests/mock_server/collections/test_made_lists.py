"""Lists that nothing changes: how many items, pages, filters, the items themselves."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
import yaml

from tests.mock_server.conftest import Serve

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
PRODUCT = {
    "type": "object",
    "required": ["id", "name", "price", "category"],
    "properties": {
        "id": {**TEXT, "format": "uuid"},
        "name": TEXT,
        "price": {"type": "number"},
        "category": TEXT,
        "shopId": TEXT,
        "image": {**TEXT, "format": "uri"},
    },
}
PAGED = {
    "type": "object",
    "required": ["items", "total", "page", "pageSize"],
    "properties": {
        "items": {"type": "array", "items": {"$ref": "#/components/schemas/Product"}},
        "total": WHOLE,
        "page": WHOLE,
        "pageSize": WHOLE,
        "nextCursor": {"type": ["string", "null"]},
    },
}
PLAIN = {"type": "array", "items": {"$ref": "#/components/schemas/Product"}}
OWN_ID = "5f0f4a1c-8a3e-4c1d-9c0d-1a2b3c4d5e6f"
EXAMPLE = [{"id": OWN_ID, "name": "Mine", "price": 1, "category": "x"}]


def get(
    schema: Any, query: dict[str, Any] | None = None, path: tuple[str, ...] = (), **more: Any
) -> Any:
    parameters = [{"name": name, "in": "query", "schema": s} for name, s in (query or {}).items()]
    parameters += [{"name": n, "in": "path", "required": True, "schema": TEXT} for n in path]
    content = {"application/json": {"schema": schema, **more}}
    headers = {"X-Total-Count": {"schema": WHOLE}, "Link": {"schema": TEXT}}
    response = {"description": "OK", "headers": headers, "content": content}
    return {"get": {"parameters": parameters, "responses": {"200": response}}}


PAGES = {"page": WHOLE, "pageSize": {**WHOLE, "default": 2}, "sort": TEXT, "category": TEXT}
DOCUMENT = yaml.safe_dump(
    {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "paths": {
            "/products": get(PAGED, PAGES),
            "/products/{productId}": get(
                {"$ref": "#/components/schemas/Product"}, path=("productId",)
            ),
            "/plain": get(PLAIN),
            "/cursors": get(PAGED, {"limit": {**WHOLE, "default": 2}, "cursor": TEXT}),
            "/bounded": get({**PLAIN, "minItems": 2, "maxItems": 4}),
            "/shops/{shopId}/products": get(PLAIN, path=("shopId",)),
            "/documented": get(PLAIN, example=EXAMPLE),
            "/cart": get({"type": "object", "properties": {"id": TEXT, "items": PLAIN}}),
            "/team": get(
                {
                    "type": "object",
                    "properties": {"name": TEXT, "lead": TEXT, "members": PLAIN, "city": TEXT},
                }
            ),
        },
        "components": {"schemas": {"Product": PRODUCT}},
    }
)


@pytest.fixture
def shop(serve: Serve) -> httpx.Client:
    return serve(DOCUMENT)


def prefer(count: object) -> dict[str, str]:
    return {"Prefer": f"items={count}"}


def test_a_list_has_items(shop: httpx.Client) -> None:
    """Three to ten, each time the same, with names, and pictures that load."""
    items = shop.get("/plain").json()
    assert 3 <= len(items) <= 10
    assert shop.get("/plain").json() == items
    assert len({item["id"] for item in items}) == len(items)
    assert all(re.fullmatch(r"[A-Z][a-z]+( [a-z]+){2,}", item["name"]) for item in items)
    base = str(shop.base_url).rstrip("/")
    for item in items:
        assert item["image"].startswith(f"{base}/_tallystick/pictures/")
        assert shop.get(item["image"]).headers["content-type"] == "image/svg+xml"


def test_pages(shop: httpx.Client) -> None:
    """All pages together are the list; totals and links lead through it."""
    found: list[str] = []
    url, pages = "/products?page=1&pageSize=2", 0
    while url:
        answer = shop.get(url)
        body = answer.json()
        pages += 1
        assert (body["page"], body["pageSize"]) == (pages, 2)
        assert answer.headers["x-total-count"] == str(body["total"])
        found += [item["id"] for item in body["items"]]
        url = answer.links.get("next", {}).get("url", "")
    assert len(found) == len(set(found)) == body["total"] >= 3
    assert pages == -(-body["total"] // 2)


def test_cursors(shop: httpx.Client) -> None:
    """Each leads to what follows, and the last page has none."""
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        body = shop.get("/cursors", params={"cursor": cursor} if cursor else {}).json()
        found += [item["id"] for item in body["items"]]
        cursor = body.get("nextCursor")
    assert len(found) == len(set(found)) == body["total"]


def test_sorting_and_filters(shop: httpx.Client) -> None:
    """By the declared parameters."""
    cheap = shop.get("/products?sort=price&pageSize=100").json()["items"]
    assert [item["price"] for item in cheap] == sorted(item["price"] for item in cheap)
    dear = shop.get("/products?sort=-price&pageSize=100").json()["items"]
    assert [item["price"] for item in dear] == sorted((i["price"] for i in cheap), reverse=True)
    category = cheap[0]["category"]
    same = shop.get("/products", params={"category": category, "pageSize": 100}).json()
    assert {item["category"] for item in same["items"]} == {category}
    assert same["total"] == sum(item["category"] == category for item in cheap)


def test_an_item_is_the_listed_one(shop: httpx.Client) -> None:
    """A GET of a listed id shows that item, today and tomorrow; other ids show others."""
    for item in shop.get("/products?pageSize=100").json()["items"]:
        assert shop.get(f"/products/{item['id']}").json() == item
    other = "11111111-1111-4111-8111-111111111111"
    assert shop.get(f"/products/{other}").json()["id"] == other
    names = {shop.get(f"/products/{n}1111111-1111-4111-8111-111111111111").text for n in range(9)}
    assert len(names) == 9


@pytest.mark.parametrize("count", [0, 1, 3, 200, 1000])
def test_a_number_of_items(shop: httpx.Client, count: int) -> None:
    """As many as are asked for, under ids of their own; the preference was followed."""
    answer = shop.get("/plain", headers=prefer(count))
    assert len({item["id"] for item in answer.json()}) == len(answer.json()) == count
    assert answer.headers["preference-applied"] == f"items={count}"


def test_a_number_of_items_in_pages(shop: httpx.Client) -> None:
    """They are the total; a page has its size."""
    body = shop.get("/products?page=3&pageSize=50", headers=prefer(200)).json()
    assert (body["total"], body["page"], len(body["items"])) == (200, 3, 50)


def test_fewer_items_are_the_first(shop: httpx.Client) -> None:
    """Asking for two shows the first two."""
    assert shop.get("/plain", headers=prefer(2)).json() == shop.get("/plain").json()[:2]


@pytest.mark.parametrize(
    ("path", "count", "why"),
    [
        ("/plain", "1001", "Prefer: items=1001 is no whole number from 0 to 1000."),
        ("/plain", "-1", "Prefer: items=-1 is no whole number from 0 to 1000."),
        ("/plain", "many", "Prefer: items=many is no whole number from 0 to 1000."),
        ("/bounded", "1", "This list has at least 2 items (minItems), not 1."),
        ("/bounded", "5", "This list has at most 4 items (maxItems), not 5."),
    ],
)
def test_a_number_that_cannot_be(shop: httpx.Client, path: str, count: str, why: str) -> None:
    """It is refused, with the reason."""
    answer = shop.get(path, headers=prefer(count))
    assert (answer.status_code, answer.json()["detail"]) == (400, why)
    assert answer.headers["tallystick-error"] == "bad items"


def test_bounds_of_the_schema(shop: httpx.Client) -> None:
    """They hold for lists that nobody asks a number of, too."""
    assert 2 <= len(shop.get("/bounded").json()) <= 4


def test_a_documented_list(shop: httpx.Client) -> None:
    """It goes out as it is; where a number is asked for, its items come first."""
    assert shop.get("/documented").json() == EXAMPLE
    assert shop.get("/documented", headers=prefer(0)).json() == []
    more = shop.get("/documented", headers=prefer(4)).json()
    assert (more[:1], len(more)) == (EXAMPLE, 4)


@pytest.mark.parametrize(("path", "member"), [("/team", "members"), ("/cart", "items")])
def test_a_thing_with_a_list_is_no_list(shop: httpx.Client, path: str, member: str) -> None:
    """The preference is not for it."""
    answer = shop.get(path, headers=prefer(0))
    assert "preference-applied" not in answer.headers
    assert len(answer.json()[member]) >= 3


def test_items_name_their_parents(shop: httpx.Client) -> None:
    """The list of a shop has products of that shop; another shop has others."""
    items = shop.get("/shops/7/products").json()
    assert {item["shopId"] for item in items} == {"7"}
    assert shop.get("/shops/8/products").json() != items


def test_a_number_of_items_in_a_collection(serve: Serve) -> None:
    """Those that there are, then made ones, which are not kept."""
    document = yaml.safe_load(DOCUMENT)
    created = {"description": "OK", "content": {"application/json": {"schema": PRODUCT}}}
    document["paths"]["/products"]["post"] = {"responses": {"201": created}}
    shop = serve(yaml.safe_dump(document))
    kept = shop.get("/products?pageSize=100").json()["items"]
    many = shop.get("/products?pageSize=100", headers=prefer(40)).json()
    assert (many["items"][: len(kept)], many["total"]) == (kept, 40)
    assert len({item["id"] for item in many["items"]}) == 40
    assert shop.get("/products", headers=prefer(0)).json()["items"] == []
    assert shop.get("/products?pageSize=100").json()["items"] == kept


def test_an_etag(serve: Serve) -> None:
    """A documented one changes with the page, and a condition on it gets the documented 304."""
    document = yaml.safe_load(DOCUMENT)
    responses = document["paths"]["/products"]["get"]["responses"]
    responses["200"]["headers"]["ETag"] = {"schema": TEXT}
    responses["304"] = {"description": "As before"}
    shop = serve(yaml.safe_dump(document))
    first, second = (shop.get(f"/products?page={page}").headers["etag"] for page in (1, 2))
    assert first != second
    again = shop.get("/products?page=1", headers={"If-None-Match": first})
    assert (again.status_code, again.headers["etag"]) == (304, first)
    assert shop.get("/products?page=2", headers={"If-None-Match": first}).status_code == 200
