"""Putting items into the bodies that the document wants: a list, wrapped or not, or one item.

Rules: a body is held to its schema before it is sent. What stands around a list (totals, numbers
of pages, cursors, links) is set by its name, where its schema takes the value; what else is there
comes from the documented example, or is made. A success that is no item (`{deleted: true}`) is what
it would be without a collection, with the item's members of the same names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mock_server.collections.fitting import Fitting, Item
from mock_server.collections.paging import NUMBERS, ListPage
from tallystick.catalogue.collections import CollectionMember, letters
from tallystick.generation import bodies
from tallystick.generation.values import make
from tallystick.reader.document import Document
from tallystick.reader.operations import MediaType, properties
from tallystick.reader.pointers import Path
from tallystick.reader.schemas.validators import Validator

_TOTALS = {
    *("total", "totalcount", "totalitems", "totalresults", "totalelements", "totalrecords"),
    *("totalhits", "numfound", "totalsize", "itemstotal", "totalnumber"),
}
_RELATIONS: Mapping[str, str] = {"next": "next", "prev": "prev", "previous": "prev"}
_ENDINGS = (
    *("", "cursor", "pagetoken", "token", "page", "url", "uri", "link", "href", "pageurl"),
    *("pageuri", "pagelink"),
)
FACTS: Mapping[str, str] = {
    **dict.fromkeys(_TOTALS, "total"),
    **dict.fromkeys(("itemcount", "resultcount", "numberofelements", "returned"), "shown"),
    **dict.fromkeys(("totalpages", "pagecount", "pages", "numpages", "pagetotal"), "pages"),
    **dict.fromkeys((*NUMBERS["page"], "number"), "page"),
    **dict.fromkeys(NUMBERS["size"] - {"first", "count", "top"}, "size"),
    **dict.fromkeys(NUMBERS["offset"] - {"from"}, "offset"),
    **dict.fromkeys(("hasmore", "hasnext", "hasnextpage", "more"), "has_more"),
    **dict.fromkeys(("hasprevious", "hasprev", "haspreviouspage", "hasprevpage"), "has_previous"),
    **{f"{rel}{end}": meant for rel, meant in _RELATIONS.items() for end in _ENDINGS},
    **dict.fromkeys(("cursor", "nextcursor", "endcursor", "continuationtoken"), "next"),
    **{f"{rel}{end}": rel for rel in ("first", "last") for end in ("", "url", "pageurl", "href")},
    "count": "count",
    "firstid": "first_id",
    "lastid": "last_id",
    "self": "self",
}
"""What a member beside a list, or a header, holds; by the letters of its name."""

AROUND = {
    *("links", "link", "meta", "metadata", "pagination", "paging", "page", "pageinfo", "pager"),
    *("cursors", "responsemetadata"),
}
"""Members whose own members speak of the page, too."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A member beside a list that speaks of the page."""

    path: Path
    fact: str
    validator: Validator
    wants_url: bool

    def values(self, page: ListPage, here: str) -> list[Any]:
        """What it may hold, the likeliest first."""
        return facts(self.fact, page, here, wants_url=self.wants_url)


def facts(fact: str, page: ListPage, here: str, *, wants_url: bool = False) -> list[Any]:
    """The values of a fact of a page, the likeliest first; for a page that there is not, null."""
    numbers: Mapping[str, Any] = {
        "total": page.total,
        "count": page.total,
        "shown": len(page.items),
        "pages": page.pages,
        "page": page.number,
        "size": page.size,
        "offset": page.start,
        "has_more": page.has_more,
        "has_previous": page.start > 0,
        "self": here,
    }
    if fact in numbers:
        return [numbers[fact]]
    if fact not in page.urls:
        return [None]
    url, number = page.urls[fact], page.numbers[fact]
    cursors = list(page.cursors.get(fact, ()))
    return [url, number] if wants_url else [*cursors, number, url]


class ListFrame:
    """The body of a list."""

    def __init__(self, document: Document, member: CollectionMember, id_member: str) -> None:
        place = member.place
        assert place is not None  # noqa: S101  a collection has a list
        assert place.media_type.schema is not None  # noqa: S101  by its schema it is one
        self.document = document
        self.member, self.id = place.member, id_member
        self.fitting = Fitting(document, place.schema)
        self.schema = place.media_type.schema
        self.validator = document.validators.at(self.schema)
        self.around = self._around(place.media_type)
        self.slots = list(self._slots(self.schema, ())) if self.member else []

    def _around(self, media_type: MediaType) -> Item:
        """What stands around the list."""
        found = next(iter(bodies.examples(self.document, media_type).values()), None)
        if not isinstance(found, dict):
            found = make(self.document, self.schema).value
        return found if isinstance(found, dict) else {}

    @cached_property
    def list_schema(self) -> Mapping[str, Any]:
        """The schema of the list itself."""
        if self.member is None:
            return self._flat(self.schema)
        return self._flat(dict(properties(self.document, self.schema))[self.member])

    @property
    def most(self) -> int | None:
        """The most items that the schema takes."""
        most = self.list_schema.get("maxItems")
        return most if isinstance(most, int) else None

    def _slots(self, schema: Path, above: Path) -> Iterator[Slot]:
        found = dict(properties(self.document, schema))
        has_total = any(letters(name) in _TOTALS for name in found)
        for name, path in found.items():
            plain = letters(name)
            if not above and name == self.member:
                continue
            if "properties" in self._flat(path):
                is_link = plain in FACTS and "href" in self._flat(path)["properties"]
                if is_link:
                    inside = dict(properties(self.document, path))["href"]
                    yield Slot((*above, name, "href"), FACTS[plain], self._at(inside), True)
                elif plain in AROUND and len(above) < 2:
                    yield from self._slots(path, (*above, name))
            elif plain in FACTS:
                fact = "shown" if plain == "count" and has_total else FACTS[plain]
                wants_url = self._wants_url(plain, path, above)
                yield Slot((*above, name), fact, self._at(path), wants_url)

    def _flat(self, path: Path) -> Mapping[str, Any]:
        return self.fitting.flat(path)

    def _at(self, path: Path) -> Validator:
        return self.document.validators.at(path)

    def _wants_url(self, plain: str, path: Path, above: Path) -> bool:
        has_words = any(word in plain for word in ("url", "uri", "link", "href"))
        is_inside = bool(above) and "link" in letters(above[-1])
        flat = self._flat(path)
        branches = [b for choice in flat.get("choices", ()) for b in choice.branches]
        formats = {flat.get("format"), *(b.get("format") for b in branches if isinstance(b, dict))}
        return has_words or is_inside or bool(formats & {"uri", "uri-reference", "url"})

    def body(self, page: ListPage, here: str) -> Any:
        """The body of a page, or None where none of it is valid."""
        fitted = [self.fitting.fit(item) for item in page.items]
        listed = [item for item in fitted if item is not None]
        if self.member is None:
            return listed if self.validator.is_valid(listed) else None
        body = {**self.around, self.member: listed}
        for absent in (..., None):
            candidate = self._with_facts(body, page, here, absent)
            if self.validator.is_valid(candidate):
                return candidate
        return body if self.validator.is_valid(body) else None

    def _with_facts(self, body: Item, page: ListPage, here: str, absent: Any) -> Item:
        """A body that speaks of a page. Where nothing fits, a member is left out, or stays as it is
        where `absent` is None.
        """
        for slot in self.slots:
            values = self._values(slot, page, here)
            value = next((value for value in values if slot.validator.is_valid(value)), absent)
            if value is not None or slot.validator.is_valid(None):
                body = _put(body, slot.path, value)
        return body

    def _values(self, slot: Slot, page: ListPage, here: str) -> list[Any]:
        if slot.fact in ("first_id", "last_id"):
            ends = page.items[:1] if slot.fact == "first_id" else page.items[-1:]
            return [item.get(self.id) for item in ends] or [None]
        return slot.values(page, here)


def _put(body: Item, path: Path, value: Any) -> Item:
    """A body with a value at a path; without that member where the value is `...`."""
    name, *rest = path
    if rest:
        inside = body.get(name)
        return {**body, name: _put(inside if isinstance(inside, dict) else {}, tuple(rest), value)}
    if value is ...:
        return {key: item for key, item in body.items() if key != name}
    return {**body, name: value}


class ItemFrame:
    """The body of a success about one item."""

    def __init__(
        self, document: Document, member: CollectionMember, media_type: MediaType | None
    ) -> None:
        self.document = document
        self.member = member.place.member if member.place else None
        place = member.place
        self.schema = media_type.schema if media_type else None
        self.validator = document.validators.at(self.schema) if self.schema else None
        self.fitting = Fitting(document, place.schema) if place else None
        found = bodies.examples(document, media_type) if media_type else {}
        made = next(iter(found.values()), None)
        if not isinstance(made, dict) and self.schema:
            made = make(document, self.schema).value
        self.around: Item = made if isinstance(made, dict) else {}

    def body(self, item: Item) -> Any:
        """The body about an item, or None where none is valid, or there is none."""
        if self.fitting is None:
            return self._about(item)
        fitted = self.fitting.fit(item)
        if fitted is None or self.member is None:
            return fitted
        return self._valid({**self.around, self.member: fitted})

    def _about(self, item: Item) -> Any:
        """What is said of an item where it is not shown itself."""
        body = {**self.around, **({"deleted": True} if "deleted" in self.around else {})}
        for name in self.around.keys() & item.keys():
            body = self._valid({**body, name: item[name]}) or body
        return self._valid(body)

    def _valid(self, body: Item) -> Item | None:
        return body if self.validator is None or self.validator.is_valid(body) else None

    def sent(self, value: Any) -> Any:
        """The item in a request, which may be wrapped as it is in the response."""
        if self.member is not None and isinstance(value, dict) and len(value) == 1:
            inside = value.get(self.member)
            return inside if isinstance(inside, dict) else value
        return value
