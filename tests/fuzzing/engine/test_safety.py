"""Scope, order and safety of a fuzz: those of `tallystick test`, shown on a service of shelves."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests.commands import Result
from tests.contract_tests.shelves import Library, serving
from tests.contract_tests.targets import write
from tests.fuzzing.fuzzed import fuzz

pytestmark = pytest.mark.whole

DOCUMENT = Path(__file__).parents[2] / "contract_tests" / "shelves.yaml"
OF_SOMEBODY = {"/shelves/7": {"id": 7, "name": "of somebody"}}


def run(library: Library, folder: Path, *options: object, text: str = "") -> Result:
    """Fuzz a library, with these lines in the target file."""
    with serving(library) as url:
        target = write(folder, f'base_url = "{url}"\n{text}\n')
        return fuzz(folder, DOCUMENT, "--target", target, *options)


def methods(library: Library) -> set[str]:
    return {request.split(" ")[0] for request in library.requests}


def changed(library: Library) -> list[str]:
    """The items that were the target of DELETE, PUT or PATCH."""
    pattern = re.compile(r"(?:DELETE|PUT|PATCH) (/shelves/.*)")
    return [match[1] for each in library.requests if (match := pattern.fullmatch(each))]


def test_the_order_and_the_end(tmp_path: Path) -> None:
    """Creates and lists, reads, updates and actions, deletes on items of their own; then the fuzz
    cases, small parts first. At the end nothing is there but what was there before.
    """
    library = Library()
    ran = run(library, tmp_path, "--max-requests", 300)
    assert library.requests[:15] == [
        "POST /shelves",
        "POST /shelves",  # does an equal second one find the first?
        "GET /shelves",
        "POST /shelves/101/books",
        "POST /shelves/101/books",
        "GET /shelves/101/books",
        "GET /health",
        "GET /shelves/101",
        "GET /shelves/101/books/103",
        "PUT /shelves/101/books/103",
        "POST /shelves/101/sort",
        "POST /shelves/101/books",  # to be deleted
        "DELETE /shelves/101/books/104",
        "POST /shelves",
        "DELETE /shelves/105",
    ]
    assert library.items == OF_SOMEBODY
    assert 298 <= len(library.requests) == ran.report["requests"] <= 300
    assert (ran.code, ran.report["notes"]) == (0, [])
    verdicts = {f"{c['operation']} {c['status']}": c["verdict"] for c in ran.report["cases"]}
    assert verdicts["DELETE /shelves/{shelf} 204"] == "passed"
    assert verdicts["POST /shutdown 202"] == "unreachable"


@pytest.mark.parametrize("options", [(), ("--workers", 2)])
def test_what_is_not_of_this_run_is_never_changed(
    options: tuple[object, ...], tmp_path: Path
) -> None:
    """Neither what the user named nor what was listed, nor anything that nobody created: each item
    that is deleted or put has an id that this run was given.
    """
    library = Library()
    text = '[parameters]\n"path.shelf" = 7'
    ran = run(library, tmp_path, "--max-requests", 400, *options, text=text)
    assert changed(library) != []
    assert "POST /shelves/7/books" in library.requests
    own = re.compile(r"/shelves/(?:\d{3}|7/books/\d{3}|\d{3}/books/\d{3})")
    assert [path for path in changed(library) if not own.fullmatch(path)] == []
    assert library.items == OF_SOMEBODY
    assert ran.report["requests"] <= 400


def test_destructive(tmp_path: Path) -> None:
    """The target file has to say so."""
    library = Library()
    text = 'destructive = true\n[parameters]\n"path.shelf" = 7'
    run(library, tmp_path, "--max-requests", 150, text=text)
    assert "DELETE /shelves/7" in library.requests


@pytest.mark.parametrize(
    ("options", "text"), [(("--only-safe",), ""), ((), "only_safe = true")], ids=str
)
def test_only_safe(options: tuple[object, ...], text: str, tmp_path: Path) -> None:
    """GET and HEAD alone; what is left out is unreachable, with the reason."""
    library = Library()
    ran = run(library, tmp_path, "--max-requests", 60, *options, text=text)
    assert methods(library) <= {"GET", "HEAD"}
    left_out = {each["operation"]: each["left_out"] for each in ran.report["operations"]}
    assert left_out["POST /shelves"] == "only safe requests are sent"
    assert left_out["GET /shelves"] is None
    assert "  only safe requests are sent: " in ran.out


SHUTDOWN: list[tuple[tuple[object, ...], str]] = [
    (("--include", "POST /shutdown"), ""),
    ((), 'include = ["POST /shutdown"]'),
]


@pytest.mark.parametrize(("options", "text"), SHUTDOWN, ids=["option", "file"])
def test_what_shuts_down_is_sent_where_it_is_named(
    options: tuple[object, ...], text: str, tmp_path: Path
) -> None:
    """And what is not named then is not."""
    library = Library()
    run(library, tmp_path, "--max-requests", 5, *options, text=text)
    assert set(library.requests) == {"POST /shutdown"}


def test_excluded_and_a_header(tmp_path: Path) -> None:
    """An excluded DELETE is no part of the clean-up either: what is left is listed. The header is
    sent with each request, and shown nowhere.
    """
    library = Library(token="s3cret-of-mine")
    options = ("--exclude", "DELETE *", "--header", "Authorization: Bearer s3cret-of-mine")
    ran = run(library, tmp_path, "--max-requests", 60, *options)
    assert ran.code == 0, ran.out
    assert "DELETE" not in methods(library)
    created = {path for path in library.items if path.count("/") == 2} - OF_SOMEBODY.keys()
    assert (
        f"{len(created)} items that the run created in /shelves could not be deleted"
        in (ran.report["notes"])
    )
    assert not any("s3cret-of-mine" in text for text in ran.texts.values())


class Refusing(Library):
    """Lets nobody delete anything."""

    def answer(self, method: str, path: str, body: bytes, sent: str) -> tuple[int, Any]:
        status, value = super().answer("GET" if method == "DELETE" else method, path, body, sent)
        return (403, {"message": "no"}) if method == "DELETE" else (status, value)


def test_what_cannot_be_deleted_is_listed(tmp_path: Path) -> None:
    """With how many there are of each collection."""
    library = Refusing()
    ran = run(library, tmp_path, "--max-requests", 80)
    books = sum(path.count("/") == 4 for path in library.items)
    shelves = sum(path.count("/") == 2 for path in library.items) - 1
    assert set(ran.report["notes"]) == {
        f"{books} items that the run created in /shelves/{{}}/books could not be deleted",
        f"{shelves} items that the run created in /shelves could not be deleted",
    }


@pytest.mark.parametrize("options", [(), ("--workers", 2)])
def test_creations_are_limited_and_safe_requests_go_on(
    options: tuple[object, ...], tmp_path: Path
) -> None:
    """Nine responses are 2xx to what may create something, and no one more; what was created is
    deleted again.
    """
    library = Library()
    ran = run(library, tmp_path, "--max-requests", 120, "--max-creations", 9, *options)
    assert (ran.report["creations"], ran.report["stopped_by"]) == (9, "requests")
    assert library.items == OF_SOMEBODY
    assert library.requests[-30].startswith("GET ")
    assert "no more was created" in ran.out


def test_time_is_kept_and_what_was_created_is_deleted(tmp_path: Path) -> None:
    """It takes a little more."""
    library = Library()
    ran = run(library, tmp_path, "--max-time", 1, "--rate", "200/s")
    assert ran.report["stopped_by"] == "time"
    assert ran.report["seconds"] < 3
    assert library.items == OF_SOMEBODY


def test_a_second_implementation_keeps_what_it_has(tmp_path: Path) -> None:
    """Ids of the target may be those of other items there. What the fuzz created is deleted."""
    library, other = Library(), Library()
    other.items |= {f"/shelves/{number}": {"id": number, "name": "x"} for number in range(100, 250)}
    other.ids = count(1_000)
    before = dict(other.items)
    with serving(other) as url:
        run(library, tmp_path, "--max-requests", 300, "--against", url)
    assert "POST /shelves" in other.requests
    assert other.items == before
    own = re.compile(r"/shelves/(?:\d{4}|1\d\d/books/\d{4})")
    assert [path for path in changed(other) if not own.fullmatch(path)] == []
    assert library.items == OF_SOMEBODY
