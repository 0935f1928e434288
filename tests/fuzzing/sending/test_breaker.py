"""The circuit breaker: which responses are strain, and what follows."""

from __future__ import annotations

import pytest

from fuzzing.sending.health import BreakerThresholds, CircuitBreaker, TargetHealth

WELL, STRAINED, FAILING = TargetHealth.WELL, TargetHealth.STRAINED, TargetHealth.FAILING
GOOD, BAD, SLOW = (False, 0.1), (True, 0.1), (False, 0.6)


def health(*responses: tuple[bool, float]) -> TargetHealth:
    """The health after responses, with windows of four, half of them errors, or five times as
    slow.
    """
    breaker = CircuitBreaker(BreakerThresholds(errors=0.5, latency=5, window=4))
    for is_error, seconds in responses:
        breaker.observe(is_error=is_error, seconds=seconds)
    return breaker.health


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        ([BAD] * 3, WELL),
        ([GOOD, BAD, GOOD, GOOD], WELL),
        ([GOOD, BAD, BAD, GOOD], STRAINED),
        ([BAD] * 7, STRAINED),
        ([BAD] * 8, FAILING),
        ([BAD] * 4 + [GOOD] * 4, WELL),
        ([BAD] * 4 + [GOOD] * 4 + [BAD] * 4, STRAINED),
        ([BAD] * 8 + [GOOD] * 20, FAILING),
        ([SLOW] * 8, WELL),
        ([GOOD] * 4 + [SLOW] * 3, STRAINED),
        ([GOOD] * 4 + [SLOW] * 7, FAILING),
    ],
    ids=[
        "the window is not full",
        "few errors",
        "half are errors",
        "the second window is not full",
        "two windows of errors",
        "errors, then none",
        "errors again",
        "failing is final",
        "slow from the start",
        "slower than at first",
        "slow for two windows",
    ],
)
def test_the_health(responses: list[tuple[bool, float]], expected: TargetHealth) -> None:
    """Strain over a full window is strained; over two in a row, failing."""
    assert health(*responses) is expected


def test_no_breaker() -> None:
    """Without thresholds, the target is always well."""
    breaker = CircuitBreaker(None)
    assert {breaker.observe(is_error=True, seconds=9) for _ in range(99)} == {WELL}
