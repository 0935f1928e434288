"""What a process and its children cost, as the system counts it, and the core that they run on.

Rules: what has ended costs nothing more. Cores are Linux's; elsewhere nothing is pinned.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

_IS_PINNED = hasattr(os, "sched_setaffinity")
_CORES = sorted(os.sched_getaffinity(0)) if _IS_PINNED else [0]
SERVER_CORE, LOAD_CORE = _CORES[0], _CORES[-1]


def cpu_seconds(pid: int) -> float:
    """CPU time (user and system) of a process and its children, those that ended included."""
    total = 0.0
    for process in _tree(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def resident_megabytes(pid: int) -> float:
    """The memory that a process and its children hold now."""
    total = 0
    for process in _tree(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += process.memory_info().rss
    return total / 1e6


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def pin(pid: int, core: int) -> None:
    """From now on all threads of a process and its children run on one core."""
    for process in _tree(pid) if _IS_PINNED else ():
        with contextlib.suppress(psutil.NoSuchProcess):
            for thread in process.threads():
                with contextlib.suppress(ProcessLookupError):
                    os.sched_setaffinity(thread.id, {core})


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """What is started in the block runs on one core only."""
    if not _IS_PINNED:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
