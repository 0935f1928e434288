"""Progress: a line that a run rewrites while it lasts, on standard error.

Rules: it is for people who wait. Where standard error is no terminal, or the environment says `CI`,
nothing is written. It is gone when the run is over.
"""

from __future__ import annotations

import os
import sys

import pytest
from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Column
from rich.text import Text

from contract_tests.results.run import RUN, Run
from tallystick.contract import ContractOperation
from tallystick.printing import in_line


class Progress:
    """A pytest plugin in place of its terminal reporter."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.config: pytest.Config | None = None
        self._bar = bar(_Counts(self)) if is_watched() else None

    @property
    def run(self) -> Run | None:
        """The run, once it has begun."""
        return self.config.stash.get(RUN, None) if self.config else None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """The tests are known."""
        self.config = session.config
        if self._bar:
            self._bar.add_task("", total=len(session.items))
            self._bar.start()

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """A test begins."""
        given = getattr(item, "callspec", None)
        operation = given.params.get("operation") if given else None
        if self._bar and isinstance(operation, ContractOperation):
            self._bar.update(self._bar.task_ids[0], description=in_line(operation.name))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test is done. One that fails without a finding is a mistake of the suite."""
        if report.failed and FOUND not in report.user_properties:
            self.errors.append(str(report.longrepr))
        if self._bar and report.when == "teardown":
            self._bar.advance(self._bar.task_ids[0])

    def pytest_sessionfinish(self) -> None:
        """The run is over."""
        if self._bar:
            self._bar.stop()
            self._bar.console.file.close()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be collected is a mistake of the suite."""
        if report.failed:
            self.errors.append(str(report.longrepr))


class _Counts(ProgressColumn):
    """What the run has sent and found so far."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        super().__init__(Column(no_wrap=True))

    def render(self, _: Task) -> Text:
        """The counts at this moment, in the middle of a test, too."""
        run = self._progress.run
        if run is None:
            return Text("")
        requests, findings = run.client.requests, len(run.findings)
        rate = requests / max(run.seconds, 0.001)
        return Text(f"{requests:,} requests, {rate:.0f}/s · {findings} findings")


def bar(counts: ProgressColumn) -> Bar:
    """The line: the operation, how much is done, the counts, and the time that is left."""
    # pytest puts another file into the place of standard error while a test runs.
    stderr = os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8")
    name = Column(ratio=1, no_wrap=True, overflow="ellipsis", min_width=10)
    return Bar(
        TextColumn("{task.description}", markup=False, table_column=name),
        BarColumn(bar_width=16, complete_style="green", finished_style="green"),
        counts,
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
        console=Console(file=stderr),
        transient=True,
        expand=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def is_watched() -> bool:
    """Whether somebody watches."""
    is_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    return sys.stderr.isatty() and not is_ci


FOUND = ("tallystick", "found")
"""Marks the report of a test that failed because of a finding."""
