"""What collections keep, as JSON: had, brought in, changed by the item, over real HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from mock_server.collections.registry import StateError
from mock_server.mock import Mock
from mock_server.serve import serving
from tallystick import load_contract
from tests.mock_server.collections.conftest import DOCUMENT
from tests.mock_server.conftest import client

SHOP = {"id": 1, "name": "Mine", "status": "open", "createdAt": "2026-01-01T00:00:00Z"}
STATE = {"collections": {"/shops": {"items": [SHOP], "deleted": ["7"]}}}
PLACE = "/_tallystick/state"


def test_state_can_be_had_and_brought_in(shop: httpx.Client) -> None:
    """Of nested collections what has changed; in another session it is the same."""
    place = shop.post("/shops", json={"name": "Blue"}).headers["location"]
    item = shop.post(f"{place}/things", json={"name": "Mug", "price": 1}).json()
    shop.delete("/shops/7")
    state = shop.get(PLACE).json()
    kept = state["collections"]
    assert [*kept] == ["/shops", f"{place}/things"]
    assert (kept["/shops"]["deleted"], kept[f"{place}/things"]["items"]) == (["7"], [item])
    assert shop.put(f"/~session/copy{PLACE}", json=state).status_code == 204
    listed = shop.get("/shops?pageSize=100").content
    assert (
        shop.get("/~session/copy/shops?pageSize=100").json()["items"] == json.loads(listed)["items"]
    )
    assert shop.get(f"/~session/copy{place}/things/{item['id']}").json() == item
    assert shop.get("/~session/copy/shops/7").status_code == 404


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({}, "an object with the member 'collections'"),
        ({"collections": {"/cars": {"items": []}}}, "There is no collection /cars"),
        ({"collections": {"/shops": {}}}, "needs a list of 'items'"),
        ({"collections": {"/shops": {"items": [{"name": "x"}]}}}, "no object with the id in 'id'"),
        ({"collections": {"/shops": {"items": [{**SHOP, "status": "?"}]}}}, "not valid at /status"),
        ({"collections": {"/shops": {"items": [SHOP, SHOP]}}}, "have the same id"),
    ],
)
def test_a_wrong_state_is_refused(shop: httpx.Client, state: Any, expected: str) -> None:
    """Nothing of it is taken."""
    before = shop.get(PLACE).json()
    response = shop.put(PLACE, json=state)
    assert response.status_code == 400
    assert expected in response.json()["detail"]
    assert shop.get(PLACE).json() == before


def test_a_mock_starts_with_a_state(tmp_path: Path) -> None:
    """In each session, and again after a reset."""
    contract = load_contract(str(DOCUMENT))
    with serving(contract, state=STATE) as url, client(url) as mock:
        assert mock.get("/shops").json()["items"] == [SHOP]
        assert mock.get("/~session/other/shops/1").json() == SHOP
        assert mock.get("/shops/7").status_code == 404
        mock.delete("/shops/1")
        mock.post("/_tallystick/reset")
        assert mock.get("/shops").json()["items"] == [SHOP]


def test_a_mock_does_not_start_with_a_wrong_state() -> None:
    """The message says what is wrong."""
    with pytest.raises(StateError, match="There is no collection /cars"):
        Mock(load_contract(str(DOCUMENT)), state={"collections": {"/cars": {}}})


def test_items_can_be_put_and_removed(shop: httpx.Client) -> None:
    """Also where the contract has no operation for it; what is not valid is refused."""
    thing = {"id": "6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11", "shopId": 7, "name": "Mug", "price": 1}
    where = {"collection": "/shops/7/things"}
    assert shop.put(f"{PLACE}/items", params=where, json=thing).status_code == 204
    assert shop.get(f"/shops/7/things/{thing['id']}").json() == thing
    wrong = shop.put(f"{PLACE}/items", params=where, json={**thing, "price": -1})
    assert (wrong.status_code, "/price" in wrong.json()["detail"]) == (400, True)
    one = {**where, "id": str(thing["id"])}
    assert shop.delete(f"{PLACE}/items", params=one).status_code == 204
    assert shop.get(f"/shops/7/things/{thing['id']}").status_code == 404
    assert shop.delete(f"{PLACE}/items", params=one).status_code == 404
    assert shop.delete(f"{PLACE}/items", params={"collection": "/x"}).status_code == 404


def test_what_collections_add_to_the_control_api_is_documented(shop: httpx.Client) -> None:
    """Where there are collections, and there only."""
    assert f"{PLACE}/items" in shop.get("/_tallystick/control.json").json()["paths"]


def test_without_collections(mock: httpx.Client) -> None:
    """There is nothing to have."""
    assert mock.get(PLACE).json() == {"collections": {}}
    assert f"{PLACE}/items" not in mock.get("/_tallystick/control.json").json()["paths"]


def test_the_board_shows_items(shop: httpx.Client) -> None:
    """Each with what deletes it and what saves it, escaped; nothing of them on other boards."""
    shop.post("/shops", json={"name": "<script>alert(1)</script>"})
    text = shop.get("/_tallystick/").text
    assert "Ada&#39;s books" in text
    assert 'data-call="DELETE state/items?collection=/shops&amp;id=7"' in text
    assert 'data-call="PUT state/items?collection=/shops"' in text
    assert "<script>alert(1)" not in text


def test_other_boards_show_no_collections(mock: httpx.Client) -> None:
    """Where there are none."""
    assert "collections-title" not in mock.get("/_tallystick/").text
