"""The report of a run: the verdicts of the cases, the findings by level, and what to add to the
target file where a case was not covered; as JSON, and from that in all `formats`.

Nothing here looks at a response: the findings of a run hold no secret.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from schemathesis.baseline import BaselineEntry

from contract_tests.checks.levels import ADVISORY
from contract_tests.checks.table import checks_of
from contract_tests.results.baseline import no_longer_found
from contract_tests.results.formats import FORMATS
from contract_tests.results.formats.terminal import WIDTH, render
from contract_tests.results.run import LIMITED, CaseResult, Run, Verdict
from contract_tests.target.entries import entry_of, values_needed
from contract_tests.target.patterns import tags
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation
from tallystick.errors import TallystickError
from tallystick.printing import as_json, printable

PASSED, FAILED, NOT_COVERED, UNTESTABLE = 0, 1, 3, 4
"""Exit codes of `tallystick test`; 2 is bad usage."""


def exit_code(run: Run, *, allow_not_covered: bool = False) -> int:
    """The exit code that the findings and verdicts of a run call for. What is accepted does not
    count.
    """
    if any(finding.check.level != ADVISORY for finding in run.triaged.counted):
        return FAILED
    is_open = any(
        result.verdict is Verdict.NOT_COVERED and not _is_closed(result)
        for _, result in case_results(run)
    )
    if is_open and run.client.put_off:
        return UNTESTABLE
    return NOT_COVERED if is_open and not allow_not_covered else PASSED


def case_results(run: Run) -> Iterator[tuple[Case, CaseResult]]:
    """The cases of the contract, each with its result."""
    return ((case, run.case_result(case)) for case in run.contract.cases)


def summary(run: Run, *, is_whole: bool = False, width: int = WIDTH) -> str:
    """The report as lines for a terminal."""
    return render(to_json(run), is_whole=is_whole, width=width)


def _is_closed(result: CaseResult) -> bool:
    """Whether nobody can bring a case about without an entry in the target file."""
    return result.verdict is Verdict.NOT_COVERED and result.needs_entry


# --- what the baseline accepts


def accepted_cases(run: Run) -> list[Case]:
    """The cases that failed by accepted findings alone. They stay *failed*, and do not count."""
    found = run.triaged
    heavy = (finding for finding in found.counted if finding.check.level != ADVISORY)
    counted = [case for finding in heavy for case in finding.cases]
    accepted = [case for finding, _ in found.accepted for case in finding.cases]
    return [
        case
        for case, result in case_results(run)
        if result.verdict is Verdict.FAILED and case in accepted and case not in counted
    ]


def _gone(run: Run) -> list[BaselineEntry]:
    """What the baseline accepts, and a whole run did not find any more."""
    baseline = run.plan.baseline
    if baseline is None or not run.plan.is_complete or run.gone or run.is_ended:
        return []
    untested = [o.name for o in run.contract.operations if not _is_tested(run, o)]
    return no_longer_found(run.findings, baseline, untested, run.plan.seed)


def _is_tested(run: Run, operation: ContractOperation) -> bool:
    """Whether an operation was really tested: where it has a success, one was tried and judged."""
    successes = [case for case in operation.cases if case.is_success] or operation.cases
    verdicts = {run.case_result(case).verdict for case in successes}
    return not verdicts.isdisjoint({Verdict.PASSED, Verdict.FAILED})


# --- what to add to the target file


def _snippets(run: Run) -> list[str]:
    """What to paste into the target file for the cases that were not covered, in lines."""
    missing = [
        (case, result.reason)
        for case, result in case_results(run)
        if result.verdict is Verdict.NOT_COVERED
        and not result.needs_entry
        and LIMITED not in result.reason
    ]
    values: set[str] = set()
    entries: list[str] = []
    for case, reason in missing:
        found = values_needed(run.contract, case, reason)
        values.update(found)
        if not found:
            entries += ["", *entry_of(run.contract, case)]
    lines = [f"{value}   # one with which the operation succeeds" for value in sorted(values)]
    return (["", "[parameters]", *lines] if lines else []) + entries


# --- files


def make_folder(folder: str) -> None:
    """Make the folder of a report, before the run rather than after it. Raises TallystickError."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise unwritable(folder, error) from None


def unwritable(path: str, error: OSError) -> TallystickError:
    """The error where a folder or file of a report cannot be written."""
    is_file = isinstance(error, FileExistsError | NotADirectoryError)
    reason = "a file is where a folder should be" if is_file else error.strerror
    return TallystickError(f"The report cannot be written: {path}: {reason}.")


def write_report(run: Run, folder: str) -> None:
    """Write `report.json` and the same in other formats. Raises TallystickError."""
    write_files(to_json(run), folder)


def write_files(report: dict[str, Any], folder: str) -> None:
    """Write the facts of a report as `report.json` and in all formats. Raises TallystickError; what
    can be written is there then.
    """
    make_folder(folder)
    texts = {"report.json": as_json(report) + "\n"}
    texts |= {name: printable(made(report)) for name, made in FORMATS.items()}
    failed: list[TallystickError] = []
    for name, text in texts.items():
        path = Path(folder) / name
        try:
            # A lone surrogate in a response has no UTF-8; it is shown as a question mark.
            path.write_bytes(text.encode("utf-8", "replace"))
        except OSError as error:
            failed.append(unwritable(str(path), error))
    if failed:
        raise failed[0]


def to_json(run: Run) -> dict[str, Any]:
    """The `report.json` of a run."""
    accepted, found = accepted_cases(run), run.triaged
    return {
        "target": run.target.shown_url,
        "document": run.contract.document.locate(()).file,
        "seed": run.plan.seed,
        "requests": run.client.requests,
        "seconds": round(run.seconds, 3),
        "exit_code": exit_code(run),
        "codes_in": next((place for place, _ in run.styles.most_common(1)), None),
        "tags": {each.name: list(tags(each)) for each in run.contract.operations},
        "cases": [
            {**_case_to_json(case, result), "accepted": case in accepted}
            for case, result in case_results(run)
        ],
        "findings": found.to_json(),
        "expired": [{"id": each.id, "expires": day} for each, day in found.expired],
        "no_longer_found": [
            {
                "id": entry.signature,
                "operation": entry.operation,
                "check": entry.check,
                "seed": entry.extra.get("seed"),
            }
            for entry in _gone(run)
        ],
        "checks": [check.to_json() for check in checks_of(run.contract)],
        "notes": run.notes,
        "to_add": _snippets(run),
    }


def _case_to_json(case: Case, result: CaseResult) -> dict[str, Any]:
    return {
        "operation": case.operation,
        "status": case.status,
        "code": case.code,
        "verdict": result.verdict.value,
        "reason": result.reason or None,
        "needs_entry": _is_closed(result),
        "requests": result.requests,
    }
