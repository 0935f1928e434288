"""What holds for all tests of the project.

- `make quick` leaves out what runs whole programs. A module that uses one of the helpers which
  start programs gets the marker `whole`, and so does a test that runs pytest itself. Other modules
  say it themselves: `pytestmark = pytest.mark.whole`.
- Hypothesis measures how long data takes to draw and a test to run. On a busy machine that says
  nothing of the code.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

STARTS_PROGRAMS = {
    "tests.contract_tests.commands",
    "tests.contract_tests.targets",
    "tests.fuzzing.clusters",
    "tests.fuzzing.fuzzed",
    "tests.fuzzing.others",
}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test that runs a whole program."""
    module = item.getparent(pytest.Module)
    values = vars(module.obj).values() if module else ()
    used = {getattr(value, "__module__", None) for value in values}
    if used & STARTS_PROGRAMS or "pytester" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.whole)
