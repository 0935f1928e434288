"""Variations of the request that succeeds, and other methods, get what the standards say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby

import pytest
from requests import PreparedRequest

from contract_tests.checks.context import Expectation, ExpectationKind, is_of_request
from contract_tests.checks.schemas import fits_schema
from contract_tests.http.bodies import format_of
from contract_tests.http.exchange import Exchange, Response
from contract_tests.operations.resources import path_parameters
from contract_tests.operations.roles import SAFE, Role, is_item
from contract_tests.requests import applicability
from contract_tests.requests.base import Base
from contract_tests.requests.probes import PROBES, UUID, Probe
from contract_tests.requests.reaching import faulty_request, formats
from contract_tests.results.run import Run
from contract_tests.target.credentials import Identity
from tallystick.catalogue.collections import template
from tallystick.contract import Contract, ContractOperation

EVERYWHERE = ("GET", "HEAD", "OPTIONS")
HERE = ("PUT", "PATCH", "DELETE", "TRACE")
"""Methods that are tried only on this machine, or where the user allows it."""

_ENOUGH = 2
"""On how many operations of one method and media type the habits of a server are tried."""


def test_probes(run: Run, working_base: Base) -> None:
    """Each variation is accepted, refused, handled or served, as its row says."""
    base = working_base
    found = [(probe, prepared) for probe, prepared in _prepared(run, base)]
    for is_harmless, group in groupby(found, lambda pair: _is_harmless(base, pair[0])):
        probes, prepared = zip(*group, strict=True)
        transmit_all = run.client.transmit_all if is_harmless else partial(_in_turn, run)
        for probe, exchange in zip(
            probes, transmit_all(prepared, base.operation.name), strict=True
        ):
            _check(run, base, probe, exchange)


def _prepared(run: Run, base: Base) -> Iterator[tuple[Probe, PreparedRequest]]:
    """The variations that exist, unless the document leaves open what they get. What a standard
    says of all requests is a habit of the server: a few operations of a kind show it.
    """
    kind = (base.operation.method, base.request.media_type)
    run.probed[kind] += 1
    for probe in PROBES:
        is_habit = bool(probe.source) and run.probed[kind] > _ENOUGH
        if probe.applies(base.request) and not is_habit:
            prepared = probe.make(run.client, base.request)
            content = prepared.body if isinstance(prepared.body, bytes) else b""
            if _is_settled(run.contract, base, probe, content):
                yield probe, prepared


def _is_harmless(base: Base, probe: Probe) -> bool:
    """Whether a variation changes nothing, or is certain to be refused."""
    return base.operation.method in SAFE or probe.expected is ExpectationKind.REFUSED


def _in_turn(run: Run, prepared: Sequence[PreparedRequest], name: str) -> Iterator[Exchange]:
    return (run.client.transmit(each, name) for each in prepared)


def _check(run: Run, base: Base, probe: Probe, exchange: Exchange) -> None:
    status = exchange.outcome.status if isinstance(exchange.outcome, Response) else None
    if not base.hides(exchange) and (status is None or status != probe.honest):
        run.check(base.operation, exchange, _expectation(base, probe))


@pytest.mark.only(where=applicability.faulty_case)
def test_accept_of_errors(run: Run, working_base: Base) -> None:
    """Whatever a client accepts, an error comes as documented, or as a 406."""
    requests = [faulty_request(working_base.request, case) for case in working_base.operation.cases]
    request = next(filter(None, requests), None)
    if request is None:
        pytest.skip("no faulty request is known")
    for accept in ("text/html", "application/xml, text/plain"):
        prepared = run.client.prepare(request, headers={"accept": accept})
        exchange = run.client.transmit(prepared, working_base.operation.name)
        if not working_base.hides(exchange):
            expectation = Expectation(ExpectationKind.HANDLED, f"an error under Accept: {accept}")
            run.check(working_base.operation, exchange, expectation)


@pytest.mark.only(where=applicability.several_media_types)
def test_documented_media_types(run: Run, operation: ContractOperation, working_base: Base) -> None:
    """A success that is asked for in another of its media types is one of these, and keeps it."""
    named = applicability.media_types_of_successes(operation)
    for name in named[1:]:
        prepared = run.client.prepare(working_base.request, headers={"accept": name})
        exchange = run.client.transmit(prepared, operation.name)
        expectation = Expectation(ExpectationKind.HANDLED, f"Accept: {name}")
        run.check(operation, exchange, expectation)


def test_other_methods(run: Run, operation: ContractOperation, base: Base) -> None:
    """A method that the document does not have on this path makes no server error. A documented
    405 is one to such a method.
    """
    same = [o for o in run.contract.operations if template(o.path) == template(operation.path)]
    if same[0] is not operation:
        pytest.skip("the path was tried with its first operation")
    # A concrete path matches a template, too: what that declares may be there (OpenAPI 3.1.1
    # section 4.8.8.2).
    address = base.request.url(run.target.base_url)
    matching = [o for o in run.contract.operations if run.resources.values(o, address) is not None]
    declared = {other.method.upper() for other in (*same, *matching)}
    methods = [method for method in _methods(run, operation) if method not in declared]
    prepared = [_other_method(run, base, method) for method in methods]
    exchanges = run.client.transmit_all(prepared, operation.name)
    for method, exchange in zip(methods, exchanges, strict=True):
        run.check(operation, exchange, Expectation(ExpectationKind.SERVED, method))
        for other in same:
            _count_405(run, other, exchange, method)


def _methods(run: Run, operation: ContractOperation) -> Sequence[str]:
    if run.target.only_safe:
        return ("GET", "HEAD")
    if not (run.client.is_local or run.plan.undeclared_methods):
        return EVERYWHERE
    is_collection = run.plan.roles.of(operation) in (Role.LIST, Role.CREATE)
    here = [m for m in HERE if m != "DELETE" or not is_collection or run.target.is_own_mock]
    return (*EVERYWHERE, *here)


def _other_method(run: Run, base: Base, method: str) -> PreparedRequest:
    headers: dict[str, str | None] = {}
    identity = Identity.OWN
    if method == "TRACE":
        # A TRACE comes back as it was sent, so it holds no secret (RFC 9110 section 9.3.8).
        headers = dict.fromkeys((*run.target.headers, "authorization", "cookie"))
        identity = Identity.NONE
    request = replace(base.request, body=...)
    if method in HERE and is_item(base.operation) and not run.target.is_own_mock:
        # Whatever the method does, it does it to nothing that anybody has.
        last = path_parameters(base.operation)[-1].name
        request = replace(request, path={**request.path, last: run.plan.unknown_id(base.operation)})
    return run.client.prepare(request, method=method, headers=headers, identity=identity)


def _count_405(run: Run, operation: ContractOperation, exchange: Exchange, method: str) -> None:
    is_405 = isinstance(exchange.outcome, Response) and exchange.outcome.status == 405
    # A response to HEAD has no body to judge (RFC 9110 section 9.3.2).
    if (
        is_405
        and method != "HEAD"
        and any(response.status == "405" for response in operation.responses)
    ):
        run.check(operation, exchange, Expectation(ExpectationKind.HANDLED, method))


def _expectation(base: Base, probe: Probe) -> Expectation:
    if probe.expected is ExpectationKind.ACCEPTED:
        return base.accepted(probe.name, probe.source, is_advised=probe.is_advised)
    of_request = [case for case in base.operation.cases if is_of_request(case)]
    others = [case for case in base.operation.cases if not is_of_request(case)]
    # A broken body is none of the caller's or the resource's cases, an odd id none of the body's.
    about = others if probe.needs == UUID else of_request
    named = frozenset(case.code or "" for case in about)
    return Expectation(
        probe.expected,
        probe.name,
        named=named,
        source=probe.source,
        is_advised=probe.is_advised,
        is_undescribed=True,
    )


def _is_settled(contract: Contract, base: Base, probe: Probe, content: bytes) -> bool:
    """Whether a standard says what a probe may expect, or the document does."""
    if probe.needs == UUID:
        # A text of that form need not be a UUID.
        is_open = probe.expected in (ExpectationKind.HANDLED, ExpectationKind.SERVED)
        return is_open or "uuid" in formats(contract, base.operation).values()
    if probe.source:
        return True
    body = base.operation.request_body
    if body is None or not content:
        return body is not None and body.required
    sent = format_of(base.operation, base.request.media_type or "")
    if sent is None or sent.media.schema is None:
        return False
    value = json.loads(content)
    if value is None and not body.required:
        return False  # some take null for no body at all
    fits = fits_schema(contract.document, sent.media.schema, value, "request")
    return fits is (probe.expected is ExpectationKind.ACCEPTED)
