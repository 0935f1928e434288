"""Sharing: one budget for all processes of a fuzz.

Rules: with one worker the budget is an object of its process. With several it lives in a process
of its own, which all ask for permits, so that no limit is divided on paper. No process outlives
the command that started it, however that ends.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.managers import BaseManager
from typing import Protocol

from fuzzing.engine.budget import Budget, Permit, RequestRecord, Spent
from fuzzing.engine.limits import Limits


class Watched(Protocol):
    """What the one who has started a fuzz asks of its budget, wherever it is kept."""

    def stop(self, reason: str) -> None:
        """See Budget."""

    def spent(self) -> Spent:
        """See Budget."""


class Rationed(Protocol):
    """What the gate of a worker asks of the budget, wherever it is kept."""

    def take(self, *, is_unsafe: bool) -> Permit:
        """See Budget."""

    def settle(self, permit: Permit, told: RequestRecord) -> None:
        """See Budget."""

    def pause(self, seconds: float) -> None:
        """See Budget."""

    def stop(self, reason: str) -> None:
        """See Budget."""


class SharedBudget(Watched, Rationed, Protocol):
    """What the processes of one machine ask of their budget."""

    def next_shard(self) -> int | None:
        """See Budget."""


class _Manager(BaseManager):
    """Keeps the budget that several processes share."""


_EXPOSED = ("take", "next_shard", "settle", "pause", "stop", "spent")
_Manager.register("Budget", Budget, exposed=_EXPOSED)


@contextmanager
def shared_budget(
    limits: Limits, workers: int | None, shards: int | None
) -> Iterator[SharedBudget]:
    """A budget of these limits, for so many workers and shards."""
    if workers in (None, 1):
        yield Budget(limits, shards)
        return
    manager = _Manager(ctx=multiprocessing.get_context("spawn"))
    manager.start(initializer=end_with_parent)
    with manager:
        yield manager.Budget(limits, shards)  # type: ignore[attr-defined]


def end_with_parent() -> None:
    """End this process as soon as the one that started it has ended."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def follow() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
