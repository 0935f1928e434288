"""A short soak: `make soak` is the long one."""

import pytest

from tests.hostile.soak.run import Soaked, soak

pytestmark = pytest.mark.whole


def found(soaked: Soaked) -> tuple[list[str], str, tuple[int, ...], bool]:
    return soaked.tally.wrong, soaked.errors, soaked.exits, soaked.is_flat


def test_mixed_requests():
    """Each answer is right, memory stays flat, and no mock writes an error."""
    soaked = soak(2_000, seed=1)
    assert found(soaked) == ([], "", (0, 0), True)
    assert len(soaked.tally.parts) == 10


@pytest.mark.long
def test_many_mixed_requests():
    """The same, for longer."""
    assert found(soak(50_000, seed=2)) == ([], "", (0, 0), True)
