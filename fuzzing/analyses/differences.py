"""Differences: what a second implementation answers otherwise than the target.

Rules: each shot goes to both, through one budget; compared is the documented case of the answer to
its last request, never the wording or the place of a code. Three-valued: a difference is *settled*
where one of the two answers breaks an obligation about its case, and then it is a finding; where
honest implementations may differ (data in between, which of two faults wins, a state that one of
them is in) it is only counted. A cause is a *deviation*: who answers otherwise than the document
asks, what, and in place of which case. A status that the document lacks, or a code under a status
that is not its own, is one cause, whatever was asked for; what shows among several faults only is
told where no single fault shows it.
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
from contract_tests.checks.table import CHECKS, Check, seen_otherwise
from contract_tests.http.client import Client, TargetGoneError, basic_credentials
from contract_tests.http.exchange import Exchange, Response, TransportError
from contract_tests.requests.base import Base
from contract_tests.results.findings import Finding
from contract_tests.results.run import Run, case_answered
from contract_tests.target.target import Target
from fuzzing.analyses.canary import token_in
from fuzzing.engine.adapter import BudgetAdapter
from fuzzing.engine.budget import BudgetSpentError
from fuzzing.generators.cases import FuzzCase
from tallystick.contract import ContractOperation
from tallystick.errors import TallystickError

TO = "against"
"""What the ledger says of requests to the other implementation."""

GONE = "other unreachable"
"""Why a fuzz stops when the other implementation goes away."""

TARGET, OTHER = "the target", "the other implementation"


class AgainstError(TallystickError):
    """There can be no implementation at the address."""


SAME_CASE = Check(
    "the same case as the other implementation",
    DIFFERENCE,
    "--against",
    "requests that are sent to two implementations",
    seen_otherwise,
)

_ABOUT_CASES = tuple(
    check
    for check in CHECKS
    if check.name
    in {
        "documented status",
        "status of the case",
        "valid request accepted",
        "equivalent request accepted",
        "invalid request refused",
        "status of the code",
        "no other case",
        "code of the case",
    }
)
"""The obligations that say which case an answer must be, or must not be."""

_ANYTHING = Expectation(
    ExpectationKind.HANDLED, "a request that another state answers", is_random=True
)


class Deviation(NamedTuple):
    """An answer that is not what the document asks for: whose it is, what it is, and the cases
    that were asked for, by their labels; none of these where it is wrong whatever was asked for.
    """

    side: str
    got: str
    expected: tuple[str, ...]


class Difference(NamedTuple):
    """The answers of the target and of the other implementation, in a word each, and which of
    them deviate; none of them where the difference is not settled.
    """

    cases: tuple[str, str]
    deviations: tuple[Deviation, ...]

    def __str__(self) -> str:
        return f"{self.cases[0]} from {TARGET}, {self.cases[1]} from {OTHER}"


@dataclass(slots=True)
class Unsettled:
    """How often two answers differed where that may be, with the smallest request of those."""

    count: int
    curl: str

    def add(self, other: Unsettled) -> None:
        """Take over what was seen elsewhere."""
        self.count += other.count
        self.curl = min(self.curl, other.curl, key=len)


Unsettleds = dict[tuple[str, str, str], Unsettled]
"""Unsettled differences, by operation and the two answers."""

Keep = Callable[[FuzzCase, str, Sequence[Finding]], object]


@dataclass
class Differences:
    """What one worker sends to the other implementation, and what comes of it."""

    run: Run
    other: Run
    stop: Callable[[str], None] = lambda _: None
    unsettled: Unsettleds = field(default_factory=dict)
    _bases: dict[str, Base] = field(default_factory=dict)

    def begin(self, base: Base, keep: Keep) -> None:
        """Send the base of an operation, once."""
        operation = base.operation
        if operation.name in self._bases:
            return
        expectation = base.accepted("the request that should succeed")
        shot = FuzzCase("base", (self.run.client.prepare(base.call),), expectation)
        exchange = self._sent(shot.requests)
        if exchange is None:
            return
        case = case_answered(operation, exchange)
        self._bases[operation.name] = Base(operation, base.call, exchange, case)
        keep(shot, operation.name, self._told(operation, shot, base.exchange, exchange))

    def found(self, base: Base, shot: FuzzCase, exchange: Exchange) -> list[Finding]:
        """Send a shot that the target has answered, and keep how the answers differ; gives the
        finding that this is, if it is settled.
        """
        there = self._bases.get(base.operation.name)
        if there is None or token_in(shot.last):
            return []  # an address of the canary goes to one of them: a visit must tell whose it is
        answered = self._sent(shot.requests)
        if answered is None:
            return []
        if base.hides(exchange) or there.hides(answered):
            shot = replace(shot, expectation=_ANYTHING)
        return self._told(base.operation, shot, exchange, answered)

    def again(
        self,
        operation: ContractOperation,
        sent: Sequence[requests.PreparedRequest],
        expectation: Expectation,
    ) -> Difference | None:
        """Send requests to both; gives the difference, if it is settled. Raises
        TargetGoneError.
        """
        here = [self.run.client.transmit(request) for request in sent][-1]
        difference = compare(self.run, operation, expectation, here, self._transmitted(sent))
        return difference if difference and difference.deviations else None

    def close(self) -> None:
        """Close the connections."""
        self.other.client.close()

    def _sent(self, sent: Sequence[requests.PreparedRequest]) -> Exchange | None:
        """The last answer to requests; None where no more can be sent."""
        try:
            return self._transmitted(sent)
        except BudgetSpentError:
            return None
        except TargetGoneError as error:
            self.run.gone = str(error)
            self.stop(GONE)
            return None

    def _transmitted(self, sent: Sequence[requests.PreparedRequest]) -> Exchange:
        here, there = self.run.client, self.other.client
        return [there.transmit(moved(request, here, there)) for request in sent][-1]

    def _told(
        self, operation: ContractOperation, shot: FuzzCase, here: Exchange, there: Exchange
    ) -> list[Finding]:
        difference = compare(self.run, operation, shot.expectation, here, there)
        if difference is None:
            return []
        if not difference.deviations:
            key = (operation.name, *difference.cases)
            add_unsettled(self.unsettled, {key: Unsettled(1, here.curl)})
            return []
        finding = self._finding(operation, shot.expectation, difference, (here, there))
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
            sentence="",
            message=f"{expectation.what}: {difference}",
            curl=here.curl,
            answer=f"{self.run.answer(here)} | {OTHER}: {self.other.answer(there)}",
            cause=difference.deviations,
            is_random=expectation.is_random,
            cases=[expectation.case] if expectation.case else [],
            seen=[str(difference)],
        )


# --- the other implementation


def other_target(target: Target, address: str) -> Target:
    """The other implementation, as a target that gets what the target gets. Raises
    AgainstError.
    """
    if not _is_base(address):
        shown = address.rpartition("@")[2]
        raise AgainstError(f"--against must be an http(s) URL, not {shown!r}.")
    return replace(target, base_url=address.rstrip("/"), called="The other implementation")


def _is_base(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0
            and not (parts.query or parts.fragment)
        )
    except ValueError:
        return False


def differences_of(run: Run, gate: BudgetAdapter, address: str | None) -> Differences | None:
    """What goes to the implementation at an address, through a gate to the same budget; None
    where there is no address.
    """
    if address is None:
        return None
    target = other_target(run.target, address)
    beside = BudgetAdapter(gate.budget, gate.ledger, to=TO)
    beside.mark = gate.mark
    client = Client(target, beside)
    clean = run.client.redactor.clean
    beside.clean = lambda text: client.redactor.clean(clean(text))
    other = Run(run.contract, target, client, run.plan)
    return Differences(run, other, gate.budget.stop)


def moved(
    prepared: requests.PreparedRequest, here: Client, there: Client
) -> requests.PreparedRequest:
    """A request to one implementation, as one to another: with its own address, and with the
    credentials of that address and the cookies that it has set in place of the first one's.
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
    """The base URL as `requests` writes it."""
    prepared = requests.Request("GET", client.target.shown_url).prepare()
    return (prepared.url or "").rstrip("/")


def _cookies(told: str, here: Client, there: Client) -> str:
    own = set(here.session.cookies.keys())
    pairs = [pair for pair in told.split("; ") if pair and pair.partition("=")[0] not in own]
    pairs += [f"{name}={value}" for name, value in there.session.cookies.items()]
    return "; ".join(pairs)


# --- how two answers differ


def compare(
    run: Run,
    operation: ContractOperation,
    expectation: Expectation,
    here: Exchange,
    there: Exchange,
) -> Difference | None:
    """How the answers of target and other differ; None where they are the same case, or one of
    them only asks to come back later.
    """
    outcomes = (here.outcome, there.outcome)
    if any(isinstance(outcome, Response) and outcome.is_limited for outcome in outcomes):
        return None
    context = [_judged(run, operation, expectation, outcome) for outcome in outcomes]
    cases = (_label(context[0]), _label(context[1]))
    if cases[0] == cases[1]:
        return None
    deviations = [
        Deviation(side, got, _expected(one))
        for side, got, one in zip(("target", "other"), cases, context, strict=True)
        if one is None or any(check.check(one) for check in _ABOUT_CASES)
    ]
    return Difference(cases, tuple(deviations))


def _judged(
    run: Run,
    operation: ContractOperation,
    expectation: Expectation,
    outcome: Response | TransportError,
) -> CheckContext | None:
    if isinstance(outcome, TransportError):
        return None
    return CheckContext(run.contract, operation, outcome, expectation)


def _label(context: CheckContext | None) -> str:
    """What an answer is: its case; or else its status, with a code that it should not name."""
    if context is None:
        return "no answer"
    exchange = Exchange(context.answer, "", "")
    case = case_answered(context.operation, exchange)
    if case is not None:
        return case.label
    status = str(context.answer.status)
    codes = _codes(context)
    if codes:
        return f"{status} {codes[0]}"
    return f"{status} without a documented code" if context.response else status


def _codes(context: CheckContext) -> list[str]:
    known = [case.code for case in context.operation.cases if case.code]
    return [code for code, _ in named_codes(context.value, known)]


def _expected(context: CheckContext | None) -> tuple[str, ...]:
    """In place of which cases an answer came."""
    if context is None or context.response is None:
        return ()
    case = case_answered(context.operation, Exchange(context.answer, "", ""))
    if case is None and _codes(context):
        return ()
    expectation = context.expectation
    if expectation.kind is ExpectationKind.REFUSED:
        named = expectation.named or ()
        return tuple(sorted(c.label for c in context.operation.cases if c.code in named))
    return (expectation.case.label,) if expectation.case else ()


# --- differences in all


def is_difference(told: Mapping[str, Any]) -> bool:
    """Whether a finding of a report is a difference."""
    return bool(told.get("level") == DIFFERENCE)


def add_unsettled(total: Unsettleds, more: Mapping[tuple[str, str, str], Unsettled]) -> None:
    """Add what another worker has seen."""
    for key, unsettled in more.items():
        if key in total:
            total[key].add(unsettled)
        else:
            total[key] = replace(unsettled)


def without_disguises(findings: Iterable[Finding]) -> list[Finding]:
    """Findings without the differences that only show among several faults what others show by
    themselves.
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
    """The deviations of a difference that is not one deviation in place of one case."""
    found = tuple(part for part in finding.cause if isinstance(part, Deviation))
    is_plain = len(found) == 1 and len(found[0].expected) <= 1
    return () if is_plain else found


def _by_itself(
    deviation: Deviation, finding: Finding, findings: Sequence[Finding]
) -> Finding | None:
    """The finding that a deviation makes by itself, in place of one of the cases asked for."""
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


def unsettled_json(unsettled: Unsettleds) -> list[dict[str, Any]]:
    """Unsettled differences as a report holds them, the most frequent first."""
    return [
        {"operation": operation, "cases": [here, there], "count": seen.count, "curl": seen.curl}
        for (operation, here, there), seen in sorted(
            unsettled.items(), key=lambda item: (-item[1].count, item[0])
        )
    ]


def unsettled_line(unsettled: Unsettleds) -> str:
    """Unsettled differences in one line."""
    count = sum(seen.count for seen in unsettled.values())
    return (
        f"Unsettled differences, where implementations may differ: {count:,} "
        f"(groups: {len(unsettled)}; report.json lists them)"
    )
