"""Waiting in tests for what another process does."""

from collections.abc import Callable
from time import monotonic, sleep

from tests import PATIENCE


def until(is_so: Callable[[], bool]) -> None:
    """Ask again and again until it is so."""
    end = monotonic() + PATIENCE
    while not is_so():
        assert monotonic() < end
        sleep(0.02)
