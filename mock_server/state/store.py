"""Where state lives: an interface, since a shared store may follow, and the embedded one."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

from mock_server.state.memory import OVERHEAD, UNLIMITED, Memory, MemoryShare

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
        self._account = MemoryShare(Memory(UNLIMITED))

    def share(self, memory: Memory) -> None:
        """Count what is kept as part of this memory, and drop the oldest where that is full."""
        self._account.clear()
        self._account = MemoryShare(memory)
        memory.droppers.append(self._drop)
        self._account.add(sum(map(_size, self._values.items())))

    async def get(self, key: str) -> str | None:
        """See Store."""
        return self._values.get(key)

    async def put(self, key: str, value: str) -> None:
        """See Store."""
        self._remove(key)
        self._values[key] = value
        if len(self._values) > MOST_KEYS:
            self._drop()
        self._account.add(_size((key, value)))

    async def keys(self, prefix: str) -> list[str]:
        """See Store."""
        return [key for key in self._values if key.startswith(prefix)]

    async def clear(self, prefix: str) -> None:
        """See Store."""
        for key in await self.keys(prefix):
            self._remove(key)

    def _remove(self, key: str) -> None:
        value = self._values.pop(key, None)
        if value is not None:
            self._account.add(-_size((key, value)))

    def _drop(self) -> bool:
        """Drop the value that was written least recently."""
        if self._values:
            self._remove(next(iter(self._values)))
        return bool(self._values)


def _size(item: tuple[str, str]) -> int:
    return OVERHEAD + len(item[0]) + len(item[1])
