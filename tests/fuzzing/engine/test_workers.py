"""Several workers: one budget, one report, and what becomes of it when one of them dies."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from contract_tests.checks.table import CHECKS
from contract_tests.results.findings import Finding
from fuzzing.engine.workers import Result
from tallystick.contract import load_contract
from tests.contract_tests.targets import write_target
from tests.fuzzing.fuzzed import Failing, Watched, fuzz_app, fuzzing, ledger
from tests.independent.serve import serving


def test_both_work_and_tell_one_finding(tmp_path: Path) -> None:
    """Each has sent a part, and what both found is told once, with what shows it."""
    app = Failing(b"http://")
    table = "[fuzz]\nbreaker = false"
    run = fuzz_app(tmp_path, app, "--max-requests", 500, "--workers", 2, table=table)
    by_worker = Counter(entry["worker"] for entry in ledger(run))
    assert (run.code, sum(by_worker.values()), len(app.seen)) == (1, 500, 500)
    assert by_worker.keys() == {0, 1}
    assert min(by_worker.values()) > 50
    failed = {entry["worker"] for entry in ledger(run) if entry["status"] == 500}
    assert failed == {0, 1}
    (finding,) = run.heavy
    assert (finding["check"], "shown_by" in finding) == ("documented status", True)
    assert [entry["number"] for entry in ledger(run)] == list(range(1, 501))


def finding(*codes: str) -> Finding:
    """A finding that confuses these codes."""
    return Finding(
        check=CHECKS[0],
        operation="GET /",
        source="",
        sentence="",
        message="",
        curl="curl",
        answer="",
        cause=(),
        codes=frozenset(codes),
    )


def test_what_shows_a_finding_is_kept_when_findings_are_joined() -> None:
    """The id of a finding changes as it is joined with another; what shows it stays with it."""
    one, other = finding("A", "B"), finding("B", "C")
    total = Result(findings=[one], shown_by={one.id: {"n": 1}})
    total.add(Result(findings=[other], shown_by={other.id: {"n": 2}}))
    (joined,) = total.findings
    assert joined.codes == {"A", "B", "C"}
    assert total.shown_by[joined.id] in ({"n": 1}, {"n": 2})


def test_findings_can_be_sent_to_another_process() -> None:
    """Whatever they are about: any obligation or promise, and the cases of the document."""
    contract = load_contract()
    promised = [promise for o in contract.operations for promise in o.promises]
    checks = [
        *CHECKS,
        *(replace(CHECKS[0], check=partial(check, p)) for p in promised),
    ]
    for check in checks:
        found = finding()
        found.check, found.cases = check, list(contract.cases)
        again = pickle.loads(pickle.dumps(Result(findings=[found]))).findings[0]
        assert (again.id, again.cases) == (found.id, found.cases)
    assert promised


def check(promise: object) -> None:
    """Stands for what checks a promise."""


def children(pid: int) -> list[int]:
    """The processes that a process started to work for it, in the order of their start."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
            words = path.with_name("cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid and b"spawn_main" in words:
            found.append((int(fields[19]), int(path.parent.name)))
    return [child for _, child in sorted(found)]


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux has them")
def test_one_that_dies_is_told(tmp_path: Path) -> None:
    """The other ends cleanly, the report is written, and an error says what happened."""
    app = Watched()
    enough = app.after(60)
    with serving(app) as url:
        target = write_target(tmp_path, url)
        with fuzzing(tmp_path, "--target", target, "--workers", 2) as fuzz:
            assert enough.wait(30)
            _, first, _ = children(fuzz.process.pid)  # the first is the budget's
            os.kill(first, signal.SIGKILL)
            run = fuzz.result()
            assert fuzz.is_over()
    assert (run.code, run.report["stopped_by"]) == (2, "worker")
    assert "error: A worker died (killed, or out of memory?)." in run.err.splitlines()
    assert "Traceback" not in run.err
    assert "Ended because a worker died" in run.out
