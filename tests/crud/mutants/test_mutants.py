"""Every mutant shows: its probe is answered otherwise than by the right workshop."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from tests.crud.aiohttp_service import Workshop

from . import MUTANTS, Mutant
from .advised import ADVISED
from .hosting import Hosting
from .mutant import Family
from .observing import observe


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.family}: {mutant.name}")
def test_a_mutant_can_be_observed(hosting: Hosting, mutant: Mutant) -> None:
    """The right workshop answers the probe steadily; the faulty one answers otherwise."""
    with hosting.serving(Workshop()) as first, hosting.serving(Workshop()) as second:
        expected = observe(first, mutant.probe)
        assert expected == observe(second, mutant.probe)
    with hosting.serving(mutant.app()) as faulty:
        assert expected != observe(faulty, mutant.probe)


def test_catalogue() -> None:
    """Every family has at least twelve mutants, and a name is given once."""
    counts = Counter(mutant.family for mutant in MUTANTS)
    assert set(counts) == set(get_args(Family))
    assert {family: count for family, count in counts.items() if count < 12} == {}
    assert len(MUTANTS) == len({mutant.name for mutant in MUTANTS})
    assert all(mutant.breaks and mutant.probe for mutant in MUTANTS)
    assert {mutant.name for mutant in MUTANTS} >= ADVISED


def test_each_run_starts_afresh() -> None:
    """A factory gives a new workshop each time."""
    assert all(mutant.app() is not mutant.app() for mutant in MUTANTS)
