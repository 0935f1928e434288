"""Each value that a rule or a schema of the document settles gets what that says.

One property at a time: a faulty request has one fault, and all else in it is certainly valid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import pytest

from contract_tests.checks.context import Expectation, ExpectationKind, is_of_request
from contract_tests.http.exchange import OperationRequest
from contract_tests.operations.roles import Role
from contract_tests.requests import applicability, values
from contract_tests.requests.base import STATE, Base
from contract_tests.requests.reaching import constraints, fits_body, with_value, without
from contract_tests.requests.variations.limits import Limit, limits
from contract_tests.results.run import Run, case_answered
from tallystick.catalogue.cases import Case
from tallystick.catalogue.constraints import Constraint
from tallystick.catalogue.sentences import Field

Sample = tuple[Field, str, Any]

_MOST_ALONE = 5
"""How many refused pairs of values are sent again one by one."""


@pytest.mark.only(where=applicability.rule)
def test_valid_values(run: Run, working_base: Base) -> None:
    """Certainly valid values are accepted: in all properties at once, or else one by one."""
    rules = _rules(run, working_base)
    columns = [
        [(field, what, value) for what, value in values.valid(rule)]
        for field, rule in rules.items()
    ]
    # Shifted, so that no two properties have the same value.
    shifted = [column[index:] + column[:index] for index, column in enumerate(columns)]
    refused = 0
    for row in zip_longest(*shifted):
        samples = [sample for sample in row if sample is not None]
        refused += _check_valid(run, working_base, samples, alone=refused < _MOST_ALONE)


@pytest.mark.only(where=applicability.values)
def test_limits(run: Run, working_base: Base) -> None:
    """The values that a schema names (bounds, enums, null) are accepted: in all places at once, or
    else one by one. So is a body of nothing but what is required.
    """
    base = working_base
    if run.plan.roles.of(base.operation) is Role.DELETE:
        pytest.skip("what is deleted is gone")
    accepted: list[Limit] = []
    columns = list(limits(run.contract, base.request, run.target, run.plan.seed).values())
    for row in zip_longest(*columns):
        found = [limit for limit in row if limit is not None]
        together = base.request
        for limit in found:
            together = limit.put(together)
        if len(found) > 1 and _is_accepted(run, base, found, base.renewed(together)):
            accepted += found
            continue
        for limit in found:
            request = base.renewed(limit.put(base.request))
            if _is_accepted(run, base, [limit], request, is_judged=True):
                accepted.append(limit)
    _check_least(run, base, [limit for limit in accepted if limit.value is ...])


def _check_least(run: Run, base: Base, optional: Sequence[Limit]) -> None:
    """What may be left out is left out at once, where each of it alone may be missing. A change of
    nothing may be refused.
    """
    least = base.request
    for limit in optional:
        least = limit.put(least)
    if len(optional) > 1 and (least.body or base.role is not Role.UPDATE):
        whole = Limit(optional[0].field, "nothing in the body that is optional", ..., False)
        _is_accepted(run, base, [whole], base.renewed(least), is_judged=True)


def _is_accepted(
    run: Run,
    base: Base,
    found: Sequence[Limit],
    request: OperationRequest,
    *,
    is_judged: bool = False,
) -> bool:
    """Whether a request with limits is accepted. One refusal of several at once says nothing: what
    each allows may be forbidden together.
    """
    if not fits_body(run.contract, request):
        return False
    what = " and ".join(limit.what for limit in found)
    # An action has rules of its own, which depend on what was done before.
    is_action = run.plan.roles.of(base.operation) is Role.ACTION
    is_stated = all(limit.is_stated for limit in found) and not is_action
    expectation = base.accepted(what, is_advised=not is_stated)
    first = [case for case in expectation.cases if not 400 <= case.http_status < 500]
    others = [case for case in base.operation.cases if case.http_status in (*STATE, base.again)]
    expectation = replace(expectation, cases=(*first, *others))
    exchange = run.client.send(request)
    is_accepted = case_answered(base.operation, exchange) in expectation.cases
    if (is_accepted or is_judged) and not base.hides(exchange):
        run.check(base.operation, exchange, expectation)
    return is_accepted


@pytest.mark.only(where=applicability.rule)
def test_equal_values(run: Run, working_base: Base) -> None:
    """The same valid value in several properties is accepted."""
    rules = _rules(run, working_base)
    for kind in {rule.kind for rule in rules.values()}:
        same = [field for field, rule in rules.items() if rule.kind == kind]
        if len(same) > 1:
            value = values.plain(same[0], rules[same[0]])
            samples = [(field, "the same value", value) for field in same]
            _check_valid(run, working_base, samples, alone=False)


@pytest.mark.only(where=applicability.rule)
def test_invalid_values(run: Run, base: Base) -> None:
    """Certainly invalid values are refused, with the case of their property."""
    pairs = []
    for case, field, rule in _cases(run, base):
        for what, value in values.invalid(rule):
            expectation = Expectation(ExpectationKind.CASE, f"{field.name} = {what}", (case,))
            pairs.append((with_value(base.request, field, value), expectation))
    _send_all(run, base, pairs)


@pytest.mark.only(where=applicability.rule)
def test_values_of_the_wrong_type(run: Run, base: Base) -> None:
    """Values of another type are refused, and never as another case."""
    pairs = []
    for case, field, rule in _cases(run, base):
        for what, value in values.wrong_types(rule) if field.location == "body" else ():
            pairs.append((with_value(base.request, field, value), _refused(case, field, what)))
    _send_all(run, base, pairs)


@pytest.mark.only(where=applicability.rule)
def test_empty_values(run: Run, base: Base) -> None:
    """Null, the empty string and blanks are refused where a value is required. Documents do not
    say whether they count as missing or as invalid.
    """
    for missing in _missing(base):
        field = missing.trigger.field if missing.trigger else None
        if field is None or field.location != "body":
            continue
        rule = constraints(base.operation).get(field)
        cases = [case for case in base.operation.cases if _field(case) == field]
        named = frozenset(case.code for case in cases if case.code)
        # A rule that refuses blanks refuses the empty string, too.
        is_text = rule is not None and rule.refuser()("  ")
        empty = [("null", None), ("an empty string", ""), ("blanks", "  ")]
        for what, value in empty if is_text else empty[:1]:
            request = with_value(base.request, field, value)
            is_settled = value is not None or not fits_body(run.contract, request)
            kind = ExpectationKind.REFUSED if is_settled else ExpectationKind.HANDLED
            _send(run, base, request, Expectation(kind, f"{field.name} = {what}", named=named))


@pytest.mark.only(where=applicability.rule)
def test_several_faults(run: Run, base: Base) -> None:
    """A request with several faults is refused as one of them."""
    faults: dict[Field, list[tuple[Case, Any]]] = {}
    for case, field, rule in _cases(run, base):
        faults.setdefault(field, []).extend((case, value) for _, value in values.invalid(rule)[:1])
    for case in _missing(base):
        if case.trigger and case.trigger.field:
            faults.setdefault(case.trigger.field, []).append((case, ...))
    if len(faults) < 2:
        pytest.skip("the document states rules with cases of their own on one property at most")
    first, second = list(faults)[:2]
    for one, wrong in faults[first]:
        for other, also in faults[second]:
            request = _with_fault(_with_fault(base.request, first, wrong), second, also)
            what = f"{one.label} and {other.label} at once"
            named = frozenset(case.code for case in (one, other) if case.code)
            _send(run, base, request, Expectation(ExpectationKind.REFUSED, what, named=named))


@pytest.mark.only(where=applicability.rule)
def test_disputed_values(run: Run, base: Base) -> None:
    """Values that implementations disagree on get no undocumented response, and never another
    case.
    """
    for case, field, rule in _cases(run, base):
        cases = [other for other in base.operation.cases if _field(other) == field]
        named = frozenset(other.code for other in (case, *cases) if other.code)
        for what, value in values.disputed(rule):
            expectation = Expectation(
                ExpectationKind.HANDLED, f"{field.name} = {what}", named=named
            )
            _send(run, base, with_value(base.request, field, value), expectation)


def _rules(run: Run, base: Base) -> dict[Field, Constraint]:
    """The rules on values that the target file does not give."""
    given = run.target.values(base.operation)
    return {
        field: rule
        for field, rule in constraints(base.operation).items()
        if f"{field.location}.{field.name}" not in given
    }


def _cases(run: Run, base: Base) -> list[tuple[Case, Field, Constraint]]:
    """The cases of invalid values, with the property and its rule."""
    return [
        (case, field, case.constraint)
        for case in base.operation.cases
        if (field := _field(case)) in _rules(run, base) and field and case.constraint
    ]


def _missing(base: Base) -> list[Case]:
    return [
        case
        for case in base.operation.cases
        if is_of_request(case) and case.trigger and case.trigger.fault == "missing"
    ]


def _field(case: Case) -> Field | None:
    return case.trigger.field if case.trigger else None


def _refused(case: Case, field: Field, what: str) -> Expectation:
    named = frozenset([case.code] if case.code else [])
    return Expectation(ExpectationKind.REFUSED, f"{field.name} = {what}", (case,), named)


def _with_fault(request: OperationRequest, field: Field, value: Any) -> OperationRequest:
    return without(request, field) if value is ... else with_value(request, field, value)


def _check_valid(run: Run, base: Base, samples: list[Sample], *, alone: bool) -> bool:
    """Check valid values together, or one by one where they are refused together. Whether any was
    refused.
    """
    request = base.request
    for field, _, value in samples:
        request = with_value(request, field, value)
    expectation = base.accepted(
        " and ".join(f"{field.name} = {what}" for field, what, _ in samples)
    )
    exchange = run.client.send(request)
    is_accepted = case_answered(base.operation, exchange) in expectation.cases
    each = samples if alone and not is_accepted and len(samples) > 1 else []
    refused = [_check_valid(run, base, [sample], alone=False) for sample in each]
    if any(refused):
        return True
    run.check(base.operation, exchange, expectation)
    return not is_accepted


def _send_all(run: Run, base: Base, pairs: Sequence[tuple[OperationRequest, Expectation]]) -> None:
    prepared = [run.client.prepare(request) for request, _ in pairs]
    exchanges = run.client.transmit_all(prepared, base.operation.name)
    for exchange, (_, expectation) in zip(exchanges, pairs, strict=True):
        if not base.hides(exchange):
            run.check(base.operation, exchange, expectation)


def _send(run: Run, base: Base, request: OperationRequest, expectation: Expectation) -> None:
    exchange = run.client.send(request)
    if not base.hides(exchange):
        run.check(base.operation, exchange, expectation)
