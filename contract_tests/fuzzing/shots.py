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

from contract_tests import schemas, strategies
from contract_tests.base import Base
from contract_tests.client import Client
from contract_tests.exchange import Call
from contract_tests.fuzzing import texts
from contract_tests.judged import Expectation, Kind
from contract_tests.provoke import constraints, with_value, without
from contract_tests.target import Target
from tallystick.cases import Case
from tallystick.constraints import Constraint
from tallystick.contract import Contract, ContractOperation
from tallystick.judgement import Judgement
from tallystick.sentences import Field


@dataclass(frozen=True, slots=True)
class Shot:
    """Requests that are sent one after the other; the answer to the last is judged."""

    kind: str
    requests: tuple[PreparedRequest, ...]
    expectation: Expectation

    @property
    def last(self) -> PreparedRequest:
        """The request whose answer is judged."""
        return self.requests[-1]


@dataclass(frozen=True, slots=True)
class Range:
    """What shots at one operation are made from. `canary` makes an address that is watched."""

    contract: Contract
    target: Target
    client: Client
    base: Base
    dictionaries: Mapping[str, Sequence[Any]]
    canary: Callable[[], str] | None = None

    @property
    def operation(self) -> ContractOperation:
        """The operation that is shot at."""
        return self.base.operation

    @property
    def rules(self) -> dict[Field, Constraint]:
        """The constraints of its fields."""
        return constraints(self.operation)

    def shot(self, kind: str, call: Call, expectation: Expectation) -> Shot:
        """A shot of one call."""
        return Shot(kind, (self.client.prepare(call),), replace(expectation, is_random=True))

    def accepted(self, what: str) -> Expectation:
        """What is certainly valid gets what the request that succeeds gets."""
        return self.base.accepted(what)

    def judged(self, kind: str, field: Field, value: Any) -> Shot:
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
            return self.shot(kind, call, Expectation(Kind.CASE, what, (case,)))
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


_HANDLED = Expectation(Kind.HANDLED, "data in between")
Shots = SearchStrategy[Shot]


# --- kinds


def _positive(place: Range) -> Shots | None:
    """Every field certainly valid."""
    if not place.rules:
        return None
    fields = {field: _valid(rule) for field, rule in place.rules.items()}

    def make(drawn: dict[Field, Any]) -> Shot:
        call = place.base.call
        for field, value in drawn.items():
            call = with_value(call, field, value)
        return place.shot("positive", call, place.accepted("certainly valid data"))

    return st.fixed_dictionaries(fields).map(make)


def _valid(rule: Constraint) -> SearchStrategy[Any]:
    drawn = strategies.valid(rule)
    if rule.kind != "absolute-url":
        return drawn
    edges = texts.urls().filter(lambda value: rule.judge(value) is Judgement.VALID)
    return st.one_of(drawn, edges)


def _negative(place: Range) -> Shots | None:
    """One field certainly invalid."""
    fields = [field for field in place.rules if place.invalid_case(field)]
    made = [
        strategies.invalid(place.rules[field]).map(partial(place.judged, "negative", field))
        for field in fields
    ]
    return st.one_of(made) if made else None


def _boundary(place: Range) -> Shots | None:
    """One field at an edge: exact lengths, any port, letters of many scripts, escapes."""
    fields = [field for field, rule in place.rules.items() if rule.kind == "absolute-url"]
    made = [texts.urls().map(partial(place.judged, "boundary", field)) for field in fields]
    return st.one_of(made) if made else None


def _dictionary(place: Range) -> Shots | None:
    """One field with a value of a dictionary: the built-in ones, or the target file's own."""
    made = []
    for field in (*place.rules, *_other_fields(place)):
        words = _words(place, field)
        made.append(st.sampled_from(words).map(partial(place.judged, "dictionary", field)))
    return st.one_of(made) if made else None


def _words(place: Range, field: Field) -> Sequence[Any]:
    own = place.dictionaries.get(f"{field.location}.{field.name}")
    if own:
        return own
    rule = place.rules.get(field)
    return texts.URLS if rule and rule.kind == "absolute-url" else texts.PLAIN


def _other_fields(place: Range) -> list[Field]:
    """The body's fields that no sentence speaks of."""
    known = set(place.rules)
    return [
        field
        for field in place.operation.operation.fields
        if field.location == "body" and field not in known
    ]


def _pair(place: Range) -> Shots | None:
    """Two fields at fault: refused, with the code of one of them; which one, nothing says."""
    fields = [field for field in place.rules if place.invalid_case(field)]
    if len(fields) < 2:
        return None

    def fault(field: Field) -> SearchStrategy[Callable[[Call], Call]]:
        leave_out = st.just(lambda call: without(call, field))
        wrong = strategies.invalid(place.rules[field])
        return st.one_of(leave_out, wrong.map(lambda value: lambda c: with_value(c, field, value)))

    def make(faults: tuple[Callable[[Call], Call], ...], named: frozenset[str]) -> Shot:
        call = place.base.call
        for apply in faults:
            call = apply(call)
        return place.shot("pair", call, Expectation(Kind.REFUSED, "two faults", named=named))

    made = [
        st.tuples(fault(one), fault(other)).map(
            partial(make, named=place.codes(one) | place.codes(other))
        )
        for index, one in enumerate(fields)
        for other in fields[index + 1 :]
    ]
    return st.one_of(made)


def _repeated(place: Range) -> Shots | None:
    """The same valid request again: what it gets, it gets again."""
    positive = _positive(place)
    if positive is None:
        return None
    return positive.map(lambda shot: Shot("repeated", shot.requests * 2, shot.expectation))


def _large(place: Range) -> Shots | None:
    """A valid body that is large: by blanks, which mean nothing (RFC 8259 section 2), or by a
    property that nobody knows.
    """
    call = place.base.call
    if not isinstance(call.body, dict):
        return None

    def make(size: int, blanks: bool) -> Shot:
        plain = json.dumps(call.body).encode()
        padding = {"xTallystickPadding": "a" * max(0, size - len(plain))}
        content = (
            plain[:-1] + b" " * max(0, size - len(plain)) + plain[-1:]
            if blanks
            else json.dumps({**call.body, **padding}).encode()
        )
        prepared = place.client.prepare(call, content=content)
        return Shot("large", (prepared,), replace(_HANDLED, is_random=True))

    sizes = st.one_of(st.sampled_from([8_193, 16_385, 65_536, 65_537]), st.integers(1_000, 200_000))
    return st.builds(make, sizes, st.booleans())


def _members(place: Range) -> Shots | None:
    """A property that nobody knows beside the known ones: schemas without
    `additionalProperties: false` take it, and so do most implementations.
    """
    call = place.base.call
    if not isinstance(call.body, dict):
        return None
    values = st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20)),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner)),
        max_leaves=5,
    )

    def make(name: str, value: Any) -> Shot:
        changed = replace(
            call, body={**call.body, name: value} if name not in call.body else call.body
        )
        return place.shot("members", changed, _HANDLED)

    names = st.one_of(
        st.sampled_from(["__proto__", "constructor", "$ref", "@type", "", "id"]),
        st.text(max_size=10),
    )
    return st.builds(make, names, values)


def _identifiers(place: Range) -> Shots | None:
    """Other values of the path than the target's own."""
    path = [field for field in place.operation.operation.fields if field.location == "path"]
    if not path or not place.base.call.path:
        return None
    values = st.one_of(
        st.uuids().map(str), st.text(min_size=1, max_size=40), st.integers().map(str)
    )

    def make(field: Field, value: str) -> Shot:
        call = with_value(place.base.call, field, value)
        prepared = place.client.prepare(call)
        return Shot("identifier", (prepared,), replace(_HANDLED, is_random=True))

    return st.builds(make, st.sampled_from(path), values)


def _schema(place: Range, mode: GenerationMode) -> Shots:
    """What Schemathesis makes of the schema, fitting it or not."""
    found = schemas.cases(place.contract.document, place.operation, place.target, mode)

    def make(case: schemas.GeneratedCase) -> Shot:
        request = schemas.to_request(case, place.target.shown_url)
        prepared = place.client.session.prepare_request(request)
        return Shot("schema", (prepared,), replace(_HANDLED, is_random=True))

    return found.map(make)


def _canary(place: Range) -> Shots | None:
    """An address of the listener in a field that holds addresses."""
    fields = [field for field, rule in place.rules.items() if rule.kind == "absolute-url"]
    watched = place.canary
    if watched is None or not fields:
        return None
    return st.builds(
        lambda field, _: place.shot(
            "canary", with_value(place.base.call, field, watched()), _HANDLED
        ),
        st.sampled_from(fields),
        st.integers(0, 2**32),
    )


Make = Callable[[Range], Shots | None]

KINDS: Mapping[str, tuple[Make, int]] = {
    "positive": (_positive, 3),
    "negative": (_negative, 2),
    "boundary": (_boundary, 4),
    "dictionary": (_dictionary, 3),
    "pair": (_pair, 1),
    "repeated": (_repeated, 1),
    "large": (_large, 1),
    "members": (_members, 1),
    "identifier": (_identifiers, 1),
    "canary": (_canary, 1),
    "schema, fitting": (partial(_schema, mode=GenerationMode.POSITIVE), 1),
    "schema, not fitting": (partial(_schema, mode=GenerationMode.NEGATIVE), 1),
}
"""The kinds of shots, each with how often it is drawn beside the others."""


def shots(place: Range) -> Shots:
    """All shots at an operation."""
    made: list[Shots] = []
    for make, weight in KINDS.values():
        strategy = make(place)
        if strategy is not None:
            made += [strategy] * weight
    # Drawn by a number, since `one_of` would join equal strategies into one.
    return st.integers(0, len(made) - 1).flatmap(lambda index: made[index])
