"""`python -m benchmarks.suite_growth`: made mutants, and what a row says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.generated import document
from benchmarks.suite_growth import Run, mutated


def test_a_mutant_has_another_status_in_its_last_operation() -> None:
    """All else is as it was."""
    made = document(2)
    other = mutated(made)
    item, changed = made["paths"]["/resource-0"], other["paths"]["/resource-0"]
    assert changed["get"] == item["get"]
    assert sorted(item["post"]["responses"]) == ["201", "400", "404", "409"]
    assert sorted(changed["post"]["responses"]) == ["206", "400", "404", "409"]


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (Run(3.0, 0, 9), "3.0 s (300.0 ms each)"),
        (Run(0.5, 3, 9), "0.500 s (50.0 ms each)"),
        (Run(1200.0, None, 9), "over 1,200 s"),
        (Run(1.0, 4, 0), "exit code 4"),
    ],
)
def test_what_a_row_says_of_a_run(run: Run, text: str) -> None:
    """Only a run that came to its end has a cost."""
    assert run.text(10) == text


@pytest.mark.long
def test_one_operation(tmp_path: Path) -> None:
    """Both tools test the same service, and the mutant is caught."""
    page = tmp_path / "page.md"
    page.write_text("<!-- bench-growth -->\n<!-- /bench-growth -->\n", encoding="utf-8")
    words = ["--operations", "1", "--write", str(page)]
    command = [sys.executable, "-m", "benchmarks.suite_growth", *words]
    subprocess.run(command, capture_output=True, check=True, timeout=300)
    row = page.read_text("utf-8").splitlines()[-3].split(" | ")
    assert row[0] == "| 1"
    assert row[4].endswith(", caught")
    assert int(row[3]) > 10
    assert int(row[6].rstrip(" |")) > 10
