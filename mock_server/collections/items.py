"""Making the items of a collection: its first ones, new ones, and changed ones.

Rules: documented examples are the first items, under their own ids, that of the item's GET before
the list's where both have one; made ones follow, one of them under the id that the document gives
as example of the path parameter, where no example has it. What a client sends is kept; members that
only the service sets (`readOnly`) are made, or stay. A new id is what the schema wants: whole
numbers count up, else it is one that nothing else has. PATCH merges (RFC 7396); null stays
where the schema takes it, in plain JSON, and where the member must be there.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from random import Random
from typing import Any

from mock_server.answers.encoding import json_bytes
from mock_server.collections.fitting import Fitting, Item
from mock_server.state.clock import timestamp
from tallystick.catalogue.collections import Collection, ItemPlace, letters, singular_of
from tallystick.generation import bodies
from tallystick.generation.strings import snake
from tallystick.generation.values import Wish, make
from tallystick.reader.document import Document
from tallystick.reader.operations import MediaType

FEWEST, MOST = 3, 10
"""How many items a collection has at first, where the document gives no more."""

MOST_DISTINCT = 200
"""How many items are made anew for a long list; the rest repeat them under other ids."""

LARGE = 32 * 1024
"""From how many bytes on there are no more than the fewest."""

_MOST_TRIED = 50
_CREATED = re.compile(
    r"(?:.*_)?(?:created|updated|modified|inserted|changed)(?:_(?:at|on|date|time))?"
)
_UPDATED = re.compile(r"(?:.*_)?(?:updated|modified|changed)(?:_(?:at|on|date|time))?")


class Items:
    """Makes the items of one collection."""

    def __init__(self, document: Document, collection: Collection, seed: int) -> None:
        self.document = document
        self.collection = collection
        self.seed = seed
        place = collection.member("read").place
        assert place is not None  # noqa: S101  what reads has an item by which it is recognised
        self.fitting = Fitting(document, place.schema)
        self.id_validator = document.validators.at(collection.id_schema)
        self.parents = parents_of(collection.path)

    @cached_property
    def is_uuid(self) -> bool:
        """Whether ids are UUIDs, in which capitals mean nothing (RFC 9562 section 4)."""
        return self.fitting.flat(self.collection.id_schema).get("format") == "uuid"

    def key(self, text: str) -> str:
        """The text by which ids are compared."""
        return text.lower() if self.is_uuid else text

    def id_of(self, item: Mapping[str, Any]) -> str:
        """The id of an item, as paths have it, in the form in which ids are compared."""
        return self.key(str(item.get(self.collection.id)))

    # --- ids

    def id_from(self, text: str) -> Any:
        """The id that a text in a path stands for; None where no item can have it."""
        number = int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None
        found = [value for value in (text, number) if value is not None]
        return next((value for value in found if self.id_validator.is_valid(value)), None)

    def new_id(self, taken: set[str], source: Random | None = None) -> Any:
        """An id that no item has; the same for the same source of randomness."""
        for value in self._ids(taken, source or Random()):  # noqa: S311
            if str(value) not in taken and self._is_id(value):
                return value
        return None

    def _ids(self, taken: set[str], source: Random) -> Iterator[Any]:
        numbers = [int(text) for text in taken if re.fullmatch(r"[0-9]{1,18}", text)]
        yield max(numbers, default=0) + 1
        unique = str(uuid.UUID(int=source.getrandbits(128), version=4))
        if self.is_uuid:
            yield unique
        wish = Wish(with_examples=False)
        for _ in range(_MOST_TRIED):
            made = make(
                self.document,
                self.collection.id_schema,
                name=self.collection.id,
                seed=source.random(),
                wish=wish,
            )
            yield made.value
        yield unique

    def _is_id(self, value: Any) -> bool:
        """Whether the schemas of the member and of the path parameter take an id."""
        parameter = self.collection.parameter
        if not isinstance(value, str | int) or not self.id_validator.is_valid(value):
            return False
        if parameter.schema is None:
            return True
        validator = self.document.validators.at(parameter.schema, "request")
        return validator.is_valid(value) or validator.is_valid(str(value))

    # --- the first items

    def first(self, path: str, parents: Mapping[str, str]) -> tuple[Item, ...]:
        """The items that a collection has at first; the same for the same path and seed."""
        source = Random(f"{self.seed}{path}")  # noqa: S311
        found: dict[str, Item] = {}
        for example in self._examples():
            item = self.fitting.fit(example)
            if item is not None and self.collection.id in item:
                found.setdefault(self.id_of(item), item)
        wanted = max(source.randint(FEWEST, MOST), len(found))
        documented = [
            value for value in self._documented_ids() if self.key(str(value)) not in found
        ]
        for number in range(max(wanted - len(found), min(len(documented), 1))):
            own = documented.pop(0) if documented else self.new_id({*found}, source)
            item = None if own is None else self.made(f"{self.seed}{path}/{number}", own, parents)
            if item is not None:
                found[self.id_of(item)] = item
            if len(found) >= FEWEST and len(json_bytes([*found.values()])) > LARGE:
                break
        return tuple(found.values())

    def so_many(self, items: Sequence[Item], count: int, path: str) -> list[Item]:
        """So many items: of those that there are, then made ones that are not kept."""
        found = {self.id_of(item): item for item in items[:count]}
        source = Random(f"{self.seed}{path}more")  # noqa: S311
        made: list[Item] = []
        for number in range(count - len(found)):
            own = self.new_id({*found}, source)
            if number < MOST_DISTINCT:
                made.append(self.fitting.made(f"{self.seed}{path}/more/{number}") or {})
            item = {**made[number % len(made)], self.collection.id: own}
            if self.fitting.is_valid(item):
                found[self.id_of(item)] = item
        return [*found.values()]

    def _examples(self) -> Iterator[Mapping[str, Any]]:
        """The documented items, in the list's order; each as the item's own example has it."""
        listed = [
            item
            for value in _values(self.document, self.collection.member("list").place)
            for item in (value if isinstance(value, list) else [])
        ]
        read = _values(self.document, self.collection.member("read").place)
        items = [item for item in (*listed, *read) if isinstance(item, dict)]
        fuller = {self.id_of(item): item for item in read if isinstance(item, dict)}
        yield from (fuller.get(self.id_of(item), item) for item in items)

    def _documented_ids(self) -> list[Any]:
        """The ids that the document gives as examples of the path parameter."""
        parameter = self.collection.parameter
        node = self.document.at(parameter.path)
        schema = node.get("schema")
        texts = [*_examples_of(node.value), *_examples_of(schema.value if schema else None)]
        found = [self.id_from(str(text)) for text in texts if isinstance(text, str | int)]
        return [value for value in dict.fromkeys(found) if value is not None]

    def made(self, seed: str, own: Any, parents: Mapping[str, str]) -> Item | None:
        """A made item under an id, in its parents; None where none can be made."""
        item = self.fitting.made(seed)
        return None if item is None else self._placed(item, own, parents)

    def _placed(self, item: Item, own: Any, parents: Mapping[str, str]) -> Item | None:
        """An item with its id and the members that name its parents; None where it cannot have
        that id.
        """
        placed = {**item, self.collection.id: own}
        for names, text in zip(self.parents, parents.values(), strict=False):
            for name in self.fitting.paths:
                if name != self.collection.id and letters(name) in names:
                    placed = self._with(placed, name, (text, _number(text)))
        return placed if self.fitting.is_valid(placed) else None

    def _with(self, item: Item, name: str, values: Sequence[Any]) -> Item:
        """An item with the first of these values in a member that its schema takes."""
        validator = self.document.validators.at(self.fitting.paths[name])
        found = (value for value in values if value is not None and validator.is_valid(value))
        value = next(found, None)
        return item if value is None else {**item, name: value}

    # --- new and changed items

    def created(
        self, sent: Mapping[str, Any], own: Any, parents: Mapping[str, str], now: float
    ) -> Item | None:
        """A new item under an id: what was sent, and what the service itself has to say."""
        kept = {name: value for name, value in sent.items() if name not in self.fitting.read_only}
        missing = [name for name in self.fitting.names if name not in kept]
        wanted = self._at({**self._defaults, **kept}, missing, _CREATED, now)
        is_whole = self.fitting.read_only <= {*wanted, self.collection.id}
        spare: Item = {}
        if not is_whole or not self.fitting.is_valid({**wanted, self.collection.id: own}):
            spare = self.fitting.made(str(own)) or {}
            by_service = {n: v for n, v in spare.items() if n in self.fitting.read_only}
            wanted = {**by_service, **wanted}
        fitted = self.fitting.fit({**wanted, self.collection.id: own}, spare)
        placed = None if fitted is None else self._placed(fitted, own, parents)
        if placed is None:
            return None
        in_order = {name: placed[name] for name in self.fitting.paths if name in placed}
        return {**in_order, **placed}

    def replaced(self, old: Item, sent: Mapping[str, Any], now: float) -> Item | None:
        """An item after a PUT: what was sent, and of what was there what a client cannot set."""
        fixed = {*self.fitting.read_only, self.collection.id}
        kept = {name: value for name, value in sent.items() if name not in fixed}
        stays = {name: value for name, value in old.items() if name in fixed}
        return self._changed(old, {**stays, **kept}, kept, now)

    def merged(
        self, old: Item, patch: Mapping[str, Any], now: float, *, keeps_null: bool
    ) -> Item | None:
        """An item after a PATCH."""
        fixed = {*self.fitting.read_only, self.collection.id}
        kept = {name: value for name, value in patch.items() if name not in fixed}
        wanted = merge(old, kept)
        must_be_there = self.fitting.least or {}
        for name in [name for name, value in kept.items() if value is None]:
            if (keeps_null or name in must_be_there) and self._takes_null(name):
                wanted[name] = None
        return self._changed(old, wanted, kept, now)

    def _changed(self, old: Item, wanted: Item, kept: Mapping[str, Any], now: float) -> Item | None:
        missing = [name for name in self.fitting.names if name in old and name not in kept]
        wanted = self._at(wanted, missing, _UPDATED, now)
        fitted = self.fitting.fit(wanted, old)
        if fitted is None or fitted.get(self.collection.id) != old[self.collection.id]:
            return None
        return fitted

    @cached_property
    def _defaults(self) -> Item:
        """The members that have a value where a client sends none."""
        flats = {name: self._flat(name) for name in self.fitting.paths}
        found = {name: flat.get("default") for name, flat in flats.items()}
        return {name: value for name, value in found.items() if value is not None}

    def _flat(self, name: str) -> Mapping[str, Any]:
        return self.fitting.flat(self.fitting.paths[name])

    def _at(self, item: Item, names: Sequence[str], pattern: re.Pattern[str], now: float) -> Item:
        """An item whose members of such names hold this moment, as their schemas want it."""
        moment = timestamp(now)
        for name in names:
            if pattern.fullmatch(snake(name)):
                flat = self._flat(name)
                is_text = "string" in str(flat.get("type"))
                values = (moment, moment[:10]) if is_text else (int(now),)
                if not is_text or flat.get("format") in ("date", "date-time"):
                    item = self._with(item, name, values)
        return item

    def _takes_null(self, name: str) -> bool:
        path = self.fitting.paths.get(name)
        return path is not None and bool(self.document.validators.at(path).is_valid(None))


def merge(target: Any, patch: Any) -> Any:
    """A value after a merge patch (RFC 7396 section 2)."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def _values(document: Document, place: ItemPlace | None) -> list[Any]:
    """What the examples of a body have at a place."""
    media_type: MediaType | None = place.media_type if place else None
    found = bodies.examples(document, media_type).values() if media_type else ()
    member = place.member if place else None
    if member is None:
        return list(found)
    return [value[member] for value in found if isinstance(value, dict) and member in value]


def _examples_of(value: Any) -> Iterator[Any]:
    """The examples that a parameter or a schema gives."""
    if not isinstance(value, dict):
        return
    if "example" in value:
        yield value["example"]
    examples = value.get("examples")
    if isinstance(examples, list):
        yield from examples
    elif isinstance(examples, dict):
        yield from (
            one["value"] for one in examples.values() if isinstance(one, dict) and "value" in one
        )


def parents_of(path: str) -> list[set[str]]:
    """For each parameter in the path of a collection, how members that name it may be called."""
    found, before = [], ""
    for segment in path.split("/"):
        if "{" in segment:
            name, singular = letters(segment), singular_of(before)
            own = {name} if name not in ("id", "uuid") else set()
            found.append(own | {f"{singular}id", f"{singular}uuid"})
        before = f"{before}/{segment}"
    return found
