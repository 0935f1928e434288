"""The base: the request to an operation that should succeed, and the response to it.

All other requests are variations of it. An operation has several candidates for it; the first that
succeeds is the base, else the most honest one. Where the base does not succeed because of a state
of the target (a resource is unknown, say), that state may hide what a variation should get: nothing
is asserted of a response that the state explains.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from contract_tests.checks.context import Expectation, ExpectationKind, is_of_request
from contract_tests.checks.schemas import fits_text
from contract_tests.http.exchange import Exchange, OperationRequest, Response
from contract_tests.operations.resources import path_parameters
from contract_tests.operations.roles import Role, collection_of, is_item
from contract_tests.plan import PASSING
from contract_tests.requests.applicability import repetition
from contract_tests.requests.hidden import may_break_a_rule
from contract_tests.requests.sources import (
    MOST_TRIED,
    Candidate,
    Origin,
    Sources,
    is_changed,
    valid_request,
)
from contract_tests.requests.variations.renewal import renewed, texts
from contract_tests.results.run import MOST_KEPT, Run, case_answered
from tallystick.catalogue.cases import Case
from tallystick.catalogue.collections import template
from tallystick.contract import ContractOperation
from tallystick.reader.operations import Field

STATE = (402, 409, 410, 412, 423, 424, 428)
"""Statuses that speak of a state of the target (RFC 9110 section 15.5, RFC 4918, RFC 6585)."""

_REFUSED = (401, 403)

_CONFLICT = 409
_MOST_UNIQUE = 5
"""How many texts are tried as the one that must be unique."""


@dataclass(frozen=True, slots=True)
class Base:
    """The base of an operation; `case` is the documented case of the response, if it is one;
    `sources` says where the values come from. Without `exchange` nothing could be sent. `again` is
    the status of an equal second create: it may find the first one. `unique` are the places that
    need other values for another to be created. It `has_rules` where a made body may break
    one that no schema says, though it creates.
    """

    operation: ContractOperation
    request: OperationRequest
    exchange: Exchange | None
    case: Case | None
    sources: Mapping[str, Origin] = field(default_factory=dict)
    is_repeatable: bool = True
    role: Role | None = None
    again: int | None = None
    unique: tuple[Field, ...] = ()
    has_rules: bool = False

    @property
    def status(self) -> int | None:
        """The status of the response; None where none came."""
        outcome = self.exchange.outcome if self.exchange else None
        return outcome.status if isinstance(outcome, Response) else None

    @property
    def is_success(self) -> bool:
        """Whether the request that should succeed does, as the document says."""
        return self.case is not None and self.status is not None and self.status < 400

    @property
    def doubt(self) -> str | None:
        """Why a refusal of the base says nothing about the service; None where it does."""
        guesses = [name for name, source in self.sources.items() if source is Origin.GUESS]
        if self.exchange is None:
            return "this run created no item that may be changed or deleted"
        if self.case is not None and self.status in PASSING:
            return f"the target kept answering {self.status}"
        if self.status is None or self.status >= 500 or self.is_success:
            return None
        got = f"the request was answered {self.case.label if self.case else self.status}"
        if self.status in _REFUSED and not self._is_given:
            return f"{got}: it needs credentials that may do this"
        if guesses:
            return f"{got}: it needs {', '.join(guesses)}"
        if self.status == 404 and not self._is_certain_to_exist:
            return f"{got}: it needs {', '.join(self._places) or 'an item that has this'}"
        if self.status in STATE and not self._is_given:
            return f"{got}: it needs a resource in another state"
        has_code = self.case is not None and self.case.code is not None
        if (has_code or self._may_break_a_rule) and not self._is_given:
            return f"{got}: it needs values that keep its rules"
        return None

    def accepted(self, what: str, source: str = "", *, is_advised: bool = False) -> Expectation:
        """What is expected of a variation without fault: the case that the base got, or an upstream
        failure, which may come at any time. What creates may find its resource there already.
        """
        # Only a validator brings a 304 about (RFC 9110 section 15.4.5).
        own = [case for case in self.operation.cases if case.status != "304"]
        cases = [case for case in own if case.is_success or _is_upstream(case)]
        cases += [case for case in self.operation.cases if case.http_status in self._in_the_way]
        first = [self.case] if self.case else []
        others = [case for case in cases if case not in first]
        return Expectation(
            ExpectationKind.ACCEPTED,
            what,
            (*first, *others),
            source=source,
            is_advised=is_advised,
        )

    def renewed(
        self, request: OperationRequest, like: OperationRequest | None = None, salt: str = ""
    ) -> OperationRequest:
        """A variation of the base, or of `like`, that can be sent though what it creates is unique
        and there.
        """
        return renewed(request, self.unique, like or self.request, salt)

    def hides(self, exchange: Exchange) -> bool:
        """Whether the response to a variation is explained by the state that the base is in, or
        left behind: documents do not say which of two faults wins.
        """
        outcome = exchange.outcome
        if self.is_success:
            left_behind = isinstance(outcome, Response) and outcome.status in (*STATE, self.again)
            return left_behind and not self.is_repeatable
        if self.case is None:
            is_same = isinstance(outcome, Response) and outcome.status == self.status
            return is_same and 400 <= (self.status or 0) < 500
        return not is_of_request(self.case) and self.case == case_answered(self.operation, exchange)

    @property
    def _in_the_way(self) -> tuple[int, ...]:
        """The statuses of what an earlier request may have left in the way of a variation: of a
        create it is known what an equal second one gets, and what has to be unique.
        """
        if self.is_repeatable:
            return ()
        if self.role not in (Role.CREATE, Role.UPDATE) and self.status != 201:
            return (409, 422)
        return (409, self.again) if self.again and not self.unique else (409,)

    @property
    def _may_break_a_rule(self) -> bool:
        """Whether a made body may break a rule that no schema says. What creates or changes an item
        has few (`requests/hidden.py`); what is created elsewhere may have to be there already.
        Other requests have some, where the document has a refusal for them.
        """
        creates = self.role in (Role.CREATE, Role.UPDATE) and not self.has_rules
        is_made = self.sources.get("body") is Origin.SETTLED and self.status in (400, 422)
        return is_made and not creates and (self.case is not None or bool(self._places))

    @property
    def _is_given(self) -> bool:
        """Whether the target file gives all values that something has to be known of."""
        values = set(self.sources.values())
        return Origin.GIVEN in values and values <= {Origin.GIVEN, Origin.SETTLED}

    @property
    def _is_certain_to_exist(self) -> bool:
        """Whether the path leads to what must be there: what the target file names, or an item that
        this run has seen.
        """
        path = [s for name, s in self.sources.items() if name.startswith("path.")]
        if all(source is Origin.GIVEN for source in path):
            return True
        has_seen = all(source in (Origin.GIVEN, Origin.RUN) for source in path)
        return has_seen and is_item(self.operation)

    @property
    def _places(self) -> list[str]:
        return [
            name
            for name, source in self.sources.items()
            if name.startswith("path.") and source is not Origin.GIVEN
        ]


class Bases:
    """The bases of a run, each sent once."""

    def __init__(
        self, run: Run, watch: Callable[[Base], None] = lambda _: None, most: int = MOST_TRIED
    ) -> None:
        """`watch` sees each base as soon as it is sent; it may end the run. At `most` so many
        candidates are tried for an operation.
        """
        self.run, self.watch, self.most = run, watch, most
        self.sources = Sources(run.contract, run.target, run.resources, run.plan.seed)
        self._sent: dict[str, Base] = {}

    def of(self, operation: ContractOperation) -> Base:
        """The base of an operation."""
        if operation.name not in self._sent:
            base = self._found(operation) or self._created(operation)
            creates = base.role is Role.CREATE or base.status == 201
            if base.is_success and creates and not base.is_repeatable:
                base = self._repeated(base)
            elif base.role is Role.CREATE and base.status == _CONFLICT:
                self._check_new(base)
            self._sent = {name: _shortened(earlier) for name, earlier in self._sent.items()}
            self._sent[operation.name] = base
            self.watch(base)
        return self._sent[operation.name]

    def _found(self, operation: ContractOperation) -> Base | None:
        """The best of the candidates; None where there is none."""
        tried: list[Base] = []
        for candidate in islice(self.sources.candidates(operation), self.most):
            base = self._send(operation, candidate)
            tried.append(base)
            if base.is_success or base.status is None or base.status in _REFUSED:
                break
        chosen = min(
            tried, key=lambda base: (not base.is_success, base.doubt is not None), default=None
        )
        for base in tried:
            if base is not chosen and base.exchange:
                expectation = Expectation(ExpectationKind.HANDLED, "values that may be wrong")
                self.run.check(operation, base.exchange, expectation)
        return chosen

    def _repeated(self, base: Base) -> Base:
        """The base of a create with what an equal second one gets (409, where it is unique)."""
        exchange = self.run.client.send(base.request)
        expectation = Expectation(ExpectationKind.HANDLED, "an equal second request")
        self.run.check(base.operation, exchange, expectation)
        outcome = exchange.outcome
        status = outcome.status if isinstance(outcome, Response) else None
        if status is None or not 400 <= status < 500:
            return base
        return replace(base, again=status, unique=self._unique(base))

    def _check_new(self, base: Base) -> None:
        """A create that finds whatever is sent there already creates nothing at all."""
        request = renewed(base.request, tuple(texts(self.run.contract, base.request)), base.request)
        successes = tuple(case for case in base.operation.cases if case.is_success)
        if request == base.request or not successes:
            return
        what = "an item with other texts"
        expectation = Expectation(ExpectationKind.ACCEPTED, what, successes, is_advised=True)
        self.run.check(base.operation, self.run.client.send(request), expectation)

    def _unique(self, base: Base) -> tuple[Field, ...]:
        """What has to differ for another item to be created: one text, or else all of them."""
        places = texts(self.run.contract, base.request)[:_MOST_UNIQUE]
        for chosen in [*((place,) for place in places), tuple(places)]:
            request = renewed(base.request, chosen, base.request)
            if chosen and self._is_created(base.operation, request):
                return chosen
        return ()

    def _is_created(self, operation: ContractOperation, request: OperationRequest) -> bool:
        exchange = self.run.client.send(request)
        expectation = Expectation(ExpectationKind.HANDLED, "another item")
        self.run.check(operation, exchange, expectation)
        return isinstance(exchange.outcome, Response) and exchange.outcome.is_success

    def untouched(self, operation: ContractOperation) -> OperationRequest | None:
        """A request to what the run created and may delete; not yet sent. None where there is
        nothing.
        """
        found = next(iter(self.sources.candidates(operation)), None)
        if found is None:
            self._create(operation)
            found = next(iter(self.sources.candidates(operation)), None)
        return found.request if found else None

    def _created(self, operation: ContractOperation) -> Base:
        """The base of what changes or deletes an item, on an item that is created for it."""
        self._create(operation)
        return self._found(operation) or Base(operation, self._nobodys(operation), None, None)

    def _nobodys(self, operation: ContractOperation) -> OperationRequest:
        """A request that changes nothing: a made id of an item might be somebody's."""
        run = self.run
        request = valid_request(run.contract, operation, run.target)
        if not is_changed(operation, run.target) or not is_item(operation):
            return request
        last, document = path_parameters(operation)[-1], run.contract.document
        ids = (i for i in run.plan.unknown_ids(operation) if fits_text(document, last.schema, i))
        own = next(ids, request.path.get(last.name))
        return replace(request, path={**request.path, last.name: own})

    def _create(self, operation: ContractOperation) -> None:
        """Create what the operation may change or delete."""
        plan = self.run.plan
        places = (collection_of(operation.path), template(operation.path))
        for other in self.run.contract.operations:
            place = plan.roles.collection(other) or template(other.path)
            is_creator = plan.roles.of(other) is Role.CREATE and place in places
            if is_creator and plan.scope.left_out(other) is None:
                self._found(other)

    def _send(self, operation: ContractOperation, candidate: Candidate) -> Base:
        exchange = self.run.client.send(candidate.request)
        self.run.resources.learn(operation, exchange)
        roles, request = self.run.plan.roles, candidate.request
        return Base(
            operation,
            request,
            exchange,
            case_answered(operation, exchange),
            candidate.sources,
            repetition(self.run.plan, operation),
            roles.of(operation),
            has_rules=roles.is_elsewhere(operation) or may_break_a_rule(self.run.contract, request),
        )


def _shortened(base: Base) -> Base:
    """A base without a long body, which was judged by now: a run keeps many bases."""
    outcome = base.exchange.outcome if base.exchange else None
    if base.exchange is None or not isinstance(outcome, Response):
        return base
    if len(outcome.body) <= MOST_KEPT:
        return base
    short = replace(outcome, body=outcome.body[:MOST_KEPT], is_cut=True)
    return replace(base, exchange=replace(base.exchange, outcome=short))


def _is_upstream(case: Case) -> bool:
    is_upstream = case.trigger is not None and case.trigger.kind == "upstream"
    return is_upstream and case.http_status in PASSING
