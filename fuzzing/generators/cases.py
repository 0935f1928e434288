"""Fuzz cases: the requests of a fuzz, each with what is expected of the response.

Rules: expectations are three-valued, as the contract is. Certainly valid data should succeed.
Certainly invalid data with one error should get the case of that error. For all else (disputed
values, several errors, data that breaks the schema), only what holds for every response is
expected. A new kind of fuzz case is one function and one row of `KINDS`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from requests import PreparedRequest
from schemathesis import GenerationMode

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.http.bodies import UnmakeableError
from contract_tests.http.client import Client
from contract_tests.http.exchange import OperationRequest
from contract_tests.operations.roles import SAFE
from contract_tests.requests import generated, strategies
from contract_tests.requests.base import Base
from contract_tests.requests.reaching import constraints, with_value, without
from contract_tests.requests.sources import is_changed
from contract_tests.target.target import Target
from fuzzing.generators import spelling, texts
from fuzzing.generators.dictionaries import BoundDictionary, name_of
from tallystick.catalogue.cases import Case
from tallystick.catalogue.constraints import Constraint
from tallystick.catalogue.sentences import Field
from tallystick.contract import Contract, ContractOperation
from tallystick.judgement import Judgement

CANARY = "canary"


@dataclass(frozen=True, slots=True)
class FuzzCase:
    """Requests that are sent one after the other. The expectation is about the last response."""

    kind: str
    requests: tuple[PreparedRequest, ...]
    expectation: Expectation

    @property
    def last(self) -> PreparedRequest:
        """The request that the expectation is about."""
        return self.requests[-1]


@dataclass(frozen=True, slots=True)
class OperationContext:
    """What the fuzz cases of one operation are made from. `canary` makes an address of the
    listener from a number; `note` is called with what cannot be made.
    """

    contract: Contract
    target: Target
    client: Client
    base: Base
    dictionaries: Mapping[str, BoundDictionary]
    canary: Callable[[int], str] | None = None
    note: Callable[[str], None] = lambda _: None

    @property
    def operation(self) -> ContractOperation:
        """The operation under test."""
        return self.base.operation

    @property
    def rules(self) -> dict[Field, Constraint]:
        """The constraints of its fields, but for those that the target keeps."""
        found = constraints(self.operation)
        return {field: rule for field, rule in found.items() if not self.keeps(field)}

    def keeps(self, field: Field) -> bool:
        """Whether a field has the value of the base request: what the target keeps; and the path,
        where it must lead to an item that this run created.
        """
        is_own = field.location == "path" and is_changed(self.operation, self.target)
        return is_own or self.target.keeps(self.operation, field)

    @property
    def is_bound(self) -> bool:
        """Whether data for the schema goes where the base request does, since little is looked at
        elsewhere. Where the path is all there is, it is what is tried.
        """
        is_all = all(field.location == "path" for field in self.operation.fields)
        is_tried = is_all and self.operation.method in SAFE
        return is_changed(self.operation, self.target) or (self.base.is_success and not is_tried)

    def fuzz_case(self, kind: str, request: OperationRequest, expectation: Expectation) -> FuzzCase:
        """A fuzz case of one request."""
        sent = (self.client.prepare(request),)
        if self.operation.method == "delete":
            expectation = _HANDLED
        return FuzzCase(kind, sent, replace(expectation, is_random=True))

    def accepted(self, what: str, source: str = "") -> Expectation:
        """Certainly valid data gets the response of the base request, unless that has deleted what
        was there.
        """
        return _HANDLED if self.operation.method == "delete" else self.base.accepted(what, source)

    def case_with_value(self, kind: str, field: Field, value: Any) -> FuzzCase:
        """A fuzz case with one other value. The field's constraint decides the expectation."""
        request = with_value(self.base.request, field, value)
        rule = self.rules.get(field)
        judgement = rule.judge(value) if rule else Judgement.DISPUTED
        if judgement is Judgement.VALID:
            return self.fuzz_case(kind, request, self.accepted("certainly valid data"))
        case = self.invalid_case(field)
        # A blank text or a value of another type may count as missing, too.
        is_plain = isinstance(value, str) and value.strip()
        if judgement is Judgement.INVALID and case is not None and is_plain:
            what = f"{case.label}: other invalid data"
            return self.fuzz_case(kind, request, Expectation(ExpectationKind.CASE, what, (case,)))
        return self.fuzz_case(kind, request, _HANDLED)

    def case_with_values(
        self, kind: str, one: Field, other: Field, values: tuple[Any, Any]
    ) -> FuzzCase:
        """A fuzz case with two other values. The fields' constraints decide the expectation."""
        request = with_value(with_value(self.base.request, one, values[0]), other, values[1])
        judgements = {self.rules[one].judge(values[0]), self.rules[other].judge(values[1])}
        if judgements == {Judgement.VALID}:
            return self.fuzz_case(kind, request, self.accepted("certainly valid data"))
        if Judgement.INVALID in judgements:
            named = self.codes(one) | self.codes(other)
            return self.fuzz_case(
                kind, request, Expectation(ExpectationKind.REFUSED, "two values", named=named)
            )
        return self.fuzz_case(kind, request, _HANDLED)

    def invalid_case(self, field: Field) -> Case | None:
        """The documented case of an invalid value of a field."""
        return next((case for case in self._cases(field) if case.constraint), None)

    def codes(self, field: Field) -> frozenset[str]:
        """The codes of all cases that a field triggers."""
        return frozenset(case.code for case in self._cases(field) if case.code)

    def _cases(self, field: Field) -> list[Case]:
        cases = self.operation.cases
        return [case for case in cases if case.trigger and case.trigger.field == field]


_HANDLED = Expectation(ExpectationKind.HANDLED, "disputed data")
FuzzCases = SearchStrategy[FuzzCase]


# --- kinds


def _positive(context: OperationContext) -> FuzzCases | None:
    """Every field is certainly valid."""
    drawn = _valid_requests(context)
    expected = context.accepted("certainly valid data")
    return (
        None
        if drawn is None
        else drawn.map(lambda request: context.fuzz_case("positive", request, expected))
    )


def _valid_requests(context: OperationContext) -> SearchStrategy[OperationRequest] | None:
    if not context.rules:
        return None
    fields = {field: _valid(rule) for field, rule in context.rules.items()}

    def make(drawn: dict[Field, Any]) -> OperationRequest:
        request = context.base.request
        for field, value in drawn.items():
            request = with_value(request, field, value)
        return request

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


def _fields_with_invalid_case(context: OperationContext) -> list[Field]:
    """The fields that have a case for invalid values."""
    return [field for field in context.rules if context.invalid_case(field)]


def _negative(context: OperationContext) -> FuzzCases | None:
    """One field is certainly invalid."""
    made = [
        _invalid(context.rules[field]).map(partial(context.case_with_value, "negative", field))
        for field in _fields_with_invalid_case(context)
    ]
    return st.one_of(made) if made else None


def _missing(context: OperationContext) -> FuzzCases | None:
    """One field is missing."""
    made = [
        context.fuzz_case(
            "missing",
            without(context.base.request, case.trigger.field),
            Expectation(ExpectationKind.CASE, f"{case.label}: left out", (case,)),
        )
        for case in context.operation.cases
        if case.trigger and case.trigger.field and case.trigger.fault == "missing"
        if not context.keeps(case.trigger.field)
    ]
    return st.sampled_from(made) if made else None


def _boundary(context: OperationContext) -> FuzzCases | None:
    """One field is at an edge: exact lengths, any port, letters of many scripts, escapes."""
    fields = [field for field, rule in context.rules.items() if rule.kind == "absolute-url"]
    edges = st.one_of(texts.urls(), texts.no_urls())
    made = [edges.map(partial(context.case_with_value, "boundary", field)) for field in fields]
    return st.one_of(made) if made else None


def _dictionary(context: OperationContext) -> FuzzCases | None:
    """One field has a value of a dictionary: a built-in one, or one of the target file."""
    made = [
        _dictionary_values(context, field).map(
            partial(context.case_with_value, "dictionary", field)
        )
        for field in (*context.rules, *_other_fields(context))
    ]
    return st.one_of(made) if made else None


def _dictionary_values(context: OperationContext, field: Field) -> SearchStrategy[Any]:
    rule = context.rules.get(field)
    built_in = texts.URLS if rule and rule.kind == "absolute-url" else texts.PLAIN
    own = context.dictionaries.get(name_of(field))
    return own.beside(built_in) if own else st.sampled_from(built_in)


def _other_fields(context: OperationContext) -> list[Field]:
    """The fields without a constraint: those of the body, and those with a dictionary."""
    known = set(context.rules)
    return [
        field
        for field in context.operation.fields
        if field not in known
        and not context.keeps(field)
        and (field.location == "body" or name_of(field) in context.dictionaries)
    ]


def _pair(context: OperationContext) -> FuzzCases | None:
    """Two fields are wrong: a 4xx with the code of either, as documents do not say which wins."""
    fields = _fields_with_invalid_case(context)
    if len(fields) < 2:
        return None

    def wrong_field(field: Field) -> SearchStrategy[Callable[[OperationRequest], OperationRequest]]:
        leave_out = st.just(lambda request: without(request, field))
        wrong = _invalid(context.rules[field])
        return st.one_of(leave_out, wrong.map(lambda value: lambda c: with_value(c, field, value)))

    def make(
        changes: tuple[Callable[[OperationRequest], OperationRequest], ...], named: frozenset[str]
    ) -> FuzzCase:
        request = context.base.request
        for apply in changes:
            request = apply(request)
        return context.fuzz_case(
            "pair", request, Expectation(ExpectationKind.REFUSED, "two errors", named=named)
        )

    made = [
        st.tuples(wrong_field(one), wrong_field(other)).map(
            partial(make, named=context.codes(one) | context.codes(other))
        )
        for index, one in enumerate(fields)
        for other in fields[index + 1 :]
    ]
    return st.one_of(made)


def _alike(context: OperationContext) -> FuzzCases | None:
    """Two fields of one kind have equal values, or nearly equal ones."""
    rules = context.rules
    pairs = [
        (one, other)
        for one in rules
        for other in rules
        if one != other and rules[one].kind == rules[other].kind
    ]
    made = [
        st.one_of(_valid(rules[one]), _invalid(rules[one]))
        .flatmap(lambda value: st.tuples(st.just(value), _near(value)))
        .map(partial(context.case_with_values, "alike", one, other))
        for one, other in pairs
    ]
    return st.one_of(made) if made else None


def _near(value: Any) -> SearchStrategy[Any]:
    return texts.related(value) if isinstance(value, str) else st.just(value)


def _repeated(context: OperationContext) -> FuzzCases | None:
    """The same valid request is sent again: it gets the same case again."""
    positive = _positive(context)
    if positive is None:
        return None
    times = st.sampled_from([2, 2, 3])
    return st.builds(
        lambda case, n: FuzzCase("repeated", case.requests * n, case.expectation), positive, times
    )


def _afterwards(context: OperationContext) -> FuzzCases | None:
    """A valid request follows an invalid one, which must have left nothing behind."""
    positive, negative = _positive(context), _negative(context)
    if positive is None or negative is None:
        return None
    return st.builds(
        lambda before, case: FuzzCase(
            "afterwards", (*before.requests, *case.requests), case.expectation
        ),
        negative,
        positive,
    )


def _spelled(context: OperationContext) -> FuzzCases | None:
    """A valid body in another spelling of JSON, with the same meaning."""
    drawn = _valid_requests(context)
    if drawn is None or not _has_object(context.base.request):
        return None

    def make(request: OperationRequest, spelled: spelling.JsonSpelling) -> FuzzCase:
        prepared = context.client.prepare(request, content=spelled.write(request.body))
        expected = context.accepted("the same JSON in another spelling", spelled.source)
        return FuzzCase("spelled", (prepared,), replace(expected, is_random=True))

    return st.builds(make, drawn, spelling.spellings())


def _large(context: OperationContext) -> FuzzCases | None:
    """A valid body of a certain size: padded with blanks, which mean nothing (RFC 8259 section 2),
    or with an unknown property.
    """
    request = context.base.request
    if not _has_object(request):
        return None
    plain = json.dumps(request.body).encode()
    named = json.dumps({**request.body, _PADDING: ""}).encode()

    def make(size: int, blanks: bool) -> FuzzCase:
        content = plain if blanks else named
        end = 1 if blanks else 2
        filling = (b" " if blanks else b"a") * max(0, size - len(content))
        content = content[:-end] + filling + content[-end:]
        prepared = context.client.prepare(request, content=content)
        return FuzzCase("large", (prepared,), replace(_HANDLED, is_random=True))

    return st.builds(make, _sizes(), st.booleans())


def _has_object(request: OperationRequest) -> bool:
    """Whether the body is a JSON object."""
    return request.has_json and isinstance(request.body, dict)


def _sizes() -> SearchStrategy[int]:
    near = st.builds(
        lambda power, beside: 2**power + beside, st.integers(8, 17), st.sampled_from([-1, 0, 1])
    )
    return st.one_of(near, texts.numbers(20_000), texts.numbers(150_000))


_PADDING = "xTallystickPadding"


def _members(context: OperationContext) -> FuzzCases | None:
    """Unknown properties beside the known ones: schemas without `additionalProperties: false`
    allow them, and so do most implementations.
    """
    request = context.base.request
    if not isinstance(request.body, dict):
        return None
    known = request.body
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
        return context.fuzz_case("members", replace(request, body={**more, **known}), _HANDLED)

    return st.dictionaries(texts.names(), values, min_size=1, max_size=6).map(make)


def _nested(depth: int, is_list: bool) -> Any:
    value: Any = None
    for _ in range(depth):
        value = [value] if is_list else {"a": value}
    return value


def _identifiers(context: OperationContext) -> FuzzCases | None:
    """Other path parameters than those of the target file."""
    path = [field for field in context.operation.fields if field.location == "path"]
    if not path or not context.base.request.path or any(map(context.keeps, path)):
        return None
    values = st.one_of(
        st.uuids().map(str),
        st.uuids().map(lambda value: str(value).upper()),
        st.text(min_size=1, max_size=40),
        st.integers().map(str),
        st.sampled_from([word for word in texts.PLAIN if 0 < len(word) < 300]),
    )

    def make(field: Field, value: str) -> FuzzCase:
        request = with_value(context.base.request, field, value)
        prepared = context.client.prepare(request)
        return FuzzCase("identifier", (prepared,), replace(_HANDLED, is_random=True))

    return st.builds(make, st.sampled_from(path), values)


def _schema(context: OperationContext, mode: GenerationMode) -> FuzzCases:
    """What Schemathesis makes from the schema, valid or not."""
    found = generated.requests_of(context.operation, context.target, mode)

    @st.composite
    def made(draw: st.DrawFn) -> FuzzCase:
        try:
            request = draw(found)
            if context.is_bound:
                request = replace(request, path=context.base.request.path)
            return context.fuzz_case("schema", request, _HANDLED)
        except UnmakeableError as error:
            context.note(f"{context.operation.name}: {error}")
            reject()

    return made()


def _canary(context: OperationContext) -> FuzzCases | None:
    """A field for URLs holds an address of the listener."""
    fields = [field for field, rule in context.rules.items() if rule.kind == "absolute-url"]
    address_of = context.canary
    if address_of is None or not fields:
        return None
    return st.builds(
        lambda field, number: context.fuzz_case(
            CANARY, with_value(context.base.request, field, address_of(number)), _HANDLED
        ),
        st.sampled_from(fields),
        texts.numbers(2**32),
    )


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
    "schema, fitting": (partial(_schema, mode=GenerationMode.POSITIVE), 1),
    "schema, not fitting": (partial(_schema, mode=GenerationMode.NEGATIVE), 1),
}
"""The kinds of fuzz cases, each with its weight: how often it is drawn beside the others."""


def fuzz_cases(context: OperationContext) -> FuzzCases:
    """All fuzz cases of an operation."""
    made: list[FuzzCases] = []
    for make, weight in KINDS.values():
        strategy = make(context)
        if strategy is not None:
            made += [strategy] * weight
    # By a number, because `one_of` would join equal strategies into one.
    return st.integers(0, len(made) - 1).flatmap(lambda index: made[index])
