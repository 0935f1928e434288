"""Conditional requests: what a validator of the service, or another one, should bring about.

Rules: only a strong ETag is compared for `If-Match` (RFC 9110 section 13.1.1); of a service that
gives none, or a weak one, nothing is demanded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.http.exchange import OperationRequest, Response
from contract_tests.results.run import Run
from tallystick.catalogue.collections import template

NO_TAG = '"tallystick-none"'
"""An ETag that nothing has."""


def latest_headers(run: Run, request: OperationRequest) -> Mapping[str, str]:
    """The headers of what is there now, which have its validators (RFC 9110 section 8.8)."""
    own = template(request.operation.path)
    same = (other for other in run.contract.operations if template(other.path) == own)
    reader = next((other for other in same if other.method == "get"), None)
    if reader is None:
        return {}
    if reader is not request.operation:
        request = replace(request, operation=reader, body=..., query={})
    outcome = run.client.send(request).outcome
    return outcome.headers if isinstance(outcome, Response) and outcome.status == 200 else {}


def strong_tag(headers: Mapping[str, str]) -> str:
    """The ETag of a response, where it is a strong one (RFC 9110 section 8.8.1); else nothing."""
    tag = headers.get("etag", "")
    return "" if tag.startswith("W/") else tag


def precondition(latest: Mapping[str, str]) -> Expectation:
    """What a request with `If-Match: NO_TAG` should get, where a 412 is documented."""
    kind = ExpectationKind.REFUSED if strong_tag(latest) else ExpectationKind.HANDLED
    return Expectation(kind, "If-Match with another ETag")
