"""What of a request comes back in a made body, over real HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import yaml

from tests.mock_server.conftest import Serve

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}


def of(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "required": [*properties], "properties": properties, **more}


ORDER = of(
    {
        "id": {**WHOLE, "readOnly": True},
        "name": TEXT,
        "color": {"enum": ["red", "blue"]},
        "address": of({"city": TEXT, "zip": TEXT}),
        "number_of_parts": WHOLE,
        "url": {**TEXT, "format": "uri"},
        "apiToken": TEXT,
    }
)
SENT = of(
    {
        "id": WHOLE,
        "name": {},
        "color": TEXT,
        "address": {"type": "object"},
        "numberOfParts": WHOLE,
        "url": TEXT,
        "apiToken": TEXT,
    },
    required=[],
)
JSON = "application/json"


def operation(path: str, body: Any = None, answer: Any = None) -> dict[str, Any]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters = [{"name": n, "in": "path", "required": True, "schema": TEXT} for n in names]
    found: dict[str, Any] = {"parameters": parameters}
    if body is not None:
        form = "application/x-www-form-urlencoded"
        found["requestBody"] = {"content": {JSON: {"schema": body}, form: {"schema": body}}}
    content = {JSON: {"schema": answer}}
    return {**found, "responses": {"200": {"description": "OK", "content": content}}}


PATHS = {
    "/quotes": {"post": operation("/quotes", SENT, ORDER)},
    "/wrapped": {"post": operation("/wrapped", SENT, of({"data": ORDER}))},
    "/orders/{orderId}": {"get": operation("/orders/{orderId}", None, ORDER)},
    "/shops/{shop_id}/orders/{key}": {
        "get": operation("/shops/{shop_id}/orders/{key}", None, of({"shopId": WHOLE, "key": TEXT}))
    },
    "/orders/{orderId}/lines": {
        "get": operation("/orders/{orderId}/lines", None, of({"orderId": TEXT, "id": TEXT}))
    },
    "/orders/{orderId}/receipt": {
        "get": operation("/orders/{orderId}/receipt", None, of({"id": TEXT}))
    },
    "/orders/{orderId}/pay": {
        "post": operation("/orders/{orderId}/pay", SENT, of({"orderId": TEXT, "name": TEXT}))
    },
}


@pytest.fixture
def shop(serve: Serve) -> httpx.Client:
    head = {"openapi": "3.1.0", "info": {"title": "Shop", "version": "1"}}
    return serve(yaml.safe_dump({**head, "paths": PATHS}, sort_keys=False))


def test_members_of_the_body(shop: httpx.Client) -> None:
    """Those of the same name and type; an address that was sent is no made one."""
    sent = {"name": "Blue mug", "color": "red", "url": "https://mine.example/a", "numberOfParts": 3}
    body = shop.post("/quotes", json=sent).json()
    found = {name: body[name] for name in ("name", "color", "url", "number_of_parts")}
    assert found == {
        "name": "Blue mug",
        "color": "red",
        "url": "https://mine.example/a",
        "number_of_parts": 3,
    }


def test_what_the_schema_does_not_take(shop: httpx.Client) -> None:
    """It does not come back, and costs no other member."""
    body = shop.post("/quotes", json={"name": 7, "color": "pink", "numberOfParts": 4}).json()
    assert isinstance(body["name"], str)
    assert body["color"] in ("red", "blue")
    assert body["number_of_parts"] == 4


def test_what_is_the_services_own(shop: httpx.Client) -> None:
    """An id that only the service gives, and what may be secret, do not come back."""
    body = shop.post("/quotes", json={"id": 4711, "apiToken": "hush", "name": "x"}).json()
    assert body["id"] != 4711
    assert body["apiToken"] != "hush"
    assert body["name"] == "x"


def test_an_object_in_the_body(shop: httpx.Client) -> None:
    """What was sent of it, and what the service adds."""
    address = shop.post("/quotes", json={"address": {"city": "Rome"}}).json()["address"]
    assert address["city"] == "Rome"
    assert address.keys() == {"city", "zip"}


def test_a_wrapped_body(shop: httpx.Client) -> None:
    """The members come back in the object that is wrapped."""
    assert shop.post("/wrapped", json={"name": "Blue mug"}).json()["data"]["name"] == "Blue mug"


def test_a_form(shop: httpx.Client) -> None:
    """Its texts mean numbers where the response has numbers."""
    body = shop.post("/quotes", data={"name": "Mug", "numberOfParts": "5"}).json()
    assert (body["name"], body["number_of_parts"]) == ("Mug", 5)


def test_the_path(shop: httpx.Client) -> None:
    """Parameters of the same name, whatever its style; the last one is the id, too."""
    assert shop.get("/orders/42").json()["id"] == 42
    assert shop.get("/shops/9/orders/k7").json() == {"shopId": 9, "key": "k7"}
    lines = shop.get("/orders/42/lines").json()
    assert lines["orderId"] == "42"
    assert lines["id"] != "42"
    assert shop.get("/orders/42/receipt").json()["id"] != "42"


def test_path_and_body(shop: httpx.Client) -> None:
    """Both come back."""
    body = shop.post("/orders/42/pay", json={"name": "Ada"}).json()
    assert body == {"orderId": "42", "name": "Ada"}


def test_an_id_that_the_schema_does_not_take(shop: httpx.Client) -> None:
    """A made one stands for it."""
    assert isinstance(shop.get("/orders/forty-two").json()["id"], int)
