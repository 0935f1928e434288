"""The three services do what the document says: the same calls, written by hand, for each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
import requests

from tests.crud.calls import (
    BIKE,
    EXPECTED,
    PNG,
    Call,
    bike_with,
    call,
    made,
    patch,
    repair,
    send,
    upload,
)
from tests.crud.conformance import Document, read_document
from tests.crud.serve import FRAMEWORKS, serving

DOCUMENT = Document(read_document())

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module", params=FRAMEWORKS)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with serving(request.param) as base_url:
        yield base_url


@pytest.fixture
def world(url: str) -> Iterator[dict[str, str]]:
    """What the calls name; nothing is left of it."""
    yield made(url)
    for bike in send(url, call("GET", "/bikes?limit=100")).json()["items"]:
        send(url, call("DELETE", f"/bikes/{bike['id']}"))


ROWS = [
    pytest.param(operation, sent, status, id=f"{operation} {status} {number}")
    for operation, rows in EXPECTED.items()
    for number, (sent, status) in enumerate(rows)
]


@pytest.mark.parametrize(("operation", "sent", "status"), ROWS)
def test_a_call_gets_the_documented_answer(
    url: str, world: dict[str, str], operation: str, sent: Call, status: int
) -> None:
    """The status is the one written down, and the answer keeps the document."""
    response = send(url, sent, world)
    assert (response.status_code, DOCUMENT.faults(response, operation)) == (status, [])
    assert (response.status_code == 401) == ("WWW-Authenticate" in response.headers)


def test_each_documented_case_has_a_call() -> None:
    """All but server errors."""
    cases = {
        (f"{method.upper()} {path}", str(status))
        for path, item in DOCUMENT.value["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
        for status in operation["responses"]
    }
    called = {
        (operation, name)
        for operation, rows in EXPECTED.items()
        for _, status in rows
        for name in (str(status), f"{status // 100}XX" if status >= 400 else "", "default")
    }
    assert {(o, s) for o, s in cases if not re.fullmatch("5..", s)} - called == set()


def test_a_bike_is_what_was_said_of_it(url: str, world: dict[str, str]) -> None:
    """Created, read, listed, found, changed and replaced; its lock code is not shown."""
    said = bike_with(notes="The blue one", tags=["a", "b"], lock_code="0123", weight=9.25)
    created = send(url, call("POST", "/bikes", said))
    bike = {**created.json()}
    shown = {k: v for k, v in bike.items() if k not in ("id", "created_at")}
    expected = {**said, "colour": "#000000", "bought_on": None}
    del expected["lock_code"]
    assert shown == expected

    where = urljoin(url, created.headers["Location"])
    read = requests.get(where, headers=call("GET", "").headers, timeout=10)
    assert (read.json(), read.headers["ETag"]) == (bike, created.headers["ETag"])
    listed = send(url, call("GET", "/bikes?tag=b&tag=a")).json()
    found = send(url, call("POST", "/bikes/search", {"text": "BLUE"})).json()
    assert [listed["items"], found["items"]] == [[bike], [bike]]

    own = {"bike": bike["id"]}
    changed = send(url, patch({"notes": None, "gears": 5}), own)
    assert changed.json() == {**bike, "notes": None, "gears": 5}
    assert changed.headers["ETag"] != created.headers["ETag"]
    put = send(url, call("PUT", "/bikes/{bike}", {"kind": "cargo", "gears": 1, "weight": 30}), own)
    replaced = {**bike, "kind": "cargo", "gears": 1, "weight": 30, "notes": None, "tags": []}
    assert [put.json(), send(url, call("GET", "/bikes/{bike}"), own).json()] == [replaced] * 2

    send(url, call("DELETE", "/bikes/{bike}"), own)
    assert send(url, call("GET", "/bikes?tag=b")).json()["items"] == []


def test_pages(url: str, world: dict[str, str]) -> None:
    """Each bike is on one page; the last page names no next one."""
    seen, path = [], "/bikes?limit=1"
    while path:
        page = send(url, call("GET", path))
        body = page.json()
        assert (body["total"], page.headers["X-Total-Count"], body["limit"]) == (2, "2", 1)
        seen += [bike["id"] for bike in body["items"]]
        path = (body["next"] or "").partition("/v1")[2]
    assert seen == [world["bike"], world["planned"]]
    backwards = send(url, call("GET", "/bikes?sort=-created_at")).json()["items"]
    assert [bike["id"] for bike in backwards] == seen[::-1]
    assert send(url, call("GET", "/bikes?kind=road")).json()["total"] == 0


def test_a_repair_belongs_to_its_bike(url: str, world: dict[str, str]) -> None:
    """It has the branch of the header; what is read-only is not taken from the body."""
    sent = {"title": "Bell", "price_cents": 0, "status": "done", "id": "mine", "branch": "south"}
    created = send(url, repair(sent), world).json()
    made_of = {**sent, "id": created["id"], "bike_id": world["bike"], "branch": "north"}
    assert (created, created["id"] != "mine") == (made_of, True)
    done = send(url, call("GET", "/bikes/{bike}/repairs?status=done"), world).json()
    every = send(url, call("GET", "/bikes/{bike}/repairs"), world).json()
    assert (done, [each["id"] for each in every]) == ([created], [world["repair"], created["id"]])


def test_a_photo_comes_back_as_it_was_sent(url: str, world: dict[str, str]) -> None:
    """Byte for byte, under its media type."""
    created = send(url, upload(PNG * 9, "image/jpeg"), world).json()
    described = {"id": created["id"], "caption": None, "media_type": "image/jpeg"}
    assert created == {**described, "size": len(PNG) * 9}
    photo = send(url, call("GET", "/bikes/{bike}/photos/" + created["id"]), world)
    assert (photo.content, photo.headers["Content-Type"]) == (PNG * 9, "image/jpeg")


def test_what_belongs_to_a_bike_goes_with_it(url: str, world: dict[str, str]) -> None:
    """Its frame number can be given again."""
    send(url, call("DELETE", "/bikes/{bike}"), world)
    paths = ("repairs", "repairs/{repair}", "photos/{photo}", "service-plan")
    codes = [send(url, call("GET", "/bikes/{bike}/" + path), world).status_code for path in paths]
    again = send(url, call("POST", "/bikes", BIKE)).status_code
    assert (codes, again) == ([404] * 4, 201)


def test_other_methods_are_refused(url: str, world: dict[str, str]) -> None:
    """405 names those that there are. HEAD is like GET, where the framework has it."""
    refused = send(url, call("PATCH", "/bikes"))
    allowed = set(re.split(", *", refused.headers["Allow"]))
    assert (refused.status_code, {"GET", "POST"} <= allowed) == (405, True)
    head = send(url, call("HEAD", "/bikes/{bike}"), world)
    assert (head.status_code in (200, 405), head.content) == (True, b"")
