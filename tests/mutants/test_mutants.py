"""Every mutant shows: its probe is answered otherwise than by the correct implementation."""

from typing import get_args

import pytest

from tests.independent.app import PaymentAccountLinks
from tests.independent.client import observe

from . import MUTANTS
from .hosting import Hosting
from .mutant import Family, Mutant

# How often a probe is sent until the fault shows: calls at once need not meet each time.
ATTEMPTS = {"at once": 5}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.family}: {mutant.name}")
def test_a_mutant_can_be_observed(hosting: Hosting, mutant: Mutant) -> None:
    """The correct application answers the probe steadily; the faulty one answers otherwise."""
    right, faulty = hosting.add(PaymentAccountLinks()), hosting.add(mutant.app())
    expected = observe(right, mutant.probe, mutant.way)
    attempts = range(ATTEMPTS.get(mutant.way, 1))

    assert any(expected != observe(faulty, mutant.probe, mutant.way) for _ in attempts)
    assert expected == observe(right, mutant.probe, mutant.way)


def test_catalogue() -> None:
    """Every family has mutants, a name is given once, and every mutant says what it breaks."""
    assert set(get_args(Family)) == {mutant.family for mutant in MUTANTS}
    assert len(MUTANTS) == len({mutant.name for mutant in MUTANTS})
    assert all(mutant.breaks and mutant.probe for mutant in MUTANTS)


def test_only_good_practice_is_advisory() -> None:
    """No violation of the document or of a standard is among the advisory mutants."""
    assert {mutant.name for mutant in MUTANTS if mutant.level == "advisory"} == {
        "link for a year",
        "link for a day",
        "link for ever",
        "http: url",
        "link kept by caches",
        "slow to start",
        "percent-encoded id refused",
        "405 without Allow",
        "query of the database in detail",
    }


def test_each_run_starts_afresh() -> None:
    """A factory gives a new application each time."""
    assert all(mutant.app() is not mutant.app() for mutant in MUTANTS)
