"""A run: one target, one contract, and the findings and verdicts of the one against the other.

Rules: every response passes through `Run.check`, which holds it to every check. A case is *failed*
where a response to it breaks a documented or standard check, *passed* where it was reached and no
response did, *unreachable* where the target file says so, and else *not covered*. A run keeps no
secret.
"""

from __future__ import annotations

import time
import traceback
from collections import Counter, deque
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from contract_tests.checks.codes import case_of, named_codes
from contract_tests.checks.context import (
    STATUS_LINE,
    CheckContext,
    Expectation,
    ExpectationKind,
    Violation,
    documented_response,
    has_status,
)
from contract_tests.checks.levels import ADVISORY, DOCUMENTED
from contract_tests.checks.table import UNDOCUMENTED_REFUSAL, Check, incomplete, violations
from contract_tests.http.bodies import UnmakeableError
from contract_tests.http.client import Client
from contract_tests.http.exchange import Exchange, OperationRequest, Response, TransportError
from contract_tests.http.redaction import credentials_in, without_capabilities
from contract_tests.http.walk import strings
from contract_tests.operations.resources import Resources
from contract_tests.plan import PASSING, Plan
from contract_tests.results.baseline import TriagedFindings, triage
from contract_tests.results.exhibit import exhibit
from contract_tests.results.findings import (
    Finding,
    Findings,
    cut,
    location_of,
    shown,
    source_of,
)
from contract_tests.results.judging import in_time
from contract_tests.target.target import Target
from tallystick.catalogue.cases import Case
from tallystick.contract import Contract, ContractOperation

REPETITIONS = {True: 5, False: 2}
"""How often one request is repeated, on this machine and elsewhere."""


MOST_SUCCESSES = 500
"""How many responses a response that must be fresh is compared with."""

MOST_KEPT = 64 * 2**10
"""A longer body is compared with none, and of a base the first part of it is kept."""

LIMITED = "it limits the rate (set a lower one in the target file)"
"""The reason of a case where the target only asks to come back later."""


class Verdict(Enum):
    """Of a case at a target; the value is its name in `report.json`."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_COVERED = "not_covered"
    UNREACHABLE = "unreachable"

    @property
    def words(self) -> str:
        """The verdict in text."""
        return in_words(self.value)


def in_words(verdict: str) -> str:
    """The verdict of a report in text."""
    return verdict.replace("_", " ")


@dataclass(slots=True)
class CaseResult:
    """The verdict of one case, why it is so, and how many requests were about the case. A case that
    `needs_entry` nobody can bring about without the target file: it may stay not covered.
    """

    verdict: Verdict = Verdict.NOT_COVERED
    reason: str = ""
    requests: int = 0
    needs_entry: bool = False


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
    refusals: dict[str, Counter[int]] = field(default_factory=dict)
    probed: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    broken: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    gone: str | None = None
    is_ended: bool = False
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        base_path = urlsplit(self.target.base_url).path.rstrip("/")
        self.resources = Resources(
            self.contract, self.plan.roles, base_path, given=frozenset(strings(self.target.given))
        )

    @property
    def seconds(self) -> float:
        """How long the run has lasted."""
        return time.monotonic() - self.started

    @property
    def repetitions(self) -> int:
        """How often one request may be repeated at this target."""
        return REPETITIONS[self.client.is_local]

    def is_remembered(self, operation: ContractOperation) -> bool:
        """Whether what an operation does can be seen later. Of services all is; a mock of its own
        keeps the items of collections alone.
        """
        kept = self.contract.collections
        is_kept = any(operation.name in collection.operations for collection in kept)
        return is_kept or not self.target.is_own_mock

    def case_result(self, case: Case) -> CaseResult:
        """The result of a case so far."""
        return self.case_results.setdefault((case.operation, case.label), CaseResult())

    def send(self, case: Case | None, request: OperationRequest) -> Exchange:
        """Send a request that is about a case, which may be one after which a client tries again,
        or a request about none.
        """
        tries_again = case is not None and any(has_status(case, s) for s in (429, *PASSING))
        return self.client.send(request, is_patient=not tries_again)

    def check(
        self, operation: ContractOperation, exchange: Exchange, expectation: Expectation
    ) -> list[Finding]:
        """Hold a response to every check, and keep the findings and what it shows of resources.
        A response that breaks none counts for the case that it is, whichever request brought it.
        Returns the findings that are above the advisory.
        """
        case = expectation.case
        if case is not None:
            self.case_result(case).requests += 1
        outcome = exchange.outcome
        if isinstance(outcome, TransportError):
            return self._keep(operation, exchange, expectation, [incomplete(outcome)])
        if outcome.is_limited and not _is_expected(expectation, outcome):
            if documented_response(operation, outcome.status) is None:
                return []
            # It says nothing about the request, but it is a documented response.
            expectation = Expectation(ExpectationKind.HANDLED, "a request that came too early")
        context = self._context(operation, outcome, exchange, expectation)
        broken = in_time(lambda: list(violations(context)), self.client.ends_at)
        if broken is None:
            self.note(f"{operation.name}: the time was over before all responses were judged")
        found = self._keep(operation, exchange, expectation, broken or [])
        if not found and context.is_undocumented_refusal and not self.target.is_own_mock:
            self._count_refusal(operation, exchange, expectation, outcome.status)
        self._remember(context)
        if outcome.is_success:
            self.client.redactor.hide_issued(credentials_in(outcome.body))
        self.resources.learn(operation, exchange)
        got = case_answered(operation, exchange) if context.is_described else None
        if got is not None and broken is not None and not found:
            self.reached(got)
        return found

    def _count_refusal(
        self,
        operation: ContractOperation,
        exchange: Exchange,
        expectation: Expectation,
        status: int,
    ) -> None:
        """Count a 4xx that the document does not have. Those of an operation are one finding."""
        counts = self.refusals.setdefault(operation.name, Counter())
        counts[status] += 1
        listed = ", ".join(f"{each} ({counts[each]}x)" for each in sorted(counts))
        violation = Violation(f"the document does not have {listed}", marks=(STATUS_LINE,))
        found = self._add(operation, exchange, expectation, UNDOCUMENTED_REFUSAL, violation)
        found.message = cut(violation.message)

    def violate(
        self,
        operation: ContractOperation,
        exchange: Exchange,
        expectation: Expectation,
        check: Check,
        violation: Violation,
    ) -> None:
        """Keep a violation of a check that it takes more than one response to see."""
        self._keep(operation, exchange, expectation, [(check, violation)])

    @cached_property
    def _open(self) -> str:
        """The document's own words about its cases are no secret."""
        return "\n".join(f"{case.code}\n{case.description}" for case in self.contract.cases)

    def reached(self, case: Case) -> None:
        """A case was reached: unless a response failed it, it is passed."""
        case_result = self.case_result(case)
        if case_result.verdict is Verdict.NOT_COVERED:
            case_result.verdict, case_result.reason = Verdict.PASSED, ""

    def not_covered(self, case: Case, reason: str, *, needs_entry: bool = False) -> None:
        """A case could not be reached, and why."""
        self._leave(case, Verdict.NOT_COVERED, reason)
        self.case_result(case).needs_entry |= needs_entry

    def unreachable(self, case: Case, reason: str) -> None:
        """The target file declares that a case cannot be reached, and why."""
        self._leave(case, Verdict.UNREACHABLE, reason)

    def leave_out(self, operation: ContractOperation, reason: str) -> None:
        """No request to an operation can be made, and why."""
        self.note(reason)
        for case in operation.cases:
            self.not_covered(case, reason)

    def end(self, why: str) -> None:
        """The run ends before all was tried, and why."""
        self.is_ended = True
        self.note(why)

    def note(self, text: str) -> None:
        """Say something beside the findings, once."""
        if text not in self.notes:
            self.notes.append(text)

    def _leave(self, case: Case, verdict: Verdict, reason: str) -> None:
        case_result = self.case_result(case)
        if case_result.verdict is Verdict.NOT_COVERED:
            case_result.verdict, case_result.reason = verdict, reason

    def take_broken(self) -> list[Finding]:
        """The findings above the advisory since the last call, but those that are accepted."""
        taken, self.broken = self.broken, []
        return triage(taken, self.plan.baseline).counted

    @property
    def triaged(self) -> TriagedFindings:
        """The findings so far, divided by the baseline."""
        return triage(self.findings, self.plan.baseline)

    def _context(
        self,
        operation: ContractOperation,
        response: Response,
        exchange: Exchange,
        expectation: Expectation,
    ) -> CheckContext:
        earlier = self.successes.setdefault(operation.name, deque(maxlen=MOST_SUCCESSES))
        secrets = self.client.redactor.secrets
        return CheckContext(
            self.contract, operation, response, expectation, exchange.sent, secrets, earlier
        )

    def _remember(self, context: CheckContext) -> None:
        # Only promises compare responses; the target says how large they are.
        is_kept = context.operation.promises and len(context.response.body) <= MOST_KEPT
        if context.response.is_success and context.is_described and is_kept:
            self.successes[context.operation.name].append(context.response)
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
            finding = self._add(operation, exchange, expectation, check, violation)
            if check.level == ADVISORY:
                continue
            kept.append(finding)
            self._fail(expectation.case, cut(self._clean(violation.message, exchange)))
        self.broken += [finding for finding in kept if finding not in self.broken]
        return kept

    def _add(
        self,
        operation: ContractOperation,
        exchange: Exchange,
        expectation: Expectation,
        check: Check,
        violation: Violation,
    ) -> Finding:
        """Add a finding; returns the one that it became a part of."""
        made = self._finding(operation, exchange, expectation, check, violation)
        finding = self.findings.add(made)
        # Only what is shown is laid out, once.
        if finding.exhibit is None and finding.curl == made.curl:
            finding.exhibit = exhibit(exchange, violation, self.client.redactor, self._open)
        return finding

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
        location = location_of(self.contract, operation, expectation, violation)
        return Finding(
            check=check,
            operation=operation.name,
            source=source_of(location, expectation, check, violation),
            location=location,
            quote=violation.quote or _sentence(case, check),
            message=cut(self._clean(violation.message, exchange)),
            curl=exchange.curl,
            response=self.shown_response(exchange),
            cause=violation.cause,
            codes=violation.codes,
            is_of_case=expectation.kind is ExpectationKind.CASE,
            is_random=expectation.is_random,
            cases=[case] if case else [],
            seen=[expectation.what],
            places={violation.place} if violation.place else set(),
        )

    def shown_response(self, exchange: Exchange) -> str:
        """The response in one line that is not too long, without secrets."""
        return cut(self._clean(shown(exchange.outcome), exchange))

    def _clean(self, text: str, exchange: Exchange) -> str:
        """A text about a response, without secrets."""
        outcome = exchange.outcome
        if isinstance(outcome, Response):
            known = f"{exchange.sent}\n{self._open}"
            text = without_capabilities(text, outcome.body, known, is_error=outcome.status >= 400)
        return self.client.redactor.clean(text)


RUN = pytest.StashKey[Run]()
"""Where pytest's configuration keeps the run."""


def case_answered(operation: ContractOperation, exchange: Exchange) -> Case | None:
    """The documented case of the response, if it is one."""
    outcome = exchange.outcome
    if isinstance(outcome, TransportError):
        return None
    try:
        body = outcome.value
    except (ValueError, RecursionError):
        body = None
    return case_of(operation.cases, outcome.status, body)


def _is_expected(expectation: Expectation, response: Response) -> bool:
    """Whether a response has the status of the case that its request is about."""
    case = expectation.case if expectation.kind is ExpectationKind.CASE else None
    return case is not None and has_status(case, response.status)


def success_value(exchange: Exchange) -> Any:
    """The JSON value of a success; None where it is none."""
    outcome = exchange.outcome
    if isinstance(outcome, TransportError) or not outcome.is_success:
        return None
    try:
        return outcome.value
    except (ValueError, RecursionError):
        return None


def diagnostic(operation: str, error: Exception) -> str:
    """What is said of an operation where no request could be made, or the suite itself broke."""
    if isinstance(error, UnmakeableError):
        return str(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"{operation}: a part of the suite broke here and was left out "
        f"({type(error).__name__}: {cut(str(error))}, {Path(place.filename).name}:{place.lineno})"
    )


def _sentence(case: Case | None, check: Check) -> str:
    return case.description if case and case.code and check.level == DOCUMENTED else ""
