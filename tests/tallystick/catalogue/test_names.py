"""The names of cases: what a user may write, and what is refused."""

import pytest

from tallystick import load_contract
from tallystick.catalogue.names import UnknownCaseError, find_case, find_named

OPERATION = "POST /organisations/{id}/payment-account/link"
CASES = tuple(load_contract().cases)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("PaymentAccount.Disconnected", "409 PaymentAccount.Disconnected"),
        ("409 PaymentAccount.Disconnected", "409 PaymentAccount.Disconnected"),
        (f"{OPERATION} 409 PaymentAccount.Disconnected", "409 PaymentAccount.Disconnected"),
        ("409", "409 PaymentAccount.NotEnabled"),
        ("200", "200"),
    ],
)
def test_a_name(name: str, label: str) -> None:
    """A code, a status, both, or the full name; a status alone means its first case."""
    assert find_named(CASES, name).label == label


@pytest.mark.parametrize(
    ("code", "status", "label"),
    [
        (None, "409", "409 PaymentAccount.NotEnabled"),
        ("PaymentAccount.Disconnected", None, "409 PaymentAccount.Disconnected"),
        ("PaymentAccount.Disconnected", "409", "409 PaymentAccount.Disconnected"),
    ],
)
def test_code_and_status(code: str | None, status: str | None, label: str) -> None:
    """The first case that has both, where both are given."""
    assert find_case(CASES, code=code, status=status).label == label


def test_a_typo() -> None:
    """A name that means no case is refused with the list of those that there are."""
    with pytest.raises(UnknownCaseError, match=r"'PaymentAccount.Disconected'.* are: 200, 400 "):
        find_named(CASES, "PaymentAccount.Disconected")
    with pytest.raises(UnknownCaseError, match=r"'502 PaymentAccount.Disconnected'"):
        find_case(CASES, code="PaymentAccount.Disconnected", status="502")
