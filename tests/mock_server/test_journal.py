"""The journal: what came, what answered, why."""

from datetime import datetime

import httpx
import pytest

from .conftest import Serve
from .documented import ID, OPERATION, VALID, check_problem, create, path

REQUESTS = "/_tallystick/requests"


def last(mock: httpx.Client) -> tuple[str, str]:
    entry = mock.get(REQUESTS).json()[-1]
    return entry["case"], entry["reason"]


def test_entry(mock: httpx.Client) -> None:
    """An entry says what came, which operation and case answered, and why."""
    create(mock, {})
    (entry,) = mock.get(REQUESTS).json()
    assert datetime.fromisoformat(entry.pop("time")).tzinfo is not None
    assert entry == {
        "id": 1,
        "method": "POST",
        "path": path(),
        "operation": OPERATION,
        "status": 400,
        "case": "400 PaymentAccountLink.MissingReturnUrl",
        "reason": "request",
    }


def test_reason_header(mock: httpx.Client) -> None:
    """A case by header is said to be one."""
    create(mock, headers={"Prefer": "code=502"})
    assert last(mock) == ("502 PaymentAccount.ProviderError", "header")


def test_reason_address(mock: httpx.Client) -> None:
    """A case by address is said to be one."""
    mock.post(f"/~case/502{path()}")
    assert last(mock) == ("502 PaymentAccount.ProviderError", "address")


def test_reason_magic_value(mock: httpx.Client) -> None:
    """A case by magic value is said to be one."""
    mock.post(path("ca5e0502-0001-4000-8000-000000000000"))
    assert last(mock) == ("502 PaymentAccount.ProviderError", "magic value")


def test_reason_queued_force(mock: httpx.Client) -> None:
    """A case by queued force is said to be one."""
    mock.post("/_tallystick/forces", json={"cases": ["502"]})
    create(mock)
    assert last(mock) == ("502 PaymentAccount.ProviderError", "queued force")


def test_reason_state(mock: httpx.Client) -> None:
    """A case by state is said to be one."""
    mock.put(f"/_tallystick/organisations/{ID}", json={"payment_account": "NotEnabled"})
    create(mock)
    assert last(mock) == ("409 PaymentAccount.NotEnabled", "state")


def test_reason_success(mock: httpx.Client) -> None:
    """A success is said to be one."""
    create(mock)
    assert last(mock) == ("200", "success")


@pytest.mark.parametrize(
    ("method", "place", "status"),
    [
        ("POST", "/nowhere", 404),
        ("GET", path(), 405),
        ("OPTIONS", path(), 204),
        ("GET", "/~x", 400),
    ],
)
def test_no_operation(mock: httpx.Client, method: str, place: str, status: int) -> None:
    """What no operation answered is in the journal, too."""
    mock.request(method, place)
    entry = mock.get(REQUESTS).json()[-1]
    assert (entry["operation"], entry["status"], entry["reason"]) == (None, status, "no operation")


def test_oldest_first(mock: httpx.Client) -> None:
    """Entries stand in the order of the answers, numbered from one after a reset."""
    for status in ("400", "403", "404"):
        mock.post(f"/~case/{status}{path()}")
    entries = mock.get(REQUESTS).json()
    assert [(entry["id"], entry["status"]) for entry in entries] == [(1, 400), (2, 403), (3, 404)]


def test_one_entry(mock: httpx.Client) -> None:
    """An entry can be had by its number."""
    create(mock)
    create(mock, {})
    listed = mock.get(REQUESTS).json()[1]
    assert listed.items() <= mock.get(f"{REQUESTS}/2").json().items()


@pytest.mark.parametrize("number", ["0", "3", "99999999999999999999999"])
def test_no_such_entry(mock: httpx.Client, number: str) -> None:
    """A number that no entry has gives a 404."""
    create(mock)
    create(mock)
    check_problem(mock.get(f"{REQUESTS}/{number}"), 404)


def test_control_requests_are_not_in_it(mock: httpx.Client) -> None:
    """Control requests are not part of the mocked API, nor of the journal."""
    mock.get("/_tallystick/coverage")
    assert mock.get(REQUESTS).json() == []


def test_secrets_are_not_in_it(mock: httpx.Client) -> None:
    """Neither header values nor bodies nor queries are kept."""
    headers = {"X-Dolfin-Api-Key": "hush-key"}
    body = {**VALID, "token": "hush-body"}
    create(mock, body, headers=headers, params={"key": "hush-query"})
    assert "hush" not in mock.get(REQUESTS).text


def test_it_is_bounded(serve: Serve) -> None:
    """The journal keeps the last thousand entries; coverage goes on counting."""
    mock = serve()
    for _ in range(1_002):
        create(mock, {})
    entries = mock.get(REQUESTS).json()
    assert (len(entries), entries[0]["id"], entries[-1]["id"]) == (1_000, 3, 1_002)
    assert mock.get("/_tallystick/coverage").json()[1]["served"] == 1_002
