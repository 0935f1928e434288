"""When the budget gives permits, by a clock that the test moves."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from fuzzing.sending import budget as budget_module
from fuzzing.sending.budget import Budget, BudgetSpentError, Permit, RequestRecord
from fuzzing.sending.limits import Limits


class Clock:
    """Stands for the time of the budget; it moves when a test moves it."""

    now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(budget_module, "time", clock)
    return clock


def moments(budget: Budget, clock: Clock, **outcome: Any) -> Iterator[float]:
    """When leased requests may be sent, until the budget is spent; each gets the same response."""
    record = RequestRecord(200, None, 0.01, is_error=False)._replace(**outcome)
    with suppress(BudgetSpentError):
        while True:
            lease = budget.ask(is_unsafe=False)
            if isinstance(lease, float):
                clock.now += lease
                continue
            for index in range(lease.size):
                yield clock.now + index * lease.interval
                budget.settle(Permit(lease.first + index, lease.is_unsafe), record)


def test_leases_keep_the_rate(clock: Clock) -> None:
    """At 50/s, 2,000 requests are 20 ms apart, however they are leased: ten seconds have 500."""
    sent = list(moments(Budget(Limits(requests=2_000, rate=50)), clock))
    assert len(sent) == 2_000
    assert sent[-1] - sent[0] == pytest.approx(39.98)
    gaps = [later - before for before, later in itertools.pairwise(sent)]
    assert min(gaps) == pytest.approx(0.02)


def test_the_time_runs_from_the_first_permit(clock: Clock) -> None:
    """With five seconds at 8/s, 40 requests are sent, whenever the first one was."""
    budget = Budget(Limits(seconds=5, rate=8))
    clock.now += 60
    sent = list(moments(budget, clock))
    assert (len(sent), budget.usage().stopped) == (40, "time")


def test_a_pause_holds_all_back(clock: Clock) -> None:
    """No permit is valid before the pause is over."""
    budget = Budget(Limits(rate=50))
    paused = clock.now
    budget.pause(7)
    assert next(moments(budget, clock)) == paused + 7


def test_errors_slow_it_down_then_stop_it(clock: Clock) -> None:
    """After 50 errors the rate falls from 20/s to 5/s, after 50 more it ends."""
    budget = Budget(Limits(rate=20))
    sent = list(moments(budget, clock, is_error=True))
    assert budget.usage().stopped == "health"
    gaps = [later - before for before, later in itertools.pairwise(sent)]
    assert gaps[:49] == [pytest.approx(0.05)] * 49
    assert gaps[51:] == [pytest.approx(0.2)] * len(gaps[51:])
    assert 100 <= len(sent) <= 102
