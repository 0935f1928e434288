"""Lists that nothing changes: of operations outside collections, and with `--stateless` of all.

Rules: a list of objects gets 3 to 10 made items, the same for the same seed and path, or as many as
the client prefers; the query pages, sorts and filters them like those of a collection. An item is
the one that a GET of its id shows. A list with a documented example goes out as it is, until a
client prefers a number of items: then the documented ones come first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from random import Random
from typing import Any

from mock_server.answers.encoding import json_bytes
from mock_server.answers.generated import SAFE, key_of
from mock_server.answers.outcome import Outcome, outcome_of_condition, outcomes_of_conditions
from mock_server.collections.documented import DocumentedHeaders
from mock_server.collections.filters import Filters
from mock_server.collections.fitting import Fitting, Item
from mock_server.collections.frames import AROUND, FACTS, ListFrame
from mock_server.collections.items import FEWEST, LARGE, MOST, MOST_DISTINCT, parents_of
from mock_server.collections.keeping import etag_of
from mock_server.collections.paging import Paging, here_of
from mock_server.requests.preferences import ListSizeError, applied, preferred_size
from mock_server.requests.request import Request
from tallystick.catalogue.cases import Case
from tallystick.catalogue.collections import (
    CollectionMember,
    ItemPlace,
    json_success,
    letters,
    lists_in,
)
from tallystick.contract import ContractOperation
from tallystick.generation import bodies
from tallystick.generation.values import Wish, make
from tallystick.reader.document import Document
from tallystick.reader.operations import properties
from tallystick.reader.pointers import Path

_KEPT = 32
_WRAPPERS = {
    *("items", "data", "results", "records", "content", "entries", "list", "rows", "values"),
    *("hits", "elements", "value", "docs", "objects", "resources"),
}
"""Members that hold the list that a body is about."""

_IDS = ("id", "uuid", "guid", "key", "slug", "code")


def made_list(document: Document, operation: ContractOperation, seed: int) -> MadeList | None:
    """The made list of an operation, where its success is certainly a list of objects."""
    listed = json_success(operation)
    if operation.method not in SAFE or operation.behaviour or listed is None:
        return None
    places = [*lists_in(document, listed)]
    if len(places) != 1 or not _is_of_objects(document, places[0]):
        return None
    if places[0].member is not None and not _is_wrapped(document, operation, places[0]):
        return None
    return MadeList(document, operation, places[0], seed)


def _is_wrapped(document: Document, operation: ContractOperation, place: ItemPlace) -> bool:
    """Whether a body is about its list: a thing may have a list among its members, too."""
    assert place.media_type.schema is not None  # noqa: S101  it has members
    found = {letters(name) for name, _ in properties(document, place.media_type.schema)}
    member, last = letters(place.member or ""), operation.path.rsplit("/", 1)[-1]
    if "{" in last or found & {*_IDS}:
        return False
    rest = found - {member} - FACTS.keys() - AROUND
    return member in _WRAPPERS or member == letters(last) or not rest


def _is_of_objects(document: Document, place: ItemPlace) -> bool:
    fitting = Fitting(document, place.schema)
    return bool(fitting.paths) and not fitting.flat(place.schema).get("choices")


class MadeList:
    """The list of one operation. What it needs is made when it is first used."""

    keeps = False

    def __init__(
        self, document: Document, operation: ContractOperation, place: ItemPlace, seed: int
    ) -> None:
        self.document, self.operation = document, operation
        self.place, self.seed = place, seed
        self.items = lru_cache(maxsize=_KEPT)(self._items)
        self.outcomes: dict[object, Outcome | None] = {}
        """What was answered, by address and size."""

    async def settle(self, request: Request, success: Outcome) -> Outcome | None:
        """The outcome of a request; None where the documented example is."""
        case = success.case
        if case is None or not 200 <= case.http_status < 300:
            return None
        size = None
        if b"prefer" in request.headers:
            try:
                size = self._size(request)
            except ListSizeError as error:
                return Outcome("header", error=error.error)
        if size is None and self._documented is not None:
            return None
        scope = request.scope
        path = scope.get("raw_path") or scope["path"]
        key = (path, scope["query_string"], request.base_url, request.session.path, size)
        if key not in self.outcomes:
            if len(self.outcomes) >= _KEPT:
                self.outcomes.clear()
            self.outcomes[key] = self._outcome(request, success, case, size)
        outcome = self.outcomes[key]
        return self._unmet(request, outcome) or outcome

    def _size(self, request: Request) -> int | None:
        is_paged = bool(self._paging.parameters)
        return preferred_size(request, self._list_schema, is_paged=is_paged)

    def _unmet(self, request: Request, outcome: Outcome | None) -> Outcome | None:
        """The outcome of a condition on the ETag that does not hold."""
        if outcome is None or not self._conditions:
            return None
        etag = dict(outcome.headers).get(b"etag", b"")
        return outcome_of_condition(self._conditions, request, etag.decode())

    def _outcome(
        self, request: Request, success: Outcome, case: Case, size: int | None
    ) -> Outcome | None:
        found: Sequence[Item] | None = self.items(tuple(request.path.items()), size)
        if found is None:
            return None
        chosen = self._filters.chosen(found, request.query)
        page = self._paging.page(chosen, request, self._frame.most)
        here = here_of(request)
        value = self._frame.body(page, here)
        if value is None:
            return None
        headers = self._headers.of_page(case.status, page, here)
        headers += self._headers.of(case.status, etag=[etag_of(value)]) + applied(size)
        return Outcome(success.rule, case, headers=headers, value=value, replaces=bool(headers))

    # --- what is made once

    @cached_property
    def _frame(self) -> ListFrame:
        member = CollectionMember("list", self.operation, self.place)
        return ListFrame(self.document, member, self._id or "")

    @property
    def _fitting(self) -> Fitting:
        return self._frame.fitting

    @cached_property
    def _id(self) -> str | None:
        """The member that holds an item's id."""
        fitting = Fitting(self.document, self.place.schema)
        by_letters = {letters(name): name for name in fitting.paths}
        names = [*_IDS, *(name for name in by_letters if name.endswith(("id", "uuid")))]
        return next((by_letters[name] for name in names if name in by_letters), None)

    @cached_property
    def _paging(self) -> Paging:
        return Paging(self._fitting, self.operation, self._id or "")

    @cached_property
    def _filters(self) -> Filters:
        return Filters(self._fitting, self.operation, self._paging.names)

    @cached_property
    def _conditions(self) -> Mapping[str, Outcome]:
        return outcomes_of_conditions(self.operation)

    @cached_property
    def _headers(self) -> DocumentedHeaders:
        return DocumentedHeaders(self.document, self.operation)

    @cached_property
    def _list_schema(self) -> Mapping[str, Any]:
        return self._frame.list_schema

    @cached_property
    def _documented(self) -> list[Item] | None:
        """The items of the documented example; None where there is none."""
        found = bodies.examples(self.document, self.place.media_type)
        for value in found.values():
            inside = value.get(self.place.member) if isinstance(value, dict) else value
            listed = inside if isinstance(inside, list) else []
            return [item for item in listed if isinstance(item, dict)]
        return None

    # --- the items

    def _items(self, path: tuple[tuple[str, str], ...], size: int | None) -> list[Item] | None:
        """The items of a list below these parents; None where none can be made."""
        values = [value for _, value in path]
        source = Random(f"{self.seed}{self.operation.path}{key_of(values)}")  # noqa: S311
        wanted = source.randint(*self._bounds) if size is None else size
        found = list(self._documented or ())[:wanted]
        distinct: list[Item] = []
        for number in range(len(found), wanted):
            item = self._item(values, number, distinct)
            if item is None:
                return found or None
            distinct.append(item)
            found.append(item)
            if size is None and len(found) >= FEWEST and len(json_bytes(found)) > LARGE:
                break
        return found

    @property
    def _bounds(self) -> tuple[int, int]:
        least, most = self._list_schema.get("minItems", 0), self._list_schema.get("maxItems")
        high = MOST if most is None else min(MOST, most)
        low = max(min(FEWEST, high), least)
        return low, max(low, high)

    def _item(self, values: Sequence[str], number: int, made: Sequence[Item]) -> Item | None:
        own = self._new_id(values, number)
        if number < MOST_DISTINCT:
            key = key_of([*values, str(number if own is None else own)])
            item = self._fitting.made(f"{self.seed}/{key}")
        else:
            item = made[number % len(made)] if made else None
        if item is None:
            return None
        return self._placed(item if own is None else {**item, self._id or "": own}, item, values)

    def _new_id(self, values: Sequence[str], number: int) -> Any:
        """The id of an item; None where items have none."""
        if self._id is None:
            return None
        path = self._fitting.paths[self._id]
        if "integer" in str(self._fitting.flat(path).get("type")):
            return int(self._fitting.flat(path).get("minimum", 1)) + number
        seed = f"{self.seed}/{self.operation.path}/{key_of([*values, str(number)])}"
        wish = Wish(with_examples=False)
        return make(self.document, path, name=self._id, seed=seed, wish=wish).value

    def _placed(self, item: Item, spare: Item, values: Sequence[str]) -> Item:
        """The item with the members that name its parents; as it was where that is not valid."""
        placed = item
        for names, text in zip(parents_of(self.operation.path), values, strict=False):
            for name, path in self._fitting.paths.items():
                if name != self._id and letters(name) in names:
                    placed = {**placed, name: self._parent(path, text, placed.get(name))}
        return placed if self._fitting.is_valid(placed) else spare

    def _parent(self, path: Path, text: str, made: Any) -> Any:
        validator = self.document.validators.at(path)
        values = [text, *([int(text)] if text.isascii() and text.isdigit() else [])]
        return next((value for value in values if validator.is_valid(value)), made)
