"""A run: one target, one contract, and what is found of the one against the other.

Rules: every answer passes through `judge`, which holds it to every obligation; a case is
*contradicted* where an answer to it breaks a documented or standard obligation, *verified* where
it was provoked and none did, and else *not provoked*. Nothing is kept that holds a secret.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

import pytest

from contract_tests.client import Client
from contract_tests.codes import case_of, named_codes
from contract_tests.exchange import Answer, Exchange, Failure
from contract_tests.findings import Finding, Findings, cut, shown
from contract_tests.judged import Breach, Expectation, Judged, Kind
from contract_tests.levels import ADVISORY, DOCUMENTED, STANDARD
from contract_tests.obligations import COMPLETE_ANSWER, Obligation, breaches
from contract_tests.plan import Plan
from contract_tests.redaction import without_capabilities
from contract_tests.target import Target
from tallystick.cases import Case
from tallystick.contract import Contract, ContractOperation
from tallystick.errors import Source

REPETITIONS = {True: 5, False: 2}
"""How often one request is repeated, on this machine and elsewhere."""


MOST_SUCCESSES = 500
"""How many answers an answer that must be fresh is compared with."""

LIMITED = "it limits the rate (set a lower one in the target file)"
"""What is said of a case where the target only asks to come back later."""


class Verdict(Enum):
    """Of a case at a target."""

    VERIFIED = "verified"
    CONTRADICTED = "contradicted"
    NOT_PROVOKED = "not provoked"


@dataclass(slots=True)
class Account:
    """What became of one case."""

    verdict: Verdict = Verdict.NOT_PROVOKED
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
    accounts: dict[tuple[str, str], Account] = field(default_factory=dict)
    styles: Counter[str] = field(default_factory=Counter)
    successes: dict[str, deque[Answer]] = field(default_factory=dict)
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

    def account(self, case: Case) -> Account:
        """The account of a case."""
        return self.accounts.setdefault((case.operation, case.label), Account())

    def judge(
        self, operation: ContractOperation, exchange: Exchange, expectation: Expectation
    ) -> list[Finding]:
        """Hold an answer to every obligation, and keep what it breaks. What is given back is
        what the answer breaks above the advisory.
        """
        case = expectation.case
        if case is not None:
            self.account(case).requests += 1
        outcome = exchange.outcome
        if isinstance(outcome, Failure):
            lost = replace(COMPLETE_ANSWER, source=outcome.source), Breach(outcome.what)
            return self._keep(operation, exchange, expectation, [lost])
        if outcome.is_limited:
            return []
        judged = self._judged(operation, outcome, exchange, expectation)
        found = self._keep(operation, exchange, expectation, list(breaches(judged)))
        self._remember(judged)
        return found

    @cached_property
    def _open(self) -> str:
        """What the document itself says of its cases is no secret."""
        return "\n".join(f"{case.code}\n{case.description}" for case in self.contract.cases)

    def provoked(self, case: Case) -> None:
        """A case was provoked: unless an answer contradicted it, it is verified."""
        account = self.account(case)
        if account.verdict is Verdict.NOT_PROVOKED:
            account.verdict = Verdict.VERIFIED

    def not_provoked(self, case: Case, reason: str, *, is_unreachable: bool = False) -> None:
        """A case could not be provoked, and why."""
        account = self.account(case)
        account.reason, account.is_unreachable = reason, is_unreachable

    def take_broken(self) -> list[Finding]:
        """What was found above the advisory since the last call."""
        taken, self.broken = self.broken, []
        return taken

    def _judged(
        self,
        operation: ContractOperation,
        answer: Answer,
        exchange: Exchange,
        expectation: Expectation,
    ) -> Judged:
        earlier = self.successes.setdefault(operation.name, deque(maxlen=MOST_SUCCESSES))
        secrets = self.client.redactor.secrets
        return Judged(
            self.contract, operation, answer, expectation, exchange.sent, secrets, earlier
        )

    def _remember(self, judged: Judged) -> None:
        if 200 <= judged.answer.status < 300 and judged.is_spoken_of:
            self.successes[judged.operation.name].append(judged.answer)
        codes = [case.code for case in judged.operation.cases if case.code]
        for _, place in named_codes(judged.value, codes)[:1]:
            self.styles[place] += 1

    def _keep(
        self,
        operation: ContractOperation,
        exchange: Exchange,
        expectation: Expectation,
        broken: list[tuple[Obligation, Breach]],
    ) -> list[Finding]:
        kept = []
        for obligation, breach in broken:
            finding = self.findings.add(
                self._finding(operation, exchange, expectation, obligation, breach)
            )
            if obligation.level == ADVISORY:
                continue
            kept.append(finding)
            self._contradict(expectation.case, cut(self._clean(breach.message, exchange)))
        self.broken += [finding for finding in kept if finding not in self.broken]
        return kept

    def _contradict(self, case: Case | None, reason: str) -> None:
        if case is None:
            return
        account = self.account(case)
        if account.verdict is not Verdict.CONTRADICTED:
            account.verdict, account.reason = Verdict.CONTRADICTED, reason

    def _finding(
        self,
        operation: ContractOperation,
        exchange: Exchange,
        expectation: Expectation,
        obligation: Obligation,
        breach: Breach,
    ) -> Finding:
        case = expectation.case
        return Finding(
            obligation=obligation,
            operation=operation.name,
            source=self._source(operation, expectation, obligation, breach),
            location=self._location(operation, expectation, breach),
            sentence=obligation.says or _sentence(case, obligation),
            message=cut(self._clean(breach.message, exchange)),
            curl=exchange.curl,
            answer=self.answer(exchange),
            cause=breach.cause,
            codes=breach.codes,
            is_of_case=expectation.kind is Kind.CASE,
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
        obligation: Obligation,
        breach: Breach,
    ) -> str:
        if obligation.source:
            return obligation.source
        if obligation.level == STANDARD and expectation.source:
            return expectation.source
        return str(self._location(operation, expectation, breach))

    def _location(
        self, operation: ContractOperation, expectation: Expectation, breach: Breach
    ) -> Source:
        """Where the document speaks of what is broken."""
        if expectation.case is not None and breach.path is None:
            return expectation.case.source
        return self.contract.document.locate(breach.path or operation.operation.location)

    def _clean(self, text: str, exchange: Exchange) -> str:
        """A text that tells of an answer, without secrets."""
        outcome = exchange.outcome
        if isinstance(outcome, Answer) and outcome.status < 400:
            text = without_capabilities(text, outcome.body, f"{exchange.sent}\n{self._open}")
        return self.client.redactor.clean(text)


RUN = pytest.StashKey[Run]()
"""Where pytest's configuration keeps the run."""


def case_answered(operation: ContractOperation, exchange: Exchange) -> Case | None:
    """The documented case that answers, if it is one."""
    outcome = exchange.outcome
    if isinstance(outcome, Failure):
        return None
    try:
        body = outcome.value
    except (ValueError, RecursionError):
        body = None
    return case_of(operation.cases, outcome.status, body)


def _sentence(case: Case | None, obligation: Obligation) -> str:
    return case.description if case and case.code and obligation.level == DOCUMENTED else ""
