"""The end of a run: what it created is deleted, and what could not be is listed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from contract_tests.http.bodies import UnmakeableError
from contract_tests.http.client import GRACE, RunEndedError
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
    left: Counter[str] = Counter()
    for resource in [r for r in run.resources.found if r.is_created and not r.is_deleted]:
        try:
            is_done = _delete(run, resource)
        except (RunEndedError, UnmakeableError):
            is_done = False
        left[resource.collection] += not is_done
    for collection, count in (+left).items():
        run.notes.append(f"{count} items that the run created in {collection} could not be deleted")


def _delete(run: Run, resource: Resource) -> bool:
    values = run.resources.values_of(resource)
    operation = _deleting(run, resource)
    if operation is None or values is None:
        return False
    names = [p.name for p in path_parameters(operation)]
    request = valid_request(run.contract, operation, run.target)
    path = dict(zip(names, values, strict=True))
    exchange = run.client.send(replace(request, path=path))
    outcome = exchange.outcome
    is_done = isinstance(outcome, Response) and (outcome.is_success or outcome.status in _GONE)
    resource.is_deleted = is_done
    return is_done


def _deleting(run: Run, resource: Resource) -> ContractOperation | None:
    for operation in run.contract.operations:
        is_wanted = operation.method == "delete" and is_item(operation)
        if is_wanted and collection_of(operation.path) == resource.collection:
            return operation if run.plan.scope.left_out(operation) is None else None
    return None
