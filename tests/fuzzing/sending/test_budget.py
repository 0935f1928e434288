"""The budget, counted by the server that is fuzzed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from email.utils import formatdate
from pathlib import Path

import pytest

from contract_tests.http.client import Client
from contract_tests.target.rate import seconds_of
from contract_tests.target.target import HookCall, Target, TargetError
from fuzzing.sending.adapter import BudgetAdapter
from fuzzing.sending.budget import Budget, BudgetSpentError
from fuzzing.sending.limits import Limits
from tests.contract_tests.commands import Result
from tests.contract_tests.conftest import Start
from tests.fuzzing.fuzzed import CountingApp, Failing, checks, fuzz_app, ledger
from tests.independent.app import Answer, Event, Receive, Request, Scope, Send
from tests.independent.serve import serving

Runs = Mapping[str, tuple[CountingApp, Future[Result]]]


class Limiting(CountingApp):
    """Asks for a pause of a second, every 30 requests."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[float] = []

    def respond(self, request: Request) -> Answer:
        if len(self.seen) % 30:
            return super().respond(request)
        self.refused.append(time.monotonic())
        return self.problem(429, None, "slow down", (("retry-after", "1"),))


class Slow(CountingApp):
    """Takes a while for each response."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def later(event: Event) -> None:
            if event["type"] == "http.response.start":
                await asyncio.sleep(self.seconds)
            await send(event)

        await super().serve(scope, receive, later)


RUNS = {
    "one worker": (CountingApp(), ["--max-requests", 120, "--rate", "50/s"], ""),
    "two workers": (CountingApp(), ["--max-requests", 160, "--rate", "50/s", "--workers", 2], ""),
    "429": (Limiting(), ["--max-requests", 150, "--workers", 2], ""),
    "shrinking": (Failing(b'"https'), ["--max-requests", 100], "breaker = false"),
    "time": (CountingApp(), ["--max-time", 1], ""),
    "no creation": (CountingApp(), ["--max-creations", 0], ""),
    "of the file": (CountingApp(), [], "max_requests = 25\nmax_creations = 100"),
}


def limited(folder: Path, app: CountingApp, *options: object, table: str = "") -> Result:
    return fuzz_app(folder, app, *options, table=f"[fuzz]\n{table}")


@pytest.fixture(scope="module")
def runs(start: Start) -> Runs:
    """A run for each limit."""

    def one(folder: Path, name: str) -> Result:
        app, options, table = RUNS[name]
        return limited(folder, app, *options, table=table)

    return {name: (RUNS[name][0], start(one, name)) for name in RUNS}


@pytest.mark.parametrize(("name", "most"), [("one worker", 120), ("two workers", 160)])
def test_neither_number_nor_rate_is_exceeded(name: str, most: int, runs: Runs) -> None:
    """At 50/s, no second of the server sees much more than 50 requests, and one request more than
    allowed never comes.
    """
    app, run = runs[name]
    assert run.result().code == 0, run.result().out
    assert len(app.seen) == most
    assert app.most_within(1.0) <= 52
    assert run.result().report["stopped_by"] == "requests"
    assert f"the limit of requests was met: {most:,} requests" in run.result().out


@pytest.mark.long
def test_the_rate_holds_for_long(tmp_path: Path) -> None:
    """At 50/s, no ten seconds of the server see more than 500 requests and 2%."""
    app = CountingApp()
    run = limited(tmp_path, app, "--max-requests", 560, "--rate", "50/s", "--workers", 2)
    assert (run.code, len(app.seen)) == (0, 560)
    assert app.most_within(10.0) <= 510


def test_retries_count_and_retry_after_is_heeded(runs: Runs) -> None:
    """After a 429, neither worker sends for the second that it asks for, but for the one request
    that may be under way; what is sent again counts.
    """
    app, run = runs["429"]
    assert isinstance(app, Limiting)
    assert (run.result().code, len(app.seen), len(app.refused)) == (0, 150, 5)
    in_pauses = [sum(0 < came - refused < 0.95 for came in app.times) for refused in app.refused]
    assert max(in_pauses) <= 1


def test_shrinking_counts_and_a_finding_does_not_stop(runs: Runs) -> None:
    """A fault in nearly every response is found and shrunk, within the number; the rest is sent."""
    app, run = runs["shrinking"]
    assert (run.result().code, len(app.seen)) == (1, 100)
    assert "documented status" in checks(run.result())
    assert len(ledger(run.result())) == 100


def test_the_time_ends_it(runs: Runs) -> None:
    """It ends after the time, and says so."""
    _, run = runs["time"]
    report = run.result().report
    assert (run.result().code, report["stopped_by"]) == (0, "time")
    assert report["seconds"] > 0.9


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.long)])
def test_never_one_creation_more(workers: int, tmp_path: Path) -> None:
    """Workers with slow responses make seven resources, and no eighth."""
    app = Slow(0.1)
    run = limited(tmp_path, app, "--max-creations", 7, "--workers", workers)
    assert [status for status in app.statuses if status < 300] == [200] * 7
    assert (run.report["stopped_by"], run.report["creations"]) == ("creations", 7)


class Creating(Slow):
    """Creates something at each request."""

    def respond(self, _: Request) -> Answer:
        return Answer(201, None, b"")


def test_never_one_creation_more_of_many_at_a_time() -> None:
    """Eight that send at once, to a server that always creates, make seven, too."""
    app, budget = Creating(0.1), Budget(Limits(creations=7))

    def send_all(url: str) -> None:
        client = Client(Target(url), BudgetAdapter(budget))
        with suppress(BudgetSpentError):
            while True:
                client.hook(HookCall("POST", f"{url}/a"))
        client.close()

    with serving(app) as url, ThreadPoolExecutor(8) as pool:
        list(pool.map(send_all, [url] * 8))
    assert app.statuses == [201] * 7
    assert (budget.usage().stopped, budget.usage().creations) == ("creations", 7)


def test_no_creation_at_all(runs: Runs) -> None:
    """No unsafe method is sent. Here that is everything, so nothing is learnt."""
    app, run = runs["no creation"]
    assert (run.result().code, app.seen) == (4, [])
    assert run.result().report["stopped_by"] == "creations"


def test_the_target_file_sets_limits(runs: Runs) -> None:
    """Its numbers hold where no option says otherwise."""
    app, run = runs["of the file"]
    assert (run.result().code, len(app.seen)) == (0, 25)
    assert "at most 25 requests, 100 creations" in run.result().err


def test_a_missing_response_counts_as_a_creation(tmp_path: Path) -> None:
    """A server that responds too late may have created something all the same."""
    app = Slow(0.6)
    with serving(app) as url:
        budget = Budget(Limits(creations=1))
        client = Client(Target(url, timeout=0.2), BudgetAdapter(budget))
        with pytest.raises(TargetError, match="timed out"):
            client.hook(HookCall("POST", f"{url}/a"))
        with pytest.raises(BudgetSpentError, match="creations"):
            client.hook(HookCall("POST", f"{url}/b"))
    assert [request.path for request in app.requests] == ["/a"]
    assert budget.usage().creations == 1


def test_set_up_calls_go_through_the_adapter() -> None:
    """A set-up call needs a permit as every other request, and its redirect is not followed."""
    elsewhere = CountingApp()

    class Redirecting(CountingApp):
        def respond(self, _: Request) -> Answer:
            return Answer(302, None, b"", (("location", f"{there}/somewhere"),))

    app, budget = Redirecting(), Budget(Limits(requests=2))
    with serving(elsewhere) as there, serving(app) as url:
        client = Client(Target(url), BudgetAdapter(budget))
        client.hook(HookCall("POST", f"{url}/set-up"))
        assert (len(app.seen), elsewhere.seen) == (1, [])
        client.hook(HookCall("POST", f"{url}/set-up"))
        with pytest.raises(BudgetSpentError, match="requests"):
            client.hook(HookCall("POST", f"{url}/set-up"))
        client.close()
    assert (len(app.seen), elsewhere.seen) == (2, [])


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("0", 0), ("12", 12), (" 7 ", 7), ("", 1), ("soon", 1), ("-5", 1)],
)
def test_what_retry_after_asks_for(asked: str, seconds: float) -> None:
    """Seconds are taken as they are; all else means one second."""
    assert seconds_of(asked) == seconds


def test_a_date_in_retry_after() -> None:
    """The pause lasts until the date (RFC 9110 section 10.2.3); a past date means no pause."""
    assert 55 < seconds_of(formatdate(time.time() + 60, usegmt=True)) <= 60
    assert seconds_of(formatdate(0, usegmt=True)) == 0


def test_a_target_that_asks_for_a_long_pause_ends_it() -> None:
    """A target that asks for more than ten minutes gets no more requests."""

    class Closed(CountingApp):
        def respond(self, _: Request) -> Answer:
            return self.problem(503, None, "closed", (("retry-after", "86400"),))

    app, budget = Closed(), Budget(Limits())
    with serving(app) as url:
        client = Client(Target(url), BudgetAdapter(budget))
        with pytest.raises(TargetError, match="was answered 503"):
            client.hook(HookCall("POST", f"{url}/a"))
        client.close()
    assert (budget.usage().stopped, len(app.seen)) == ("pause", 1)
