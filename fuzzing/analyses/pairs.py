"""Pairs of errors in one request: which of two cases a response names, and whether always.

Rules: documents do not say which of two errors wins. Tallystick reports the order it saw and does
not judge it (see `precedence`). What it checks is that the order does not depend on spellings that
mean nothing, which are the order of an object's members and white space (standard), and that it
does not change from one request to the same request (advisory).

Only cases that a request triggers alone are paired. A pair is sent twice, then in each other
spelling. If another spelling gets another error, both spellings are sent several more times in
turn: only a result that never varies is a finding about the spelling. If the same request gets
different errors, that is the only finding about the operation's order. All pairs together take a
limited share of the requests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from requests import PreparedRequest

from contract_tests.checks.codes import holds_text, named_codes
from contract_tests.checks.context import Expectation, ExpectationKind, has_status, is_of_request
from contract_tests.checks.levels import ADVISORY, STANDARD
from contract_tests.checks.table import Check
from contract_tests.http.bodies import UnmakeableError
from contract_tests.http.client import Client
from contract_tests.http.exchange import Exchange, OperationRequest, TransportError, body_of
from contract_tests.requests.base import Base, Bases
from contract_tests.requests.probes import EQUIVALENTS
from contract_tests.requests.reaching import reaching_request
from contract_tests.requests.sources import is_changed, valid_request
from contract_tests.results.findings import Finding, cut, shown
from contract_tests.results.formats.precedence import BOTH
from contract_tests.results.run import Run
from contract_tests.target.target import CaseSetup, Target
from fuzzing.analyses.precedence import PairResult, Precedence
from fuzzing.evidence import EvidenceStore
from fuzzing.generators.cases import FuzzCase
from fuzzing.generators.dictionaries import name_of
from fuzzing.sending.adapter import BudgetAdapter
from fuzzing.sending.budget import BudgetSpentError
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation

KIND = "order"

_SHARE = 5
"""The pairs of all operations take at most a fifth of the requests that are left."""

_ROUNDS = 4
"""Two spellings must get two different errors so often before that is a finding."""

_TRIES = 10
"""A replay sends a request so often to see whether its error changes."""


def _check(name: str, level: str, source: str, remedy: str) -> Check:
    return Check(name, level, source, "two errors in one request", remedy=remedy)


_IN_ONE_ORDER = "Look for errors in an order of your own, not in that of the request."
STEADY = _check(
    "one error for one request",
    ADVISORY,
    "good practice",
    "Look for errors in one order, on each server and in each thread.",
)
BY_MEMBERS = _check(
    "one error for any order of members", STANDARD, "RFC 8259 section 4", _IN_ONE_ORDER
)
BY_SPACE = _check("one error for any white space", STANDARD, "RFC 8259 section 2", _IN_ONE_ORDER)
CHECKS = (BY_MEMBERS, BY_SPACE, STEADY)

_AGAIN = {
    STEADY: "sent again",
    BY_MEMBERS: "with its properties in reverse order",
    BY_SPACE: "with white space around its tokens",
}
_PROBES = {probe.source: probe for probe in EQUIVALENTS}


# --- pairs


@dataclass(frozen=True, slots=True)
class CaseVariation:
    """A variation of the base request that triggers a case. `names` are the values that it
    changes, as target files name them.
    """

    case: Case
    names: frozenset[str]
    entry: CaseSetup | None

    def apply(self, request: OperationRequest) -> OperationRequest | None:
        """The varied request."""
        return reaching_request(request, self.case, self.entry)

    def excludes(self, other: CaseVariation) -> bool:
        """Whether both change the same value, or one changes a part of the other's."""
        return any(
            f"{one}.".startswith(f"{two}.") or f"{two}.".startswith(f"{one}.")
            for one in self.names
            for two in other.names
        )


def variations_of(operation: ContractOperation, target: Target) -> list[CaseVariation]:
    """The variations that a single request can have: errors in the request itself, and the cases
    that the target file reaches by parameters or headers, without set-up calls.
    """
    if operation.method == "delete":
        return []  # each would have to have an item of its own
    found = []
    for case in operation.cases:
        entry = target.setup_of(case)
        names = _names(case, entry)
        if is_changed(operation, target) and any(name.startswith("path.") for name in names):
            continue
        if names and not case.is_success and not (entry and _needs_more(entry)):
            found.append(CaseVariation(case, names, entry))
    return found


def _names(case: Case, entry: CaseSetup | None) -> frozenset[str]:
    names = [*entry.parameters, *(f"header.{name}" for name in entry.headers)] if entry else []
    if is_of_request(case) and case.trigger and case.trigger.field:
        names.append(name_of(case.trigger.field))
    return frozenset(n.lower() if n.startswith("header.") else n for n in names)


def _needs_more(entry: CaseSetup) -> bool:
    return bool(entry.before or entry.after or entry.unreachable)


@dataclass(frozen=True, slots=True)
class CasePair:
    """A request that triggers two cases: plain, and in the other spellings that it has."""

    variations: tuple[CaseVariation, CaseVariation]
    plain: PreparedRequest
    spelled: Mapping[Check, PreparedRequest]

    @property
    def cases(self) -> tuple[Case, Case]:
        """The two cases."""
        return self.variations[0].case, self.variations[1].case

    @property
    def cost(self) -> int:
        """How many requests the pair takes."""
        return 2 + len(self.spelled)

    def __str__(self) -> str:
        return " and ".join(case.label for case in self.cases)


def pairs_of(
    variations: Sequence[CaseVariation], request: OperationRequest, client: Client
) -> list[CasePair]:
    """The pairs of variations that fit into one request. Neighbours in the document come first:
    they say most about the order.
    """
    indices = combinations(range(len(variations)), 2)
    made = [
        _pair((variations[one], variations[other]), request, client)
        for one, other in sorted(indices, key=lambda pair: (pair[1] - pair[0], pair))
    ]
    return [pair for pair in made if pair is not None]


def _pair(
    variations: tuple[CaseVariation, CaseVariation], request: OperationRequest, client: Client
) -> CasePair | None:
    one, other = variations
    first = None if one.excludes(other) else one.apply(request)
    both = None if first is None else other.apply(first)
    if both is None:
        return None
    plain = client.prepare(both)
    spelled: dict[Check, PreparedRequest] = {}
    for check in (BY_MEMBERS, BY_SPACE):
        probe = _PROBES[check.source]
        if probe.applies(both):
            again = probe.make(client, both)
            spelled |= {check: again} if body_of(again) != body_of(plain) else {}
    return CasePair(variations, plain, spelled)


# --- responses


def winner(operation: ContractOperation, cases: Sequence[Case], exchange: Exchange) -> str | None:
    """Which of two cases a response names: by its code, its text, or a status that only one of
    them has. `BOTH` where it names both, None where it names neither.
    """
    response = exchange.outcome
    if isinstance(response, TransportError) or response.is_limited or response.status < 400:
        return None
    try:
        value = response.value
    except (ValueError, RecursionError):
        value = None
    codes = {code for code, _ in named_codes(value, [c.code for c in operation.cases if c.code])}
    named = [c for c in cases if (c.code in codes if codes else holds_text(value, c))]
    if len({case.code for case in named}) > 1:
        return BOTH
    if len(named) != 1 and (named or not codes):
        named = [case for case in named or cases if has_status(case, response.status)]
    return named[0].label if len(named) == 1 else None


class PairResponse(NamedTuple):
    """A request, its exchange, and the case that the response names."""

    request: PreparedRequest
    exchange: Exchange
    winner: str | None

    def differs(self, other: PairResponse) -> bool:
        """Whether both responses name a case, and not the same one."""
        return None not in (self.winner, other.winner) and self.winner != other.winner


Send = Callable[[PreparedRequest], PairResponse]


def _rounds(one: PreparedRequest, other: PreparedRequest, send: Send) -> list[list[PairResponse]]:
    """The responses to two requests that are sent in turn."""
    turns = [(send(one), send(other)) for _ in range(_ROUNDS)]
    return [list(responses) for responses in zip(*turns, strict=True)]


def _are_two(rounds: Sequence[Sequence[PairResponse]]) -> bool:
    """Whether two requests always got two different errors."""
    one, other = ({response.winner for response in responses} for responses in rounds)
    return len(one) == len(other) == 1 and one != other and None not in one | other


def still_holds(
    run: Run,
    operation: ContractOperation,
    requests: Sequence[PreparedRequest],
    cases: Sequence[Case],
) -> bool:
    """Whether the two requests that showed a finding get two different errors again."""

    def send(request: PreparedRequest) -> PairResponse:
        exchange = run.client.transmit(request, operation.name)
        return PairResponse(request, exchange, winner(operation, cases, exchange))

    one, other = requests
    if body_of(one) != body_of(other):
        return _are_two(_rounds(one, other, send))
    first, *others = (send(one) for _ in range(_TRIES))
    return any(first.differs(again) for again in others)


# --- what is sent


class PairAnalysis:
    """What one worker learns from pairs of errors."""

    def __init__(
        self, run: Run, adapter: BudgetAdapter, bases: Bases, evidence: EvidenceStore
    ) -> None:
        self.run, self.adapter, self.bases, self.evidence = run, adapter, bases, evidence
        self.found: list[Precedence] = []
        self.broken: list[tuple[FuzzCase, str, Finding, int]] = []

    def examine(self, left: int) -> list[Precedence]:
        """Send the pairs of all operations, within a share of the requests that are `left`. Gives
        the order of errors of each operation that has pairs.
        """
        operations = self.run.plan.operations
        room = left // (_SHARE * max(1, len(operations)))
        with suppress(BudgetSpentError):
            for operation in operations:
                if self.adapter.is_over:
                    break
                self.adapter.origin.operation = operation
                self._examine(operation, room)
        return [precedence for precedence in self.found if precedence.pairs]

    def keep_evidence(self) -> None:
        """Keep the pairs that broke a check, unless a fuzz case has shown the same finding since;
        and the number of the request that showed it first.
        """
        known = set(self.evidence)
        for fuzz_case, operation, finding, first in reversed(self.broken):
            if finding.id not in known:
                self.evidence.keep(fuzz_case, operation, [finding], first)
            self.evidence[finding.id].first = first

    def _examine(self, operation: ContractOperation, room: int) -> None:
        run, origin = self.run, self.adapter.origin
        try:
            request = valid_request(run.contract, operation, run.target)
        except UnmakeableError as error:
            run.note(str(error))
            return
        variations = variations_of(operation, run.target)
        pairs = pairs_of(variations, request, run.client)
        if not pairs or room < pairs[0].cost + len(pairs[0].variations):
            return
        origin.kind = "base"
        base = self.bases.of(operation)
        if base.is_success:
            origin.kind = KIND
            pairs = pairs_of(variations, base.request, run.client)
            labels = [case.label for case in operation.cases]
            precedence = Precedence(operation.name, labels, not_tried=len(pairs))
            self.found.append(precedence)
            _OperationExamination(self, base, precedence).run(pairs, room)


class _OperationExamination:
    """The pairs of one operation."""

    def __init__(self, analysis: PairAnalysis, base: Base, precedence: Precedence) -> None:
        self.analysis = analysis
        self.base, self.precedence = base, precedence
        self._alone: dict[str, bool] = {}
        self._is_steady = True
        self._suspected: dict[Check, list[CasePair]] = {BY_MEMBERS: [], BY_SPACE: []}

    def run(self, pairs: Sequence[CasePair], room: int) -> None:
        """Send as many pairs as there is room for, then confirm what spellings seem to change."""
        for pair in pairs:
            alone = [each for each in pair.variations if each.case.label not in self._alone]
            room -= pair.cost + len(alone)
            if room < 0:
                break
            self.precedence.not_tried -= 1
            if all(self._works_alone(variation) for variation in pair.variations):
                self._try(pair)
        for check, suspected in self._suspected.items():
            if suspected and self._is_steady:
                self._confirm(check, suspected)

    def _works_alone(self, variation: CaseVariation) -> bool:
        """Whether a variation alone triggers its case."""
        case = variation.case
        if case.label not in self._alone:
            request = variation.apply(self.base.request)
            kind = ExpectationKind.CASE if is_of_request(case) else ExpectationKind.HANDLED
            expectation = Expectation(kind, f"{case.label} alone", (case,))
            self._alone[case.label] = request is not None and (
                self._send(self.analysis.run.client.prepare(request), expectation, [case]).winner
                == case.label
            )
        return self._alone[case.label]

    def _try(self, pair: CasePair) -> None:
        """Find out which case of a pair wins."""
        first, again = self._send_pair(pair.plain, pair), self._send_pair(pair.plain, pair)
        responses = [first, again]
        if first.differs(again):
            self._report_unsteady(pair, first, again)
        else:
            for check, request in pair.spelled.items():
                responses.append(self._send_pair(request, pair))
                if first.differs(responses[-1]):
                    self._suspected[check].append(pair)
        one, other = pair.cases
        is_consistent = len({response.winner for response in responses}) == 1
        self.precedence.pairs.append(
            PairResult((one.label, other.label), first.winner, is_consistent)
        )

    def _confirm(self, check: Check, suspected: Sequence[CasePair]) -> None:
        """Report that a spelling changes the error, if it does so every time."""
        pair = suspected[0]
        rounds = _rounds(
            pair.plain, pair.spelled[check], lambda request: self._send_pair(request, pair)
        )
        if _are_two(rounds):
            self._report(check, pair, rounds[0][0], rounds[1][0], [str(pair)])
            return
        for first, *others in rounds:
            for again in others:
                if first.differs(again):
                    self._report_unsteady(pair, first, again)
                    return

    def _send_pair(self, request: PreparedRequest, pair: CasePair) -> PairResponse:
        return self._send(request, _expectation(pair), pair.cases)

    def _send(
        self, request: PreparedRequest, expectation: Expectation, cases: Sequence[Case]
    ) -> PairResponse:
        run, operation = self.analysis.run, self.base.operation
        exchange = run.client.transmit(request, operation.name)
        if self.base.hides(exchange):
            return PairResponse(request, exchange, None)
        fuzz_case = FuzzCase(KIND, (request,), expectation)
        self.analysis.broken += [
            (fuzz_case, operation.name, finding, self.analysis.adapter.number)
            for finding in run.check(operation, exchange, expectation)
        ]
        return PairResponse(request, exchange, winner(operation, cases, exchange))

    def _report_unsteady(self, pair: CasePair, first: PairResponse, again: PairResponse) -> None:
        self._is_steady = False
        self._report(STEADY, pair, first, again, [str(pair)])

    def _report(
        self,
        check: Check,
        pair: CasePair,
        one: PairResponse,
        other: PairResponse,
        seen: list[str],
    ) -> None:
        """Report a finding that two responses show together."""
        run, operation = self.analysis.run, self.base.operation
        message = f"{pair} at once get {one.winner}, and {_AGAIN[check]} {other.winner}"
        responses = " | ".join(shown(each.exchange.outcome) for each in (one, other))
        finding = run.findings.add(
            Finding(
                check=check,
                operation=operation.name,
                source=check.source,
                quote="",
                message=message,
                curl="\n".join(each.exchange.curl for each in (one, other)),
                response=cut(run.client.redactor.clean(responses)),
                cause=(),
                location=run.contract.document.locate(operation.location),
                seen=seen,
            )
        )
        expectation = _expectation(pair, pair.cases)
        fuzz_case = FuzzCase(KIND, (one.request, other.request), expectation)
        number = self.analysis.adapter.number
        self.analysis.evidence.keep(fuzz_case, operation.name, [finding], number)


def _expectation(pair: CasePair, cases: tuple[Case, ...] = ()) -> Expectation:
    """Two errors in the request get a 4xx, whichever wins. With another trigger, either case may
    come, and it may not be a 4xx.
    """
    named = frozenset(case.code for case in pair.cases if case.code)
    kind = (
        ExpectationKind.REFUSED
        if all(is_of_request(case) for case in pair.cases)
        else ExpectationKind.HANDLED
    )
    return Expectation(kind, f"{pair} at once", cases, named=named)
