"""The suite is silent on every conformant variant, and catches the mutants.

`make mutants` runs the whole catalogue over many seeds; here it is each variant once, most of them
among the long tests, and twenty mutants over all families.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.mutants import MUTANTS, VARIANTS
from tests.mutants.silence import outcomes

CORRECT = "the correct implementation"
DEMANDED = [mutant for mutant in MUTANTS if mutant.level != "advisory"]
CHOSEN = [mutant.name for mutant in DEMANDED[:: len(DEMANDED) // 20]][:20]
SILENT = [CORRECT, *(variant.name for variant in VARIANTS)]
QUICK = SILENT[::4]

Outcome = tuple[int, list[str]]


@pytest.fixture(scope="module")
def said(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[dict[str, Outcome]]]]:
    """What the suite says of each that is asked about, in two processes; by name."""
    own = [item for item in request.session.items if item.path == request.path]
    names = [str(item.callspec.params["name"]) for item in own if isinstance(item, pytest.Function)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        halves = [(half, pool.submit(_outcomes, half)) for half in (names[::2], names[1::2])]
        yield {name: future for half, future in halves for name in half}


def _outcomes(names: list[str]) -> dict[str, Outcome]:
    return {name: (code, found) for name, _, code, found in outcomes(names, seeds=1)}


@pytest.mark.parametrize(
    "name",
    [pytest.param(each, marks=() if each in QUICK else pytest.mark.long) for each in SILENT],
)
def test_silent(name: str, said: dict[str, Future[dict[str, Outcome]]]) -> None:
    """All cases of a conformant implementation are passed, with no finding above the advisory."""
    assert said[name].result()[name] == (0, [])


@pytest.mark.parametrize("name", CHOSEN)
def test_caught(name: str, said: dict[str, Future[dict[str, Outcome]]]) -> None:
    """A faulty implementation is found to break something."""
    code, found = said[name].result()[name]
    assert (code, bool(found)) == (1, True)
