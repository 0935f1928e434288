"""Creating an item of the run's own, since others may have changed by now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from contract_tests.checks import table
from contract_tests.checks.context import Expectation, ExpectationKind, Violation
from contract_tests.http.addresses import followed
from contract_tests.http.client import origin_of
from contract_tests.http.exchange import Exchange, OperationRequest, Response
from contract_tests.operations.resources import Resource, unwrapped
from contract_tests.requests.base import Base
from contract_tests.requests.reaching import fits_body, full_bodies
from contract_tests.requests.sources import Sources
from contract_tests.results.run import Run, success_value
from tallystick.catalogue.collections import template
from tallystick.contract import ContractOperation

LEADS_NOWHERE = (404, 410)
MOST_TRIED = 3
"""How many requests are tried."""


@dataclass
class NewItem:
    """An item of the run's own: what was sent, and what the service said of it."""

    operation: ContractOperation
    request: OperationRequest
    exchange: Exchange
    resource: Resource | None


def create(run: Run, operation: ContractOperation, base: Base) -> NewItem | None:
    """A new item. Where an equal one is refused, another is made."""
    bodies = full_bodies(run.contract, base.request, run.plan.seed)
    full = [replace(base.request, body=body) for body in bodies]
    usual = _usual(base)
    requests = [differing(run, request, full, usual) for request in full[:MOST_TRIED]]
    requests = [base.renewed(request, request) for request in requests]
    requests += [] if base.again else [base.request]
    others = Sources(run.contract, run.target, run.resources, run.plan.seed + 1)
    requests += [candidate.request for candidate in others.candidates(operation)]
    for request in requests:
        before = list(run.resources.found)
        exchange = run.client.send(request)
        run.check(operation, exchange, handled("another item"))
        outcome = exchange.outcome
        if isinstance(outcome, Response) and outcome.is_success:
            new = (each for each in run.resources.found if each not in before)
            return NewItem(operation, request, exchange, next(new, None))
    return None


def _usual(base: Base) -> dict[str, Any]:
    """What an item has where nothing is said: a create may forget another value."""
    value = success_value(base.exchange) if base.exchange else None
    sent = base.request.body if isinstance(base.request.body, dict) else {}
    return {name: own for name, own in unwrapped(value).items() if name not in sent}


def differing(
    run: Run,
    request: OperationRequest,
    others: Sequence[OperationRequest],
    last: Mapping[str, Any],
) -> OperationRequest:
    """The request with values of others where its own are those that an item has."""
    for name, value in request.body.items():
        found = (o.body[name] for o in others if o.body.get(name, value) != value)
        made = (replace(request, body={**request.body, name: other}) for other in found)
        if name in last and value == last[name]:
            request = next((each for each in made if fits_body(run.contract, each)), request)
    return request


def check_address(run: Run, item: NewItem) -> None:
    """`Location` leads to what was created (RFC 9110 section 15.3.2)."""
    outcome = item.exchange.outcome
    location = outcome.headers.get("location") if isinstance(outcome, Response) else None
    if location is None or not isinstance(outcome, Response) or outcome.status != 201:
        return
    address = followed(item.exchange.url, location)
    if address is None:
        wrong = Violation("Location is no address", ("location",))
        run.violate(item.operation, item.exchange, handled("another item"), table.ADDRESS, wrong)
        return
    if _path(address) == _path(item.exchange.url) and _has_reader(run, item.operation):
        wrong = Violation(f"Location leads to {location}, which is the list", ("location",))
        run.violate(item.operation, item.exchange, handled("another item"), table.ADDRESS, wrong)
        return
    if origin_of(address) != origin_of(run.target.base_url):
        return
    prepared = run.client.prepare(replace(item.request, body=..., query={}), method="GET")
    prepared.url = address
    exchange = run.client.transmit(prepared, item.operation.name)
    got = exchange.outcome
    if isinstance(got, Response) and got.status in LEADS_NOWHERE:
        wrong = Violation(f"Location leads to {location}, which gets {got.status}", ("location",))
        run.violate(item.operation, exchange, handled("its address"), table.ADDRESS, wrong)


def _has_reader(run: Run, creator: ContractOperation) -> bool:
    """Whether the document has an address for what an operation creates."""
    path = f"{run.plan.roles.collection(creator)}/{{}}"
    return any(o.method == "get" and template(o.path) == path for o in run.contract.operations)


def _path(url: str) -> str:
    return urlsplit(url).path.rstrip("/")


def status_of(exchange: Exchange) -> int | None:
    """The status of a response; None where there was none."""
    return exchange.outcome.status if isinstance(exchange.outcome, Response) else None


def handled(what: str) -> Expectation:
    """Any handled answer is right for this request."""
    return Expectation(ExpectationKind.HANDLED, what)
