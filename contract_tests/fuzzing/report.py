"""The report of a fuzz: what stopped it, what was sent, what was found; as text and as JSON.

It has what the report of `tallystick test` has, and for each finding the requests that show it,
for `tallystick replay`. What it is given holds no secret any more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from contract_tests.findings import Finding
from contract_tests.fuzzing.budget import Spent
from contract_tests.fuzzing.limits import Limits
from contract_tests.fuzzing.settings import Settings
from contract_tests.fuzzing.workers import LEDGER, Result
from contract_tests.levels import ADVISORY
from contract_tests.report import make_folder
from tallystick.cases import Case
from tallystick.contract import Contract

NOTHING_FOUND, FOUND, UNREACHABLE = 0, 1, 4

_STOPPED = {
    "requests": "the limit of requests was met",
    "time": "the limit of time was met",
    "creations": "the limit of creations was met",
    "health": "the target did not bear it",
    "interrupted": "it was interrupted",
    "unreachable": "the target went away",
    "set-up": "a set-up call failed",
}


@dataclass(slots=True)
class Outcome:
    """What came of a fuzz. `accepted` are findings of the baseline, each with its reason."""

    settings: Settings
    contract: Contract
    limits: Limits
    spent: Spent
    result: Result
    counted: list[Finding]
    accepted: list[tuple[Finding, str]] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 nothing found, whatever ended it; 1 findings; 4 the target went away."""
        if any(finding.obligation.level != ADVISORY for finding in self.counted):
            return FOUND
        return UNREACHABLE if self.result.gone else NOTHING_FOUND


def summary(outcome: Outcome) -> str:
    """The findings and the totals, as lines for a terminal."""
    parts = []
    for number, finding in enumerate(outcome.counted, 1):
        colour = "cyan" if finding.obligation.level == ADVISORY else "red"
        first, *rest = str(finding).splitlines()
        lines = [click.style(f"{number}. {first}", fg=colour), *(f"   {line}" for line in rest)]
        parts.append("\n".join([*lines, f"     id      {finding.id}"]))
    parts += [
        f"accepted: {finding.id} {finding.message} ({why})" for finding, why in outcome.accepted
    ]
    parts.append(_totals(outcome))
    return "\n\n".join(parts)


def _totals(outcome: Outcome) -> str:
    spent, result = outcome.spent, outcome.result
    cases = list(outcome.contract.cases)
    seen = sum(result.cases[case.operation, case.label] > 0 for case in cases)
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in result.kinds.most_common())
    heavy = sum(finding.obligation.level != ADVISORY for finding in outcome.counted)
    ended = _STOPPED.get(spent.stopped or "", "it ended")
    return "\n".join(
        [
            f"Sent: {kinds or 'nothing'}",
            f"Ended because {ended}"
            + (f" ({spent.strain})" if spent.stopped == "health" else "")
            + f": {spent.requests:,} requests, {spent.creations:,} creations, "
            f"{spent.seconds:.1f} s",
            f"{heavy} findings, {len(outcome.counted) - heavy} advisory, "
            f"{len(outcome.accepted)} accepted · {seen} of {len(cases)} cases seen · "
            f"seed {outcome.settings.seed}",
        ]
    )


def write_report(outcome: Outcome) -> None:
    """Write `report.json`. Raises TallystickError."""
    folder = outcome.settings.report_dir
    if folder is None:
        return
    make_folder(folder)
    text = json.dumps(to_json(outcome), indent=2, ensure_ascii=False)
    (Path(folder) / "report.json").write_bytes(text.encode("utf-8", "replace") + b"\n")


def to_json(outcome: Outcome) -> dict[str, Any]:
    """A fuzz as `report.json` holds it."""
    settings, spent, result = outcome.settings, outcome.spent, outcome.result
    reasons = {finding.id: why for finding, why in outcome.accepted}
    findings = [*outcome.counted, *(finding for finding, _ in outcome.accepted)]
    return {
        "seed": settings.seed,
        "requests": spent.requests,
        "creations": spent.creations,
        "seconds": round(spent.seconds, 3),
        "stopped_by": spent.stopped,
        "exit_code": outcome.exit_code,
        "limits": str(outcome.limits),
        "settings": {
            "document": settings.document,
            "overlays": list(settings.overlays),
            "target_file": settings.target_file,
            "base_url": settings.base_url,
        },
        "ledger": LEDGER,
        "kinds": dict(result.kinds),
        "cases": [_case(case, outcome) for case in outcome.contract.cases],
        "findings": [
            {
                **finding.to_json(),
                "accepted": reasons.get(finding.id),
                **_shown_by(finding, result),
            }
            for finding in findings
        ],
    }


def _shown_by(finding: Finding, result: Result) -> dict[str, Any]:
    shown = result.shown_by.get(finding.id)
    return {"shown_by": shown} if shown else {}


def _case(case: Case, outcome: Outcome) -> dict[str, Any]:
    count = outcome.result.cases[case.operation, case.label]
    against = [finding for finding in outcome.counted if case in finding.cases]
    broken = next((f for f in against if f.obligation.level != ADVISORY), None)
    verdict = "contradicted" if broken else "verified" if count else "not provoked"
    return {
        "operation": case.operation,
        "status": case.status,
        "code": case.code,
        "verdict": verdict,
        "reason": broken.message if broken else None,
        "requests": count,
    }
