"""The values of a session in Redis (see Store).

Rules: each value has a version. `update` looks, makes the new value, and sets it if the version is
still that; else it does so again with what is there now. In one process the changes of a value wait
for each other, so that they do not make each other begin again. What was looked at is known as long
as the state of the session has the version that it had then: each request begins with a question
for that, so that what does not change costs nothing more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from mock_server.state.memory import OVERHEAD, Memory, MemoryShare
from mock_server.state.shared import scripts
from mock_server.state.shared.redis_link import RedisLink
from mock_server.state.shared.scripts import Script
from mock_server.state.store import MOST_KEYS, StoreGoneError

T = TypeVar("T")

Looked = tuple[str | None, bytes | None]
"""A value and its version."""


class RedisStore:
    """The values of one session."""

    def __init__(self, link: RedisLink, session: str, memory: Memory) -> None:
        """`memory` counts what this process knows."""
        self._link, self._session = link, session
        self._memory = MemoryShare(memory)
        self._state: bytes | None = None
        self._known: dict[str, Looked] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def know(self, state: bytes | None) -> None:
        """The version of the state is this; None where nobody knows."""
        if state is None or state != self._state:
            self._state = state
            self.forget()

    def forget(self) -> bool:
        """Know no value any more, and say whether any was known."""
        found, self._known = bool(self._known), {}
        self._memory.clear()
        return found

    async def _run(self, script: Script, *arguments: Any, again: bool = False) -> Any:
        prefix = self._link.place.prefix
        return await self._link.run(script, prefix, self._session, *arguments, again=again)

    async def _look(self, key: str) -> Looked:
        """A value and its version."""
        if self._link.is_gone:
            raise StoreGoneError
        known = self._known
        if key in known:
            return known[key]
        value, version, state = await self._run(scripts.LOOK, key, again=True)
        looked = None if value is None else value.decode(), version
        # Where the state is another one by now, what was looked at is not known: after a reset,
        # the state would be the one that is known again.
        if known is self._known and state == self._state:
            known[key] = looked
            self._memory.add(OVERHEAD + len(key) + len(value or b""))
        return looked

    async def get(self, key: str) -> str | None:
        """See Store."""
        value, _ = await self._look(key)
        return value

    async def put(self, key: str, value: str) -> None:
        """See Store."""
        await self._run(scripts.PUT, key, value, MOST_KEYS, again=True)
        self.know(None)

    async def keys(self, prefix: str) -> list[str]:
        """See Store."""
        return [key.decode() for key in await self._run(scripts.KEYS, prefix, again=True)]

    async def clear(self, prefix: str) -> None:
        """See Store."""
        await self._run(scripts.CLEAR, prefix, again=True)
        self.know(None)

    async def update(self, key: str, change: Callable[[str | None], tuple[str | None, T]]) -> T:
        """See Store."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            return await self._update(key, change)

    async def _update(self, key: str, change: Callable[[str | None], tuple[str | None, T]]) -> T:
        found, version = await self._look(key)
        while True:
            value, result = change(found)
            if value is None:
                return result
            is_set, *now = await self._run(scripts.PUT, key, value, MOST_KEYS, version or "")
            self.know(None)
            if is_set:
                return result
            found, version = None if now[0] is None else now[0].decode(), now[1]
