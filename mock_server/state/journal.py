"""The journal: what came, what answered, why. Bounded, and cheap to write to.

Rules: facts are recorded as they are and put into words only when somebody asks. Whole requests,
which an explanation needs, are kept of the last few only: what is kept longer is memory that the
next requests cannot use again while it is still in the processor's cache, and `make bench` shows
it. All stays in memory; header values that may be secret are not shown.
"""

from __future__ import annotations

import math
import time
from array import array
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from starlette.types import Scope

from mock_server.state.changes import Changes
from mock_server.state.forces import OwnAnswer
from mock_server.state.memory import OVERHEAD, UNLIMITED, Memory, MemoryShare

MOST_ENTRIES = 1_000
MOST_REQUESTS = 200
"""How many whole requests are kept."""

Served = tuple[str | None, str]
"""An operation and the case that answered."""

LARGEST_BODY = 16 * 1024
"""How much of a body is kept, in bytes."""

_LONGEST_PATH = 2_048
_AT_ONCE = 4

Fact = tuple[int, float, str, str, str | None, int, str, str, bytes]
"""The facts of one answered request, as a bare tuple, which is the cheapest to make."""


@dataclass(frozen=True, slots=True)
class Received:
    """What more is known of a request and its answer: as ASGI has it, but of the bodies only the
    start.
    """

    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    answer_headers: list[tuple[bytes, bytes]]
    answer_body: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One answered request. `time` is the mock's, in epoch seconds; `rule` is the one of the
    selection table that decided; `query` is as it came, secrets and all. `seconds` is how long the
    answer took, None while it is under way; `fault` says how it was disturbed.
    """

    number: int
    time: float
    method: str
    path: str
    operation: str | None
    status: int
    case: str
    rule: str
    query: bytes = b""
    seconds: float | None = None
    fault: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As the control API lists it, but for the query, which may hold secrets."""
        moment = datetime.fromtimestamp(self.time, UTC)
        return {
            "id": self.number,
            "time": moment.isoformat(timespec="milliseconds"),
            "method": self.method,
            "path": self.path,
            "operation": self.operation,
            "status": self.status,
            "case": self.case,
            "reason": self.rule,
            "seconds": self.seconds,
            "fault": self.fault,
        }


def is_named(label: str, name: str) -> bool:
    """Whether a name means the case of this label: a code, a status, or both."""
    status, _, code = label.partition(" ")
    return name in (label, status, code)


class Journal:
    """The last entries, and how often each case was served since the last reset."""

    def __init__(
        self,
        changes: Changes,
        past: Counter[Served],
        most: int = MOST_ENTRIES,
        memory: MemoryShare | None = None,
    ) -> None:
        """What was served is added to `past` before it is forgotten; `memory` counts details."""
        self.changes, self.past = changes, past
        self.memory = MemoryShare(Memory(UNLIMITED)) if memory is None else memory
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
        self.served: Counter[Served] = Counter()
        self.count = 0
        self.resets = 0
        """How often it began anew."""

    def record(
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
    ) -> int:
        """Add an entry, and give its number. `headers` and `answer` are what goes out."""
        number = self.count = self.count + 1
        if len(body) > LARGEST_BODY:
            body = body[:LARGEST_BODY]
        if len(answer) > LARGEST_BODY:
            answer = answer[:LARGEST_BODY]
        came, query, path = scope["headers"], scope["query_string"], scope["path"]
        size = OVERHEAD + len(body) + len(answer) + len(query) + len(path)
        for name, value in came:
            size += len(name) + len(value)
        if self.noted and self.noted[-1][0] == number:
            size += self.noted[-1][1].size
        if len(self.received) >= MOST_REQUESTS:
            self._forget_oldest(number - 1)
        self.received.append((query, came, body, headers, answer, size, time.monotonic()))
        if len(path) > _LONGEST_PATH:
            path = f"{path[:_LONGEST_PATH]}…"
        self.facts.append(
            (number, moment, scope["method"], path, operation, status, case, rule, query)
        )
        self.seconds[number % len(self.seconds)] = math.nan
        self.served[operation, case] += 1
        self.memory.add(size)
        if self.changes.waiting:
            self.changes.notify()
        return number

    def sent(self, number: int, seconds: float) -> None:
        """The answer to the request of this number is out, so long after the request came."""
        if number > self.count - len(self.seconds):
            self.seconds[number % len(self.seconds)] = seconds

    def disturb(self, number: int, words: str) -> None:
        """The answer to the request of this number arrives with a fault."""
        self.disturbed.append((number, words))

    def note(self, own: OwnAnswer) -> None:
        """The next entry is of a request that got this answer of the user's own."""
        self.noted.append((self.count + 1, own))

    def own_answer(self, number: int) -> OwnAnswer | None:
        """The answer of the user's own that the request of this number got, if it did."""
        return next((own for noted, own in self.noted if noted == number), None)

    def entries(self, after: int = 0) -> list[Entry]:
        """The entries after that number, oldest first."""
        new = min(self.count - after, len(self.facts))
        if new <= 0:
            return []
        faults = dict(self.disturbed)
        facts = islice(self.facts, len(self.facts) - new, None)
        return [self._entry(fact, faults) for fact in facts]

    @property
    def last(self) -> Entry | None:
        """The latest entry, if there is one."""
        return self._entry(self.facts[-1], dict(self.disturbed)) if self.facts else None

    def find(self, number: int) -> Entry | None:
        """The entry of this number, if it is still there."""
        found = (fact for fact in self.facts if fact[0] == number)
        return next((self._entry(fact, dict(self.disturbed)) for fact in found), None)

    def _entry(self, fact: Fact, faults: dict[int, str]) -> Entry:
        seconds = self.seconds[fact[0] % len(self.seconds)]
        known = None if math.isnan(seconds) else round(seconds, 6)
        return Entry(*fact, known, faults.get(fact[0]))

    def request(self, number: int) -> Received | None:
        """The request of this number as it came, if it is still kept."""
        place = number - self.count - 1
        if not -len(self.received) <= place < 0:
            return None
        query, headers, body, sent, answer, *_ = self.received[place]
        return Received(query, headers, body, list(sent), answer)

    def drop(self) -> None:
        """Forget the details of the oldest requests."""
        for _ in range(min(_AT_ONCE, len(self.received))):
            self._forget_oldest(self.count)

    def _forget_oldest(self, last: int) -> None:
        """Forget the details of the oldest request; those of `last` are the newest."""
        number = last - len(self.received) + 1
        self.memory.add(-self.received.popleft()[5])
        if self.noted and self.noted[0][0] <= number:
            self.noted.popleft()

    def forget_served(self) -> None:
        """Count anew how often each case is served here; the sum of all sessions keeps it."""
        self.past.update(self.served)
        self.served.clear()

    def reset(self) -> None:
        """Forget everything (the owner of the memory knows), and count from one again."""
        self.facts.clear()
        self.received.clear()
        self.disturbed.clear()
        self.noted.clear()
        self.forget_served()
        self.count = 0
        self.resets += 1
