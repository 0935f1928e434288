"""Ctrl-C, once and twice, and the other ways in which a fuzz is made to end."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.contract_tests.targets import write_target
from tests.fuzzing.fuzzed import CountingApp, Failing, fuzzing, ledger
from tests.independent.app import Answer, Event, Receive, Request, Scope
from tests.independent.serve import serving

WAITING = 60.0
"""Seconds to wait for something that comes at once on a machine that is not busy."""


class Hanging(CountingApp):
    """Takes requests, and responds to none after the first."""

    def __init__(self) -> None:
        super().__init__()
        self.hangs = threading.Event()

    async def __call__(
        self, scope: Scope, receive: Receive, send: Callable[[Event], Awaitable[None]]
    ) -> None:
        if scope["type"] == "http" and self.statuses:
            self.hangs.set()
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await super().__call__(scope, receive, send)


class Broken(Failing):
    """Responds 500 to some requests, and asks for a long pause in the end."""

    def respond(self, request: Request) -> Answer:
        if len(self.seen) > 60:
            return self.problem(429, None, "later", (("retry-after", "300"),))
        return super().respond(request)


@pytest.mark.parametrize(
    ("number", "workers"), [(signal.SIGINT, 1), (signal.SIGINT, 2), (signal.SIGTERM, 1)]
)
def test_the_first_ends_it_with_a_full_report(
    number: signal.Signals, workers: int, tmp_path: Path
) -> None:
    """It ends with 0 where nothing was found; the report and the ledger have all that was sent."""
    app = CountingApp()
    enough = app.after(60)
    with serving(app) as url:
        target = write_target(tmp_path, url)
        with fuzzing(tmp_path, "--target", target, "--workers", workers) as fuzz:
            assert enough.wait(WAITING)
            fuzz.signal(number, to_all=number is signal.SIGINT)
            run = fuzz.result()
            assert fuzz.is_over()
    assert (run.code, "Traceback" in run.err) == (0, False), run.err
    assert run.report["stopped_by"] == "interrupted"
    assert run.report["requests"] == len(app.seen) == len(ledger(run))
    assert "Ended because it was interrupted" in run.out
    assert "Press Ctrl-C again to end at once" in run.err


def test_what_was_found_until_then_is_1(tmp_path: Path) -> None:
    """Findings count, though it was interrupted, even in the middle of a long pause."""
    app = Broken(b'"https')
    enough = app.after(61)
    with serving(app) as url:
        target = write_target(tmp_path, url)
        with fuzzing(tmp_path, "--target", target) as fuzz:
            assert enough.wait(WAITING)
            fuzz.signal(signal.SIGINT)
            run = fuzz.result()
    assert (run.code, run.report["stopped_by"]) == (1, "interrupted"), run.err
    assert "documented status" in [finding["check"] for finding in run.heavy]


@pytest.mark.parametrize("workers", [1, 2])
def test_the_second_ends_it_at_once(workers: int, tmp_path: Path) -> None:
    """Though no response comes, all processes end, without output and with code 130."""
    app = Hanging()
    with serving(app) as url:
        target = write_target(tmp_path, url)
        with fuzzing(tmp_path, "--target", target, "--workers", workers) as fuzz:
            assert app.hangs.wait(WAITING)
            fuzz.signal(signal.SIGINT)
            fuzz.read_until("Press Ctrl-C again to end at once")
            fuzz.signal(signal.SIGINT)
            run = fuzz.result()
            assert fuzz.is_over()
    assert (run.code, run.out, "Traceback" in run.err) == (130, "", False), run.err


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux has them")
def test_while_its_workers_start(tmp_path: Path) -> None:
    """They end without a word of their own."""
    app = CountingApp()
    with serving(app) as url:
        target = write_target(tmp_path, url)
        with fuzzing(tmp_path, "--target", target, "--workers", 3) as fuzz:
            # The command, Python's tracker of what processes share, the budget, the workers.
            assert fuzz.has_processes(6)
            fuzz.signal(signal.SIGINT)
            run = fuzz.result()
            assert fuzz.is_over()
    assert (run.code, "Traceback" in run.err) == (4, False), run.err
    assert "Nothing was learnt: the fuzz ended before" in run.err


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux has them")
def test_no_worker_outlives_the_command(tmp_path: Path) -> None:
    """Where the command is killed, its workers and its budget end with it."""
    app = CountingApp()
    enough = app.after(60)
    with serving(app) as url:
        target = write_target(tmp_path, url)
        with fuzzing(tmp_path, "--target", target, "--workers", 2) as fuzz:
            assert enough.wait(WAITING)
            fuzz.signal(signal.SIGKILL, to_all=False)
            assert fuzz.is_over()
