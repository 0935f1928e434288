"""What deletes comes last, on items that the run created; afterwards they are gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from contract_tests.checks import table
from contract_tests.checks.consistency import changed
from contract_tests.checks.context import Expectation, ExpectationKind, Violation
from contract_tests.checks.schemas import fits_text
from contract_tests.http.exchange import Exchange, OperationRequest, Response
from contract_tests.operations.resources import Resource, items, path_parameters, unwrapped
from contract_tests.operations.roles import Role, collection_of
from contract_tests.remembering.creating import status_of
from contract_tests.remembering.lists import longest
from contract_tests.requests import applicability
from contract_tests.requests.base import Base, Bases
from contract_tests.requests.conditions import NO_TAG, latest_headers, precondition
from contract_tests.results.run import Run, success_value
from tallystick.catalogue.collections import template
from tallystick.contract import ContractOperation

_DELETED = Expectation(ExpectationKind.HANDLED, "an item that was deleted")

_AFTER_DELETE = Expectation(ExpectationKind.HANDLED, "a list after a delete")


@pytest.mark.deletes("before")
@pytest.mark.only(where=applicability.condition)
def test_condition_of_a_delete(run: Run, bases: Bases, operation: ContractOperation) -> None:
    """Another ETag than the item's keeps it from being deleted (412)."""
    request = bases.untouched(operation)
    if request is None:
        pytest.skip("this run created no item to delete")
    expectation = precondition(latest_headers(run, request))
    prepared = run.client.prepare(request, headers={"if-match": NO_TAG})
    run.check(operation, run.client.transmit(prepared, operation.name), expectation)


@pytest.mark.deletes
def test_deleted_item(run: Run, bases: Bases, operation: ContractOperation, base: Base) -> None:
    """What was deleted is not there any more, nor anything in it (404, 410)."""
    if not base.is_success or not base.request.path:
        pytest.skip("nothing was deleted")
    is_judged = base.status != 202 and run.is_remembered(operation)
    is_there = False
    for request in _requests(run, bases, operation, base):
        before = _members(run, bases, operation, request)
        exchange = run.client.send(request)
        run.check(request.operation, exchange, _DELETED)
        outcome, is_read = exchange.outcome, request.operation.method == "get"
        if before and is_read and isinstance(outcome, Response) and outcome.is_success:
            is_there = True
            if is_judged:
                _check_gone(run, operation, request, exchange, before)
    if is_judged and not is_there:
        _check_unlisted(run, bases, base)


@pytest.mark.deletes
@pytest.mark.only(where=applicability.item_to_delete)
def test_delete_of_what_is_no_item(run: Run, operation: ContractOperation, base: Base) -> None:
    """An id that does not fit its schema is refused (400, 422), or leads to nothing (404). One that
    fits might be somebody's.
    """
    last = path_parameters(operation)[-1]
    handled = Expectation(ExpectationKind.HANDLED, "an id that is none", is_undescribed=True)
    for value in (run.plan.unknown_id(operation), "tallystick-unknown"):
        if not fits_text(run.contract.document, last.schema, value):
            request = replace(base.request, path={**base.request.path, last.name: value})
            run.check(operation, run.client.send(request), handled)


def _members(
    run: Run, bases: Bases, operation: ContractOperation, request: OperationRequest
) -> Mapping[str, Any]:
    """What is known of the item that a request is about, where that is the one that is deleted."""
    collection = collection_of(operation.path)
    if template(request.operation.path) != template(operation.path):
        return {}
    if collection is None:  # the one thing of an item
        seen = bases.of(request.operation)
        value = success_value(seen.exchange) if seen.exchange else None
        is_same = seen.is_success and seen.request.path == request.path
        return unwrapped(value) if is_same and isinstance(value, dict) else {}
    *parents, own = (str(request.path[p.name]) for p in path_parameters(request.operation))
    found = run.resources.item(collection, tuple(parents), own)
    return dict(found.members) if found else {}


def _check_gone(
    run: Run,
    operation: ContractOperation,
    request: OperationRequest,
    exchange: Exchange,
    before: Mapping[str, Any],
) -> None:
    """What was deleted is read all the same. One that shows in another state is marked."""
    statuses = {response.status.upper() for response in request.operation.responses}
    is_as_before = _is_as_before(before, unwrapped(success_value(exchange)))
    is_documented = bool(statuses & {"404", "410", "4XX"}) and is_as_before
    check = table.DELETED_GONE if is_documented else table.DELETED_ADVISED
    message = (
        f"what was deleted is still there: {request.operation.name} gets {status_of(exchange)}"
    )
    run.violate(operation, exchange, _DELETED, check, Violation(message))


def _is_as_before(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether nothing shows that an item is deleted: neither another value, nor one where there was
    none, as in `deletedAt`.
    """
    new = {name for name, value in after.items() if isinstance(value, str | int | float)}
    return not changed(before, after) and new <= before.keys()


def _check_unlisted(run: Run, bases: Bases, base: Base) -> None:
    """What was deleted is not listed any more. One that shows in another state may be."""
    collection = collection_of(base.operation.path) or ""
    *parents, own = (str(base.request.path[p.name]) for p in path_parameters(base.operation))
    item = run.resources.item(collection, tuple(parents), own)
    operations = (o for o in run.contract.operations if template(o.path) == collection)
    lister = next((o for o in operations if o.method == "get" and _may_be_sent(run, o)), None)
    if item is None or not item.members or lister is None:
        return
    names = [parameter.name for parameter in path_parameters(lister)]
    request = longest(run, bases.of(lister).request)
    request = replace(request, path={**request.path, **dict(zip(names, parents, strict=True))})
    exchange = run.client.send(request)
    run.check(lister, exchange, _AFTER_DELETE)
    for listed in items(success_value(exchange)):
        entry = Resource(collection, tuple(parents), listed, None, is_created=False)
        is_it = run.resources.values_of(entry) == (*parents, own)
        if is_it and _is_as_before(item.members, listed):
            wrong = Violation(f"the list has what was deleted: {own}", ("listed",))
            run.violate(lister, exchange, _AFTER_DELETE, table.DELETED_LISTED, wrong)
            return


def _requests(
    run: Run, bases: Bases, operation: ContractOperation, base: Base
) -> Iterator[OperationRequest]:
    """The requests to the deleted item and to what was in it, the delete itself last."""
    values = [base.request.path[p.name] for p in path_parameters(operation)]
    own = template(operation.path)
    for other in run.contract.operations:
        is_inside = template(other.path) == own or template(other.path).startswith(f"{own}/")
        if is_inside and other is not operation and _may_be_sent(run, other):
            names = [parameter.name for parameter in path_parameters(other)]
            request = bases.of(other).request
            path = {**request.path, **dict(zip(names, values, strict=False))}
            yield replace(request, path=path)
    yield base.request


def _may_be_sent(run: Run, operation: ContractOperation) -> bool:
    # It would bring the item back.
    creates = run.plan.roles.of(operation) is Role.CREATE or applicability.documents(
        operation, "201"
    )
    is_creating = operation.method == "put" and creates
    return run.plan.scope.left_out(operation) is None and not is_creating
