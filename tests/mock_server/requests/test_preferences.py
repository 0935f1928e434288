"""The `Prefer` header (RFC 7240): how it may be written, and what is refused."""

import httpx
import pytest

from tests.mock_server.documented import (
    DISCONNECTED,
    FORBIDDEN,
    LABELS,
    check_error,
    check_success,
    check_undocumented,
    create,
    path,
)

ASKS_FOR_DISCONNECTED = [
    'example="PaymentAccount.Disconnected"',
    "Example=PaymentAccount.Disconnected",
    "code = 409 ,\texample = PaymentAccount.Disconnected",
    'code="409", example="PaymentAccount.Disconnected"',
    "example=PaymentAccount.Disconnected,code=409",
    "example=PaymentAccount.Disconnected; strict; note=x",
    'example=PaymentAccount.Disconnected; note="a, code=403"',
    "wait=10, respond-async, example=PaymentAccount.Disconnected",
    'handling="lenient, code=403", example=PaymentAccount.Disconnected',
    'x="a\\", code=403", example=PaymentAccount.Disconnected',
    'example="Payment\\Account.Disconnected"',
    ",, ,example=PaymentAccount.Disconnected,",
    'example="PaymentAccount.Disconnected',
]


@pytest.mark.parametrize("prefer", ASKS_FOR_DISCONNECTED)
def test_spellings(mock: httpx.Client, prefer: str) -> None:
    """Names in any case, white space, quoted values, parameters and other preferences beside it:
    each of these asks for the same case.
    """
    check_error(create(mock, headers={"Prefer": prefer}), DISCONNECTED)


@pytest.mark.parametrize(
    "lines",
    [
        ["code=409", "example=PaymentAccount.Disconnected"],
        ["example=PaymentAccount.Disconnected", "code=409"],
        ["wait=5", 'example="PaymentAccount.Disconnected"'],
    ],
)
def test_several_lines(mock: httpx.Client, lines: list[str]) -> None:
    """Several Prefer lines count as one list (RFC 9110 section 5.3)."""
    check_error(create(mock, headers=[("Prefer", line) for line in lines]), DISCONNECTED)


def test_first_of_two(mock: httpx.Client) -> None:
    """Of two preferences of one name the first holds (RFC 7240 section 2)."""
    check_error(create(mock, headers={"Prefer": "code=403, code=409"}), FORBIDDEN)


@pytest.mark.parametrize(
    "prefer",
    ["wait=10", "respond-async", "return=minimal", "", ",", "=409", 'x="code=409"', "xcode=409"],
)
def test_other_preferences_are_ignored(mock: httpx.Client, prefer: str) -> None:
    """Preferences that ask for no case change nothing, and none is said to be applied."""
    answer = create(mock, headers={"Prefer": prefer})
    check_success(answer)
    assert "preference-applied" not in answer.headers


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [
        ("code=409", "code=409"),
        ("example=Payment.Forbidden", 'example="Payment.Forbidden"'),
        ('wait=1, example="Payment.Forbidden", code=403', 'code=403, example="Payment.Forbidden"'),
        ("code=200", "code=200"),
    ],
)
def test_applied(mock: httpx.Client, prefer: str, applied: str) -> None:
    """`Preference-Applied` says which preferences were heeded (RFC 7240 section 3)."""
    assert create(mock, headers={"Prefer": prefer}).headers["preference-applied"] == applied


def test_applied_only_when_asked(mock: httpx.Client) -> None:
    """A request without Prefer gets no `Preference-Applied`."""
    assert "preference-applied" not in create(mock).headers


UNKNOWN = [
    "code=418",
    "code=500",
    "code=4",
    "code=4000",
    "code=",
    "code",
    "code=abc",
    "example=Nope",
    "example=paymentaccount.disconnected",
    'example=""',
    "example=409",
    "code=403, example=PaymentAccount.Disconnected",
    'example="\xff"',
]


@pytest.mark.parametrize("prefer", UNKNOWN)
def test_unknown_case_is_refused(mock: httpx.Client, prefer: str) -> None:
    """What the operation does not document is refused, and each case that it does is listed."""
    answer = create(mock, headers={"Prefer": prefer.encode("latin-1")})
    check_undocumented(answer, 400)
    assert answer.headers["tallystick-error"] == "unknown case"
    assert "preference-applied" not in answer.headers
    assert [label for label in LABELS if label not in answer.json()["detail"]] == []


def test_a_code_asked_for_as_a_status_gets_a_hint(mock: httpx.Client) -> None:
    """`code` is a status in the Prefer header, as other mocks read it."""
    answer = create(mock, headers={"Prefer": "code=Payment.Forbidden"})
    hint = 'A code is asked for with Prefer: example="Payment.Forbidden".'
    assert (answer.status_code, answer.json()["detail"].endswith(hint)) == (400, True)


@pytest.mark.parametrize("case", ["418", "500", "Nope", "a%0Ab", "%FF", "409%20Payment.Forbidden"])
def test_unknown_case_in_address_is_refused(mock: httpx.Client, case: str) -> None:
    """An address form with an unknown case is refused in the same way."""
    answer = mock.post(f"/~case/{case}{path()}", json={})
    check_undocumented(answer, 400)
    assert answer.headers["tallystick-error"] == "unknown case"
    assert [label for label in LABELS if label not in answer.json()["detail"]] == []


@pytest.mark.parametrize(
    "prefer",
    [
        "a=b;" + "x" * 50_000 + '"',
        "a" * 50_000 + '"',
        'a="' + "\\" * 50_000,
        'a=b;"' * 10_000,
        "a" + " " * 50_000 + '"',
    ],
    ids=["parameter", "name", "backslashes", "quotes", "spaces"],
)
def test_long_nonsense_is_read_in_one_go(mock: httpx.Client, prefer: str) -> None:
    """A long header that is almost a preference does not keep the mock busy: the answer comes
    long before the client's timeout.
    """
    check_success(create(mock, headers={"Prefer": prefer}, timeout=5))
