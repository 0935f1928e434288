"""The end of a run: what it created is deleted, and what could not be is listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from unittest import SkipTest

from contract_tests.http.bodies import UnmakeableError
from contract_tests.http.client import GRACE, TargetGoneError
from contract_tests.http.exchange import Response
from contract_tests.operations.resources import Resource, path_parameters
from contract_tests.operations.roles import collection_of, is_item
from contract_tests.requests.sources import valid_request
from contract_tests.results.run import Run
from tallystick.contract import ContractOperation

_GONE = (404, 410)


def clean_up(run: Run) -> None:
    """Delete the items that the run created, the newest first. A mock of its own needs none. Where
    the time of the run is over, it has a little more for this.
    """
    if run.target.is_own_mock:
        return
    run.client.ends += GRACE
    run.notes += left_notes(delete_items(run, run.resources.created()))
    run.notes += [
        f"{count} items of {collection} that a create answered with may have been there before, "
        "and were left alone"
        for collection, count in run.resources.doubtful().items()
    ]


def delete_items(run: Run, items: Iterable[Resource]) -> Counter[str]:
    """Delete items; gives how many of each collection are left. What was in a deleted item is not
    there any more either.
    """
    tried = []
    is_gone = False
    for item in items:
        tried.append(item)
        if is_gone or item.is_deleted:
            continue
        try:
            _delete(run, item)
        except TargetGoneError:
            is_gone = True
        except (SkipTest, UnmakeableError):  # no time or budget is left
            pass
    return Counter(item.collection for item in tried if not item.is_deleted)


def left_notes(left: Mapping[str, int]) -> list[str]:
    """What is said of the items that could not be deleted."""
    return [
        f"{count} items that the run created in {collection} could not be deleted"
        for collection, count in left.items()
    ]


def is_deletable(run: Run, item: Resource) -> bool:
    """Whether a request that deletes an item can be sent."""
    return _deleting(run, item) is not None and run.resources.values_of(item) is not None


def _delete(run: Run, item: Resource) -> None:
    values = run.resources.values_of(item)
    operation = _deleting(run, item)
    if operation is None or values is None:
        return
    names = [p.name for p in path_parameters(operation)]
    request = valid_request(run.contract, operation, run.target)
    path = dict(zip(names, values, strict=True))
    exchange = run.client.send(replace(request, path=path))
    outcome = exchange.outcome
    if isinstance(outcome, Response) and (outcome.is_success or outcome.status in _GONE):
        run.resources.forget(operation, values)
        item.is_deleted = True


def _deleting(run: Run, item: Resource) -> ContractOperation | None:
    for operation in run.contract.operations:
        is_wanted = operation.method == "delete" and is_item(operation)
        if is_wanted and collection_of(operation.path) == item.collection:
            return operation if run.plan.scope.left_out(operation) is None else None
    return None
