"""A campaign: one worker's part of a fuzz, from its seed until the budget is spent.

Rules: each answer is judged by the obligations of the contract suite. What shows a new cause is
shrunk, within the budget; what is known already is only counted. The same seed draws the same
shots. What was found is kept with the requests that show it, for `tallystick replay`.
"""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from unittest import SkipTest

import requests
from hypothesis import Phase, given, seed, settings
from hypothesis.database import ExampleDatabase
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider

from contract_tests import schemas
from contract_tests.base import Base, Bases
from contract_tests.client import TargetGoneError
from contract_tests.exchange import Exchange
from contract_tests.findings import Finding
from contract_tests.fuzzing.budget import BudgetSpentError
from contract_tests.fuzzing.dictionaries import Words
from contract_tests.fuzzing.differences import Differences
from contract_tests.fuzzing.gate import Gate
from contract_tests.fuzzing.shots import Range, Shot, shots
from contract_tests.judged import Expectation
from contract_tests.levels import ADVISORY
from contract_tests.run import Run
from contract_tests.trials import BrokenError, Trials
from tallystick.contract import ContractOperation

BATCH = 500
"""How many shots one property of Hypothesis draws; the next has another seed."""

FRESH = "tallystick"
"""Hypothesis' own way to draw, but under another name: with its default one, five of six shots
would be mutations of the one before, and a tenth of each batch small ones. Against a service each
shot costs a request: all are drawn afresh, and what mutation is good for (equal values) is a kind.
"""
AVAILABLE_PROVIDERS[FRESH] = HypothesisProvider

SHRINKING, SHRINKING_SECONDS = 60, 20.0
"""How many requests, and seconds, the search for the smallest input of one finding may take."""


@dataclass(slots=True)
class Shown:
    """The requests that show a finding, with what was expected of the last one's answer, and how
    many the worker had sent when it was shown `first`.
    """

    operation: str
    requests: list[requests.PreparedRequest]
    expectation: Expectation
    first: int = 0


@dataclass
class Campaign:
    """The state of one worker."""

    run: Run
    gate: Gate
    dictionaries: Mapping[str, Words] = field(default_factory=dict)
    database: ExampleDatabase | None = None
    canary: Callable[[], str] | None = None
    differences: Differences | None = None
    kinds: Counter[str] = field(default_factory=Counter)
    shown: dict[str, Shown] = field(default_factory=dict)

    def go(self, first_seed: int) -> None:
        """Fuzz until the budget is spent."""
        bases = Bases(self.run)
        with contextlib.suppress(BudgetSpentError):
            seeds = random.Random(first_seed)  # noqa: S311
            for operation in self._rounds():
                self.gate.mark.operation, self.gate.mark.kind = operation, "base"
                self._batch(bases.of(operation), seeds.getrandbits(32))

    def _rounds(self) -> Iterator[ContractOperation]:
        """The operations, round after round; there is always a next one."""
        while True:
            yield from self.run.contract.operations

    def _batch(self, base: Base, number: int) -> None:
        self.gate.mark.seed = number
        attempts = Attempts(self, base)

        def fire(shot: Shot) -> None:
            attempts.fire(shot)

        property_ = given(shot=shots(self.range_of(base)))(fire)
        # What Hypothesis keeps of an operation must not be tried on another.
        key = base.operation.name.encode()
        property_.hypothesis.inner_test._hypothesis_internal_add_digest = key  # type: ignore[attr-defined]
        try:
            # In this order, since a seed of its own takes the database off a property.
            self._settings()(seed(number)(property_))()
        except BudgetSpentError:
            raise
        except (BrokenError, Flaky, SkipTest, Unsatisfiable):
            return

    def _settings(self) -> settings:
        phases = [Phase.generate, Phase.shrink]
        if self.database is not None:
            phases.insert(0, Phase.reuse)
        return settings(
            schemas.SETTINGS,
            max_examples=BATCH,
            phases=phases,
            database=self.database,
            backend=FRESH,
        )

    def range_of(self, base: Base) -> Range:
        """What shots at an operation are made from."""
        run = self.run
        return Range(
            run.contract, run.target, run.client, base, self.dictionaries, canary=self.canary
        )

    def keep(self, shot: Shot, operation: str, found: Sequence[Finding]) -> frozenset[str]:
        """Keep the smallest shot that shows each finding; gives the ids that are new."""
        fresh = frozenset(finding.id for finding in found) - self.shown.keys()
        for finding in found:
            shown = self.shown.get(finding.id)
            if shown is None or _size(shot.requests) < _size(shown.requests):
                first = shown.first if shown else self.run.client.requests
                self.shown[finding.id] = Shown(
                    operation, list(shot.requests), shot.expectation, first
                )
        return fresh


class Attempts(Trials):
    """The shots of one batch. The first that shows something new is shrunk, as long as smaller
    ones show the same.
    """

    def __init__(self, campaign: Campaign, base: Base) -> None:
        super().__init__(
            campaign.run,
            base.operation,
            base.hides,
            is_news=self._is_news,
            budget=SHRINKING,
            seconds=SHRINKING_SECONDS,
        )
        self.campaign, self.base = campaign, base
        if campaign.differences is not None:
            campaign.differences.begin(base, campaign.keep)
        self.shot: Shot | None = None
        self._chased: frozenset[str] = frozenset()

    def fire(self, shot: Shot) -> None:
        """Send a shot. Raises BrokenError where it shows what is to be shrunk."""
        self.shot = shot
        self.campaign.kinds[shot.kind] += 1
        self.campaign.gate.mark.kind = shot.kind
        try:
            self.hold(shot.last, shot.expectation, shot.requests[:-1])
        except TargetGoneError as error:
            # As the end of the budget, since Hypothesis would send it again and again.
            self.run.gone = str(error)
            self.campaign.gate.budget.stop("unreachable")
            raise BudgetSpentError("unreachable") from None

    def judged(self, exchange: Exchange, expectation: Expectation) -> list[Finding]:
        """What an answer breaks, and how it differs from that of the other implementation."""
        found = super().judged(exchange, expectation)
        differences = self.campaign.differences
        if differences is not None and self.shot is not None:
            found = [*found, *differences.found(self.base, self.shot, exchange)]
        return found

    def _is_news(self, found: list[Finding]) -> bool:
        if self.shot is None:
            return False
        heavy = [finding for finding in found if finding.obligation.level != ADVISORY]
        fresh = self.campaign.keep(self.shot, self.operation.name, heavy)
        self._chased = self._chased or fresh
        return not self._chased.isdisjoint(finding.id for finding in heavy)


def _size(sent: Sequence[requests.PreparedRequest]) -> int:
    return sum(len(request.url or "") + len(request.body or b"") for request in sent)
