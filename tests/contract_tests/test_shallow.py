"""Items whose address does not repeat that of their list: from `/shelves/{shelf}/books`, read at
`/books/{book}`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests.command import run_pytest
from contract_tests.plan import read_plan
from contract_tests.target.target import Target
from tallystick.reader.options import LoadOptions
from tests.contract_tests.shelves import Library, serving
from tests.contract_tests.test_consistency import Change, Changed, misread, unlisted
from tests.contract_tests.test_order import DOCUMENT

LIST = "/shelves/{shelf}/books"


class Shallow(Changed):
    """A library whose books are read, changed and deleted at `/books/{book}`. Those of shelf 7 are
    there before.
    """

    def __init__(self, change: Change) -> None:
        super().__init__(change)
        self.items["/shelves/7/books/8"] = {"id": 8, "name": "of somebody"}

    def answer(self, method: str, path: str, body: bytes, sent: str) -> tuple[int, Any]:
        """See Library."""
        if re.fullmatch(r"/shelves/\w+/books/\w+", path):
            return 404, {"message": "there is nothing here"}
        if re.fullmatch(r"/books/\d+", path):
            place = next((place for place in self.items if place.endswith(path)), None)
            path = place or f"/shelves/7{path}"
        return super().answer(method, path, body, sent)


class OfAllShelves(Shallow):
    """Each shelf lists the books of all."""

    def _inside(self, path: str) -> list[Any]:
        books = [item for place, item in self.items.items() if "/books/" in place]
        return books if path.endswith("/books") else super()._inside(path)


def unchanged(_method: str, _path: str, answered: tuple[int, Any]) -> tuple[int, Any]:
    return answered


def keeps(method: str, path: str, answered: tuple[int, Any]) -> tuple[int, Any]:
    is_done = method == "DELETE" and "/books/" in path and answered[0] == 204
    return (-1, None) if is_done else answered


FAULTY: dict[Change, set[tuple[str, str]]] = {
    misread: {
        ("created item read", "POST /shelves"),
        ("created item read", f"POST {LIST}"),
        ("updated item read", "PUT /books/{book}"),
        ("created item listed", "GET /shelves"),
        ("created item listed", f"GET {LIST}"),
    },
    unlisted: {("created item listed", "GET /shelves"), ("created item listed", f"GET {LIST}")},
    keeps: {("deleted item", "DELETE /books/{book}")},
    unchanged: set(),
}


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """The document of the library, with the other address of a book."""
    value = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    book = value["paths"].pop(f"{LIST}/{{book}}")
    for operation in book.values():
        operation["parameters"] = [{"$ref": "#/components/parameters/book"}]
    value["paths"]["/books/{book}"] = book
    path = tmp_path / "document.yaml"
    path.write_text(yaml.safe_dump(value), encoding="utf-8")
    return path


def found(document: Path, library: Library) -> set[tuple[str, str]]:
    """Check and operation of what is found by the tests that compare responses."""
    plan = read_plan(
        LoadOptions((str(document),)), base_url="http://127.0.0.1:1", target_file=None, seed=1
    )
    with serving(library) as url:
        plan = replace(plan, target=Target(url))
        progress = run_pytest(plan, "-k", "test_case or test_consistency or test_deleted")
    assert progress.run is not None
    assert progress.errors == []
    assert "/shelves/7/books/8" in library.items
    return {(f.check.name, f.operation) for f in progress.run.findings}


@pytest.mark.parametrize("change", FAULTY, ids=lambda change: change.__name__)
def test_items_of_another_address(document: Path, change: Change) -> None:
    """They are compared as all are, and what is somebody's is left alone."""
    assert found(document, Shallow(change)) == FAULTY[change]


def test_a_list_with_the_items_of_all_parents(document: Path) -> None:
    """It is found by a second item."""
    assert found(document, OfAllShelves(unchanged)) == {("item of its parent", f"GET {LIST}")}
