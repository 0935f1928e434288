"""The journal: what came, what answered, why. Bounded, and cheap to write to.

Rules: facts are recorded as they are and put into words only when somebody asks. Header values
and bodies are not kept: they may hold secrets.
"""

from __future__ import annotations

from collections import Counter, deque
from datetime import UTC, datetime
from typing import Any, NamedTuple

MOST_ENTRIES = 1_000


class Entry(NamedTuple):
    """The facts of one answered request; `moment` is the mock's time in epoch seconds."""

    number: int
    moment: float
    method: str
    path: str
    operation: str | None
    status: int
    case: str
    rule: str

    def to_json(self) -> dict[str, Any]:
        """What the control API shows."""
        return {
            "id": self.number,
            "time": datetime.fromtimestamp(self.moment, UTC).isoformat(timespec="milliseconds"),
            "method": self.method,
            "path": self.path,
            "operation": self.operation,
            "status": self.status,
            "case": self.case,
            "reason": self.rule,
        }


class Journal:
    """The last entries, and how often each case was served since the last reset."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self.served: Counter[tuple[str | None, str]] = Counter()
        self.count = 0

    def record(
        self,
        moment: float,
        method: str,
        path: str,
        operation: str | None,
        status: int,
        case: str,
        rule: str,
    ) -> None:
        """Add an entry; `rule` is the rule of the selection table that won."""
        self.count += 1
        self.entries.append(Entry(self.count, moment, method, path, operation, status, case, rule))
        self.served[operation, case] += 1

    def find(self, number: int) -> Entry | None:
        """The entry of this number, if it is still there."""
        return next((entry for entry in self.entries if entry.number == number), None)

    def reset(self) -> None:
        """Forget everything, and count from one again."""
        self.entries.clear()
        self.served.clear()
        self.count = 0
