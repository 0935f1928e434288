"""The table of checks: every check is tested, and one mistake breaks one check."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from contract_tests.checks import table
from contract_tests.checks.context import CheckContext
from contract_tests.checks.promises import PROMISES
from contract_tests.checks.table import (
    CHECKS,
    COMPLETE_RESPONSE,
    PROMISE_CHECKS,
    RESPONSE_CHECKS,
    SEQUENCE_CHECKS,
    Check,
    ResponseCheck,
    checks_of,
    incomplete,
    ordered,
    violations,
)
from contract_tests.http.exchange import TransportError
from tallystick.contract import load_contract
from tests.contract_tests.checks import (
    test_conformance,
    test_content,
    test_disclosure,
    test_documented_examples,
    test_headers,
    test_promises,
    test_semantics,
)
from tests.contract_tests.checks.contexts import (
    BROKEN,
    JSON,
    LAMP,
    LAMPS,
    READINGS,
    RED,
    Rows,
    accepted,
    got,
    handled,
    reaching,
    refused,
)

ROWS: Rows = {
    **test_conformance.ROWS,
    **test_semantics.ROWS,
    **test_disclosure.ROWS,
    **test_promises.ROWS,
    **test_content.ROWS,
    **test_documented_examples.ROWS,
    **test_headers.ROWS,
}
IS_BROKEN = reaching("409 Lamp.Broken")
TRACE = 'Traceback (most recent call last):\n  File "/srv/app/lamps.py", line 7, in switch\n'

# Responses that break two checks by one mistake: the check that is found, and those that are not.
ONE_MISTAKE: Mapping[str, tuple[CheckContext, ResponseCheck, Sequence[ResponseCheck]]] = {
    "an undocumented status for what had better be accepted": (
        got(201, LAMP, accepted(is_advised=True)),
        table.DOCUMENTED_STATUS,
        [table.VALID_ADVISED],
    ),
    "an undocumented success of what had better be refused": (
        got(201, None, refused(is_advised=True)),
        table.DOCUMENTED_STATUS,
        [table.REFUSAL_ADVISED],
    ),
    "another success, without its headers": (
        got(201, None, reaching("200", READINGS), operation=READINGS),
        table.STATUS_OF_THE_CASE,
        [table.RESPONSE_HEADERS],
    ),
    "another success, without its body": (
        got(200, None, reaching("202", READINGS), operation=READINGS),
        table.STATUS_OF_THE_CASE,
        [table.BODY_THERE],
    ),
    "another success, with nothing in it": (
        got(202, None, reaching("200", READINGS), operation=READINGS),
        table.STATUS_OF_THE_CASE,
        [table.EMPTY_BODY],
    ),
    "another success, with a PIN and a wrong example": (
        got(200, {"watts": "9", "pin": "1"}, reaching("202", READINGS), operation=READINGS),
        table.STATUS_OF_THE_CASE,
        [table.EXAMPLE, table.WRITE_ONLY],
    ),
    "an undocumented status for a case": (
        got(302, None, reaching("200")),
        table.DOCUMENTED_STATUS,
        [table.STATUS_OF_THE_CASE],
    ),
    "an HTML page instead of a case": (  # the example of docs/contract-tests.md
        got(302, b"<p>", IS_BROKEN, media_type="text/html"),
        table.DOCUMENTED_STATUS,
        [table.STATUS_OF_THE_CASE],
    ),
    "an undocumented status for a valid request": (
        got(201, LAMP, RED),
        table.DOCUMENTED_STATUS,
        [table.VALID_ACCEPTED],
    ),
    "an undocumented status for an equal request": (
        got(201, LAMP, accepted(source="RFC 8259 section 2")),
        table.DOCUMENTED_STATUS,
        [table.EQUIVALENT_ACCEPTED],
    ),
    "an undocumented status for an invalid request": (
        got(302, None, refused()),
        table.DOCUMENTED_STATUS,
        [table.INVALID_REFUSED],
    ),
    "an error under another status": (
        got(400, {**BROKEN, "status": 409}, IS_BROKEN),
        table.STATUS_OF_THE_CASE,
        [table.STATUS_MEMBER],
    ),
    "a success for an invalid request, with an error in it": (
        got(200, {**LAMP, "code": "Lamp.Broken"}, refused("Lamp.Broken")),
        table.INVALID_REFUSED,
        [table.STATUS_OF_THE_CODE],
    ),
    "an undocumented status that names a case": (
        got(302, {"code": "Lamp.Broken"}, handled("Lamp.Unknown")),
        table.DOCUMENTED_STATUS,
        [table.STATUS_OF_THE_CODE],
    ),
    "an HTML page instead of a success": (
        got(404, b"<p>", RED, media_type="text/html"),
        table.VALID_ACCEPTED,
        [table.MEDIA_TYPE],
    ),
    "a success that is no JSON": (
        got(200, b"on"),
        table.JSON_BODY,
        [table.BODY_SCHEMA],
    ),
    "an error of another media type, without its code": (
        got(409, {}, IS_BROKEN, media_type=JSON),
        table.MEDIA_TYPE,
        [table.CODE_OF_THE_CASE],
    ),
    "a code of the wrong type": (
        got(409, {"title": 7}, IS_BROKEN),
        table.BODY_SCHEMA,
        [table.CODE_OF_THE_CASE, table.PROBLEM_MEMBERS],
    ),
    "code and text of another case": (
        got(409, {"title": "Lamp.Locked", "detail": "somebody has locked the lamp"}, IS_BROKEN),
        table.CODE_OF_THE_CASE,
        [table.TEXT_OF_THE_CASE],
    ),
    "a stack trace with its source paths": (
        got(500, {"title": "Error", "detail": TRACE}),
        table.NO_STACK_TRACE,
        [table.NO_SOURCE_PATH],
    ),
    "a URL that is not absolute, and does not live long": (
        test_promises.success(
            {"url": "/setup/1", "expiresAt": "2026-03-01T11:00:00Z"},
            ("absolute-url", {}),
            ("expires-in-the-future", {"member": "expiresAt"}),
        ),
        table.ABSOLUTE_URL,
        [PROMISE_CHECKS["expires-in-the-future"]],
    ),
    "the caller's URL, too slow": (
        test_promises.success(
            {"url": "https://app.example/back"},
            ("not-the-callers-url", {}),
            ("answers-within", {"seconds": 1}),
        ),
        table.NOT_THE_CALLERS_URL,
        [PROMISE_CHECKS["answers-within"]],
    ),
}
PROMISES_BROKEN = [
    pytest.param(check, row.context, id=f"{check.name}: {row.what}")
    for check, rows in test_promises.ROWS.items()
    for row in rows
    if row.message
]


@pytest.mark.parametrize("name", ONE_MISTAKE)
def test_one_mistake_breaks_one_check(name: str) -> None:
    """The others would find a violation, too, and are suppressed."""
    context, expected, suppressed = ONE_MISTAKE[name]
    assert [check.violations(context) == [] for check in suppressed] == [False] * len(suppressed)
    assert [check.name for check, _ in violations(context)] == [expected.name]


@pytest.mark.parametrize(("check", "context"), PROMISES_BROKEN)
def test_a_body_of_another_media_type_breaks_no_promise(
    check: ResponseCheck, context: CheckContext
) -> None:
    """A promise is broken in the documented body, and not looked at in any other."""
    assert [found.name for found, _ in violations(context)] == [check.name]
    response = replace(context.response, headers={"content-type": "text/plain"})
    found = violations(replace(context, response=response))
    assert [found.name for found, _ in found] == ["documented media type"]


def test_every_check_is_tested_both_ways() -> None:
    """Each check has a row for a violation and one for none; so has a complete response."""
    both = [
        check
        for check, rows in ROWS.items()
        if {row.message is None for row in rows} == {True, False}
    ]
    assert [check.name for check in RESPONSE_CHECKS if check not in both] == []
    assert set(CHECKS) - set(RESPONSE_CHECKS) == {COMPLETE_RESPONSE, *SEQUENCE_CHECKS}
    assert list(PROMISE_CHECKS) == list(PROMISES)


def test_every_suppression_is_tested() -> None:
    """Each check that others suppress is suppressed in some row."""
    tested = [check for _, _, suppressed in ONE_MISTAKE.values() for check in suppressed]
    missing = [
        check.name
        for check in RESPONSE_CHECKS
        if check.suppressed_by and check not in (*tested, *PROMISE_CHECKS.values())
    ]
    assert missing == []


def test_an_incomplete_response_breaks_one_check() -> None:
    """The source is the standard that asks for the response."""
    error = TransportError("no response came within 3 s", "RFC 9110 section 3.4")
    check, violation = incomplete(error)
    assert (check.name, violation.message, violation.source) == (
        "complete response",
        "no response came within 3 s",
        "RFC 9110 section 3.4",
    )


def test_suppression_is_checked_when_the_table_is_made() -> None:
    """A check must come after those that suppress it, and have a name of its own."""
    first, second = table.DOCUMENTED_STATUS, table.STATUS_OF_THE_CASE
    assert ordered(first, second) == (first, second)
    with pytest.raises(ValueError, match="'status of the case' must come after documented status"):
        ordered(second, first)
    with pytest.raises(ValueError, match="two checks named 'documented status'"):
        ordered(first, first)


def test_a_report_lists_the_checks_of_its_contract() -> None:
    """A promise is among them where the contract makes it."""
    promises = [f"promise: {name}" for name in PROMISES]
    of_lamps = [check.name for check in checks_of(LAMPS)]
    assert [name for name in of_lamps if name in promises] == []
    assert len(of_lamps) == len(CHECKS) - len(promises)
    bundled = [check.name for check in checks_of(load_contract())]
    assert [name for name in bundled if name in promises] == promises


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_check_says_what_mends_a_violation(check: Check) -> None:
    """In one sentence that fits into a line of a terminal."""
    assert re.fullmatch(r"[A-Z].{10,110}\.", check.remedy), check.remedy
