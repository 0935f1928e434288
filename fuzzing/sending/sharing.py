"""Sharing: one budget for all processes of a fuzz.

Rules: with one worker, the budget is an object of its process. With several, it lives in a process
of its own, and every worker asks there for permits; so no limit is divided among workers. No
process outlives the command that started it, however the command ends.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from multiprocessing.managers import BaseManager
from typing import Protocol

from fuzzing.sending.budget import Budget, BudgetUsage, Permit, RequestRecord
from fuzzing.sending.limits import Limits
from fuzzing.sending.schedule import Schedule, Shard


class BudgetMonitor(Protocol):
    """What the command needs of the budget, wherever it lives."""

    def stop(self, reason: str) -> None:
        """See Budget."""

    def usage(self) -> BudgetUsage:
        """See Budget."""


class PermitSource(Protocol):
    """What the adapter of a worker needs of the budget, wherever it lives."""

    def take(self, *, is_unsafe: bool) -> Permit:
        """See Budget."""

    def settle(self, permit: Permit, record: RequestRecord) -> None:
        """See Budget."""

    def pause(self, seconds: float) -> None:
        """See Budget."""

    def stop(self, reason: str) -> None:
        """See Budget."""

    def leave_out(self, operation: str) -> None:
        """See Budget."""

    def reserve(self, count: int) -> None:
        """See Budget."""

    def clean(self) -> Permit:
        """See Budget."""


class SharedBudget(BudgetMonitor, PermitSource, Protocol):
    """What the processes of one machine need of their budget."""

    def next_shard(self) -> Shard | None:
        """See Budget."""


class _Manager(BaseManager):
    """Keeps the budget that several processes share."""


_EXPOSED = (
    "take",
    "next_shard",
    "leave_out",
    "settle",
    "reserve",
    "clean",
    "pause",
    "stop",
    "usage",
)
_Manager.register("Budget", Budget, exposed=_EXPOSED)


@contextmanager
def shared_budget(
    limits: Limits, workers: int | None, schedule: Schedule
) -> Iterator[SharedBudget]:
    """A budget with these limits for so many workers, which share the schedule."""
    if workers in (None, 1):
        yield Budget(limits, schedule)
        return
    manager = _Manager(ctx=multiprocessing.get_context("spawn"))
    with starting():
        manager.start(initializer=end_with_parent)
    with manager:
        yield manager.Budget(limits, schedule)  # type: ignore[attr-defined]


@contextmanager
def starting() -> Iterator[None]:
    """Start processes that never hear Ctrl-C, which a terminal sends to all: it ends the budget,
    and they end with that. Who starts them hears it after the block.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # whoever starts it lets signals through afterwards
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with_parent() -> None:
    """End this process as soon as the process that started it has ended."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def follow() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
