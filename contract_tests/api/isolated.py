"""A run in a process of its own: `python -m contract_tests.api.isolated`, its order on standard
input.

Rules: the run gets pytest, Hypothesis and the signals for itself, so that it takes no part of the
test run that waits for it. What it holds of secrets comes by standard input, which no list of
processes shows. It ends as `tallystick test` does.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from contract_tests.api.settings import SuiteSettings
from contract_tests.results.baseline import read_report
from tallystick.errors import TallystickError
from tallystick.printing import show_error

_BAD_USAGE, _UNREACHABLE = 2, 4


class RunFailedError(TallystickError):
    """A run has no report; the message is what it printed."""


def isolated_report(
    settings: SuiteSettings, base_url: str | None, report_dir: str | None, working_folder: str
) -> Mapping[str, Any]:
    """The `report.json` of a run at this address; paths start at the working folder. Raises
    TallystickError where there is none.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = str(Path(working_folder, report_dir or temporary))
        order = {"settings": asdict(settings), "base_url": base_url, "report_dir": folder}
        done = subprocess.run(  # noqa: S603 - this interpreter
            [sys.executable, "-m", __name__],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=working_folder,
            check=False,
        )
        if done.returncode in (0, 1):
            return read_report(folder)
    raise RunFailedError((done.stderr or done.stdout).strip())


def main() -> int:
    """Make the run that standard input orders, and give its exit code."""
    from contract_tests.command import run_suite
    from contract_tests.http.client import unreachable

    order = json.load(sys.stdin)
    try:
        plan = SuiteSettings(**order["settings"]).plan(order["base_url"])
        assert plan.target is not None
        if reason := unreachable(plan.target):
            show_error(reason)
            return _UNREACHABLE
        return run_suite(plan, plan.target, report_dir=order["report_dir"], allow_not_covered=True)
    except TallystickError as error:
        show_error(str(error))
        return _BAD_USAGE


if __name__ == "__main__":
    sys.exit(main())
