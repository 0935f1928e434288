"""What the mock remembers has a budget, whatever it is sent."""

import json
from pathlib import Path

import pytest

from mock_server.limits import MockLimits
from mock_server.serve import serving
from tallystick import load_contract
from tests.mock_server.conftest import client
from tests.mock_server.documented import VALID, create, path
from tests.mock_server.running import running

BUDGET = 2_000_000


@pytest.fixture
def small():
    """A mock that remembers two megabytes."""
    limits = MockLimits(memory=BUDGET, max_sessions=10)
    with serving(load_contract(), limits=limits) as url, client(url) as connected:
        yield connected


def explained(mock, number, session=""):
    base = f"/~session/{session}" if session else ""
    return mock.get(f"{base}/_tallystick/requests/{number}").json()


def test_the_oldest_details_go_first(small):
    """Over all sessions: the explanation of such a request says why it knows so little."""
    heavy = {"X-Filler": "a" * 40_000}
    for number in range(120):
        session = f"s{number % 3}"
        assert create(small, VALID, headers={**heavy, "Tallystick-Session": session}).is_success
    notes = [explained(small, number, "s1").get("note", "") for number in (1, 40)]
    assert ("--memory" in notes[0], notes[1]) == (True, "")
    assert len(small.get("/~session/s1/_tallystick/requests").json()) == 40


def test_what_a_reset_forgets_makes_room(small):
    """Its session no longer counts."""
    heavy = {"X-Filler": "a" * 40_000}
    for _ in range(100):
        create(small, VALID, headers=heavy)
    small.post("/_tallystick/reset")
    for _ in range(30):
        create(small, VALID, headers=heavy)
    assert "note" not in explained(small, 1)


def test_the_links_of_large_requests_work(small):
    """Only the URLs of their bodies are kept."""
    body = {**VALID, "more": "a" * 500_000}
    urls = [create(small, body).json()["url"] for _ in range(30)]
    assert small.get(urls[0]).status_code == 200
    done = small.post(f"{urls[0]}/complete")
    assert (done.status_code, done.headers["location"]) == (303, VALID["returnUrl"])


QUEUED = {
    "a text": ("forces", {"body": "a" * 400_000}),
    "many small values": ("forces", {"body": [[]] * 8_000}),
    "many cases": ("forces", {"cases": ["502"] * 8_000}),
    "a match": ("forces", {"cases": ["502"], "match": {"path.id": "a" * 400_000}}),
    "headers": ("forces", {"status": 200, "headers": {"x": "a" * 400_000}}),
    "faults": ("faults", {"faults": ["slow"] * 8_000}),
    "a match of faults": ("faults", {"match": {"path.id": "a" * 400_000}}),
}


@pytest.mark.parametrize(("place", "body"), QUEUED.values(), ids=QUEUED)
def test_what_waits_may_take_half(small, place, body):
    """Over all sessions: one too many is refused, since what waits cannot be dropped."""

    def added(session: str) -> int:
        return small.post(f"/~session/{session}/_tallystick/{place}", json=body).status_code

    assert [added(f"s{number}") for number in range(4)] == [201, 201, 400, 400]
    refused = small.post(f"/_tallystick/{place}", json=body)
    assert "--memory" in refused.json()["detail"]
    assert small.delete(f"/~session/s0/_tallystick/{place}").status_code == 204
    assert [added("s2"), added("s3")] == [201, 400]
    assert small.delete("/_tallystick/sessions/s1").status_code == 204
    assert added("s3") == 201


def test_what_is_spent_makes_room(small):
    """Its answers are kept as the details of their requests, which are dropped like others."""
    for _ in range(6):
        body = {"body": "a" * 400_000, "times": 2}
        assert small.post("/_tallystick/forces", json=body).status_code == 201
        assert [len(create(small).content) for _ in range(2)] == [400_002] * 2
    notes = [explained(small, number).get("note", "") for number in (1, 12)]
    assert ("--memory" in notes[0], notes[1]) == (True, "")


@pytest.mark.whole
def test_what_waits_does_not_fill_the_memory():
    """Forces of many small values in many sessions, which take much more than their text."""
    with running("--memory", "20000000", "--quiet") as mock:
        create(mock.client, VALID)
        before = resident(mock.process.pid)
        body = json.dumps({"body": [[]] * 20_000}).encode()
        for number in range(150):
            base = f"/~session/s{number % 100}"
            answer = mock.client.post(f"{base}/_tallystick/forces", content=body)
            assert answer.status_code in (201, 400)
        assert resident(mock.process.pid) - before < 80_000_000


@pytest.mark.whole
def test_requests_do_not_fill_the_memory():
    """Four hundred megabytes of bodies and headers, over many sessions."""
    with running("--memory", "20000000", "--quiet") as mock:
        create(mock.client, VALID)
        before = resident(mock.process.pid)
        body = json.dumps({**VALID, "more": "a" * 900_000}).encode()
        for number in range(400):
            headers = {
                "Content-Type": "application/json",
                "Tallystick-Session": f"s{number % 50}",
                "X-Filler": "a" * 60_000,
            }
            answer = mock.client.post(path(), content=body, headers=headers)
            assert answer.status_code == 200
        assert resident(mock.process.pid) - before < 80_000_000


def word(number: int) -> str:
    return f"{number}".rjust(60_000, "a")


def accepting(number: int) -> dict[str, object]:
    return {"json": VALID, "headers": {"Accept": f"application/json, a/{word(number)}"}}


def encoded(number: int) -> dict[str, object]:
    kind = f"text/plain; charset={word(number)}"
    return {"content": b"{}", "headers": {"Content-Type": kind}}


def misplaced(number: int) -> dict[str, object]:
    return {"url": path(word(number)), "json": VALID}


def wrong(number: int) -> dict[str, object]:
    return {"json": word(number) * 8}


ONCE = {
    "what is accepted": (accepting, 160),
    "character sets": (encoded, 600),
    "wrong parameters": (misplaced, 120),
    "wrong bodies": (wrong, 120),
}


@pytest.fixture(scope="module")
def forgetful():
    """A mock that remembers little, in a process of its own."""
    with running("--memory", "2000000", "--quiet") as mock:
        create(mock.client, VALID)
        yield mock


@pytest.mark.whole
@pytest.mark.parametrize(("made", "count"), ONCE.values(), ids=ONCE)
def test_what_is_asked_once_is_not_kept(forgetful, made, count):
    """Neither to be quick if it comes again, nor by an error until a collection."""
    before = resident(forgetful.process.pid)
    for number in range(count):
        forgetful.client.post(**{"url": path(), **made(number)})
    assert resident(forgetful.process.pid) - before < 30_000_000


def resident(process: int) -> int:
    """The memory of a process, in bytes."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        pytest.skip("only Linux says how much memory a process has")
    found = next(line for line in lines if line.startswith("VmRSS"))
    return int(found.split()[1]) * 1024
