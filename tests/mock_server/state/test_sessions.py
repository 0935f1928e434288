"""Sessions: parallel tests that do not see each other."""

import asyncio
from datetime import datetime

import httpx
import pytest

from mock_server.state.embedded.embedded_sessions import EmbeddedSessions
from tallystick import load_contract
from tests.mock_server.documented import ID, VALID, create, path

STATE = f"/_tallystick/organisations/{ID}"


def status(mock: httpx.Client, session: str | None = None) -> int:
    headers = {"Tallystick-Session": session} if session else {}
    return create(mock, VALID, headers=headers).status_code


@pytest.mark.parametrize("by", ["header", "address"])
def test_a_session_has_its_own_states(mock: httpx.Client, by: str) -> None:
    """A state set in one session is not seen in another, nor in the default one."""
    headers = {"Tallystick-Session": "one"} if by == "header" else {}
    base = "" if by == "header" else "/~session/one"
    mock.put(f"{base}{STATE}", json={"payment_account": "Disconnected"}, headers=headers)
    assert [status(mock, "one"), status(mock, "two"), status(mock)] == [409, 200, 200]
    mock.delete("/_tallystick/sessions/one")


def test_a_session_has_its_own_forces(mock: httpx.Client) -> None:
    """A force waits for a request of its own session."""
    mock.post("/~session/one/_tallystick/forces", json={"cases": ["502"]})
    assert [status(mock), status(mock, "two"), status(mock, "one")] == [200, 200, 502]


def test_a_session_has_its_own_faults(mock: httpx.Client) -> None:
    """A fault waits for a request of its own session."""
    mock.post("/~session/one/_tallystick/faults", json={"faults": ["bad-gateway"]})
    assert [status(mock), status(mock, "one")] == [200, 502]


def test_a_session_has_its_own_clock(mock: httpx.Client) -> None:
    """A clock that is advanced in one session stands as it was in the others."""
    mock.post("/~session/one/_tallystick/clock", json={"advance": 86_400})
    there = mock.get("/~session/one/_tallystick/clock").json()["now"]
    here = mock.get("/_tallystick/clock").json()["now"]
    ahead = datetime.fromisoformat(there) - datetime.fromisoformat(here)
    assert 86_390 < ahead.total_seconds() < 86_410


def test_a_session_has_its_own_journal(mock: httpx.Client) -> None:
    """Requests of one session are listed there only, and so is what explains them."""
    mock.delete("/_tallystick/sessions/journal")
    answer = mock.post(f"/~session/journal{path()}", json={})
    link = answer.headers["link"]
    assert link == '</~session/journal/_tallystick/requests/1>; rel="describedby"'
    assert mock.get("/~session/journal/_tallystick/requests/1").json()["session"] == "journal"
    assert len(mock.get("/~session/journal/_tallystick/requests").json()) == 1
    assert mock.get("/_tallystick/requests").json() == []


def test_both_address_forms(mock: httpx.Client) -> None:
    """A session's address may be followed by that of a case."""
    answer = mock.post(f"/~session/one/~case/PaymentAccount.Disconnected{path()}")
    assert answer.headers["tallystick-case"] == "409 PaymentAccount.Disconnected"


def test_the_reset_of_a_session_is_its_own(mock: httpx.Client) -> None:
    """Another session's reset leaves a state as it is."""
    mock.put(STATE, json={"payment_account": "Disconnected"})
    mock.post("/~session/one/_tallystick/reset")
    assert status(mock) == 409


def test_the_end_of_a_session(mock: httpx.Client) -> None:
    """An ended session is forgotten; its name starts afresh."""
    mock.put(f"/~session/ended{STATE}", json={"payment_account": "Disconnected"})
    assert "ended" in [s["name"] for s in mock.get("/_tallystick/sessions").json()]
    assert mock.delete("/_tallystick/sessions/ended").status_code == 204
    assert "ended" not in [s["name"] for s in mock.get("/_tallystick/sessions").json()]
    assert mock.delete("/_tallystick/sessions/ended").status_code == 404
    assert status(mock, "ended") == 200


@pytest.mark.parametrize("name", ["a b", ".", "..", "a/../b", "x" * 65, "é", ""])
def test_no_name_of_a_session(mock: httpx.Client, name: str) -> None:
    """A name that is none is refused, with a problem that says what one is."""
    answer = mock.post(path(), json=VALID, headers={b"tallystick-session": name.encode()})
    assert (answer.status_code, answer.headers["tallystick-error"]) == (400, "bad session name")
    assert "1 to 64 letters" in answer.json()["detail"]


@pytest.mark.parametrize(("seconds", "left"), [(3599, ["idle", "new"]), (3601, ["new"])])
def test_an_idle_session_ends(seconds: int, left: list[str]) -> None:
    """A session that nobody names for an hour ends, and its states with it."""

    async def run() -> tuple[list[str], list[str]]:
        sessions = EmbeddedSessions(load_contract())
        idle = await sessions.named("idle")
        await idle.store.put("state", "Active")
        idle.used -= seconds  # as if it had been named that long ago
        await sessions.get("new")
        return [session.name for session in await sessions.all()], sessions.store.keys("idle/")

    names, keys = asyncio.run(run())
    assert names == left
    assert keys == (["idle/state"] if "idle" in left else [])
