"""Properties of the contract, on data that Hypothesis and Schemathesis make."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from contract_tests import schemas
from contract_tests.exchange import Call, Client, Exchange, curl, to_answer
from contract_tests.obligations import Judged, findings, is_accepted
from contract_tests.provoke import constraints, valid_call, with_parameters, with_value, without
from contract_tests.strategies import invalid, valid
from contract_tests.target import Target
from tallystick.cases import Case
from tallystick.contract import Contract, ContractOperation
from tallystick.sentences import Field

Drawn = tuple[Case, Call]


def test_valid_data_is_accepted(
    contract: Contract, operation: ContractOperation, target: Target, client: Client
) -> None:
    """What is certainly valid gets a success, or a documented case that no fault in the request
    triggers.
    """
    base = valid_call(contract, operation, target)
    values = {field: valid(rule) for field, rule in constraints(operation).items()}
    extras = schemas.cases(contract.document, operation, target)

    @schemas.SETTINGS
    @given(drawn=st.fixed_dictionaries(values), extra=extras)
    def check(drawn: dict[Any, Any], extra: schemas.GeneratedCase) -> None:
        body = {**extra.body, **base.body} if isinstance(extra.body, dict) else base.body
        call = Call(operation, {**extra.path_parameters}, base.query, base.headers, body)
        for field, value in drawn.items():
            call = with_value(call, field, value)
        call = with_parameters(call, target.values(operation.name))
        exchange = client.send(call)
        _hold(contract, operation, exchange)
        if not is_accepted(operation, exchange.answer):
            pytest.fail(
                f"certainly valid data was refused with {exchange.answer.status}: "
                f"{exchange.answer.body[:300]!r}\n  repeat: {exchange.curl}",
                pytrace=False,
            )

    check()


def test_invalid_data_gets_its_code(
    contract: Contract, operation: ContractOperation, target: Target, client: Client
) -> None:
    """What certainly breaks one rule, and no other, gets the case of that rule."""
    faults = _faults(valid_call(contract, operation, target), operation)
    if not faults:
        pytest.skip("the document states no rule on the request with a case of its own")

    @schemas.SETTINGS
    @given(drawn=st.one_of(faults))
    def check(drawn: Drawn) -> None:
        case, call = drawn
        _hold(contract, operation, client.send(call), case)

    check()


def test_other_data_is_handled(
    contract: Contract, operation: ContractOperation, target: Target, client: Client
) -> None:
    """Data that does not fit the schema gets no undocumented answer, whatever else it gets."""
    negative = schemas.cases(contract.document, operation, target, GenerationMode.NEGATIVE)

    @schemas.SETTINGS
    @given(case=negative)
    def check(case: schemas.GeneratedCase) -> None:
        response = case.call(
            base_url=target.base_url,
            session=client.session,
            timeout=target.timeout,
            allow_redirects=False,
        )
        answer = to_answer(response)
        exchange = Exchange(answer, curl(response.request, secret=target.headers))
        _hold(contract, operation, exchange)

    try:
        check()
    except Unsatisfiable:
        pytest.skip("every request that can be made fits the schema")


def _faults(base: Call, operation: ContractOperation) -> list[st.SearchStrategy[Drawn]]:
    """A strategy per case whose trigger is in the request, of calls that have just that fault."""
    faults: list[st.SearchStrategy[Drawn]] = []
    for case in operation.cases:
        field = case.trigger.field if case.trigger else None
        if case.trigger is None or field is None:
            continue
        if case.trigger.fault == "missing":
            faults.append(st.just((case, without(base, field))))
        elif case.constraint:
            faults.append(invalid(case.constraint).map(partial(_faulty, base, case, field)))
    return faults


def _faulty(base: Call, case: Case, field: Field, value: Any) -> Drawn:
    return case, with_value(base, field, value)


def _hold(
    contract: Contract,
    operation: ContractOperation,
    exchange: Exchange,
    case: Case | None = None,
) -> None:
    broken = findings(Judged(contract, operation, exchange, case))
    if broken:
        pytest.fail("\n\n".join(str(finding) for finding in broken), pytrace=False)
