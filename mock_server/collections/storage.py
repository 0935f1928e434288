"""Where the items of collections are kept: in the session's part of the store, as JSON.

Rules: a collection that nobody has changed keeps nothing. One value of the store holds the items of
a collection in their order, and the ids of those that were deleted, the latest first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import orjson

from mock_server.answers.encoding import json_bytes
from mock_server.collections.fitting import Item
from mock_server.state.sessions import Session

T = TypeVar("T")

PREFIX = "collection"
MOST_ITEMS = 2_000
"""How many items a collection keeps; the oldest go first."""

_MOST_GONE = 2_000
_LARGEST_CACHED = 128 * 1024
"""What is read again and again stays read, unless it is large: memory has a budget."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The items of a collection. No one changes an item: each change makes a new one."""

    items: tuple[Item, ...]
    gone: tuple[str, ...] = ()

    def with_items(self, items: Sequence[Item]) -> Shelf:
        """The shelf with other items."""
        return Shelf(tuple(items[-MOST_ITEMS:]), self.gone)

    def without(self, items: Sequence[Item], gone: str) -> Shelf:
        """The shelf with these items, after one of this id was deleted."""
        others = [known for known in self.gone if known != gone]
        return Shelf(tuple(items), (gone, *others)[:_MOST_GONE])


async def kept(session: Session, path: str) -> Shelf | None:
    """The shelf of a path; None where nobody has changed it."""
    text = await session.store.get(PREFIX + path)
    return None if text is None else _known(text)


async def keep(session: Session, path: str, shelf: Shelf) -> None:
    """Keep the shelf of a path."""
    await session.store.put(PREFIX + path, _text(shelf))


async def change(
    session: Session, path: str, act: Callable[[Shelf | None], tuple[Shelf | None, T]]
) -> T:
    """Change the shelf of a path in one step (see Store.update)."""

    def changed(text: str | None) -> tuple[str | None, T]:
        shelf, result = act(None if text is None else _known(text))
        return None if shelf is None else _text(shelf), result

    return await session.store.update(PREFIX + path, changed)


async def paths(session: Session) -> list[str]:
    """The paths of what is kept."""
    return [key.removeprefix(PREFIX) for key in await session.store.keys(f"{PREFIX}/")]


async def forget(session: Session, below: str = "") -> None:
    """Forget what is kept below a path; by default all."""
    await session.store.clear(f"{PREFIX}{below}/")


def _text(shelf: Shelf) -> str:
    return json_bytes({"items": shelf.items, "deleted": shelf.gone}).decode()


def _known(text: str) -> Shelf:
    return _read(text) if len(text) <= _LARGEST_CACHED else _shelf(text)


@lru_cache(maxsize=128)
def _read(text: str) -> Shelf:
    return _shelf(text)


def _shelf(text: str) -> Shelf:
    value = orjson.loads(text)
    return Shelf(tuple(value["items"]), tuple(value["deleted"]))
