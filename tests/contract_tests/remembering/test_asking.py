"""Lists that do not keep to what their query asks for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from contract_tests.command import run_pytest
from contract_tests.plan import Plan
from contract_tests.target.target import Target
from tests.contract_tests.contracts import contract_of, documented
from tests.contract_tests.raw import Write, head, raw_server

Query = dict[str, str]
Lamps = Callable[[Query], Any]

COUNT = {"type": "integer", "minimum": 1}
KINDS = {"enum": ["desk", "wall"]}
LAMPS = [{"id": n, "kind": ("desk", "wall")[n % 2], "isLit": n < 3} for n in range(5)]


def filtered(query: Query) -> list[dict[str, Any]]:
    """The lamps of what is asked for."""
    kind, lit = query.get("kind"), query.get("is_lit")
    lamps = [lamp for lamp in LAMPS if kind in (None, lamp["kind"])]
    return [lamp for lamp in lamps if lit is None or lamp["isLit"] is (lit == "true")]


def paged(query: Query) -> Any:
    """By page or offset."""
    size = int(query.get("limit", 10))
    start = int(query.get("offset", (int(query.get("page", 1)) - 1) * size))
    return filtered(query)[start : start + size]


def counted_from_zero(query: Query) -> Any:
    """Many services have a first page 0."""
    size = int(query.get("limit", 10))
    return filtered(query)[int(query.get("page", 0)) * size :][:size]


def by_cursor(query: Query) -> Any:
    """By an opaque text."""
    start, size = int(query.get("cursor", "c0")[1:]), int(query.get("limit", 10))
    following = f"c{start + size}" if start + size < len(LAMPS) else None
    return {"data": filtered(query)[start : start + size], "meta": {"next_cursor": following}}


def by_id(query: Query) -> Any:
    """By the id of the last item."""
    last = int(query.get("starting_after", query.get("after", -1)))
    return [lamp for lamp in filtered(query) if lamp["id"] > last][: int(query.get("limit", 10))]


def by_address(query: Query) -> Any:
    """The address of what follows has the cursor."""
    value = by_cursor(query)
    following = value.pop("meta")["next_cursor"]
    return {**value, "next": following and f"http://a.example/lamps?limit=1&cursor={following}"}


def counted(lamps: Lamps, more: int = 0, name: str = "total") -> Lamps:
    """With how many lamps there are on all pages, or so many more."""

    def answer(query: Query) -> Any:
        value = lamps(query)
        envelope = value if isinstance(value, dict) else {"data": value}
        total = len(filtered({n: v for n, v in query.items() if n == "kind"})) + more
        return {**envelope, "meta": {**envelope.get("meta", {}), name: total}}

    return answer


def by_two(lamps: Lamps) -> Lamps:
    """Two lamps are a page, where nobody asks for another number of them."""
    return lambda query: lamps({"limit": "2", **query})


def without(lamps: Lamps, *names: str) -> Lamps:
    """A service that does not look at some parameters."""
    return lambda query: lamps({n: v for n, v in query.items() if n not in names})


@contextmanager
def serving(lamps: Lamps) -> Iterator[str]:
    """Serve a list."""

    def answer(write: Write, first: str) -> None:
        query = dict(parse_qsl(urlsplit(first.split()[1]).query))
        body = json.dumps(lamps(query)).encode()
        length = f"content-length: {len(body)}"
        write(head("content-type: application/json", length) + body)

    with raw_server(answer) as server:
        yield server.url


def found(folder: Path, lamps: Lamps, **parameters: Any) -> list[tuple[str, str]]:
    """The levels and messages of what is found."""
    query = [{"name": n, "in": "query", "schema": schema} for n, schema in parameters.items()]
    item = [{"name": "lamp", "in": "path", "required": True, "schema": {"type": "integer"}}]
    paths = {"/lamps": ("get", query), "/lamps/{lamp}": ("delete", item)}
    documents = {p: documented(method, parameters=given) for p, (method, given) in paths.items()}
    contract = contract_of(folder, documents)
    with serving(lamps) as url:
        progress = run_pytest(Plan(contract, Target(url), seed=1), "-k", "test_parts_of_a_list")
    assert progress.run is not None
    assert progress.errors == []
    return [(f.check.level, f.full_message) for f in progress.run.findings]


PAGES = {"limit": COUNT, "page": COUNT}
OFFSETS = {"limit": COUNT, "offset": {"type": "integer", "minimum": 0}}
CURSORS = {"limit": COUNT, "cursor": {"type": "string"}}
AFTER = {"limit": COUNT, "after": {"type": "integer"}}
STARTING = {"limit": COUNT, "starting_after": {"type": ["string", "integer"]}}
FILTERS = {"kind": KINDS, "is_lit": {"type": "boolean"}}


@pytest.mark.parametrize(
    ("lamps", "parameters"),
    [
        (paged, PAGES),
        (paged, OFFSETS),
        (counted_from_zero, PAGES),
        (by_cursor, CURSORS),
        (by_address, CURSORS),
        (by_id, AFTER),
        (by_id, STARTING),
        # Nothing says that this is an id.
        (without(by_id, "after"), {"limit": COUNT, "after": {}}),
        (paged, FILTERS),
        # What is too short, or no list, shows nothing.
        (lambda _: LAMPS[:1], PAGES),
        (lambda _: [], {**PAGES, **FILTERS}),
        (lambda _: {"limit": 1, "kind": "desk"}, {**PAGES, **FILTERS}),
        # Equal items are no sign that a page is the same.
        (lambda query: [{"kind": "desk"}] * int(query.get("limit", 5)), PAGES),
        # A count of what is on all pages, and a sum.
        (counted(paged), PAGES),
        (counted(paged), FILTERS),
        (by_two(counted(paged)), PAGES),
        (by_two(counted(counted_from_zero)), PAGES),
        (by_two(counted(paged)), OFFSETS),
        (by_two(counted(paged)), {"limit": COUNT}),
        (counted(by_cursor), CURSORS),
        (by_two(counted(by_address)), CURSORS),
        (by_two(counted(paged)), {"starting_point": {"type": "string"}}),
        (counted(paged, +5), FILTERS),  # 0 + 1 + 2 + 3 + 4
        (counted(paged, +7, "price"), FILTERS),
        (counted(paged, +7, "size"), PAGES),
        (lambda _: {"lamps": [], "shades": [], "total": 3}, PAGES),
        # A filter of another meaning: no item has this member, or these values.
        (lambda _: LAMPS, {"id": {"enum": ["a", "b"]}, "colour": {"enum": ["red"]}}),
    ],
)
def test_lists_that_keep_to_it(tmp_path: Path, lamps: Lamps, parameters: Any) -> None:
    """Nothing is found."""
    assert found(tmp_path, lamps, **parameters) == []


@pytest.mark.parametrize(
    ("lamps", "parameters", "messages"),
    [
        (without(paged, "limit"), PAGES, ["query.limit: there are 5 items, though it asks for 1"]),
        (without(paged, "page"), PAGES, ["query.page: 2 gives the same items as 1"]),
        (without(paged, "offset"), OFFSETS, ["query.offset: 1 gives the same items as 0"]),
        (without(by_cursor, "cursor"), CURSORS,
         ["query.cursor: what follows is the same items again"]),
        (without(by_address, "cursor"), CURSORS,
         ["query.cursor: what follows is the same items again"]),
        (without(by_id, "after"), AFTER,
         ["query.after: what follows is the same items again"]),
        (without(by_id, "starting_after"), STARTING,
         ["query.starting_after: what follows is the same items again"]),
        (without(paged, "kind"), FILTERS, ["query.kind: 'desk' gives items whose kind is 'wall'"]),
        # As pydantic writes what may be left out.
        (without(paged, "kind"), {"kind": {"anyOf": [KINDS, {"type": "null"}]}},
         ["query.kind: 'desk' gives items whose kind is 'wall'"]),
        (without(paged, "is_lit"), FILTERS,
         ["query.is_lit: True gives items whose isLit is False"]),
        (without(paged, "limit"), {"limit": {"type": "integer"}},
         ["query.limit: there are 5 items, though it asks for 1"]),
        (counted(paged, -1), PAGES, ["total is 4, and there are 5 items"]),
        (counted(paged, -5), PAGES, ["total is 0, and there are 5 items"]),
        (counted(paged, +7), PAGES, ["total is 12, and there are 5 items"]),
        (counted(counted_from_zero, +7), PAGES, ["total is 12, and there are 5 items"]),
        (counted(paged, +7, "item_count"), OFFSETS, ["item_count is 12, and there are 5 items"]),
        (counted(paged, +7, "totalLamps"), FILTERS, ["totalLamps is 12, and there are 5 items"]),
        (counted(paged, +7, "size"), FILTERS, ["size is 12, and there are 5 items"]),
        (by_two(counted(paged, +7)), OFFSETS, ["total is 12, and there are 5 items"]),
        (lambda _: {"items": [], "count": 3}, OFFSETS, ["count is 3, and there are 0 items"]),
        (counted(paged, -2, "size"), PAGES, ["size is 3, and there are 5 items"]),
        (counted(by_cursor, +7), CURSORS, ["total is 12, and there are 5 items"]),
    ],
)  # fmt: skip
def test_lists_that_do_not(
    tmp_path: Path, lamps: Lamps, parameters: Any, messages: list[str]
) -> None:
    """It is advisory, since no document says what a parameter of such a name does."""
    expected = [("advisory", message) for message in messages]
    actual = found(tmp_path, lamps, **parameters)
    assert [(level, text.partition(" (seen")[0]) for level, text in actual] == expected
