"""A campaign: one worker's part of a fuzz, shard after shard, until the budget is spent.

Rules: the work is cut in shards, each an operation and a seed of its own, so that the same fuzz is
the same shards, whoever takes which. All shots of a shard are sent, whatever they show. Each answer
is judged by the obligations of the contract suite. What shows a new cause is shrunk, within the
budget; what is known already is only counted. What was found is kept with the requests that show
it, for `tallystick replay`.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from unittest import SkipTest

import requests
from hypothesis import Phase, given, seed, settings
from hypothesis.database import ExampleDatabase
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider

from contract_tests.checks.context import Expectation
from contract_tests.checks.levels import ADVISORY
from contract_tests.http.client import TargetGoneError
from contract_tests.http.exchange import Exchange
from contract_tests.requests import generated
from contract_tests.requests.base import Base, Bases
from contract_tests.results.findings import Finding
from contract_tests.results.properties import BrokenError, PropertyRun
from contract_tests.results.run import Run
from fuzzing.analyses.differences import Differences
from fuzzing.analyses.precedence import Precedence
from fuzzing.engine.adapter import BudgetAdapter
from fuzzing.engine.budget import BudgetSpentError
from fuzzing.engine.novelty import Pool
from fuzzing.generators.cases import CANARY, FuzzCase, FuzzCases, OperationContext, shots
from fuzzing.generators.dictionaries import Words

SHARD = 250
"""How many shots a shard has."""

_PARTS = 5
"""In how many parts a shard is sent where what is new is mutated further, in the next part."""

FRESH = "tallystick"
"""Hypothesis' own way to draw, but under another name: with its default one, five of six shots
would be mutations of the one before, and a tenth of each shard small ones. Against a service each
shot costs a request: all are drawn afresh, and what mutation is good for (equal values) is a kind.
"""
AVAILABLE_PROVIDERS[FRESH] = HypothesisProvider

_MOST_NEWS = 20
"""After so many news the rest of a shard is left: nearly each shot shows another."""

SHRINKING, SHRINKING_SECONDS = 60, 20.0
"""How many requests, and seconds, the search for the smallest input of one finding may take."""


@dataclass(slots=True)
class Shown:
    """The requests that show a finding, with what was expected of the last one's answer, and the
    number of the request that showed it `first`.
    """

    operation: str
    requests: list[requests.PreparedRequest]
    expectation: Expectation
    first: int = 0


@dataclass
class Campaign:
    """The state of one worker. `known` are the ids of what others have found and shrunk;
    `tell_news` is called as soon as something is found; `pool` keeps what is mutated further;
    `precedence` is the order of errors, where it was looked for.
    """

    run: Run
    gate: BudgetAdapter
    dictionaries: Mapping[str, Words] = field(default_factory=dict)
    database: ExampleDatabase | None = None
    canary: Callable[[int], str] | None = None
    known: frozenset[str] = frozenset()
    tell_news: Callable[[], None] | None = None
    pool: Pool | None = None
    differences: Differences | None = None
    precedence: list[Precedence] = field(default_factory=list)
    shown: dict[str, Shown] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bases = Bases(self.run)
        self._told: set[str] = set()

    def go(self, shards: Iterator[int]) -> None:
        """Send shard after shard, until there is none or the budget is spent."""
        with contextlib.suppress(BudgetSpentError):
            for number in shards:
                self._shoot(number)

    def _shoot(self, number: int) -> None:
        """Send the shots of a shard."""
        operations = self.run.contract.operations
        operation = operations[number % len(operations)]
        self.gate.mark.operation, self.gate.mark.kind = operation, "base"
        self.gate.mark.seed = _seed(self.run.plan.seed, number)
        base = self.bases.of(operation)
        for part in range(1 if self.pool is None else _PARTS):
            self._send(ShrinkRun(self, base), _seed(self.gate.mark.seed, part))

    def _send(self, attempts: ShrinkRun, number: int) -> None:
        # Once, since what is drawn again must be the same.
        drawn = shots(self.range_of(attempts.base))
        # What shows something new ends a property; the rest is drawn again, and sent then.
        for _ in range(_MOST_NEWS):
            if self._is_through(attempts, drawn, number):
                return
            attempts.go_on()

    def _is_through(self, attempts: ShrinkRun, drawn: FuzzCases, number: int) -> bool:
        def fire(shot: FuzzCase) -> None:
            attempts.fire(shot)

        property_ = given(shot=drawn)(fire)
        # What Hypothesis keeps of an operation must not be tried on another.
        key = attempts.operation.name.encode()
        property_.hypothesis.inner_test._hypothesis_internal_add_digest = key  # type: ignore[attr-defined]
        try:
            # In this order, since a seed of its own takes the database off a property.
            self._settings()(seed(number)(property_))()
        except BudgetSpentError:
            raise
        except (BrokenError, Flaky, SkipTest):
            return False
        except Unsatisfiable:
            pass
        return True

    def _settings(self) -> settings:
        phases = [Phase.generate, Phase.shrink]
        if self.database is not None:
            phases.insert(0, Phase.reuse)
        return settings(
            generated.SETTINGS,
            max_examples=SHARD if self.pool is None else SHARD // _PARTS,
            phases=phases,
            database=self.database,
            backend=FRESH,
        )

    def range_of(self, base: Base) -> OperationContext:
        """What shots at an operation are made from."""
        run = self.run
        pool = self.pool.of(base.operation.name) if self.pool else ()
        return OperationContext(
            run.contract, run.target, run.client, base, self.dictionaries, self.canary, pool
        )

    def tell(self, found: Sequence[Finding]) -> None:
        """Tell who wants to know of what is found that something is."""
        fresh = {finding.id for finding in found} - self._told
        self._told |= fresh
        if fresh and self.tell_news is not None:
            self.tell_news()

    def keep(self, shot: FuzzCase, operation: str, found: Sequence[Finding]) -> frozenset[str]:
        """Keep the smallest shot that shows each finding; gives the ids that are new."""
        fresh = frozenset(finding.id for finding in found) - self.shown.keys() - self.known
        for finding in found:
            shown = self.shown.get(finding.id)
            if shown is None or _size(shot.requests) < _size(shown.requests):
                first = shown.first if shown else self.gate.number
                self.shown[finding.id] = Shown(
                    operation, list(shot.requests), shot.expectation, first
                )
        return fresh


class ShrinkRun(PropertyRun):
    """The shots of one shard. What shows something new is shrunk, as long as smaller ones show the
    same.
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
        self.shot: FuzzCase | None = None
        self._chased: frozenset[str] = frozenset()

    def fire(self, shot: FuzzCase) -> None:
        """Send a shot. Raises BrokenError where it shows what is to be shrunk."""
        self.shot = shot
        self.campaign.gate.mark.kind = shot.kind
        self.campaign.gate.answer_kind = None
        try:
            self.hold(shot.last, shot.expectation, shot.requests[:-1])
        except TargetGoneError as error:
            # As the end of the budget, since Hypothesis would send it again and again.
            self.run.gone = str(error)
            self.campaign.gate.budget.stop("unreachable")
            raise BudgetSpentError("unreachable") from None
        finally:
            self._keep_news(shot)
            if shot.kind == CANARY and self.campaign.tell_news is not None:
                self.campaign.tell_news()  # what is sent may be visited when this worker is gone

    def _keep_news(self, shot: FuzzCase) -> None:
        pool, kind = self.campaign.pool, self.campaign.gate.answer_kind
        if pool is not None and shot.call is not None and kind is not None:
            pool.add(kind, shot.call)

    def go_on(self) -> None:
        """Go on with the next news: what was sent is not sent again, and breaks nothing more."""
        self.forget_news()
        self._chased = frozenset()

    def context(self, exchange: Exchange, expectation: Expectation) -> list[Finding]:
        """What an answer breaks, and how it differs from that of the other implementation."""
        found = super().context(exchange, expectation)
        differences = self.campaign.differences
        if differences is not None and self.shot is not None:
            found = [*found, *differences.found(self.base, self.shot, exchange)]
        return found

    def _is_news(self, found: list[Finding]) -> bool:
        if self.shot is None:
            return False
        heavy = [finding for finding in found if finding.check.level != ADVISORY]
        fresh = self.campaign.keep(self.shot, self.operation.name, heavy)
        self._chased = self._chased or fresh
        self.campaign.tell(found)
        return not self._chased.isdisjoint(finding.id for finding in heavy)


def _seed(first: int, number: int) -> int:
    """The seed of a shard, made from the fuzz's; or of a part, made from the shard's."""
    return random.Random(f"{first}/{number}").getrandbits(32)  # noqa: S311


def _size(sent: Sequence[requests.PreparedRequest]) -> int:
    return sum(len(request.url or "") + len(request.body or b"") for request in sent)
