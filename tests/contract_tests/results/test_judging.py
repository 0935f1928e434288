"""What takes longer than a run may is interrupted."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import suppress
from math import inf

import pytest

from contract_tests.results.judging import LateError, ending, in_time


def endless() -> str:
    """Judges for ever, and makes the best of any error."""
    while True:
        with suppress(Exception):
            sum(range(1_000))


def test_what_takes_too_long_is_interrupted() -> None:
    """Half a second after the end, whatever it is; nothing of the timer is left."""
    before = signal.getsignal(signal.SIGALRM)
    started = time.monotonic()
    with pytest.raises(LateError, match="the time of the run is over"), ending(lambda: started):
        endless()
    assert time.monotonic() - started > 0.45
    assert (signal.getitimer(signal.ITIMER_REAL), signal.getsignal(signal.SIGALRM)) == (
        (0.0, 0.0),
        before,
    )


class Finalized:
    """Takes longer to end than a run may."""

    def __del__(self) -> None:
        time.sleep(0.3)


def test_a_finalizer_is_not_interrupted(capsys: pytest.CaptureFixture[str]) -> None:
    """Python would print the error there, and ignore it."""

    def run() -> None:
        Finalized()
        endless()

    with pytest.raises(LateError), ending(lambda: time.monotonic() - 1):
        run()
    assert capsys.readouterr().err == ""


def test_what_is_judged_too_long_is_left() -> None:
    """The run goes on, and is interrupted again where that takes long, too."""
    ends = time.monotonic() - 0.3
    judged = []

    def run() -> None:
        judged.append(in_time(endless, ends))
        endless()

    with pytest.raises(LateError), ending(lambda: ends):
        run()
    assert judged == [None]


def test_the_end_may_be_known_later() -> None:
    """As that of a fuzz, whose time begins with its first request."""
    ends = [inf]

    def run() -> None:
        ends[0] = time.monotonic() - 0.3
        endless()

    with pytest.raises(LateError), ending(lambda: ends[0]):
        run()


def test_what_is_quick_counts() -> None:
    """Before the end, and shortly after it; then nothing is begun."""
    now = time.monotonic()
    results = [in_time(lambda: "judged", ends) for ends in (inf, now + 60, now - 0.1, now - 0.5)]
    assert results == ["judged", "judged", "judged", None]


def test_another_thread_has_no_timer() -> None:
    """It judges to the end."""
    results: list[str | None] = []

    def judge() -> None:
        with ending(lambda: 0.0):
            results.append(in_time(lambda: "judged", time.monotonic()))

    thread = threading.Thread(target=judge)
    thread.start()
    thread.join()
    assert results == ["judged"]
