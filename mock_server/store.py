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

    async def clear(self) -> None:
        """Forget everything."""


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

    async def clear(self) -> None:
        """See Store."""
        self._values.clear()
