"""Findings: one for each cause, that names the right case and says what to fix."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.contract_tests.commands import Result
from tests.contract_tests.conftest import Start
from tests.contract_tests.several import against_each

MISSING = "400 PaymentAccountLink.MissingReturnUrl"
INVALID = "400 PaymentAccountLink.InvalidRefreshUrl"
NO_CASE = None

# Of each: the check, the level, a case, and a part of the message.
FAULTS: Mapping[str, tuple[str, str, str | None, str]] = {
    "201 for a link": ("documented status", "documented", "200", "the document has no 201"),
    "409 for PaymentAccountLink.InvalidRefreshUrl": (
        "status of the case",
        "documented",
        INVALID,
        "the documented status of 400 PaymentAccountLink.InvalidRefreshUrl is 400, not 409",
    ),
    "errors as application/json": (
        "documented media type",
        "documented",
        MISSING,
        "the documented media type is application/problem+json, not application/json",
    ),
    "byte order mark": ("JSON body", "standard", "200", "starts with a byte order mark"),
    "status member disagrees": ("status member", "standard", MISSING, "the member status is 500"),
    "url left out": ("body schema", "documented", "200", "'url' is a required property"),
    "codes of the two conflicts crossed": (
        "code of the case",
        "documented",
        "409 PaymentAccount.NotEnabled",
        "should name PaymentAccount.NotEnabled, but names PaymentAccount.Disconnected",
    ),
    "port refused": ("valid request accepted", "documented", "200", "returnUrl = a port"),
    "ftp: accepted": ("status of the case", "documented", INVALID, "refreshUrl = ftp:"),
    "one url for everybody": (
        "promise: fresh",
        "documented",
        "200",
        "two calls got the same url",
    ),
    "500 on malformed JSON": ("documented status", "documented", NO_CASE, "a malformed body"),
    "extra properties refused": (
        "valid request accepted",
        "documented",
        "200",
        "an additional text",
    ),
    "500 on GET": ("server error", "standard", NO_CASE, "the server fails with 500"),
    "stack trace of a 400": ("no stack trace", "standard", NO_CASE, "holds a stack trace"),
    "link for a disconnected account": (
        "status of the case",
        "documented",
        "409 PaymentAccount.Disconnected",
        "the documented status of 409 PaymentAccount.Disconnected is 409, not 200",
    ),
}


Runs = Mapping[str, Result]


def half(folder: Path, first: int) -> dict[str, Result]:
    """The runs against every second mutant."""
    return dict(against_each(folder, list(FAULTS)[first::2]))


@pytest.fixture(scope="module")
def runs(start: Start) -> Runs:
    """A run per fault, in two processes."""
    halves = [start(half, first) for first in (0, 1)]
    return {name: run for found in halves for name, run in found.result().items()}


@pytest.mark.parametrize("name", FAULTS)
def test_one_cause_is_one_finding(name: str, runs: Runs) -> None:
    """There is one finding above the advisory, of the right check; it has the case, what is wrong,
    and a command that shows it.
    """
    run = runs[name]
    check, level, case, message = FAULTS[name]
    found = [(finding["check"], finding["level"]) for finding in run.heavy]
    assert (run.code, found) == (1, [(check, level)])
    finding = run.heavy[0]
    assert case in finding["cases"] or (case is None and finding["cases"] == [])
    assert message in finding["message"]
    assert finding["curl"].startswith("curl -i ")
    assert finding["message"] in " ".join(run.out.split())
    assert finding["remedy"] in " ".join(run.out.split())


@pytest.mark.parametrize("name", FAULTS)
def test_only_the_cases_of_a_finding_are_failed(name: str, runs: Runs) -> None:
    """The cases that the finding is about failed, all others are passed."""
    run = runs[name]
    about = set(run.heavy[0]["cases"])
    verdicts = {case: "failed" if case in about else "passed" for case in run.verdicts}
    assert run.verdicts == verdicts
