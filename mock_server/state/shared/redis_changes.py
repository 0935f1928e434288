"""Waking what waits for changes that other processes make.

Rules: a process listens to a session only while somebody there waits for it, so that requests cost
nothing where nobody looks. Redis confirms that it listens; that wakes who waits, too, since what
happened before was heard by no one. So does each new connection, after one that broke.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress

from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from mock_server.state.changes import Changes
from mock_server.state.shared.redis_link import new_client
from mock_server.state.shared.redis_place import RedisPlace

_CALM = 5.0
"""For how many seconds nobody has waited for a session that is not listened to any more."""

_PAUSE = 0.2
"""Seconds between two tries to reach a Redis that is gone."""

_TURN = 1.0
_LOG = logging.getLogger(__name__)
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
        await self._listener.begin(self._channel, self)
        try:
            return await super().wait(count, seconds)
        finally:
            self.last = time.monotonic()


class RedisListener:
    """Hears of the changes in sessions, and wakes what waits for them."""

    def __init__(self, place: RedisPlace) -> None:
        self._place = place
        self._client = new_client(place)
        self._pubsub: PubSub | None = None
        """What listens, while there is a connection."""

        self._heard: dict[str, RedisChanges] = {}
        self._task: asyncio.Task[None] | None = None

    def channel(self, session: str) -> str:
        """Where the changes of a session are made known."""
        return f"{self._place.prefix}changes:{session}"

    async def begin(self, channel: str, changes: RedisChanges) -> None:
        """Listen to a channel, if that is not done yet."""
        if self._heard.get(channel) is changes:
            return
        self._heard[channel] = changes
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        elif self._pubsub is not None:
            with suppress(*_GONE):
                await self._pubsub.subscribe(channel)

    def begin_again(self) -> None:
        """Listen by a new connection: the one that there is may be dead, and nobody says so."""
        self._pubsub = None

    async def _run(self) -> None:
        async with self._client:
            while True:
                try:
                    await self._listen()
                except _GONE:
                    pass
                except Exception:  # whatever it is: nobody may wait for ever
                    _LOG.exception("Redis cannot be listened to")
                self._pubsub = None
                await asyncio.sleep(_PAUSE)

    async def _listen(self) -> None:
        """Hear what happens, as long as the connection is of use."""
        async with self._client.pubsub() as pubsub:
            await pubsub.connect()
            self._pubsub = pubsub  # from now on, `begin` asks for what is not in `_heard` yet
            if self._heard:
                await pubsub.subscribe(*self._heard)
            while self._pubsub is pubsub:
                message = await pubsub.get_message(timeout=_TURN)
                if message is not None:
                    await self._hear(message["channel"].decode(), pubsub)

    async def _hear(self, channel: str, pubsub: PubSub) -> None:
        changes = self._heard.get(channel)
        if changes is None:
            return
        changes.notify()
        if not changes.waiting and time.monotonic() - changes.last > _CALM:
            del self._heard[channel]
            await pubsub.unsubscribe(channel)
