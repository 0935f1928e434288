"""The page of a list that a query asks for, by the parameters that the document declares.

Rules: known are page and size, offset and limit, and cursors, by the names of the tables below. A
cursor is opaque: it holds the ids of the last items before the page, and where it starts, for when
these are gone; the plain id of an item is taken for one, too. Without a size the default of its
schema holds, else all items are one page.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from mock_server.collections.fitting import Fitting, Item
from mock_server.requests.request import Request
from tallystick.catalogue.collections import letters
from tallystick.reader.operations import Operation, Parameter

NUMBERS: Mapping[str, frozenset[str]] = {
    "page": frozenset({"page", "pagenumber", "pageno", "pagenum", "pageindex", "currentpage"}),
    "size": frozenset(
        {"pagesize", "perpage", "size", "limit", "pagelimit", "maxresults", "maxitems", "take"}
        | {"top", "first", "itemsperpage", "resultsperpage", "count", "rows"}
    ),
    "offset": frozenset({"offset", "skip", "start", "startindex", "pageoffset", "from"}),
}
"""What parameters that are whole numbers mean, by the letters of their names."""

CURSORS: Mapping[str, frozenset[str]] = {
    "after": frozenset(
        {"cursor", "pagetoken", "nexttoken", "nextcursor", "nextpagetoken", "continuationtoken"}
        | {"continuation", "marker", "pagecursor", "next", "startafter", "startingafter", "after"}
        | {"pageafter"}
    ),
    "before": frozenset({"endingbefore", "before", "pagebefore"}),
}
"""What parameters that are texts mean."""

_REMEMBERED = 5
"""How many ids a cursor holds."""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list: its items, where it starts, how many items it may have, and how many there
    are in all. `number` is that of the page, as the document counts them. `urls` and `cursors` lead
    to other pages, by their relation (RFC 8288); there are none to pages that there are not.
    """

    items: Sequence[Item]
    start: int
    size: int
    total: int
    number: int
    numbers: Mapping[str, int]
    urls: Mapping[str, str]
    cursors: Mapping[str, tuple[str, str]]

    @property
    def has_more(self) -> bool:
        """Whether items follow."""
        return self.start + len(self.items) < self.total

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // max(self.size, 1))


class Paging:
    """What the query of a list says of its page."""

    def __init__(self, fitting: Fitting, operation: Operation, id_member: str) -> None:
        self.fitting = fitting
        self.id = id_member
        self.parameters: dict[str, Parameter] = {}
        for parameter in operation.parameters:
            meaning = self._meaning(parameter) if parameter.location == "query" else None
            if meaning is not None:
                self.parameters.setdefault(meaning, parameter)
        self.first_number = self._first_number()

    @property
    def names(self) -> set[str]:
        """The names of the parameters."""
        return {parameter.name for parameter in self.parameters.values()}

    def _flat(self, parameter: Parameter) -> Mapping[str, Any]:
        return {} if parameter.schema is None else self.fitting.flat(parameter.schema)

    def _meaning(self, parameter: Parameter) -> str | None:
        flat, name = self._flat(parameter), letters(parameter.name)
        kind = str(flat.get("type", ""))
        is_number = "integer" in kind or "number" in kind
        is_text = "string" in kind and "format" not in flat
        for meaning, names in (*NUMBERS.items(), *CURSORS.items()):
            may_be = is_number if meaning in NUMBERS else is_text
            if name in names and (may_be or not kind):
                return meaning
        return None

    def _first_number(self) -> int:
        """The number of the first page: 0 where the schema says so, else 1."""
        if "page" not in self.parameters:
            return 1
        flat = self._flat(self.parameters["page"])
        return 0 if 0 in (flat.get("minimum"), flat.get("default")) else 1

    # --- the page

    def page(self, items: Sequence[Item], request: Request, most: int | None) -> ListPage:
        """The page of these items that a request asks for; of `most` items, where the document
        allows no more.
        """
        total = len(items)
        size = self._number("size", request)
        size = total if size is None else max(size, 0)
        size = min(size, most) if most is not None else size
        start = min(self._start(items, request, size), total)
        shown = items[start : start + size]
        number = self.first_number + (start // size if size else 0)
        starts = dict(self._starts(start, size, total)) if self.parameters else {}
        return ListPage(
            items=shown,
            start=start,
            size=size,
            total=total,
            number=number,
            numbers={rel: self.first_number + (at // size) for rel, at in starts.items()},
            urls={rel: self._url(request, at, size, items) for rel, at in starts.items()},
            cursors={
                rel: (_cursor(before, at), before[-1])
                for rel, at in starts.items()
                if (before := self._before(items, at))
            },
        )

    def _number(self, meaning: str, request: Request) -> int | None:
        parameter = self.parameters.get(meaning)
        if parameter is None:
            return None
        given: Any = request.query.get(parameter.name, [None])[0]
        given = self._flat(parameter).get("default") if given in (None, "") else given
        try:
            return None if given is None else int(given)
        except (ValueError, TypeError):
            return None

    def _start(self, items: Sequence[Item], request: Request, size: int) -> int:
        for meaning in CURSORS:
            parameter = self.parameters.get(meaning)
            given = request.query.get(parameter.name, [""])[0] if parameter else ""
            if given:
                after = self._position(items, given)
                return after if meaning == "after" else max(after - 1 - size, 0)
        offset = self._number("offset", request)
        if offset is not None and "page" not in self.parameters:
            return max(offset, 0)
        page = self._number("page", request)
        return 0 if page is None else max(page - self.first_number, 0) * size

    def _position(self, items: Sequence[Item], cursor: str) -> int:
        """Where the items after a cursor start."""
        before, at = _read(cursor)
        ids = self._ids(items, 0)
        found = (ids.index(own) + 1 for own in reversed(before) if own in ids)
        return next(found, at)

    def _before(self, items: Sequence[Item], at: int) -> list[str]:
        """The ids of the last items before a place."""
        start = max(at - _REMEMBERED, 0)
        return self._ids(items[start:at], start)

    def _ids(self, items: Sequence[Item], start: int) -> list[str]:
        """The ids of items; of those that have none their places."""
        return [str(item.get(self.id, f"#{n}")) for n, item in enumerate(items, start)]

    def _starts(self, start: int, size: int, total: int) -> Iterator[tuple[str, int]]:
        """Where other pages start, by their relation to this one."""
        if not size:
            return
        yield "first", 0
        if start > 0:
            yield "prev", max(start - size, 0)
        if start + size < total:
            yield "next", start + size
        yield "last", (max(total - 1, 0) // size) * size

    def _url(self, request: Request, at: int, size: int, items: Sequence[Item]) -> str:
        """The address of the page that starts at a place."""
        if "page" in self.parameters:
            change = {"page": str(self.first_number + at // size)}
        elif "offset" in self.parameters:
            change = {"offset": str(at)}
        elif "after" in self.parameters:
            change = {"after": _cursor(self._before(items, at), at) if at else "", "before": ""}
        else:
            change = {}
        named = {
            self.parameters[m].name: text for m, text in change.items() if m in self.parameters
        }
        query = [(n, v) for n, values in request.query.items() for v in values if n not in named]
        query += [(name, text) for name, text in named.items() if text]
        return f"{address(request)}{'?' if query else ''}{urlencode(query)}"


def address(request: Request) -> str:
    """The address that a request was sent to, in its session, without the query."""
    raw: bytes = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    path = raw.decode("latin-1").rstrip("/")
    return f"{request.base_url}{request.session.path}{path}"


def here_of(request: Request) -> str:
    """The address that a request was sent to, with its query."""
    query = request.scope["query_string"].decode("latin-1")
    return f"{address(request)}?{query}" if query else address(request)


def _cursor(before: Sequence[str], at: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([before, at])).rstrip(b"=").decode()


def _read(cursor: str) -> tuple[list[str], int]:
    """The ids and the place that a cursor stands for; what is no cursor may be an id."""
    try:
        before, at = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [str(own) for own in before], max(int(at), 0)
    except (ValueError, TypeError, binascii.Error):
        return [cursor], 0
