"""What the suite says of each server, as a table.

    python -m tests.real_servers [NAME]… [--seconds 600]

After so many seconds a run is interrupted, as by Ctrl-C; it then reports what it has found so far.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.end_to_end.peers import ROOT, Missing
from tests.real_servers.servers import SERVERS, Served, running

VERDICTS = ("passed", "failed", "not_covered", "unreachable")
LEVELS = ("documented", "standard", "advisory")
COLUMNS = ("server", "operations", "cases", *VERDICTS, *LEVELS, "requests", "seconds", "exit code")
GRACE = 60
"""Seconds for an interrupted run to write its report."""


@dataclass(frozen=True)
class Outcome:
    """How a run of the suite ended, what it printed, and its report, if it wrote one."""

    code: int | None
    out: str
    report: Mapping[str, Any] | None

    def row(self, name: str) -> list[str]:
        """The row of the table."""
        if self.report is None:
            return [name, *["-"] * (len(COLUMNS) - 2), str(self.code)]
        cases = self.report["cases"]
        verdicts = Counter(case["verdict"] for case in cases)
        levels = Counter(finding["level"] for finding in self.report["findings"])
        operations = len({case["operation"] for case in cases})
        counts = [operations, len(cases), *map(verdicts.get, VERDICTS), *map(levels.get, LEVELS)]
        took = [self.report["requests"], round(self.report["seconds"])]
        code = "interrupted" if self.code is None else self.code
        return [name, *(str(count or 0) for count in (*counts, *took)), str(code)]


def judged(server: Served, folder: Path, *, seconds: float) -> Outcome:
    """Run `tallystick test` against a server; its report goes into the folder."""
    words = server.words("--seed", 1, "--report-dir", folder)
    environment = {**os.environ, **server.variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "tallystick", *words],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    code: int | None
    try:
        out, _ = process.communicate(timeout=seconds)
        code = process.returncode
    except subprocess.TimeoutExpired:
        out, code = _interrupted(process), None
    report = folder / "report.json"
    return Outcome(code, out, json.loads(report.read_text("utf-8")) if report.exists() else None)


def _interrupted(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGINT)
    try:
        return process.communicate(timeout=GRACE)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[0]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.real_servers")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SERVERS))
    parser.add_argument("--seconds", type=float, default=600, help="for each server")
    parser.add_argument("--reports", type=Path, help="keep the reports in this folder")
    options = parser.parse_args()
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS), flush=True)
    for name in options.names or SERVERS:
        with tempfile.TemporaryDirectory() as temporary:
            folder = (options.reports or Path(temporary)) / name
            folder.mkdir(parents=True, exist_ok=True)
            print("| " + " | ".join(_row(name, folder, options.seconds)) + " |", flush=True)


def _row(name: str, folder: Path, seconds: float) -> list[str]:
    try:
        with running(name) as server:
            outcome = judged(server, folder, seconds=seconds)
    except Missing as missing:
        return [f"{name}: {missing}", *["-"] * (len(COLUMNS) - 1)]
    (folder / "output").write_text(outcome.out, "utf-8")
    return outcome.row(name)


if __name__ == "__main__":
    main()
