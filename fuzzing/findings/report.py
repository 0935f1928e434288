"""The report of a fuzz: what it sent, what it found, and why it ended; as text and as JSON.

It has what the report of `tallystick test` has, and the evidence of each finding for `tallystick
replay`. Nothing in it is secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contract_tests.checks.levels import ADVISORY, DIFFERENCE
from contract_tests.checks.table import CHECKS, Check
from contract_tests.plan import Plan
from contract_tests.remembering.cleaning import left_notes
from contract_tests.results.baseline import TriagedFindings
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
from fuzzing.engine.result import WorkerResult
from fuzzing.engine.workers import LEDGER
from fuzzing.findings.breadth import breadth, operations_json
from fuzzing.findings.replay import identity
from fuzzing.sending.budget import BudgetUsage
from fuzzing.sending.estimate import AHEAD
from fuzzing.sending.limits import Limits
from fuzzing.settings import Settings, target_of
from tallystick.catalogue.cases import Case
from tallystick.printing import styled

NOTHING_FOUND, FOUND, FAILED, UNREACHABLE = 0, 1, 2, 4

_STOPPED = {
    "requests": "the limit of requests was met",
    "time": "the limit of time was met",
    "creations": "the limit of creations was met",
    "health": "the target did not bear the requests",
    "quiet": "a new kind of response is unlikely",
    "interrupted": "it was interrupted",
    "unreachable": "the target became unreachable",
    GONE: "the other implementation became unreachable",
    "pause": "the target asked for a long pause",
    "worker": "a worker died",
    "scheduler": "the scheduler became unreachable",
}


@dataclass(frozen=True, slots=True)
class FuzzResult:
    """The outcome of a fuzz, with its findings divided by the baseline."""

    settings: Settings
    plan: Plan
    limits: Limits
    usage: BudgetUsage
    result: WorkerResult
    triaged: TriagedFindings

    @property
    def heavy(self) -> list[Finding]:
        """The findings that make the exit code 1."""
        return [f for f in self.triaged.counted if f.check.level != ADVISORY]

    @property
    def out_of_scope(self) -> dict[str, str]:
        """Why operations were left out, by their names."""
        operations, scope = self.plan.contract.operations, self.plan.scope
        return {o.name: why for o in operations if (why := scope.left_out(o)) is not None}

    @property
    def gone(self) -> str | None:
        """Why nothing more could be learnt of the target."""
        target = target_of(self.plan)
        if self.result.gone is None and not self.usage.requests:
            return f"Nothing was learnt: the fuzz ended before {target.shown_url} got a request."
        if self.result.gone or not self.usage.puts_off:
            return self.result.gone
        return (
            f"{target.called} {target.shown_url} asks to come back later (429, or 503 with "
            "Retry-After). Set a lower `rate` in the target file, or try again later."
        )

    @property
    def exit_code(self) -> int:
        """1 findings; 2 the fuzz itself failed; 4 the target became unreachable, asked to come
        back later, or got no request; 0 otherwise, whatever ended the fuzz.
        """
        if self.heavy:
            return FOUND
        if self.result.errors:
            return FAILED
        return UNREACHABLE if self.gone else NOTHING_FOUND


def summary(outcome: FuzzResult) -> str:
    """The findings and the totals, as lines for a terminal."""
    parts = []
    for number, finding in enumerate(outcome.triaged.counted, 1):
        colour = "cyan" if finding.check.level == ADVISORY else "red"
        first, *rest = str(finding).splitlines()
        lines = [styled(f"{number}. {first}", colour), *(f"   {line}" for line in rest)]
        parts.append("\n".join([*lines, f"     id      {finding.id}"]))
    found = outcome.triaged
    parts += [
        f"accepted: {finding.id} {finding.message} ({why})" for finding, why in found.accepted
    ]
    parts += found.remarks
    parts += [table(precedence.to_json()) for precedence in outcome.result.precedence]
    unsettled = outcome.result.unsettled
    parts += [unsettled_line(unsettled)] if unsettled else []
    parts += [f"note: {note}" for note in notes(outcome)]
    parts += [breadth(_operations(outcome)), _totals(outcome)]
    return "\n\n".join(part for part in parts if part)


def notes(outcome: FuzzResult) -> list[str]:
    """What is said beside the findings."""
    return [*outcome.result.notes, *left_notes(outcome.result.left)]


def _totals(outcome: FuzzResult) -> str:
    usage, result, found = outcome.usage, outcome.result, outcome.triaged
    cases = list(outcome.plan.contract.cases)
    seen = sum(result.cases[case.operation, case.label] > 0 for case in cases)
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in result.kinds.most_common())
    ended = _STOPPED.get(usage.stopped or "", "all shards were sent")
    why = f" ({usage.strain})" if usage.stopped == "health" else ""
    return "\n".join(
        [
            f"Sent: {kinds or 'nothing'}",
            f"Ended because {ended}{why}: {usage.requests:,} requests, "
            f"{usage.creations:,} creations, {usage.seconds:.1f} s",
            *_without_creations(outcome),
            *_estimate(usage),
            f"{len(outcome.heavy)} findings, {len(found.counted) - len(outcome.heavy)} advisory, "
            f"{len(found.accepted)} accepted · {seen} of {len(cases)} cases seen · "
            f"seed {outcome.plan.seed}",
        ]
    )


def _without_creations(outcome: FuzzResult) -> list[str]:
    """What is said where the limit of creations was met, and others requests were sent."""
    most, usage = outcome.limits.creations, outcome.usage
    if most is None or usage.creations < most or usage.stopped == "creations":
        return []
    return ["The limit of creations was met before: from then on, no more was created"]


def _estimate(usage: BudgetUsage) -> list[str]:
    if usage.chance is None:
        return []
    return [
        f"{usage.kinds} kinds of responses; the chance that {AHEAD:,} more requests show a new one "
        f"is {usage.chance:.1%} (Good-Turing)"
    ]


def write_report(outcome: FuzzResult) -> None:
    """Write `report.json` and the same in other formats. Raises TallystickError."""
    if outcome.settings.report_dir is not None:
        write_files(to_json(outcome), outcome.settings.report_dir)


def to_json(outcome: FuzzResult) -> dict[str, Any]:
    """The content of `report.json`."""
    usage, result = outcome.usage, outcome.result
    return {
        "target": target_of(outcome.plan).shown_url,
        "document": outcome.plan.contract.document.locate(()).file,
        "seed": outcome.plan.seed,
        "requests": usage.requests,
        "creations": usage.creations,
        "seconds": round(usage.seconds, 3),
        "stopped_by": usage.stopped,
        "exit_code": outcome.exit_code,
        "errors": result.errors,
        "notes": notes(outcome),
        "limits": str(outcome.limits),
        "estimate": {"kinds": usage.kinds, "chance_in_1000": usage.chance},
        "settings": _settings(outcome),
        "ledger": LEDGER,
        "kinds": dict(result.kinds),
        "operations": _operations(outcome),
        "checks": [check.to_json() for check in _checks(outcome)],
        "cases": [_case(case, outcome) for case in outcome.plan.contract.cases],
        "precedence": [precedence.to_json() for precedence in result.precedence],
        "findings": _findings(outcome),
        **_unsettled(outcome),
    }


def _operations(outcome: FuzzResult) -> list[dict[str, Any]]:
    return operations_json(outcome.plan, outcome.result, outcome.triaged.counted)


def _checks(outcome: FuzzResult) -> list[Check]:
    of_both = [SAME_CASE] if outcome.settings.against is not None else []
    return [*CHECKS, *OF_PAIRS, *of_both]


def _unsettled(outcome: FuzzResult) -> dict[str, Any]:
    if outcome.settings.against is None:
        return {}
    return {"unsettled_differences": unsettled_json(outcome.result.unsettled)}


def _settings(outcome: FuzzResult) -> dict[str, Any]:
    """The settings that a replay needs."""
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
    found = outcome.triaged
    findings = [*found.counted, *(finding for finding, _ in found.accepted)]
    return [
        {**row, **_shown_by(finding, outcome.result)}
        for row, finding in zip(found.to_json(), findings, strict=True)
    ]


def _shown_by(finding: Finding, result: WorkerResult) -> dict[str, Any]:
    evidence = result.shown_by.get(finding.id)
    return {"shown_by": {**evidence, "shows": identity(finding)}} if evidence else {}


def _case(case: Case, outcome: FuzzResult) -> dict[str, Any]:
    count = outcome.result.cases[case.operation, case.label]
    # A difference fails no case: where the target is wrong, it breaks a check, too.
    broken_by = [f for f in outcome.heavy if f.check.level != DIFFERENCE]
    against = [finding for finding in broken_by if case in finding.cases]
    broken = against[0] if against else None
    out_of_scope = outcome.out_of_scope.get(case.operation)
    missing = "unreachable" if out_of_scope else "not_covered"
    verdict = "failed" if broken else "passed" if count else missing
    why = out_of_scope or outcome.result.left_out.get(case.operation)
    return {
        "operation": case.operation,
        "status": case.status,
        "code": case.code,
        "verdict": verdict,
        "reason": broken.message if broken else None if count else why,
        "requests": count,
    }
