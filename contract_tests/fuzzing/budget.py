"""The budget: what all workers of a fuzz may still send together.

Rules: nobody sends without a permit, and a permit is given at the moment when it is to be used, so
that whoever waits for one heeds what happens meanwhile. For an unsafe method it also holds one
creation until the answer shows whether something was created; where no answer came, it counts as
one. The time runs from the first permit. The first limit that is met stops all, and is remembered.
Usable from several threads, and by its methods alone (through a manager) from several processes.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import NamedTuple
from unittest import SkipTest

from contract_tests.fuzzing.health import Health, Watch
from contract_tests.fuzzing.limits import Limits

_SLOWED = 4.0
"""How many times slower the fuzz goes while the target is strained."""

_SLOWED_RATE = 10.0
"""Requests a second while the target is strained, where no rate was set."""


class BudgetSpentError(SkipTest):
    """Nothing more may be sent; the message names the limit.

    It is a SkipTest since that is what Hypothesis lets through at once: any other error it would
    take for a failure of the property, and send the same again to shrink it.
    """


class Permit(NamedTuple):
    """Leave to send one request now."""

    number: int
    is_unsafe: bool


class Told(NamedTuple):
    """What became of a permit: the answer's status and documented case, each None where there is
    none, whether it is an error (None: it was not the target's), and the ids of findings that are
    new.
    """

    status: int | None
    case: tuple[str, str] | None
    seconds: float
    is_error: bool | None
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent so far, and what it brought. `stopped` is the limit that was met, if one
    was.
    """

    requests: int
    creations: int
    seconds: float
    stopped: str | None
    health: Health
    strain: str
    findings: int
    cases: int


class Budget:
    """Counts and times all requests of a fuzz."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._changed = threading.Condition()
        self._watch = Watch(limits.tolerance)
        self._started: float | None = None
        self._next = 0.0
        self._requests = self._creations = self._pending = 0
        self._stopped: str | None = None
        self._findings: set[str] = set()
        self._cases: set[tuple[str, str]] = set()

    def take(self, *, is_unsafe: bool) -> Permit:
        """Wait for a permit for one request. Raises BudgetSpentError."""
        with self._changed:
            while (seconds := self._wait(is_unsafe)) > 0:
                self._changed.wait(seconds)
            now = time.monotonic()
            self._started = self._started or now
            self._next = now + self._interval()
            self._requests += 1
            self._pending += is_unsafe
            return Permit(self._requests, is_unsafe)

    def settle(self, permit: Permit, told: Told) -> None:
        """Say what became of a permit."""
        with self._changed:
            if permit.is_unsafe:
                self._pending -= 1
                self._creations += told.status is None or 200 <= told.status < 300
            self._findings.update(told.findings)
            self._cases.update([told.case] if told.case else [])
            if told.is_error is not None:
                self._watch.observe(is_error=told.is_error, seconds=told.seconds)
            self._stop_if(self._watch.health is Health.FAILING, "health")
            self._changed.notify_all()

    def pause(self, seconds: float) -> None:
        """Nobody sends for so long: the target asks for it."""
        with self._changed:
            self._next = max(self._next, time.monotonic() + seconds)

    def stop(self, reason: str) -> None:
        """Let nobody send any more."""
        with self._changed:
            self._stop_if(True, reason)
            self._changed.notify_all()

    def spent(self) -> Spent:
        """What was spent so far."""
        with self._changed:
            return Spent(
                self._requests,
                self._creations,
                time.monotonic() - self._started if self._started else 0.0,
                self._stopped,
                self._watch.health,
                self._watch.reason,
                len(self._findings),
                len(self._cases),
            )

    def _wait(self, is_unsafe: bool) -> float:
        """How long to wait at most before asking again; 0 if a permit can be had now."""
        now = time.monotonic()
        turn = max(self._next, now)
        self._stop_if(self._requests >= self.limits.requests, "requests")
        self._stop_if(is_unsafe and self._creations_left() == 0, "creations")
        self._stop_if(self._is_after_end(turn), "time")
        if self._stopped is not None:
            raise BudgetSpentError(self._stopped)
        return _LONGEST_NAP if is_unsafe and self._is_creation_uncertain() else turn - now

    def _stop_if(self, is_met: bool, reason: str) -> None:
        if is_met and self._stopped is None:
            self._stopped = reason

    def _interval(self) -> float:
        interval = 1 / self.limits.rate if self.limits.rate else 0.0
        if self._watch.health is Health.STRAINED:
            return interval * _SLOWED or 1 / _SLOWED_RATE
        return interval

    def _is_after_end(self, moment: float) -> bool:
        limit = self.limits.seconds
        return limit is not None and moment - (self._started or moment) >= limit

    def _creations_left(self) -> int | None:
        limit = self.limits.creations
        return None if limit is None else limit - self._creations

    def _is_creation_uncertain(self) -> bool:
        """Whether only the answers under way tell if one more creation is allowed."""
        left = self._creations_left()
        return left is not None and left <= self._pending


_LONGEST_NAP = 0.5
"""Seconds after which who waits for an answer looks whether the time is over."""
