"""What is posted is listed, read, changed and deleted, over real HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mock_server.serve import serving
from tallystick import load_contract
from tests.mock_server.collections.conftest import DOCUMENT
from tests.mock_server.conftest import Serve, client

MERGE = {"content-type": "application/merge-patch+json"}
ADA = {
    "id": 7,
    "name": "Ada's books",
    "status": "open",
    "createdAt": "2026-01-01T00:00:00Z",
}


def made(shop: httpx.Client, **members: Any) -> httpx.Response:
    return shop.post("/shops", json={"name": "Blue mugs", **members})


def ids(response: httpx.Response, member: str = "items") -> list[Any]:
    return [item["id"] for item in response.json()[member]]


def thing(shop: httpx.Client, place: str, name: str = "Mug", price: int = 5) -> dict[str, Any]:
    response = shop.post(f"{place}/things", json={"name": name, "price": price})
    assert response.status_code == 201
    value: dict[str, Any] = response.json()
    return value


# --- the first items


def test_documented_examples_come_first(shop: httpx.Client) -> None:
    """Under their own ids and as they are; made ones follow, three to ten in all."""
    listed = shop.get("/shops?pageSize=100")
    items = listed.json()["items"]
    assert items[0] == ADA
    assert ids(listed)[:3] == [7, 9, 10]
    assert 3 <= len(items) <= 10
    assert shop.get("/shops/7").json() == ADA
    assert shop.get("/shops/10").json() == items[2]


def test_the_first_items_are_the_same_for_the_same_seed(shop: httpx.Client) -> None:
    """Whenever they are asked for, in any session."""
    first = shop.get("/shops/7/things").content
    assert shop.get("/~session/other/shops/7/things").content == first
    assert shop.get("/shops/9/things").content != first


def test_the_example_of_a_path_parameter_is_an_item(serve: Serve) -> None:
    """What a documentation page fills in leads somewhere."""
    text = DOCUMENT.read_text("utf-8").replace("example: 7 }", "example: 4711 }")
    assert serve(text).get("/shops/4711").json()["id"] == 4711


# --- one item's life


def test_what_is_posted_is_kept(shop: httpx.Client) -> None:
    """With the members that only the service sets, without those that it only takes."""
    response = made(shop, note="new", secret="s")
    item = response.json()
    assert response.status_code == 201
    created = item.pop("createdAt")
    assert item == {"id": item["id"], "name": "Blue mugs", "status": "open", "note": "new"}
    assert created[:2] == "20"
    assert shop.get(response.headers["location"]).json() == response.json()
    assert response.json() in shop.get("/shops?pageSize=100").json()["items"]


def test_whole_numbers_count_up(shop: httpx.Client) -> None:
    """Each new id is the next; that of a deleted item is not given again."""
    first = made(shop).json()["id"]
    assert made(shop).json()["id"] == first + 1
    assert shop.delete(f"/shops/{first + 1}").status_code == 204
    assert made(shop).json()["id"] == first + 2


def test_put_replaces(shop: httpx.Client) -> None:
    """What is not sent is gone, but for what only the service sets."""
    item = made(shop, note="new", status="shut").json()
    place = f"/shops/{item['id']}"
    response = shop.put(place, json={"name": "Red mugs", "status": "open"})
    wanted = {"id": item["id"], "name": "Red mugs", "status": "open"}
    assert response.json() == {**wanted, "createdAt": item["createdAt"]}
    assert shop.get(place).json() == response.json()


def test_patch_merges(shop: httpx.Client) -> None:
    """RFC 7396: what is sent changes, null removes, the rest stays."""
    item = made(shop, note="new").json()
    place = f"/shops/{item['id']}"
    response = shop.patch(place, json={"status": "shut", "note": None}, headers=MERGE)
    assert response.status_code == 200
    del item["note"]
    assert shop.get(place).json() == {**item, "status": "shut"} == response.json()


def test_delete_removes(shop: httpx.Client) -> None:
    """From the list, too; nothing that is asked of it afterwards is done."""
    place = made(shop).headers["location"]
    assert shop.delete(place).status_code == 204
    own = int(place.rpartition("/")[2])
    assert own not in ids(shop.get("/shops?pageSize=100"))
    assert shop.get(place).status_code == 404
    assert shop.put(place, json={"name": "again"}).status_code == 404
    assert shop.patch(place, json={"name": "again"}, headers=MERGE).status_code == 404
    assert shop.delete(place).status_code == 404


def test_an_unknown_id_gets_the_documented_404(shop: httpx.Client) -> None:
    """And the journal says that the collection decided."""
    response = shop.get("/shops/123456")
    assert (response.status_code, response.json()["title"]) == (404, "Not Found")
    assert "'123456' of /shops is not there" in response.headers["tallystick-error"]
    entry = shop.get("/_tallystick/requests").json()[-1]
    assert (entry["reason"], entry["case"]) == ("collection", "404")
    explained = shop.get(f"/_tallystick/requests/{entry['id']}").json()
    assert explained["rules"][-2]["rule"] == "collection"
    assert explained["rules"][-2]["outcome"] == "decided"


def test_without_a_documented_404_an_item_is_made(serve: Serve) -> None:
    """The same each time, until it is deleted: then it is gone."""
    text = DOCUMENT.read_text("utf-8")
    text = text.replace('        "404": { $ref: "#/components/responses/Error" }\n', "")
    mock = serve(text)
    first = mock.get("/shops/123456")
    assert (first.status_code, first.json()["id"]) == (200, 123456)
    assert mock.get("/shops/123456").json() == first.json()
    changed = mock.patch("/shops/123456", json={"name": "Mine"}, headers=MERGE)
    assert mock.get("/shops/123456").json() == {**first.json(), "name": "Mine"} == changed.json()
    assert mock.delete("/shops/123456").status_code == 204
    assert mock.get("/shops/123456").status_code == 404


# --- conditions


def test_conditions(shop: httpx.Client) -> None:
    """304 for what a client knows, 412 for what has changed, another ETag after each change."""
    response = made(shop)
    place, etag = response.headers["location"], response.headers["etag"]
    assert shop.get(place).headers["etag"] == etag
    known = shop.get(place, headers={"if-none-match": etag})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", etag)
    stale = {"if-match": '"stale"'}
    assert shop.put(place, json={"name": "no"}, headers=stale).status_code == 412
    assert shop.delete(place, headers=stale).status_code == 412
    assert shop.get(place).json()["name"] == "Blue mugs"
    assert shop.put(place, json={"name": "yes"}, headers={"if-match": etag}).status_code == 200
    assert shop.get(place).headers["etag"] != etag
    assert shop.get(place, headers={"if-none-match": etag}).status_code == 200
    assert shop.delete(place, headers={"if-match": etag}).status_code == 412


# --- nested collections


def test_a_new_item_has_nothing_in_it(shop: httpx.Client) -> None:
    """What is in it is its own, and names it."""
    one, other = made(shop).headers["location"], made(shop).headers["location"]
    assert shop.get(f"{one}/things").json() == {"data": [], "hasMore": False}
    item = thing(shop, one)
    assert item["shopId"] == int(one.rpartition("/")[2])
    assert shop.get(f"{one}/things").json()["data"] == [item]
    assert shop.get(f"{other}/things").json()["data"] == []
    assert shop.get(f"{one}/things/{item['id']}").json() == item
    assert shop.get(f"{other}/things/{item['id']}").status_code == 404


def test_what_is_in_an_item_goes_with_it(shop: httpx.Client) -> None:
    """The parent's absence is a 404 of what is inside."""
    place = made(shop).headers["location"]
    item = thing(shop, place)
    assert shop.delete(place).status_code == 204
    assert shop.get(f"{place}/things").status_code == 404
    assert shop.get(f"{place}/things/{item['id']}").status_code == 404
    assert shop.post(f"{place}/things", json={"name": "Mug", "price": 1}).status_code == 404
    assert shop.get("/shops/123456/things").status_code == 404


def test_uuids_in_capitals_mean_the_same(shop: httpx.Client) -> None:
    """RFC 9562 section 4."""
    item = thing(shop, "/shops/7")
    assert shop.get(f"/shops/7/things/{item['id'].upper()}").json() == item
    assert shop.delete(f"/shops/7/things/{item['id'].upper()}").status_code == 204
    assert shop.get(f"/shops/7/things/{item['id']}").status_code == 404


# --- what comes first, and what is left alone


def test_forces_and_errors_come_first(shop: httpx.Client) -> None:
    """Neither a forced success nor a refused request changes anything."""
    before = shop.get("/shops?pageSize=100").content
    assert made(shop, name="").status_code == 400
    shop.post("/shops", json={"name": "x"}, headers={"prefer": "code=201"})
    assert shop.get("/shops/7", headers={"prefer": "code=404"}).status_code == 404
    assert shop.get("/~case/404/shops/7").status_code == 404
    shop.post("/_tallystick/forces", json={"cases": ["404"]})
    assert shop.delete("/shops/7").status_code == 404
    assert shop.get("/shops?pageSize=100").content == before


def test_sessions_do_not_share(shop: httpx.Client) -> None:
    """Each has its own items, by address and by header; its Location stays in it."""
    response = shop.post("/~session/mine/shops", json={"name": "Mine"})
    place = response.headers["location"]
    assert place.startswith("/~session/mine/shops/")
    assert shop.get(place).json()["name"] == "Mine"
    plain = place.removeprefix("/~session/mine")
    assert shop.get(plain, headers={"tallystick-session": "mine"}).json()["name"] == "Mine"
    assert shop.get(plain).status_code == 404


def test_reset_restores_the_first_items(shop: httpx.Client) -> None:
    """What was deleted is there again, what was made is gone."""
    before = shop.get("/shops?pageSize=100").content
    place = made(shop).headers["location"]
    shop.delete("/shops/7")
    assert shop.get("/shops?pageSize=100").content != before
    shop.post("/_tallystick/reset")
    assert shop.get("/shops?pageSize=100").content == before
    assert shop.get(place).status_code == 404


def test_stateless() -> None:
    """Nothing is kept, and an example goes out as it is."""
    with serving(load_contract(str(DOCUMENT)), remembers=False) as url, client(url) as mock:
        assert len(mock.get("/shops").json()["items"]) == 2
        assert made(mock).headers["location"] == "/"
        assert mock.delete("/shops/7").status_code == 204
        assert mock.get("/shops/7").status_code == 200


def test_an_overlay_switches_a_collection_off(serve: Serve) -> None:
    """By `x-tallystick-collection: false` on its path."""
    text = DOCUMENT.read_text("utf-8")
    mock = serve(text.replace("  /shops:\n", "  /shops:\n    x-tallystick-collection: false\n"))
    assert len(mock.get("/shops").json()["items"]) == 2
    assert mock.get("/shops/123456").status_code == 200
    assert mock.get("/shops/7/things").status_code == 200


WEIRD = """
openapi: 3.1.0
info: { title: Notes, version: "1" }
paths:
  /notes:
    get:
      responses:
        "200":
          description: d
          content:
            application/json: { schema: { $ref: "#/components/schemas/Notes" } }
            application/xml: { schema: { $ref: "#/components/schemas/Notes" } }
    post:
      requestBody: { content: { application/json: { schema: { type: object } } } }
      responses:
        "201":
          description: d
          headers: { Location: { schema: { type: string, format: uri } } }
          content:
            application/json:
              schema:
                type: object
                required: [key]
                properties: { key: { type: string }, state: { type: string, const: made } }
        "409": { description: taken }
  /notes/{key}:
    parameters: [{ name: key, in: path, required: true, schema: { type: string } }]
    get:
      responses:
        "200":
          description: d
          content:
            application/json:
              schema:
                type: object
                required: [data]
                properties: { data: { $ref: "#/components/schemas/Note" }, at: { type: string } }
    put:
      requestBody: { content: { application/json: { schema: { type: object } } } }
      responses:
        "200": { description: d }
        "201": { description: d, headers: { Location: { schema: { type: string } } } }
    delete:
      responses:
        "200":
          description: d
          content:
            application/json:
              schema:
                required: [key, deleted]
                properties: { key: { type: string }, deleted: { type: boolean } }
components:
  schemas:
    Notes: { type: array, items: { $ref: "#/components/schemas/Note" } }
    Note:
      type: object
      required: [key, text]
      properties:
        key: { type: string, pattern: "^[a-z]{3,12}$" }
        text: { type: string, maxLength: 10 }
        stars: { type: integer, maximum: 5 }
"""


def test_nothing_breaks_the_contract(serve: Serve) -> None:
    """What a request may hold and an item may not is left out, or made."""
    mock = serve(WEIRD)
    sent = {"key": "mine", "text": "much too long", "stars": 3, "password": "x"}
    response = mock.post("/notes", json=sent)
    assert response.json() == {"key": "mine", "state": "made"}
    assert response.headers["location"] == str(mock.base_url).rstrip("/") + "/notes/mine"
    item = mock.get("/notes/mine").json()["data"]
    assert (item["key"], item["stars"], item.keys()) == ("mine", 3, {"key", "text", "stars"})
    assert len(item["text"]) <= 10
    assert item in mock.get("/notes").json()


def test_a_taken_id_is_refused_as_documented(serve: Serve) -> None:
    """An id that the client gives is kept; one that cannot be is made."""
    mock = serve(WEIRD)
    assert mock.post("/notes", json={"key": "mine", "text": "a"}).status_code == 201
    assert mock.post("/notes", json={"key": "mine", "text": "b"}).status_code == 409
    assert mock.post("/notes", json={"key": "NOT ONE", "text": "b"}).json()["key"] != "NOT ONE"


def test_put_creates_where_201_is_documented(serve: Serve) -> None:
    """RFC 9110 section 9.3.4: then it replaces."""
    mock = serve(WEIRD)
    first = mock.put("/notes/fresh", json={"text": "one"})
    assert (first.status_code, first.headers["location"]) == (201, "/notes/fresh")
    assert mock.put("/notes/fresh", json={"text": "two"}).status_code == 200
    assert mock.get("/notes/fresh").json()["data"] == {"key": "fresh", "text": "two"}
    assert mock.delete("/notes/fresh").json() == {"key": "fresh", "deleted": True}
    assert mock.get("/notes/fresh").status_code == 404


def test_other_media_types_show_the_same_items(serve: Serve) -> None:
    """What a client accepts decides how the items are written."""
    mock = serve(WEIRD)
    mock.post("/notes", json={"key": "mine", "text": "a<b"})
    response = mock.get("/notes", headers={"accept": "application/xml"})
    assert response.headers["content-type"] == "application/xml"
    assert "<text>a&lt;b</text>" in response.text


def test_nothing_is_kept_of_what_is_not_acceptable(serve: Serve) -> None:
    """The documented 406 is one, with nothing of the collection in it."""
    refusal = """"406": { description: no, content: { text/plain: { example: no } } }
        "409":"""
    mock = serve(WEIRD.replace('"409":', refusal))
    sent = {"key": "mine", "text": "a"}
    response = mock.post("/notes", json=sent, headers={"accept": "image/png"})
    assert (response.status_code, response.text) == (406, "no")
    assert "mine" not in [note["key"] for note in mock.get("/notes").json()]


def test_null_stays_where_a_member_must_be_there(serve: Serve) -> None:
    """RFC 7396 would remove it, and the schema wants it."""
    text = DOCUMENT.read_text("utf-8")
    text = text.replace("required: [id, name, status, createdAt]", "required: [id, name, note]")
    nullable = 'note: { type: [string, "null"], maxLength: 40 }'
    mock = serve(text.replace("note: { type: string, maxLength: 40 }", nullable))
    place = made(mock, note="new").headers["location"]
    assert mock.patch(place, json={"note": None}, headers=MERGE).json()["note"] is None


@pytest.mark.parametrize("body", [b"[1]", b'"text"', b"null"])
def test_what_is_no_item_is_not_kept(serve: Serve, body: bytes) -> None:
    """Where the document lets it pass, it is answered without the collection."""
    mock = serve(WEIRD.replace("schema: { type: object }", "schema: {}"))
    before = mock.get("/notes").content
    sent = mock.post("/notes", content=body, headers={"content-type": "application/json"})
    assert sent.status_code == 201
    assert mock.get("/notes").content == before
