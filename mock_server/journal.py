"""The journal: what came, what answered, why. Bounded, and cheap to write to.

Rules: facts are recorded as they are and put into words only when somebody asks. Header values
and bodies are not kept: they may hold secrets.
"""

from __future__ import annotations

from collections import Counter, deque
from datetime import UTC, datetime
from typing import Any

from starlette.types import Scope

MOST_ENTRIES = 1_000


# The facts of one answered request, as a bare tuple, which is the cheapest to make: number, the
# mock's time in epoch seconds, method, path, operation, status, case, rule of the selection table.
Entry = tuple[int, float, str, str, str | None, int, str, str]


class Journal:
    """The last entries, and how often each case was served since the last reset."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self.served: Counter[tuple[str | None, str]] = Counter()
        self.count = 0

    def record(
        self, moment: float, scope: Scope, operation: str | None, status: int, case: str, rule: str
    ) -> None:
        """Add an entry."""
        self.count += 1
        self.entries.append(
            (self.count, moment, scope["method"], scope["path"], operation, status, case, rule)
        )
        self.served[operation, case] += 1

    def to_json(self) -> list[dict[str, Any]]:
        """The entries as the control API shows them, oldest first."""
        return [_to_json(entry) for entry in self.entries]

    def find(self, number: int) -> dict[str, Any] | None:
        """The entry of this number as the control API shows it, if it is still there."""
        return next((_to_json(entry) for entry in self.entries if entry[0] == number), None)

    def reset(self) -> None:
        """Forget everything, and count from one again."""
        self.entries.clear()
        self.served.clear()
        self.count = 0


def _to_json(entry: Entry) -> dict[str, Any]:
    number, moment, method, path, operation, status, case, rule = entry
    return {
        "id": number,
        "time": datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds"),
        "method": method,
        "path": path,
        "operation": operation,
        "status": status,
        "case": case,
        "reason": rule,
    }
