"""What each operation got: how many requests, fuzz cases and findings, or why it got none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contract_tests.plan import Plan
from contract_tests.results.findings import Finding
from fuzzing.engine.result import WorkerResult

_MOST_NAMED = 3
"""So many operations are named in a line; the report has all."""


def operations_json(
    plan: Plan, result: WorkerResult, findings: Sequence[Finding]
) -> list[dict[str, Any]]:
    """The operations of the document in a report."""
    return [
        {
            "operation": operation.name,
            "requests": result.requests[operation.name],
            "fuzz_cases": result.fuzz_cases[operation.name],
            "findings": sum(finding.operation == operation.name for finding in findings),
            "left_out": plan.scope.left_out(operation) or result.left_out.get(operation.name),
        }
        for operation in plan.contract.operations
    ]


def breadth(operations: Sequence[dict[str, Any]]) -> str:
    """The same in a few lines; empty where there is one operation alone."""
    if len(operations) < 2:
        return ""
    sent = [each for each in operations if not each["left_out"]]
    tried = sorted((each["fuzz_cases"], each["operation"]) for each in sent if each["fuzz_cases"])
    base = [each["operation"] for each in sent if each["requests"] and not each["fuzz_cases"]]
    lines = [f"Operations: {len(tried)} of {len(operations)} got fuzz cases"]
    if tried:
        (least, few), (most, many) = tried[0], tried[-1]
        lines[0] += f", from {least:,} ({few}) to {most:,} ({many})"
    lines += _named("base request only", base)
    lines += _named("not reached", [each["operation"] for each in sent if not each["requests"]])
    reasons: dict[str, list[str]] = {}
    for each in operations:
        if each["left_out"]:
            reasons.setdefault(each["left_out"], []).append(each["operation"])
    shown = sorted(reasons.items(), key=lambda item: -len(item[1]))
    for reason, names in shown[:_MOST_NAMED]:
        lines += _named(reason, names)
    rest = [name for _, names in shown[_MOST_NAMED:] for name in names]
    return "\n".join([*lines, *_named("left out for other reasons", rest)])


def _named(what: str, names: Sequence[str]) -> list[str]:
    """A line about operations, some of them by name; none where there are none."""
    if not names:
        return []
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return [f"  {what}: {', '.join(names[:_MOST_NAMED])}{more}"]
