"""Judging within the time of a run: what takes longer is left.

Rules: a large response can take long to judge, and nothing in a validator looks at the clock. So a
timer interrupts it, as soon as the run would take longer than it may. It needs a system that has
timers (POSIX), and the main thread.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from types import FrameType
from typing import TypeVar

T = TypeVar("T")

_GRACE = 0.5
"""So many seconds after its time, a run still judges what came before."""

_AGAIN = 0.1
"""Seconds to the next try, where the first interrupt came at a moment that lets none through."""


class LateError(BaseException):
    """The time is over. It is no Exception, because whoever makes the best of those goes on."""


def in_time(judge: Callable[[], T], ends: float) -> T | None:
    """What is judged, or None where that takes until after the moment when the run ends."""
    seconds = ends + _GRACE - time.monotonic()
    if seconds <= 0:
        return None
    if seconds == inf or not _has_timer():
        return judge()
    try:
        with _interrupted_after(seconds):
            return judge()
    except LateError:
        return None


def _has_timer() -> bool:
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and hasattr(signal, "setitimer")


@contextmanager
def _interrupted_after(seconds: float) -> Iterator[None]:
    is_over = False

    def interrupt(_: int, __: FrameType | None) -> None:
        if not is_over:
            raise LateError

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
        yield
    finally:
        is_over = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
