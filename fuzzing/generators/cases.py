"""Shots: the requests of a fuzz, each with what is expected of its answer.

Rules: three-valued, as the contract is. What is certainly valid should succeed, what certainly
has one fault should get the case of that fault; of everything else (values in between, several
faults, data that fits no schema) only what holds for every answer is asserted. A new kind is one
function and one row of `KINDS`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from requests import PreparedRequest
from schemathesis import GenerationMode

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.http.client import Client
from contract_tests.http.exchange import OperationRequest
from contract_tests.requests import generated, strategies
from contract_tests.requests.base import Base
from contract_tests.requests.reaching import constraints, with_value, without
from contract_tests.target.target import Target
from fuzzing.generators import spelling, texts
from fuzzing.generators.dictionaries import Words, name_of
from tallystick.catalogue.cases import Case
from tallystick.catalogue.constraints import Constraint
from tallystick.catalogue.sentences import Field
from tallystick.contract import Contract, ContractOperation
from tallystick.judgement import Judgement

CANARY = "canary"


@dataclass(frozen=True, slots=True)
class FuzzCase:
    """Requests that are sent one after the other; the answer to the last is judged. `call` is what
    it was made from, where it was.
    """

    kind: str
    requests: tuple[PreparedRequest, ...]
    expectation: Expectation
    call: OperationRequest | None = None

    @property
    def last(self) -> PreparedRequest:
        """The request whose answer is judged."""
        return self.requests[-1]


@dataclass(frozen=True, slots=True)
class OperationContext:
    """What shots at one operation are made from. `canary` makes an address that is watched; `pool`
    has calls that were answered as none before.
    """

    contract: Contract
    target: Target
    client: Client
    base: Base
    dictionaries: Mapping[str, Words]
    canary: Callable[[int], str] | None = None
    pool: Sequence[OperationRequest] = ()

    @property
    def operation(self) -> ContractOperation:
        """The operation that is shot at."""
        return self.base.operation

    @property
    def rules(self) -> dict[Field, Constraint]:
        """The constraints of its fields."""
        return constraints(self.operation)

    def shot(self, kind: str, call: OperationRequest, expectation: Expectation) -> FuzzCase:
        """A shot of one call."""
        sent = (self.client.prepare(call),)
        return FuzzCase(kind, sent, replace(expectation, is_random=True), call)

    def accepted(self, what: str) -> Expectation:
        """What is certainly valid gets what the request that succeeds gets."""
        return self.base.accepted(what)

    def context(self, kind: str, field: Field, value: Any) -> FuzzCase:
        """A shot with one value, expected by what the field's constraint says of it."""
        call = with_value(self.base.call, field, value)
        rule = self.rules.get(field)
        judgement = rule.judge(value) if rule else Judgement.DISPUTED
        if judgement is Judgement.VALID:
            return self.shot(kind, call, self.accepted("certainly valid data"))
        case = self.invalid_case(field)
        # What is blank, or of another type, may count as missing, too.
        is_plain = isinstance(value, str) and value.strip()
        if judgement is Judgement.INVALID and case is not None and is_plain:
            what = f"{case.label}: other invalid data"
            return self.shot(kind, call, Expectation(ExpectationKind.CASE, what, (case,)))
        return self.shot(kind, call, _HANDLED)

    def mutated(self, call: OperationRequest, field: Field, value: Any) -> FuzzCase:
        """A shot of a call of the pool, with another value, expected by what the constraints say of
        all its values.
        """
        call = with_value(call, field, value)
        if self.is_valid(call):
            return self.shot("mutated", call, self.accepted("certainly valid data"))
        return self.shot("mutated", call, _HANDLED)

    def is_valid(self, call: OperationRequest) -> bool:
        """Whether all values of the body are certainly valid, and nothing else is in it: members
        that nobody knows may be refused.
        """
        rules = {field.name: rule for field, rule in self.rules.items() if field.location == "body"}
        return (
            isinstance(call.body, dict)
            and call.body.keys() == rules.keys()
            and all(rule.judge(call.body[name]) is Judgement.VALID for name, rule in rules.items())
        )

    def judged_both(self, kind: str, one: Field, other: Field, values: tuple[Any, Any]) -> FuzzCase:
        """A shot with two values, expected by what the fields' constraints say of them."""
        call = with_value(with_value(self.base.call, one, values[0]), other, values[1])
        context = {self.rules[one].judge(values[0]), self.rules[other].judge(values[1])}
        if context == {Judgement.VALID}:
            return self.shot(kind, call, self.accepted("certainly valid data"))
        if Judgement.INVALID in context:
            named = self.codes(one) | self.codes(other)
            return self.shot(
                kind, call, Expectation(ExpectationKind.REFUSED, "two values", named=named)
            )
        return self.shot(kind, call, _HANDLED)

    def invalid_case(self, field: Field) -> Case | None:
        """The case of an invalid value of a field."""
        return next((case for case in self._cases(field) if case.constraint), None)

    def _cases(self, field: Field) -> list[Case]:
        cases = self.operation.cases
        return [case for case in cases if case.trigger and case.trigger.field == field]

    def codes(self, field: Field) -> frozenset[str]:
        """The codes of all faults of a field."""
        return frozenset(case.code for case in self._cases(field) if case.code)


_HANDLED = Expectation(ExpectationKind.HANDLED, "data in between")
FuzzCases = SearchStrategy[FuzzCase]


# --- kinds


def _positive(place: OperationContext) -> FuzzCases | None:
    """Every field certainly valid."""
    drawn = _valid_calls(place)
    expected = place.accepted("certainly valid data")
    return None if drawn is None else drawn.map(lambda call: place.shot("positive", call, expected))


def _valid_calls(place: OperationContext) -> SearchStrategy[OperationRequest] | None:
    if not place.rules:
        return None
    fields = {field: _valid(rule) for field, rule in place.rules.items()}

    def make(drawn: dict[Field, Any]) -> OperationRequest:
        call = place.base.call
        for field, value in drawn.items():
            call = with_value(call, field, value)
        return call

    return st.fixed_dictionaries(fields).map(make)


def _valid(rule: Constraint) -> SearchStrategy[Any]:
    if rule.kind != "absolute-url":
        return strategies.valid(rule)
    return texts.urls().filter(lambda value: rule.judge(value) is Judgement.VALID)


def _invalid(rule: Constraint) -> SearchStrategy[Any]:
    if rule.kind != "absolute-url":
        return strategies.invalid(rule)
    drawn = st.one_of(st.sampled_from(rule.invalid_values()), texts.no_urls(), texts.no_urls())
    return drawn.filter(lambda value: rule.judge(value) is Judgement.INVALID)


def _faulty_fields(place: OperationContext) -> list[Field]:
    """The fields that have a case for what is invalid."""
    return [field for field in place.rules if place.invalid_case(field)]


def _negative(place: OperationContext) -> FuzzCases | None:
    """One field certainly invalid."""
    made = [
        _invalid(place.rules[field]).map(partial(place.context, "negative", field))
        for field in _faulty_fields(place)
    ]
    return st.one_of(made) if made else None


def _missing(place: OperationContext) -> FuzzCases | None:
    """One field left out."""
    made = [
        place.shot(
            "missing",
            without(place.base.call, case.trigger.field),
            Expectation(ExpectationKind.CASE, f"{case.label}: left out", (case,)),
        )
        for case in place.operation.cases
        if case.trigger and case.trigger.field and case.trigger.fault == "missing"
    ]
    return st.sampled_from(made) if made else None


def _boundary(place: OperationContext) -> FuzzCases | None:
    """One field at an edge: exact lengths, any port, letters of many scripts, escapes."""
    fields = [field for field, rule in place.rules.items() if rule.kind == "absolute-url"]
    edges = st.one_of(texts.urls(), texts.no_urls())
    made = [edges.map(partial(place.context, "boundary", field)) for field in fields]
    return st.one_of(made) if made else None


def _dictionary(place: OperationContext) -> FuzzCases | None:
    """One field with a value of a dictionary: the built-in ones, or the target file's own."""
    made = [
        _words(place, field).map(partial(place.context, "dictionary", field))
        for field in (*place.rules, *_other_fields(place))
    ]
    return st.one_of(made) if made else None


def _words(place: OperationContext, field: Field) -> SearchStrategy[Any]:
    rule = place.rules.get(field)
    built_in = texts.URLS if rule and rule.kind == "absolute-url" else texts.PLAIN
    own = place.dictionaries.get(name_of(field))
    return own.beside(built_in) if own else st.sampled_from(built_in)


def _other_fields(place: OperationContext) -> list[Field]:
    """The fields that no sentence speaks of: the body's, and what a dictionary is bound to."""
    known = set(place.rules)
    return [
        field
        for field in place.operation.fields
        if field not in known and (field.location == "body" or name_of(field) in place.dictionaries)
    ]


def _pair(place: OperationContext) -> FuzzCases | None:
    """Two fields at fault: refused, with the code of one of them; which one, nothing says."""
    fields = _faulty_fields(place)
    if len(fields) < 2:
        return None

    def fault(field: Field) -> SearchStrategy[Callable[[OperationRequest], OperationRequest]]:
        leave_out = st.just(lambda call: without(call, field))
        wrong = _invalid(place.rules[field])
        return st.one_of(leave_out, wrong.map(lambda value: lambda c: with_value(c, field, value)))

    def make(
        faults: tuple[Callable[[OperationRequest], OperationRequest], ...], named: frozenset[str]
    ) -> FuzzCase:
        call = place.base.call
        for apply in faults:
            call = apply(call)
        return place.shot(
            "pair", call, Expectation(ExpectationKind.REFUSED, "two faults", named=named)
        )

    made = [
        st.tuples(fault(one), fault(other)).map(
            partial(make, named=place.codes(one) | place.codes(other))
        )
        for index, one in enumerate(fields)
        for other in fields[index + 1 :]
    ]
    return st.one_of(made)


def _alike(place: OperationContext) -> FuzzCases | None:
    """Two fields of one kind with values that are the same, or nearly."""
    rules = place.rules
    pairs = [
        (one, other)
        for one in rules
        for other in rules
        if one != other and rules[one].kind == rules[other].kind
    ]
    made = [
        st.one_of(_valid(rules[one]), _invalid(rules[one]))
        .flatmap(lambda value: st.tuples(st.just(value), _near(value)))
        .map(partial(place.judged_both, "alike", one, other))
        for one, other in pairs
    ]
    return st.one_of(made) if made else None


def _near(value: Any) -> SearchStrategy[Any]:
    return texts.related(value) if isinstance(value, str) else st.just(value)


def _repeated(place: OperationContext) -> FuzzCases | None:
    """The same valid request again: what it gets, it gets again."""
    positive = _positive(place)
    if positive is None:
        return None
    times = st.sampled_from([2, 2, 3])
    return st.builds(
        lambda shot, n: FuzzCase("repeated", shot.requests * n, shot.expectation), positive, times
    )


def _afterwards(place: OperationContext) -> FuzzCases | None:
    """A valid request after a faulty one, which must have left nothing behind."""
    positive, faulty = _positive(place), _negative(place)
    if positive is None or faulty is None:
        return None
    return st.builds(
        lambda before, shot: FuzzCase(
            "afterwards", (*before.requests, *shot.requests), shot.expectation
        ),
        faulty,
        positive,
    )


def _spelled(place: OperationContext) -> FuzzCases | None:
    """A valid body in another spelling of JSON, which means the same."""
    drawn = _valid_calls(place)
    if drawn is None or not isinstance(place.base.call.body, dict):
        return None

    def make(call: OperationRequest, spell: spelling.Spell) -> FuzzCase:
        prepared = place.client.prepare(call, content=spell.write(call.body))
        expected = place.base.accepted("the same JSON in another spelling", spell.source)
        return FuzzCase("spelled", (prepared,), replace(expected, is_random=True))

    return st.builds(make, drawn, spelling.spells())


def _large(place: OperationContext) -> FuzzCases | None:
    """A valid body of a certain size: by blanks, which mean nothing (RFC 8259 section 2), or by a
    property that nobody knows.
    """
    call = place.base.call
    if not isinstance(call.body, dict):
        return None
    plain = json.dumps(call.body).encode()
    named = json.dumps({**call.body, _PADDING: ""}).encode()

    def make(size: int, blanks: bool) -> FuzzCase:
        content = plain if blanks else named
        end = 1 if blanks else 2
        filling = (b" " if blanks else b"a") * max(0, size - len(content))
        content = content[:-end] + filling + content[-end:]
        prepared = place.client.prepare(call, content=content)
        return FuzzCase("large", (prepared,), replace(_HANDLED, is_random=True))

    return st.builds(make, _sizes(), st.booleans())


def _sizes() -> SearchStrategy[int]:
    near = st.builds(
        lambda power, beside: 2**power + beside, st.integers(8, 17), st.sampled_from([-1, 0, 1])
    )
    return st.one_of(near, texts.numbers(20_000), texts.numbers(150_000))


_PADDING = "xTallystickPadding"


def _members(place: OperationContext) -> FuzzCases | None:
    """Properties that nobody knows beside the known ones: schemas without
    `additionalProperties: false` take them, and so do most implementations.
    """
    call = place.base.call
    if not isinstance(call.body, dict):
        return None
    known = call.body
    values = st.one_of(
        st.sampled_from(
            [None, True, False, 0, -0.0, 1e308, [], {}, [[]], {"": {}}, [1, "a", None]]
        ),
        st.integers(),
        st.floats(allow_nan=False),
        st.text(max_size=20),
        st.sampled_from(texts.PLAIN),
        st.builds(_nested, st.integers(1, 200), st.booleans()),
    )

    def make(more: dict[str, Any]) -> FuzzCase:
        return place.shot("members", replace(call, body={**more, **known}), _HANDLED)

    return st.dictionaries(texts.names(), values, min_size=1, max_size=6).map(make)


def _nested(depth: int, is_list: bool) -> Any:
    value: Any = None
    for _ in range(depth):
        value = [value] if is_list else {"a": value}
    return value


def _identifiers(place: OperationContext) -> FuzzCases | None:
    """Other values of the path than the target's own."""
    path = [field for field in place.operation.fields if field.location == "path"]
    if not path or not place.base.call.path:
        return None
    values = st.one_of(
        st.uuids().map(str),
        st.uuids().map(lambda value: str(value).upper()),
        st.text(min_size=1, max_size=40),
        st.integers().map(str),
        st.sampled_from([word for word in texts.PLAIN if 0 < len(word) < 300]),
    )

    def make(field: Field, value: str) -> FuzzCase:
        call = with_value(place.base.call, field, value)
        prepared = place.client.prepare(call)
        return FuzzCase("identifier", (prepared,), replace(_HANDLED, is_random=True))

    return st.builds(make, st.sampled_from(path), values)


def _schema(place: OperationContext, mode: GenerationMode) -> FuzzCases:
    """What Schemathesis makes of the schema, fitting it or not."""
    found = generated.cases(place.contract.document, place.operation, place.target, mode)

    def make(case: generated.GeneratedCase) -> FuzzCase:
        request = generated.to_request(case, place.target.shown_url)
        prepared = place.client.session.prepare_request(request)
        return FuzzCase("schema", (prepared,), replace(_HANDLED, is_random=True))

    return found.map(make)


def _canary(place: OperationContext) -> FuzzCases | None:
    """An address of the listener in a field that holds addresses."""
    fields = [field for field, rule in place.rules.items() if rule.kind == "absolute-url"]
    watched = place.canary
    if watched is None or not fields:
        return None
    return st.builds(
        lambda field, number: place.shot(
            CANARY, with_value(place.base.call, field, watched(number)), _HANDLED
        ),
        st.sampled_from(fields),
        texts.numbers(2**32),
    )


def _mutated(place: OperationContext) -> FuzzCases | None:
    """What was answered as nothing before, with one value a little different."""
    kept = [
        (call, field, call.body[field.name])
        for call in place.pool
        if isinstance(call.body, dict)
        for field in place.rules
        if isinstance(call.body.get(field.name), str)
    ]
    if not kept:
        return None
    # What is refused leads nowhere most often; the newest are the farthest from what is usual.
    valid = [each for each in kept if place.is_valid(each[0])] or kept
    chosen = st.one_of(*(st.sampled_from(each) for each in (kept, valid, valid[-_NEWEST:])))
    return chosen.flatmap(
        lambda each: texts.mutated(each[2]).map(partial(place.mutated, each[0], each[1]))
    )


_NEWEST = 8

Make = Callable[[OperationContext], FuzzCases | None]

KINDS: Mapping[str, tuple[Make, int]] = {
    "positive": (_positive, 6),
    "negative": (_negative, 3),
    "missing": (_missing, 1),
    "boundary": (_boundary, 3),
    "dictionary": (_dictionary, 2),
    "pair": (_pair, 1),
    "alike": (_alike, 2),
    "repeated": (_repeated, 1),
    "afterwards": (_afterwards, 1),
    "spelled": (_spelled, 1),
    "large": (_large, 1),
    "members": (_members, 2),
    "identifier": (_identifiers, 1),
    CANARY: (_canary, 2),
    "mutated": (_mutated, 8),
    "schema, fitting": (partial(_schema, mode=GenerationMode.POSITIVE), 1),
    "schema, not fitting": (partial(_schema, mode=GenerationMode.NEGATIVE), 1),
}
"""The kinds of shots, each with how often it is drawn beside the others."""


def shots(place: OperationContext) -> FuzzCases:
    """All shots at an operation."""
    made: list[FuzzCases] = []
    for make, weight in KINDS.values():
        strategy = make(place)
        if strategy is not None:
            made += [strategy] * weight
    # Drawn by a number, since `one_of` would join equal strategies into one.
    return st.integers(0, len(made) - 1).flatmap(lambda index: made[index])
