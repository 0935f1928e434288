"""`tallystick test`: the suite, run by pytest, with a report of its own.

It is the same run as `pytest contract_tests`; only the output and the exit code differ. pytest's
configuration, plugins and options of the folder and the environment take no part. Ctrl-C and
SIGTERM end it with what was found.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.plan import PLAN, Plan
from contract_tests.results.formats.terminal import WIDTH
from contract_tests.results.progress import Progress
from contract_tests.results.report import (
    UNTESTABLE,
    exit_code,
    make_folder,
    summary,
    write_report,
)
from contract_tests.target.target import Target
from tallystick.logs import show_logs
from tallystick.printing import show, show_error

BAD_USAGE = 2
_FOLDER = Path(__file__).parent
_ARGUMENTS = [
    str(_FOLDER),
    f"--rootdir={_FOLDER}",
    f"--confcutdir={_FOLDER}",
    f"--config-file={os.devnull}",
    "--import-mode=importlib",
    "-pno:terminal",
    "-pno:cacheprovider",
    # It collects garbage again and again at the end, which may take longer than the run.
    "-pno:unraisableexception",
    "-pno:threadexception",
]


class _Given:
    """A plugin that hands the plan over, so that the contract is not read twice."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Set the plan before the suite would read it from its options."""
        config.stash[PLAN] = self.plan


def run_suite(
    plan: Plan,
    target: Target,
    *,
    report_dir: str | None,
    allow_not_covered: bool,
    is_whole: bool = False,
) -> int:
    """Check a target, print the findings, and give the exit code. Raises TallystickError where
    the report cannot be written.
    """
    if report_dir:
        make_folder(report_dir)
    show(
        f"{target.shown_url} is checked against {plan.contract.document.locate(()).file}", err=True
    )
    show_logs()
    progress = run_pytest(replace(plan, target=target, is_complete=True))
    run = progress.run
    if run is None or progress.errors:
        for error in progress.errors or ["no test was run"]:
            show_error(f"the suite itself failed: {error}")
        return BAD_USAGE
    # Whichever of the two cannot be written, the other one is there.
    try:
        if report_dir:
            write_report(run, report_dir)
    finally:
        show(summary(run, is_whole=is_whole, width=screen_width()))
    if run.gone:
        show_error(run.gone)
        return UNTESTABLE
    code = exit_code(run, allow_not_covered=allow_not_covered)
    if code == UNTESTABLE and run.client.put_off:
        show_error(run.client.put_off)
    return code


def screen_width() -> int:
    """How wide a line may be on standard output."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH


def run_pytest(plan: Plan, *options: str) -> Progress:
    """Run the suite, or the part that pytest's options choose; `run` has the results."""
    progress = Progress()
    with _alone(), _terminable():
        pytest.main([*_ARGUMENTS, *options], plugins=[_Given(plan), progress])
    return progress


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM, which CI sends, ends a run as Ctrl-C does: with what was found."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _alone() -> Iterator[None]:
    """Without pytest's plugins and options of the environment."""
    before = dict(os.environ)
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
