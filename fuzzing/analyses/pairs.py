"""Pairs of faults in one request: which of the two an implementation names, and whether always.

Rules: which fault wins, no document says, so that it is told and not judged. What is judged is
that it does not depend on what means nothing: the order of an object's members and white space
(standard), and nothing at all (advisory). Only what brings its case about alone is paired. A
request is sent twice, then in each other spelling. What a spelling changes must change several
times to and fro before it counts; where the same request gets now one error, now another, nothing
else is claimed of the operation. All of it takes a share of the requests at most.
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
from contract_tests.checks.table import Check, seen_otherwise
from contract_tests.http.client import Client
from contract_tests.http.exchange import Exchange, OperationRequest, TransportError, body_of
from contract_tests.requests.base import Base
from contract_tests.requests.probes import EQUIVALENTS
from contract_tests.requests.reaching import provoking_call, valid_call
from contract_tests.results.findings import Finding, cut, shown
from contract_tests.results.run import Run
from contract_tests.target.target import CaseSetup, Target
from fuzzing.analyses.precedence import BOTH, Compared, Precedence
from fuzzing.engine.budget import BudgetSpentError
from fuzzing.engine.campaign import Campaign
from fuzzing.generators.cases import FuzzCase
from fuzzing.generators.dictionaries import name_of
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation

KIND = "order"

_SHARE = 5
"""The pairs of all operations take one part in so many of the requests that are left, at most."""

_ROUNDS = 4
"""How often two spellings must get two errors before the spelling is said to make the error."""

_TRIES = 10
"""How often a replay sends a request that gets now one error, now another."""


def _obligation(name: str, level: str, source: str) -> Check:
    return Check(name, level, source, "two faults in one request", seen_otherwise)


STEADY = _obligation("one error for one request", ADVISORY, "good practice")
BY_MEMBERS = _obligation("one error for any order of members", STANDARD, "RFC 8259 section 4")
BY_SPACE = _obligation("one error for any white space", STANDARD, "RFC 8259 section 2")
CHECKS = (BY_MEMBERS, BY_SPACE, STEADY)

_AGAIN = {
    STEADY: "sent again",
    BY_MEMBERS: "with its properties in reverse order",
    BY_SPACE: "with white space around its tokens",
}
_PROBES = {probe.source: probe for probe in EQUIVALENTS}


# --- faults


@dataclass(frozen=True, slots=True)
class Defect:
    """What brings a case about, and the values that it changes, as target files name them."""

    case: Case
    names: frozenset[str]
    entry: CaseSetup | None

    def put_into(self, call: OperationRequest) -> OperationRequest | None:
        """The call with the fault."""
        return provoking_call(call, self.case, self.entry)

    def excludes(self, other: Defect) -> bool:
        """Whether both change the same value, or one a part of it."""
        return any(
            f"{one}.".startswith(f"{two}.") or f"{two}.".startswith(f"{one}.")
            for one in self.names
            for two in other.names
        )


def faults_of(operation: ContractOperation, target: Target) -> list[Defect]:
    """The faults that a single request can have: those in the request itself, and what the target
    file provokes by other parameters or headers, without set-up calls.
    """
    found = []
    for case in operation.cases:
        entry = target.provocation(case)
        names = _names(case, entry)
        if names and not case.is_success and not (entry and _needs_more(entry)):
            found.append(Defect(case, names, entry))
    return found


def _names(case: Case, entry: CaseSetup | None) -> frozenset[str]:
    names = [*entry.parameters, *(f"header.{name}" for name in entry.headers)] if entry else []
    if is_of_request(case) and case.trigger and case.trigger.field:
        names.append(name_of(case.trigger.field))
    return frozenset(n.lower() if n.startswith("header.") else n for n in names)


def _needs_more(entry: CaseSetup) -> bool:
    return bool(entry.before or entry.after or entry.unreachable)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two faults in one request: as it is, and in the spellings that make a difference to it."""

    faults: tuple[Defect, Defect]
    plain: PreparedRequest
    spelled: Mapping[Check, PreparedRequest]

    @property
    def cases(self) -> tuple[Case, Case]:
        """The cases of the faults."""
        return self.faults[0].case, self.faults[1].case

    @property
    def cost(self) -> int:
        """How many requests it takes."""
        return 2 + len(self.spelled)

    def __str__(self) -> str:
        return " and ".join(case.label for case in self.cases)


def pairs_of(faults: Sequence[Defect], call: OperationRequest, client: Client) -> list[Pair]:
    """The pairs of faults that can be in one request; first those that are neighbours in the
    document, which say most of the order.
    """
    indices = combinations(range(len(faults)), 2)
    made = [
        _pair((faults[one], faults[other]), call, client)
        for one, other in sorted(indices, key=lambda pair: (pair[1] - pair[0], pair))
    ]
    return [pair for pair in made if pair is not None]


def _pair(faults: tuple[Defect, Defect], call: OperationRequest, client: Client) -> Pair | None:
    one, other = faults
    first = None if one.excludes(other) else one.put_into(call)
    both = None if first is None else other.put_into(first)
    if both is None:
        return None
    plain = client.prepare(both)
    spelled: dict[Check, PreparedRequest] = {}
    for check in (BY_MEMBERS, BY_SPACE):
        probe = _PROBES[check.source]
        if probe.applies(both):
            again = probe.make(client, both)
            spelled |= {check: again} if body_of(again) != body_of(plain) else {}
    return Pair(faults, plain, spelled)


# --- answers


def winner(operation: ContractOperation, cases: Sequence[Case], exchange: Exchange) -> str | None:
    """Which of two cases an answer is, by its code, its text, or a status that only one of them
    has; `BOTH` where it names both, None where neither.
    """
    answer = exchange.outcome
    if isinstance(answer, TransportError) or answer.is_limited or answer.status < 400:
        return None
    try:
        value = answer.value
    except (ValueError, RecursionError):
        value = None
    codes = {code for code, _ in named_codes(value, [c.code for c in operation.cases if c.code])}
    named = [c for c in cases if (c.code in codes if codes else holds_text(value, c))]
    if len({case.code for case in named}) > 1:
        return BOTH
    if len(named) != 1 and (named or not codes):
        named = [case for case in named or cases if has_status(case, answer.status)]
    return named[0].label if len(named) == 1 else None


class Answered(NamedTuple):
    """A request with what its answer names."""

    request: PreparedRequest
    exchange: Exchange
    winner: str | None

    def differs(self, other: Answered) -> bool:
        """Whether both name documented cases, and not the same."""
        return None not in (self.winner, other.winner) and self.winner != other.winner


Send = Callable[[PreparedRequest], Answered]


def _rounds(one: PreparedRequest, other: PreparedRequest, send: Send) -> list[list[Answered]]:
    """What two requests get that are sent in turn."""
    turns = [(send(one), send(other)) for _ in range(_ROUNDS)]
    return [list(answers) for answers in zip(*turns, strict=True)]


def _are_two(rounds: Sequence[Sequence[Answered]]) -> bool:
    """Whether each of two requests got one error, and the other another."""
    one, other = ({answered.winner for answered in answers} for answers in rounds)
    return len(one) == len(other) == 1 and one != other and None not in one | other


def still_holds(
    run: Run,
    operation: ContractOperation,
    requests: Sequence[PreparedRequest],
    cases: Sequence[Case],
) -> bool:
    """Whether the two requests that showed a finding get two errors again."""

    def send(request: PreparedRequest) -> Answered:
        exchange = run.client.transmit(request)
        return Answered(request, exchange, winner(operation, cases, exchange))

    one, other = requests
    if body_of(one) != body_of(other):
        return _are_two(_rounds(one, other, send))
    first, *others = (send(one) for _ in range(_TRIES))
    return any(first.differs(again) for again in others)


# --- what is sent


class Pairs:
    """What one worker finds out by pairs of faults."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.found: list[Precedence] = []
        self.broken: list[tuple[FuzzCase, str, Finding, int]] = []

    def examine(self, left: int) -> list[Precedence]:
        """Send the pairs of all operations, as far as the requests suffice that are left; gives the
        order of errors of each that has pairs.
        """
        operations = self.campaign.run.contract.operations
        room = left // (_SHARE * len(operations))
        with suppress(BudgetSpentError):
            for operation in operations:
                self.campaign.gate.mark.operation = operation
                self._examine(operation, room)
        return [precedence for precedence in self.found if precedence.pairs]

    def keep(self) -> None:
        """Keep what showed the findings of single answers, if no shot has shown them since, and
        which request showed them first.
        """
        known = set(self.campaign.shown)
        for shot, operation, finding, first in reversed(self.broken):
            if finding.id not in known:
                self.campaign.keep(shot, operation, [finding])
            self.campaign.shown[finding.id].first = first

    def _examine(self, operation: ContractOperation, room: int) -> None:
        run, mark = self.campaign.run, self.campaign.gate.mark
        call = valid_call(run.contract, operation, run.target)
        pairs = pairs_of(faults_of(operation, run.target), call, run.client)
        if not pairs or room < pairs[0].cost + len(pairs[0].faults):
            return
        mark.kind = "base"
        base = self.campaign.bases.of(operation)
        if base.works:
            mark.kind = KIND
            labels = [case.label for case in operation.cases]
            precedence = Precedence(operation.name, labels, not_tried=len(pairs))
            self.found.append(precedence)
            _Examination(self, base, precedence).run(pairs, room)


class _Examination:
    """The pairs of one operation."""

    def __init__(self, pairs: Pairs, base: Base, precedence: Precedence) -> None:
        self.campaign, self.broken = pairs.campaign, pairs.broken
        self.base, self.precedence = base, precedence
        self._alone: dict[str, bool] = {}
        self._is_steady = True
        self._suspected: dict[Check, list[Pair]] = {BY_MEMBERS: [], BY_SPACE: []}

    def run(self, pairs: Sequence[Pair], room: int) -> None:
        """Send as many of the pairs as there is room for, then those again that are suspected."""
        for pair in pairs:
            alone = [fault for fault in pair.faults if fault.case.label not in self._alone]
            room -= pair.cost + len(alone)
            if room < 0:
                break
            self.precedence.not_tried -= 1
            if all(self._is_provoked(fault) for fault in pair.faults):
                self._try(pair)
        for check, suspected in self._suspected.items():
            if suspected and self._is_steady:
                self._confirm(check, suspected)

    def _is_provoked(self, fault: Defect) -> bool:
        """Whether a fault brings its case about, alone."""
        case = fault.case
        if case.label not in self._alone:
            call = fault.put_into(self.base.call)
            kind = ExpectationKind.CASE if is_of_request(case) else ExpectationKind.HANDLED
            expectation = Expectation(kind, f"{case.label} alone", (case,))
            self._alone[case.label] = call is not None and (
                self._send(self.campaign.run.client.prepare(call), expectation, [case]).winner
                == case.label
            )
        return self._alone[case.label]

    def _try(self, pair: Pair) -> None:
        """Compare the two faults of a pair."""
        first, again = self._send_pair(pair.plain, pair), self._send_pair(pair.plain, pair)
        answers = [first, again]
        if first.differs(again):
            self._tell_unsteady(pair, first, again)
        else:
            for check, request in pair.spelled.items():
                answers.append(self._send_pair(request, pair))
                if first.differs(answers[-1]):
                    self._suspected[check].append(pair)
        one, other = pair.cases
        is_consistent = len({answered.winner for answered in answers}) == 1
        self.precedence.pairs.append(
            Compared((one.label, other.label), first.winner, is_consistent)
        )

    def _confirm(self, check: Check, suspected: Sequence[Pair]) -> None:
        """Tell what a spelling changes, if it does so each time."""
        pair = suspected[0]
        rounds = _rounds(
            pair.plain, pair.spelled[check], lambda request: self._send_pair(request, pair)
        )
        if _are_two(rounds):
            self._tell(check, pair, rounds[0][0], rounds[1][0], [str(pair)])
            return
        for first, *others in rounds:
            for again in others:
                if first.differs(again):
                    self._tell_unsteady(pair, first, again)
                    return

    def _send_pair(self, request: PreparedRequest, pair: Pair) -> Answered:
        return self._send(request, _expectation(pair), pair.cases)

    def _send(
        self, request: PreparedRequest, expectation: Expectation, cases: Sequence[Case]
    ) -> Answered:
        run, operation = self.campaign.run, self.base.operation
        exchange = run.client.transmit(request)
        if self.base.hides(exchange):
            return Answered(request, exchange, None)
        shot = FuzzCase(KIND, (request,), expectation)
        self.broken += [
            (shot, operation.name, finding, self.campaign.gate.number)
            for finding in run.judge(operation, exchange, expectation)
        ]
        return Answered(request, exchange, winner(operation, cases, exchange))

    def _tell_unsteady(self, pair: Pair, first: Answered, again: Answered) -> None:
        self._is_steady = False
        self._tell(STEADY, pair, first, again, [str(pair)])

    def _tell(
        self,
        check: Check,
        pair: Pair,
        one: Answered,
        other: Answered,
        seen: list[str],
    ) -> None:
        """Tell a finding that two answers show together."""
        run, operation = self.campaign.run, self.base.operation
        message = f"{pair} at once get {one.winner}, and {_AGAIN[check]} {other.winner}"
        answers = " | ".join(shown(answered.exchange.outcome) for answered in (one, other))
        finding = run.findings.add(
            Finding(
                check=check,
                operation=operation.name,
                source=check.source,
                sentence="",
                message=message,
                curl="\n".join(answered.exchange.curl for answered in (one, other)),
                answer=cut(run.client.redactor.clean(answers)),
                cause=(),
                location=run.contract.document.locate(operation.location),
                seen=seen,
            )
        )
        expectation = _expectation(pair, pair.cases)
        shot = FuzzCase(KIND, (one.request, other.request), expectation)
        self.campaign.keep(shot, operation.name, [finding])


def _expectation(pair: Pair, cases: tuple[Case, ...] = ()) -> Expectation:
    """Two faults of the request are refused, whichever wins; what another fault gets is any of the
    two, be it no 4xx.
    """
    named = frozenset(case.code for case in pair.cases if case.code)
    kind = (
        ExpectationKind.REFUSED
        if all(is_of_request(case) for case in pair.cases)
        else ExpectationKind.HANDLED
    )
    return Expectation(kind, f"{pair} at once", cases, named=named)
