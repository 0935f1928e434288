"""Leasing: one budget for all workers of a Dask cluster.

Rules: the budget lives on the scheduler, which outlives any worker, and leases permits to workers
in small portions; what a lost worker held counts as sent. Lease, report of what became of permits,
and return of unused ones are one message. The scheduler's own parts carry it: a plugin, and
handlers beside those of its locks and semaphores, which lease one at a time and know no rate.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

from distributed import Client, Scheduler, SchedulerPlugin, Worker
from distributed.utils import sync

from fuzzing.engine.budget import (
    LEASE_SECONDS,
    Budget,
    BudgetSpentError,
    Lease,
    Permit,
    RequestRecord,
    Spent,
)
from fuzzing.engine.health import Health
from fuzzing.engine.limits import Limits

_MOST_UNTOLD = 16
"""How many answers a worker may keep to itself."""

_FAREWELL = 60.0
"""Seconds for which the workers of a client that is gone are told so."""

OperationRequest = Callable[..., Any]
"""Calls a method of the landlord, wherever it is: `call("lease", holder=…)`."""


class BudgetServer(SchedulerPlugin):
    """Holds the budget on the scheduler, for the client that has started the fuzz."""

    def __init__(self, name: str, limits: Limits, client: str) -> None:
        self.name = name
        self.limits = limits
        self.client = client

    async def start(self, scheduler: Scheduler) -> None:
        """See SchedulerPlugin."""
        self.budget = Budget(self.limits)
        self._scheduler = scheduler
        self._held: dict[str, Counter[bool]] = {}
        self._changed = asyncio.Event()
        methods = (self.lease, self.tell, self.pause, self.stop, self.spent, self.leave)
        self._doors = {_address(self.name, method.__name__): method for method in methods}
        scheduler.handlers.update(self._doors)

    async def lease(
        self, holder: str, is_unsafe: bool, told: Sequence[Any], unused: Sequence[int]
    ) -> Sequence[Any] | str:
        """A lease as soon as one can be had, with the seconds that it was waited for; or why there
        is none any more.
        """
        came, worker = time.monotonic(), self._scheduler.workers.get(holder)
        self.tell(holder, told, unused)
        # Who asks has nothing left, so that what it seems to hold never reached it.
        self._write_off(holder)
        while True:
            # Before the question, so that what changes after it is not missed.
            self._changed.clear()
            try:
                answer = self.budget.ask(is_unsafe=is_unsafe)
            except BudgetSpentError as error:
                return str(error)
            if isinstance(answer, Lease):
                # Lost while it waited, though another may have its address now.
                if worker is None or self._scheduler.workers.get(holder) is not worker:
                    self.budget.give_back(answer.size, is_unsafe=is_unsafe)
                    return "worker"
                self._held.setdefault(holder, Counter())[is_unsafe] += answer.size
                return [*answer, time.monotonic() - came]
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), answer)

    def tell(self, holder: str, told: Sequence[Any], unused: Sequence[int]) -> None:
        """What became of permits, each as (permit, told), and how many safe and unsafe ones were
        not used. Of a worker that was lost all is written off already.
        """
        held = self._held.get(holder, Counter())
        for permit, what in told:
            self._settle(held, Permit(*permit), _told(what))
        for is_unsafe, count in zip((False, True), unused, strict=True):
            left = min(count, held[is_unsafe])
            held[is_unsafe] -= left
            self.budget.give_back(left, is_unsafe=is_unsafe)
        self._changed.set()

    def _settle(self, held: Counter[bool], permit: Permit, told: RequestRecord) -> None:
        if held[permit.is_unsafe] > 0:
            held[permit.is_unsafe] -= 1
            self.budget.settle(permit, told)

    def pause(self, seconds: float) -> None:
        """See Budget."""
        self.budget.pause(seconds)

    def stop(self, reason: str) -> None:
        """See Budget."""
        self.budget.stop(reason)
        self._changed.set()

    def spent(self) -> dict[str, Any]:
        """See Budget."""
        spent = self.budget.spent()
        return {**asdict(spent), "health": spent.health.name}

    def leave(self) -> None:
        """Answer no call any more: the fuzz is over."""
        for door in self._doors:
            self._scheduler.handlers.pop(door, None)
        self._scheduler.plugins.pop(self.name, None)

    def remove_worker(self, scheduler: Scheduler, worker: str, **_: Any) -> None:  # noqa: ARG002
        """See SchedulerPlugin. What a lost worker held may have been sent."""
        self._write_off(worker)
        self._changed.set()

    def _write_off(self, holder: str) -> None:
        for is_unsafe, count in self._held.pop(holder, Counter()).items():
            self.budget.write_off(count, is_unsafe=is_unsafe)

    def remove_client(self, scheduler: Scheduler, client: str) -> None:
        """See SchedulerPlugin. Without the one who started it, a fuzz ends."""
        if client == self.client:
            self.stop("interrupted")
            # By then all workers have asked, and heard so.
            scheduler.loop.call_later(_FAREWELL, self.leave)


class BudgetClient:
    """What a worker has of the budget (see Rationed): leases, which it renews."""

    def __init__(self, call: OperationRequest, holder: str) -> None:
        self._call = call
        self._holder = holder
        self._lease = Lease(0, 0, is_unsafe=False, interval=0.0)
        self._begun = 0.0
        self._used = 0
        self._untold: list[Any] = []

    def take(self, *, is_unsafe: bool) -> Permit:
        """See Budget."""
        while (permit := self._next(is_unsafe)) is None:
            self._renew(is_unsafe)
        return permit

    def _next(self, is_unsafe: bool) -> Permit | None:
        """The next permit of the lease at its moment, if there is one and it is not over."""
        lease = self._lease
        if self._used == lease.size or lease.is_unsafe != is_unsafe:
            return None
        moment = self._begun + self._used * lease.interval
        now = time.monotonic()
        if now > moment + LEASE_SECONDS:
            return None
        time.sleep(max(0.0, moment - now))
        self._used += 1
        return Permit(lease.first + self._used - 1, is_unsafe)

    def _renew(self, is_unsafe: bool) -> None:
        asked = time.monotonic()
        words = {"is_unsafe": is_unsafe, "told": self._news(), "unused": self._rest()}
        answer = self._call("lease", holder=self._holder, **words)
        if answer is None:  # nobody answers there any more
            raise BudgetSpentError("scheduler")
        if isinstance(answer, str):
            raise BudgetSpentError(answer)
        *lease, waited = answer
        # Never later than it was granted, so that what was held up on its way is late.
        self._lease, self._used, self._begun = Lease(*lease), 0, asked + waited

    def _news(self) -> list[Any]:
        news, self._untold = self._untold, []
        return news

    def _rest(self) -> list[int]:
        """How many safe and unsafe permits are left; they are given back."""
        left = self._lease.size - self._used
        self._used = self._lease.size
        return [0, left] if self._lease.is_unsafe else [left, 0]

    def settle(self, permit: Permit, told: RequestRecord) -> None:
        """See Budget."""
        self._untold.append([list(permit), list(told)])
        if len(self._untold) >= _MOST_UNTOLD:
            self.tell()

    def tell(self) -> None:
        """Tell what became of permits, and give back the others."""
        self._call("tell", holder=self._holder, told=self._news(), unused=self._rest())

    def pause(self, seconds: float) -> None:
        """See Budget."""
        self._call("pause", seconds=seconds)
        self.tell()

    def stop(self, reason: str) -> None:
        """See Budget."""
        self._call("stop", reason=reason)


def call_from_worker(worker: Worker, name: str) -> OperationRequest:
    """How a task calls the landlord of this name."""

    def call(method: str, **words: Any) -> Any:
        return sync(worker.loop, getattr(worker.scheduler, _address(name, method)), **words)

    return call


def call_from_client(client: Client, name: str) -> OperationRequest:
    """How the one who has started the fuzz calls the landlord of this name."""

    def call(method: str, **words: Any) -> Any:
        return client.sync(getattr(client.scheduler, _address(name, method)), **words)

    return call


def _address(name: str, method: str) -> str:
    return f"{name}_{method}"


def _told(what: Sequence[Any]) -> RequestRecord:
    told = RequestRecord(*what)
    case = None if told.case is None else (told.case[0], told.case[1])
    return told._replace(case=case, findings=tuple(told.findings))


def spent_of(told: dict[str, Any] | None) -> Spent:
    """What the landlord says was spent. Raises ConnectionError where there is none any more."""
    if told is None:
        raise ConnectionError("the scheduler has no budget any more")
    spent = Spent(**told)
    return replace(spent, health=Health[told["health"]])
