"""Properties of the contract, on data that Hypothesis and Schemathesis make."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from unittest import SkipTest

import pytest
from hypothesis import assume, given, seed
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from requests import PreparedRequest
from schemathesis import GenerationMode

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.http.bodies import format_of
from contract_tests.http.exchange import OperationRequest
from contract_tests.operations.roles import SAFE
from contract_tests.requests import applicability, generated
from contract_tests.requests.base import Base
from contract_tests.requests.reaching import (
    constraints,
    fits_body,
    with_parameters,
    with_value,
)
from contract_tests.requests.sources import is_changed
from contract_tests.requests.strategies import invalid, valid
from contract_tests.results.properties import BrokenError, PropertyRun
from contract_tests.results.run import Run
from tallystick.catalogue.cases import Case
from tallystick.catalogue.sentences import Field
from tallystick.contract import ContractOperation
from tallystick.reader.operations import properties

Drawn = tuple[Case, OperationRequest]


@pytest.mark.only(where=applicability.values)
def test_valid_data_is_accepted(run: Run, working_base: Base) -> None:
    """Certainly valid data gets what the request that succeeds gets."""
    base, operation = working_base, working_base.operation
    given_values = run.target.values(operation)
    rules = {field: valid(rule) for field, rule in constraints(operation).items()}
    has_members = isinstance(base.request.body, dict)
    body = format_of(operation, base.request.media_type or "") if has_members else None
    extras = generated.requests_with(operation, body, run.target)
    declared = _declared(run, operation)
    refusals = [c for c in operation.cases if 400 <= c.http_status < 500 and not _is_of_field(c)]
    property_run = PropertyRun(run, operation, base.hides)

    def check(drawn: dict[Any, Any], extra: OperationRequest) -> None:
        request = base.request
        if isinstance(extra.body, dict) and isinstance(request.body, dict):
            # A field of a form that nobody has declared has a name that nobody can write.
            is_sent = set(extra.body) if request.has_json else declared
            more = {name: value for name, value in extra.body.items() if name in is_sent}
            request = base.renewed(replace(request, body={**more, **request.body}))
        for field, value in drawn.items():
            request = with_value(request, field, value)
        request = with_parameters(request, given_values)
        # Each part fits, but a `oneOf` may refuse them together.
        assume(not has_members or fits_body(run.contract, request))
        expectation = replace(base.accepted("certainly valid data"), is_random=True)
        if _has_odd_text(drawn) or _has_odd_text(request.body):
            expectation = replace(expectation, is_advised=True)
        if declared & (_members(extra.body) - _members(base.request.body)):
            cases = (*expectation.cases, *refusals)
            expectation = replace(expectation, cases=cases, is_advised=True)
        property_run.hold(run.client.prepare(request), expectation)

    is_safe = operation.method in SAFE
    _run_property(
        property_run,
        lambda _: is_safe,
        check,
        drawn=st.fixed_dictionaries(rules),
        extra=extras,
    )


@pytest.mark.only(where=applicability.rule)
def test_invalid_data_gets_its_code(run: Run, base: Base) -> None:
    """Data that certainly breaks one rule, and no other, gets the case of that rule."""
    faults = _faults(base.request, base.operation)
    if not faults:
        pytest.skip("the document states no rule on the request with a case of its own")
    property_run = PropertyRun(run, base.operation, base.hides)

    def check(drawn: Drawn) -> None:
        case, request = drawn
        expectation = Expectation(
            ExpectationKind.CASE, f"{case.label}: other invalid data", (case,), is_random=True
        )
        property_run.hold(run.client.prepare(request), expectation)

    _run_property(property_run, lambda _: True, check, drawn=st.one_of(faults))


@pytest.mark.only(where=applicability.values)
def test_other_data_is_handled(run: Run, base: Base) -> None:
    """Data that does not fit the schema gets no undocumented response."""
    operation = base.operation
    negative = generated.requests_of(operation, run.target, GenerationMode.NEGATIVE)
    property_run = PropertyRun(run, operation, base.hides)
    expectation = Expectation(
        ExpectationKind.HANDLED,
        "data that does not fit the schema",
        is_random=True,
        is_undescribed=True,
    )

    is_bound = is_changed(operation, run.target)

    def check(request: OperationRequest) -> None:
        # A drawn id may be that of somebody's item.
        bound = replace(request, path=base.request.path) if is_bound else request
        property_run.hold(run.client.prepare(bound), expectation)

    is_safe = operation.method in SAFE
    _run_property(property_run, lambda _: is_safe, check, request=negative)


def _has_odd_text(value: Any) -> bool:
    """Whether a text in a value is blank or has a control character: no schema forbids it in so
    many words, and many services do.
    """
    if isinstance(value, dict):
        return any(map(_has_odd_text, value.values()))
    if isinstance(value, list):
        return any(map(_has_odd_text, value))
    return isinstance(value, str) and (not value.strip() or _CONTROL.search(value) is not None)


_CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f]")


def _declared(run: Run, operation: ContractOperation) -> set[str]:
    """The properties that a request body may have. An optional one that the base does not send may
    be a name that is taken, or a reference to nothing. No schema says so: such data may also get a
    documented refusal that is about no field.
    """
    body = operation.request_body
    media_types = body.media_types if body else ()
    paths = [media_type.schema for media_type in media_types if media_type.schema]
    return {name for path in paths for name, _ in properties(run.contract.document, path)}


def _members(body: Any) -> set[str]:
    return set(body) if isinstance(body, dict) else set()


def _is_of_field(case: Case) -> bool:
    return case.trigger is not None and case.trigger.field is not None


def _run_property(
    property_run: PropertyRun,
    is_harmless: Callable[[PreparedRequest], bool],
    check: Callable[..., None],
    **strategies: st.SearchStrategy[Any],
) -> None:
    """Draw the requests of a property, send those that are harmless several at a time and the
    others in turn, and hold them to it. Where one breaks a check, Hypothesis draws them again and
    looks for a smaller one. The run keeps the findings.
    """
    settings = generated.settings_of(property_run.operation)
    property_ = seed(property_run.run.plan.seed)(settings(given(**strategies)(check)))
    with property_run.drawing() as drawn:
        try:
            property_()
        except Unsatisfiable:
            pytest.skip("every request that can be made fits the schema")
    property_run.send_ahead([prepared for prepared, _ in drawn if is_harmless(prepared)])
    try:
        for prepared, expectation in drawn:
            property_run.hold(prepared, expectation)
    except BrokenError:
        with contextlib.suppress(BrokenError, SkipTest):
            property_()


def _faults(base: OperationRequest, operation: ContractOperation) -> list[st.SearchStrategy[Drawn]]:
    """A strategy per case of an invalid value: requests that have just that fault."""
    return [
        invalid(case.constraint).map(partial(_faulty, base, case, case.trigger.field))
        for case in operation.cases
        if case.trigger and case.trigger.field and case.constraint
    ]


def _faulty(base: OperationRequest, case: Case, field: Field, value: Any) -> Drawn:
    return case, with_value(base, field, value)
