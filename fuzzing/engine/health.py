"""Health: whether the target bears what it is sent.

Rules: over the last answers, too many errors (no answer, or a 5xx that the document does not have)
or a latency many times that of the first answers is *strain*. At the first, the rate is cut; if
the next answers show it still, the fuzz stops; if they do not, it goes back to its rate.
"""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass
from enum import Enum

_LEAST_LATENCY = 0.05
"""Seconds below which no latency is strain, however fast the first answers came."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What is strain: the share of errors, and how many times the first latency, over the last
    `window` answers.
    """

    errors: float = 0.5
    latency: float = 10.0
    window: int = 50


class Health(Enum):
    """How the target does."""

    WELL = "well"
    STRAINED = "strained"
    FAILING = "failing"


class Watch:
    """Watches the answers of a target."""

    def __init__(self, tolerance: Tolerance | None) -> None:
        self.tolerance = tolerance
        self.health = Health.WELL
        self.reason = ""
        window = tolerance.window if tolerance else 1
        self._answers: deque[tuple[bool, float]] = deque(maxlen=window)
        self._first: float | None = None

    def observe(self, *, is_error: bool, seconds: float) -> Health:
        """Take note of an answer, and say how the target does."""
        if self.tolerance is None or self.health is Health.FAILING:
            return self.health
        self._answers.append((is_error, seconds))
        if len(self._answers) == self._answers.maxlen:
            self._judge(self.tolerance)
        return self.health

    def _judge(self, tolerance: Tolerance) -> None:
        errors = sum(is_error for is_error, _ in self._answers) / len(self._answers)
        latency = statistics.median(seconds for _, seconds in self._answers)
        if self._first is None:
            self._first = max(latency, _LEAST_LATENCY)
        if errors >= tolerance.errors:
            self._strain(f"{errors:.0%} of the last {len(self._answers)} requests failed")
        elif latency > tolerance.latency * self._first:
            self._strain(f"answers take {latency:.1f} s, where they took {self._first:.2f} s")
        elif self.health is Health.STRAINED:
            self.health = Health.WELL
            self._answers.clear()

    def _strain(self, reason: str) -> None:
        """The answers so far have said what they say: the next ones are judged alone."""
        self.reason = reason
        self.health = Health.FAILING if self.health is Health.STRAINED else Health.STRAINED
        self._answers.clear()
