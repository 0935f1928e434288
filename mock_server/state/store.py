"""Where a session keeps short texts by key: the interface. `embedded` and `shared` implement it.

Rules: a change of a value is one step, however many processes change it: `update` never loses what
another one wrote in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")

MOST_KEYS = 100_000
"""How many values are kept; the least recently written goes first."""

RETRY_AFTER = b"1"
"""For how many seconds a client is asked to wait while the store is gone."""


class StoreGoneError(Exception):
    """The store cannot be reached, does not answer in time, or refuses for a reason of its own."""

    status = 503

    def __init__(self, reason: str = "it cannot be reached") -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"What depends on state has to wait for the mock's store: {self.reason}."


class Store(Protocol):
    """Keeps short texts by key. What it cannot do for now raises StoreGoneError."""

    async def get(self, key: str) -> str | None:
        """The value of a key; None where there is none."""

    async def put(self, key: str, value: str) -> None:
        """Set the value of a key."""

    async def keys(self, prefix: str) -> list[str]:
        """The keys that start so, in the order in which they were written last."""

    async def clear(self, prefix: str) -> None:
        """Forget every key that starts so."""

    async def update(self, key: str, change: Callable[[str | None], tuple[str | None, T]]) -> T:
        """Change the value of a key in one step. `change` gets the value that there is, and gives
        the new one, None to leave it as it is, and what the caller gets. It may be called several
        times, so it must change nothing else.
        """
