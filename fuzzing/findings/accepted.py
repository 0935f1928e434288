"""Accepted findings: a baseline of what a team knows and accepts for a while.

Rules: the file has the format of Schemathesis' baselines, with one entry for each finding. An
entry's `signature` is the finding's id. It needs a reason and a date. The day after the date, the
finding counts again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from schemathesis.baseline import Baseline, BaselineEntry

from contract_tests.results.findings import Finding
from tallystick.errors import Source, TallystickError

_FAILURE = "Finding"


class BaselineError(TallystickError):
    """A baseline file cannot be read or written, or an entry lacks something."""


def read_baseline(path: str) -> Baseline:
    """Read a baseline file. Raises BaselineError."""
    if not Path(path).exists():
        raise BaselineError("There is no such file.", source=Source(path))
    try:
        baseline = Baseline.load(Path(path))
    except (OSError, ValueError) as error:
        raise BaselineError(f"This is not a baseline: {error}.", source=Source(path)) from None
    for entry in baseline.entries:
        if entry.expires is None or not entry.extra.get("reason"):
            raise BaselineError(
                f"The entry {entry.signature!r} needs 'expires' and 'reason'.",
                source=Source(path),
                remedy="An acceptance without an end would be forgotten.",
            )
    return baseline


def accept(path: str, finding: Mapping[str, Any], reason: str, expires: str) -> None:
    """Add a finding of a report to a baseline file, which is created if necessary. Raises
    BaselineError.
    """
    try:
        date.fromisoformat(expires)
    except ValueError:
        what = f"--expires must be a date such as 2026-12-31, not {expires!r}."
        raise BaselineError(what) from None
    if not reason.strip():
        raise BaselineError("--reason must say why the finding is accepted.")
    baseline = read_baseline(path) if Path(path).exists() else Baseline(entries=[])
    entry = _entry(finding)
    entry.expires, entry.extra["reason"] = expires, reason
    baseline.entries = [e for e in baseline.entries if e.signature != entry.signature]
    baseline.entries.append(entry)
    try:
        baseline.save(Path(path))
    except OSError as error:
        raise BaselineError(f"{error.strerror}.", source=Source(path)) from None


@dataclass(slots=True)
class TriagedFindings:
    """The findings that count; those that are accepted, with the reasons; and those whose
    acceptance has expired, with the days (they count, too).
    """

    counted: list[Finding] = field(default_factory=list)
    accepted: list[tuple[Finding, str]] = field(default_factory=list)
    expired: list[tuple[Finding, str]] = field(default_factory=list)


def triage(findings: Iterable[Finding], baseline: Baseline | None) -> TriagedFindings:
    """Divide findings by a baseline."""
    today = datetime.now(UTC).date()
    # By the id alone: the next run may show another check of the same family.
    entries = {entry.signature: entry for entry in (baseline.entries if baseline else [])}
    found = TriagedFindings()
    for finding in findings:
        entry = entries.get(finding.id)
        if entry is not None and not entry.is_expired(today):
            found.accepted.append((finding, str(entry.extra["reason"])))
            continue
        found.counted.append(finding)
        if entry is not None:
            found.expired.append((finding, str(entry.expires)))
    return found


def _entry(finding: Mapping[str, Any]) -> BaselineEntry:
    today = datetime.now(UTC).date().isoformat()
    return BaselineEntry(
        operation=finding["operation"],
        check=finding["check"],
        failure=_FAILURE,
        signature=finding["id"],
        first_seen=today,
        last_seen=today,
    )
