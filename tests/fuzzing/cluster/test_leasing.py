"""Leases, with messages that are late or lost: the budget holds whatever becomes of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from fuzzing.cluster.leasing import BudgetClient, BudgetServer
from fuzzing.sending.budget import BudgetSpentError, Permit, RequestRecord
from fuzzing.sending.limits import Limits

HERE = "tcp://192.0.2.1:1"
DONE = RequestRecord(200, None, 0.01, is_error=False)


class Office:
    """A landlord without a network, and how to call it; `scheduler` knows the workers."""

    def __init__(self, limits: Limits) -> None:
        self.loop = asyncio.new_event_loop()
        self.scheduler = SimpleNamespace(workers={HERE: object()}, handlers={}, plugins={})
        self.landlord = BudgetServer("fuzz", limits, "client")
        self.loop.run_until_complete(self.landlord.start(self.scheduler))  # type: ignore[arg-type]

    def call(self, method: str, **words: Any) -> Any:
        answer = self.scheduler.handlers[f"fuzz_{method}"](**words)
        return self.loop.run_until_complete(answer) if asyncio.iscoroutine(answer) else answer

    def lose(self) -> None:
        """The worker is lost."""
        del self.scheduler.workers[HERE]
        self.landlord.remove_worker(self.scheduler, HERE)  # type: ignore[arg-type]

    @property
    def requests(self) -> int:
        return int(self.call("spent")["requests"])


def permits(tenant: BudgetClient, count: int) -> Sequence[Permit]:
    return [tenant.take(is_unsafe=True) for _ in range(count)]


def test_a_lease_is_used_before_another_is_asked_for() -> None:
    """Without a rate sixteen permits come at once, each with a number of its own."""
    office = Office(Limits(requests=100))
    assert [p.number for p in permits(BudgetClient(office.call, HERE), 20)] == list(range(1, 21))
    assert office.requests == 32


def test_what_is_not_used_is_given_back() -> None:
    """Nothing but what was sent counts in the end."""
    office = Office(Limits(requests=100))
    tenant = BudgetClient(office.call, HERE)
    for permit in permits(tenant, 5):
        tenant.settle(permit, DONE)
    tenant.tell()
    assert (office.requests, office.call("spent")["creations"]) == (5, 5)


def test_a_lease_that_was_held_up_is_late() -> None:
    """With 50/s, none of the five permits is used that come after a fifth of a second."""
    office = Office(Limits(requests=1_000, rate=50))
    leases: list[Any] = []

    def call(method: str, **words: Any) -> Any:
        answer = office.call(method, **words)
        leases.append(answer)
        time.sleep(0.3)  # what is tested is a message that takes long
        if len(leases) == 3:
            office.call("stop", reason="time")
        return answer

    with pytest.raises(BudgetSpentError, match="time"):
        BudgetClient(call, HERE).take(is_unsafe=True)
    assert [lease[1] for lease in leases[:3]] == [5, 5, 5]
    assert office.requests == 0


def test_what_a_lost_worker_held_counts_as_sent() -> None:
    """And as created; what it says later changes nothing."""
    office = Office(Limits(requests=100, creations=50))
    tenant = BudgetClient(office.call, HERE)
    first, *_ = permits(tenant, 3)
    tenant.settle(first, DONE)
    office.lose()
    before = office.call("spent")
    assert (before["requests"], before["creations"]) == (16, 16)
    tenant.tell()
    assert office.call("spent") == {**before, "seconds": pytest.approx(before["seconds"], abs=1)}


def test_another_worker_gets_the_rest_and_no_more() -> None:
    """What a lost worker held is not waited for."""
    office = Office(Limits(requests=20))
    permits(BudgetClient(office.call, HERE), 1)
    office.lose()
    office.scheduler.workers[HERE] = object()
    tenant = BudgetClient(office.call, HERE)
    for permit in permits(tenant, 4):
        tenant.settle(permit, DONE)
    with pytest.raises(BudgetSpentError, match="requests"):
        tenant.take(is_unsafe=True)
    assert office.requests == 20


def test_a_worker_that_waits_and_is_lost_gets_nothing() -> None:
    """Though another has its address by then."""
    office = Office(Limits(requests=20))
    office.call("pause", seconds=0.2)

    async def replaced() -> Any:
        words: dict[str, Any] = {"is_unsafe": True, "told": [], "unused": [0, 0]}
        waiting = asyncio.ensure_future(office.landlord.lease(HERE, **words))
        await asyncio.sleep(0.05)
        office.lose()
        office.scheduler.workers[HERE] = object()
        return await waiting

    assert office.loop.run_until_complete(replaced()) == "worker"
    assert office.requests == 0


def test_a_lease_that_never_arrived_counts_as_sent() -> None:
    """Whoever asks again has nothing: what it seems to hold was lost on the way."""
    office = Office(Limits(requests=20))
    words: dict[str, Any] = {"holder": HERE, "is_unsafe": True, "told": [], "unused": [0, 0]}
    office.call("lease", **words)
    assert office.call("lease", **words)[:2] == [17, 4]
    assert office.requests == 20


def test_a_landlord_that_is_gone() -> None:
    """It answers nothing, and that is the end."""
    tenant = BudgetClient(lambda *_, **__: None, HERE)
    with pytest.raises(BudgetSpentError, match="scheduler"):
        tenant.take(is_unsafe=False)
