"""The queue of forces: cases in turn, how often, for which requests."""

from typing import Any

import httpx
import pytest

from mock_server.state.forces import Force, OwnAnswer
from tests.mock_server.conftest import Serve
from tests.mock_server.documented import (
    DISCONNECTED,
    FORBIDDEN,
    ID,
    LABELS,
    NOT_FOUND,
    OPERATION,
    OTHER_ID,
    PROVIDER_ERROR,
    VALID,
    check_error,
    check_problem,
    check_success,
    create,
    path,
)

FORCES = "/_tallystick/forces"


def statuses(mock: httpx.Client, count: int) -> list[int]:
    return [create(mock).status_code for _ in range(count)]


@pytest.mark.parametrize(
    ("force", "expected"),
    [
        ({"cases": ["502", "403", "404"]}, [502, 403, 404, 200, 200]),
        ({"cases": ["502", "200", "502"]}, [502, 200, 502, 200, 200]),
        ({"cases": ["502"], "times": 3}, [502, 502, 502, 200, 200]),
        ({"cases": ["502", "403"], "times": 2}, [502, 403, 502, 403, 200]),
        ({"cases": ["502", "403"], "times": None}, [502, 403, 502, 403, 502, 403, 502, 403]),
        ({"cases": [502]}, [502, 200]),
        ({"cases": ["502"], "match": {}}, [502, 200]),
    ],
)
def test_cases_in_turn(mock: httpx.Client, force: dict[str, Any], expected: list[int]) -> None:
    """The next requests get the cases in turn, and the whole list `times` times."""
    assert mock.post(FORCES, json=force).status_code == 201
    assert statuses(mock, len(expected)) == expected


@pytest.mark.parametrize(
    ("names", "times", "played", "coming"),
    [
        (("502",), 1, 0, {"502": 1}),
        (("502",), 3, 1, {"502": 2}),
        (("502",), None, 7, {"502": None}),
        (("502", "200", "502"), 1, 0, {"502": 2, "200": 1}),
        (("502", "200", "502"), 1, 1, {"502": 1, "200": 1}),
        (("502", "200", "502"), 1, 2, {"502": 1, "200": 0}),
        (("502", "200"), 10**18, 3, {"502": 10**18 - 2, "200": 10**18 - 1}),
        ((), 2, 1, {"": 1}),
    ],
)
def test_what_is_still_to_come(
    names: tuple[str, ...], times: int | None, played: int, coming: dict[str, int | None]
) -> None:
    """Each name of a force with how often it is still for a request."""
    force = Force(1, names, times, {}, OwnAnswer(), played)
    assert force.coming() == coming


def test_forces_queue_up(mock: httpx.Client) -> None:
    """A second force waits until the first is spent."""
    mock.post(FORCES, json={"cases": ["502"], "times": 2})
    mock.post(FORCES, json={"cases": ["403"]})
    assert statuses(mock, 4) == [502, 502, 403, 200]


@pytest.mark.parametrize(
    "match",
    [
        {"path.id": ID},
        {"query.dry": "1"},
        {"header.x-tag": "blue"},
        {"body.returnUrl": "https://app.example.com/payments/return"},
        {"body.count": 3},
        {"operation": OPERATION},
        {"path.id": ID, "header.x-tag": "blue"},
    ],
    ids=str,
)
def test_match(mock: httpx.Client, match: dict[str, Any]) -> None:
    """A force with `match` is for requests that have all of these values."""
    mock.post(FORCES, json={"cases": ["502"], "match": match})
    body = {**VALID, "count": 3}
    answer = create(mock, body, headers={"X-Tag": "blue"}, params={"dry": "1"})
    check_error(answer, PROVIDER_ERROR)


@pytest.mark.parametrize(
    "match",
    [
        {"path.id": OTHER_ID},
        {"query.dry": "1"},
        {"header.x-tag": "blue"},
        {"body.returnUrl": "https://elsewhere.example.com/"},
        {"operation": "GET /other"},
        {"path.id": ID, "header.x-tag": "blue"},
    ],
    ids=str,
)
def test_no_match(mock: httpx.Client, match: dict[str, str]) -> None:
    """A request that lacks one of the values is answered as if there were no force, which
    stays in the queue.
    """
    mock.post(FORCES, json={"cases": ["502"], "match": match})
    check_success(create(mock))
    assert len(mock.get(FORCES).json()) == 1


def test_match_lets_later_forces_through(mock: httpx.Client) -> None:
    """A force that waits for another request does not hold up the ones behind it."""
    mock.post(FORCES, json={"cases": ["502"], "match": {"path.id": OTHER_ID}})
    mock.post(FORCES, json={"cases": ["403"]})
    check_error(create(mock), FORBIDDEN)
    check_error(mock.post(path(OTHER_ID), json=VALID), PROVIDER_ERROR)


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b""])
def test_match_with_unreadable_body(mock: httpx.Client, body: bytes) -> None:
    """A force that looks at the body passes by a request whose body cannot be read."""
    mock.post(FORCES, json={"cases": ["502"], "match": {"body.returnUrl": "x"}})
    headers = {"Content-Type": "application/json"}
    assert mock.post(path(), content=body, headers=headers).status_code == 400


def test_match_with_deep_body(mock: httpx.Client) -> None:
    """A force that looks at the body takes deep nesting in it calmly."""
    mock.post(FORCES, json={"cases": ["502"], "match": {"body.x": "1"}})
    deep = '{"x": ' + "[" * 1_000 + "]" * 1_000 + "}"
    headers = {"Content-Type": "application/json"}
    assert mock.post(path(), content=deep, headers=headers).status_code == 400


def test_queue_is_shown(mock: httpx.Client) -> None:
    """The queue shows what each force still has to give."""
    mock.post(FORCES, json={"cases": ["502", "404"], "times": 2, "match": {"path.id": ID}})
    check_error(create(mock), PROVIDER_ERROR)
    check_error(create(mock), NOT_FOUND)
    check_error(create(mock), PROVIDER_ERROR)
    assert mock.get(FORCES).json() == [
        {"id": 1, "cases": ["502", "404"], "times": 2, "match": {"path.id": ID}, "left": 1}
    ]


def test_spent_force_is_gone(mock: httpx.Client) -> None:
    """A force that has given all its cases is no longer in the queue."""
    mock.post(FORCES, json={"cases": ["PaymentAccount.Disconnected"]})
    check_error(create(mock), DISCONNECTED)
    assert mock.get(FORCES).json() == []


def test_unknown_case_is_refused(mock: httpx.Client) -> None:
    """A force with an unknown case is refused, the cases are listed, and nothing is queued."""
    answer = mock.post(FORCES, json={"cases": ["502", "Nope"]})
    check_problem(answer, 400)
    assert [label for label in LABELS if label not in answer.json()["detail"]] == []
    assert mock.get(FORCES).json() == []


@pytest.mark.parametrize(
    "force",
    [
        {},
        {"cases": []},
        {"cases": "502"},
        {"cases": [None]},
        {"cases": [["502"]]},
        {"cases": ["502"], "times": 0},
        {"cases": ["502"], "times": -1},
        {"cases": ["502"], "times": 1.5},
        {"cases": ["502"], "times": True},
        {"cases": ["502"], "times": "2"},
        {"cases": ["502"], "match": ["path.id"]},
        {"cases": ["502"], "match": {"path.id": None}},
        {"cases": ["502"], "match": {"path.id": {}}},
        {"cases": ["502"], "tiems": 2},
        [],
        None,
    ],
    ids=str,
)
def test_wrong_force_is_refused(mock: httpx.Client, force: Any) -> None:
    """What is no force is refused with a problem, and nothing is queued."""
    check_problem(mock.post(FORCES, json=force), 400)
    assert mock.get(FORCES).json() == []


TWO_OPERATIONS = """
openapi: 3.1.1
info: {title: Two, version: '1'}
paths:
  /a:
    get: {responses: {'200': {description: OK}, '409': {description: Lot.Busy — a is busy}}}
  /b:
    get: {responses: {'200': {description: OK}, '404': {description: Lot.Gone — b is gone}}}
"""


def test_force_waits_for_its_operation(serve: Serve) -> None:
    """A case that an operation does not document waits for one that does."""
    mock = serve(TWO_OPERATIONS)
    mock.post(FORCES, json={"cases": ["Lot.Gone"]})
    assert mock.get("/a").headers["tallystick-case"] == "200"
    assert mock.get("/b").headers["tallystick-case"] == "404 Lot.Gone"


@pytest.mark.parametrize(
    ("place", "body"),
    [("forces", {"cases": ["200"]}), pytest.param("faults", {}, marks=pytest.mark.long)],
)
def test_queues_are_bounded(mock: httpx.Client, place: str, body: dict[str, object]) -> None:
    """No more than a thousand wait; the next is refused, and says what to do."""
    for _ in range(1_000):
        assert mock.post(f"/_tallystick/{place}", json=body).status_code == 201
    answer = mock.post(f"/_tallystick/{place}", json=body)
    assert (answer.status_code, "DELETE" in answer.json()["detail"]) == (400, True)
