"""The report of a fuzz: what stopped it, what was sent, what was found; as text and as JSON.

It has what the report of `tallystick test` has, and for each finding the requests that show it,
for `tallystick replay`. What it is given holds no secret any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from contract_tests.checks.levels import ADVISORY, DIFFERENCE
from contract_tests.checks.table import CHECKS, Check
from contract_tests.plan import Plan
from contract_tests.results.findings import Finding
from contract_tests.results.report import write_files
from fuzzing.analyses.differences import (
    GONE,
    SAME_CASE,
    other_target,
    unsettled_json,
    unsettled_line,
)
from fuzzing.analyses.pairs import CHECKS as OF_PAIRS
from fuzzing.analyses.precedence import table
from fuzzing.engine.budget import Spent
from fuzzing.engine.limits import Limits
from fuzzing.engine.novelty import AHEAD
from fuzzing.engine.workers import LEDGER, Result
from fuzzing.findings.accepted import Sorted
from fuzzing.findings.replay import identity
from fuzzing.settings import Settings, target_of
from tallystick.catalogue.cases import Case

NOTHING_FOUND, FOUND, FAILED, UNREACHABLE = 0, 1, 2, 4

_STOPPED = {
    "requests": "the limit of requests was met",
    "time": "the limit of time was met",
    "creations": "the limit of creations was met",
    "health": "the target did not bear it",
    "quiet": "little more is to be expected",
    "interrupted": "it was interrupted",
    "unreachable": "the target went away",
    GONE: "the other implementation went away",
    "pause": "the target asks to be left alone for long",
    "worker": "a worker died",
    "scheduler": "the scheduler went away",
}


@dataclass(frozen=True, slots=True)
class FuzzResult:
    """What came of a fuzz; its findings are sorted by what the baseline says of them."""

    settings: Settings
    plan: Plan
    limits: Limits
    spent: Spent
    result: Result
    sorted: Sorted

    @property
    def heavy(self) -> list[Finding]:
        """The findings that make the exit code 1."""
        return [f for f in self.sorted.counted if f.check.level != ADVISORY]

    @property
    def exit_code(self) -> int:
        """0 nothing found, whatever ended it; 1 findings; 4 the target went away; 2 where the
        fuzz itself failed.
        """
        if self.heavy:
            return FOUND
        if self.result.errors:
            return FAILED
        return UNREACHABLE if self.result.gone else NOTHING_FOUND


def summary(outcome: FuzzResult) -> str:
    """The findings and the totals, as lines for a terminal."""
    parts = []
    for number, finding in enumerate(outcome.sorted.counted, 1):
        colour = "cyan" if finding.check.level == ADVISORY else "red"
        first, *rest = str(finding).splitlines()
        lines = [click.style(f"{number}. {first}", fg=colour), *(f"   {line}" for line in rest)]
        parts.append("\n".join([*lines, f"     id      {finding.id}"]))
    found = outcome.sorted
    parts += [
        f"accepted: {finding.id} {finding.message} ({why})" for finding, why in found.accepted
    ]
    parts += [f"accepted until {day}: {finding.id} counts again" for finding, day in found.expired]
    parts += [table(precedence.to_json()) for precedence in outcome.result.precedence]
    unsettled = outcome.result.unsettled
    parts += [unsettled_line(unsettled)] if unsettled else []
    parts.append(_totals(outcome))
    return "\n\n".join(parts)


def _totals(outcome: FuzzResult) -> str:
    spent, result, found = outcome.spent, outcome.result, outcome.sorted
    cases = list(outcome.plan.contract.cases)
    seen = sum(result.cases[case.operation, case.label] > 0 for case in cases)
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in result.kinds.most_common())
    ended = _STOPPED.get(spent.stopped or "", "all shards were sent")
    why = f" ({spent.strain})" if spent.stopped == "health" else ""
    return "\n".join(
        [
            f"Sent: {kinds or 'nothing'}",
            f"Ended because {ended}{why}: {spent.requests:,} requests, "
            f"{spent.creations:,} creations, {spent.seconds:.1f} s",
            *_expected(spent),
            f"{len(outcome.heavy)} findings, {len(found.counted) - len(outcome.heavy)} advisory, "
            f"{len(found.accepted)} accepted · {seen} of {len(cases)} cases seen · "
            f"seed {outcome.plan.seed}",
        ]
    )


def _expected(spent: Spent) -> list[str]:
    if spent.chance is None:
        return []
    return [
        f"{spent.kinds} kinds of answers; the chance that {AHEAD:,} more requests show another is "
        f"{spent.chance:.1%} (Good-Turing)"
    ]


def write_report(outcome: FuzzResult) -> None:
    """Write `report.json` and the same in other formats. Raises TallystickError."""
    if outcome.settings.report_dir is not None:
        write_files(to_json(outcome), outcome.settings.report_dir)


def to_json(outcome: FuzzResult) -> dict[str, Any]:
    """A fuzz as `report.json` holds it."""
    spent, result = outcome.spent, outcome.result
    return {
        "target": target_of(outcome.plan).shown_url,
        "document": outcome.plan.contract.document.locate(()).file,
        "seed": outcome.plan.seed,
        "requests": spent.requests,
        "creations": spent.creations,
        "seconds": round(spent.seconds, 3),
        "stopped_by": spent.stopped,
        "exit_code": outcome.exit_code,
        "errors": result.errors,
        "limits": str(outcome.limits),
        "novelty": {"kinds": spent.kinds, "chance_in_1000": spent.chance},
        "settings": _settings(outcome),
        "ledger": LEDGER,
        "kinds": dict(result.kinds),
        "checks": [check.to_json() for check in _obligations(outcome)],
        "cases": [_case(case, outcome) for case in outcome.plan.contract.cases],
        "precedence": [precedence.to_json() for precedence in result.precedence],
        "findings": _findings(outcome),
        **_unsettled(outcome),
    }


def _obligations(outcome: FuzzResult) -> list[Check]:
    of_both = [SAME_CASE] if outcome.settings.against is not None else []
    return [*CHECKS, *OF_PAIRS, *of_both]


def _unsettled(outcome: FuzzResult) -> dict[str, Any]:
    if outcome.settings.against is None:
        return {}
    return {"unsettled_differences": unsettled_json(outcome.result.unsettled)}


def _settings(outcome: FuzzResult) -> dict[str, Any]:
    """What a replay needs to know."""
    settings = outcome.settings
    return {
        "documents": list(settings.load.documents),
        "overlays": list(settings.load.overlays),
        "remote_references": settings.load.remote_references,
        "target_file": settings.target_file,
        "base_url": target_of(outcome.plan).shown_url if settings.base_url else None,
        "canary": settings.canary,
        "against": _against(outcome),
    }


def _against(outcome: FuzzResult) -> str | None:
    address = outcome.settings.against
    return None if address is None else other_target(target_of(outcome.plan), address).shown_url


def _findings(outcome: FuzzResult) -> list[dict[str, Any]]:
    found = outcome.sorted
    reasons = {finding.id: why for finding, why in found.accepted}
    findings = [*found.counted, *(finding for finding, _ in found.accepted)]
    return [
        {
            **finding.to_json(),
            "accepted": reasons.get(finding.id),
            **_shown_by(finding, outcome.result),
        }
        for finding in findings
    ]


def _shown_by(finding: Finding, result: Result) -> dict[str, Any]:
    shown = result.shown_by.get(finding.id)
    return {"shown_by": {**shown, "shows": identity(finding)}} if shown else {}


def _case(case: Case, outcome: FuzzResult) -> dict[str, Any]:
    count = outcome.result.cases[case.operation, case.label]
    # A difference contradicts no case: where the target is wrong, it breaks an obligation, too.
    broken_by = [f for f in outcome.heavy if f.check.level != DIFFERENCE]
    against = [finding for finding in broken_by if case in finding.cases]
    broken = against[0] if against else None
    verdict = "failed" if broken else "passed" if count else "not_covered"
    return {
        "operation": case.operation,
        "status": case.status,
        "code": case.code,
        "verdict": verdict,
        "reason": broken.message if broken else None,
        "requests": count,
    }
