"""The collections of a mock, by their operations, and what they keep as one JSON value.

Rules: what is brought in is held to the schemas first, as a whole: nothing of it is taken where
something is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mock_server.collections import storage
from mock_server.collections.answering import KeptOperation
from mock_server.collections.keeping import KeptCollection, Located
from mock_server.collections.made_lists import MadeList, made_list
from mock_server.collections.storage import Shelf
from mock_server.state.sessions import Session
from tallystick.catalogue.collections import Collection, CollectionMember
from tallystick.contract import ContractOperation
from tallystick.errors import TallystickError
from tallystick.reader.document import Document
from tallystick.reader.schemas.validators import first_error

_MEMBER = "collections"


class StateError(TallystickError):
    """What is brought in as the state of collections is none."""


class KeptCollections:
    """Collections of a contract. `given` are the first items that they were started with."""

    def __init__(
        self, document: Document, found: Iterable[Collection], seed: int, given: Any = None
    ) -> None:
        self.document, self.seed = document, seed
        self._given: dict[str, Shelf] = {}
        self.all = [KeptCollection(document, each, seed, self._given) for each in found]
        for kept in self.all:
            kept.below(self.all)
        self._members: dict[str, tuple[KeptCollection, CollectionMember]] = {
            member.operation.name: (kept, member)
            for kept in self.all
            for member in kept.collection.members
        }
        if given is not None:
            self._given |= self._checked(given)

    def operation(self, operation: ContractOperation) -> KeptOperation | MadeList | None:
        """What answers for an operation; None where it has no collection, and is no list."""
        found = self._members.get(operation.name)
        if found is None:
            return made_list(self.document, operation, self.seed)
        return KeptOperation(*found, operation)

    def at(self, path: str) -> tuple[KeptCollection, Located] | None:
        """The collection of a path with ids."""
        for kept in self.all:
            place = kept.located(path)
            if place is not None:
                return kept, place
        return None

    # --- all that is kept

    async def shelves(self, session: Session) -> dict[str, Shelf]:
        """What a session has: of the collections without parents all, of others what changed."""
        paths = [kept.collection.path for kept in self.all if not kept.names]
        paths += [*self._given, *await storage.paths(session)]
        found = {}
        for path in dict.fromkeys(paths):
            located = self.at(path)
            if located is not None:
                kept, place = located
                found[path] = await kept.shelf(session, place)
        return found

    async def exported(self, session: Session) -> dict[str, Any]:
        """What a session has, as a JSON value."""
        return {
            _MEMBER: {
                path: {"items": list(shelf.items), "deleted": list(shelf.gone)}
                for path, shelf in (await self.shelves(session)).items()
            }
        }

    async def bring_in(self, session: Session, value: Any) -> None:
        """Replace what a session has. Raises StateError."""
        shelves = self._checked(value)
        await storage.forget(session)
        for path, shelf in shelves.items():
            await storage.keep(session, path, shelf)

    def _checked(self, value: Any) -> dict[str, Shelf]:
        found = value.get(_MEMBER) if isinstance(value, dict) else None
        if not isinstance(found, dict):
            raise StateError(f"A state is an object with the member {_MEMBER!r}, a map of paths.")
        return {path: self._shelf(path, inside) for path, inside in found.items()}

    def _shelf(self, path: str, value: Any) -> Shelf:
        located = self.at(path)
        if located is None:
            known = ", ".join(kept.collection.path for kept in self.all) or "none"
            raise StateError(f"There is no collection {path}.", remedy=f"There are: {known}.")
        items = value.get("items") if isinstance(value, dict) else None
        gone = value.get("deleted", []) if isinstance(value, dict) else []
        if not isinstance(items, list) or not isinstance(gone, list):
            raise StateError(f"{path} needs a list of 'items', and may have one of 'deleted' ids.")
        for number, item in enumerate(items):
            check(located[0], item, f"item {number} of {path}")
        ids = [located[0].items.id_of(item) for item in items]
        if len(set(ids)) < len(ids):
            raise StateError(f"Two items of {path} have the same id.")
        return Shelf(tuple(items), tuple(located[0].items.key(str(own)) for own in gone))


def check(kept: KeptCollection, item: Any, what: str) -> Mapping[str, Any]:
    """An item that its collection can keep. Raises StateError."""
    if not isinstance(item, dict) or kept.collection.id not in item:
        raise StateError(f"{what} is no object with the id in {kept.collection.id!r}.")
    error = first_error(kept.items.fitting.validator, item)
    if error is not None:
        place = "".join(f"/{token}" for token in error.instance_path)
        where = f" at {place}" if place else ""
        raise StateError(f"{what} is not valid{where}: {error.message}.")
    return item
