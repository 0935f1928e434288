"""Whatever is asked of a mock, in any order: one that keeps its state itself and two replicas that
take turns give the same answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tallystick import load_contract
from tests.mock_server.conftest import client, replicated
from tests.mock_server.documented import ID, OPERATION, OTHER_ID, VALID, path
from tests.redis_server import RedisServer, needs_redis

pytestmark = needs_redis

SHOP = Path(__file__).parents[2] / "collections" / "shop.yaml"
NOTES = """
openapi: 3.1.0
info: { title: Notes, version: "1" }
security: [{ key: [] }]
paths:
  /notes:
    get:
      parameters: [{ name: page, in: query, schema: { type: integer, minimum: 1 } }]
      responses:
        "200":
          description: Notes
          headers: { ETag: { schema: { type: string } } }
          content:
            application/json:
              schema: { type: array, items: { $ref: "#/components/schemas/Note" } }
        "304": { description: As you know them }
        "401": { description: Who are you? }
    post:
      requestBody:
        content: { application/json: { schema: { $ref: "#/components/schemas/Note" } } }
      responses:
        "201":
          description: Made
          content: { application/json: { schema: { $ref: "#/components/schemas/Note" } } }
        "400": { description: Wrong }
        "429": { description: Too many }
  /notes/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get:
      responses:
        "200":
          description: A note
          headers: { ETag: { schema: { type: string } } }
          content: { application/json: { schema: { $ref: "#/components/schemas/Note" } } }
        "404": { description: Not there }
    delete:
      responses: { "204": { description: Gone }, "404": { description: Not there } }
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Key } }
  schemas:
    Note:
      type: object
      required: [text]
      properties:
        id: { type: string, format: uuid, readOnly: true }
        text: { type: string, maxLength: 20 }
        done: { type: boolean }
        madeAt: { type: string, format: date-time, readOnly: true }
"""
PREFIX = "/_tallystick"
MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?")
SECONDS = re.compile(r'(?<="seconds":)[\d.e-]+|[\d.]+ m?s\b|(?<=data-edition=")\d+')
TOKEN = re.compile(r"[A-Za-z0-9_-]{20,}")
"""A moment, how long an answer took, what nobody can guess: these may differ."""

SHOWN = [
    "allow",
    "content-type",
    "etag",
    "link",
    "location",
    "preference-applied",
    "retry-after",
    "tallystick-case",
    "tallystick-error",
    "www-authenticate",
    "x-total-count",
]

sessions = st.sampled_from(("", "", "a", "b"))
cases = st.sampled_from(("200", "201", "404", "400", "502", "PaymentAccount.Disconnected", "429"))
matches = st.sampled_from(
    ({}, {}, {"path.id": ID}, {"header.x-key": "k"}, {"operation": OPERATION}, {"query.page": "1"})
)
CONTROL = st.one_of(
    st.builds(
        lambda names, times, match: (
            "POST",
            "forces",
            {"cases": names, "times": times, "match": match},
        ),
        st.lists(cases, min_size=1, max_size=3),
        st.sampled_from((1, 2, None)),
        matches,
    ),
    st.builds(
        lambda body, status: ("POST", "forces", {"body": body, **status}),
        st.sampled_from(([], {"a": [1.5, None, "é\u2028"]}, 2**70, "x")),
        st.sampled_from(({}, {"status": 418}, {"status": 201})),
    ),
    st.builds(
        lambda faults, times, rate, seed: (
            "POST",
            "faults",
            {"faults": faults, "times": times, "rate": rate, "seed": seed},
        ),
        st.lists(st.sampled_from(("wrong-type", "bad-gateway")), min_size=1, max_size=2),
        st.sampled_from((1, 3, None)),
        st.sampled_from((1, 0.5)),
        st.integers(0, 3),
    ),
    st.builds(
        lambda n, k: ("DELETE", f"{k}/{n}", None),
        st.integers(1, 3),
        st.sampled_from(("forces", "faults")),
    ),
    st.sampled_from(
        (
            ("DELETE", "forces", None),
            ("DELETE", "faults", None),
            ("POST", "reset", None),
            ("POST", "clock", {"freeze": True}),
            ("POST", "clock", {"advance": 100_000}),
            ("POST", "clock", {"reset": True}),
            ("DELETE", "sessions/a", None),
            ("DELETE", "coverage", None),
            ("DELETE", "coverage?total=true", None),
            ("POST", "verify", {"case": "200", "at_least": 1}),
            ("POST", "verify", {"case": "404", "times": 2}),
            ("PUT", f"organisations/{ID}", {"payment_account": "Disconnected"}),
            ("PUT", f"organisations/{ID}", {"payment_account": "Active"}),
            (
                "PUT",
                "state/items?collection=/shops",
                {"id": 3, "name": "c", "status": "open", "createdAt": "2026-01-01T00:00:00Z"},
            ),
            ("DELETE", "state/items?collection=/shops&id=7", None),
            ("GET", "", None),
        )
    ),
)
LOOKS = [
    "forces",
    "faults",
    "clock",
    "requests",
    "sessions",
    "coverage",
    "coverage?total=true",
    "state",
    "organisations",
    "links",
]
headers = st.sampled_from(
    (
        {},
        {},
        {},
        {"X-Key": "k"},
        {"X-Key": "k"},
        {"X-Key": "wrong-credential"},
        {"Prefer": "code=404"},
        {"Prefer": "items=3"},
        {"Prefer": "fault=bad-gateway"},
        {"If-None-Match": "ETAG"},
        {"If-Match": "ETAG"},
        {"Accept": "text/html"},
        {"X-Odd": "\u00ff"},
    )
)


def asked(*requests: tuple[str, str, Any]) -> st.SearchStrategy[tuple[str, str, Any]]:
    return st.sampled_from(requests)


APIS = {
    "bundled": (
        "",
        asked(
            ("POST", path(), VALID),
            ("POST", path(), VALID),
            ("POST", path(OTHER_ID), VALID),
            ("POST", path(), {}),
            ("GET", "LINK", None),
            ("GET", path(), None),
        ),
    ),
    "shop": (
        SHOP.read_text(),
        asked(
            ("GET", "/shops", None),
            ("GET", "/shops?page=2&pageSize=1", None),
            ("GET", "/shops?status=open&sort=-name", None),
            ("POST", "/shops", {"name": "new"}),
            ("POST", "/shops", {"name": "shut", "status": "shut", "secret": "hush"}),
            ("POST", "/shops", {}),
            ("GET", "LOCATION", None),
            ("PATCH", "LOCATION", {"name": "changed", "note": None}),
            ("PUT", "/shops/7", {"name": "put"}),
            ("GET", "/shops/7", None),
            ("DELETE", "LOCATION", None),
            ("DELETE", "/shops/9", None),
            ("GET", "/shops/9/things?limit=2", None),
            ("POST", "/shops/9/things", {"name": "t", "price": 3, "colour": "red"}),
            ("GET", "/shops/7/things?colour=red&sort=-price", None),
        ),
    ),
    "notes": (
        NOTES,
        asked(
            ("GET", "/notes", None),
            ("GET", "/notes?page=1", None),
            ("POST", "/notes", {"text": "x"}),
            ("POST", "/notes", {"text": 1}),
            ("GET", "/notes/MADE", None),
            ("DELETE", "/notes/MADE", None),
            ("GET", "/nowhere", None),
        ),
    ),
}


@dataclass
class Side:
    """One of the two: a client, and what it was sent last."""

    client: httpx.Client
    known: dict[str, str] = field(default_factory=dict)

    def begin(self) -> None:
        """As at the start."""
        self.known = {"LINK": "/x", "LOCATION": "/x", "MADE": "x", "ETAG": '"x"'}
        for name in ("a", "b"):
            self.client.delete(f"{PREFIX}/sessions/{name}")
        self.client.post(f"{PREFIX}/reset")
        self.client.delete(f"{PREFIX}/coverage?total=true")

    def ask(self, request: tuple[str, str, Any], sent: dict[str, str]) -> Any:
        """What an answer says."""
        method, place, body = request
        for name, value in self.known.items():
            place = place.replace(name, value)
        sent = {name: self.known.get(value, value) for name, value in sent.items()}
        lines = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
        answer = self.client.request(method, place, json=body, headers=lines)
        self.learn(answer)
        shown = {name: self.same(answer.headers[name]) for name in SHOWN if name in answer.headers}
        text = self.same(answer.text)
        if "etag" in shown and ("MOMENT" in text or not text):
            shown["etag"] = "ETAG"  # that of an item with a moment, which may differ
        return answer.status_code, shown, text.splitlines()

    def learn(self, answer: httpx.Response) -> None:
        """What later requests name."""
        self.known |= {"ETAG": answer.headers["etag"]} if "etag" in answer.headers else {}
        if "location" in answer.headers:
            self.known["LOCATION"] = httpx.URL(answer.headers["location"]).path
        if answer.headers.get("content-type") != "application/json":
            return
        body = answer.json()
        if isinstance(body, dict) and isinstance(body.get("url"), str):
            self.known["LINK"] = httpx.URL(body["url"]).path
        if isinstance(body, dict) and "text" in body and "id" in body:
            self.known["MADE"] = body["id"]

    def same(self, text: str) -> str:
        """A text without what may differ."""
        text = re.sub(r"127\.0\.0\.1:\d+", "HOST", text)
        return TOKEN.sub("TOKEN", SECONDS.sub("SECONDS", MOMENT.sub("MOMENT", text)))


@pytest.fixture(scope="module", params=APIS)
def api(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Side, Side, st.SearchStrategy[Any]]]:
    """One mock, two replicas, and what they are asked."""
    text, requests = APIS[request.param]
    folder = tmp_path_factory.mktemp("api")
    document = folder / "document.yaml"
    document.write_text(text, encoding="utf-8")
    contract = load_contract(*([str(document)] if text else []))
    with RedisServer(folder) as server, ExitStack() as stack:
        urls = [stack.enter_context(replicated(contract, at)) for at in (None, server.address())]
        sides = [Side(stack.enter_context(client(url))) for url in urls]
        yield sides[0], sides[1], requests


def orders(requests: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Requests of a test and of its user, in any order."""
    of_control = st.one_of(
        CONTROL, CONTROL, st.sampled_from([("GET", look, None) for look in LOOKS])
    )
    explained = st.builds(lambda n: ("GET", f"requests/{n}", None), st.integers(1, 9))
    control = st.one_of(of_control, explained).map(lambda r: (r[0], f"{PREFIX}/{r[1]}", r[2]))
    either = st.one_of(requests, requests, requests, control)
    return st.lists(st.tuples(either, sessions, headers), min_size=1, max_size=30)


def compare(one: Side, other: Side, order: Any) -> None:
    """Ask both."""
    for side in (one, other):
        side.begin()
    for request, session, sent in order:
        named = {"Tallystick-Session": session} if session else {}
        assert other.ask(request, sent | named) == one.ask(request, sent | named), request
    for session in ("", "a", "b"):
        for look in LOOKS:
            request = "GET", f"{PREFIX}/{look}", None
            named = {"Tallystick-Session": session} if session else {}
            assert other.ask(request, named) == one.ask(request, named), (session, look)


def test_replicas_answer_as_one_mock(api: tuple[Side, Side, st.SearchStrategy[Any]]) -> None:
    """A few orders, always the same."""
    one, other, requests = api

    @settings(max_examples=8, derandomize=True, database=None, phases=[Phase.generate])
    @given(orders(requests))
    def run(order: Any) -> None:
        compare(one, other, order)

    run()


@pytest.mark.long
def test_replicas_answer_as_one_mock_in_many_orders(
    api: tuple[Side, Side, st.SearchStrategy[Any]],
) -> None:
    """Others each time."""
    one, other, requests = api

    @settings(max_examples=300, database=None)
    @given(orders(requests))
    def run(order: Any) -> None:
        compare(one, other, order)

    run()
