"""The result of a worker, or of all workers: findings of one cause become one."""

from __future__ import annotations

import copyreg
from collections import Counter
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.results.findings import Finding, Findings
from fuzzing.analyses.canary import CallbackSource
from fuzzing.analyses.differences import UnsettledDifferences, add_unsettled
from fuzzing.analyses.precedence import Precedence
from fuzzing.engine.campaign import Campaign
from fuzzing.evidence import Evidence


def _read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


# Findings travel between processes, and with them cases and promises, which hold read-only
# mappings. Python cannot pickle those by itself.
copyreg.pickle(MappingProxyType, lambda mapping: (_read_only, (dict(mapping),)))


@dataclass(slots=True)
class WorkerResult:
    """What a worker did and found. `shown_by` holds the evidence of each finding by its id;
    `callback_sources` are by the tokens of their addresses; `errors` say why a worker ended early,
    `notes` what could not be made. `requests` and `fuzz_cases` are by operation, and `left_out`
    says why one got none; `left` counts what was created and not deleted, by collection.
    `unwritten` says why the ledger is not whole.
    """

    findings: list[Finding] = field(default_factory=list)
    shown_by: dict[str, dict[str, Any]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    cases: Counter[tuple[str, str]] = field(default_factory=Counter)
    callback_sources: dict[str, CallbackSource] = field(default_factory=dict)
    precedence: list[Precedence] = field(default_factory=list)
    unsettled: UnsettledDifferences = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    fuzz_cases: Counter[str] = field(default_factory=Counter)
    left_out: dict[str, str] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)
    gone: str | None = None
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unwritten: str | None = None

    def renew(self, later: WorkerResult) -> None:
        """Take over a later result of the same shard, even if it was sent twice: no finding is
        lost, and nothing is counted twice.
        """
        self._add_findings(later)
        self.kinds |= later.kinds
        self.cases |= later.cases
        self.requests |= later.requests
        self.fuzz_cases |= later.fuzz_cases
        self.left_out |= later.left_out
        self.left |= later.left
        self.callback_sources |= later.callback_sources
        self.precedence = later.precedence or self.precedence
        self.unsettled = later.unsettled or self.unsettled
        self.gone = later.gone or self.gone
        self.errors = later.errors or self.errors
        self.notes = list(dict.fromkeys([*self.notes, *later.notes]))

    def add(self, other: WorkerResult) -> None:
        """Add the result of another worker."""
        self._add_findings(other)
        self.kinds += other.kinds
        self.cases += other.cases
        self.requests += other.requests
        self.fuzz_cases += other.fuzz_cases
        self.left_out |= other.left_out
        self.left += other.left
        self.callback_sources |= other.callback_sources
        self.precedence += other.precedence
        add_unsettled(self.unsettled, other.unsettled)
        self.gone = self.gone or other.gone
        self.unwritten = self.unwritten or other.unwritten
        self.errors += other.errors
        self.notes = list(dict.fromkeys([*self.notes, *other.notes]))

    def _add_findings(self, other: WorkerResult) -> None:
        merged = Findings()
        shown_by = {**other.shown_by, **self.shown_by}
        # A merge may change the id of a finding.
        joined = [(f.id, merged.add(f)) for f in (*self.findings, *other.findings)]
        for before, finding in joined:
            if before in shown_by:
                shown_by.setdefault(finding.id, shown_by[before])
        self.findings, self.shown_by = list(merged), shown_by


def result_of(campaign: Campaign) -> WorkerResult:
    """What a campaign has found so far."""
    run = campaign.run
    return WorkerResult(
        findings=list(run.findings),
        shown_by={name: each.to_json(run.client) for name, each in campaign.evidence.items()},
        kinds=campaign.adapter.kinds,
        cases=campaign.adapter.cases,
        callback_sources=_callback_sources(campaign),
        precedence=campaign.precedence,
        unsettled=campaign.differences.unsettled if campaign.differences else {},
        requests=campaign.adapter.operations,
        fuzz_cases=campaign.fuzz_cases,
        left_out=campaign.left_out,
        left=sum((created.left for created in campaign.created), Counter()),
        gone=run.gone,
        notes=list(run.notes),
    )


_CALLBACK = Expectation(ExpectationKind.HANDLED, "an address of the canary", is_random=True)


def _callback_sources(campaign: Campaign) -> dict[str, CallbackSource]:
    canary, client = campaign.canary, campaign.run.client
    if canary is None:
        return {}
    return {
        token: CallbackSource(
            planted.operation,
            client.shown(planted.request),
            Evidence(planted.operation, [planted.request], _CALLBACK).to_json(client),
            canary.redirects.get(token),
        )
        for token, planted in canary.planted.items()
    }
