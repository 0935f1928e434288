"""When the budget gives permits, by a clock that the test moves."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from fuzzing.sending import budget as budget_module
from fuzzing.sending.budget import Budget, BudgetSpentError, Lease, Permit, RequestRecord
from fuzzing.sending.limits import Limits
from fuzzing.sending.schedule import Schedule


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


def test_what_is_reserved_deletes_what_was_created(clock: Clock) -> None:
    """Of ten requests, three are reserved: seven are sent, then the three, and not one more."""
    budget = Budget(Limits(requests=10, rate=2))
    budget.reserve(3)
    assert len(list(moments(budget, clock))) == 7
    assert budget.usage().stopped == "requests"
    first, cleaned = clock.now + 0.5, list[tuple[int, float]]()  # the rate holds
    while len(cleaned) < 3:
        given = budget.ask_to_clean()
        if isinstance(given, Permit):
            cleaned.append((given.number, clock.now))
        else:
            clock.now += given
    assert cleaned == [(8, first), (9, first + 0.5), (10, first + 1.0)]
    with pytest.raises(BudgetSpentError, match="requests"):
        budget.ask_to_clean()


def test_what_may_create_leaves_a_request(clock: Clock) -> None:
    """Where it can be deleted. What is under way holds one, and what was created keeps it until the
    worker says how many there are.
    """
    budget = Budget(Limits(requests=4), Schedule({}, has_deletes=True))
    lease = budget.ask(is_unsafe=True)
    assert isinstance(lease, Lease)
    assert lease.size == 2
    record = RequestRecord(201, None, 0.01, is_error=False, may_create=True)
    for number in (1, 2):
        budget.settle(Permit(number, is_unsafe=True), record)
    with pytest.raises(BudgetSpentError, match="requests"):
        budget.ask(is_unsafe=False)
    assert [budget.clean().number for _ in range(2)] == [3, 4]


@pytest.mark.parametrize(("late", "left"), [(0.0, 1.0), (0.3, 1.0), (0.9, 0.85), (1.74, 0.01)])
def test_the_clean_up_has_a_second(late: float, left: float, clock: Clock) -> None:
    """From when the end is noticed, and no longer than 1.75 seconds after the end."""
    budget = Budget(Limits(seconds=5))
    budget.ask(is_unsafe=False)
    clock.now += 5 + late
    with pytest.raises(BudgetSpentError, match="time"):
        budget.ask(is_unsafe=False)
    given = budget.ask_to_clean()
    assert isinstance(given, Permit)
    assert given.seconds == pytest.approx(left)
    clock.now += left + 0.001
    with pytest.raises(BudgetSpentError, match="time"):
        budget.ask_to_clean()


@pytest.mark.parametrize("reason", ["pause", "unreachable"])
def test_no_clean_up_where_nothing_is_wanted(reason: str, clock: Clock) -> None:
    """A target that asked for a long pause gets none of its requests."""
    budget = Budget(Limits())
    budget.reserve(1)
    budget.stop(reason)
    with pytest.raises(BudgetSpentError, match=reason):
        budget.ask_to_clean()


def test_where_no_more_may_be_created(clock: Clock) -> None:
    """What creates nothing goes on; without anything of that kind, the fuzz ends."""
    schedule = Schedule({"GET /a": 1.0, "POST /a": 1.0}, safe=frozenset({"GET /a"}))
    budget = Budget(Limits(creations=0), schedule)
    for _ in range(2):
        with pytest.raises(BudgetSpentError, match="creations"):
            budget.ask(is_unsafe=True)
    assert isinstance(budget.ask(is_unsafe=False), Lease)
    assert budget.usage().stopped is None
    shards = [budget.next_shard() for _ in range(3)]
    assert {shard.operation for shard in shards if shard} == {"GET /a"}
    budget.leave_out("GET /a")
    with pytest.raises(BudgetSpentError, match="creations"):
        budget.ask(is_unsafe=True)
    assert budget.usage().stopped == "creations"
