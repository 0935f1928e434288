"""Services that do not remember what they were sent, or do not forget what was deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contract_tests.command import run_pytest
from contract_tests.target.target import Target
from tests.contract_tests.shelves import Library, serving
from tests.contract_tests.test_order import plan_of


def found(library: Library) -> set[tuple[str, str, str]]:
    """Check, level and operation of what is found by the tests that compare responses."""
    with serving(library) as url:
        progress = run_pytest(plan_of(Target(url)), "-k", "test_consistency or test_deleted")
    assert progress.run is not None
    assert progress.errors == []
    return {(f.check.name, f.check.level, f.operation) for f in progress.run.findings}


Answered = tuple[int, Any]
Change = Callable[[str, str, Answered], Answered]


class Changed(Library):
    """A library that answers otherwise: `change` gets the response, and gives another."""

    def __init__(self, change: Change) -> None:
        super().__init__()
        self.change = change

    def answer(self, method: str, path: str, body: bytes, sent: str) -> tuple[int, Any]:
        """See Library."""
        before = dict(self.items)
        status, value = self.change(method, path, super().answer(method, path, body, sent))
        if status == -1:  # nothing was done
            self.items = before
            return {"DELETE": 204, "PUT": 200}[method], value
        return status, value


def misread(method: str, path: str, answered: Answered) -> Answered:
    status, value = answered
    is_item = method == "GET" and isinstance(value, dict) and status == 200
    return status, {**value, "name": "another"} if is_item else value


def unlisted(method: str, path: str, answered: Answered) -> Answered:
    status, value = answered
    return status, value[:1] if method == "GET" and isinstance(value, list) else value


def keeps_books(method: str, path: str, answered: Answered) -> Answered:
    is_done = method == "DELETE" and "/books/" in path and answered[0] == 204
    return (-1, None) if is_done else answered


def keeps_marked(method: str, path: str, answered: Answered) -> Answered:
    """The item stays, and is called `deleted`."""
    is_read = method == "GET" and "/books/" in path and answered[0] == 404
    return (200, {"id": int(path.rpartition("/")[2]), "name": "deleted"}) if is_read else answered


def leaves(method: str, path: str, answered: Answered) -> Answered:
    is_done = method == "PUT" and answered[0] == 200
    return (-1, answered[1]) if is_done else answered


BOOK = "/shelves/{shelf}/books"
FAULTY: dict[Change, set[tuple[str, str, str]]] = {
    misread: {
        ("created item read", "advisory", "POST /shelves"),
        ("created item read", "advisory", f"POST {BOOK}"),
        ("updated item read", "advisory", f"PUT {BOOK}/{{book}}"),
        ("created item listed", "advisory", "GET /shelves"),
        ("created item listed", "advisory", f"GET {BOOK}"),
    },
    unlisted: {
        ("created item listed", "advisory", "GET /shelves"),
        ("created item listed", "advisory", f"GET {BOOK}"),
    },
    keeps_books: {("deleted item", "documented", f"DELETE {BOOK}/{{book}}")},
    keeps_marked: {("deleted item advised", "advisory", f"DELETE {BOOK}/{{book}}")},
    leaves: {("updated item read", "advisory", f"PUT {BOOK}/{{book}}")},
}


def test_a_service_that_remembers_is_silent() -> None:
    """Whatever it was sent."""
    assert found(Library()) == set()


@pytest.mark.parametrize("change", FAULTY, ids=lambda change: change.__name__)
def test_a_service_that_does_not_remember(
    change: Change,
) -> None:
    """Each fault is found where it is, at its level."""
    assert found(Changed(change)) == FAULTY[change]


class AllBooks(Library):
    """Each shelf lists the books of all."""

    def _inside(self, path: str) -> list[Any]:
        books = [item for place, item in self.items.items() if "/books/" in place]
        return books if path.endswith("/books") else super()._inside(path)


class NumberedBooks(Library):
    """Each shelf numbers its books by itself, and another one has a book of each number."""

    def __init__(self) -> None:
        super().__init__()
        books = ({"id": number, "name": "x"} for number in range(100, 140))
        self.items |= {f"/shelves/7/books/{book['id']}": book for book in books}


class StillListing(Library):
    """Lists what was deleted, with what this makes of it."""

    def __init__(self, mark: dict[str, Any]) -> None:
        super().__init__()
        self.mark = mark
        self.gone: dict[str, Any] = {}

    def _handle(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        if method == "DELETE" and path in self.items:
            self.gone[path] = {**self.items[path], **self.mark}
        return super()._handle(method, path, body)

    def _inside(self, path: str) -> list[Any]:
        gone = [item for place, item in self.gone.items() if place.rpartition("/")[0] == path]
        return super()._inside(path) + gone


@pytest.mark.parametrize(
    ("mark", "places"),
    [
        ({}, ["/shelves", BOOK]),
        ({"name": "deleted"}, []),
        ({"deletedAt": "2026-11-27T10:00:00Z"}, []),
        ({"deletedAt": None}, ["/shelves", BOOK]),
    ],
)
def test_a_list_with_what_was_deleted(mark: dict[str, Any], places: list[str]) -> None:
    """Unless it shows there that it is deleted."""
    expected = {("deleted item listed", "advisory", f"GET {place}") for place in places}
    assert found(StillListing(mark)) == expected


def test_a_list_with_the_items_of_all_parents() -> None:
    """It is found, though no request reads an item below another parent."""
    expected = {("item of its parent", "advisory", f"GET {BOOK}")}
    assert found(AllBooks()) == expected


def test_equal_numbers_below_another_parent() -> None:
    """They are other items."""
    assert found(NumberedBooks()) == set()


def test_an_address_that_is_the_list() -> None:
    """The list is not what was created."""
    library = Library()
    library.location = "/shelves"
    assert found(library) == {("address of what was created", "standard", "POST /shelves")}


@pytest.mark.parametrize("location", ["http://[", "http://a:99999999/"])
def test_a_location_that_is_no_address(location: str) -> None:
    """It costs nothing but itself."""
    library = Library()
    library.location = location
    assert found(library) == {
        ("address of what was created", "standard", "POST /shelves"),
        ("address of what was created", "standard", f"POST {BOOK}"),
    }


def test_an_address_that_leads_nowhere() -> None:
    """`Location` of a 201 is where the new item is."""
    library = Library()
    library.location = "/nowhere/{id}"
    assert found(library) == {
        ("address of what was created", "standard", "POST /shelves"),
        ("address of what was created", "standard", f"POST {BOOK}"),
    }
