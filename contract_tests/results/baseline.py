"""The baseline: a file of the findings that a team knows and accepts for a while, of `tallystick
test` and of `tallystick fuzz`.

Rules: the file has the format of Schemathesis' baselines, with one entry for each finding. An
entry's `signature` is the finding's id. It needs a reason and a date. The day after the date, the
finding counts again. A finding is accepted where it has one of the entry's `causes`: which of them
a run sees may depend on its seed. What only random data showed need not show with another seed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from schemathesis.baseline import Baseline, BaselineEntry

from contract_tests.results.findings import Finding
from tallystick.errors import Source, TallystickError
from tallystick.reader.texts.reading import MAX_IN_ALL, read_text

_FAILURE = "Finding"
TEST, FUZZ = "test", "fuzz"
"""The commands whose reports have findings; an entry names one as `found_by`."""

_LISTS = ("causes", "operations")


class BaselineError(TallystickError):
    """A baseline or a report cannot be read or written, or an entry lacks something."""


def read_baseline(path: str) -> Baseline:
    """Read a baseline file. Raises BaselineError."""
    if not Path(path).is_file():
        what = "It is no file" if Path(path).exists() else "There is no such file"
        raise BaselineError(f"{what}.", source=Source(path))
    try:
        baseline = Baseline.load(Path(path))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BaselineError(f"This is not a baseline: {error}.", source=Source(path)) from None
    for entry in baseline.entries:
        if entry.expires is None or not entry.extra.get("reason"):
            raise BaselineError(
                f"The entry {entry.signature!r} needs 'expires' and 'reason'.",
                source=Source(path),
                remedy="An acceptance without an end would be forgotten.",
            )
        for name in _LISTS:
            texts = entry.extra.get(name, [])
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                what = f"{name!r} of the entry {entry.signature!r} must be a list of texts."
                raise BaselineError(what, source=Source(path))
    return baseline


def read_report(report_dir: str) -> dict[str, Any]:
    """Read the report of a test or a fuzz. Raises BaselineError."""
    path = Path(report_dir) / "report.json"
    try:
        report = json.loads(read_text(path, MAX_IN_ALL))
        if all(isinstance(finding["id"], str) for finding in report["findings"]):
            return dict(report)
    except OSError as error:
        raise BaselineError(f"{error.strerror}.", source=Source(str(path))) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise BaselineError("This is not a report of tallystick.", source=Source(str(path)))


def named(report: Mapping[str, Any], name: str, report_dir: str) -> dict[str, Any]:
    """A finding of a report, by its id or number. Raises BaselineError."""
    findings = report["findings"]
    by_name = {str(n): f for n, f in enumerate(findings, 1)} | {f["id"]: f for f in findings}
    if name not in by_name:
        source = Source(str(Path(report_dir) / "report.json"))
        remedy = f"It has: {', '.join(f['id'] for f in findings) or 'none'}."
        raise BaselineError(f"The report has no finding {name!r}.", source=source, remedy=remedy)
    return dict(by_name[name])


# --- writing


def accept(
    path: str,
    report: Mapping[str, Any],
    findings: Iterable[Mapping[str, Any]],
    reason: str,
    expires: str,
) -> None:
    """Add findings of a report to a baseline file, which is created if necessary. Raises
    BaselineError.
    """
    try:
        date.fromisoformat(expires)
    except ValueError:
        what = f"--expires must be a date such as 2026-12-31, not {expires!r}."
        raise BaselineError(what) from None
    if not reason.strip():
        raise BaselineError("--reason must say why the finding is accepted.")
    baseline = _existing(path)
    for finding in findings:
        entry = _entry(finding, report)
        entry.expires, entry.extra["reason"] = expires, reason
        baseline.entries = [e for e in baseline.entries if e.signature != entry.signature]
        baseline.entries.append(entry)
    _save(baseline, path)


def not_yet_accepted(path: str, report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The findings of a report that no entry of a baseline file accepts today. Raises
    BaselineError.
    """
    entries = _Entries(_existing(path))
    return [f for f in report["findings"] if not entries.accepting(_causes(f))]


def prune(path: str, report: Mapping[str, Any]) -> list[str]:
    """Take out of a baseline file what a report says is no longer found; gives the ids. Raises
    BaselineError.
    """
    baseline = read_baseline(path)
    gone = {each["id"] for each in report.get("no_longer_found", ())}
    left = [entry for entry in baseline.entries if entry.signature not in gone]
    removed = [entry.signature for entry in baseline.entries if entry.signature in gone]
    baseline.entries = left
    _save(baseline, path)
    return removed


def _existing(path: str) -> Baseline:
    return read_baseline(path) if Path(path).exists() else Baseline(entries=[])


def _save(baseline: Baseline, path: str) -> None:
    """Write a baseline file. One that cannot be written as a whole stays as it is."""
    place = Path(path).resolve()
    fresh = place.with_name(f".{place.name}.new")
    try:
        baseline.save(fresh)
        fresh.replace(place)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise BaselineError(f"{error.strerror}.", source=Source(path)) from None


def _entry(finding: Mapping[str, Any], report: Mapping[str, Any]) -> BaselineEntry:
    today = datetime.now(UTC).date().isoformat()
    extra = {
        "found_by": FUZZ if "settings" in report else TEST,
        "causes": list(_causes(finding)),
        "operations": finding.get("operations", [finding["operation"]]),
        "seed": report.get("seed"),
        "is_random": bool(finding.get("is_random")),
    }
    return BaselineEntry(
        operation=finding["operation"],
        check=finding["check"],
        failure=_FAILURE,
        signature=finding["id"],
        first_seen=today,
        last_seen=today,
        extra=extra,
    )


def _causes(finding: Mapping[str, Any]) -> Sequence[str]:
    return finding.get("causes") or [finding["id"]]


# --- using


@dataclass(slots=True)
class TriagedFindings:
    """The findings that count; those that are accepted, with the reasons; and those whose
    acceptance has expired, with the days (they count, too).
    """

    counted: list[Finding] = field(default_factory=list)
    accepted: list[tuple[Finding, str]] = field(default_factory=list)
    expired: list[tuple[Finding, str]] = field(default_factory=list)

    def to_json(self) -> list[dict[str, Any]]:
        """The findings as a report holds them: first those that count, then those accepted, each
        with its reason.
        """
        return [
            *({**finding.to_json(), "accepted": None} for finding in self.counted),
            *({**finding.to_json(), "accepted": why} for finding, why in self.accepted),
        ]

    @property
    def remarks(self) -> list[str]:
        """What a terminal says of acceptances that are over."""
        return [f"accepted until {day}: {f.id} counts again" for f, day in self.expired]


def triage(findings: Iterable[Finding], baseline: Baseline | None) -> TriagedFindings:
    """Divide findings by a baseline."""
    entries = _Entries(baseline)
    found = TriagedFindings()
    for finding in findings:
        entry = entries.accepting(finding.causes)
        if entry is not None:
            found.accepted.append((finding, str(entry.extra["reason"])))
            continue
        found.counted.append(finding)
        over = entries.last(finding.causes)
        if over is not None:
            found.expired.append((finding, str(over.expires)))
    return found


def no_longer_found(
    findings: Iterable[Finding], baseline: Baseline, untested: Iterable[str], seed: int
) -> list[BaselineEntry]:
    """The entries of `tallystick test` that no finding has a cause of. Nothing is said of an entry
    about an `untested` operation, nor of one that random data of another seed showed.
    """
    seen = {cause for finding in findings for cause in finding.causes}
    left_out = set(untested)
    return [
        entry
        for entry in baseline.entries
        if entry.extra.get("found_by") == TEST
        and seen.isdisjoint(entry.extra.get("causes", [entry.signature]))
        and left_out.isdisjoint(entry.extra.get("operations", [entry.operation]))
        and (entry.extra.get("seed") == seed or not entry.extra.get("is_random"))
    ]


class _Entries:
    """The entries of a baseline by their causes."""

    def __init__(self, baseline: Baseline | None) -> None:
        self._today = datetime.now(UTC).date()
        entries = baseline.entries if baseline else []
        self._by_cause = {
            cause: entry
            # Of two entries with one cause, the one that holds still wins.
            for entry in sorted(entries, key=lambda entry: not entry.is_expired(self._today))
            for cause in (entry.signature, *entry.extra.get("causes", ()))
        }

    def accepting(self, causes: Iterable[str]) -> BaselineEntry | None:
        """The entry that accepts one of the causes today."""
        found = (self._by_cause.get(cause) for cause in sorted(causes))
        return next((e for e in found if e and not e.is_expired(self._today)), None)

    def last(self, causes: Iterable[str]) -> BaselineEntry | None:
        """The entry of one of the causes, expired or not."""
        return next((self._by_cause[c] for c in sorted(causes) if c in self._by_cause), None)
