"""What a request to an operation of a collection gets.

Rules: it comes after all that can be wrong with a request. An item that is not there gets the
documented 404; without one, a made item stands for it; one that was deleted gets a 404 always. A
condition on an ETag is looked at before anything is changed. What is sent as no JSON object, or
where nothing valid can be said, is answered as if there were no collection.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from mock_server.answers.outcome import (
    Outcome,
    outcome_of_condition,
    outcomes_of_conditions,
)
from mock_server.collections.documented import DocumentedHeaders
from mock_server.collections.filters import Filters
from mock_server.collections.fitting import Item
from mock_server.collections.frames import ItemFrame, ListFrame
from mock_server.collections.items import Items
from mock_server.collections.keeping import KeptCollection, Located, Missing, etag_of
from mock_server.collections.paging import Paging, address, here_of
from mock_server.collections.storage import Shelf
from mock_server.requests.decoding.contents import MalformedBodyError
from mock_server.requests.errors import RequestError, refusal_headers
from mock_server.requests.preferences import ListSizeError, applied, preferred_size
from mock_server.requests.request import ABSENT, Header, Request
from tallystick.catalogue.cases import Case
from tallystick.catalogue.collections import CollectionMember, json_success, letters, singular_of
from tallystick.contract import ContractOperation

RULE = "collection"

Changed = tuple[Shelf | None, tuple[Outcome | None, Item | None]]
"""A shelf as it is from now on, None as it was; the outcome; the item that was added or removed."""

_JSON_PATCH = "application/json-patch+json"
_MERGE_PATCH = "application/merge-patch+json"


class KeptOperation:
    """One operation of a collection. What it needs is made when it is first used."""

    keeps = True

    def __init__(
        self, kept: KeptCollection, member: CollectionMember, operation: ContractOperation
    ) -> None:
        self.kept = kept
        self.member = member
        self.operation = operation
        self.document = kept.document
        self.answer: Callable[[Request, Case, Located, str], Awaitable[Outcome | None]] = {
            "list": self._list,
            "create": self._create,
            "read": self._read,
            "replace": self._replace,
            "change": self._change,
            "delete": self._delete,
        }[member.role]

    async def settle(self, request: Request, success: Outcome) -> Outcome | None:
        """The outcome of a request; None where it is that of an operation without collection."""
        case = success.case
        if case is None or not 200 <= case.http_status < 300:
            return None
        values = [request.path.get(name, "") for name in self._names]
        missing = await self.kept.missing_parent(request.session, values)
        if missing is not None:
            refused = self._not_found(missing)
            if refused is not None:
                return refused
        count = len(self.kept.names)
        own = values[count] if len(values) > count else ""
        return await self.answer(request, case, self.kept.at(values[:count]), own)

    # --- what is made once

    @cached_property
    def items(self) -> Items:
        """What makes the items."""
        return self.kept.items

    @cached_property
    def _names(self) -> list[str]:
        """The names of the path's parameters, in its order."""
        parts = self.operation.path.split("{")[1:]
        return [part.partition("}")[0] for part in parts]

    @cached_property
    def _conditions(self) -> Mapping[str, Outcome]:
        return outcomes_of_conditions(self.operation)

    @cached_property
    def _list_frame(self) -> ListFrame:
        return ListFrame(self.document, self.member, self.kept.collection.id)

    @cached_property
    def _paging(self) -> Paging:
        fitting = self._list_frame.fitting
        return Paging(fitting, self.operation, self.kept.collection.id)

    @cached_property
    def _filters(self) -> Filters:
        return Filters(self._list_frame.fitting, self.operation, self._paging.names)

    @cached_property
    def _frame(self) -> ItemFrame:
        return ItemFrame(self.document, self.member, json_success(self.operation))

    @cached_property
    def _documented(self) -> DocumentedHeaders:
        return DocumentedHeaders(self.document, self.operation)

    # --- the roles

    async def _list(self, request: Request, case: Case, place: Located, _: str) -> Outcome | None:
        shelf = await self.kept.shelf(request.session, place)
        paging, frame = self._paging, self._list_frame
        try:
            size = preferred_size(request, frame.list_schema, is_paged=bool(paging.parameters))
        except ListSizeError as error:
            return Outcome("header", error=error.error)
        items = shelf.items if size is None else self.items.so_many(shelf.items, size, place.path)
        chosen = self._filters.chosen(items, request.query)
        page, here = paging.page(chosen, request, frame.most), here_of(request)
        value = frame.body(page, here)
        if value is None:
            return None
        headers = self._documented.of_page(case.status, page, here) + applied(size)
        if "etag" in self._documented.names(case.status):
            etag = etag_of(value)
            refused = self._unmet(request, etag)
            if refused is not None:
                return refused
            headers += self._documented.of(case.status, etag=[etag])
        return Outcome(RULE, case, headers=headers, value=value, replaces=True)

    async def _read(self, request: Request, case: Case, place: Located, own: str) -> Outcome | None:
        shelf = await self.kept.shelf(request.session, place)
        found = self._found(shelf, place, own)
        if isinstance(found, Outcome | None):
            return found
        return self._unmet_item(request, found) or self._shown(case, found)

    async def _create(self, request: Request, case: Case, place: Located, _: str) -> Outcome | None:
        sent = self._sent(request)
        if sent is None:
            return None
        own_id, conflict = self._own_id(sent), self._case("409")
        now = request.session.controls.clock.now()

        def created(shelf: Shelf) -> Changed:
            own, taken = own_id, {*map(self.items.id_of, shelf.items), *shelf.gone}
            key = None if own is None else self.items.key(str(own))
            if key is not None and key in taken - {*shelf.gone}:
                if conflict is not None:
                    why = refusal_headers(f"{str(own)[:100]!r} is there already.")
                    return _unchanged(Outcome(RULE, conflict, headers=why))
                own = None
            own = self.items.new_id(taken) if own is None else own
            item = None if own is None else self.items.created(sent, own, place.parents, now)
            if item is None:
                return _unchanged(None)
            location = self._location(request, case, f"/{_quoted(str(own))}")
            shown = self._shown(case, item, location)
            return self.kept.with_item(shelf, item), (shown, item)

        return await self._added(request, place, created)

    async def _added(
        self, request: Request, place: Located, act: Callable[[Shelf], Changed]
    ) -> Outcome | None:
        """The outcome of a change that may add an item, in which there is nothing then."""
        outcome, item = await self.kept.change(request.session, place, act)
        if item is not None:
            await self.kept.added(request.session, place, item)
        return outcome

    def _own_id(self, sent: Item) -> Any:
        """The id that the client gives the item itself; None where it gives none."""
        name = self.kept.collection.id
        given = sent.get(name)
        if name in self.items.fitting.read_only or given in (None, ""):
            return None
        return given if self.items.id_validator.is_valid(given) else None

    async def _replace(
        self, request: Request, case: Case, place: Located, own: str
    ) -> Outcome | None:
        sent, created = self._sent(request), self._case("201")
        others = (c for c in self.operation.cases if 200 <= c.http_status < 300)
        case = next((other for other in others if other.status != "201"), case)
        now = request.session.controls.clock.now()

        def replaced(shelf: Shelf) -> Changed:
            if created is not None and isinstance(self.kept.find(shelf, own), Missing):
                return self._put_new(request, created, place, own, sent, shelf)
            found = self._found(shelf, place, own)
            if isinstance(found, Outcome | None):
                return _unchanged(found)
            refused = self._unmet_item(request, found)
            if refused is not None or sent is None:
                return _unchanged(refused)
            return self._kept(case, shelf, self.items.replaced(found, sent, now))

        return await self._added(request, place, replaced)

    def _put_new(
        self,
        request: Request,
        case: Case,
        place: Located,
        own: str,
        sent: Item | None,
        shelf: Shelf,
    ) -> Changed:
        """What a PUT that creates does (RFC 9110 section 9.3.4)."""
        value, now = self.items.id_from(own), request.session.controls.clock.now()
        if value is None or sent is None:
            return _unchanged(None)
        item = self.items.created(sent, value, place.parents, now)
        if item is None:
            return _unchanged(None)
        shown = self._shown(case, item, self._location(request, case, ""))
        return self.kept.with_item(shelf, item), (shown, item)

    async def _change(
        self, request: Request, case: Case, place: Located, own: str
    ) -> Outcome | None:
        sent = None if request.media_type == _JSON_PATCH else self._sent(request)
        keeps_null = request.media_type != _MERGE_PATCH
        now = request.session.controls.clock.now()

        def changed(shelf: Shelf) -> Changed:
            found = self._found(shelf, place, own)
            if isinstance(found, Outcome | None):
                return _unchanged(found)
            refused = self._unmet_item(request, found)
            if refused is not None or sent is None:
                return _unchanged(refused)
            item = self.items.merged(found, sent, now, keeps_null=keeps_null)
            return self._kept(case, shelf, item)

        outcome, _ = await self.kept.change(request.session, place, changed)
        return outcome

    async def _delete(
        self, request: Request, case: Case, place: Located, own: str
    ) -> Outcome | None:
        def deleted(shelf: Shelf) -> Changed:
            found = self._found(shelf, place, own)
            if isinstance(found, Outcome | None):
                return _unchanged(found)
            refused = self._unmet_item(request, found)
            if refused is not None:
                return _unchanged(refused)
            return self.kept.without(shelf, own), (self._shown(case, found), found)

        outcome, item = await self.kept.change(request.session, place, deleted)
        if item is not None:
            await self.kept.removed(request.session, place, own)
        return outcome

    # --- what they share

    def _found(self, shelf: Shelf, place: Located, own: str) -> Item | Outcome | None:
        """The item of an id, or a made one that stands for it; else the outcome without it."""
        found = self.kept.find(shelf, own)
        if not isinstance(found, Missing):
            return found
        refused = self._not_found(found)
        value = self.items.id_from(own)
        if refused is not None or value is None:
            return refused
        seed = f"{self.items.seed}{place.path}/{_quoted(own)}"
        return self.items.made(seed, value, place.parents)

    def _not_found(self, missing: Missing) -> Outcome | None:
        """The documented 404, where there is one; what was deleted is gone in any case."""
        cases = [case for case in self.operation.cases if case.status == "404"]
        if cases:
            named = singular_of(missing.collection.path)
            telling = (case for case in cases if named and named in letters(case.code or ""))
            case = next(telling, cases[0])
            return Outcome(RULE, case, headers=refusal_headers(missing.why))
        statuses = {response.status.lower() for response in self.operation.responses}
        if missing.is_gone or statuses & {"4xx", "default"}:
            return Outcome(RULE, error=RequestError(404, missing.why))
        return None

    def _case(self, status: str) -> Case | None:
        return next((case for case in self.operation.cases if case.status == status), None)

    def _sent(self, request: Request) -> Item | None:
        """The item that a client sends; None where its body is none."""
        try:
            value = request.value if request.body else {}
        except MalformedBodyError:
            return None
        value = self._frame.sent(value)
        if not isinstance(value, dict):
            return None
        return {name: item for name, item in value.items() if _is_json(item)}

    def _kept(self, case: Case, shelf: Shelf, item: Item | None) -> Changed:
        if item is None:
            return _unchanged(None)
        return self.kept.with_item(shelf, item), (self._shown(case, item), None)

    def _shown(self, case: Case, item: Item, headers: tuple[Header, ...] = ()) -> Outcome:
        """The outcome that shows an item, where its response has a body."""
        if self.kept.has_etags:
            headers += self._documented.of(case.status, etag=[etag_of(item)])
        media_type = json_success(self.operation)
        has_body = media_type is not None and media_type.path[: len(case.response)] == case.response
        value = self._frame.body(item) if has_body else None
        value = ABSENT if value is None else value
        return Outcome(RULE, case, headers=headers, value=value, replaces=True)

    # --- conditions and headers

    def _unmet_item(self, request: Request, item: Item) -> Outcome | None:
        return self._unmet(request, etag_of(item)) if self.kept.has_etags else None

    def _unmet(self, request: Request, etag: str) -> Outcome | None:
        return outcome_of_condition(self._conditions, request, etag)

    def _location(self, request: Request, case: Case, rest: str) -> tuple[Header, ...]:
        """Where the new item is: an address without origin where the schema takes that."""
        own = address(request) + rest
        split = urlsplit(own)
        return self._documented.of(case.status, location=[split.path, own])


def _unchanged(outcome: Outcome | None) -> Changed:
    """What leaves a shelf as it is."""
    return None, (outcome, None)


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _is_json(value: Any) -> bool:
    """Whether a part of a body can be kept; a file cannot."""
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True
