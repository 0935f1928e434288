"""The health of the target: the fuzz slows down, then stops, and that is a finding."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.contract_tests.commands import Result
from tests.contract_tests.conftest import Start
from tests.fuzzing.fuzzed import CountingApp, checks, fuzz_app
from tests.independent.app import Answer, Request

BEARS_IT = "the target bears the requests"


class Sick(CountingApp):
    """Fails, or takes long, from one request on, until another."""

    def __init__(self, start: int, end: int = 10_000, *, delay: float = 0.0) -> None:
        super().__init__()
        self.period = range(start, end)
        self.delay = delay

    def respond(self, request: Request) -> Answer:
        if len(self.seen) not in self.period:
            return super().respond(request)
        time.sleep(self.delay)
        return super().respond(request) if self.delay else self.problem(500, None, "failed")


QUICK = "[fuzz]\nbreaker = { errors = 0.5, latency = 3, window = 10 }"
RUNS = {
    "failing": (Sick(60), 400, ""),
    "slow": (Sick(40, delay=0.4), 200, QUICK),
    "recovering": (Sick(40, 47), 100, QUICK),
    "no breaker": (Sick(20), 120, "[fuzz]\nbreaker = false"),
}


@pytest.fixture(scope="module")
def runs(start: Start) -> Mapping[str, Future[Result]]:
    """A run for each."""

    def one(folder: Path, name: str) -> Result:
        app, most, table = RUNS[name]
        return fuzz_app(folder, app, "--max-requests", most, table=table)

    return {name: start(one, name) for name in RUNS}


def test_a_failing_target_stops_it(runs: Mapping[str, Future[Result]]) -> None:
    """When half of the last 50 responses are errors, it slows down; when half of the next 50 are,
    it stops.
    """
    run, app = runs["failing"].result(), RUNS["failing"][0]
    assert (run.code, run.report["stopped_by"]) == (1, "health")
    assert BEARS_IT in checks(run)
    assert 59 + 25 + 50 <= len(app.seen) <= 59 + 25 + 50 + 5
    slowed = app.times[-45:]
    assert slowed[-1] - slowed[0] > 44 / 10 * 0.9  # ten a second
    said = "100% of the last 50 requests failed; the fuzz was slowed down, then stopped"
    assert said in run.out


def test_a_slow_target_stops_it(runs: Mapping[str, Future[Result]]) -> None:
    """So do responses that take many times as long as the first; the numbers are the file's."""
    run, app = runs["slow"].result(), RUNS["slow"][0]
    assert (run.code, run.report["stopped_by"]) == (1, "health")
    assert checks(run) == [BEARS_IT]
    assert 39 + 5 + 10 <= len(app.seen) <= 39 + 10 + 10
    assert "responses take 0.4 s; the first took 0.05 s" in run.out


def test_a_target_that_recovers_does_not(runs: Mapping[str, Future[Result]]) -> None:
    """All is sent, and nothing is said about its health."""
    run, app = runs["recovering"].result(), RUNS["recovering"][0]
    assert (run.report["stopped_by"], len(app.seen)) == ("requests", 100)
    assert BEARS_IT not in checks(run)


def test_the_breaker_can_be_switched_off(runs: Mapping[str, Future[Result]]) -> None:
    """With `breaker = false`, failures are findings and nothing more."""
    run, app = runs["no breaker"].result(), RUNS["no breaker"][0]
    assert (run.code, run.report["stopped_by"], len(app.seen)) == (1, "requests", 120)
    assert checks(run) == ["documented status"]
