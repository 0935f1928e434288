"""A campaign: one worker's part of a fuzz, shard after shard, until the budget is spent.

Rules: the work is cut into shards (see `schedule`). A shard is an operation and a seed, so the same
fuzz has the same shards, whichever worker takes which. All fuzz cases of a shard are sent, whatever
they show.
Each response is held to the checks of the contract suite. A new cause is shrunk, within the budget;
a known one is only counted.
"""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from unittest import SkipTest

from hypothesis import Phase, given, seed, settings
from hypothesis.database import ExampleDatabase
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider

from contract_tests.checks.context import Expectation
from contract_tests.checks.levels import ADVISORY
from contract_tests.http.client import TargetGoneError
from contract_tests.http.exchange import Exchange
from contract_tests.requests import generated
from contract_tests.requests.base import Base
from contract_tests.results.findings import Finding
from contract_tests.results.properties import BrokenError, PropertyRun
from contract_tests.results.run import Run, diagnostic
from fuzzing.analyses.canary import Canary
from fuzzing.analyses.differences import DifferenceAnalysis
from fuzzing.analyses.precedence import Precedence
from fuzzing.engine.bases import CampaignBases
from fuzzing.evidence import EvidenceStore
from fuzzing.generators.cases import CANARY, FuzzCase, FuzzCases, OperationContext, fuzz_cases
from fuzzing.generators.dictionaries import BoundDictionary
from fuzzing.sending.adapter import BudgetAdapter
from fuzzing.sending.budget import BudgetSpentError
from fuzzing.sending.created import CreatedItems
from fuzzing.sending.limits import DEFAULT_REQUESTS
from fuzzing.sending.schedule import Shard
from tallystick.contract import ContractOperation

FRESH = "tallystick"
"""Hypothesis' own way to draw, under another name. With its default name, five of six fuzz cases
would be mutations of the one before, and a tenth of each shard would be small ones. Against a
service, each costs a request; so all are drawn afresh. Equal values, which mutation is good at,
are a kind of their own.
"""
AVAILABLE_PROVIDERS[FRESH] = HypothesisProvider

_MOST_NEWS = 20
"""After so many new causes, the rest of a shard is left out: nearly each case shows another."""

SHRINKING, SHRINKING_SECONDS = 60, 20.0
"""How many requests, and seconds, the search for the smallest input of one finding may take."""


@dataclass
class Campaign:
    """The state of one worker. `known` are the ids of findings that other workers have shrunk;
    `on_news` is called as soon as something is found; `precedence` is the order of errors, if it
    was examined; `left_out` says why nothing can be sent to an operation, `fuzz_cases` how many
    each got; `requests` is the limit of the fuzz.
    """

    run: Run
    adapter: BudgetAdapter
    dictionaries: Mapping[str, BoundDictionary] = field(default_factory=dict)
    database: ExampleDatabase | None = None
    canary: Canary | None = None
    known: frozenset[str] = frozenset()
    on_news: Callable[[], None] = lambda: None
    differences: DifferenceAnalysis | None = None
    precedence: list[Precedence] = field(default_factory=list)
    evidence: EvidenceStore = field(default_factory=EvidenceStore)
    left_out: dict[str, str] = field(default_factory=dict)
    fuzz_cases: Counter[str] = field(default_factory=Counter)
    requests: int = DEFAULT_REQUESTS

    def __post_init__(self) -> None:
        self.bases = CampaignBases(self.run, self.adapter, self.requests)
        self.created = [CreatedItems(self.run, self.adapter)]
        if self.differences is not None and self.differences.created is not None:
            self.created.append(self.differences.created)
        self._announced: set[str] = set()

    def go(self, shards: Iterator[Shard]) -> None:
        """Send shard after shard, until there is none or the budget is spent."""
        operations = {operation.name: operation for operation in self.run.plan.operations}
        for shard in shards:
            # Where the budget is spent, no shard comes after it.
            with contextlib.suppress(BudgetSpentError):
                if shard.operation not in self.left_out:
                    self._send_shard(operations[shard.operation], shard)

    def context_of(self, base: Base) -> OperationContext:
        """What the fuzz cases of an operation are made from."""
        run = self.run
        return OperationContext(
            run.contract,
            run.target,
            run.client,
            base,
            self.dictionaries,
            self.canary.address if self.canary else None,
            run.note,
        )

    def announce(self, found: Sequence[Finding]) -> None:
        """Call `on_news` if one of these findings is new."""
        fresh = {finding.id for finding in found} - self._announced
        self._announced |= fresh
        if fresh:
            self.on_news()

    def keep(self, fuzz_case: FuzzCase, operation: str, found: Sequence[Finding]) -> frozenset[str]:
        """Keep the evidence of findings; gives the ids that no worker knows yet."""
        return self.evidence.keep(fuzz_case, operation, found, self.adapter.number) - self.known

    def _send_shard(self, operation: ContractOperation, shard: Shard) -> None:
        origin = self.adapter.origin
        origin.operation, origin.kind = operation, "base"
        origin.seed = shard_seed = _derived_seed(self.run.plan.seed, shard.key)
        base = self._base(operation)
        if base is not None and shard.size:
            self._send_and_tidy(base, shard.size, shard_seed)
        self.bases.forget_gone()

    def _send_and_tidy(self, base: Base, size: int, shard_seed: int) -> None:
        """Send fuzz cases, and delete what they created."""
        known = [list(created.run.resources.found) for created in self.created]
        self._send_cases(base, size, shard_seed)
        self.bases.forget_gone()
        for created, items in zip(self.created, known, strict=True):
            created.delete_others(items)

    def _base(self, operation: ContractOperation) -> Base | None:
        """The base of an operation; None where nothing can be sent to it."""
        try:
            base = self.bases.of(operation)
        except (BudgetSpentError, TargetGoneError):
            raise
        except Exception as error:
            self.run.note(why := diagnostic(operation.name, error))
        else:
            if base.exchange is not None:
                return base
            why = base.doubt or "no request can be made"
        self.left_out[operation.name] = why
        self.adapter.budget.leave_out(operation.name)
        return None

    def _send_cases(self, base: Base, size: int, shard_seed: int) -> None:
        shrink_run = ShrinkRun(self, base)
        # Once, because what is drawn again must be the same.
        drawn = fuzz_cases(self.context_of(base))
        # A new cause ends a property; the rest of the shard is drawn again, and sent then.
        for _ in range(_MOST_NEWS):
            if self._is_finished(shrink_run, drawn, _derived_seed(shard_seed, 0), size):
                return
            shrink_run.go_on()

    def _is_finished(self, shrink_run: ShrinkRun, drawn: FuzzCases, number: int, size: int) -> bool:
        """Draw and send, until all of the shard was sent (True) or a new cause came (False)."""

        def send(fuzz_case: FuzzCase) -> None:
            shrink_run.send(fuzz_case)

        property_ = given(fuzz_case=drawn)(send)
        # Hypothesis must not try the corpus of one operation on another.
        key = shrink_run.operation.name.encode()
        property_.hypothesis.inner_test._hypothesis_internal_add_digest = key  # type: ignore[attr-defined]
        try:
            # In this order, because a seed takes the database off a property.
            self._settings(size)(seed(number)(property_))()
        except (BudgetSpentError, TargetGoneError):
            raise
        except (BrokenError, Flaky, SkipTest):
            return False
        except Unsatisfiable:
            pass
        except Exception as error:
            if self.adapter.is_over:  # whoever was interrupted may break
                raise BudgetSpentError("time") from None
            self.run.note(diagnostic(shrink_run.operation.name, error))
        return True

    def _settings(self, size: int) -> settings:
        phases = [Phase.generate, Phase.shrink]
        if self.database is not None:
            phases.insert(0, Phase.reuse)
        return settings(
            generated.SETTINGS,
            max_examples=size,
            phases=phases,
            database=self.database,
            backend=FRESH,
        )


class ShrinkRun(PropertyRun):
    """The fuzz cases of one shard. A case that shows a new cause is shrunk, as long as smaller
    ones show the same cause.
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
        self.fuzz_case: FuzzCase | None = None
        self._shrunk: frozenset[str] = frozenset()

    def send(self, fuzz_case: FuzzCase) -> None:
        """Send a fuzz case. Raises BrokenError where it shows what is to be shrunk."""
        self.fuzz_case = fuzz_case
        self.campaign.adapter.origin.kind = fuzz_case.kind
        try:
            self.hold(fuzz_case.last, fuzz_case.expectation, fuzz_case.requests[:-1])
        except TargetGoneError as error:
            # Ends like a spent budget, because Hypothesis would send it again and again.
            self.run.gone = str(error)
            self.campaign.adapter.budget.stop("unreachable")
            raise BudgetSpentError("unreachable") from None
        finally:
            if fuzz_case.kind == CANARY:
                self.campaign.on_news()  # a callback may come when this worker is gone

    def go_on(self) -> None:
        """Continue after a new cause: known requests are not sent again, and break nothing."""
        self.forget_news()
        self._shrunk = frozenset()

    def check(self, exchange: Exchange, expectation: Expectation) -> list[Finding]:
        """What a response breaks, and how it differs from that of the other implementation."""
        self.campaign.fuzz_cases[self.operation.name] += 1
        self.run.resources.learn(self.operation, exchange)
        found = super().check(exchange, expectation)
        differences = self.campaign.differences
        if differences is not None and self.fuzz_case is not None:
            found = [*found, *differences.findings(self.base, self.fuzz_case, exchange)]
        return found

    def _is_news(self, found: list[Finding]) -> bool:
        if self.fuzz_case is None:
            return False
        heavy = [finding for finding in found if finding.check.level != ADVISORY]
        fresh = self.campaign.keep(self.fuzz_case, self.operation.name, heavy)
        self._shrunk = self._shrunk or fresh
        self.campaign.announce(found)
        return not self._shrunk.isdisjoint(finding.id for finding in heavy)


def _derived_seed(first: int, number: int) -> int:
    """A seed made from another one. A shard's seed is made from that of the fuzz, and the seed of
    its draws from that of the shard, so that `--seed` repeats runs of earlier versions.
    """
    return random.Random(f"{first}/{number}").getrandbits(32)  # noqa: S311
