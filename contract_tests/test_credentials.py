"""Without right credentials nothing is served, where the document requires some (401, 403)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.http.exchange import OperationRequest
from contract_tests.requests import applicability
from contract_tests.requests.base import Base, Bases
from contract_tests.results.run import Run
from contract_tests.target.credentials import Identity
from tallystick.contract import ContractOperation

_DENIED = {
    Identity.NONE: "a request without credentials",
    Identity.WRONG: "a request with wrong credentials",
}


@pytest.mark.only(where=applicability.security)
def test_credentials(run: Run, operation: ContractOperation, base: Base) -> None:
    """A request without credentials, or with wrong ones, is denied; another identity may be."""
    _try_identities(run, operation, lambda what: base.renewed(base.request, salt=what))


@pytest.mark.deletes("before")
@pytest.mark.only(where=applicability.security)
def test_credentials_of_deletes(run: Run, bases: Bases, operation: ContractOperation) -> None:
    """The same for what deletes, on an item that is still there."""
    request = bases.untouched(operation)
    if request is None:
        pytest.skip("this run created no item to delete")
    _try_identities(run, operation, lambda _: request)


def _try_identities(
    run: Run, operation: ContractOperation, request: Callable[[str], OperationRequest]
) -> None:
    denied = _denied(operation)
    for identity, what in _DENIED.items():
        if run.client.identities.can_be(identity, operation):
            _send(run, request(what), identity, replace(denied, what=what))
    if run.client.identities.can_be(Identity.OTHER, operation):
        other = Expectation(ExpectationKind.HANDLED, "another identity")
        _send(run, request(other.what), Identity.OTHER, other)


def _denied(operation: ContractOperation) -> Expectation:
    statuses = {response.status.upper() for response in operation.responses}
    is_documented = bool(statuses & {"401", "403", "4XX"})
    return Expectation(ExpectationKind.DENIED, "", is_advised=not is_documented)


def _send(
    run: Run, request: OperationRequest, identity: Identity, expectation: Expectation
) -> None:
    prepared = run.client.prepare(request, identity=identity)
    exchange = run.client.transmit(prepared, request.operation.name)
    run.check(request.operation, exchange, expectation)
