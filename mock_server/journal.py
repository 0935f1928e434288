"""The journal: what came, what answered, why. Bounded, and cheap to write to.

Rules: facts are recorded as they are and put into words only when somebody asks. They stay in
memory; header values that may be secret are not shown.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.types import Scope

MOST_ENTRIES = 1_000
_LARGEST_BODY = 16 * 1024

Fact = tuple[int, float, Scope, bytes, str | None, int, str, str]
"""The facts of one answered request, as a bare tuple, which is the cheapest to make."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One answered request. `time` is the mock's, in epoch seconds; `rule` is the one of the
    selection table that decided; `body` is the start of the request's body.
    """

    number: int
    time: float
    scope: Scope
    body: bytes
    operation: str | None
    status: int
    case: str
    rule: str

    def to_json(self) -> dict[str, Any]:
        """As the control API lists it."""
        moment = datetime.fromtimestamp(self.time, UTC)
        return {
            "id": self.number,
            "time": moment.isoformat(timespec="milliseconds"),
            "method": self.scope["method"],
            "path": self.scope["path"],
            "operation": self.operation,
            "status": self.status,
            "case": self.case,
            "reason": self.rule,
        }


class Journal:
    """The last entries, and how often each case was served since the last reset."""

    def __init__(self, most: int = MOST_ENTRIES) -> None:
        self.facts: deque[Fact] = deque(maxlen=most)
        self.served: Counter[tuple[str | None, str]] = Counter()
        self.count = 0

    def record(
        self,
        moment: float,
        scope: Scope,
        body: bytes,
        operation: str | None,
        status: int,
        case: str,
        rule: str,
    ) -> int:
        """Add an entry, and give its number."""
        self.count += 1
        if len(body) > _LARGEST_BODY:
            body = body[:_LARGEST_BODY]
        self.facts.append((self.count, moment, scope, body, operation, status, case, rule))
        self.served[operation, case] += 1
        return self.count

    def entries(self) -> list[Entry]:
        """The entries, oldest first."""
        return [Entry(*fact) for fact in self.facts]

    def find(self, number: int) -> Entry | None:
        """The entry of this number, if it is still there."""
        return next((Entry(*fact) for fact in self.facts if fact[0] == number), None)

    def reset(self) -> None:
        """Forget everything, and count from one again."""
        self.facts.clear()
        self.served.clear()
        self.count = 0
