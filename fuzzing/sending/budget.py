"""The budget: how much all workers of a fuzz may still send together.

Rules: every request needs a permit. A permit is valid now: whoever waits for one learns what
changed meanwhile. A permit for an unsafe method (POST, say) holds one creation until the response
shows whether the request created something; without a response, it counts as a creation. The time
runs from the first permit. The first limit that is met stops all workers, and the budget remembers
which one it was. Where no more may be created, the operations that create nothing go on. A worker
on another machine leases several permits at once, each with its moment, and returns those that it
did not use in time. Of the requests, as many are reserved as the workers need to delete what they
created; these they may still send when the fuzz has ended.

The budget works from several threads and, through a manager that forwards its methods, from several
processes.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import NamedTuple
from unittest import SkipTest

from fuzzing.sending.estimate import GoodTuringEstimate
from fuzzing.sending.health import CircuitBreaker, TargetHealth
from fuzzing.sending.limits import Limits
from fuzzing.sending.schedule import Schedule, Shard

_SLOWED = 4.0
"""The fuzz goes so many times slower while the target is strained."""

_CLEANING, _LATEST = 1.0, 1.75
"""Seconds to delete what the fuzz created, once it notices that its time is over; and how long
after that time at the latest.
"""

_UNWILLING = ("pause", "unreachable")
"""Where the fuzz ended so, the target gets no more requests at all."""

_SLOWED_RATE = 10.0
"""Requests a second while the target is strained, if no rate is set."""


class BudgetSpentError(SkipTest):
    """No more requests are allowed; the message names the limit.

    It is a SkipTest because Hypothesis lets that one through at once. It takes any other error for
    a failure of the property, and would send the same request again to shrink it.
    """


class Permit(NamedTuple):
    """Permission to send one request now; `seconds` are left of the fuzz."""

    number: int
    is_unsafe: bool
    seconds: float | None = None


class Lease(NamedTuple):
    """Permission to send `size` requests: one now, then one each `interval` seconds. `seconds` are
    left of the fuzz.
    """

    first: int
    size: int
    is_unsafe: bool
    interval: float
    seconds: float | None = None


class RequestRecord(NamedTuple):
    """The outcome of a request. `status` and `case` are None without a response or a documented
    case; `is_error` is None where the response says nothing about the target. `findings` are the
    ids of new ones; `kind` is the kind of the response (see `estimate`); `operation` is its name.
    With `may_create`, a request is reserved until the worker says what was created. A response
    that `is_limited` only asks to come back later.
    """

    status: int | None
    case: tuple[str, str] | None
    seconds: float
    is_error: bool | None
    findings: tuple[str, ...] = ()
    kind: str | None = None
    operation: str | None = None
    may_create: bool = False
    is_limited: bool = False


@dataclass(frozen=True, slots=True)
class BudgetUsage:
    """How much was sent so far, and what it showed. `stopped` names the limit that was met, if one
    was; `left` is how many requests are left; `chance` is the Good-Turing estimate. A target that
    `puts_off` asked to come back much later, or answered nothing else than that.
    """

    requests: int
    creations: int
    seconds: float
    stopped: str | None
    health: TargetHealth
    strain: str
    findings: int
    cases: int
    kinds: int
    chance: float | None
    left: int
    puts_off: bool = False


class Budget:
    """Counts and times all requests of a fuzz."""

    def __init__(self, limits: Limits, schedule: Schedule | None = None) -> None:
        self.limits = limits
        self.schedule = schedule or Schedule({})
        self._changed = threading.Condition()
        self._breaker = CircuitBreaker(limits.breaker)
        self._started: float | None = None
        self._ended: float | None = None
        self._next = 0.0
        self._requests = self._creations = 0
        self._under_way = self._pending = 0
        self._issued = self._reserved = 0
        self._stopped: str | None = None
        self._is_limited = self._is_served = False
        self._findings: set[str] = set()
        self._cases: set[tuple[str, str]] = set()
        self._estimate = GoodTuringEstimate()

    def next_shard(self) -> Shard | None:
        """The next shard; None when all are taken."""
        with self._changed:
            return None if self._stopped else self.schedule.next()

    def leave_out(self, operation: str) -> None:
        """Hand out no more shards of an operation."""
        with self._changed:
            self.schedule.leave_out(operation)

    def take(self, *, is_unsafe: bool) -> Permit:
        """Wait for a permit for one request. Raises BudgetSpentError."""
        with self._changed:
            while not isinstance(lease := self._ask(is_unsafe, 1), Lease):
                self._changed.wait(lease)
            return Permit(lease.first, is_unsafe, lease.seconds)

    def ask(self, *, is_unsafe: bool) -> Lease | float:
        """A lease, or the seconds after which to ask again at the latest. Raises
        BudgetSpentError.
        """
        with self._changed:
            return self._ask(is_unsafe, self._portion())

    def reserve(self, count: int) -> None:
        """Reserve so many more requests, or fewer, to delete what was created."""
        with self._changed:
            self._reserved += count
            self._changed.notify_all()

    def clean(self) -> Permit:
        """Wait for a permit to delete what was created, for which a request is reserved. Raises
        BudgetSpentError.
        """
        with self._changed:
            while not isinstance(permit := self._ask_to_clean(), Permit):
                self._changed.wait(permit)
            return permit

    def ask_to_clean(self) -> Permit | float:
        """The same, or the seconds after which to ask again."""
        with self._changed:
            return self._ask_to_clean()

    def give_back(self, count: int, *, is_unsafe: bool) -> None:
        """Return unused permits of a lease."""
        with self._changed:
            self._requests -= count
            self._under_way -= count
            self._pending -= count * is_unsafe
            self._changed.notify_all()

    def write_off(self, count: int, *, is_unsafe: bool) -> None:
        """Count permits whose outcome nobody will report: each as a request, and each unsafe one as
        a creation.
        """
        with self._changed:
            self._under_way -= count
            self._pending -= count * is_unsafe
            self._creations += count * is_unsafe
            self._changed.notify_all()

    def settle(self, permit: Permit, record: RequestRecord) -> None:
        """Record the outcome of a request."""
        with self._changed:
            self._under_way -= 1
            if record.is_error is not None and record.status is not None:
                self._is_limited |= record.is_limited
                self._is_served |= not record.is_limited
            self._reserved += record.may_create
            if permit.is_unsafe:
                self._pending -= 1
                self._creations += record.status is None or 200 <= record.status < 300
            self._findings.update(record.findings)
            self._cases.update([record.case] if record.case else [])
            is_new = record.kind is not None and record.kind not in self._estimate.seen
            if record.operation is not None and (is_new or record.findings):
                self.schedule.saw_news(record.operation)
            if record.kind is not None:
                self._estimate.add(record.kind)
            if record.is_error is not None:
                self._breaker.observe(is_error=record.is_error, seconds=record.seconds)
            self._stop_if(self._breaker.health is TargetHealth.FAILING, "health")
            self._stop_if(self._is_quiet(), "quiet")
            self._changed.notify_all()

    def pause(self, seconds: float) -> None:
        """Give no permit for so many seconds, because the target asks for a pause."""
        with self._changed:
            self._next = max(self._next, time.monotonic() + seconds)

    def stop(self, reason: str) -> None:
        """Give no more permits."""
        with self._changed:
            self._stop_if(True, reason)
            self._changed.notify_all()

    def usage(self) -> BudgetUsage:
        """How much was sent so far."""
        with self._changed:
            return BudgetUsage(
                self._requests,
                self._creations,
                time.monotonic() - self._started if self._started else 0.0,
                self._stopped,
                self._breaker.health,
                self._breaker.reason,
                len(self._findings),
                len(self._cases),
                len(self._estimate.seen),
                self._estimate.chance,
                self._left(),
                self._stopped == "pause" or (self._is_limited and not self._is_served),
            )

    def _ask(self, is_unsafe: bool, most: int) -> Lease | float:
        now = time.monotonic()
        turn = max(self._next, now)
        # What is created may have to be deleted.
        cost = 2 if is_unsafe and self.schedule.has_deletes else 1
        free = self._left() - self._pending * self.schedule.has_deletes
        self._stop_if(free < cost and not self._under_way, "requests")
        is_too_much = is_unsafe and self._creations_left() == 0
        goes_on = is_too_much and self.schedule.leave_only_safe()
        self._stop_if(is_too_much and not goes_on, "creations")
        self._stop_if(self._is_after_end(turn), "time")
        if self._stopped is not None:
            raise BudgetSpentError(self._stopped)
        if is_too_much:
            raise BudgetSpentError("creations")
        count = min(most, free // cost, self._creations_free() if is_unsafe else most)
        if count <= 0:  # the responses under way decide whether one more is allowed
            return _LONGEST_NAP
        return self._lease(count, is_unsafe) if turn <= now else turn - now

    def _ask_to_clean(self) -> Permit | float:
        now = time.monotonic()
        turn = max(self._next, now)
        if self._stopped in _UNWILLING or self._requests >= self.limits.requests:
            raise BudgetSpentError(self._stopped or "requests")
        seconds = self._seconds_to_clean(now)
        if seconds is not None and turn - now >= seconds:
            raise BudgetSpentError("time")
        if turn > now:
            return turn - now
        self._reserved = max(0, self._reserved - 1)
        return Permit(self._lease(1, is_unsafe=False).first, is_unsafe=False, seconds=seconds)

    def _lease(self, count: int, is_unsafe: bool) -> Lease:
        now, interval, first = time.monotonic(), self._interval(), self._issued + 1
        self._started = self._started or now
        self._next = now + interval * count
        self._issued += count
        self._requests += count
        self._under_way += count
        self._pending += count * is_unsafe
        return Lease(first, count, is_unsafe, interval, self._seconds_left(now))

    def _portion(self) -> int:
        """The size of a lease: what is sent within `LEASE_SECONDS`."""
        interval = self._interval()
        return max(1, int(LEASE_SECONDS / interval)) if interval else _PORTION

    def _stop_if(self, is_met: bool, reason: str) -> None:
        if is_met and self._stopped is None:
            self._stopped, self._ended = reason, time.monotonic()

    def _is_quiet(self) -> bool:
        if self.limits.quiet is None:
            return False
        chance = self._estimate.chance
        return chance is not None and chance < self.limits.quiet

    def _interval(self) -> float:
        interval = 1 / self.limits.rate if self.limits.rate else 0.0
        if self._breaker.health is TargetHealth.STRAINED:
            return interval * _SLOWED or 1 / _SLOWED_RATE
        return interval

    def _is_after_end(self, moment: float) -> bool:
        limit = self.limits.seconds
        return limit is not None and moment - (self._started or moment) >= limit

    def _seconds_left(self, now: float) -> float | None:
        limit = self.limits.seconds
        return None if limit is None else limit - (now - (self._started or now))

    def _seconds_to_clean(self, now: float) -> float | None:
        left = self._seconds_left(now)
        if left is None:
            return None
        return min(left + _LATEST, max(left, (self._ended or now) - now) + _CLEANING)

    def _left(self) -> int:
        return self.limits.requests - self._requests - self._reserved

    def _creations_left(self) -> int | None:
        limit = self.limits.creations
        return None if limit is None else limit - self._creations

    def _creations_free(self) -> int:
        """The creations that no request under way holds."""
        left = self._creations_left()
        return self._left() if left is None else left - self._pending


LEASE_SECONDS = 0.1
"""A worker may use a leased permit so long after its moment. So at most the requests of this time
come together beyond the rate.
"""

_PORTION = 16
"""The size of a lease where no rate is set."""

_LONGEST_NAP = 0.5
"""A waiting worker looks at the clock at least so often, in seconds, to end in time."""
