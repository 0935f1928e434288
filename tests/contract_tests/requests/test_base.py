"""The base: when variations can be compared with it, and what is expected of them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from contract_tests.checks.context import ExpectationKind
from contract_tests.http.exchange import Exchange, OperationRequest, Response, TransportError
from contract_tests.operations.roles import Role
from contract_tests.requests.base import Base
from contract_tests.requests.sources import Origin
from contract_tests.results.run import case_answered
from tallystick.contract import load_contract

OPERATION = load_contract().operations[0]
UPSTREAM = "502 PaymentAccount.ProviderError"


def exchange(status: int, code: str = "") -> Exchange:
    """An exchange whose response has this status, and this code."""
    body = json.dumps({"title": code}).encode()
    return Exchange(Response(status, {"content-type": "application/json"}, body), "", "")


def base_of(got: Exchange | None, sources: dict[str, Origin] | None = None) -> Base:
    """The base of an operation that got this."""
    case = case_answered(OPERATION, got) if got else None
    return Base(OPERATION, OperationRequest(OPERATION), got, case, sources or {})


SUCCESS = exchange(200)
MISSING = exchange(400, "PaymentAccountLink.MissingReturnUrl")
UNKNOWN = exchange(404, "Organisation.NotFound")
UPSTREAM_FAILED = exchange(502, "PaymentAccount.ProviderError")
UNDOCUMENTED = exchange(418)
LOST = Exchange(TransportError("no response came", "RFC 9110 section 3.4"), "", "")


@pytest.mark.parametrize(
    ("got", "is_success"),
    [
        pytest.param(SUCCESS, True, id="a success"),
        pytest.param(exchange(204), False, id="a success that is not documented"),
        pytest.param(UNKNOWN, False, id="a state"),
        pytest.param(MISSING, False, id="a fault in the request"),
        pytest.param(UNDOCUMENTED, False, id="no documented case"),
        pytest.param(LOST, False, id="no response"),
        pytest.param(None, False, id="nothing sent"),
    ],
)
def test_a_base_is_a_success_where_the_document_says_so(
    got: Exchange | None, is_success: bool
) -> None:
    """Variations are compared with a documented success only."""
    assert base_of(got).is_success is is_success


GIVEN, EXAMPLE, RUN, SETTLED, GUESS = Origin


@pytest.mark.parametrize(
    ("got", "sources", "doubt"),
    [
        (None, {}, "no item that may be changed"),
        (SUCCESS, {"path.id": GUESS}, None),
        (LOST, {"path.id": GUESS}, None),
        (exchange(500), {"path.id": GUESS}, None),
        (exchange(404), {"path.id": GUESS}, "it needs path.id"),
        (exchange(400), {"path.id": GUESS, "query.q": GUESS}, "it needs path.id, query.q"),
        (exchange(404), {"path.id": EXAMPLE}, "it needs path.id"),
        # Below an item that exists, there need be nothing.
        (exchange(404), {"path.id": RUN}, "it needs path.id"),
        (exchange(404), {"path.id": GIVEN}, None),
        (exchange(404), {}, None),
        (exchange(401), {"path.id": RUN}, "needs credentials"),
        (exchange(401), {}, "needs credentials"),
        (exchange(403), {"body": SETTLED}, "needs credentials"),
        (exchange(403), {"path.id": GIVEN, "body": SETTLED}, None),
        (exchange(409), {"body": SETTLED}, "a resource in another state"),
        (exchange(409), {"path.id": RUN}, "a resource in another state"),
        (exchange(409), {"path.id": GIVEN}, None),
        (exchange(400), {"path.id": RUN, "body": SETTLED}, "values that keep its rules"),
        (exchange(422), {"body": EXAMPLE}, None),
        # A code is a rule of the document beyond the schema.
        (MISSING, {"path.id": RUN}, "values that keep its rules"),
        (MISSING, {"path.id": GIVEN, "body": SETTLED}, None),
    ],
)
def test_a_refusal_of_honest_values_is_no_doubt(
    got: Exchange | None, sources: dict[str, Origin], doubt: str | None
) -> None:
    """Where a value was guessed, or need not exist, a refusal says nothing about the service."""
    found = base_of(got, sources).doubt
    assert found is None if doubt is None else doubt in (found or "")


@pytest.mark.parametrize(
    ("role", "has_doubt"), [(Role.CREATE, False), (Role.UPDATE, False), (Role.ACTION, True)]
)
def test_a_create_needs_no_knowledge_beyond_its_schema(role: Role, has_doubt: bool) -> None:
    """What asks an item for something may break a rule that no schema says."""
    base = base_of(exchange(422), {"path.id": RUN, "body": SETTLED})
    assert bool(replace(base, role=role).doubt) is has_doubt


@pytest.mark.parametrize(
    ("got", "labels"),
    [
        pytest.param(SUCCESS, ["200", UPSTREAM], id="a success"),
        pytest.param(UNKNOWN, ["404 Organisation.NotFound", "200", UPSTREAM], id="a state"),
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
        pytest.param(exchange(401), exchange(401), True, id="what no document lists"),
        pytest.param(exchange(401), MISSING, False, id="what no document lists, and a fault"),
        pytest.param(exchange(500), exchange(500), False, id="a server error is never hidden"),
    ],
)
def test_a_state_hides_faults(got: Exchange, faulty: Exchange, hides: bool) -> None:
    """Only the state that the base met explains the response to a faulty request."""
    assert base_of(got).hides(faulty) is hides


@pytest.mark.parametrize(
    ("status", "hides"), [(409, True), (412, True), (400, False), (200, False)]
)
def test_what_is_not_repeatable_leaves_something_behind(status: int, hides: bool) -> None:
    """A second create may find the first one."""
    base = base_of(SUCCESS)
    assert replace(base, is_repeatable=False).hides(exchange(status)) is hides
    assert base.hides(exchange(status)) is False
