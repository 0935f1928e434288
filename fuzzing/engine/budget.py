"""The budget: what all workers of a fuzz may still send together.

Rules: nobody sends without a permit, and a permit is given at the moment when it is to be used, so
that whoever waits for one heeds what happens meanwhile. For an unsafe method it also holds one
creation until the answer shows whether something was created; where no answer came, it counts as
one. The time runs from the first permit. The first limit that is met stops all, and is remembered.
Who is far away leases several permits at once, each with its moment, and gives back those that it
did not use then. Usable from several threads, and by its methods alone (through a manager) from
several processes.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import NamedTuple
from unittest import SkipTest

from fuzzing.engine.health import Health, Watch
from fuzzing.engine.limits import Limits
from fuzzing.engine.novelty import Kinds

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


class Lease(NamedTuple):
    """Leave to send `size` requests: the first now, each other `interval` seconds later."""

    first: int
    size: int
    is_unsafe: bool
    interval: float


class RequestRecord(NamedTuple):
    """What became of a permit: the answer's status and documented case, each None where there is
    none, whether it is an error (None: it was not the target's), the ids of findings that are new,
    and of which kind the answer is.
    """

    status: int | None
    case: tuple[str, str] | None
    seconds: float
    is_error: bool | None
    findings: tuple[str, ...] = ()
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent so far, and what it brought. `stopped` is the limit that was met, if one
    was; `left` is how many requests are; `chance` that of a new kind of answer (see `novelty`).
    """

    requests: int
    creations: int
    seconds: float
    stopped: str | None
    health: Health
    strain: str
    findings: int
    cases: int
    kinds: int
    chance: float | None
    left: int


class Budget:
    """Counts and times all requests of a fuzz."""

    def __init__(self, limits: Limits, shards: int | None = None) -> None:
        """`shards` is how many there are to be had; without it, there is always one more."""
        self.limits = limits
        self.shards = shards
        self._changed = threading.Condition()
        self._watch = Watch(limits.tolerance)
        self._started: float | None = None
        self._next = 0.0
        self._requests = self._creations = 0
        self._under_way = self._pending = 0
        self._issued = self._shard = 0
        self._stopped: str | None = None
        self._findings: set[str] = set()
        self._cases: set[tuple[str, str]] = set()
        self._kinds = Kinds()

    def next_shard(self) -> int | None:
        """The number of a shard that nobody has taken; None where there is no more."""
        with self._changed:
            if self._shard == self.shards:
                return None
            self._shard += 1
            return self._shard - 1

    def take(self, *, is_unsafe: bool) -> Permit:
        """Wait for a permit for one request. Raises BudgetSpentError."""
        with self._changed:
            while not isinstance(lease := self._ask(is_unsafe, 1), Lease):
                self._changed.wait(lease)
            return Permit(lease.first, is_unsafe)

    def ask(self, *, is_unsafe: bool) -> Lease | float:
        """A lease, or how many seconds to wait at most before asking again. Raises
        BudgetSpentError.
        """
        with self._changed:
            return self._ask(is_unsafe, self._portion())

    def give_back(self, count: int, *, is_unsafe: bool) -> None:
        """So many permits of a lease were not used."""
        with self._changed:
            self._requests -= count
            self._under_way -= count
            self._pending -= count * is_unsafe
            self._changed.notify_all()

    def write_off(self, count: int, *, is_unsafe: bool) -> None:
        """What became of so many permits nobody will ever say: each counts as a request, and as a
        creation if it may have been one.
        """
        with self._changed:
            self._under_way -= count
            self._pending -= count * is_unsafe
            self._creations += count * is_unsafe
            self._changed.notify_all()

    def settle(self, permit: Permit, told: RequestRecord) -> None:
        """Say what became of a permit."""
        with self._changed:
            self._under_way -= 1
            if permit.is_unsafe:
                self._pending -= 1
                self._creations += told.status is None or 200 <= told.status < 300
            self._findings.update(told.findings)
            self._cases.update([told.case] if told.case else [])
            if told.kind is not None:
                self._kinds.add(told.kind)
            if told.is_error is not None:
                self._watch.observe(is_error=told.is_error, seconds=told.seconds)
            self._stop_if(self._watch.health is Health.FAILING, "health")
            self._stop_if(self._is_quiet(), "quiet")
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
                len(self._kinds.seen),
                self._kinds.chance,
                self._left(),
            )

    def _ask(self, is_unsafe: bool, most: int) -> Lease | float:
        now = time.monotonic()
        turn = max(self._next, now)
        self._stop_if(self._left() == 0 and not self._under_way, "requests")
        self._stop_if(is_unsafe and self._creations_left() == 0, "creations")
        self._stop_if(self._is_after_end(turn), "time")
        if self._stopped is not None:
            raise BudgetSpentError(self._stopped)
        count = min(most, self._left(), self._creations_free() if is_unsafe else most)
        if count <= 0:  # only the answers under way tell if one more is allowed
            return _LONGEST_NAP
        return self._lease(count, is_unsafe) if turn <= now else turn - now

    def _lease(self, count: int, is_unsafe: bool) -> Lease:
        now, interval, first = time.monotonic(), self._interval(), self._issued + 1
        self._started = self._started or now
        self._next = now + interval * count
        self._issued += count
        self._requests += count
        self._under_way += count
        self._pending += count * is_unsafe
        return Lease(first, count, is_unsafe, interval)

    def _portion(self) -> int:
        """How many permits a lease has: what is sent within a short time."""
        interval = self._interval()
        return max(1, int(LEASE_SECONDS / interval)) if interval else _PORTION

    def _stop_if(self, is_met: bool, reason: str) -> None:
        if is_met and self._stopped is None:
            self._stopped = reason

    def _is_quiet(self) -> bool:
        if self.limits.quiet is None:
            return False
        chance = self._kinds.chance
        return chance is not None and chance < self.limits.quiet

    def _interval(self) -> float:
        interval = 1 / self.limits.rate if self.limits.rate else 0.0
        if self._watch.health is Health.STRAINED:
            return interval * _SLOWED or 1 / _SLOWED_RATE
        return interval

    def _is_after_end(self, moment: float) -> bool:
        limit = self.limits.seconds
        return limit is not None and moment - (self._started or moment) >= limit

    def _left(self) -> int:
        return self.limits.requests - self._requests

    def _creations_left(self) -> int | None:
        limit = self.limits.creations
        return None if limit is None else limit - self._creations

    def _creations_free(self) -> int:
        """How many creations no request under way holds."""
        left = self._creations_left()
        return self._left() if left is None else left - self._pending


LEASE_SECONDS = 0.1
"""How long after its moment a permit of a lease may be used: so much more than the rate allows can
come together, and no more.
"""

_PORTION = 16
"""How many permits a lease has where no rate is set."""

_LONGEST_NAP = 0.5
"""Seconds after which who waits for an answer looks whether the time is over."""
