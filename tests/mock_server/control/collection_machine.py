"""A state machine (Hypothesis) of what a collection keeps, through its operations and the control
API, and a model of it.

Rules: the model is written by hand, from what `docs/collections.md` says: in each session, items by
their ids. After each step the list must show them.
"""

from __future__ import annotations

from typing import Any

import httpx
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

NAMES = ("", "a")
Shown = tuple[str, str]
"""The name of a shop, and whether it is open."""

sessions = st.sampled_from(NAMES)
shop_names = st.text(min_size=1, max_size=8)
statuses = st.sampled_from(("open", "shut"))
places = st.integers(0, 30)
"""Which of the items is meant, counted round."""


class CollectionMachine(RuleBasedStateMachine):
    """The shops of `tests/mock_server/collections/shop.yaml`; whoever runs it sets `client`."""

    client: httpx.Client

    def __init__(self) -> None:
        super().__init__()
        for name in NAMES[1:]:
            self.client.delete(f"/_tallystick/sessions/{name}")
        self.client.post("/_tallystick/reset")
        self.first = self.listed("")
        assert {
            7: ("Ada's books", "open"),
            9: ("Zoe's bikes", "shut"),
        }.items() <= self.first.items()
        self.shops: dict[str, dict[int, Shown]] = {name: dict(self.first) for name in NAMES}
        self.counts = dict.fromkeys(NAMES, 0) | {"": 1}
        self.touched = ""

    def send(
        self, name: str, method: str, place: str, body: Any = None, kind: str = "application/json"
    ) -> httpx.Response:
        """A request to an operation, in a session."""
        self.touched = name
        self.counts[name] += 1
        base, headers = f"/~session/{name}" if name else "", {"Content-Type": kind}
        return self.client.request(method, f"{base}{place}", json=body, headers=headers)

    def control(self, name: str, method: str, place: str, body: Any = None) -> httpx.Response:
        self.touched = name
        base = f"/~session/{name}" if name else ""
        return self.client.request(method, f"{base}/_tallystick/{place}", json=body)

    def listed(self, name: str) -> dict[int, Shown]:
        """What the list shows."""
        base = f"/~session/{name}" if name else ""
        answer = self.client.get(f"{base}/shops?pageSize=100").json()
        assert answer["total"] == len(answer["items"])
        return {item["id"]: (item["name"], item["status"]) for item in answer["items"]}

    def one(self, name: str, place: int) -> int:
        """The id of an item that is there."""
        assume(self.shops[name])
        found = sorted(self.shops[name])
        return found[place % len(found)]

    # --- the operations

    @rule(name=sessions, shop=shop_names, status=statuses)
    def make(self, name: str, shop: str, status: str) -> None:
        """A new item has an id that none has."""
        answer = self.send(name, "POST", "/shops", {"name": shop, "status": status})
        assert answer.status_code == 201
        own = answer.json()["id"]
        assert own not in self.shops[name]
        self.shops[name][own] = (shop, status)

    @rule(name=sessions, wrong=st.sampled_from(({}, {"name": ""}, {"name": 1}, [])))
    def make_wrongly(self, name: str, wrong: Any) -> None:
        """Nothing is made of what is refused."""
        assert self.send(name, "POST", "/shops", wrong).status_code == 400

    @rule(name=sessions, place=places)
    def read(self, name: str, place: int) -> None:
        """An item, as it is."""
        own = self.one(name, place)
        item = self.send(name, "GET", f"/shops/{own}").json()
        assert (item["name"], item["status"]) == self.shops[name][own]

    @rule(name=sessions, place=places, shop=shop_names, status=statuses)
    def replace(self, name: str, place: int, shop: str, status: str) -> None:
        """An item, by another."""
        own = self.one(name, place)
        body = {"name": shop, "status": status}
        assert self.send(name, "PUT", f"/shops/{own}", body).status_code == 200
        self.shops[name][own] = (shop, status)

    @rule(name=sessions, place=places, status=statuses)
    def patch(self, name: str, place: int, status: str) -> None:
        """A part of an item."""
        own = self.one(name, place)
        kind = "application/merge-patch+json"
        assert (
            self.send(name, "PATCH", f"/shops/{own}", {"status": status}, kind).status_code == 200
        )
        self.shops[name][own] = (self.shops[name][own][0], status)

    @rule(name=sessions, place=places)
    def remove(self, name: str, place: int) -> None:
        """An item, which then is not there, for nobody."""
        own = self.one(name, place)
        assert self.send(name, "DELETE", f"/shops/{own}").status_code == 204
        del self.shops[name][own]
        for method in ("GET", "DELETE"):
            assert self.send(name, method, f"/shops/{own}").status_code == 404

    @rule(name=sessions, place=places, by=st.sampled_from(("queue", "header", "address")))
    def remove_in_vain(self, name: str, place: int, by: str) -> None:
        """A forced answer changes nothing."""
        own = self.one(name, place)
        if by == "queue":
            assert self.control(name, "POST", "forces", {"cases": ["412"]}).status_code == 201
        base = f"/~session/{name}" if name else ""
        case = "/~case/412" if by == "address" else ""
        headers = {"Prefer": "code=412"} if by == "header" else {}
        self.counts[name] += 1
        answer = self.client.delete(f"{base}{case}/shops/{own}", headers=headers)
        assert answer.status_code == 412

    # --- the control API

    @rule(name=sessions, own=st.integers(1, 20), shop=shop_names, status=statuses)
    def put(self, name: str, own: int, shop: str, status: str) -> None:
        """An item of an id, new or not."""
        item = {"id": own, "name": shop, "status": status, "createdAt": "2026-01-01T00:00:00Z"}
        answer = self.control(name, "PUT", "state/items?collection=/shops", item)
        assert answer.status_code == 204
        self.shops[name][own] = (shop, status)

    @rule(name=sessions, own=st.integers(1, 20))
    def take(self, name: str, own: int) -> None:
        """An item of an id, where there is one."""
        is_there = self.shops[name].pop(own, None) is not None
        answer = self.control(name, "DELETE", f"state/items?collection=/shops&id={own}")
        assert answer.status_code == (204 if is_there else 404)

    @rule(name=sessions, other=sessions)
    def copy(self, name: str, other: str) -> None:
        """All of a session, into another."""
        state = self.control(other, "GET", "state").json()
        assert self.control(name, "PUT", "state", state).status_code == 204
        self.shops[name] = dict(self.shops[other])

    @rule(name=sessions)
    def reset(self, name: str) -> None:
        """To the first items."""
        assert self.control(name, "POST", "reset").status_code == 204
        self.shops[name], self.counts[name] = dict(self.first), 0

    @rule(name=st.sampled_from(NAMES[1:]))
    def end(self, name: str) -> None:
        """A session begins anew."""
        self.control(name, "GET", "health")
        assert self.client.delete(f"/_tallystick/sessions/{name}").status_code == 204
        self.shops[name], self.counts[name] = dict(self.first), 0

    # --- what must hold

    @invariant()
    def shows_what_is_there(self) -> None:
        """In this session; and in the default one nothing else. Each request is in the journal."""
        for name in {self.touched, ""}:
            self.counts[name] += 1
            assert self.listed(name) == self.shops[name]
        count = self.counts[self.touched]
        rows = self.control(self.touched, "GET", f"requests?after={count - 1}").json()
        assert [row["id"] for row in rows] == [count]
