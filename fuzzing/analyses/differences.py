"""Differences: where a second implementation responds with another case than the target.

Rules: each fuzz case goes to both, within one budget. Compared is the documented case of the
response to its last request; wording and the place of a code do not matter. The comparison is
three-valued: a difference is *settled*, and a finding, where one of the two responses breaks a
check about its case. It is only counted where honest implementations may differ: disputed data,
the order of errors, a state that one of them is in.

The cause of a finding is a *deviation*: who deviates, what came, and which case was expected. A
status that the document lacks, or a code under the status of another case, is one cause whatever
the request. A deviation that several errors at once show is not reported where a single error
shows it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests

from contract_tests.checks.codes import named_codes
from contract_tests.checks.context import CheckContext, Expectation, ExpectationKind
from contract_tests.checks.levels import DIFFERENCE
from contract_tests.checks.table import (
    CODE_OF_THE_CASE,
    DOCUMENTED_STATUS,
    EQUIVALENT_ACCEPTED,
    INVALID_REFUSED,
    NO_OTHER_CASE,
    STATUS_OF_THE_CASE,
    STATUS_OF_THE_CODE,
    VALID_ACCEPTED,
    Check,
)
from contract_tests.http.client import Client, TargetGoneError, basic_credentials
from contract_tests.http.exchange import Exchange, Response, TransportError
from contract_tests.requests.base import Base
from contract_tests.requests.sources import is_changed
from contract_tests.results.findings import Finding
from contract_tests.results.run import Run, case_answered
from contract_tests.target.file import is_address
from contract_tests.target.target import Target
from fuzzing.analyses.canary import token_in
from fuzzing.generators.cases import FuzzCase
from fuzzing.sending.adapter import BudgetAdapter
from fuzzing.sending.budget import BudgetSpentError
from fuzzing.sending.created import CreatedItems
from tallystick.contract import ContractOperation
from tallystick.errors import TallystickError

TO = "against"
"""The ledger marks requests to the other implementation with this."""

GONE = "other unreachable"
"""The reason to stop when the other implementation becomes unreachable."""

TARGET, OTHER = "the target", "the other implementation"


class OtherTargetError(TallystickError):
    """The address of the other implementation cannot be used."""


SAME_CASE = Check(
    "the same case as the other implementation",
    DIFFERENCE,
    "--against",
    "requests that are sent to two implementations",
    remedy="Correct the implementation that is wrong; or let the document say that both are right.",
)

_ABOUT_CASES = (
    DOCUMENTED_STATUS,
    STATUS_OF_THE_CASE,
    VALID_ACCEPTED,
    EQUIVALENT_ACCEPTED,
    INVALID_REFUSED,
    STATUS_OF_THE_CODE,
    NO_OTHER_CASE,
    CODE_OF_THE_CASE,
)
"""The checks about which case a response must be, or must not be."""

_ANYTHING = Expectation(ExpectationKind.HANDLED, "a request in another state", is_random=True)


class Deviation(NamedTuple):
    """A response that the document does not allow: whose it is, what it is, and the expected cases
    by their labels (none where it is wrong for every request).
    """

    side: str
    got: str
    expected: tuple[str, ...]


class Difference(NamedTuple):
    """The responses of the target and of the other implementation, in a word each, and which of
    them deviate. Without deviations, the difference is not settled.
    """

    cases: tuple[str, str]
    deviations: tuple[Deviation, ...]

    def __str__(self) -> str:
        return f"{self.cases[0]} from {TARGET}, {self.cases[1]} from {OTHER}"


@dataclass(slots=True)
class UnsettledDifference:
    """How often two responses differed where they may, and the smallest request that showed it."""

    count: int
    curl: str

    def add(self, other: UnsettledDifference) -> None:
        """Add what another worker saw."""
        self.count += other.count
        self.curl = min(self.curl, other.curl, key=len)


UnsettledDifferences = dict[tuple[str, str, str], UnsettledDifference]
"""Unsettled differences, by operation and the two responses."""

Keep = Callable[[FuzzCase, str, Sequence[Finding]], object]


@dataclass
class DifferenceAnalysis:
    """What one worker sends to the other implementation, and how the responses differ."""

    run: Run
    other: Run
    created: CreatedItems | None = None
    stop: Callable[[str], None] = lambda _: None
    unsettled: UnsettledDifferences = field(default_factory=dict)
    _bases: dict[str, Base] = field(default_factory=dict)

    def begin(self, base: Base, keep: Keep) -> None:
        """Send the base request of an operation, once."""
        operation = base.operation
        # Items of the target are not items that this fuzz created at the other implementation.
        is_unsafe = is_changed(operation, self.run.target)
        if operation.name in self._bases or base.exchange is None or is_unsafe:
            return
        expectation = base.accepted("the request that should succeed")
        fuzz_case = FuzzCase("base", (self.run.client.prepare(base.request),), expectation)
        exchange = self._sent(operation, fuzz_case.requests)
        if exchange is None:
            return
        case = case_answered(operation, exchange)
        self._bases[operation.name] = Base(operation, base.request, exchange, case)
        keep(fuzz_case, operation.name, self._found(operation, fuzz_case, base.exchange, exchange))

    def findings(self, base: Base, fuzz_case: FuzzCase, exchange: Exchange) -> list[Finding]:
        """Send a fuzz case to the other implementation, compare its response with the target's
        exchange, and give the finding if the difference is settled.
        """
        there = self._bases.get(base.operation.name)
        if there is None or token_in(fuzz_case.last):
            # Only the target gets addresses of the canary, so that a callback has one source.
            return []
        other_exchange = self._sent(base.operation, fuzz_case.requests)
        if other_exchange is None:
            return []
        if base.hides(exchange) or there.hides(other_exchange):
            fuzz_case = replace(fuzz_case, expectation=_ANYTHING)
        return self._found(base.operation, fuzz_case, exchange, other_exchange)

    def again(
        self,
        operation: ContractOperation,
        sent: Sequence[requests.PreparedRequest],
        expectation: Expectation,
    ) -> Difference | None:
        """Send requests to both, and give the difference if it is settled. Raises
        TargetGoneError.
        """
        here = [self.run.client.transmit(request, operation.name) for request in sent][-1]
        difference = compare(
            self.run, operation, expectation, here, self._transmitted(operation, sent)
        )
        return difference if difference and difference.deviations else None

    def close(self) -> None:
        """Close the connections."""
        self.other.client.close()

    def _sent(
        self, operation: ContractOperation, sent: Sequence[requests.PreparedRequest]
    ) -> Exchange | None:
        """The last exchange; None where nothing more can be sent."""
        try:
            return self._transmitted(operation, sent)
        except BudgetSpentError:
            return None
        except TargetGoneError as error:
            self.run.gone = str(error)
            self.stop(GONE)
            return None

    def _transmitted(
        self, operation: ContractOperation, sent: Sequence[requests.PreparedRequest]
    ) -> Exchange:
        here, there = self.run.client, self.other.client
        exchanges = [there.transmit(moved(request, here, there)) for request in sent]
        for exchange in exchanges:
            self.other.resources.learn(operation, exchange)
        return exchanges[-1]

    def _found(
        self, operation: ContractOperation, fuzz_case: FuzzCase, here: Exchange, there: Exchange
    ) -> list[Finding]:
        difference = compare(self.run, operation, fuzz_case.expectation, here, there)
        if difference is None:
            return []
        if not difference.deviations:
            key = (operation.name, *difference.cases)
            add_unsettled(self.unsettled, {key: UnsettledDifference(1, here.curl)})
            return []
        finding = self._finding(operation, fuzz_case.expectation, difference, (here, there))
        return [self.run.findings.add(finding)]

    def _finding(
        self,
        operation: ContractOperation,
        expectation: Expectation,
        difference: Difference,
        exchanges: tuple[Exchange, Exchange],
    ) -> Finding:
        here, there = exchanges
        return Finding(
            check=SAME_CASE,
            operation=operation.name,
            source=SAME_CASE.source,
            quote="",
            message=f"{expectation.what}: {difference}",
            curl=here.curl,
            response=" | ".join(
                [
                    self.run.shown_response(here),
                    f"{OTHER}: {self.other.shown_response(there)}",
                ]
            ),
            cause=difference.deviations,
            is_random=expectation.is_random,
            cases=[expectation.case] if expectation.case else [],
            seen=[str(difference)],
        )


# --- the other implementation


def other_target(target: Target, address: str) -> Target:
    """The other implementation, as a target that gets the same requests. Raises
    OtherTargetError.
    """
    if not _is_base(address):
        shown = address.rpartition("@")[2]
        raise OtherTargetError(f"--against must be an http(s) URL, not {shown!r}.")
    name, url = "The other implementation", address.rstrip("/")
    return replace(target, base_url=url, called=name, is_here=None)


def _is_base(address: str) -> bool:
    return is_address(address) and not (urlsplit(address).query or urlsplit(address).fragment)


def analysis_of(
    run: Run, adapter: BudgetAdapter, target: Target | None
) -> DifferenceAnalysis | None:
    """The analysis beside another implementation, within the same budget; None without one."""
    if target is None:
        return None
    beside = BudgetAdapter(adapter.budget, adapter.ledger, to=TO)
    beside.origin = adapter.origin
    client = Client(target, beside, streams=run.plan.streams)
    clean = run.client.redactor.clean
    beside.clean = lambda text: client.redactor.clean(clean(text))
    other = Run(run.contract, target, client, run.plan)
    return DifferenceAnalysis(run, other, CreatedItems(other, beside), adapter.budget.stop)


def moved(
    prepared: requests.PreparedRequest, here: Client, there: Client
) -> requests.PreparedRequest:
    """The same request to the other implementation: with its address, with the credentials of
    that address, and with the cookies that it has set.
    """
    copy = prepared.copy()
    base, url = _base(here), prepared.url or ""
    _, slash, path = url.partition("://")[2].partition("/")
    copy.url = _base(there) + (url.removeprefix(base) if url.startswith(base) else slash + path)
    own = basic_credentials(here.target).get("authorization")
    if copy.headers.get("authorization") == own:
        copy.headers.pop("authorization", None)
        copy.headers.update(basic_credentials(there.target))
    cookies = _cookies(copy.headers.get("cookie", ""), here, there)
    copy.headers.pop("cookie", None)
    copy.headers.update({"cookie": cookies} if cookies else {})
    return copy


def _base(client: Client) -> str:
    """The base URL in the form that `requests` gives it."""
    prepared = requests.Request("GET", client.target.shown_url).prepare()
    return (prepared.url or "").rstrip("/")


def _cookies(header: str, here: Client, there: Client) -> str:
    own = set(here.session.cookies.keys())
    pairs = [pair for pair in header.split("; ") if pair and pair.partition("=")[0] not in own]
    pairs += [f"{name}={value}" for name, value in there.session.cookies.items()]
    return "; ".join(pairs)


# --- how two responses differ


def compare(
    run: Run,
    operation: ContractOperation,
    expectation: Expectation,
    here: Exchange,
    there: Exchange,
) -> Difference | None:
    """How the responses of the target and the other differ; None where they are the same case, or
    where one of them only asks for a pause.
    """
    outcomes = (here.outcome, there.outcome)
    if any(isinstance(outcome, Response) and outcome.is_limited for outcome in outcomes):
        return None
    contexts = [_context(run, operation, expectation, outcome) for outcome in outcomes]
    cases = (_label(contexts[0]), _label(contexts[1]))
    if cases[0] == cases[1]:
        return None
    deviations = [
        Deviation(side, got, _expected(one))
        for side, got, one in zip(("target", "other"), cases, contexts, strict=True)
        if one is None or any(check.violations(one) for check in _ABOUT_CASES)
    ]
    return Difference(cases, tuple(deviations))


def _context(
    run: Run,
    operation: ContractOperation,
    expectation: Expectation,
    outcome: Response | TransportError,
) -> CheckContext | None:
    if isinstance(outcome, TransportError):
        return None
    return CheckContext(run.contract, operation, outcome, expectation)


def _label(context: CheckContext | None) -> str:
    """A response in a word: its case, or else its status with a code that it should not name."""
    if context is None:
        return "no response"
    exchange = Exchange(context.response, "", "")
    case = case_answered(context.operation, exchange)
    if case is not None:
        return case.label
    status = str(context.response.status)
    codes = _codes(context)
    if codes:
        return f"{status} {codes[0]}"
    return f"{status} without a documented code" if context.documented else status


def _codes(context: CheckContext) -> list[str]:
    known = [case.code for case in context.operation.cases if case.code]
    return [code for code, _ in named_codes(context.value, known)]


def _expected(context: CheckContext | None) -> tuple[str, ...]:
    """The cases that should have come instead."""
    if context is None or context.documented is None:
        return ()
    case = case_answered(context.operation, Exchange(context.response, "", ""))
    if case is None and _codes(context):
        return ()
    expectation = context.expectation
    if expectation.kind is ExpectationKind.REFUSED:
        named = expectation.named or ()
        return tuple(sorted(c.label for c in context.operation.cases if c.code in named))
    return (expectation.case.label,) if expectation.case else ()


# --- all differences of a fuzz


def is_difference(finding: Mapping[str, Any]) -> bool:
    """Whether a finding in a report is a difference."""
    return bool(finding.get("level") == DIFFERENCE)


def add_unsettled(
    total: UnsettledDifferences, more: Mapping[tuple[str, str, str], UnsettledDifference]
) -> None:
    """Add what another worker saw."""
    for key, unsettled in more.items():
        if key in total:
            total[key].add(unsettled)
        else:
            total[key] = replace(unsettled)


def without_disguises(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without those differences of several errors at once that single errors show
    too.
    """
    findings = list(findings)
    kept = []
    for finding in findings:
        shown = [_by_itself(deviation, finding, findings) for deviation in _compound(finding)]
        first = shown[0] if shown else None
        if first is None or not all(shown):
            kept.append(finding)
            continue
        first.seen += [what for what in finding.seen if what not in first.seen]
    return kept


def _compound(finding: Finding) -> tuple[Deviation, ...]:
    """The deviations, unless the difference is a single deviation from a single case."""
    found = tuple(part for part in finding.cause if isinstance(part, Deviation))
    is_plain = len(found) == 1 and len(found[0].expected) <= 1
    return () if is_plain else found


def _by_itself(
    deviation: Deviation, finding: Finding, findings: Sequence[Finding]
) -> Finding | None:
    """The finding that this deviation makes alone, for one of the expected cases."""
    for other in findings:
        alone = other.cause[0] if other.cause and not _compound(other) else None
        if (
            isinstance(alone, Deviation)
            and other.operation == finding.operation
            and alone[:2] == deviation[:2]
            and set(alone.expected) <= set(deviation.expected)
        ):
            return other
    return None


def unsettled_json(unsettled: UnsettledDifferences) -> list[dict[str, Any]]:
    """Unsettled differences for a report, the most frequent first."""
    return [
        {"operation": operation, "cases": [here, there], "count": seen.count, "curl": seen.curl}
        for (operation, here, there), seen in sorted(
            unsettled.items(), key=lambda item: (-item[1].count, item[0])
        )
    ]


def unsettled_line(unsettled: UnsettledDifferences) -> str:
    """Unsettled differences in one line."""
    count = sum(seen.count for seen in unsettled.values())
    return (
        f"Unsettled differences, where implementations may differ: {count:,} "
        f"(groups: {len(unsettled)}; report.json lists them)"
    )
