"""Progress: what a run prints while it lasts, on standard error."""

from __future__ import annotations

import sys

import click
import pytest

from contract_tests.results.run import RUN, Run

_PHASES = {
    "test_cases": "cases",
    "test_values": "values",
    "test_properties": "properties",
    "test_probes": "probes",
    "test_stability": "stability",
}


class Progress:
    """A pytest plugin in place of its terminal reporter. On a terminal it rewrites one line;
    elsewhere it writes a line for each kind of test.
    """

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.config: pytest.Config | None = None
        self._phase = ""
        self._done = self._all = 0
        self._is_terminal = sys.stderr.isatty()

    @property
    def run(self) -> Run | None:
        """The run, once it has begun."""
        return self.config.stash.get(RUN, None) if self.config else None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """The tests are known."""
        self.config, self._all = session.config, len(session.items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test is done. One that fails without a finding is a mistake of the suite."""
        if report.failed and FOUND not in report.user_properties:
            self.errors.append(str(report.longrepr))
        if report.when != "teardown":
            return
        self._done += 1
        phase = report.nodeid.partition("::")[0].rpartition("/")[2].removesuffix(".py")
        if self._is_terminal:
            click.echo(f"\r\033[K{self._line(phase)}", err=True, nl=False)
        elif self._phase and phase != self._phase:
            click.echo(self._line(self._phase), err=True)
        self._phase = phase

    def pytest_sessionfinish(self) -> None:
        """The run is over."""
        if self._is_terminal:
            click.echo("\r\033[K", err=True, nl=False)
        elif self._phase:
            click.echo(self._line(self._phase), err=True)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be collected is a mistake of the suite."""
        if report.failed:
            self.errors.append(str(report.longrepr))

    def _line(self, phase: str) -> str:
        run = self.run
        cost = f"{run.client.requests} requests, {run.seconds:.1f} s" if run else ""
        return f"{_PHASES.get(phase, phase)}: {self._done} of {self._all} tests, {cost}"


FOUND = ("tallystick", "found")
"""Marks the report of a test that failed because of a finding."""
