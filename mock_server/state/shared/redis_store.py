"""The values of a session in Redis (see Store).

Rules: each value has a version. `update` looks, makes the new value, and sets it if the version is
still that; else it does so again with what is there now.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from mock_server.state.shared import scripts
from mock_server.state.shared.redis_link import RedisLink
from mock_server.state.shared.scripts import Script
from mock_server.state.store import MOST_KEYS

T = TypeVar("T")


class RedisStore:
    """The values of one session."""

    def __init__(self, link: RedisLink, session: str) -> None:
        self._link, self._session = link, session

    async def _run(self, script: Script, *arguments: Any, again: bool = False) -> Any:
        prefix = self._link.place.prefix
        return await self._link.run(script, prefix, self._session, *arguments, again=again)

    async def get(self, key: str) -> str | None:
        """See Store."""
        return _text(await self._run(scripts.GET, key, again=True))

    async def put(self, key: str, value: str) -> None:
        """See Store."""
        await self._run(scripts.PUT, key, value, MOST_KEYS, again=True)

    async def keys(self, prefix: str) -> list[str]:
        """See Store."""
        return [key.decode() for key in await self._run(scripts.KEYS, prefix, again=True)]

    async def clear(self, prefix: str) -> None:
        """See Store."""
        await self._run(scripts.CLEAR, prefix, again=True)

    async def update(self, key: str, change: Callable[[str | None], tuple[str | None, T]]) -> T:
        """See Store."""
        found, version = await self._run(scripts.LOOK, key, again=True)
        while True:
            value, result = change(_text(found))
            if value is None:
                return result
            is_set, *now = await self._run(scripts.PUT, key, value, MOST_KEYS, version or "")
            if is_set:
                return result
            found, version = now


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()
