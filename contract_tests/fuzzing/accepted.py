"""Accepted findings: what a team knows and lives with for a while (a baseline).

Rules: the file has the format of Schemathesis' baselines, which has one entry for each finding.
An entry needs a reason and a date on which it expires: from then on the finding counts again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from schemathesis.baseline import Baseline, BaselineEntry

from contract_tests.findings import Finding
from tallystick.errors import Source, TallystickError

_FAILURE = "Finding"


class BaselineError(TallystickError):
    """A baseline file is none, or an entry of it lacks something."""


def read_baseline(path: str) -> Baseline:
    """Read a baseline file. Raises BaselineError."""
    if not Path(path).exists():
        raise BaselineError("There is no such file.", source=Source(path))
    try:
        baseline = Baseline.load(Path(path))
    except (OSError, ValueError) as error:
        raise BaselineError(f"This is no baseline: {error}.", source=Source(path)) from None
    for entry in baseline.entries:
        if entry.expires is None or not entry.extra.get("reason"):
            raise BaselineError(
                f"The entry {entry.signature} needs 'expires' and 'reason'.",
                source=Source(path),
                remedy="What is accepted without an end is forgotten.",
            )
    return baseline


def accept(path: str, finding: Finding | dict[str, str], reason: str, expires: str) -> None:
    """Add a finding to a baseline file, which is made if there is none. Raises BaselineError."""
    try:
        date.fromisoformat(expires)
    except ValueError:
        raise BaselineError(
            f"--expires must be a date such as 2026-12-31, not {expires!r}."
        ) from None
    baseline = read_baseline(path) if Path(path).exists() else Baseline(entries=[])
    entry = _entry(finding)
    entry.expires, entry.extra["reason"] = expires, reason
    baseline.entries = [e for e in baseline.entries if e.identity != entry.identity]
    baseline.entries.append(entry)
    baseline.save(Path(path))


def split(
    findings: Iterable[Finding], baseline: Baseline | None
) -> tuple[list[Finding], list[tuple[Finding, str]]]:
    """The findings that count, and those that are accepted, each with the reason."""
    today = datetime.now(UTC).date()
    entries = {
        e.identity: e for e in (baseline.entries if baseline else []) if not e.is_expired(today)
    }
    counted, accepted = [], []
    for finding in findings:
        entry = entries.get(_entry(finding).identity)
        if entry is None:
            counted.append(finding)
        else:
            accepted.append((finding, str(entry.extra["reason"])))
    return counted, accepted


def _entry(finding: Finding | dict[str, str]) -> BaselineEntry:
    told = finding if isinstance(finding, dict) else finding.to_json()
    today = datetime.now(UTC).date().isoformat()
    return BaselineEntry(
        operation=told["operation"],
        check=told["obligation"],
        failure=_FAILURE,
        signature=told["id"],
        first_seen=today,
        last_seen=today,
    )
