"""The clock: advanced, frozen, reset; what is in the answers follows it."""

from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import httpx
import pytest

from tests.mock_server.documented import check_problem, check_success, create

CLOCK = "/_tallystick/clock"
SLACK = timedelta(seconds=30)
"""How long a slow machine may take between two steps of a test."""


def expiry(mock: httpx.Client) -> datetime:
    return datetime.fromisoformat(create(mock).json()["expiresAt"])


def entries(mock: httpx.Client) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = mock.get("/_tallystick/requests").json()
    return listed


def set_clock(mock: httpx.Client, change: Any) -> datetime:
    answer = mock.post(CLOCK, json=change)
    assert answer.status_code == 200
    return datetime.fromisoformat(answer.json()["now"])


@pytest.mark.parametrize("seconds", [301, 86_400, -3_600, 0.5])
def test_advance(mock: httpx.Client, seconds: float) -> None:
    """Advancing the clock moves `expiresAt` by as much."""
    set_clock(mock, {"freeze": True})
    before = expiry(mock)
    set_clock(mock, {"advance": seconds})
    moved = expiry(mock) - before
    assert abs(moved - timedelta(seconds=seconds)) <= timedelta(seconds=1)


def test_advances_add_up(mock: httpx.Client) -> None:
    """Two advances move the clock by their sum."""
    first = set_clock(mock, {"freeze": True, "advance": 100})
    assert set_clock(mock, {"advance": 200}) - first == timedelta(seconds=200)


def test_advance_while_running(mock: httpx.Client) -> None:
    """A running clock may be advanced, and goes on from there."""
    set_clock(mock, {"advance": 7_200})
    ahead = expiry(mock) - datetime.now(UTC)
    assert timedelta(hours=2) < ahead < timedelta(hours=2, minutes=5) + SLACK
    assert mock.get(CLOCK).json()["frozen"] is False


def test_freeze(mock: httpx.Client) -> None:
    """A frozen clock stands still until it is moved: it keeps the moment that it was set to,
    which real time has long left.
    """
    frozen = set_clock(mock, {"freeze": True, "advance": 1_000_000})
    set_clock(mock, {"freeze": True})
    now = mock.get(CLOCK).json()
    assert now == {"now": frozen.isoformat(), "frozen": True}
    assert {expiry(mock) for _ in range(20)} == {expiry(mock)}


def test_thaw(mock: httpx.Client) -> None:
    """A thawed clock goes on from where it stood: the time for which it was frozen is not made
    up for.
    """
    set_clock(mock, {"freeze": True})
    begun = monotonic()
    while monotonic() < begun + 0.2:
        create(mock)
    thawed = monotonic()
    set_clock(mock, {"freeze": False})
    create(mock)
    passed = timedelta(seconds=monotonic() - thawed)
    *_, frozen, after = (datetime.fromisoformat(entry["time"]) for entry in entries(mock))
    assert timedelta(0) <= after - frozen <= passed + timedelta(milliseconds=20)
    assert mock.get(CLOCK).json()["frozen"] is False


def test_reset(mock: httpx.Client) -> None:
    """A reset clock shows real time."""
    set_clock(mock, {"freeze": True, "advance": -1_000_000})
    now = set_clock(mock, {"reset": True})
    assert abs(now - datetime.now(UTC)) < SLACK
    assert mock.get(CLOCK).json()["frozen"] is False


def test_journal_follows(mock: httpx.Client) -> None:
    """The journal's times are the clock's."""
    set_clock(mock, {"freeze": True, "advance": 31_536_000})
    create(mock)
    noted = datetime.fromisoformat(entries(mock)[-1]["time"])
    year = timedelta(days=365)
    assert abs(noted - datetime.now(UTC) - year) < SLACK


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"advance": "301"},
        {"advance": None},
        {"advance": True},
        {"advance": 10**18},
        {"advance": -(10**18)},
        {"freeze": 1},
        {"reset": "yes"},
        {"forward": 1},
        [301],
    ],
    ids=str,
)
def test_wrong_change_is_refused(mock: httpx.Client, change: Any) -> None:
    """What is no change of the clock is refused with a problem."""
    check_problem(mock.post(CLOCK, json=change), 400)


def test_clock_stays_in_reach(mock: httpx.Client) -> None:
    """However often the clock is advanced, it stays where dates can be written."""
    answers = [mock.post(CLOCK, json={"advance": 900_000_000}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 400, 400]
    check_success(create(mock))
    assert mock.get("/_tallystick/requests").status_code == 200
