"""Several requests at a time: the same requests and findings, in less time."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from contract_tests.command import run_pytest
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
    """Verdicts, and findings."""
    verdicts = {name: result.verdict for name, result in run.case_results.items()}
    return verdicts, [(f.id, f.requests, f.full_message) for f in run.findings]


def test_the_same_requests_several_at_a_time() -> None:
    """One at a time or eight: the same requests to each operation, verdicts and findings."""
    alone, one = run_of(1)
    together, eight = run_of(8)
    assert facts(alone) == facts(together)
    assert Counter(one.requests) == Counter(eight.requests)
    assert set(one.together) == {1}
    assert max(eight.together) > 4
