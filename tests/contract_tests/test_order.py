"""The order of a run: the sequence of requests to a small service, spelled out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from contract_tests.command import run_pytest
from contract_tests.plan import Plan, read_plan
from contract_tests.results.run import Run
from contract_tests.target.target import Target
from tallystick.reader.options import LoadOptions
from tests.contract_tests.shelves import Library, serving

DOCUMENT = Path(__file__).parent / "shelves.yaml"


def plan_of(target: Target) -> Plan:
    """The plan of a run of the library's document."""
    options = LoadOptions((str(DOCUMENT),))
    plan = read_plan(options, base_url="http://127.0.0.1:1", target_file=None, seed=1)
    return replace(plan, target=target)


def run_of(library: Library, **keys: object) -> Run:
    """A run of the cases and deletes alone, without what looks for the base path."""
    with serving(library) as url:
        plan = plan_of(Target(url, **keys))  # type: ignore[arg-type]
        progress = run_pytest(plan, "-k", "test_case or test_deleted")
    assert progress.run is not None
    assert progress.errors == []
    return progress.run


def sent(library: Library) -> list[str]:
    """The requests, without the random path that shows what is not there."""
    return [request for request in library.requests if "tallystick" not in request]


def test_the_sequence_of_a_run() -> None:
    """Creates and lists, reads, updates and actions, deletes from the inside out, what is left."""
    library = Library()
    run_of(library)
    assert sent(library) == [
        "POST /shelves",
        "POST /shelves",  # does an equal second one find the first?
        "GET /shelves",
        "GET /shelves",  # the same again
        "POST /shelves/101/books",
        "POST /shelves/101/books",
        "GET /shelves/101/books",
        "GET /shelves/101/books",
        "GET /health",
        "GET /health",
        "GET /shelves/101",
        "GET /shelves/101",
        "GET /shelves/101/books/103",
        "GET /shelves/101/books/103",
        "PUT /shelves/101/books/103",
        "PUT /shelves/101/books/103",
        "POST /shelves/101/sort",
        "DELETE /shelves/101/books/103",
        "GET /shelves/101/books/103",  # is it gone?
        "PUT /shelves/101/books/103",
        "DELETE /shelves/101/books/103",
        "GET /shelves/101/books",  # is it still listed?
        "DELETE /shelves/101",
        "GET /shelves/101/books/103",  # all that was in it, too
        "PUT /shelves/101/books/103",
        "DELETE /shelves/101/books/103",
        "GET /shelves/101",
        "GET /shelves/101/books",
        "POST /shelves/101/books",
        "POST /shelves/101/sort",
        "DELETE /shelves/101",
        "GET /shelves",
        "DELETE /shelves/100",  # what is left
    ]
    assert library.items == {"/shelves/7": {"id": 7, "name": "of somebody"}}


def test_what_the_user_named_is_not_deleted() -> None:
    """Its inside may change: naming it asks for that. The delete has an item of its own."""
    library = Library()
    run = run_of(library, parameters={"path.shelf": 7})
    assert "DELETE /shelves/7" not in library.requests
    assert "POST /shelves/7/books" in library.requests
    assert "DELETE /shelves/101" in library.requests
    assert library.items == {"/shelves/7": {"id": 7, "name": "of somebody"}}
    assert list(run.findings) == []


def test_a_delete_asks_for_nobodys_item() -> None:
    """But for what the run created, its id is one that cannot be: the document wants integers."""
    library = Library()
    with serving(library) as url:
        progress = run_pytest(plan_of(Target(url)), "-k", "test_case or test_delete")
    assert progress.run is not None
    deletes = {request for request in library.requests if request.startswith("DELETE /shelves/")}
    ids = {request.split("/")[-1] for request in deletes}
    strange = {each for each in ids if not each.isdecimal()}
    assert "tallystick-unknown" in strange
    assert {int(each) for each in ids - strange} <= set(range(100, 110))


def test_destructive_runs_take_what_the_user_named() -> None:
    """The target file has to say so."""
    library = Library()
    run_of(library, parameters={"path.shelf": 7}, destructive=True)
    assert "DELETE /shelves/7" in library.requests


def test_only_safe_requests() -> None:
    """GET and HEAD alone, for production; what needs another method is unreachable."""
    library = Library()
    with serving(library) as url:
        progress = run_pytest(plan_of(Target(url, only_safe=True)))
    assert progress.run is not None
    assert {request.split(" ")[0] for request in library.requests} <= {"GET", "HEAD"}
    assert verdicts(progress.run)["POST /shelves 201"] == "unreachable"
    assert verdicts(progress.run)["GET /shelves/{shelf} 200"] == "passed"


def test_what_shuts_the_server_down_is_left_out() -> None:
    """Unless the user names it."""
    library = Library()
    run = run_of(library)
    assert "POST /shutdown" not in library.requests
    (case,) = [c for c in run.contract.cases if c.operation == "POST /shutdown"]
    assert run.case_result(case).reason.startswith("left out for safety: it shuts down")
    named = Library()
    run_of(named, include=("POST /shutdown",))
    assert set(sent(named)) == {"POST /shutdown"}


def verdicts(run: Run) -> dict[str, str]:
    """The verdict of each case, by its operation and label."""
    return {
        f"{case.operation} {case.label}": run.case_result(case).verdict.value
        for case in run.contract.cases
    }
