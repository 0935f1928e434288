"""The circuit breaker: it watches whether the target bears the requests.

Rules: the target is *strained* when too many of the last responses are errors (no response, or a
5xx that the document does not list), or when they take many times as long as the first ones. The
first time, the fuzz slows down. If the next responses still show strain, it stops; otherwise it
returns to its rate.
"""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass
from enum import Enum

_LEAST_LATENCY = 0.05
"""A latency below so many seconds is never strain, however fast the first responses were."""


@dataclass(frozen=True, slots=True)
class BreakerThresholds:
    """What counts as strain over the last `window` responses: the share of `errors`, and a
    `latency` so many times that of the first ones.
    """

    errors: float = 0.5
    latency: float = 10.0
    window: int = 50


class TargetHealth(Enum):
    """How well the target bears the requests."""

    WELL = "well"
    STRAINED = "strained"
    FAILING = "failing"


class CircuitBreaker:
    """Watches the responses of a target. Without thresholds, the target is always well."""

    def __init__(self, thresholds: BreakerThresholds | None) -> None:
        self.thresholds = thresholds
        self.health = TargetHealth.WELL
        self.reason = ""
        window = thresholds.window if thresholds else 1
        self._responses: deque[tuple[bool, float]] = deque(maxlen=window)
        self._first: float | None = None

    def observe(self, *, is_error: bool, seconds: float) -> TargetHealth:
        """Record a response, and give the health that follows."""
        if self.thresholds is None or self.health is TargetHealth.FAILING:
            return self.health
        self._responses.append((is_error, seconds))
        if len(self._responses) == self._responses.maxlen:
            self._evaluate(self.thresholds)
        return self.health

    def _evaluate(self, thresholds: BreakerThresholds) -> None:
        errors = sum(is_error for is_error, _ in self._responses) / len(self._responses)
        latency = statistics.median(seconds for _, seconds in self._responses)
        if self._first is None:
            self._first = max(latency, _LEAST_LATENCY)
        if errors >= thresholds.errors:
            self._strain(f"{errors:.0%} of the last {len(self._responses)} requests failed")
        elif latency > thresholds.latency * self._first:
            self._strain(f"responses take {latency:.1f} s; the first took {self._first:.2f} s")
        elif self.health is TargetHealth.STRAINED:
            self.health = TargetHealth.WELL
            self._responses.clear()

    def _strain(self, reason: str) -> None:
        """Go from well to strained, or from strained to failing; then start a new window."""
        self.reason = reason
        is_second = self.health is TargetHealth.STRAINED
        self.health = TargetHealth.FAILING if is_second else TargetHealth.STRAINED
        self._responses.clear()
