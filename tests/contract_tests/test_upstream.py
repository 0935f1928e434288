"""A documented failure behind the service may pass: it is sent again, and advisory if it stays."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from contract_tests.command import run_pytest
from contract_tests.plan import read_plan
from contract_tests.results.run import Run
from tallystick.reader.options import LoadOptions
from tests.contract_tests.raw import Write, empty, head, raw_server
from tests.contract_tests.targets import write

DOCUMENT = """
openapi: 3.1.0
info: {title: Tides, version: '1'}
paths:
  /tides: {get: {responses: {'200': {description: Now}, '503': {description: Later}}}}
  /moons: {get: {responses: {'200': {description: Now}, '429': {description: Slower}}}}
"""
BUSY = head("content-length: 0", status="503 Service Unavailable")
SLOWER = head("content-length: 0", "retry-after: 600", status="429 Too Many Requests")


def run_of(folder: Path, failing: int, target: str = "") -> tuple[Run, Counter[str]]:
    """The cases of a run against tides that fail so many times in each pair."""
    document, counts = folder / "tides.yaml", Counter[str]()
    document.write_text(DOCUMENT, encoding="utf-8")
    with raw_server() as server:

        def answer(write: Write, first: str) -> None:
            counts[first] += 1
            is_late = first.startswith("GET /tides ") and counts[first] % 2 < failing
            if "/moons?slower=1" in first:
                return write(SLOWER)
            return write(BUSY) if is_late else empty(write, first)

        server.answer = answer
        file = write(folder, f'base_url = "{server.url}"\n{target}')
        options = LoadOptions((str(document),))
        plan = read_plan(options, base_url=None, target_file=str(file), seed=1)
        progress = run_pytest(plan, "-k", "test_case")
    assert progress.run is not None
    return progress.run, counts


def verdicts(run: Run, operation: str) -> dict[str, str]:
    """The verdicts of the cases of an operation."""
    found = run.case_results.items()
    return {label: result.verdict.value for (name, label), result in found if name == operation}


@pytest.mark.parametrize(
    ("failing", "found"), [(0, []), (1, []), (2, [("available", "advisory", "GET /tides")])]
)
def test_a_failure_that_may_pass(
    tmp_path: Path, failing: int, found: list[tuple[str, str, str]]
) -> None:
    """Each second request fails, or each."""
    run, _ = run_of(tmp_path, failing)
    assert [(f.check.name, f.check.level, f.operation) for f in run.findings] == found
    assert verdicts(run, "GET /tides")["200"] == ("not_covered" if failing == 2 else "passed")


def test_the_case_of_a_limit_is_not_waited_for(tmp_path: Path) -> None:
    """What asks to come back later is what the case is about."""
    entry = """
[cases."GET /moons 429"]
parameters = { "query.slower" = 1 }
"""
    run, counts = run_of(tmp_path, 0, entry)
    assert verdicts(run, "GET /moons") == {"200": "passed", "429": "passed"}
    assert run.seconds < 10
    assert counts["GET /moons?slower=1 HTTP/1.1"] == 2
