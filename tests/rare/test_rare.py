"""The faults are rare, `tallystick fuzz` finds them, and it is silent where there is none.

`make fuzz-bench` runs all faults with 10,000 requests and several seeds; here it is two of them,
and a third where there is time.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.independent.app import PaymentAccountLinks, Request

from .faults import RARE, RareFault
from .judges import Fuzzed, by_tallystick
from .rarity import SOURCES, times_met, valid_requests

BY_NAME = {fault.name: fault for fault in RARE}
CHOSEN = {
    "the second of two equal requests": 200,
    "a path in decomposed Unicode": 200,
}
"""Faults to look for, each with a number of requests that suffices with the seed 1."""

SLOW = {"an escaped slash in small letters in a path": 800}

SILENT = "the correct implementation"
DRAWN = 600


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[Mapping[str, Future[Fuzzed]]]:
    """What the fuzz says of each, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        futures = {SILENT: pool.submit(by_tallystick, PaymentAccountLinks(), 1, 600)}
        for name, most in CHOSEN.items():
            futures[name] = pool.submit(by_tallystick, BY_NAME[name].app(), 1, most)
        yield futures


@pytest.fixture(scope="module", params=SOURCES)
def requests(request: pytest.FixtureRequest) -> list[Request]:
    """Random valid requests."""
    return valid_requests(request.param, DRAWN)


@pytest.mark.parametrize("fault", RARE, ids=lambda fault: fault.name)
def test_rare(fault: RareFault, requests: list[Request]) -> None:
    """Fewer than one in 500 random valid requests meets a fault."""
    assert times_met(fault, requests) * 500 < len(requests)


@pytest.mark.long
@pytest.mark.parametrize("name", SLOW)
def test_found_later(name: str) -> None:
    """The fuzz finds a rarer fault, too."""
    found = by_tallystick(BY_NAME[name].app(), 1, SLOW[name])
    assert (len(found.found), found.requests) == (1, SLOW[name])


@pytest.mark.long
def test_silent_for_long() -> None:
    """In more requests, the fuzz finds nothing in the correct implementation."""
    assert by_tallystick(PaymentAccountLinks(), 2, 1_500).found == frozenset()


@pytest.mark.parametrize("name", CHOSEN)
def test_found(name: str, fuzzed: Mapping[str, Future[Fuzzed]]) -> None:
    """The fuzz finds a rare fault, within its requests."""
    found = fuzzed[name].result()
    assert (len(found.found), found.requests) == (1, CHOSEN[name])


def test_silent(fuzzed: Mapping[str, Future[Fuzzed]]) -> None:
    """The fuzz finds nothing in the correct implementation."""
    assert fuzzed[SILENT].result().found == frozenset()
