"""Where state lives: an interface, since a shared store may follow, and the embedded one."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

MOST_KEYS = 100_000
"""How many values the embedded store keeps; the least recently written goes first."""


class Store(Protocol):
    """Keeps short texts by key."""

    async def get(self, key: str) -> str | None:
        """The value of a key; None where there is none."""

    async def put(self, key: str, value: str) -> None:
        """Set the value of a key."""

    async def keys(self, prefix: str) -> list[str]:
        """The keys that start so, in the order in which they were written last."""

    async def clear(self, prefix: str) -> None:
        """Forget every key that starts so."""


class MemoryStore:
    """The embedded store: a bounded dictionary in the mock's own memory."""

    def __init__(self) -> None:
        self._values: OrderedDict[str, str] = OrderedDict()

    async def get(self, key: str) -> str | None:
        """See Store."""
        return self._values.get(key)

    async def put(self, key: str, value: str) -> None:
        """See Store."""
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > MOST_KEYS:
            self._values.popitem(last=False)

    async def keys(self, prefix: str) -> list[str]:
        """See Store."""
        return [key for key in self._values if key.startswith(prefix)]

    async def clear(self, prefix: str) -> None:
        """See Store."""
        for key in await self.keys(prefix):
            del self._values[key]
