"""The live log of a session: what happens is put into words once, for all who look on."""

import asyncio
import re
from collections.abc import AsyncGenerator

import pytest

from mock_server.control import live_log
from mock_server.control.live_log import LiveLogs
from mock_server.state.embedded.embedded_sessions import EmbeddedSessions
from mock_server.state.journal import Entry
from mock_server.state.sessions import Session
from tallystick import load_contract

SCOPE = {"method": "GET", "path": "/x", "query_string": b"", "headers": []}


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    """A session of a mock that gathers news for no time at all."""
    monkeypatch.setattr(live_log, "_PAUSE", 0)
    monkeypatch.setattr(live_log, "_PAUSE_OF_EACH", 0)
    return EmbeddedSessions(load_contract()).default


async def answer(session: Session, *, is_out: bool = True) -> int:
    """One request is answered."""
    number = await session.journal.record(
        0.0, SCOPE, b"", "GET /x", 200, "200", "success", [], b"", begun=None
    )
    if is_out:
        session.journal.sent(number, 0.1)
    return number


async def news(stream: AsyncGenerator[bytes]) -> list[str]:
    """The next message: its events, each with the number of its request."""
    text = (await asyncio.wait_for(anext(stream), 10)).decode()
    found = re.findall(r"event: (\w+)\n(?:id: \d+\n)?data:(?: (\d+))?", text)
    return [" ".join(filter(None, each)) for each in found]


def logs(made: list[int]) -> LiveLogs:
    """Live logs whose rows are numbers; `made` gets each that is put into words."""

    def row(entry: Entry) -> str:
        made.append(entry.number)
        return str(entry.number)

    return LiveLogs(row)


def test_all_who_look_on_share_what_happens(session: Session) -> None:
    """Each request is put into words once, and who comes later gets what was before."""

    async def watch() -> None:
        made: list[int] = []
        found = logs(made)
        first, second = found.stream(session, 0), found.stream(session, 0)
        assert [await news(first), await news(second)] == [["changed"]] * 2
        await asyncio.sleep(0)
        await answer(session)
        assert [await news(first), await news(second)] == [["changed", "request 1"]] * 2
        late = found.stream(session, 0)
        assert await news(late) == ["changed", "request 1"]
        assert made == [1]
        for stream in (first, second, late):
            await stream.aclose()

    asyncio.run(watch())


def test_an_answer_under_way_comes_again(session: Session) -> None:
    """When it is out."""

    async def watch() -> None:
        stream = logs([]).stream(session, 0)
        await news(stream)
        await asyncio.sleep(0)
        number = await answer(session, is_out=False)
        assert await news(stream) == ["changed", "request 1"]
        session.journal.sent(number, 2.0)
        session.changes.notify()
        assert await news(stream) == ["changed", "answered 1"]
        await stream.aclose()

    asyncio.run(watch())


def test_a_reset_is_seen(session: Session) -> None:
    """Even where more requests than before came at once; and by who comes again after it."""

    async def watch() -> None:
        found = logs([])
        stream = found.stream(session, 0)
        await news(stream)
        await asyncio.sleep(0)
        await answer(session)
        assert await news(stream) == ["changed", "request 1"]
        await session.reset()
        await answer(session)
        await answer(session)
        assert await news(stream) == ["changed", "reset", "request 1", "request 2"]
        again = found.stream(session, 17)
        assert await news(again) == ["changed", "reset", "request 1", "request 2"]
        await stream.aclose()
        await again.aclose()

    asyncio.run(watch())


def test_who_does_not_keep_up_is_let_go(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others go on."""
    monkeypatch.setattr(live_log, "_MOST_WAITING", 3)

    async def watch() -> None:
        found = logs([])
        reads, sleeps = found.stream(session, 0), found.stream(session, 0)
        await news(reads)
        await news(sleeps)
        await asyncio.sleep(0)
        for number in range(1, 7):
            await answer(session)
            assert await news(reads) == ["changed", f"request {number}"]
        got = [await news(sleeps) for _ in range(3)]
        assert got[-1] == ["changed", "request 3"]
        with pytest.raises(StopAsyncIteration):
            await anext(sleeps)
        await reads.aclose()

    asyncio.run(watch())


def test_the_end_of_the_mock_ends_all(session: Session) -> None:
    """Also of who comes after it."""

    async def watch() -> None:
        found = logs([])
        stream = found.stream(session, 0)
        await news(stream)
        session.changes.end()
        late = found.stream(session, 0)
        await news(late)
        async with asyncio.timeout(10):
            for each in (stream, late):
                assert b"request" not in b"".join([message async for message in each])

    asyncio.run(watch())
