"""The suite catches what is wrong with the workshop, and is silent on what may differ.

`make mutants` judges the whole catalogue; here it is one mutant, and in the long tests one of each
family and all variants.
"""

from __future__ import annotations

from typing import get_args

import pytest

from tests.crud.aiohttp_service import Workshop

from . import MUTANTS, VARIANTS, Mutant, Variant
from .hosting import Hosting
from .judges import tallystick
from .mutant import Family

QUICK = ("state",)
"""The families that have an example in the quick tests."""

MISSED_BEFORE = ("search for nothing refused", "read otherwise than created")
"""Mutants that a run of all showed to be missed."""


def example(family: Family) -> Mutant:
    """The first mutant of a family that is not the first of all in it."""
    return [mutant for mutant in MUTANTS if mutant.family == family][1]


EXAMPLES = [
    pytest.param(example(family), id=family, marks=[] if family in QUICK else [pytest.mark.long])
    for family in get_args(Family)
] + [
    pytest.param(mutant, id=mutant.name, marks=pytest.mark.long)
    for mutant in MUTANTS
    if mutant.name in MISSED_BEFORE
]


@pytest.mark.parametrize("mutant", EXAMPLES)
def test_caught(hosting: Hosting, mutant: Mutant) -> None:
    """A faulty workshop fails, or what no sentence forbids is advised."""
    judged = tallystick(hosting, mutant.app)
    assert (judged.code == 1, bool(judged.advised)) == (
        mutant.level == "documented",
        mutant.level == "advisory",
    )


@pytest.mark.long
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_silent(hosting: Hosting, variant: Variant) -> None:
    """A conformant one has no finding above the advisory."""
    assert tallystick(hosting, variant.app, variant.document).found == frozenset()


def test_the_right_workshop(hosting: Hosting) -> None:
    """It has no finding at all."""
    judged = tallystick(hosting, Workshop)
    assert (judged.found, judged.advised) == (frozenset(), frozenset())
