"""The journal in memory, cheap to write to.

Rules: facts are recorded as they are. What is kept longer than needed is memory that the next
requests cannot use again while it is still in the processor's cache, and `make bench` shows it.
"""

from __future__ import annotations

import math
import time
from array import array
from collections import Counter, deque
from collections.abc import Sequence
from itertools import islice

from starlette.types import Scope

from mock_server.state.changes import Changes
from mock_server.state.forces import OwnAnswer
from mock_server.state.journal import (
    LARGEST_BODY,
    LONGEST_PATH,
    MOST_REQUESTS,
    Entry,
    Received,
    Served,
    Taking,
)
from mock_server.state.memory import OVERHEAD, MemoryShare

_AT_ONCE = 4

Fact = tuple[int, float, str, str, str | None, int, str, str, bytes]
"""The facts of one answered request, as a bare tuple, which is the cheapest to make."""


class EmbeddedJournal:
    """The last entries (see Journal)."""

    def __init__(
        self, changes: Changes, past: Counter[Served], most: int, memory: MemoryShare
    ) -> None:
        """What was served is added to `past` before it is forgotten; `memory` counts details."""
        self.changes, self.past, self.memory = changes, past, memory
        self.facts: deque[Fact] = deque(maxlen=most)
        self.received: deque[
            tuple[
                bytes,
                list[tuple[bytes, bytes]],
                bytes,
                Sequence[tuple[bytes, bytes]],
                bytes,
                int,
                float,
            ]
        ] = deque()
        self.seconds = array("d", [math.nan]) * most
        """By the number of the request, modulo its length: nothing is made on the hot path."""

        self.disturbed: deque[tuple[int, str]] = deque(maxlen=MOST_REQUESTS)
        self.noted: deque[tuple[int, OwnAnswer]] = deque(maxlen=MOST_REQUESTS)
        self.counts: Counter[Served] = Counter()
        self.number = self.resets = 0

    async def record(
        self,
        moment: float,
        scope: Scope,
        body: bytes,
        operation: str | None,
        status: int,
        case: str,
        rule: str,
        headers: list[tuple[bytes, bytes]],
        answer: bytes,
        begun: float | None,  # noqa: ARG002  measured in the end, by `sent`
        taking: Taking | None = None,  # noqa: ARG002  who takes and never answers is gone with us
        fault: str | None = None,
        own: OwnAnswer | None = None,
    ) -> int:
        """See Journal."""
        number = self.number = self.number + 1
        if len(body) > LARGEST_BODY:
            body = body[:LARGEST_BODY]
        if len(answer) > LARGEST_BODY:
            answer = answer[:LARGEST_BODY]
        came, query, path = scope["headers"], scope["query_string"], scope["path"]
        size = OVERHEAD + len(body) + len(answer) + len(query) + len(path)
        for name, value in came:
            size += len(name) + len(value)
        if own is not None:
            size += own.size
        if len(self.received) >= MOST_REQUESTS:
            self._forget_oldest(number - 1)
        self.received.append((query, came, body, headers, answer, size, time.monotonic()))
        if len(path) > LONGEST_PATH:
            path = f"{path[:LONGEST_PATH]}…"
        self.facts.append(
            (number, moment, scope["method"], path, operation, status, case, rule, query)
        )
        self.seconds[number % len(self.seconds)] = math.nan
        self.counts[operation, case] += 1
        if fault is not None:
            self.disturbed.append((number, fault))
        if own is not None:
            self.noted.append((number, own))
        self.memory.add(size)
        changes = self.changes
        if changes.waiting:
            changes.notify()
        else:
            changes.count += 1
        return number

    def sent(self, number: int, seconds: float) -> None:
        """See Journal."""
        if number > self.number - len(self.seconds):
            self.seconds[number % len(self.seconds)] = seconds

    async def count(self) -> int:
        """See Journal."""
        return self.number

    async def entries(self, after: int = 0) -> list[Entry]:
        """See Journal."""
        new = min(self.number - after, len(self.facts))
        if new <= 0:
            return []
        faults = dict(self.disturbed)
        facts = islice(self.facts, len(self.facts) - new, None)
        return [self._entry(fact, faults) for fact in facts]

    async def find(self, number: int) -> Entry | None:
        """See Journal."""
        found = (fact for fact in self.facts if fact[0] == number)
        return next((self._entry(fact, dict(self.disturbed)) for fact in found), None)

    def _entry(self, fact: Fact, faults: dict[int, str]) -> Entry:
        seconds = self.seconds[fact[0] % len(self.seconds)]
        known = None if math.isnan(seconds) else round(seconds, 6)
        return Entry(*fact, known, faults.get(fact[0]))

    async def request(self, number: int) -> Received | None:
        """See Journal."""
        place = number - self.number - 1
        if not -len(self.received) <= place < 0:
            return None
        query, headers, body, sent, answer, *_ = self.received[place]
        own = next((own for noted, own in self.noted if noted == number), None)
        return Received(query, headers, body, list(sent), answer, own)

    def drop(self) -> None:
        """Forget the details of the oldest requests."""
        for _ in range(min(_AT_ONCE, len(self.received))):
            self._forget_oldest(self.number)

    def _forget_oldest(self, last: int) -> None:
        """Forget the details of the oldest request; those of `last` are the newest."""
        number = last - len(self.received) + 1
        self.memory.add(-self.received.popleft()[5])
        if self.noted and self.noted[0][0] <= number:
            self.noted.popleft()

    async def served(self) -> Counter[Served]:
        """See Journal."""
        return self.counts

    async def forget_served(self) -> None:
        """See Journal."""
        self.past.update(self.counts)
        self.counts.clear()

    async def reset(self) -> None:
        """Forget everything (the owner of the memory knows), and count from one again."""
        self.facts.clear()
        self.received.clear()
        self.disturbed.clear()
        self.noted.clear()
        await self.forget_served()
        self.number = 0
        self.resets += 1
