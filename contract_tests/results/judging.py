"""Ending in time: what takes longer than the run may is interrupted.

Rules: between two requests, nothing looks at the clock: data is drawn, and a large response can
take long to judge. So a timer looks again and again while a part of a run is under way, and
interrupts it shortly after the time is over. It needs a system that has timers (POSIX), and the
main thread; without them, only requests end in time.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

T = TypeVar("T")

_GRACE = 0.5
"""So many seconds after its time, a run still judges what came before."""

_LOOK = 0.1
"""Seconds between looks at the clock. The first may come at a moment that lets no interrupt
through.
"""


_DEAF = ("__del__", "gc_callback")
"""Python's finalizers, and a function of Hypothesis."""


class LateError(BaseException):
    """The time is over. It is no Exception, because whoever makes the best of those goes on."""

    def __str__(self) -> str:
        return "the time of the run is over"


@contextmanager
def ending(ends_at: Callable[[], float]) -> Iterator[None]:
    """Interrupt the block by a LateError, as soon as the run should have ended."""
    if not _has_timer():
        yield
        return
    is_over = False

    def look(_: int, frame: FrameType | None) -> None:
        if not is_over and _is_late(ends_at()) and not _is_deaf(frame):
            raise LateError

    before = signal.signal(signal.SIGALRM, look)
    try:
        signal.setitimer(signal.ITIMER_REAL, _LOOK, _LOOK)
        yield
    finally:
        try:
            is_over = True
        finally:  # an interrupt may come even here
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def in_time(judge: Callable[[], T], ends_at: float) -> T | None:
    """What is judged, or None where that is interrupted or comes too late."""
    if _is_late(ends_at):
        return None
    try:
        return judge()
    except LateError:
        return None


def _is_deaf(frame: FrameType | None) -> bool:
    """Whether an error would be printed here and ignored: in what the garbage collector calls."""
    while frame is not None:
        if frame.f_code.co_name in _DEAF:
            return True
        frame = frame.f_back
    return False


def _is_late(ends_at: float) -> bool:
    return time.monotonic() >= ends_at + _GRACE


def _has_timer() -> bool:
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and hasattr(signal, "setitimer")
