"""The journal of a session: what came, what answered, why. Bounded.

Rules: facts are put into words only when somebody asks. Whole requests, which an explanation needs,
are kept of the last few only. Numbers count up from one, in the order of the entries. Header values
that may be secret are not shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from starlette.types import Scope

from mock_server.state.forces import OwnAnswer

MOST_ENTRIES = 1_000
MOST_ENTRIES_OF_A_SESSION = 200
MOST_REQUESTS = 200
"""How many whole requests are kept."""

LARGEST_BODY = 16 * 1024
"""How much of a body is kept, in bytes."""

LONGEST_PATH = 2_048

Served = tuple[str | None, str]
"""An operation and the case that answered."""

UNANSWERED = "not answered"
"""The rule of a request that took a force or a fault and has no answer (yet)."""


@dataclass(frozen=True, slots=True)
class Received:
    """What more is known of a request and its answer: as ASGI has it, but of the bodies only the
    start; and the answer of the user's own that it got, if it did.
    """

    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    answer_headers: list[tuple[bytes, bytes]]
    answer_body: bytes
    own: OwnAnswer | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One request. `time` is the mock's, in epoch seconds; `rule` is the one of the selection
    table that decided; `query` is as it came, secrets and all. `seconds` is how long the answer
    took, None while it is under way; `fault` says how it was disturbed, and `used` what it took of
    the queues before it was answered. Without an answer, `status` is 0.
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
    used: str = ""

    def to_json(self) -> dict[str, Any]:
        """As the control API lists it, but for the query, which may hold secrets."""
        moment = datetime.fromtimestamp(self.time, UTC)
        return {
            "id": self.number,
            "time": moment.isoformat(timespec="milliseconds"),
            "method": self.method,
            "path": self.path,
            "operation": self.operation,
            "status": self.status or None,
            "case": self.case,
            "reason": self.rule,
            "seconds": self.seconds,
            "fault": self.fault,
        }


@dataclass(slots=True)
class Taking:
    """A request that takes a force or a fault before it is answered. `number` is that of its entry
    in the journal, where it has one by now, and `used` what it took.
    """

    moment: float
    scope: Scope
    body: bytes
    operation: str
    number: int = 0
    used: list[str] = field(default_factory=list)


def is_named(label: str, name: str) -> bool:
    """Whether a name means the case of this label: a code, a status, or both."""
    status, _, code = label.partition(" ")
    return name in (label, status, code)


class Journal(Protocol):
    """The last entries of a session, and how often each case was served since the last reset."""

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
        begun: float | None,
        taking: Taking | None = None,
        fault: str | None = None,
        own: OwnAnswer | None = None,
    ) -> int:
        """Add the entry of an answer, and give its number. `headers` and `answer` are what goes
        out; `begun` is when the request came, by `perf_counter`, None where nobody measures.
        """

    def sent(self, number: int, seconds: float) -> None:
        """The answer to the request of this number is out, so long after the request came. Others
        hear of it when they are notified.
        """

    @property
    def resets(self) -> int:
        """How often it began anew in this process."""

    async def count(self) -> int:
        """The number of the last entry; 0 where there is none."""

    async def entries(self, after: int = 0) -> Sequence[Entry]:
        """The entries after that number, oldest first."""

    async def find(self, number: int) -> Entry | None:
        """The entry of this number, if it is still there."""

    async def request(self, number: int) -> Received | None:
        """The request of this number as it came, if it is still kept."""

    async def served(self) -> Counter[Served]:
        """How often each case was served since the last reset."""

    async def forget_served(self) -> None:
        """Count anew how often each case is served here; the sum of all sessions keeps it."""


def last_of(entries: Sequence[Entry]) -> Entry | None:
    """The latest entry, if there is one."""
    return entries[-1] if entries else None
