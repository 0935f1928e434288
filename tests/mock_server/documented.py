"""What the vendor's document says, copied from it by hand, and small helpers to check answers."""

from dataclasses import dataclass
from typing import Any

import httpx
from jsonschema import Draft202012Validator, FormatChecker

ID = "6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11"
OTHER_ID = "0b7d9f0e-52a1-4b0c-8d55-6a1f4c3e2d10"
RETURN_URL = "https://app.example.com/payments/return"
REFRESH_URL = "https://app.example.com/payments/refresh"
VALID = {"returnUrl": RETURN_URL, "refreshUrl": REFRESH_URL}
OPERATION = "POST /organisations/{id}/payment-account/link"

PROBLEM_DETAILS = {
    "type": "object",
    "properties": {
        "type": {"type": ["null", "string"]},
        "title": {"type": ["null", "string"]},
        "status": {
            "pattern": r"^-?(?:0|[1-9]\d*)$",
            "type": ["null", "integer", "string"],
            "format": "int32",
        },
        "detail": {"type": ["null", "string"]},
        "instance": {"type": ["null", "string"]},
    },
}


@dataclass(frozen=True)
class ErrorCase:
    """One documented error."""

    status: int
    code: str
    text: str
    magic: str

    def __str__(self) -> str:
        return self.code


MISSING_RETURN_URL = ErrorCase(
    400,
    "PaymentAccountLink.MissingReturnUrl",
    "ReturnUrl is required",
    "ca5e0400-0001-4000-8000-000000000000",
)
INVALID_RETURN_URL = ErrorCase(
    400,
    "PaymentAccountLink.InvalidReturnUrl",
    "ReturnUrl must be a valid absolute http(s) URL",
    "ca5e0400-0002-4000-8000-000000000000",
)
MISSING_REFRESH_URL = ErrorCase(
    400,
    "PaymentAccountLink.MissingRefreshUrl",
    "RefreshUrl is required",
    "ca5e0400-0003-4000-8000-000000000000",
)
INVALID_REFRESH_URL = ErrorCase(
    400,
    "PaymentAccountLink.InvalidRefreshUrl",
    "RefreshUrl must be a valid absolute http(s) URL",
    "ca5e0400-0004-4000-8000-000000000000",
)
FORBIDDEN = ErrorCase(
    403,
    "Payment.Forbidden",
    "caller does not have permission to configure payments for this organisation",
    "ca5e0403-0001-4000-8000-000000000000",
)
NOT_FOUND = ErrorCase(
    404,
    "Organisation.NotFound",
    "the organisation does not exist or could not be resolved",
    "ca5e0404-0001-4000-8000-000000000000",
)
NOT_ENABLED = ErrorCase(
    409,
    "PaymentAccount.NotEnabled",
    "organisation does not have a payment account; enable it first",
    "ca5e0409-0001-4000-8000-000000000000",
)
DISCONNECTED = ErrorCase(
    409,
    "PaymentAccount.Disconnected",
    "payment account is disconnected; reset the integration and re-run onboarding",
    "ca5e0409-0002-4000-8000-000000000000",
)
PROVIDER_ERROR = ErrorCase(
    502,
    "PaymentAccount.ProviderError",
    "Stripe returned an error while creating the account link",
    "ca5e0502-0001-4000-8000-000000000000",
)

ERRORS = [
    MISSING_RETURN_URL,
    INVALID_RETURN_URL,
    MISSING_REFRESH_URL,
    INVALID_REFRESH_URL,
    FORBIDDEN,
    NOT_FOUND,
    NOT_ENABLED,
    DISCONNECTED,
    PROVIDER_ERROR,
]
LABELS = ["200", *(f"{error.status} {error.code}" for error in ERRORS)]
"""What `Tallystick-Case` says of each of the ten documented cases, in the document's order."""


def path(organisation: str = ID) -> str:
    """The path of the one operation."""
    return f"/organisations/{organisation}/payment-account/link"


def create(mock: httpx.Client, body: Any = VALID, **options: Any) -> httpx.Response:
    """Ask for a link."""
    return mock.post(path(), json=body, **options)


def check_error(response: httpx.Response, error: ErrorCase) -> None:
    """Fails unless the answer is this error, in every documented detail."""
    assert response.headers["tallystick-case"] == f"{error.status} {error.code}"
    check_problem(response, error.status)
    assert response.json() == {
        "type": "https://tools.ietf.org/html/rfc7807",
        "title": error.code,
        "status": error.status,
        "detail": error.text,
    }


def check_success(response: httpx.Response) -> None:
    """Fails unless the answer is the 200, with both documented members."""
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["tallystick-case"] == "200"
    assert response.json().keys() == {"url", "expiresAt"}


def check_problem(response: httpx.Response, status: int) -> None:
    """Fails unless the answer is a problem of this status, valid against the document."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    Draft202012Validator(PROBLEM_DETAILS, format_checker=FormatChecker()).validate(body)
    assert body["status"] == status
    assert isinstance(body["status"], int)
    assert body["title"]
    assert body["detail"]


def check_undocumented(response: httpx.Response, status: int, words: str = "") -> None:
    """Fails unless the answer is a problem that the document has no case for, with these words."""
    check_problem(response, status)
    assert response.headers["tallystick-case"] == str(status)
    assert words in response.json()["detail"]


def served(mock: httpx.Client) -> dict[str, int]:
    """How often each case was served, by its label."""
    rows = mock.get("/_tallystick/coverage").json()
    return {" ".join(filter(None, (row["status"], row["code"]))): row["served"] for row in rows}
