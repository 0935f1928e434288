"""The base: when variations can be compared with it, and what is expected of them."""

from __future__ import annotations

import json

import pytest

from contract_tests.checks.context import ExpectationKind
from contract_tests.http.exchange import Exchange, OperationRequest, Response, TransportError
from contract_tests.requests.base import Base
from contract_tests.results.run import case_answered
from tallystick.contract import load_contract

OPERATION = load_contract().operations[0]
UPSTREAM = "502 PaymentAccount.ProviderError"


def exchange(status: int, code: str = "") -> Exchange:
    """An exchange whose response has this status, and this code."""
    body = json.dumps({"title": code}).encode()
    return Exchange(Response(status, {"content-type": "application/json"}, body), "", "")


def base_of(got: Exchange) -> Base:
    """The base of an operation that got this."""
    return Base(OPERATION, OperationRequest(OPERATION), got, case_answered(OPERATION, got))


SUCCESS = exchange(200)
MISSING = exchange(400, "PaymentAccountLink.MissingReturnUrl")
UNKNOWN = exchange(404, "Organisation.NotFound")
UPSTREAM_FAILED = exchange(502, "PaymentAccount.ProviderError")
UNDOCUMENTED = exchange(418)
LOST = Exchange(TransportError("no response came", "RFC 9110 section 3.4"), "", "")


@pytest.mark.parametrize(
    ("got", "works", "is_success"),
    [
        pytest.param(SUCCESS, True, True, id="a success"),
        pytest.param(UNKNOWN, True, False, id="a state"),
        pytest.param(UPSTREAM_FAILED, True, False, id="an upstream failure"),
        pytest.param(MISSING, False, False, id="a fault in the request"),
        pytest.param(UNDOCUMENTED, False, False, id="no documented case"),
        pytest.param(LOST, False, False, id="no response"),
    ],
)
def test_a_base_works_where_its_request_has_no_fault(
    got: Exchange, works: bool, is_success: bool
) -> None:
    """Variations can be compared with a documented response that is not about the request."""
    base = base_of(got)
    assert (base.works, base.is_success) == (works, is_success)


@pytest.mark.parametrize(
    ("got", "labels"),
    [
        pytest.param(SUCCESS, ["200", UPSTREAM], id="a success"),
        pytest.param(UNKNOWN, ["404 Organisation.NotFound", UPSTREAM], id="a state"),
        pytest.param(UNDOCUMENTED, ["200", UPSTREAM], id="no documented case"),
    ],
)
def test_a_variation_gets_what_the_base_got(got: Exchange, labels: list[str]) -> None:
    """It gets the same case, or an upstream failure; a success where the base got no case."""
    expectation = base_of(got).accepted("white space", "RFC 8259 section 2")
    assert [case.label for case in expectation.cases] == labels
    assert (expectation.kind, expectation.what) == (ExpectationKind.ACCEPTED, "white space")
    assert (expectation.source, expectation.is_advised) == ("RFC 8259 section 2", False)


@pytest.mark.parametrize(
    ("got", "faulty", "hides"),
    [
        pytest.param(UNKNOWN, UNKNOWN, True, id="the state comes first"),
        pytest.param(UNKNOWN, MISSING, False, id="the fault comes first"),
        pytest.param(SUCCESS, SUCCESS, False, id="the base succeeds"),
        pytest.param(MISSING, MISSING, False, id="the base does not work"),
    ],
)
def test_a_state_hides_faults(got: Exchange, faulty: Exchange, hides: bool) -> None:
    """Only the state that the base met explains the response to a faulty request."""
    assert base_of(got).hides(faulty) is hides
