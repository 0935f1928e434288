"""The way to Redis: one connection for all requests of a process.

Rules: what several requests ask at the same time goes out together, and comes back together. Nobody
waits longer than `PATIENCE`; then, or when the connection breaks, the store is *gone*: whatever is
asked is refused at once with StoreGoneError, until a new connection stands. What was asked and not
answered may have been done or not. Only what says that it may be asked again is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import redis
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from mock_server.state.shared.redis_place import RedisPlace
from mock_server.state.shared.scripts import Script
from mock_server.state.store import StoreGoneError

PATIENCE = 2.0
"""How long Redis may take for what it is asked at once, in seconds."""

_CONNECTING = 3 * PATIENCE
"""How long it may take for a new connection, on which it is asked three times."""

_PAUSE = 0.2
"""Seconds between two tries to reach a Redis that is gone."""

_LOG = logging.getLogger(__name__)
_HUNG = (redis.TimeoutError, TimeoutError)
_GONE = (RedisError, OSError)


@dataclass(slots=True)
class _Asked:
    command: tuple[Any, ...]
    answer: asyncio.Future[Any]
    again: bool


def new_client(place: RedisPlace) -> Redis:
    """A client that tries everything once."""
    return Redis(**options(place), retry=Retry(NoBackoff(), 0))


def options(place: RedisPlace) -> dict[str, Any]:
    """How a client reaches it."""
    encrypted = {"ssl": True} if place.is_encrypted else {}
    there = {"host": place.host, "port": place.port, **encrypted}
    return {
        **({"unix_socket_path": place.socket} if place.socket else there),
        "db": place.database,
        "username": place.username,
        "password": place.password,
        "socket_timeout": PATIENCE,
        "socket_connect_timeout": PATIENCE,
        "protocol": 2,
    }


class RedisLink:
    """What asks Redis. It connects when it is first asked. `when_back` is called when Redis was
    gone and is back.
    """

    def __init__(self, place: RedisPlace, when_back: Callable[[], None]) -> None:
        self.place, self.when_back = place, when_back
        self.is_gone = False
        self._asked: list[_Asked] = []
        self._work: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()

    async def run(self, script: Script, *arguments: Any, again: bool = False) -> Any:
        """What a script gives. With `again`, it may run twice. Raises StoreGoneError."""
        try:
            return await self._ask(("EVALSHA", script.digest, 0, *arguments), again=again)
        except NoScriptError:
            return await self._ask(("EVAL", script.text, 0, *arguments), again=again)

    async def _ask(self, command: tuple[Any, ...], *, again: bool) -> Any:
        if self.is_gone:
            raise StoreGoneError
        if self._work is None:
            self._work = asyncio.create_task(self._run())
        asked = _Asked(command, asyncio.get_running_loop().create_future(), again)
        self._asked.append(asked)
        self._wanted.set()
        try:
            return await asked.answer
        except NoScriptError:
            raise
        except RedisError as error:  # out of memory, read-only, loading: it is there, but no use
            words = str(error).partition(" script: ")[0].rstrip(".")
            raise StoreGoneError(f"it says {words!r}") from None

    async def _run(self) -> None:
        async with new_client(self.place) as client:
            if not await _connects(client):
                self.is_gone = True
                await self._wait(client)
            await self._work_with(client)

    async def _work_with(self, client: Redis) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            asked, self._asked = self._asked, []
            try:
                await self._send(client, asked)
            except _HUNG:
                self.is_gone = True
            except _GONE:
                await self._repeat(client, [each for each in asked if each.again])
            except Exception:  # whatever it is: nobody may wait for ever
                _LOG.exception("Redis cannot be asked")
            _refuse(asked)
            if self.is_gone:
                await self._wait(client)

    async def _send(self, client: Redis, asked: list[_Asked]) -> None:
        pipeline = client.pipeline(transaction=False)
        for each in asked:
            pipeline.execute_command(*each.command)
        async with asyncio.timeout(PATIENCE):
            answers = await pipeline.execute(raise_on_error=False)
        for each, answer in zip(asked, answers, strict=True):
            if each.answer.done():
                continue
            if isinstance(answer, Exception):
                each.answer.set_exception(answer)
            else:
                each.answer.set_result(answer)

    async def _repeat(self, client: Redis, asked: list[_Asked]) -> None:
        """Ask once more; where that fails, too, the store is gone."""
        await _disconnect(client)
        try:
            self.is_gone = not await _connects(client)
            if asked and not self.is_gone:
                await self._send(client, asked)
        except _GONE:
            self.is_gone = True

    async def _wait(self, client: Redis) -> None:
        """Wait until Redis is back."""
        await _disconnect(client)
        _refuse(self._asked)
        self._asked = []
        while True:
            await asyncio.sleep(_PAUSE)
            if await _connects(client):
                break
            await _disconnect(client)
        self.is_gone = False
        self.when_back()


async def _connects(client: Redis) -> bool:
    """Whether there is a connection now."""
    with suppress(*_GONE):
        async with asyncio.timeout(_CONNECTING):
            await client.ping()
        return True
    return False


def _refuse(asked: list[_Asked]) -> None:
    for each in asked:
        if not each.answer.done():
            each.answer.set_exception(StoreGoneError())


async def _disconnect(client: Redis) -> None:
    with suppress(*_GONE):
        await client.connection_pool.disconnect()
