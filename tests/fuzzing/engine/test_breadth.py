"""A fuzz of many operations: each gets its part from the first hundred requests on."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests.commands import Result
from tests.contract_tests.contracts import documented
from tests.contract_tests.http.recorder import Got, Recorder, recording
from tests.fuzzing.fuzzed import fuzz, ledger

QUERY = [{"name": "q", "in": "query", "schema": {"type": "string"}}]
OK = {"200": {"description": "OK", "content": {"application/json": {"schema": {}}}}}


def document(folder: Path, count: int) -> Path:
    """A document of so many operations."""
    item = documented("get", parameters=QUERY, responses=OK)
    paths: dict[str, Any] = {f"/things/{number}": item for number in range(count)}
    root = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
    place = folder / "document.json"
    place.write_text(json.dumps(root), encoding="utf-8")
    return place


def run(folder: Path, count: int, *options: object) -> tuple[Result, Recorder]:
    with recording() as server:
        ran = fuzz(folder, document(folder, count), "--base-url", server.url, *options)
    assert ran.code == 0, ran.err
    return ran, server


def operations(ran: Result) -> dict[str, tuple[int, int]]:
    """Requests and fuzz cases by operation, as the report has them."""
    found = ran.report["operations"]
    return {each["operation"]: (each["requests"], each["fuzz_cases"]) for each in found}


def paths(got: list[Got]) -> Counter[str]:
    return Counter(each.path for each in got)


@pytest.mark.whole
@pytest.mark.parametrize("workers", [1, 2])
def test_each_operation_gets_its_part(workers: int, tmp_path: Path) -> None:
    """All of thirty are reached by the first hundred requests, and have fuzz cases by 250; the
    report counts what came.
    """
    options = ("--max-requests", 250, "--workers", workers)
    ran, server = run(tmp_path, 30, *options)
    first = paths(server.got[:100])
    every = paths(server.got)
    assert (len(first), len(every), len(server.got)) == (30, 30, 250)
    assert min(every.values()) >= 4
    assert operations(ran) == {
        f"GET {path}": (count, count - bases(ran, path)) for path, count in every.items()
    }
    assert {each["left_out"] for each in ran.report["operations"]} == {None}
    (line,) = [line for line in ran.out.splitlines() if line.startswith("Operations: ")]
    assert line.startswith("Operations: 30 of 30 got fuzz cases, from ")
    page = (ran.folder / "report.html").read_text(encoding="utf-8")
    assert "30 of 30 operations got fuzz cases" in page


def bases(ran: Result, path: str) -> int:
    """How many base requests went to a path: one of each worker that had a part of it."""
    return sum(e["kind"] == "base" and e["path"].split("?")[0] == path for e in ledger(ran))


@pytest.mark.whole
def test_the_same_seed_sends_the_same_to_each(tmp_path: Path) -> None:
    """Request by request, since nothing of these responses is used in them."""
    sent = []
    for part in ("a", "b"):
        (tmp_path / part).mkdir()
        _, server = run(tmp_path / part, 12, "--max-requests", 120, "--seed", 5)
        sent.append([(each.path, each.query) for each in server.got])
    assert sent[0] == sent[1]


@pytest.mark.whole
def test_what_was_not_reached_is_said_in_few_lines(tmp_path: Path) -> None:
    """Three are named, the others counted."""
    ran, server = run(tmp_path, 30, "--max-requests", 20)
    assert (len(server.got), len(paths(server.got))) == (20, 20)
    told = ran.out[ran.out.index("Operations: ") :].splitlines()
    assert told[:3] == [
        "Operations: 0 of 30 got fuzz cases",
        "  base request only: GET /things/0, GET /things/1, GET /things/2 and 17 more",
        "  not reached: GET /things/20, GET /things/21, GET /things/22 and 7 more",
    ]
    assert operations(ran)["GET /things/19"] == (1, 0)
    assert operations(ran)["GET /things/20"] == (0, 0)


@pytest.mark.long
@pytest.mark.whole
def test_three_hundred_operations_in_a_thousand_requests(tmp_path: Path) -> None:
    """Each gets its base request and some fuzz cases."""
    ran, server = run(tmp_path, 300, "--max-requests", 1_000)
    assert (len(server.got), len(paths(server.got))) == (1_000, 300)
    reached = [cases for _, cases in operations(ran).values() if cases]
    assert len(reached) > 150
