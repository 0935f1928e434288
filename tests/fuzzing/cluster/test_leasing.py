"""Leases, with messages that are late or lost: the budget holds all the same."""

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


class Network:
    """A budget server without a network, and how to call it; `scheduler` knows the workers."""

    def __init__(self, limits: Limits) -> None:
        self.loop = asyncio.new_event_loop()
        self.scheduler = SimpleNamespace(workers={HERE: object()}, handlers={}, plugins={})
        self.server = BudgetServer("fuzz", limits, "client")
        self.loop.run_until_complete(self.server.start(self.scheduler))  # type: ignore[arg-type]

    def call(self, method: str, **words: Any) -> Any:
        answer = self.scheduler.handlers[f"fuzz_{method}"](**words)
        return self.loop.run_until_complete(answer) if asyncio.iscoroutine(answer) else answer

    def lose(self) -> None:
        """The worker is lost."""
        del self.scheduler.workers[HERE]
        self.server.remove_worker(self.scheduler, HERE)  # type: ignore[arg-type]

    @property
    def requests(self) -> int:
        return int(self.call("usage")["requests"])


def permits(client: BudgetClient, count: int) -> Sequence[Permit]:
    return [client.take(is_unsafe=True) for _ in range(count)]


def test_a_lease_is_used_before_another_is_asked_for() -> None:
    """Without a rate, a lease has sixteen permits, each with a number of its own."""
    network = Network(Limits(requests=100))
    assert [p.number for p in permits(BudgetClient(network.call, HERE), 20)] == list(range(1, 21))
    assert network.requests == 32


def test_unused_permits_are_given_back() -> None:
    """Only what was sent counts in the end."""
    network = Network(Limits(requests=100))
    client = BudgetClient(network.call, HERE)
    for permit in permits(client, 5):
        client.settle(permit, DONE)
    client.report()
    assert (network.requests, network.call("usage")["creations"]) == (5, 5)


def test_a_lease_that_arrives_late_is_not_used() -> None:
    """At 50/s, none of five permits is used that arrive after more than a fifth of a second."""
    network = Network(Limits(requests=1_000, rate=50))
    leases: list[Any] = []

    def call(method: str, **words: Any) -> Any:
        answer = network.call(method, **words)
        leases.append(answer)
        time.sleep(0.3)  # the message takes long
        if len(leases) == 3:
            network.call("stop", reason="time")
        return answer

    with pytest.raises(BudgetSpentError, match="time"):
        BudgetClient(call, HERE).take(is_unsafe=True)
    assert [lease[1] for lease in leases[:3]] == [5, 5, 5]
    assert network.requests == 0


def test_permits_of_a_lost_worker_count_as_sent() -> None:
    """And as creations; a later report of the worker changes nothing."""
    network = Network(Limits(requests=100, creations=50))
    client = BudgetClient(network.call, HERE)
    first, *_ = permits(client, 3)
    client.settle(first, DONE)
    network.lose()
    before = network.call("usage")
    assert (before["requests"], before["creations"]) == (16, 16)
    client.report()
    assert network.call("usage") == {**before, "seconds": pytest.approx(before["seconds"], abs=1)}


def test_another_worker_gets_the_rest_and_no_more() -> None:
    """Nobody waits for the permits of a lost worker."""
    network = Network(Limits(requests=20))
    permits(BudgetClient(network.call, HERE), 1)
    network.lose()
    network.scheduler.workers[HERE] = object()
    client = BudgetClient(network.call, HERE)
    for permit in permits(client, 4):
        client.settle(permit, DONE)
    with pytest.raises(BudgetSpentError, match="requests"):
        client.take(is_unsafe=True)
    assert network.requests == 20


def test_a_worker_that_waits_and_is_lost_gets_nothing() -> None:
    """Even if another worker has its address by then."""
    network = Network(Limits(requests=20))
    network.call("pause", seconds=0.2)

    async def replaced() -> Any:
        message: dict[str, Any] = {"is_unsafe": True, "records": [], "unused": [0, 0]}
        waiting = asyncio.ensure_future(network.server.lease(HERE, **message))
        await asyncio.sleep(0.05)
        network.lose()
        network.scheduler.workers[HERE] = object()
        return await waiting

    assert network.loop.run_until_complete(replaced()) == "worker"
    assert network.requests == 0


def test_a_lease_that_never_arrived_counts_as_sent() -> None:
    """A worker that asks again has no permits: its last lease was lost on the way."""
    network = Network(Limits(requests=20))
    message: dict[str, Any] = {"holder": HERE, "is_unsafe": True, "records": [], "unused": [0, 0]}
    network.call("lease", **message)
    assert network.call("lease", **message)[:2] == [17, 4]
    assert (network.requests, network.call("usage")["creations"]) == (20, 16)


def test_a_budget_server_that_is_gone() -> None:
    """It does not respond, and the fuzz ends."""
    client = BudgetClient(lambda *_, **__: None, HERE)
    with pytest.raises(BudgetSpentError, match="scheduler"):
        client.take(is_unsafe=False)
