"""The payment accounts of organisations: their state decides whether a link can be created."""

from typing import Any

import httpx
import pytest

from tests.mock_server.documented import (
    DISCONNECTED,
    ID,
    NOT_ENABLED,
    OTHER_ID,
    VALID,
    ErrorCase,
    check_error,
    check_problem,
    check_success,
    path,
)


def put(mock: httpx.Client, organisation: str, state: Any) -> httpx.Response:
    place = f"/_tallystick/organisations/{organisation}"
    return mock.put(place, json={"payment_account": state})


def state(mock: httpx.Client, organisation: str = ID) -> Any:
    return mock.get(f"/_tallystick/organisations/{organisation}").json()


def link(mock: httpx.Client, organisation: str = ID) -> httpx.Response:
    return mock.post(path(organisation), json=VALID)


def test_untouched(mock: httpx.Client) -> None:
    """An organisation that nobody has touched exists, is `NotStarted`, and gets its link."""
    assert state(mock) == {"payment_account": "NotStarted"}
    check_success(link(mock))


@pytest.mark.parametrize(
    "name", ["NotStarted", "OnboardingInProgress", "Active", "Restricted", "Rejected"]
)
def test_states_with_a_link(mock: httpx.Client, name: str) -> None:
    """In these states an organisation gets its link."""
    assert put(mock, ID, name).json() == {"payment_account": name}
    assert state(mock) == {"payment_account": name}
    check_success(link(mock))


@pytest.mark.parametrize(
    ("name", "error"), [("NotEnabled", NOT_ENABLED), ("Disconnected", DISCONNECTED)]
)
def test_states_without_a_link(mock: httpx.Client, name: str, error: ErrorCase) -> None:
    """In these states it gets a 409, each time, until the state changes."""
    put(mock, ID, name)
    check_error(link(mock), error)
    check_error(link(mock), error)
    put(mock, ID, "Active")
    check_success(link(mock))


@pytest.mark.parametrize(("spelt", "asked"), [(ID, ID.upper()), (ID.upper(), ID)])
def test_ids_have_no_case(mock: httpx.Client, spelt: str, asked: str) -> None:
    """Ids are the same in capitals and in small letters (RFC 9562 section 4)."""
    put(mock, spelt, "NotEnabled")
    assert state(mock, asked) == {"payment_account": "NotEnabled"}
    check_error(link(mock, asked), NOT_ENABLED)


def test_organisations_are_apart(mock: httpx.Client) -> None:
    """The state of one organisation is not that of another."""
    put(mock, ID, "NotEnabled")
    check_success(link(mock, OTHER_ID))
    assert state(mock, OTHER_ID) == {"payment_account": "NotStarted"}


@pytest.mark.parametrize("name", ["active", "Gone", "", None, 1, True, ["Active"], {}], ids=str)
def test_unknown_state_is_refused(mock: httpx.Client, name: Any) -> None:
    """An unknown state is refused, those that there are are listed, and nothing changes."""
    put(mock, ID, "Restricted")
    answer = put(mock, ID, name)
    check_problem(answer, 400)
    assert "NotEnabled, NotStarted, OnboardingInProgress" in answer.json()["detail"]
    assert state(mock) == {"payment_account": "Restricted"}


@pytest.mark.parametrize("body", [{}, {"paymentAccount": "Active"}, [], "Active"], ids=str)
def test_wrong_body_is_refused(mock: httpx.Client, body: Any) -> None:
    """So is a body that has no state."""
    check_problem(mock.put(f"/_tallystick/organisations/{ID}", json=body), 400)


def test_forcing_leaves_the_state(mock: httpx.Client) -> None:
    """A forced 409 changes no state."""
    mock.post(path(), headers={"Prefer": "example=PaymentAccount.Disconnected"})
    assert state(mock) == {"payment_account": "NotStarted"}
    check_success(link(mock))
