"""A Redis that goes away while mocks use it, and one that hangs."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from mock_server.serve import serving
from mock_server.state.journal import Taking
from mock_server.state.shared.redis_place import StorePlaceError, redis_place
from mock_server.state.shared.redis_sessions import RedisSessions
from tallystick import load_contract
from tests import PATIENCE
from tests.mock_server.conftest import client
from tests.mock_server.documented import OPERATION, VALID, check_problem, create, path
from tests.ports import free_port
from tests.redis_server import RedisServer, needs_redis
from tests.slow_way import slow_way
from tests.waiting import until

pytestmark = needs_redis

PREFIX = "/_tallystick"
LAMPS = f"{Path(__file__).parents[2] / 'collections' / 'shop.yaml'}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis server."""
    with RedisServer(tmp_path) as running:
        yield running


@pytest.fixture
def mock(server: RedisServer) -> Iterator[httpx.Client]:
    """A mock that keeps its state there."""
    with serving(load_contract(), store=server.address()) as url, client(url) as connected:
        yield connected


def ready(mock: httpx.Client) -> int:
    return mock.get(f"{PREFIX}/ready").status_code


def check_gone(answer: httpx.Response) -> None:
    check_problem(answer, 503)
    assert answer.headers["retry-after"] == "1"


def check_without_redis(mock: httpx.Client) -> None:
    """What needs no state is answered as ever; the rest has to wait, and says so."""
    assert create(mock, {}).status_code == 400
    assert create(mock, headers={"Prefer": "code=502"}).status_code == 502
    assert mock.post(f"/~case/403{path()}", json=VALID).status_code == 403
    assert create(mock, {}, headers={"Tallystick-Session": "one"}).status_code == 400
    assert mock.get("/nowhere").status_code == 404
    assert mock.get(f"{PREFIX}/health").status_code == 200
    check_gone(mock.get(f"{PREFIX}/ready"))
    check_gone(create(mock))
    check_gone(create(mock, headers={"Tallystick-Session": "one"}))
    for of_state in ("", "forces", "clock", "requests", "sessions", "coverage", "links/none"):
        check_gone(mock.get(f"{PREFIX}/{of_state}"))
    check_gone(mock.post(f"{PREFIX}/forces", json={"cases": ["502"]}))


def test_redis_goes_and_comes(server: RedisServer, mock: httpx.Client) -> None:
    """Without Redis stateless cases go on; when it is back, so is everything."""
    assert (create(mock).status_code, ready(mock)) == (200, 200)
    server.kill()
    check_without_redis(mock)
    server.start()
    until(lambda: ready(mock) == 200)
    assert create(mock).status_code == 200
    mock.post(f"{PREFIX}/forces", json={"cases": ["502"]})
    assert create(mock).status_code == 502


def test_a_redis_that_hangs(server: RedisServer, mock: httpx.Client) -> None:
    """Nobody waits for long, and only who asks first."""
    assert create(mock).status_code == 200
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    try:
        assert create(mock, {}).status_code == 400
        check_without_redis(mock)
    finally:
        server.process.send_signal(signal.SIGCONT)
    until(lambda: ready(mock) == 200)
    assert create(mock).status_code == 200


def test_a_redis_that_was_away_while_nobody_asked(server: RedisServer, mock: httpx.Client) -> None:
    """The first request afterwards is answered as if nothing had been."""
    assert create(mock).status_code == 200
    server.kill()
    server.start()
    assert create(mock).status_code == 200


def test_a_collection_without_redis(server: RedisServer) -> None:
    """What a collection keeps cannot be asked for, nor can it be changed."""
    with serving(load_contract(LAMPS), store=server.address()) as url, client(url) as mock:
        assert mock.get("/shops").status_code == 200
        server.kill()
        check_gone(mock.get("/shops"))
        check_gone(mock.delete("/shops/7"))
        server.start()
        until(lambda: ready(mock) == 200)
        assert mock.get("/shops/7").status_code == 200


def test_a_live_log_without_redis(server: RedisServer, mock: httpx.Client) -> None:
    """A live log that is open goes on when Redis is back."""
    with mock.stream("GET", f"{PREFIX}/events", timeout=PATIENCE) as log:
        lines = log.iter_lines()
        assert next(lines) == "event: changed"
        server.kill()
        create(mock)
        server.start()
        until(lambda: create(mock).status_code == 200)
        assert "event: request" in lines


@pytest.mark.parametrize("is_mute", [False, True])
def test_a_live_log_while_redis_is_long_away(server: RedisServer, *, is_mute: bool) -> None:
    """Who listens tries again and again, also where the old connection is dead and nobody says so:
    what another replica answers is shown at once.
    """
    with slow_way(server.port) as way, ExitStack() as stack:
        one, other = (
            stack.enter_context(serving(load_contract(), store=address))
            for address in (f"redis://127.0.0.1:{way.port}/0", server.address())
        )
        mock = stack.enter_context(client(one))
        other_mock = stack.enter_context(client(other))
        log = stack.enter_context(mock.stream("GET", f"{PREFIX}/events", timeout=PATIENCE))
        lines = log.iter_lines()
        create(other_mock, {})
        assert "id: 1" in lines
        way.accepts = False
        if is_mute:
            way.mute()
        else:
            way.cut()
        create(mock)
        until(lambda: way.refused > 6)
        way.accepts = True
        until(lambda: ready(mock) == 200)
        for number in (2, 3):
            create(other_mock, {})
            assert f"id: {number}" in lines


@pytest.mark.long
def test_a_slow_redis(server: RedisServer) -> None:
    """Where nothing comes, nobody waits for long, and who asks whether the mock is alive not at
    all. Where all comes late, even the words at the begin of a connection, so do answers.
    """
    with (
        slow_way(server.port) as way,
        serving(load_contract(), store=f"redis://127.0.0.1:{way.port}/1") as url,
        client(url) as mock,
    ):
        way.delay = None
        assert mock.get(f"{PREFIX}/health", timeout=1.5).status_code == 200
        check_gone(create(mock))
        assert create(mock, headers={"Prefer": "code=502"}).status_code == 502
        way.cut()
        way.delay = 0.6
        until(lambda: ready(mock) == 200)
        assert create(mock).status_code == 200


def test_a_redis_that_becomes_a_copy(server: RedisServer, mock: httpx.Client) -> None:
    """It takes no changes: what is there is shown, the rest is refused, and `ready` says why."""
    mock.post(f"{PREFIX}/forces", json={"cases": ["502"]}, headers={"Tallystick-Session": "one"})
    with server.client() as redis:
        redis.replicaof("127.0.0.1", free_port())
        for answer in (create(mock), mock.get(f"{PREFIX}/ready"), mock.post(f"{PREFIX}/reset")):
            check_gone(answer)
            assert "read only" in answer.json()["detail"]
        assert create(mock, {}).status_code == 400
        shown = mock.get(f"{PREFIX}/forces", headers={"Tallystick-Session": "one"})
        assert [force["cases"] for force in shown.json()] == [["502"]]
        redis.replicaof("NO", "ONE")
    assert ready(mock) == 200
    assert create(mock).status_code == 200


def test_a_copy_at_the_start(server: RedisServer, tmp_path: Path) -> None:
    """A Redis that takes no changes is refused, and the one that does is named."""
    address = ["127.0.0.1", str(server.port)]
    with RedisServer(tmp_path, "--replicaof", " ".join(address)) as copy:
        with pytest.raises(StorePlaceError) as refused:
            serving(load_contract(), store=copy.address()).__enter__()
        assert "takes no changes" in str(refused.value)
        assert ":".join(address) in str(refused.value)


def test_what_cannot_be_asked_for_is_not_shown(server: RedisServer, mock: httpx.Client) -> None:
    """A Redis that refuses to say what is queued is no reason to say that nothing is."""
    mock.post(f"{PREFIX}/forces", json={"cases": ["502"]})
    with serving(load_contract(), store=server.address()) as url, client(url) as other:
        with server.client() as redis:
            redis.acl_setuser("default", enabled=True, commands=["-zscore", "-hmget"])
            check_gone(other.get(f"{PREFIX}/forces"))
            redis.acl_setuser("default", enabled=True, commands=["+zscore", "+hmget"])
        assert len(other.get(f"{PREFIX}/forces").json()) == 1


def test_a_socket(tmp_path: Path) -> None:
    """A Redis on this machine may be reached by a socket."""
    place = tmp_path / "redis.sock"
    with (
        RedisServer(tmp_path, "--unixsocket", str(place)),
        serving(load_contract(), store=f"unix://{place}?db=1") as url,
        client(url) as mock,
    ):
        assert create(mock).status_code == 200


@pytest.mark.whole
def test_no_redis_at_the_start() -> None:
    """One clear line, without the password, and exit code 2."""
    address = f"redis://ada:geheim@127.0.0.1:{free_port()}/0"
    command = [sys.executable, "-m", "tallystick", "mock", "--port", "0", "--store", address]
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(f"error: The store {address.replace('ada:geheim@', '')} cannot be")
    assert run.stderr.count("\n") == 1
    assert "geheim" not in run.stderr


@pytest.mark.parametrize("password", ["geheim", ""])
def test_a_wrong_password(tmp_path: Path, password: str) -> None:
    """So is a Redis that lets nobody in like this."""
    with RedisServer(tmp_path, password="hush") as server:
        address = server.address().replace("hush", password)
        with pytest.raises(StorePlaceError) as refused, serving(load_contract(), store=address):
            pass
    assert "cannot be used" in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_a_process_that_dies_between_taking_and_answering(
    server: RedisServer, mock: httpx.Client
) -> None:
    """What it took is used: no one else gets it, and the journal and the explanation say so."""
    mock.post(f"{PREFIX}/forces", json={"cases": ["502"]})
    mock.post(f"{PREFIX}/faults", json={"faults": ["reset"]})
    contract = load_contract()
    cases = contract.operations[0].selectable

    async def take() -> None:
        """What a replica does before it answers."""
        session = RedisSessions(redis_place(server.address()), contract).default
        await session.refresh()
        scope = {"method": "POST", "path": path(), "query_string": b"", "headers": [(b"a", b"b")]}
        taking = Taking(session.controls.clock.now(), scope, b"{}", OPERATION)
        for act in (lambda now: now.queue.take(cases, {}), lambda now: now.faults.take({})):
            assert await session.take(act, taking) is not None

    asyncio.run(take())
    assert create(mock).status_code == 200
    taken, answered = mock.get(f"{PREFIX}/requests").json()
    assert (taken["id"], taken["status"], taken["reason"]) == (1, None, "not answered")
    assert (answered["id"], answered["status"]) == (2, 200)
    explained = mock.get(f"{PREFIX}/requests/1").json()
    assert explained["note"] == (
        "This request used force 1 (502); fault (reset). No answer to it is recorded: it is under "
        "way, or the process that took it ended before it answered. Either way no other request "
        "gets what was used."
    )
    assert [rule for rule in explained["rules"] if rule["outcome"] == "decided"] == []
    page = mock.get(f"{PREFIX}/requests/1", headers={"Accept": "text/html"})
    assert "force 1 (502)" in page.text
    assert "not answered" in mock.get(f"{PREFIX}/").text
    assert mock.post(f"{PREFIX}/verify", json={"times": 1}).json() == {"count": 1}
