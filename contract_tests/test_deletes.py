"""What deletes comes last, on items that the run created; afterwards they are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.http.exchange import OperationRequest
from contract_tests.operations.resources import path_parameters
from contract_tests.operations.roles import template
from contract_tests.requests.base import Base
from contract_tests.results.run import Run
from tallystick.contract import ContractOperation

pytestmark = pytest.mark.deletes


def test_deleted_item(run: Run, operation: ContractOperation, base: Base) -> None:
    """What was deleted is not there any more (404, 410). Deleting it again may be refused so."""
    if not base.is_success or not base.request.path:
        pytest.skip("nothing was deleted")
    for request in _requests(run, operation, base):
        handled = Expectation(ExpectationKind.HANDLED, "an item that was deleted")
        run.check(request.operation, run.client.send(request), handled)


def _requests(run: Run, operation: ContractOperation, base: Base) -> Iterator[OperationRequest]:
    values = [base.request.path[p.name] for p in path_parameters(operation)]
    reads = (o for o in run.contract.operations if o.method == "get" and _are_alike(o, operation))
    for other in reads:
        if run.plan.scope.left_out(other) is None:
            names = (parameter.name for parameter in path_parameters(other))
            path = dict(zip(names, values, strict=True))
            yield replace(base.request, operation=other, path=path, query={}, body=...)
    yield base.request


def _are_alike(one: ContractOperation, other: ContractOperation) -> bool:
    return template(one.path) == template(other.path)
