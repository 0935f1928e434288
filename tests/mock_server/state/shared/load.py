"""A mixed load on several replicas of a mock, and what its clients know of it in the end.

Each step of a client is one of: a thing that is made, changed and deleted; a link that two browsers
open at once; a force that is queued once, and two requests at once that it fits. What gets no
answer, or a 503, may have been done or not; every other answer is *acknowledged*.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Condition, Thread
from time import sleep
from typing import Any

import httpx

from tests.mock_server.documented import VALID, path

CLIENTS = 6
_PREFIX = "/_tallystick"


@dataclass
class Known:
    """What all clients know."""

    sent: int = 0
    things: dict[int, set[str | None]] = field(default_factory=dict)
    """By its id, what a thing may be called; None stands for a deleted one."""

    made: list[int] = field(default_factory=list)
    """The id of each thing that was made."""

    numbered: dict[int, tuple[int, str]] = field(default_factory=dict)
    """By its number in the journal, the status and the path of an answer."""

    wrong: list[str] = field(default_factory=list)
    """What a client found."""


class Load:
    """So many requests to these base URLs. `entries` is what the journal had, by number."""

    def __init__(self, urls: Sequence[str], requests: int) -> None:
        self.urls, self.requests = urls, requests
        self.known, self.entries = Known(), dict[int, dict[str, Any]]()
        self._progress, self._is_over = Condition(), False
        self._client = httpx.Client(
            trust_env=False,
            verify=False,
            timeout=30,
            # A connection stays with one worker; new ones go to any.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )
        self._pairs = ThreadPoolExecutor(2 * CLIENTS)

    def run(self, events: Sequence[Callable[[], None]]) -> None:
        """Send all; what happens meanwhile happens at equal distances."""
        clients = [Thread(target=self._work, args=(number,)) for number in range(CLIENTS)]
        reader = Thread(target=self._read)
        for thread in (*clients, reader):
            thread.start()
        for number, event in enumerate(events, 1):
            self._wait_for(number * self.requests // (len(events) + 1))
            event()
        for thread in clients:
            thread.join()
        self._is_over = True
        reader.join()
        self.read_journal()

    def _wait_for(self, sent: int) -> None:
        with self._progress:
            self._progress.wait_for(lambda: self.known.sent >= sent)

    # --- what clients do

    def _work(self, number: int) -> None:
        source = random.Random(number)
        count = 0
        while self.known.sent < self.requests:
            count += 1
            step = source.choice([self._thing, self._link, self._force, self._mistake])
            step(source, f"c{number}-{count}")

    def _thing(self, source: random.Random, name: str) -> None:
        made = self._send(source, "POST", "/things", {"name": name}, expected=(201,))
        if made is None:
            return
        own = made.json()["id"]
        self.known.made.append(own)
        names = self.known.things[own] = {name}
        place = f"/things/{own}"
        for change in range(source.randrange(3)):
            new = f"{name}-{change}"
            changed = self._send(source, "PATCH", place, {"name": new}, expected=(200,))
            if changed is not None:
                names.clear()
            names.add(new)
            self._look(source, own)
        if source.random() < 0.3:
            names.add(None)
            if self._send(source, "DELETE", place, expected=(204, 404)) is not None:
                names &= {None}
            self._look(source, own)

    def _look(self, source: random.Random, own: int) -> None:
        found = self._send(source, "GET", f"/things/{own}", expected=(200, 404))
        if found is not None:
            self.check_thing(own, found)

    def check_thing(self, own: int, found: httpx.Response) -> None:
        """Note what is wrong with a thing."""
        name = found.json()["name"] if found.status_code == 200 else None
        if name not in self.known.things[own]:
            self.known.wrong.append(f"thing {own}: {name} is none of {self.known.things[own]}")

    def _link(self, source: random.Random, _: str) -> None:
        made = self._send(source, "POST", path(), VALID, expected=(200,))
        if made is None:
            return
        place = httpx.URL(made.json()["url"]).path
        found = self._both(source, "GET", place, expected=(200, 302))
        if found.count(200) > 1 or (None not in found and 200 not in found):
            self.known.wrong.append(f"link {place}: {found}")

    def _force(self, source: random.Random, mark: str) -> None:
        force = {"cases": ["403"], "match": {"query.mark": mark}}
        queued = self._send(source, "POST", f"{_PREFIX}/forces", force, expected=(201,))
        found = self._both(source, "POST", f"{path()}?mark={mark}", VALID, expected=(200, 403))
        is_lost = queued is not None and None not in found and 403 not in found
        if found.count(403) > 1 or is_lost:
            self.known.wrong.append(f"force {mark}: {found}, queued: {queued}")

    def _mistake(self, source: random.Random, _: str) -> None:
        self._send(source, "POST", path(), {}, expected=(400,))

    def _both(
        self,
        source: random.Random,
        method: str,
        place: str,
        body: Any = None,
        *,
        expected: tuple[int, ...],
    ) -> list[int | None]:
        """The statuses of two requests at once; None of what is not acknowledged."""
        seeds = [source.random(), source.random()]
        sent = self._pairs.map(
            lambda seed: self._send(random.Random(seed), method, place, body, expected=expected),
            seeds,
        )
        return [None if answer is None else answer.status_code for answer in sent]

    def _send(
        self,
        source: random.Random,
        method: str,
        place: str,
        body: Any = None,
        *,
        expected: tuple[int, ...],
    ) -> httpx.Response | None:
        """The acknowledged answer of one of the replicas; None where there is none."""
        with self._progress:
            self.known.sent += 1
            self._progress.notify_all()
        try:
            answer = self._client.request(method, f"{source.choice(self.urls)}{place}", json=body)
        except httpx.TransportError:
            return None
        if answer.status_code == 503:
            sleep(0.01)
            return None
        if answer.status_code not in expected:
            self.known.wrong.append(f"{method} {place}: {answer.status_code} {answer.text}")
        elif "link" in answer.headers:
            number = int(answer.headers["link"].partition(">")[0].rpartition("/")[2])
            if number in self.known.numbered:
                self.known.wrong.append(f"number {number} was given twice")
            self.known.numbered[number] = answer.status_code, place.partition("?")[0]
        return answer

    # --- the journal

    def _read(self) -> None:
        while not self._is_over:
            self.read_journal()
            sleep(0.05)

    def read_journal(self) -> None:
        """What is new in the journal, and what has changed lately."""
        after = max(0, max(self.entries, default=0) - 100)
        for url in self.urls:
            try:
                answer = self._client.get(f"{url}{_PREFIX}/requests", params={"after": after})
            except httpx.TransportError:
                continue
            if answer.status_code == 200:
                self.entries |= {entry["id"]: entry for entry in answer.json()}
                return

    # --- what must hold

    def check(self) -> None:
        """Nothing that was acknowledged is lost, and nothing is used twice."""
        for own in self.known.things:
            self.check_thing(own, self._client.get(f"{self.urls[0]}/things/{own}"))
        assert self.known.wrong == []
        assert [own for own, n in Counter(self.known.made).items() if n > 1] == []
        assert sorted(self.entries) == list(range(1, len(self.entries) + 1))
        shown = {
            n: (self.entries[n]["status"], self.entries[n]["path"]) for n in self.known.numbered
        }
        assert shown == self.known.numbered
        opened, used = defaultdict(list), defaultdict(list)
        for entry in self.entries.values():
            if entry["reason"].startswith("link opened"):
                opened[entry["path"]].append(entry["id"])
            if entry["reason"] in ("queued force", "not answered"):
                used[entry["query"]].append(entry["id"])
        assert {link: ids for link, ids in opened.items() if len(ids) > 1} == {}
        assert {mark: ids for mark, ids in used.items() if len(ids) > 1} == {}
        assert len(opened) > 5
        assert len(used) > 5
