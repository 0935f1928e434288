"""Judging within the time of a run."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import suppress
from math import inf

from contract_tests.results.judging import in_time


def endless() -> str:
    """Judges for ever, and makes the best of any error."""
    while True:
        with suppress(Exception):
            sum(range(1_000))


def test_what_takes_too_long_is_interrupted() -> None:
    """Half a second after the end; nothing of the timer is left."""
    before = signal.getsignal(signal.SIGALRM)
    started = time.monotonic()
    assert in_time(endless, started - 0.3) is None
    assert time.monotonic() - started > 0.15
    assert (signal.getitimer(signal.ITIMER_REAL), signal.getsignal(signal.SIGALRM)) == (
        (0.0, 0.0),
        before,
    )


def test_what_is_quick_counts() -> None:
    """Before the end, and shortly after it; then nothing is begun."""
    now = time.monotonic()
    results = [in_time(lambda: "judged", ends) for ends in (inf, now + 60, now - 0.1, now - 0.5)]
    assert results == ["judged", "judged", "judged", None]


def test_another_thread_has_no_timer() -> None:
    """It judges to the end."""
    results: list[str | None] = []
    ends = time.monotonic() + 60
    thread = threading.Thread(target=lambda: results.append(in_time(lambda: "judged", ends)))
    thread.start()
    thread.join()
    assert results == ["judged"]
