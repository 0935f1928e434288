"""Leasing: one budget for all workers of a Dask cluster.

A worked example. The rate is 50/s, so a lease has 5 permits, 20 ms apart (what is sent in a tenth
of a second). Worker A leases permits 1 to 5 at 0 ms: it may send at 0, 20, 40, 60 and 80 ms. Worker
B asks at 10 ms, and gets permits 6 to 10 for 100 ms and later. A sends four requests; the fourth
response takes so long that permit 5 is late. One message reports the four outcomes, returns permit
5, and asks for the next lease. B dies, and the scheduler counts its five permits as sent. So the
target never gets more requests than the limit allows, or faster than the rate, whoever dies when.

Rules: the budget lives on the scheduler, which outlives any worker. A permit that is late (on the
way, or at the worker) is not used but returned. Permits of a lost worker count as sent, because
they may have been. The scheduler's own parts carry all this: a plugin, and handlers. Dask's own
semaphores lease one permit at a time and know no rate.
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

from fuzzing.sending.budget import (
    LEASE_SECONDS,
    Budget,
    BudgetSpentError,
    BudgetUsage,
    Lease,
    Permit,
    RequestRecord,
)
from fuzzing.sending.health import TargetHealth
from fuzzing.sending.limits import Limits
from fuzzing.sending.schedule import Schedule

_MOST_UNREPORTED = 16
"""A worker reports its outcomes at the latest when it has so many."""

_FAREWELL = 60.0
"""When the client is gone, the workers can still ask for so many seconds, and learn that."""

ServerCall = Callable[..., Any]
"""Calls a method of the budget server, wherever it is: `call("lease", holder=…)`."""


class BudgetServer(SchedulerPlugin):
    """Holds the budget on the scheduler, for the client that started the fuzz."""

    def __init__(
        self, name: str, limits: Limits, client: str, schedule: Schedule | None = None
    ) -> None:
        self.name = name
        self.limits = limits
        self.schedule = schedule
        self.client = client

    async def start(self, scheduler: Scheduler) -> None:
        """See SchedulerPlugin."""
        self.budget = Budget(self.limits, self.schedule)
        self._scheduler = scheduler
        self._held: dict[str, Counter[bool]] = {}
        self._reserved: Counter[str] = Counter()
        self._changed = asyncio.Event()
        methods = (
            self.lease,
            self.report,
            self.next_shard,
            self.leave_out,
            self.reserve,
            self.clean,
            self.pause,
            self.stop,
            self.usage,
            self.leave,
        )
        self._handlers = {_address(self.name, method.__name__): method for method in methods}
        scheduler.handlers.update(self._handlers)

    async def lease(
        self, holder: str, is_unsafe: bool, records: Sequence[Any], unused: Sequence[int]
    ) -> Sequence[Any] | str:
        """A lease as soon as one is free, and how many seconds that took; or why there is none any
        more.
        """
        came, worker = time.monotonic(), self._scheduler.workers.get(holder)
        self.report(holder, records, unused)
        # A worker asks for a lease only when it has used up the last one. A lease that the server
        # still records for it was lost on the way.
        self._write_off(holder)
        while True:
            # Before asking, so that a later change is not missed.
            self._changed.clear()
            try:
                given = self.budget.ask(is_unsafe=is_unsafe)
            except BudgetSpentError as error:
                return str(error)
            if isinstance(given, Lease):
                # The worker may be lost by now, and another may have its address.
                if worker is None or self._scheduler.workers.get(holder) is not worker:
                    self.budget.give_back(given.size, is_unsafe=is_unsafe)
                    return "worker"
                self._held.setdefault(holder, Counter())[is_unsafe] += given.size
                return [*given, time.monotonic() - came]
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), given)

    def report(self, holder: str, records: Sequence[Any], unused: Sequence[int]) -> None:
        """Settle permits, given as (permit, record), and return so many unused safe and unsafe
        ones. Permits of a lost worker are written off already.
        """
        held = self._held.get(holder, Counter())
        for permit, record in records:
            self._settle(held, Permit(*permit), _record(record))
        for is_unsafe, count in zip((False, True), unused, strict=True):
            left = min(count, held[is_unsafe])
            held[is_unsafe] -= left
            self.budget.give_back(left, is_unsafe=is_unsafe)
        self._changed.set()

    def _settle(self, held: Counter[bool], permit: Permit, record: RequestRecord) -> None:
        if held[permit.is_unsafe] > 0:
            held[permit.is_unsafe] -= 1
            self.budget.settle(permit, record)

    def next_shard(self) -> Sequence[Any] | str:
        """See Budget; an empty text when all are taken."""
        return self.budget.next_shard() or ""

    def leave_out(self, operation: str) -> None:
        """See Budget."""
        self.budget.leave_out(operation)

    def reserve(self, holder: str, count: int) -> None:
        """See Budget."""
        self._reserved[holder] += count
        self.budget.reserve(count)
        self._changed.set()

    async def clean(self, holder: str) -> Sequence[Any] | str:
        """A permit to delete what was created, or why there is none."""
        while True:
            try:
                given = self.budget.ask_to_clean()
            except BudgetSpentError as error:
                return str(error)
            if isinstance(given, Permit):
                self._reserved[holder] -= 1
                self._held.setdefault(holder, Counter())[given.is_unsafe] += 1
                return list(given)
            await asyncio.sleep(given)

    def pause(self, seconds: float) -> None:
        """See Budget."""
        self.budget.pause(seconds)

    def stop(self, reason: str) -> None:
        """See Budget."""
        self.budget.stop(reason)
        self._changed.set()

    def usage(self) -> dict[str, Any]:
        """See Budget."""
        usage = self.budget.usage()
        return {**asdict(usage), "health": usage.health.name}

    def leave(self) -> None:
        """Respond to no call any more: the fuzz is over."""
        for handler in self._handlers:
            self._scheduler.handlers.pop(handler, None)
        self._scheduler.plugins.pop(self.name, None)

    def remove_worker(self, scheduler: Scheduler, worker: str, **_: Any) -> None:  # noqa: ARG002
        """See SchedulerPlugin. The permits of a lost worker may have been used."""
        self._write_off(worker)
        self.budget.reserve(-max(0, self._reserved.pop(worker, 0)))
        self._changed.set()

    def _write_off(self, holder: str) -> None:
        for is_unsafe, count in self._held.pop(holder, Counter()).items():
            self.budget.write_off(count, is_unsafe=is_unsafe)

    def remove_client(self, scheduler: Scheduler, client: str) -> None:
        """See SchedulerPlugin. A fuzz ends when the client that started it is gone."""
        if client == self.client:
            self.stop("interrupted")
            # By then all workers have asked, and know that it has ended.
            scheduler.loop.call_later(_FAREWELL, self.leave)


class BudgetClient:
    """A worker's access to the budget (see PermitSource): it leases permits, and renews leases."""

    def __init__(self, call: ServerCall, holder: str) -> None:
        self._call = call
        self._holder = holder
        self._lease = Lease(0, 0, is_unsafe=False, interval=0.0)
        self._begun = 0.0
        self._used = 0
        self._records: list[Any] = []

    def take(self, *, is_unsafe: bool) -> Permit:
        """See Budget."""
        while (permit := self._next(is_unsafe)) is None:
            self._renew(is_unsafe)
        return permit

    def _next(self, is_unsafe: bool) -> Permit | None:
        """The next permit of the lease, at its moment; None if there is none, or it is late."""
        lease = self._lease
        if self._used == lease.size or lease.is_unsafe != is_unsafe:
            return None
        moment = self._begun + self._used * lease.interval
        now = time.monotonic()
        if now > moment + LEASE_SECONDS:
            return None
        time.sleep(max(0.0, moment - now))
        self._used += 1
        left = None if lease.seconds is None else lease.seconds + self._begun - time.monotonic()
        return Permit(lease.first + self._used - 1, is_unsafe, left)

    def _renew(self, is_unsafe: bool) -> None:
        asked = time.monotonic()
        words = {"is_unsafe": is_unsafe, "records": self._unreported(), "unused": self._unused()}
        given = self._call("lease", holder=self._holder, **words)
        if given is None:  # there is no budget server any more
            raise BudgetSpentError("scheduler")
        if isinstance(given, str):
            raise BudgetSpentError(given)
        *lease, waited = given
        # Not later than the server granted it, so that a lease that took long to arrive is late.
        self._lease, self._used, self._begun = Lease(*lease), 0, asked + waited

    def _unreported(self) -> list[Any]:
        records, self._records = self._records, []
        return records

    def _unused(self) -> list[int]:
        """How many safe and unsafe permits are left; the lease is empty then."""
        left = self._lease.size - self._used
        self._used = self._lease.size
        return [0, left] if self._lease.is_unsafe else [left, 0]

    def settle(self, permit: Permit, record: RequestRecord) -> None:
        """See Budget."""
        self._records.append([list(permit), list(record)])
        if len(self._records) >= _MOST_UNREPORTED:
            self.report()

    def report(self) -> None:
        """Report all outcomes, and return unused permits."""
        unreported, unused = self._unreported(), self._unused()
        self._call("report", holder=self._holder, records=unreported, unused=unused)

    def pause(self, seconds: float) -> None:
        """See Budget."""
        self._call("pause", seconds=seconds)
        self.report()

    def stop(self, reason: str) -> None:
        """See Budget."""
        self._call("stop", reason=reason)

    def leave_out(self, operation: str) -> None:
        """See Budget."""
        self._call("leave_out", operation=operation)

    def reserve(self, count: int) -> None:
        """See Budget."""
        self._call("reserve", holder=self._holder, count=count)

    def clean(self) -> Permit:
        """See Budget."""
        given = self._call("clean", holder=self._holder)
        if given is None or isinstance(given, str):
            raise BudgetSpentError(given or "scheduler")
        return Permit(*given)


def call_from_worker(worker: Worker, name: str) -> ServerCall:
    """How a task calls the budget server of this name."""

    def call(method: str, **words: Any) -> Any:
        return sync(worker.loop, getattr(worker.scheduler, _address(name, method)), **words)

    return call


def call_from_client(client: Client, name: str) -> ServerCall:
    """How the client that started the fuzz calls the budget server of this name."""

    def call(method: str, **words: Any) -> Any:
        return client.sync(getattr(client.scheduler, _address(name, method)), **words)

    return call


def _address(name: str, method: str) -> str:
    return f"{name}_{method}"


def _record(message: Sequence[Any]) -> RequestRecord:
    """A record from a message, which holds lists in place of tuples."""
    record = RequestRecord(*message)
    case = None if record.case is None else (record.case[0], record.case[1])
    return record._replace(case=case, findings=tuple(record.findings))


def usage_of(message: dict[str, Any] | None) -> BudgetUsage:
    """The usage from a message. Raises ConnectionError if there is no budget server any more."""
    if message is None:
        raise ConnectionError("the scheduler has no budget any more")
    usage = BudgetUsage(**message)
    return replace(usage, health=TargetHealth[message["health"]])
