"""Findings and the entries of a baseline: what counts, what is accepted, and what is gone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from schemathesis.baseline import Baseline, BaselineEntry

from contract_tests.checks.table import CHECKS
from contract_tests.results.baseline import no_longer_found, triage
from contract_tests.results.findings import Finding
from contract_tests.results.formats.terminal import render


def day(offset: int) -> str:
    """The date of so many days from now."""
    return (datetime.now(UTC).date() + timedelta(days=offset)).isoformat()


def finding(number: int, *places: str, is_random: bool = False) -> Finding:
    """A finding of the first check in an operation of this number."""
    name = f"GET /{number}"
    texts = ("source", "", "message", "curl", "response")
    return Finding(
        CHECKS[0], name, *texts, (number,), is_random=is_random, places={(p,) for p in places}
    )


def entry(found: Finding, **extra: object) -> BaselineEntry:
    """What accepts a finding of a test."""
    row = {"reason": "r", "found_by": "test", "causes": found.causes, "operations": ["GET /1"]}
    return BaselineEntry(
        found.operation, "c", "Finding", found.id, expires=day(0), extra={**row, **extra}
    )


ONE, TWO = finding(1), finding(2)
SHARED, ITS_PART = finding(1, "a", "b"), finding(3, "b")


@pytest.mark.parametrize(
    ("accepted", "found", "counted"),
    [
        ([ONE], [ONE, TWO], [TWO]),
        ([SHARED], [ITS_PART], []),  # another run sees a part of the places
        ([ITS_PART], [SHARED], []),
        ([finding(1, "c")], [SHARED], [SHARED]),
        ([], [ONE], [ONE]),
    ],
)
def test_triage(accepted: list[Finding], found: list[Finding], counted: list[Finding]) -> None:
    """Findings that have a cause in common are one."""
    # Findings of one operation have one cause, if no place says otherwise.
    for each in (*accepted, *found):
        each.cause = tuple(sorted(each.places)) or each.cause
    assert triage(found, Baseline([entry(each) for each in accepted])).counted == counted


def test_an_expired_acceptance_is_over() -> None:
    """The day after its day. One that holds still wins over it."""
    over, holds = entry(ONE), entry(ONE)
    over.expires = day(-1)
    expired = triage([ONE], Baseline([over]))
    assert (expired.counted, expired.expired) == ([ONE], [(ONE, day(-1))])
    assert expired.remarks == [f"accepted until {day(-1)}: {ONE.id} counts again"]
    for entries in ([over, holds], [holds, over]):
        assert triage([ONE], Baseline(entries)).counted == []


@pytest.mark.parametrize(
    ("extra", "found", "untested", "gone"),
    [
        ({}, [], [], 1),
        ({}, [TWO], ["GET /2"], 1),
        ({}, [ONE], [], 0),
        ({}, [], ["GET /1"], 0),
        ({"operations": ["GET /9", "GET /1"]}, [], ["GET /9"], 0),
        ({"found_by": "fuzz"}, [], [], 0),
        ({"seed": 7, "is_random": True}, [], [], 1),
        ({"seed": 8, "is_random": True}, [], [], 0),  # another seed may not show it
        ({"seed": 8, "is_random": False}, [], [], 1),
    ],
)
def test_what_is_no_longer_found(
    extra: dict[str, object], found: Iterable[Finding], untested: list[str], gone: int
) -> None:
    """Only what this run would have seen."""
    entries = no_longer_found(found, Baseline([entry(ONE, **extra)]), untested, 7)
    assert [each.signature for each in entries] == [ONE.id] * gone


@pytest.mark.parametrize("count", [0, 1, 300])
def test_a_terminal_stays_short(count: int) -> None:
    """However much is gone or has expired, a screen shows no more than sixty lines of it."""
    gone = [
        {"id": f"{n}", "operation": "GET /", "check": "body schema", "seed": 7}
        for n in range(count)
    ]
    expired = [{"id": f"x{n}", "expires": "2026-01-01"} for n in range(count)]
    facts = {"cases": [], "findings": [], "requests": 1, "seconds": 1.0, "seed": 7}
    text = render({**facts, "no_longer_found": gone, "expired": expired})
    whole = render({**facts, "no_longer_found": gone, "expired": expired}, is_whole=True)
    assert len(text.splitlines()) <= 60
    assert whole.count("GET /: body schema (seen with seed 7)") == count
    assert whole.count("accepted until 2026-01-01: x") == count
    assert ("no longer found" in text) is bool(count)
    assert ("accepted until 2026-01-01: x0" in text) is (count == 1)
