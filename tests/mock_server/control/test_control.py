"""The control API: reset, coverage, health, verification, and refusals."""

import httpx
import pytest

from tests.mock_server.conftest import Serve
from tests.mock_server.documented import (
    ID,
    OPERATION,
    check_problem,
    check_success,
    create,
    path,
    served,
)


def test_health(mock: httpx.Client) -> None:
    """Health is 200 when the mock serves."""
    assert mock.get("/_tallystick/health").status_code == 200


def test_coverage_lists_every_case(mock: httpx.Client) -> None:
    """Coverage has a row for each documented case, at first with no answer served."""
    rows = mock.get("/_tallystick/coverage").json()
    assert len(rows) == 10
    assert rows[0] == {"operation": OPERATION, "status": "200", "code": None, "served": 0}
    assert rows[7:9] == [
        {
            "operation": OPERATION,
            "status": "409",
            "code": "PaymentAccount.NotEnabled",
            "served": 0,
        },
        {
            "operation": OPERATION,
            "status": "409",
            "code": "PaymentAccount.Disconnected",
            "served": 0,
        },
    ]
    assert {row["served"] for row in rows} == {0}


def test_coverage_counts(mock: httpx.Client) -> None:
    """Coverage counts what was served, by whichever way; undocumented answers count nowhere."""
    create(mock)
    create(mock)
    create(mock, {})
    create(mock, headers={"Prefer": "code=400"})
    create(mock, headers={"Prefer": "code=418"})
    mock.post(path("no-uuid"), json={})
    mock.get("/nowhere")
    counts = {case: count for case, count in served(mock).items() if count}
    assert counts == {"200": 2, "400 PaymentAccountLink.MissingReturnUrl": 2}


def test_coverage_counts_anew(mock: httpx.Client) -> None:
    """In one session, or in all; whether in all is true or false."""
    create(mock)
    assert mock.delete("/_tallystick/coverage").status_code == 204
    assert set(served(mock).values()) == {0}
    total = {"total": "true"}
    rows = mock.get("/_tallystick/coverage", params=total).json()
    assert sum(row["served"] for row in rows) >= 1
    assert mock.delete("/_tallystick/coverage", params=total).status_code == 204
    rows = mock.get("/_tallystick/coverage", params=total).json()
    assert {row["served"] for row in rows} == {0}
    answer = mock.delete("/_tallystick/coverage", params={"total": "yes"})
    assert (answer.status_code, answer.json()["detail"]) == (400, "'total' must be true or false.")


def test_reset(mock: httpx.Client) -> None:
    """A reset leaves state, forces, clock, journal and coverage as at the start."""
    organisation = f"/_tallystick/organisations/{ID}"
    mock.put(organisation, json={"payment_account": "Disconnected"})
    mock.post("/_tallystick/clock", json={"freeze": True})
    create(mock)
    mock.post("/_tallystick/forces", json={"cases": ["502"], "times": None})
    answer = mock.post("/_tallystick/reset")
    assert (answer.status_code, answer.content) == (204, b"")
    assert mock.get(organisation).json() == {"payment_account": "NotStarted"}
    assert mock.get("/_tallystick/forces").json() == []
    assert mock.get("/_tallystick/clock").json()["frozen"] is False
    assert mock.get("/_tallystick/requests").json() == []
    assert set(served(mock).values()) == {0}
    check_success(create(mock))


@pytest.mark.parametrize(
    ("method", "place", "expected"),
    [
        ("GET", "/_tallystick/nothing", 404),
        ("GET", "/_tallystick/requests/x", 404),
        ("GET", "/_tallystick/requests/1", 404),
        ("GET", "/_tallystick/reset", 405),
        ("DELETE", "/_tallystick/forces/1", 404),
        ("DELETE", "/_tallystick/faults/x", 404),
        ("PUT", "/_tallystick/forces", 405),
        ("POST", "/_tallystick/health", 405),
    ],
)
def test_unknown_control(mock: httpx.Client, method: str, place: str, expected: int) -> None:
    """What the control API has not is a problem, too."""
    check_problem(mock.request(method, place), expected)


def test_allow(mock: httpx.Client) -> None:
    """A 405 of the control API names the methods that there are."""
    answer = mock.request("DELETE", "/_tallystick/reset")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("place", ["forces", "clock", f"organisations/{ID}"])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b"null", 400),
        (b'{"x": 1e400}', 400),
        (b"[" * 100_000 + b"]" * 100_000, 400),
        (b" " * 1_100_000, 413),
    ],
    ids=["empty", "cut", "list", "latin", "null", "huge number", "deep", "large"],
)
def test_unreadable_body(mock: httpx.Client, place: str, body: bytes, expected: int) -> None:
    """A control request with an unreadable body is refused with a problem."""
    method = "PUT" if place.startswith("organisations") else "POST"
    check_problem(mock.request(method, f"/_tallystick/{place}", content=body), expected)


def test_two_mocks_are_apart(serve: Serve) -> None:
    """Two mocks in one process share nothing."""
    first, second = serve(), serve()
    first.post("/_tallystick/forces", json={"cases": ["502"]})
    check_success(create(second))


@pytest.mark.parametrize("number", ["9" * 5000, "-1", "one", "²"])
def test_a_number_that_no_request_has_is_404(mock: httpx.Client, number: str) -> None:
    """Whatever is asked for, the journal has it or has it not."""
    assert mock.get(f"/_tallystick/requests/{number}").status_code == 404


@pytest.mark.parametrize("match", [{"foo": 1}, {"path": "x"}, [], 0])
def test_a_match_that_can_never_hold_is_refused(mock: httpx.Client, match: object) -> None:
    """A force that would wait for ever because of a typo is refused."""
    answer = mock.post("/_tallystick/forces", json={"cases": ["502"], "match": match})
    assert answer.status_code == 400


def test_a_match_takes_header_names_of_any_case(mock: httpx.Client) -> None:
    """`header.X-Foo` matches the header x-foo."""
    force = {"cases": ["502"], "match": {"header.X-Foo": "1"}}
    assert mock.post("/_tallystick/forces", json=force).status_code == 201
    path = "/organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11/payment-account/link"
    assert mock.post(path, headers={"x-foo": "1"}).status_code == 502
