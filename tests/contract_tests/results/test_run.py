"""A run: verdicts, findings and exit codes, by exchanges that are made by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.http.client import Client
from contract_tests.http.exchange import Exchange, Response, TransportError
from contract_tests.plan import Plan
from contract_tests.results.report import exit_code, summary, to_json
from contract_tests.results.run import Run, Verdict
from contract_tests.target.target import Target
from tallystick.catalogue.cases import Case
from tallystick.contract import load_contract

CONTRACT = load_contract()
OPERATION = CONTRACT.operations[0]
BROKEN = "409 PaymentAccount.Disconnected"
PROBLEM = {"title": "PaymentAccount.Disconnected"}
TIMEOUT = TransportError("no response came within 3 s", "RFC 9110 section 3.4")


@pytest.fixture
def run() -> Run:
    """A run against a target that nobody asks."""
    target = Target("http://127.0.0.1:1", headers={"x-key": "a-secret-key"})
    return Run(CONTRACT, target, Client(target), Plan(CONTRACT, target, 7))


def case(label: str) -> Case:
    """The documented case of this label."""
    return next(case for case in OPERATION.cases if case.label == label)


def got(status: int, body: Any, media_type: str = "", **headers: str) -> Exchange:
    """An exchange with this response."""
    media_type = media_type or ("application/problem+json" if status >= 400 else "application/json")
    typed = {"content-type": media_type, **headers}
    return Exchange(Response(status, typed, json.dumps(body).encode()), "", "curl -i")


def check(run: Run, label: str, exchange: Exchange, what: str = "the request") -> None:
    """Check the response to a request that should get a case."""
    expectation = Expectation(ExpectationKind.CASE, f"{label}: {what}", (case(label),))
    run.check(OPERATION, exchange, expectation)


def found(run: Run) -> list[tuple[str, str]]:
    """The checks of the findings, with their sources."""
    return [(finding.check.name, finding.source) for finding in run.findings]


def test_a_case_that_was_reached_is_passed(run: Run) -> None:
    """Its responses break no check, and are counted."""
    check(run, BROKEN, got(409, PROBLEM))
    check(run, BROKEN, got(409, PROBLEM))
    result = run.case_result(case(BROKEN))
    assert (result.verdict, result.reason, result.requests) == (Verdict.PASSED, "", 2)
    assert run.styles == {"title": 2}


def test_a_response_counts_for_its_case(run: Run) -> None:
    """Whichever request brought it, unless the document does not describe such requests."""
    refused = Expectation(ExpectationKind.HANDLED, "an odd request")
    served = Expectation(ExpectationKind.SERVED, "PUT")
    run.check(OPERATION, got(409, PROBLEM), served)
    assert run.case_result(case(BROKEN)).verdict is Verdict.NOT_COVERED
    run.check(OPERATION, got(409, PROBLEM), refused)
    assert run.case_result(case(BROKEN)).verdict is Verdict.PASSED


def test_a_case_whose_response_breaks_a_check_is_failed(run: Run) -> None:
    """It stays so, with the first reason, whatever comes after."""
    check(run, BROKEN, got(200, {"url": "https://a.example/1"}))
    run.reached(case(BROKEN))
    check(run, BROKEN, got(500, {}))
    run.not_covered(case(BROKEN), "too late")
    result = run.case_result(case(BROKEN))
    assert result.verdict is Verdict.FAILED
    assert result.reason == f"the documented status of {BROKEN} is 409, not 200"
    assert exit_code(run, allow_not_covered=True) == 1
    assert [finding.check.name for finding in run.take_broken()] == [
        "status of the case",
        "documented status",
    ]
    assert run.take_broken() == []


def test_an_advice_fails_no_case(run: Run) -> None:
    """It is a finding, and changes neither verdict nor exit code."""
    check(run, BROKEN, got(409, {**PROBLEM, "status": "500"}))
    run.reached(case(BROKEN))
    assert [name for name, _ in found(run)] == ["status text"]
    assert run.case_result(case(BROKEN)).verdict is Verdict.PASSED
    assert run.take_broken() == []
    assert exit_code(run, allow_not_covered=True) == 0


def test_verdicts_of_cases_that_nobody_tried(run: Run) -> None:
    """A case is not covered, or unreachable where the target file says so, each with its reason."""
    run.not_covered(case("200"), "nothing says how")
    run.unreachable(case(BROKEN), "the provider never fails")
    rows = {f"{row['status']} {row['code'] or ''}".strip(): row for row in to_json(run)["cases"]}
    members = ("verdict", "reason", "requests")
    assert [rows["200"][name] for name in members] == ["not_covered", "nothing says how", 0]
    assert [rows[BROKEN][name] for name in members] == [
        "unreachable",
        "the provider never fails",
        0,
    ]
    text = summary(run)
    assert "0 passed · 0 failed · 9 not covered · 1 unreachable · 0 findings" in text
    assert exit_code(run) == 3


def test_unreachable_cases_leave_the_exit_code_alone(run: Run) -> None:
    """With all others passed it is 0."""
    for each in OPERATION.cases:
        run.reached(each)
    assert exit_code(run) == 0
    run.case_results.clear()
    for each in OPERATION.cases:
        run.unreachable(each, "no")
    assert exit_code(run) == 0


def test_no_response_breaks_one_check(run: Run) -> None:
    """The finding has the standard that asks for a response, and what came instead."""
    check(run, "200", Exchange(TIMEOUT, "", "curl -i"))
    assert found(run) == [("complete response", "RFC 9110 section 3.4")]
    (finding,) = run.findings
    assert finding.response == "no response came within 3 s"
    assert run.case_result(case("200")).verdict is Verdict.FAILED


def test_a_response_that_asks_for_time_is_no_finding(run: Run) -> None:
    """A 429, or a 503 with Retry-After, says nothing about the request."""
    check(run, "200", got(429, {}))
    check(run, "200", got(503, {}, **{"retry-after": "1"}))
    assert found(run) == []
    check(run, "200", got(503, {}))
    assert [name for name, _ in found(run)] == ["documented status"]


def test_a_response_is_compared_with_those_before(run: Run) -> None:
    """The same link twice is a broken promise, with the overlay's words and place."""
    same = {"url": "https://connect.example/s/abcdefghijkl"}
    check(run, "200", got(200, same))
    assert found(run) == []
    check(run, "200", got(200, same))
    ((name, source),) = found(run)
    assert name == "promise: fresh"
    assert "dolfin-payment-account-link.overlay.yaml:" in source
    (finding,) = run.findings
    assert finding.quote == "The returned link is single-use and expires"
    assert "abcdefghijkl" not in str(finding)


def test_one_cause_is_one_finding(run: Run) -> None:
    """The finding has every case that showed it, and names the requests."""
    check(run, BROKEN, got(409, PROBLEM, "application/json"))
    check(
        run,
        "404 Organisation.NotFound",
        got(404, {"title": "Organisation.NotFound"}, "application/json"),
    )
    (finding,) = run.findings
    assert finding.check.name == "documented media type"
    assert [each.label for each in finding.cases] == [BROKEN, "404 Organisation.NotFound"]
    assert finding.full_message == (
        "the documented media type is application/problem+json, not application/json "
        f"(seen with: {BROKEN}: the request; 404 Organisation.NotFound: the request)"
    )


def test_two_codes_that_are_crossed_are_one_finding(run: Run) -> None:
    """Two cases that name each other's code have one cause."""
    check(run, BROKEN, got(409, {"title": "PaymentAccount.NotEnabled"}))
    check(run, "409 PaymentAccount.NotEnabled", got(409, PROBLEM))
    (finding,) = run.findings
    assert finding.check.name == "code of the case"
    assert len(finding.cases) == 2


def test_a_documented_finding_quotes_the_document(run: Run) -> None:
    """The place is that of the case, the quote its own words."""
    check(run, BROKEN, got(400, PROBLEM))
    (finding,) = run.findings
    assert finding.source.endswith(
        "openapi/dolfin-payment-account-link.yaml:120 at #/paths/~1organisations~1{id}"
        "~1payment-account~1link/post/responses/409/description"
    )
    said = "payment account is disconnected; reset the integration and re-run onboarding"
    assert finding.quote == said
    assert str(finding).splitlines() == [
        f"status of the case (documented): the documented status of {BROKEN} is 409, not 400 "
        f"PaymentAccount.Disconnected (seen with: {BROKEN}: the request)",
        f"  source    {finding.source}",
        f'  quote     "{said}"',
        '  response  400 application/problem+json {"title": "PaymentAccount.Disconnected"}',
        "  change    Answer this request with the documented status, or correct the case in the "
        "document.",
        "  repeat    curl -i",
    ]


def test_a_finding_has_its_members_in_a_report(run: Run) -> None:
    """Each finding has the members that other programs read, and an id that stays the same."""
    check(run, BROKEN, got(400, PROBLEM))
    (row,) = to_json(run)["findings"]
    names = {"id", "check", "level", "source", "operation", "case", "message", "curl"}
    assert names - row.keys() == set()
    assert (row["check"], row["level"], row["case"]) == ("status of the case", "documented", BROKEN)
    assert row["response"].startswith("400 application/problem+json")
    assert row["operation"] == "POST /organisations/{id}/payment-account/link"


def test_a_secret_is_in_no_finding(run: Run) -> None:
    """A response that gives a secret back is shown without it."""
    check(run, BROKEN, got(409, {**PROBLEM, "detail": "the key a-secret-key"}))
    assert [name for name, _ in found(run)] == ["no secret"]
    assert "a-secret-key" not in json.dumps(to_json(run))
