"""Runs of `tallystick fuzz`, two at a time, as those of the suite."""

from tests.contract_tests.conftest import start

__all__ = ["start"]
