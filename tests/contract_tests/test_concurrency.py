"""Several requests at a time: the same requests and findings, in less time."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import requests

from contract_tests.command import run_pytest
from contract_tests.http.client import Client
from contract_tests.http.exchange import TransportError
from contract_tests.results.run import Run
from contract_tests.target.target import Target
from tests.contract_tests.shelves import Library, serving
from tests.contract_tests.test_order import plan_of

SLOW = 0.01
"""How long each response takes, in seconds."""


class Counting(Library):
    """A library that counts how many requests are under way at a time, and which."""

    def __init__(self) -> None:
        super().__init__()
        self.under_way: list[str] = []
        self.together: Counter[int] = Counter()
        self.guard = threading.Lock()

    @contextmanager
    def counted(self, method: str) -> Iterator[None]:
        with self.guard:
            self.under_way.append(method)
            self.together[len(self.under_way)] += 1
        try:
            yield
        finally:
            with self.guard:
                self.under_way.remove(method)

    def answer(self, method: str, path: str, body: bytes, sent: str) -> tuple[int, object]:
        """See Library."""
        with self.counted(method):
            time.sleep(SLOW)
            return super().answer(method, path, body, sent)


def run_of(concurrency: int) -> tuple[Run, Counting]:
    """A whole run."""
    library = Counting()
    with serving(library) as url:
        plan = replace(
            plan_of(Target(url, include=("GET /shelves/{shelf}", "/shelves"))),
            concurrency=concurrency,
        )
        progress = run_pytest(plan)
    assert progress.run is not None
    assert progress.errors == []
    return progress.run, library


def facts(run: Run) -> tuple[object, object]:
    """Verdicts with their reasons, and findings."""
    results = run.case_results.items()
    verdicts = {name: (result.verdict, result.reason) for name, result in results}
    return verdicts, [(f.id, f.requests, f.full_message) for f in run.findings]


class OneAfterTheOther(Library):
    """A library that answers one request at a time, each in this many seconds."""

    seconds = 0.2

    def __init__(self) -> None:
        super().__init__()
        self.desk = threading.Lock()

    def answer(self, method: str, path: str, body: bytes, sent: str) -> tuple[int, object]:
        """See Library."""
        with self.desk:
            time.sleep(self.seconds)
            return super().answer(method, path, body, sent)


@pytest.mark.parametrize(("timeout", "late"), [(0.7, 0), (0.1, 8)])
def test_who_is_late_is_asked_again_alone(timeout: float, late: int) -> None:
    """A service that has one worker is slow because of the suite. One that is slow alone is."""
    with serving(OneAfterTheOther()) as url:
        client = Client(Target(url, timeout=timeout), concurrency=8)
        prepared = [requests.Request("GET", f"{url}/shelves/{n}").prepare() for n in range(8)]
        outcomes = [each.outcome for each in client.transmit_all(prepared, "GET /shelves/{shelf}")]
        client.close()
    assert sum(isinstance(outcome, TransportError) for outcome in outcomes) == late


def test_the_same_requests_several_at_a_time() -> None:
    """One at a time or eight: the same requests to each operation, verdicts and findings."""
    alone, one = run_of(1)
    together, eight = run_of(8)
    assert facts(alone) == facts(together)
    assert Counter(one.requests) == Counter(eight.requests)
    assert set(one.together) == {1}
    assert max(eight.together) > 4
