"""Finding an error's code wherever implementations put it, and the case that a response is."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.checks.codes import case_of, holds_text, is_text_of, named_codes
from tallystick.contract import load_contract

CODES = ["PaymentAccount.NotEnabled", "PaymentAccount.Disconnected"]
CASES = list(load_contract().cases)
DISCONNECTED = next(case for case in CASES if case.code == "PaymentAccount.Disconnected")
TEXT = "payment account is disconnected; reset the integration and re-run onboarding"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"title": "PaymentAccount.Disconnected"}, "title"),
        ({"title": "PaymentAccount.Disconnected: it is"}, "title"),
        ({"type": "https://errors.example/PaymentAccount.Disconnected"}, "type"),
        ({"type": "https://errors.example/#PaymentAccount.Disconnected"}, "type"),
        ({"type": "urn:problem:PaymentAccount.Disconnected"}, "type"),
        ({"title": "Conflict", "code": "PaymentAccount.Disconnected"}, "extension code"),
        ({"errorCode": "PaymentAccount.Disconnected"}, "extension errorCode"),
        ({"errorCodes": ["PaymentAccount.Disconnected"]}, "extension errorCodes"),
        ({"errors": [{"code": "PaymentAccount.Disconnected"}]}, "extension errors"),
        ({"error": {"code": "PaymentAccount.Disconnected"}}, "extension error"),
        ({"detail": "PaymentAccount.Disconnected: it is disconnected"}, "detail"),
        ({"detail": "[PaymentAccount.Disconnected] it is disconnected"}, "detail"),
    ],
)
def test_a_code_is_found(body: Any, place: str) -> None:
    """The code is found, and the place is named."""
    assert named_codes(body, CODES) == [("PaymentAccount.Disconnected", place)]


@pytest.mark.parametrize(
    "body",
    [
        {"title": "Conflict"},
        {"title": "PaymentAccount.DisconnectedNow"},
        {"title": "paymentaccount.disconnected"},
        {"code": "PaymentAccount.Disconnected!"},
        {"type": "https://errors.example/XPaymentAccount.Disconnected"},
        {"detail": "it is PaymentAccount.Disconnected"},
        {"instance": "PaymentAccount.Disconnected"},
        [],
        None,
        "PaymentAccount.Disconnected",
    ],
)
def test_no_code_is_found(body: Any) -> None:
    """What is no documented code, or stands nowhere that codes do, is none."""
    assert named_codes(body, CODES) == []


def test_two_codes_are_both_found() -> None:
    """Where two places name two codes, both are found, the title's first."""
    body = {"code": "PaymentAccount.NotEnabled", "title": "PaymentAccount.Disconnected"}
    assert named_codes(body, CODES) == [
        ("PaymentAccount.Disconnected", "title"),
        ("PaymentAccount.NotEnabled", "extension code"),
    ]


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (409, {"title": "PaymentAccount.Disconnected"}, "PaymentAccount.Disconnected"),
        (409, {"title": "Conflict", "detail": f"{TEXT}."}, "PaymentAccount.Disconnected"),
        (409, {"detail": TEXT.replace("-", " ").upper()}, "PaymentAccount.Disconnected"),
        (409, {"message": TEXT}, "PaymentAccount.Disconnected"),
        (409, {"title": "PaymentAccount.NotEnabled", "detail": TEXT}, "PaymentAccount.NotEnabled"),
        (400, {"title": "PaymentAccount.Disconnected"}, None),
        (400, {"detail": TEXT}, None),
        (409, {"title": "Conflict", "detail": "Something else"}, None),
        (409, {}, None),
        (409, None, None),
    ],
)
def test_a_response_is_a_case_by_code_or_else_by_text(
    status: int, body: Any, code: str | None
) -> None:
    """The code decides, and without any code the documented text; the status must agree."""
    found = case_of(CASES, status, body)
    assert (found.code if found else None) == code


def test_a_success_is_a_case_by_its_status() -> None:
    """A case without a code is known by its status alone."""
    found = case_of(CASES, 200, {"url": "https://connect.example.test/1"})
    assert found is not None
    assert (found.status, found.code) == ("200", None)


def test_the_text_may_be_a_part_or_all_of_the_detail() -> None:
    """A detail that says more holds the documented text, and is not nothing but it."""
    more = {"detail": f"Sorry: {TEXT}, please."}
    assert (holds_text(more, DISCONNECTED), is_text_of(more, DISCONNECTED)) == (True, False)
    same = {"detail": f"{TEXT.capitalize()}."}
    assert (holds_text(same, DISCONNECTED), is_text_of(same, DISCONNECTED)) == (True, True)
