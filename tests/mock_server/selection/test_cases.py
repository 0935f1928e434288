"""Each of the ten documented cases, in each way that gives it, and the order of the ways."""

from typing import Any

import httpx
import pytest

from tests.mock_server.documented import (
    DISCONNECTED,
    ERRORS,
    FORBIDDEN,
    INVALID_REFRESH_URL,
    INVALID_RETURN_URL,
    LABELS,
    MISSING_REFRESH_URL,
    MISSING_RETURN_URL,
    NOT_ENABLED,
    NOT_FOUND,
    OPERATION,
    PROVIDER_ERROR,
    REFRESH_URL,
    RETURN_URL,
    VALID,
    ErrorCase,
    check_error,
    check_success,
    create,
    path,
    served,
)

each_error = pytest.mark.parametrize("error", ERRORS, ids=str)

FIRST_OF_STATUS = [
    ("400", MISSING_RETURN_URL),
    ("403", FORBIDDEN),
    ("404", NOT_FOUND),
    ("409", NOT_ENABLED),
    ("502", PROVIDER_ERROR),
]
HONEST = [
    ({"refreshUrl": REFRESH_URL}, MISSING_RETURN_URL),
    ({"returnUrl": "/return", "refreshUrl": REFRESH_URL}, INVALID_RETURN_URL),
    ({"returnUrl": RETURN_URL}, MISSING_REFRESH_URL),
    ({"returnUrl": RETURN_URL, "refreshUrl": "ftp://example.com/"}, INVALID_REFRESH_URL),
]

# --- by header


@each_error
def test_header_example(mock: httpx.Client, error: ErrorCase) -> None:
    """`Prefer: example=CODE` gives the error of this code."""
    check_error(create(mock, headers={"Prefer": f"example={error.code}"}), error)


@each_error
def test_header_code_and_example(mock: httpx.Client, error: ErrorCase) -> None:
    """`Prefer: code=STATUS, example=CODE` gives that error, too."""
    prefer = f"code={error.status}, example={error.code}"
    check_error(create(mock, headers={"Prefer": prefer}), error)


@pytest.mark.parametrize(("status", "error"), FIRST_OF_STATUS)
def test_header_code_alone(mock: httpx.Client, status: str, error: ErrorCase) -> None:
    """A bare `Prefer: code=STATUS` gives the first case of that status."""
    check_error(create(mock, headers={"Prefer": f"code={status}"}), error)


def test_header_success(mock: httpx.Client) -> None:
    """`Prefer: code=200` gives the success, whatever is wrong with the request."""
    check_success(create(mock, {}, headers={"Prefer": "code=200"}))


# --- by address


@each_error
def test_address_code(mock: httpx.Client, error: ErrorCase) -> None:
    """`/~case/CODE` before the path gives the error of this code."""
    check_error(mock.post(f"/~case/{error.code}{path()}", json=VALID), error)


@each_error
def test_address_label(mock: httpx.Client, error: ErrorCase) -> None:
    """So does `/~case/STATUS CODE`, what `Tallystick-Case` says, percent-encoded."""
    address = f"/~case/{error.status}%20{error.code}{path()}"
    check_error(mock.post(address, json=VALID), error)


@pytest.mark.parametrize(("status", "error"), FIRST_OF_STATUS)
def test_address_status(mock: httpx.Client, status: str, error: ErrorCase) -> None:
    """`/~case/STATUS` gives the first case of that status."""
    check_error(mock.post(f"/~case/{status}{path()}", json=VALID), error)


def test_address_success(mock: httpx.Client) -> None:
    """`/~case/200` gives the success, whatever is wrong with the request."""
    check_success(mock.post(f"/~case/200{path()}", json={}))


# --- by magic value


@each_error
def test_magic_value(mock: httpx.Client, error: ErrorCase) -> None:
    """Each error has a magic id that gives it."""
    check_error(mock.post(path(error.magic), json=VALID), error)


@each_error
def test_magic_value_in_capitals(mock: httpx.Client, error: ErrorCase) -> None:
    """A UUID may be written in capitals (RFC 9562 section 4), a magic one, too."""
    check_error(mock.post(path(error.magic.upper()), json=VALID), error)


def test_almost_magic_value(mock: httpx.Client) -> None:
    """An id that no case has is an id like any other."""
    check_success(mock.post(path("ca5e0400-0005-4000-8000-000000000000"), json=VALID))


# --- by queued force


@each_error
def test_queued_force(mock: httpx.Client, error: ErrorCase) -> None:
    """A queued force gives its case to the next request, and not to the one after it."""
    mock.post("/_tallystick/forces", json={"cases": [error.code]})
    check_error(create(mock), error)
    check_success(create(mock))


def test_queued_success(mock: httpx.Client) -> None:
    """A queued `200` gives the success, whatever is wrong with the request."""
    mock.post("/_tallystick/forces", json={"cases": ["200"]})
    check_success(create(mock, {}))


# --- by honest request


@pytest.mark.parametrize(("body", "error"), HONEST)
def test_honest_error(mock: httpx.Client, body: dict[str, str], error: ErrorCase) -> None:
    """A request with an error that the document has a case for gets that case."""
    check_error(create(mock, body), error)


def test_honest_success(mock: httpx.Client) -> None:
    """A request without error gets the 200."""
    check_success(create(mock))


# --- by state


@pytest.mark.parametrize(
    ("state", "error"), [("NotEnabled", NOT_ENABLED), ("Disconnected", DISCONNECTED)]
)
def test_state(mock: httpx.Client, state: str, error: ErrorCase) -> None:
    """An organisation in such a state gets its 409."""
    mock.put(
        "/_tallystick/organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11",
        json={"payment_account": state},
    )
    check_error(create(mock), error)


# --- force beats validation

ERRONEOUS: dict[str, dict[str, Any]] = {
    "no body": {},
    "malformed JSON": {"content": b"{", "headers": {"Content-Type": "application/json"}},
    "no object": {"json": []},
    "another media type": {"content": b"hello", "headers": {"Content-Type": "text/plain"}},
    "missing properties": {"json": {}},
    "too large": {"content": b" " * 1_100_000, "headers": {"Content-Type": "application/json"}},
}
each_error = pytest.mark.parametrize("error", ERRONEOUS.values(), ids=ERRONEOUS)


@each_error
def test_header_beats_validation(mock: httpx.Client, error: dict[str, Any]) -> None:
    """A case that is forced by header is given whatever the request says."""
    headers = {**error.get("headers", {}), "Prefer": "example=PaymentAccount.Disconnected"}
    check_error(mock.post(path("no-uuid"), **{**error, "headers": headers}), DISCONNECTED)


@each_error
def test_address_beats_validation(mock: httpx.Client, error: dict[str, Any]) -> None:
    """A case that is forced by address is given whatever the request says."""
    address = f"/~case/PaymentAccount.Disconnected{path('no-uuid')}"
    check_error(mock.post(address, **error), DISCONNECTED)


@each_error
def test_magic_value_beats_validation(mock: httpx.Client, error: dict[str, Any]) -> None:
    """A case that is forced by magic value is given whatever the body says."""
    check_error(mock.post(path("ca5e0409-0002-4000-8000-000000000000"), **error), DISCONNECTED)


@each_error
def test_queue_beats_validation(mock: httpx.Client, error: dict[str, Any]) -> None:
    """A case that is forced by the queue is given whatever the request says."""
    mock.post("/_tallystick/forces", json={"cases": ["PaymentAccount.Disconnected"]})
    check_error(mock.post(path("no-uuid"), **error), DISCONNECTED)


# --- the order of the ways

MAGIC_403 = "ca5e0403-0001-4000-8000-000000000000"


def test_header_beats_address(mock: httpx.Client) -> None:
    """The header comes first, before the address form."""
    answer = mock.post(f"/~case/404{path()}", json=VALID, headers={"Prefer": "code=502"})
    check_error(answer, PROVIDER_ERROR)


def test_address_beats_magic_value(mock: httpx.Client) -> None:
    """The address form comes before the magic value."""
    check_error(mock.post(f"/~case/404{path(MAGIC_403)}", json=VALID), NOT_FOUND)


def test_magic_value_beats_queue(mock: httpx.Client) -> None:
    """The magic value comes before a queued force, which waits for the next request."""
    mock.post("/_tallystick/forces", json={"cases": ["502"]})
    check_error(mock.post(path(MAGIC_403), json=VALID), FORBIDDEN)
    check_error(create(mock), PROVIDER_ERROR)


def test_fault_beats_state(mock: httpx.Client) -> None:
    """An error in the request comes before the state of the account."""
    mock.put(
        "/_tallystick/organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11",
        json={"payment_account": "Disconnected"},
    )
    check_error(create(mock, {"refreshUrl": REFRESH_URL}), MISSING_RETURN_URL)


def test_queue_beats_state(mock: httpx.Client) -> None:
    """A queued force comes before the state of the account."""
    mock.put(
        "/_tallystick/organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11",
        json={"payment_account": "Disconnected"},
    )
    mock.post("/_tallystick/forces", json={"cases": ["200"]})
    check_success(create(mock))


def test_served_cases_are_counted(mock: httpx.Client) -> None:
    """Once each case was asked for, each was served once."""
    for case in ["200", *(error.code for error in ERRORS)]:
        mock.post(f"/~case/{case}{path()}")
    assert dict.fromkeys(LABELS, 1) == served(mock)


def test_operation_is_named_in_full(mock: httpx.Client) -> None:
    """A case may be named with its operation, for contracts in which it is ambiguous."""
    name = f"{OPERATION} 409 PaymentAccount.Disconnected"
    mock.post("/_tallystick/forces", json={"cases": [name]})
    check_error(create(mock), DISCONNECTED)
