"""Without right credentials nothing is served, where the document requires some (401, 403)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.requests.base import Base, Bases
from contract_tests.results.run import Run
from contract_tests.target.credentials import Identity
from tallystick.contract import ContractOperation

_DENIED = {
    Identity.NONE: "a request without credentials",
    Identity.WRONG: "a request with wrong credentials",
}


def test_credentials(run: Run, operation: ContractOperation, base: Base) -> None:
    """A request without credentials, or with wrong ones, is denied; another identity may be."""
    denied = _denied(operation)
    for identity, what in _DENIED.items():
        if run.client.identities.can_be(identity, operation):
            _send(run, base, identity, replace(denied, what=what))
    if run.client.identities.can_be(Identity.OTHER, operation):
        _send(run, base, Identity.OTHER, Expectation(ExpectationKind.HANDLED, "another identity"))


@pytest.mark.deletes
def test_credentials_of_deletes(
    run: Run, bases: Bases, operation: ContractOperation, base: Base
) -> None:
    """The same for what deletes, on an item that is still there."""
    left = next(bases.sources.candidates(operation), None)
    test_credentials(run, operation, replace(base, request=left.request) if left else base)


def _denied(operation: ContractOperation) -> Expectation:
    statuses = {response.status.upper() for response in operation.responses}
    is_documented = bool(statuses & {"401", "403", "4XX"})
    return Expectation(ExpectationKind.DENIED, "", is_advised=not is_documented)


def _send(run: Run, base: Base, identity: Identity, expectation: Expectation) -> None:
    prepared = run.client.prepare(base.request, identity=identity)
    run.check(base.operation, run.client.transmit(prepared, base.operation.name), expectation)
