"""The embedded store: a bounded dictionary in the mock's own memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from mock_server.state.memory import OVERHEAD, Memory, MemoryShare
from mock_server.state.store import MOST_KEYS

T = TypeVar("T")


class EmbeddedStore:
    """The values of all sessions, each below its own prefix. What is kept counts as part of the
    memory; the oldest goes where that is full.
    """

    def __init__(self, memory: Memory) -> None:
        self._values: OrderedDict[str, str] = OrderedDict()
        self._account = MemoryShare(memory)
        memory.droppers.append(self._drop)

    def of(self, session: str) -> SessionStore:
        """The part that belongs to one session."""
        return SessionStore(self, f"{session}/")

    def get(self, key: str) -> str | None:
        """The value of a key; None where there is none."""
        return self._values.get(key)

    def put(self, key: str, value: str) -> None:
        """Set the value of a key."""
        self.remove(key)
        self._values[key] = value
        if len(self._values) > MOST_KEYS:
            self._drop()
        self._account.add(_size((key, value)))

    def keys(self, prefix: str) -> list[str]:
        """The keys that start so, in the order in which they were written last."""
        return [key for key in self._values if key.startswith(prefix)]

    def remove(self, key: str) -> None:
        """Forget a key."""
        value = self._values.pop(key, None)
        if value is not None:
            self._account.add(-_size((key, value)))

    def _drop(self) -> bool:
        """Drop the value that was written least recently."""
        if self._values:
            self.remove(next(iter(self._values)))
        return bool(self._values)


class SessionStore:
    """The part of an embedded store that belongs to one session (see Store)."""

    def __init__(self, store: EmbeddedStore, prefix: str) -> None:
        self._store, self._prefix = store, prefix

    async def get(self, key: str) -> str | None:
        """See Store."""
        return self._store.get(self._prefix + key)

    async def put(self, key: str, value: str) -> None:
        """See Store."""
        self._store.put(self._prefix + key, value)

    async def keys(self, prefix: str) -> list[str]:
        """See Store."""
        found = self._store.keys(self._prefix + prefix)
        return [key.removeprefix(self._prefix) for key in found]

    async def clear(self, prefix: str) -> None:
        """See Store."""
        for key in self._store.keys(self._prefix + prefix):
            self._store.remove(key)

    async def update(self, key: str, change: Callable[[str | None], tuple[str | None, T]]) -> T:
        """See Store."""
        value, result = change(self._store.get(self._prefix + key))
        if value is not None:
            self._store.put(self._prefix + key, value)
        return result


def _size(item: tuple[str, str]) -> int:
    return OVERHEAD + len(item[0]) + len(item[1])
