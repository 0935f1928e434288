"""A run: one target, one contract, and what is found of the one against the other.

Rules: every answer passes through `judge`, which holds it to every obligation; a case is
*failed* where an answer to it breaks a documented or standard obligation, *passed* where
it was provoked and none did, and else *not covered*. Nothing is kept that holds a secret.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

import pytest

from contract_tests.checks.codes import case_of, named_codes
from contract_tests.checks.context import CheckContext, Expectation, ExpectationKind, Violation
from contract_tests.checks.levels import ADVISORY, DOCUMENTED, STANDARD
from contract_tests.checks.table import COMPLETE_RESPONSE, Check, violations
from contract_tests.http.client import Client
from contract_tests.http.exchange import Exchange, Response, TransportError
from contract_tests.http.redaction import without_capabilities
from contract_tests.plan import Plan
from contract_tests.results.findings import Finding, Findings, cut, shown
from contract_tests.target.target import Target
from tallystick.catalogue.cases import Case
from tallystick.contract import Contract, ContractOperation
from tallystick.errors import Source

REPETITIONS = {True: 5, False: 2}
"""How often one request is repeated, on this machine and elsewhere."""


MOST_SUCCESSES = 500
"""How many answers an answer that must be fresh is compared with."""

LIMITED = "it limits the rate (set a lower one in the target file)"
"""What is said of a case where the target only asks to come back later."""


class Verdict(Enum):
    """Of a case at a target; the value is its name in `report.json`."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_COVERED = "not_covered"

    @property
    def words(self) -> str:
        """As a person reads it."""
        return self.value.replace("_", " ")


@dataclass(slots=True)
class CaseResult:
    """What became of one case."""

    verdict: Verdict = Verdict.NOT_COVERED
    reason: str = ""
    requests: int = 0
    is_unreachable: bool = False


@dataclass
class Run:
    """The state of a run."""

    contract: Contract
    target: Target
    client: Client
    plan: Plan
    findings: Findings = field(default_factory=Findings)
    case_results: dict[tuple[str, str], CaseResult] = field(default_factory=dict)
    styles: Counter[str] = field(default_factory=Counter)
    successes: dict[str, deque[Response]] = field(default_factory=dict)
    broken: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    gone: str | None = None
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long the run has lasted."""
        return time.monotonic() - self.started

    @property
    def repetitions(self) -> int:
        """How often one request may be repeated at this target."""
        return REPETITIONS[self.client.is_local]

    def case_result(self, case: Case) -> CaseResult:
        """The account of a case."""
        return self.case_results.setdefault((case.operation, case.label), CaseResult())

    def judge(
        self, operation: ContractOperation, exchange: Exchange, expectation: Expectation
    ) -> list[Finding]:
        """Hold an answer to every obligation, and keep what it breaks. What is given back is
        what the answer breaks above the advisory.
        """
        case = expectation.case
        if case is not None:
            self.case_result(case).requests += 1
        outcome = exchange.outcome
        if isinstance(outcome, TransportError):
            lost = replace(COMPLETE_RESPONSE, source=outcome.source), Violation(outcome.what)
            return self._keep(operation, exchange, expectation, [lost])
        if outcome.is_limited:
            return []
        context = self._judged(operation, outcome, exchange, expectation)
        found = self._keep(operation, exchange, expectation, list(violations(context)))
        self._remember(context)
        return found

    @cached_property
    def _open(self) -> str:
        """What the document itself says of its cases is no secret."""
        return "\n".join(f"{case.code}\n{case.description}" for case in self.contract.cases)

    def provoked(self, case: Case) -> None:
        """A case was provoked: unless an answer failed it, it is passed."""
        case_result = self.case_result(case)
        if case_result.verdict is Verdict.NOT_COVERED:
            case_result.verdict = Verdict.PASSED

    def not_covered(self, case: Case, reason: str, *, is_unreachable: bool = False) -> None:
        """A case could not be provoked, and why."""
        case_result = self.case_result(case)
        case_result.reason, case_result.is_unreachable = reason, is_unreachable

    def take_broken(self) -> list[Finding]:
        """What was found above the advisory since the last call."""
        taken, self.broken = self.broken, []
        return taken

    def _judged(
        self,
        operation: ContractOperation,
        answer: Response,
        exchange: Exchange,
        expectation: Expectation,
    ) -> CheckContext:
        earlier = self.successes.setdefault(operation.name, deque(maxlen=MOST_SUCCESSES))
        secrets = self.client.redactor.secrets
        return CheckContext(
            self.contract, operation, answer, expectation, exchange.sent, secrets, earlier
        )

    def _remember(self, context: CheckContext) -> None:
        if 200 <= context.answer.status < 300 and context.is_spoken_of:
            self.successes[context.operation.name].append(context.answer)
        codes = [case.code for case in context.operation.cases if case.code]
        for _, place in named_codes(context.value, codes)[:1]:
            self.styles[place] += 1

    def _keep(
        self,
        operation: ContractOperation,
        exchange: Exchange,
        expectation: Expectation,
        broken: list[tuple[Check, Violation]],
    ) -> list[Finding]:
        kept = []
        for check, violation in broken:
            finding = self.findings.add(
                self._finding(operation, exchange, expectation, check, violation)
            )
            if check.level == ADVISORY:
                continue
            kept.append(finding)
            self._fail(expectation.case, cut(self._clean(violation.message, exchange)))
        self.broken += [finding for finding in kept if finding not in self.broken]
        return kept

    def _fail(self, case: Case | None, reason: str) -> None:
        if case is None:
            return
        case_result = self.case_result(case)
        if case_result.verdict is not Verdict.FAILED:
            case_result.verdict, case_result.reason = Verdict.FAILED, reason

    def _finding(
        self,
        operation: ContractOperation,
        exchange: Exchange,
        expectation: Expectation,
        check: Check,
        violation: Violation,
    ) -> Finding:
        case = expectation.case
        return Finding(
            check=check,
            operation=operation.name,
            source=self._source(operation, expectation, check, violation),
            location=self._location(operation, expectation, violation),
            sentence=check.quote or _sentence(case, check),
            message=cut(self._clean(violation.message, exchange)),
            curl=exchange.curl,
            answer=self.answer(exchange),
            cause=violation.cause,
            codes=violation.codes,
            is_of_case=expectation.kind is ExpectationKind.CASE,
            is_random=expectation.is_random,
            cases=[case] if case else [],
            seen=[expectation.what],
        )

    def answer(self, exchange: Exchange) -> str:
        """An answer in one line that is not too long, without secrets."""
        return cut(self._clean(shown(exchange.outcome), exchange))

    def _source(
        self,
        operation: ContractOperation,
        expectation: Expectation,
        check: Check,
        violation: Violation,
    ) -> str:
        if check.source:
            return check.source
        if check.level == STANDARD and expectation.source:
            return expectation.source
        return str(self._location(operation, expectation, violation))

    def _location(
        self, operation: ContractOperation, expectation: Expectation, violation: Violation
    ) -> Source:
        """Where the document speaks of what is broken."""
        if expectation.case is not None and violation.path is None:
            return expectation.case.source
        return self.contract.document.locate(violation.path or operation.location)

    def _clean(self, text: str, exchange: Exchange) -> str:
        """A text that tells of an answer, without secrets."""
        outcome = exchange.outcome
        if isinstance(outcome, Response) and outcome.status < 400:
            text = without_capabilities(text, outcome.body, f"{exchange.sent}\n{self._open}")
        return self.client.redactor.clean(text)


RUN = pytest.StashKey[Run]()
"""Where pytest's configuration keeps the run."""


def case_answered(operation: ContractOperation, exchange: Exchange) -> Case | None:
    """The documented case that answers, if it is one."""
    outcome = exchange.outcome
    if isinstance(outcome, TransportError):
        return None
    try:
        body = outcome.value
    except (ValueError, RecursionError):
        body = None
    return case_of(operation.cases, outcome.status, body)


def _sentence(case: Case | None, check: Check) -> str:
    return case.description if case and case.code and check.level == DOCUMENTED else ""
