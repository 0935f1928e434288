"""What replicas share, where it takes more than requests that take turns to see it."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from mock_server.control import live_log
from mock_server.limits import MockLimits
from mock_server.serve import serving
from mock_server.state.journal import Taking
from mock_server.state.shared import redis_sessions
from mock_server.state.shared.redis_place import StorePlaceError, redis_place
from mock_server.state.shared.redis_sessions import RedisSessions
from tallystick import load_contract
from tests import PATIENCE
from tests.mock_server.documented import OPERATION, VALID, path
from tests.redis_server import RedisServer, needs_redis
from tests.waiting import until

pytestmark = needs_redis

PREFIX = "/_tallystick"
HTTP = httpx.Client(trust_env=False, verify=False, timeout=PATIENCE)
SHOP = Path(__file__).parents[2] / "collections" / "shop.yaml"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis server."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture
def urls(server: RedisServer) -> Iterator[list[str]]:
    """The base URLs of two replicas of the bundled contract."""
    with server.client() as redis, ExitStack() as stack:
        redis.flushall()
        mock = partial(serving, load_contract(), store=server.address())
        yield [stack.enter_context(mock()) for _ in range(2)]


async def _ask(asked: list[tuple[str, str, Any]]) -> list[httpx.Response]:
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=PATIENCE) as many:
        sent = (many.request(method, url, json=body) for method, url, body in asked)
        return await asyncio.gather(*sent)


def at_once(asked: list[tuple[str, str, Any]]) -> list[httpx.Response]:
    """The answers to requests that are all sent at the same time."""
    return asyncio.run(_ask(asked))


def test_a_force_is_taken_once(urls: list[str]) -> None:
    """Of many requests at once, so many get what is queued as it is queued for."""
    HTTP.post(f"{urls[0]}{PREFIX}/forces", json={"cases": ["502", "403"], "times": 3})
    answers = at_once([("POST", f"{url}{path()}", VALID) for url in urls * 15])
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * 24 + [403] * 3 + [502] * 3


def test_a_fault_is_taken_once(urls: list[str]) -> None:
    """So is a fault."""
    HTTP.post(f"{urls[0]}{PREFIX}/faults", json={"faults": ["bad-gateway"], "times": 4})
    answers = at_once([("POST", f"{url}{path()}", VALID) for url in urls * 8])
    assert sorted(answer.status_code for answer in answers) == [200] * 12 + [502] * 4


def test_a_link_is_opened_once(urls: list[str]) -> None:
    """Of many browsers at once, one sees the page of a link."""
    place = httpx.URL(HTTP.post(f"{urls[0]}{path()}", json=VALID).json()["url"]).path
    answers = at_once([("GET", f"{url}{place}", None) for url in urls * 8])
    assert sorted(answer.status_code for answer in answers)[:2] == [200, 302]


def test_no_item_is_lost(server: RedisServer) -> None:
    """What is made at the same time has different ids, and all of it is there."""
    mock = partial(serving, load_contract(str(SHOP)), store=server.address(prefix="shop:"))
    with mock() as one, mock() as other:
        asked = [("POST", f"{(one, other)[n % 2]}/shops", {"name": f"n{n}"}) for n in range(40)]
        made = [answer.json()["id"] for answer in at_once(asked)]
        state = HTTP.get(f"{one}{PREFIX}/state").json()["collections"]["/shops"]["items"]
    assert len(set(made)) == 40
    assert {item["name"] for item in state} >= {f"n{n}" for n in range(40)}


def test_changes_at_once_are_made_once(server: RedisServer) -> None:
    """Those of one process wait for each other, so that few are made anew: each request asks a few
    times, however many there are.
    """
    mock = partial(serving, load_contract(str(SHOP)), store=server.address(prefix="at-once:"))
    with mock() as one, mock() as other, server.client() as redis:

        def asked() -> int:
            return int(redis.info("commandstats")["cmdstat_evalsha"]["calls"])

        HTTP.post(f"{one}/shops", json={"name": "first"})
        before = asked()
        made = at_once([("POST", f"{url}/shops", {"name": "n"}) for url in (one, other) * 30])
        assert {answer.status_code for answer in made} == {201}
        assert asked() - before < 60 * 8


def test_the_journal_counts_up(urls: list[str]) -> None:
    """Each answer has a number of its own, and no number is left out."""
    answers = at_once([("POST", f"{url}{path()}", {}) for url in urls * 10])
    numbers = [int(a.headers["link"].partition(">")[0].rpartition("/")[2]) for a in answers]
    assert sorted(numbers) == list(range(1, 21))
    listed = HTTP.get(f"{urls[1]}{PREFIX}/requests").json()
    assert [entry["id"] for entry in listed] == list(range(1, 21))


def test_a_reset_between_taking_and_answering(urls: list[str], server: RedisServer) -> None:
    """The answer has an entry of its own then, whoever has the number that it had before."""
    contract = load_contract()
    cases = contract.operations[0].selectable
    HTTP.post(f"{urls[0]}{PREFIX}/forces", json={"cases": ["502"]})
    scope = {"method": "POST", "path": "/taken", "query_string": b"", "headers": []}

    async def answer() -> int:
        session = RedisSessions(redis_place(server.address()), contract).default
        await session.refresh()
        taking = Taking(session.controls.clock.now(), scope, b"", OPERATION)
        assert await session.take(lambda now: now.queue.take(cases, {}), taking) is not None
        assert taking.number == 1
        await session.reset()
        HTTP.post(f"{urls[0]}{path()}", json={})
        moment, rule = taking.moment + 1, "queued force"
        return await session.journal.record(
            moment, scope, b"", OPERATION, 502, "502", rule, [], b"", None, taking
        )

    assert asyncio.run(answer()) == 2
    listed = HTTP.get(f"{urls[1]}{PREFIX}/requests").json()
    assert [(entry["path"], entry["status"]) for entry in listed] == [
        (path(), 400),
        ("/taken", 502),
    ]


def test_a_live_log_shows_what_another_replica_answered(urls: list[str]) -> None:
    """Each request, with its number, as soon as it is answered."""
    with HTTP.stream("GET", f"{urls[0]}{PREFIX}/events") as log:
        lines = log.iter_lines()
        assert next(lines) == "event: changed"
        for number in ("id: 1", "id: 2"):
            HTTP.post(f"{urls[1]}{path()}", json={})
            assert number in lines


def test_a_live_log_of_a_session_among_many(
    urls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process forgets what it knows of sessions, but not that somebody looks on."""
    monkeypatch.setattr(redis_sessions, "_KNOWN", 1)
    monkeypatch.setattr(live_log, "_SILENCE", PATIENCE)
    log_of_one = f"/~session/one{PREFIX}/events"
    with HTTP.stream("GET", f"{urls[0]}{log_of_one}") as log:
        lines = log.iter_lines()
        assert next(lines) == "event: changed"
        HTTP.post(f"{urls[1]}/~session/one{path()}", json={})
        assert "id: 1" in lines
        for name in ("two", "three"):
            HTTP.post(f"{urls[0]}/~session/{name}{path()}", json={})
        with HTTP.stream("GET", f"{urls[0]}{log_of_one}") as other_log:
            other_lines = other_log.iter_lines()
            assert "id: 1" in other_lines
            HTTP.post(f"{urls[1]}/~session/one{path()}", json={})
            assert "id: 2" in lines
            assert "id: 2" in other_lines


def test_a_live_log_shows_that_another_replica_reset(urls: list[str]) -> None:
    """Also where as many requests are answered at once as there were before."""
    with HTTP.stream("GET", f"{urls[0]}{PREFIX}/events") as log:
        lines = log.iter_lines()
        HTTP.post(f"{urls[1]}{path()}", json={})
        assert "id: 1" in lines
        HTTP.post(f"{urls[1]}{PREFIX}/reset")
        HTTP.post(f"{urls[1]}{path()}", json={})
        assert "event: reset" in lines
        assert "id: 1" in lines


def test_what_is_looked_at_before_a_reset_is_not_known_after_it(server: RedisServer) -> None:
    """However a replica's request and the changes of another are mixed."""
    place, contract = redis_place(server.address(prefix="looked:")), load_contract()

    async def look() -> str | None:
        one, other = (RedisSessions(place, contract).default for _ in range(2))
        await one.refresh()
        await other.store.put("key", "value")
        assert await one.store.get("key") == "value"
        await other.reset()
        await one.refresh()
        return await one.store.get("key")

    assert asyncio.run(look()) is None


def test_what_is_waited_for_comes_to_another_replica(urls: list[str]) -> None:
    """A request to verify waits for requests that another replica answers."""
    verify = {"case": "502", "times": 1, "within": 30}
    later = ("POST", f"{urls[1]}/~case/502{path()}", VALID)
    verified, _ = at_once([("POST", f"{urls[0]}{PREFIX}/verify", verify), later])
    assert verified.json() == {"count": 1}


def test_sessions_are_counted_for_all(server: RedisServer) -> None:
    """The most sessions that there may be are those of all replicas together. One that ended is
    ended everywhere.
    """
    store, limits = server.address(prefix="few:"), MockLimits(max_sessions=2)
    mock = partial(serving, load_contract(), store=store, limits=limits)
    with mock() as one, mock() as other:

        def status(url: str, session: str) -> int:
            return HTTP.get(f"{url}/~session/{session}{PREFIX}/clock").status_code

        assert [status(one, "a"), status(other, "b"), status(one, "c")] == [200, 200, 429]
        HTTP.post(f"{one}/~session/a{PREFIX}/forces", json={"cases": ["502"]})
        assert HTTP.delete(f"{other}{PREFIX}/sessions/a").status_code == 204
        assert status(one, "c") == 200
        assert [each["name"] for each in HTTP.get(f"{one}{PREFIX}/sessions").json()] == ["b", "c"]
        assert HTTP.delete(f"{other}{PREFIX}/sessions/b").status_code == 204
        assert HTTP.get(f"{one}/~session/a{PREFIX}/forces").json() == []


def test_an_unused_session_ends(server: RedisServer) -> None:
    """Nothing of it is left in Redis."""
    store, limits = server.address(prefix="idle:"), MockLimits(session_idle=0.05)
    with serving(load_contract(), store=store, limits=limits) as url, server.client() as redis:
        HTTP.post(f"{url}/~session/old{path()}", json=VALID)
        assert list(redis.scan_iter("idle:s:old:*")) != []

        def is_gone() -> bool:
            HTTP.get(f"{url}/~session/new{PREFIX}/clock")
            HTTP.delete(f"{url}{PREFIX}/sessions/new")
            return list(redis.scan_iter("idle:s:old:*")) == []

        until(is_gone)
        assert HTTP.get(f"{url}{PREFIX}/sessions").json() == []


def test_memory(server: RedisServer) -> None:
    """Details of requests and links have a limit in bytes; what was dropped is said to be."""
    store, limits = server.address(prefix="small:"), MockLimits(memory=80_000)
    with serving(load_contract(), store=store, limits=limits) as url, server.client() as redis:
        for _ in range(60):
            assert HTTP.post(f"{url}{path()}", json=VALID).status_code == 200
        for kept in ("d", "k:links"):
            assert 0 < sum(map(len, redis.lrange(f"small:s::{kept}", 0, -1))) <= 20_000
        assert len(HTTP.get(f"{url}{PREFIX}/requests").json()) == 60
        dropped = HTTP.get(f"{url}{PREFIX}/requests/20").json()
        assert dropped["note"].startswith("The details of this request were dropped")
        assert "note" not in HTTP.get(f"{url}{PREFIX}/requests/60").json()


def test_all_is_json(urls: list[str], server: RedisServer) -> None:
    """What is in Redis is data: whoever reads it runs nothing."""
    HTTP.post(f"{urls[0]}{path()}?q=é", json=VALID, headers=[(b"X-Odd", b"\xff")])
    HTTP.post(f"{urls[0]}{PREFIX}/forces", json={"body": {"a": 1e300}, "times": 1e300})
    base = f"{redis_place(server.address()).of(load_contract().title).prefix}s::"
    with server.client() as redis:
        texts = [redis.hget(f"{base}c", "text")]
        for kept in ("j", "d", "k:links"):
            texts += redis.lrange(f"{base}{kept}", 0, -1)
    assert len(texts) == 4
    for text in texts:
        json.loads(text or "")


def test_all_is_lost(urls: list[str], server: RedisServer) -> None:
    """Replicas of a Redis that has lost everything begin anew."""
    HTTP.post(f"{urls[0]}{PREFIX}/forces", json={"cases": ["502"]})
    HTTP.put(f"{urls[0]}{PREFIX}/organisations/{path().split('/')[2]}", json=DISCONNECTED)
    assert [HTTP.post(f"{url}{path()}", json=VALID).status_code for url in urls] == [502, 409]
    HTTP.post(f"{urls[0]}{PREFIX}/forces", json={"cases": ["502"]})
    with server.client() as redis:
        redis.flushall()
    assert [HTTP.post(f"{url}{path()}", json=VALID).status_code for url in urls] == [200, 200]
    assert [entry["id"] for entry in HTTP.get(f"{urls[0]}{PREFIX}/requests").json()] == [1, 2]


DISCONNECTED = {"payment_account": "Disconnected"}


def test_a_redis_that_takes_nothing(urls: list[str], server: RedisServer) -> None:
    """Where it is full, reading goes on in each session, a change is a 503 that says why, and what
    is not needed can be forgotten.
    """
    for session in ("", "/~session/one"):
        base = f"{urls[0]}{session}"
        HTTP.post(f"{urls[1]}{session}{PREFIX}/forces", json={"cases": ["403"]})
        with server.client() as redis:
            redis.config_set("maxmemory", "1")
            try:
                assert HTTP.post(f"{base}{path()}?x=y", json={}).status_code == 503
                assert len(HTTP.get(f"{base}{PREFIX}/forces").json()) == 1
                assert HTTP.post(f"{base}{PREFIX}/reset").status_code == 204
                assert HTTP.get(f"{base}{PREFIX}/forces").json() == []
                assert HTTP.post(f"{base}{path()}", json={}).status_code == 400
                full = HTTP.post(f"{base}{path()}", json=VALID)
                is_ready = HTTP.get(f"{urls[0]}{PREFIX}/ready")
            finally:
                redis.config_set("maxmemory", "0")
        for answer in (full, is_ready):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert "maxmemory" in answer.json()["detail"]
        assert HTTP.post(f"{base}{path()}", json=VALID).status_code == 200


@pytest.mark.parametrize("body", [VALID, {}])
def test_a_request_asks_twice(urls: list[str], server: RedisServer, body: Any) -> None:
    """When it begins, and in the end; what does not change is not asked for again."""
    with server.client() as redis:

        def asked() -> int:
            return int(redis.info("commandstats")["cmdstat_evalsha"]["calls"])

        HTTP.post(f"{urls[0]}{path()}", json=body)
        before = asked()
        for _ in range(5):
            HTTP.post(f"{urls[0]}{path()}", json=body)
        assert asked() - before == 10


def test_scripts_are_sent_anew(urls: list[str], server: RedisServer) -> None:
    """Redis may forget them."""
    HTTP.post(f"{urls[0]}{path()}", json=VALID)
    with server.client() as redis:
        redis.script_flush()
    assert HTTP.post(f"{urls[0]}{path()}", json=VALID).status_code == 200


def test_what_is_left(server: RedisServer) -> None:
    """Of sessions that ended, were reset or are unused for long, nothing stays in Redis."""
    store, limits = server.address(prefix="left:"), MockLimits(session_idle=0.05)
    with serving(load_contract(), store=store, limits=limits) as url, server.client() as redis:

        def left() -> list[bytes]:
            return sorted(redis.scan_iter("left:*"))

        before = [b"left:mock", b"left:total", b"left:version"]
        for name in ("a", "b", "c"):
            base = f"{url}/~session/{name}"
            HTTP.post(f"{base}{path()}", json=VALID)
            HTTP.post(f"{base}{PREFIX}/forces", json={"cases": ["502"]})
            HTTP.put(f"{base}{PREFIX}/organisations/{path().split('/')[2]}", json=DISCONNECTED)
        assert len(left()) > len(before)
        HTTP.post(f"{url}/~session/a{PREFIX}/reset")
        HTTP.delete(f"{url}{PREFIX}/sessions/b")
        until(lambda: HTTP.get(f"{url}{PREFIX}/ready").is_success and left() == before)


def test_different_documents(server: RedisServer) -> None:
    """In one database they share nothing."""
    store = server.address(database=5)
    with (
        serving(load_contract(), store=store) as one,
        serving(load_contract(str(SHOP)), store=store) as other,
    ):
        HTTP.post(f"{one}{path()}", json=VALID)
        assert len(HTTP.get(f"{one}{PREFIX}/requests").json()) == 1
        assert HTTP.get(f"{other}{PREFIX}/requests").json() == []


def test_replicas_that_are_not_alike(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """What is different is said, once."""
    store = server.address(prefix="alike:")
    for contract, seed, other in (
        (load_contract(), 0, ""),
        (load_contract(), 0, ""),
        (load_contract(), 1, "--seed"),
        (load_contract(str(SHOP)), 1, "title, text"),
        (load_contract(str(SHOP)), 1, ""),
    ):
        caplog.clear()
        with serving(contract, seed=seed, store=store):
            said = [
                each.partition("with another ")[2].partition(".")[0] for each in caplog.messages
            ]
            assert said == ([other] if other else [])


def test_a_redis_that_forgets(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """Where it does so when it is full, the mock says so at its start."""
    with server.client() as redis:
        redis.config_set("maxmemory-policy", "allkeys-lru")
        with serving(load_contract(), store=server.address(prefix="forgets:")):
            assert ["maxmemory-policy allkeys-lru" in line for line in caplog.messages] == [True]
        redis.config_set("maxmemory-policy", "noeviction")


def test_what_another_version_kept(server: RedisServer) -> None:
    """It is not touched, and the mock does not start."""
    with server.client() as redis:
        redis.hset("old:mock", mapping={"format": "0"})
        with pytest.raises(StorePlaceError, match="another version"):
            serving(load_contract(), store=server.address(prefix="old:")).__enter__()
        assert redis.hgetall("old:mock") == {b"format": b"0"}


def test_mocks_beside_each_other(server: RedisServer) -> None:
    """Mocks with different prefixes in one Redis share nothing."""
    serve = partial(serving, load_contract())
    with (
        serve(store=server.address(prefix="a:")) as one,
        serve(store=server.address(prefix="b:")) as other,
    ):
        HTTP.post(f"{one}{path()}", json=VALID)
        assert len(HTTP.get(f"{one}{PREFIX}/requests").json()) == 1
        assert HTTP.get(f"{other}{PREFIX}/requests").json() == []
