"""Several workers: one budget, one report, and what becomes of it when one of them dies."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from contract_tests.checks.table import CHECKS, Check
from contract_tests.results.findings import Finding
from fuzzing.analyses.differences import SAME_CASE
from fuzzing.analyses.pairs import CHECKS as OF_PAIRS
from fuzzing.engine.result import WorkerResult
from tallystick.catalogue.cases import Case
from tallystick.contract import load_contract
from tests.contract_tests.targets import write_target
from tests.fuzzing.fuzzed import CountingApp, Failing, fuzz_app, fuzzing, ledger
from tests.independent.serve import serving


def test_both_work_and_share_one_finding(tmp_path: Path) -> None:
    """Each sends a part; what both found is one finding, with its evidence."""
    app = Failing(b"http://")
    table = "[fuzz]\nbreaker = false"
    run = fuzz_app(tmp_path, app, "--max-requests", 300, "--workers", 2, table=table)
    by_worker = Counter(entry["worker"] for entry in ledger(run))
    assert (run.code, sum(by_worker.values()), len(app.seen)) == (1, 300, 300)
    assert by_worker.keys() == {0, 1}
    assert min(by_worker.values()) > 30
    failed = {entry["worker"] for entry in ledger(run) if entry["status"] == 500}
    assert failed == {0, 1}
    (finding,) = run.heavy
    assert (finding["check"], "shown_by" in finding) == ("documented status", True)
    assert [entry["number"] for entry in ledger(run)] == list(range(1, 301))


def finding(*codes: str, check: Check = CHECKS[0], cases: Sequence[Case] = ()) -> Finding:
    """A finding that confuses these codes."""
    return Finding(
        check=check,
        operation="GET /",
        source="",
        quote="",
        message="",
        curl="curl",
        response="",
        cause=(),
        codes=frozenset(codes),
        cases=list(cases),
    )


def test_evidence_is_kept_when_findings_are_joined() -> None:
    """The id of a finding changes as it is joined with another; its evidence stays."""
    one, other = finding("A", "B"), finding("B", "C")
    total = WorkerResult(findings=[one], shown_by={one.id: {"n": 1}})
    total.add(WorkerResult(findings=[other], shown_by={other.id: {"n": 2}}))
    (joined,) = total.findings
    assert joined.codes == {"A", "B", "C"}
    assert total.shown_by[joined.id] in ({"n": 1}, {"n": 2})


@pytest.mark.parametrize("check", [*CHECKS, *OF_PAIRS, SAME_CASE], ids=lambda check: check.name)
def test_findings_can_be_sent_to_another_process(check: Check) -> None:
    """Of any check, promises included, with the cases of the document."""
    found = finding(check=check, cases=list(load_contract().cases))
    again = pickle.loads(pickle.dumps(WorkerResult(findings=[found]))).findings[0]
    assert (again.id, again.check.name, again.cases) == (found.id, check.name, found.cases)


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
def test_one_that_dies_is_reported(tmp_path: Path) -> None:
    """The other ends cleanly, the report is written, and an error says what happened."""
    app = CountingApp()
    enough = app.after(60)
    with serving(app) as url:
        target = write_target(tmp_path, url)
        with fuzzing(tmp_path, "--target", target, "--workers", 2) as fuzz:
            assert enough.wait(60)
            _, first, _ = children(fuzz.process.pid)  # the first is the budget's
            os.kill(first, signal.SIGKILL)
            run = fuzz.result()
            assert fuzz.is_over()
    assert (run.code, run.report["stopped_by"]) == (2, "worker")
    assert "error: A worker died (killed, or out of memory?)." in run.err.splitlines()
    assert "Traceback" not in run.err
    assert "Ended because a worker died" in run.out
