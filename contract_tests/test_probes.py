"""Variations of the request that succeeds, and other methods, get what the standards say."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from contract_tests.checks.context import Expectation, ExpectationKind, is_of_request
from contract_tests.checks.schemas import fits_schema
from contract_tests.http.bodies import format_of
from contract_tests.http.exchange import Response
from contract_tests.requests.base import Base
from contract_tests.requests.probes import PROBES, UUID, Probe
from contract_tests.requests.reaching import faulty_request, formats
from contract_tests.results.run import Run
from tallystick.contract import Contract, ContractOperation

EVERYWHERE = ("GET", "HEAD", "OPTIONS")
HERE = ("PUT", "PATCH", "DELETE", "TRACE")
"""Methods that are tried only on this machine, or where the user allows it."""


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_probe(run: Run, working_base: Base, probe: Probe) -> None:
    """The variation is accepted, refused, handled or served, as its row says."""
    request = working_base.request
    if not probe.applies(request):
        pytest.skip(f"the operation's request has not {probe.needs}")
    prepared = probe.make(run.client, request)
    content = prepared.body if isinstance(prepared.body, bytes) else b""
    if not probe.source and not _is_settled(run.contract, working_base, probe, content):
        pytest.skip("the document's schema leaves it open")
    exchange = run.client.transmit(prepared)
    status = exchange.outcome.status if isinstance(exchange.outcome, Response) else None
    if not working_base.hides(exchange) and (status is None or status != probe.honest):
        run.check(working_base.operation, exchange, _expectation(working_base, probe))


@pytest.mark.parametrize("accept", ["text/html", "application/xml, text/plain"])
def test_accept_of_errors(run: Run, working_base: Base, accept: str) -> None:
    """Whatever a client accepts, an error comes as documented, or as a 406."""
    requests = [faulty_request(working_base.request, case) for case in working_base.operation.cases]
    request = next(filter(None, requests), None)
    if request is None:
        pytest.skip("no faulty request is known")
    exchange = run.client.transmit(run.client.prepare(request, headers={"accept": accept}))
    if not working_base.hides(exchange):
        expectation = Expectation(ExpectationKind.HANDLED, f"an error under Accept: {accept}")
        run.check(working_base.operation, exchange, expectation)


@pytest.mark.parametrize("method", [*EVERYWHERE, *HERE])
def test_other_method(
    run: Run, contract: Contract, operation: ContractOperation, base: Base, method: str
) -> None:
    """A method that the document does not have on this path makes no server error."""
    if method in HERE and not (run.client.is_local or run.plan.undeclared_methods):
        pytest.skip("the target is elsewhere: --undeclared-methods tries it all the same")
    path = operation.path
    if any(other.name == f"{method} {path}" for other in contract.operations):
        pytest.skip("the document has it")
    headers: dict[str, str | None] = {}
    if method == "TRACE":
        # A TRACE comes back as it was sent, so it holds no secret (RFC 9110 section 9.3.8).
        headers = dict.fromkeys((*run.target.headers, "authorization", "cookie"))
    request = replace(base.request, body=...)
    exchange = run.client.transmit(run.client.prepare(request, method=method, headers=headers))
    run.check(operation, exchange, Expectation(ExpectationKind.SERVED, method))


def _expectation(base: Base, probe: Probe) -> Expectation:
    if probe.expected is ExpectationKind.ACCEPTED:
        return base.accepted(probe.name, probe.source, is_advised=probe.is_advised)
    of_request = [case for case in base.operation.cases if is_of_request(case)]
    others = [case for case in base.operation.cases if not is_of_request(case)]
    # A broken body is none of the caller's or the resource's cases, an odd id none of the body's.
    about = others if probe.needs == UUID else of_request
    named = frozenset(case.code or "" for case in about)
    return Expectation(probe.expected, probe.name, named=named, source=probe.source)


def _is_settled(contract: Contract, base: Base, probe: Probe, content: bytes) -> bool:
    """Whether the document itself says what a probe may expect."""
    if probe.needs == UUID:
        return "uuid" in formats(contract, base.operation).values()
    body = base.operation.request_body
    if body is None or not content:
        return body is not None and body.required
    sent = format_of(base.operation, base.request.media_type or "")
    if sent is None or sent.media.schema is None:
        return False
    fits = fits_schema(contract.document, sent.media.schema, json.loads(content), "request")
    return fits is (probe.expected is ExpectationKind.ACCEPTED)
