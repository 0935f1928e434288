"""Finding an error's code wherever implementations put it."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.codes import found_code, names_case
from tallystick.contract import load_contract

CODES = ["PaymentAccount.NotEnabled", "PaymentAccount.Disconnected"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"title": "PaymentAccount.Disconnected"}, "title"),
        ({"type": "https://errors.example/PaymentAccount.Disconnected"}, "type"),
        ({"type": "urn:problem:PaymentAccount.Disconnected"}, "type"),
        ({"title": "Conflict", "code": "PaymentAccount.Disconnected"}, "extension code"),
        ({"errorCode": "PaymentAccount.Disconnected"}, "extension errorCode"),
        ({"errorCodes": ["PaymentAccount.Disconnected"]}, "extension errorCodes"),
        ({"error": {"code": "PaymentAccount.Disconnected"}}, "extension error"),
        ({"detail": "PaymentAccount.Disconnected: it is disconnected"}, "detail"),
    ],
)
def test_a_code_is_found(body: Any, place: str) -> None:
    """The code is found, and the place is named."""
    assert found_code(body, CODES) == ("PaymentAccount.Disconnected", place)


@pytest.mark.parametrize(
    "body",
    [
        {"title": "Conflict"},
        {"title": "PaymentAccount.DisconnectedNow"},
        {"type": "https://errors.example/XPaymentAccount.Disconnected"},
        [],
        None,
        "PaymentAccount.Disconnected",
    ],
)
def test_no_code_is_found(body: Any) -> None:
    """What is no documented code, or stands nowhere that codes do, is none."""
    assert found_code(body, CODES) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"title": "PaymentAccount.Disconnected"}, True),
        ({"title": "PaymentAccount.NotEnabled"}, False),
        (
            {
                "title": "Conflict",
                "detail": "Payment account is disconnected; reset the integration and re-run "
                "onboarding.",
            },
            True,
        ),
        ({"title": "Conflict", "detail": "Something else"}, False),
        ({}, False),
    ],
)
def test_an_answer_is_a_case_by_code_or_else_by_text(body: Any, expected: bool) -> None:
    """Without any code, the documented text tells the case."""
    cases = list(load_contract().cases)
    case = next(case for case in cases if case.code == "PaymentAccount.Disconnected")
    others = [other for other in cases if other is not case]
    assert names_case(body, case, others) is expected
