"""Who brought wrong tokens, and has to wait."""

import pytest

from mock_server.control import attempts
from mock_server.control.attempts import MOST_ADDRESSES, Attempts


def guessing(found: Attempts, address: str, times: int = 3) -> None:
    for _ in range(times):
        found.note(address, is_right=False)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("", "192.0.2.1", False),
        ("", "/run/mock.sock", True),
    ],
)
def test_whose_attempts_count_together(one: str, other: str, *, together: bool) -> None:
    """Those of an address; of IPv6, those of a network."""
    found = Attempts(3)
    guessing(found, one)
    assert found.must_wait(other) is together


def test_who_guesses_waits() -> None:
    """After too many, not before; who has the right token does not."""
    found = Attempts(3)
    guessing(found, "192.0.2.1", 2)
    assert not found.must_wait("192.0.2.1")
    guessing(found, "192.0.2.1", 1)
    assert found.must_wait("192.0.2.1")
    found.note("192.0.2.2", is_right=True)
    guessing(found, "192.0.2.2")
    assert not found.must_wait("192.0.2.2")


def test_a_minute_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the next attempt is heard."""
    monkeypatch.setattr(attempts, "MINUTE", 0)
    found = Attempts(3)
    guessing(found, "192.0.2.1")
    assert not found.must_wait("192.0.2.1")


def test_addresses_have_a_bound() -> None:
    """Those that were longest silent are forgotten first; who is known stays known."""
    found = Attempts(1)
    found.note("192.0.2.1", is_right=True)
    for number in range(MOST_ADDRESSES + 1):
        guessing(found, f"10.0.{number // 256}.{number % 256}", 1)
    assert [found.must_wait(each) for each in ("10.0.0.0", "10.0.0.1")] == [False, True]
    guessing(found, "192.0.2.1")
    assert not found.must_wait("192.0.2.1")
