"""One collection of the mock: its items in each session, below each of its parents.

Rules: what nobody has changed has the first items, the same for the same seed, or those that the
mock was started with. A collection in another one's item belongs to that: it goes with it, and in a
new one it is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import TypeVar
from urllib.parse import quote, unquote

from mock_server.answers.encoding import json_bytes
from mock_server.collections import storage
from mock_server.collections.fitting import Item
from mock_server.collections.items import Items
from mock_server.collections.storage import Shelf
from mock_server.state.sessions import Session
from tallystick.catalogue.collections import Collection, template
from tallystick.reader.document import Document

T = TypeVar("T")

_PARAMETER = re.compile(r"\{([^}]*)\}")
_MOST_PATHS = 1_000


@dataclass(frozen=True, slots=True)
class Located:
    """A collection below certain parents: its path with their ids, and these by the names of the
    path's parameters.
    """

    path: str
    parents: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Missing:
    """What a path leads to and is not there, and whether it was deleted."""

    collection: Collection
    own: str
    is_gone: bool

    @property
    def why(self) -> str:
        """That, in one sentence."""
        what = "was deleted" if self.is_gone else "is not there"
        return f"{self.own[:100]!r} of {self.collection.path} {what}."


class KeptCollection:
    """The items of one collection. `ancestors` are the collections whose items it is in, each with
    the number of its own parents; `inside` are the last parts of the paths of those in its items.
    """

    def __init__(
        self, document: Document, collection: Collection, seed: int, given: Mapping[str, Shelf]
    ) -> None:
        self.document = document
        self.collection = collection
        self.seed = seed
        self.given = given
        self.names = _PARAMETER.findall(collection.path)
        self.ancestors: list[tuple[KeptCollection, int]] = []
        self.inside: list[str] = []
        self.has_etags = any(
            name.lower() == "etag"
            for member in collection.members
            for response in member.operation.responses
            for name, _ in document.at(response.path).map("headers")
        )
        self._first = lru_cache(maxsize=_MOST_PATHS)(self._made)

    @cached_property
    def items(self) -> Items:
        """What makes the items."""
        return Items(self.document, self.collection, self.seed)

    def below(self, others: Sequence[KeptCollection]) -> None:
        """Note the ancestors among the collections of the contract, and in them what is inside."""
        own = template(self.collection.path)
        for other in others:
            above = f"{template(other.collection.path)}/{{}}/"
            if own.startswith(above):
                self.ancestors.append((other, len(other.names)))
                rest = own.removeprefix(above)
                if "{" not in rest:
                    other.inside.append(rest)

    # --- places

    def at(self, values: Sequence[str]) -> Located:
        """The collection below the parents that these values name, in the path's order."""
        parents = dict(zip(self.names, values, strict=False))
        keys = {count: ancestor.items.key for ancestor, count in self.ancestors}
        given = (keys.get(n, str)(value) for n, value in enumerate(values))
        path = _PARAMETER.sub(lambda _: quote(next(given), safe=""), self.collection.path)
        return Located(path, parents)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\\\{[^}]*\\\}", "([^/]+)", re.escape(self.collection.path)))

    def located(self, path: str) -> Located | None:
        """The collection of a path with ids; None where the path is another's."""
        match = self._pattern.fullmatch(path)
        return self.at([unquote(text) for text in match.groups()]) if match else None

    # --- items

    async def shelf(self, session: Session, place: Located) -> Shelf:
        """The items at a place."""
        kept = await storage.kept(session, place.path)
        return self._first(place.path) if kept is None else kept

    def _made(self, path: str) -> Shelf:
        place = self.located(path)
        if path in self.given:
            return self.given[path]
        return Shelf(self.items.first(path, place.parents if place else {}))

    async def change(
        self, session: Session, place: Located, act: Callable[[Shelf], tuple[Shelf | None, T]]
    ) -> T:
        """Change the items at a place in one step. `act` gets the shelf as it is, and gives the new
        one, None to leave it, and what the caller gets. It may be called several times.
        """
        return await storage.change(
            session, place.path, lambda kept: act(self._first(place.path) if kept is None else kept)
        )

    async def removed(self, session: Session, place: Located, own: str) -> None:
        """Forget all that was in the item of this id, which was removed."""
        key = quote(self.items.key(own), safe="")
        await storage.forget(session, f"{place.path}/{key}")

    async def added(self, session: Session, place: Located, item: Item) -> None:
        """Have nothing in an item that was added."""
        own = quote(self.items.id_of(item), safe="")
        for rest in self.inside:
            await storage.keep(session, f"{place.path}/{own}/{rest}", Shelf(()))

    def without(self, shelf: Shelf, own: str) -> Shelf:
        """A shelf without the item of this id, which is gone from then on."""
        key = self.items.key(own)
        return shelf.without([i for i in shelf.items if self.items.id_of(i) != key], key)

    def with_item(self, shelf: Shelf, item: Item) -> Shelf:
        """A shelf with an item, in the place of the one of its id where there is one."""
        own = self.items.id_of(item)
        ids = [self.items.id_of(known) for known in shelf.items]
        found = list(shelf.items)
        if own in ids:
            found[ids.index(own)] = item
        else:
            found.append(item)
        return shelf.with_items(found)

    def find(self, shelf: Shelf, own: str) -> Item | Missing:
        """The item of an id."""
        key = self.items.key(own)
        for item in shelf.items:
            if self.items.id_of(item) == key:
                return item
        return Missing(self.collection, own, key in shelf.gone)

    async def missing_parent(self, session: Session, values: Sequence[str]) -> Missing | None:
        """The first parent that is not there."""
        for ancestor, count in self.ancestors:
            shelf = await ancestor.shelf(session, ancestor.at(values[:count]))
            found = ancestor.find(shelf, values[count])
            if isinstance(found, Missing):
                return found
        return None


def etag_of(value: object) -> str:
    """The ETag of an item or a list: another one for another content (RFC 9110 section 8.8.3)."""
    text = json_bytes(value, is_sorted=True)
    return f'"{blake2b(text, digest_size=8).hexdigest()}"'
