"""`report.json` and JUnit XML: their format, what they say, and that two runs say the same."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from tests.contract_tests.commands import (
    SEED,
    Result,
    against,
    mutant,
    pytest_suite,
    stateless,
)
from tests.contract_tests.conftest import Start
from tests.contract_tests.several import against_each
from tests.contract_tests.targets import LABELS, write_target
from tests.independent.serve import serving

Runs = Mapping[str, Result]
LINK = "POST /organisations/{id}/payment-account/link"
DOCUMENT = "openapi/dolfin-payment-account-link.yaml"
AT = "#/paths/~1organisations~1{id}~1payment-account~1link/post/responses"
CASE_KEYS = {"operation", "status", "code", "verdict", "reason", "requests"}
FINDING_KEYS = {"id", "check", "level", "source", "operation", "case", "message", "curl"}

DOCUMENTED = "link for a disconnected account"
STANDARD = "status member disagrees"
DRAWN = "ftp: accepted"
NO_CASE = "500 on malformed JSON"


def several(folder: Path) -> dict[str, Result]:
    """The runs against mutants whose findings these tests look at."""
    return dict(against_each(folder, [DOCUMENTED, STANDARD, NO_CASE, DRAWN]))


def again(folder: Path) -> Result:
    """`tallystick test` against one of them once more."""
    return against(folder, DRAWN)


def by_pytest(folder: Path) -> Result:
    """`pytest contract_tests` against the same mutant, with the same seed."""
    with serving(mutant(DRAWN)()) as url:
        target = write_target(folder, url)
        return pytest_suite(folder, "--target", target, f"--hypothesis-seed={SEED}")


@pytest.fixture(scope="module", autouse=True)
def runs(start: Start) -> Runs:
    """The runs of this file."""
    of_mutants = start(several)
    others = {run.__name__: start(run) for run in (again, by_pytest, stateless)}
    return {**of_mutants.result(), **{name: run.result() for name, run in others.items()}}


def only(run: Result) -> Any:
    """The only finding of a run."""
    (finding,) = run.broken
    return finding


def test_cases_have_their_format(correct: Result) -> None:
    """Each case has the members that the design lists, in the document's order."""
    cases = correct.report["cases"]
    assert [CASE_KEYS - case.keys() for case in cases] == [set()] * 10
    assert {case["operation"] for case in cases} == {LINK}
    assert [f"{case['status']} {case['code'] or ''}".strip() for case in cases] == LABELS
    assert {type(case["status"]) for case in cases} == {str}
    assert (cases[0]["code"], cases[0]["reason"]) == (None, None)


def test_requests_are_counted(recorded: tuple[Any, Result], correct: Result) -> None:
    """Each case has requests; all requests of the run are those that the target saw."""
    assert all(case["requests"] > 0 for case in correct.report["cases"])
    assert correct.report["requests"] == len(recorded[0].requests)


def test_a_documented_finding_has_its_place(runs: Runs) -> None:
    """The source is file, line and JSON pointer; the sentence is the document's own."""
    finding = only(runs[DOCUMENTED])
    assert FINDING_KEYS - finding.keys() == set()
    assert (finding["level"], finding["operation"]) == ("documented", LINK)
    assert finding["case"] == "409 PaymentAccount.Disconnected"
    assert finding["source"].endswith(f"{DOCUMENT}:120 at {AT}/409/description")
    said = "payment account is disconnected; reset the integration and re-run onboarding"
    assert finding["quote"] == said
    assert f'quote     "{said}"' in runs[DOCUMENTED].out


def test_a_standard_finding_has_its_section(runs: Runs) -> None:
    """The source is an RFC and its section."""
    finding = only(runs[STANDARD])
    assert (finding["level"], finding["source"]) == ("standard", "RFC 9457 section 3.1.2")
    assert finding["cases"] == LABELS[1:]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_command_of_a_finding_repeats_it(runs: Runs, tmp_path: Path) -> None:
    """A shell that runs the command of a finding gets the wrong response again."""
    command = only(runs[DOCUMENTED])["curl"]
    with serving(mutant(DOCUMENTED)()) as url:
        here = re.sub(r"127\.0\.0\.1:\d+", urlsplit(url).netloc, command)
        done = subprocess.run(
            ["bash", "-c", f"{here} -s"], capture_output=True, text=True, timeout=30, cwd=tmp_path
        )
    assert done.stdout.splitlines()[0] == "HTTP/1.1 200 OK", done.stderr


def steady(run: Result) -> Any:
    """What a report says of cases and findings, without the port of the target."""
    keys = ("id", "check", "cases", "message", "curl")
    findings = [{key: finding[key] for key in keys} for finding in run.broken]
    return run.report["cases"], re.sub(r"127\.0\.0\.1:\d+", "TARGET", repr(findings))


def test_the_same_seed_finds_the_same(runs: Runs) -> None:
    """Two runs with one seed have the same verdicts and findings, to the letter."""
    first, again = runs[DRAWN], runs["again"]
    assert (first.report["seed"], again.report["seed"]) == (SEED, SEED)
    assert steady(first) == steady(again)
    assert first.report["requests"] == again.report["requests"]


def test_both_commands_are_the_same_run(runs: Runs) -> None:
    """`pytest contract_tests` and `tallystick test` report the same for one seed."""
    first, other = runs[DRAWN], runs["by_pytest"]
    assert (first.code, other.code) == (1, 1)
    assert steady(first) == steady(other)
    assert first.report["requests"] == other.report["requests"]


def suite_of(run: Result) -> ElementTree.Element:
    """The only test suite of a JUnit report."""
    (suite,) = ElementTree.fromstring(run.junit)
    return suite


def names(suite: ElementTree.Element, kind: str) -> list[str | None]:
    """The names of the test cases that have an element of this kind."""
    return [case.get("name") for case in suite if case.find(kind) is not None]


def test_junit_has_a_test_case_per_case(correct: Result) -> None:
    """Without a finding there are the ten cases and the checks, and none failed or was skipped."""
    suite = suite_of(correct)
    tests = [case.get("name") or "" for case in suite]
    assert tests[:10] == LABELS
    assert "check: documented status" in tests[10:]
    assert all(name.startswith("check: ") for name in tests[10:])
    assert {case.get("classname") for case in suite} == {LINK}
    counts = [suite.get(name) for name in ("tests", "failures", "skipped", "errors")]
    assert counts == [str(len(tests)), "0", "0", "0"]


def test_junit_counts_failures_and_what_was_skipped(runs: Runs) -> None:
    """A failed case has failed, with its finding; what was not covered was skipped."""
    suite = suite_of(runs[DOCUMENTED])
    assert names(suite, "failure") == ["409 PaymentAccount.Disconnected"]
    assert (suite.get("failures"), suite.get("skipped")) == ("1", "0")
    (failure,) = suite.iter("failure")
    assert "repeat    curl" in (failure.text or "")

    skipping = suite_of(runs["stateless"])
    assert names(skipping, "skipped") == LABELS[5:]
    assert (skipping.get("failures"), skipping.get("skipped")) == ("0", "5")


def test_junit_has_a_test_case_for_what_is_about_no_case(runs: Runs) -> None:
    """A finding that is about no case fails the test of its check."""
    run = runs[NO_CASE]
    suite = suite_of(run)
    assert suite.get("failures") == "1"
    assert names(suite, "failure") == ["check: documented status"]
    assert only(run)["check"] == "documented status"


def test_all_formats_have_the_same_finding(runs: Runs) -> None:
    """Each file beside report.json names what was found; SARIF has it at its line."""
    run = runs[DOCUMENTED]
    finding = only(run)
    assert finding["location"]["file"].endswith("dolfin-payment-account-link.yaml")
    assert finding["location"]["line"] > 1
    for name in ("report.html", "report.sarif"):
        assert finding["id"] in (run.folder / name).read_text(encoding="utf-8")
    for name in ("summary.md", "junit.xml"):
        assert finding["check"] in (run.folder / name).read_text(encoding="utf-8")
    assert "cases passed: 9 of 10" in (run.folder / "badge.svg").read_text(encoding="utf-8")


def test_no_colour_outside_a_terminal(runs: Runs) -> None:
    """What is not written to a terminal holds no escape sequences."""
    run = runs[DOCUMENTED]
    assert "\x1b" not in run.out + run.err
