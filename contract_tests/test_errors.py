"""The errors that a standard or the schema settles need no entry in the target file.

Each test sends requests that should bring some statuses about, whether they are documented or not:
a response counts for the case that it is. A request that certainly breaks the schema is refused,
where the operation documents that it refuses some.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.checks.schemas import fits_text, schema_at
from contract_tests.http.bodies import JSON, format_of
from contract_tests.http.exchange import OperationRequest, Response, body_of
from contract_tests.operations.resources import path_parameters
from contract_tests.operations.roles import SAFE, Role
from contract_tests.requests import applicability
from contract_tests.requests.applicability import OF_FAULTS, documents, refuses
from contract_tests.requests.base import Base
from contract_tests.requests.conditions import NO_TAG, latest_headers, precondition, strong_tag
from contract_tests.requests.reaching import as_json, full_bodies
from contract_tests.requests.sources import Origin
from contract_tests.requests.variations.faults import faults
from contract_tests.requests.variations.renewal import another
from contract_tests.results.run import Run
from tallystick.reader.operations import Parameter

_NOBODYS = "application/x-tallystick-none"
"""A media type that no service has."""

_MOST_FULL = 2

_MARGIN = 1 << 20
"""How many bytes above a limit a body is that should be too large."""


@pytest.mark.only(where=applicability.faults)
def test_faults(run: Run, base: Base) -> None:
    """A request that certainly breaks the schema in one place is refused (400, 422)."""
    is_advised = not refuses(base.operation)
    full = _full(run, base)
    found = list(faults(run.contract, full, run.target))
    # A wrong type in the path is an address that no route of a framework may have.
    expectations = [
        Expectation(
            ExpectationKind.REFUSED,
            fault.what,
            is_advised=is_advised or fault.is_lenient,
            is_undescribed=fault.what.startswith("path."),
        )
        for fault in found
    ]
    _check_all(run, base, [base.renewed(fault.request, full) for fault in found], expectations)
    for case in base.operation.cases if not found else ():
        if case.status.upper() in OF_FAULTS and case.code is None:
            run.not_covered(case, "nothing in the schema can certainly be broken", needs_entry=True)


def _full(run: Run, base: Base) -> OperationRequest:
    """The base with a fuller body, where the service takes that: it has more that can be wrong."""
    bodies = full_bodies(run.contract, base.request, run.plan.seed) if base.is_success else []
    is_made = base.sources.get("body") is Origin.SETTLED
    for body in bodies[:_MOST_FULL] if is_made else ():
        fuller = replace(base.request, body=body)
        fuller = base.renewed(fuller, fuller)
        exchange = run.client.send(fuller)
        expectation = Expectation(ExpectationKind.HANDLED, "a full body")
        run.check(base.operation, exchange, expectation)
        if isinstance(exchange.outcome, Response) and exchange.outcome.is_success:
            return fuller
    return base.request


@pytest.mark.only(where=applicability.item_to_read)
def test_unknown_item(run: Run, base: Base) -> None:
    """An id that was never handed out leads to nothing (404). Only safe requests ask for it."""
    if base.operation.method not in SAFE or not base.request.path:
        pytest.skip("only safe requests with an id ask for what does not exist")
    last = path_parameters(base.operation)[-1]
    values = _unknown_ids(run, base, last)
    requests = [replace(base.request, path={**base.request.path, last.name: v}) for v in values]
    fit = [fits_text(run.contract.document, last.schema, value) for value in values]
    what = "an id that was never handed out"
    _check_all(
        run,
        base,
        requests,
        [Expectation(ExpectationKind.HANDLED, what, is_undescribed=not each) for each in fit],
    )


def _unknown_ids(run: Run, base: Base, parameter: Parameter) -> list[str]:
    """Ids that were never handed out; where a schema takes none of the usual ones, one like that of
    the base.
    """
    values = run.plan.unknown_ids(base.operation)
    own = str(base.request.path.get(parameter.name, ""))
    like = another(own, f"{run.plan.seed}")
    fit = [fits_text(run.contract.document, parameter.schema, each) for each in (*values, like)]
    return [*values, like] if fit[-1] and like != own and not any(fit[:-1]) else values


def test_unacceptable(run: Run, base: Base) -> None:
    """An Accept header that nothing meets may be refused (406)."""
    if run.plan.roles.of(base.operation) is Role.CREATE and not documents(base.operation, "406"):
        pytest.skip("it would only create more")
    handled = _undescribed(f"Accept: {_NOBODYS}")
    prepared = run.client.prepare(base.request, headers={"accept": _NOBODYS})
    run.check(base.operation, run.client.transmit(prepared, base.operation.name), handled)


@pytest.mark.only(where=applicability.body)
def test_media_type(run: Run, base: Base) -> None:
    """A body of a media type that no service has is refused (415)."""
    if base.request.body is ...:
        pytest.skip("the request has no body")
    expectation = _undescribed(f"a body of {_NOBODYS}")
    if any(response.status == "415" for response in base.operation.responses):
        expectation = replace(expectation, kind=ExpectationKind.REFUSED)
    prepared = run.client.prepare(base.request, headers={"content-type": _NOBODYS})
    exchange = run.client.transmit(prepared, base.operation.name)
    if not base.hides(exchange):
        run.check(base.operation, exchange, expectation)
    if isinstance(base.request.body, dict) and not base.request.has_json:
        _check_as_json(run, base)


def _check_as_json(run: Run, base: Base) -> None:
    """A form that comes as JSON is of another media type; many frameworks read both."""
    expectation = Expectation(ExpectationKind.HANDLED, "the form as JSON", is_undescribed=True)
    if any(response.status == "415" for response in base.operation.responses):
        expectation = replace(expectation, kind=ExpectationKind.REFUSED, is_advised=True)
    content = json.dumps(as_json(base.request.body)).encode()
    headers: dict[str, str | None] = {"content-type": JSON}
    prepared = run.client.prepare(base.request, content=content, headers=headers)
    exchange = run.client.transmit(prepared, base.operation.name)
    if not base.hides(exchange):
        run.check(base.operation, exchange, expectation)


@pytest.mark.only(where=applicability.large_body)
def test_large_body(run: Run, base: Base) -> None:
    """A body of up to 1 MiB more than the limit is refused (413)."""
    limit = _limit(run, base)
    if limit is None or not documents(base.operation, "413") or base.request.body is ...:
        pytest.skip("no limit is known")
    small = body_of(run.client.prepare(base.request))
    # White space after it is nothing to JSON and multipart (RFC 8259 section 2, RFC 2046).
    content = small + b" " * (limit + _MARGIN - len(small))
    prepared = run.client.prepare(base.request, content=content)
    handled = _undescribed("a body that is too large")
    run.check(base.operation, run.client.transmit(prepared, base.operation.name), handled)


def _undescribed(what: str) -> Expectation:
    return Expectation(ExpectationKind.HANDLED, what, is_undescribed=True)


def _limit(run: Run, base: Base) -> int | None:
    """The most bytes of a body: the target file's, or the document's `maxLength` of a body that is
    one string.
    """
    sent = format_of(base.operation, base.request.media_type or "")
    documented = schema_at(run.contract.document, sent.media.schema if sent else None)
    longest = documented.get("maxLength")
    return run.target.largest_body or (longest if isinstance(longest, int) else None)


@pytest.mark.only(where=applicability.condition)
def test_validators(run: Run, working_base: Base) -> None:
    """A validator of a response is understood when it comes back (304, 412)."""
    base = working_base
    # What was changed since has another validator.
    latest = latest_headers(run, base.request)
    for name in ("etag", "last-modified") if base.operation.method in SAFE else ():
        if name in latest:
            condition: dict[str, str | None] = {_CONDITIONS[name]: latest[name]}
            handled = Expectation(ExpectationKind.HANDLED, f"{_CONDITIONS[name]} with its own")
            _send_condition(run, base, base.request, condition, handled)
    if base.operation.method in SAFE:
        accepted = base.accepted("If-None-Match with another ETag", "RFC 9110 section 13.1.2")
        _send_condition(run, base, base.request, {"if-none-match": NO_TAG}, accepted)
    elif base.operation.method != "delete":
        _send_condition(run, base, base.request, {"if-match": NO_TAG}, precondition(latest))
        if strong_tag(latest):
            accepted = base.accepted("If-Match with its ETag", "RFC 9110 section 13.1.1")
            _send_condition(run, base, base.request, {"if-match": latest["etag"]}, accepted)


_CONDITIONS = {"etag": "if-none-match", "last-modified": "if-modified-since"}


def _send_condition(
    run: Run,
    base: Base,
    request: OperationRequest,
    condition: dict[str, str | None],
    expectation: Expectation,
) -> None:
    prepared = run.client.prepare(request, headers=condition)
    exchange = run.client.transmit(prepared, base.operation.name)
    run.check(base.operation, exchange, expectation)


def _check_all(
    run: Run, base: Base, requests: Sequence[OperationRequest], expectations: Sequence[Expectation]
) -> None:
    prepared = [run.client.prepare(request) for request in requests]
    exchanges = run.client.transmit_all(prepared, base.operation.name)
    for exchange, expectation in zip(exchanges, expectations, strict=True):
        if not base.hides(exchange):
            run.check(base.operation, exchange, expectation)
