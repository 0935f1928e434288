"""The report of a run: the verdicts of the cases, the findings by level, and what to add to the
target file where a case was not covered; as JSON, and from that in all `formats`.

Nothing here looks at a response: the findings of a run hold no secret.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from contract_tests.checks.context import is_of_request
from contract_tests.checks.levels import ADVISORY
from contract_tests.checks.table import checks_of
from contract_tests.results.formats import FORMATS
from contract_tests.results.formats.terminal import WIDTH, render
from contract_tests.results.run import LIMITED, CaseResult, Run, Verdict
from tallystick.catalogue.cases import Case
from tallystick.errors import TallystickError

PASSED, FAILED, NOT_COVERED = 0, 1, 3
"""Exit codes of `tallystick test`; 2 is bad usage, 4 an unreachable target."""

_VALUES = {
    "caller": 'headers = { {header} = "${READONLY_KEY}" }   # a caller who may not do this',
    "resource": 'parameters = { "{name}" = "…" }   # one that does not exist',
    "state": 'parameters = { "{name}" = "…" }   # one that is in this state',
    "upstream": 'unreachable = "…"   # why it cannot be made to fail here; or before = [{ … }]',
    "": 'before = [{ method = "POST", url = "…" }]   # a call that brings it about',
}


def exit_code(run: Run, *, allow_not_covered: bool = False) -> int:
    """The exit code that the findings and verdicts of a run call for."""
    if any(finding.check.level != ADVISORY for finding in run.findings):
        return FAILED
    is_open = any(
        result.verdict is Verdict.NOT_COVERED and not _is_closed(result)
        for _, result in case_results(run)
    )
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


# --- what to add to the target file


def _snippets(run: Run) -> list[str]:
    """What to paste into the target file for the cases that were not covered, in lines."""
    missing = [
        case
        for case, result in case_results(run)
        if result.verdict is Verdict.NOT_COVERED
        and not result.needs_entry
        and LIMITED not in result.reason
    ]
    lines: list[str] = []
    by_request = [case for case in missing if case.is_success or is_of_request(case)]
    if by_request and _parameters(run):
        lines += ["", "[parameters]", *_parameters(run)]
    for case in missing:
        if case not in by_request:
            lines += ["", f'[cases."{_key(run, case)}"]', _snippet(run, case)]
    return lines


def _snippet(run: Run, case: Case) -> str:
    kind = case.trigger.kind if case.trigger else "upstream"
    names = [name for name in _names(run) if name.operation == case.operation]
    if "{name}" in _VALUES[kind]:
        return _VALUES[kind].replace("{name}", names[-1].name) if names else _VALUES[""]
    return _VALUES[kind].replace("{header}", _key_header(run))


def _key_header(run: Run) -> str:
    """The header that identifies the caller: the document's, or else the usual one."""
    schemes = run.contract.document.root.get("components", {}).get("securitySchemes", {})
    headers = [
        scheme["name"]
        for scheme in schemes.values()
        if isinstance(scheme, dict) and scheme.get("in") == "header" and "name" in scheme
    ]
    return str(headers[0]) if headers else "authorization"


class _Name(NamedTuple):
    operation: str
    name: str


def _names(run: Run) -> list[_Name]:
    """The path parameters of all operations, as a target file names them."""
    return [
        _Name(operation.name, f"path.{parameter.name}")
        for operation in run.contract.operations
        for parameter in operation.parameters
        if parameter.location == "path"
    ]


def _parameters(run: Run) -> list[str]:
    names = {name.name for name in _names(run)}
    return [f'"{name}" = "…"   # one with which the operation succeeds' for name in sorted(names)]


def _key(run: Run, case: Case) -> str:
    """The shortest name that only this case has."""
    short = case.code or case.status
    same = [other for other in run.contract.cases if (other.code or other.status) == short]
    return short if len(same) == 1 else f"{case.operation} {case.label}"


# --- files


def make_folder(folder: str) -> None:
    """Make the folder of a report, before the run rather than after it. Raises TallystickError."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from None


def _unwritable(folder: str, error: OSError) -> TallystickError:
    return TallystickError(f"The report cannot be written: {folder}: {error.strerror}.")


def write_report(run: Run, folder: str) -> None:
    """Write `report.json` and the same in other formats. Raises TallystickError."""
    write_files(to_json(run), folder)


def write_files(report: dict[str, Any], folder: str) -> None:
    """Write the facts of a report as `report.json` and in all formats. Raises TallystickError."""
    make_folder(folder)
    texts = {"report.json": json.dumps(report, indent=2, ensure_ascii=False) + "\n"}
    texts |= {name: made(report) for name, made in FORMATS.items()}
    try:
        for name, text in texts.items():
            # A lone surrogate in a response has no UTF-8; it is shown as a question mark.
            (Path(folder) / name).write_bytes(text.encode("utf-8", "replace"))
    except OSError as error:
        raise _unwritable(folder, error) from None


def to_json(run: Run) -> dict[str, Any]:
    """The `report.json` of a run."""
    return {
        "target": run.target.shown_url,
        "document": run.contract.document.locate(()).file,
        "seed": run.plan.seed,
        "requests": run.client.requests,
        "seconds": round(run.seconds, 3),
        "exit_code": exit_code(run),
        "codes_in": next((place for place, _ in run.styles.most_common(1)), None),
        "cases": [_case_to_json(case, result) for case, result in case_results(run)],
        "findings": [finding.to_json() for finding in run.findings],
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
