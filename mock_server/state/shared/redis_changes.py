"""Waking what waits for changes that other processes make.

Rules: a process listens to a session only while somebody there waits for it, so that requests cost
nothing where nobody looks. Who begins to wait is woken once at once, since what happened before
Redis knew of it is heard by no one.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from redis.exceptions import RedisError

from mock_server.state.changes import Changes
from mock_server.state.shared.redis_link import new_client
from mock_server.state.shared.redis_place import RedisPlace

_CALM = 5.0
"""For how many seconds nobody has waited for a session that is not listened to any more."""

_PAUSE = 0.2
"""Seconds between two tries to reach a Redis that is gone."""

_TURN = 1.0
_GONE = (RedisError, OSError, TimeoutError)


class RedisChanges(Changes):
    """What happens in one session, in all processes."""

    __slots__ = ("_channel", "_listener", "last")

    def __init__(self, listener: RedisListener, session: str) -> None:
        super().__init__()
        self._listener, self._channel = listener, listener.channel(session)
        self.last = 0.0
        """When somebody waited last."""

    async def wait(self, count: int, seconds: float) -> bool:
        """See Changes."""
        if self.is_over:
            return False
        self.last = time.monotonic()
        if await self._listener.begin(self._channel, self):
            return not self.is_over
        try:
            return await super().wait(count, seconds)
        finally:
            self.last = time.monotonic()


class RedisListener:
    """Hears of the changes in sessions, and wakes what waits for them."""

    def __init__(self, place: RedisPlace) -> None:
        self._place = place
        self._client = new_client(place)
        self._pubsub = self._client.pubsub()
        self._heard: dict[str, RedisChanges] = {}
        self._task: asyncio.Task[None] | None = None

    def channel(self, session: str) -> str:
        """Where the changes of a session are made known."""
        return f"{self._place.prefix}changes:{session}"

    async def begin(self, channel: str, changes: RedisChanges) -> bool:
        """Listen to a channel; says whether that is new."""
        if channel in self._heard:
            return False
        self._heard[channel] = changes
        with suppress(*_GONE):
            await self._pubsub.subscribe(channel)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return True

    async def _run(self) -> None:
        try:
            while True:
                await self._turn()
        finally:
            with suppress(*_GONE):
                await self._pubsub.aclose()  # type: ignore[no-untyped-call]
                await self._client.aclose()

    async def _turn(self) -> None:
        """Take the next message, if one comes soon."""
        try:
            message = await self._pubsub.get_message(timeout=_TURN)
            if message is not None:
                await self._hear(message["channel"].decode())
        except _GONE:
            await self._begin_again()

    async def _hear(self, channel: str) -> None:
        changes = self._heard.get(channel)
        if changes is None:
            return
        changes.notify()
        if not changes.waiting and time.monotonic() - changes.last > _CALM:
            del self._heard[channel]
            await self._pubsub.unsubscribe(channel)

    async def _begin_again(self) -> None:
        """Listen by a new connection, and wake all: what happened meanwhile, nobody knows."""
        with suppress(*_GONE):
            await self._pubsub.aclose()  # type: ignore[no-untyped-call]
        await asyncio.sleep(_PAUSE)
        self._pubsub = self._client.pubsub()
        with suppress(*_GONE):
            await self._pubsub.subscribe(*self._heard)
        for changes in self._heard.values():
            changes.notify()
