"""Workers: campaigns side by side, one process each, with one budget.

Rules: one worker works in the command's own process; several are processes of their own. What a
worker found comes back when it ends; if one dies, the others end cleanly, and what they found
counts.
"""

from __future__ import annotations

import copyreg
import multiprocessing
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import MappingProxyType
from typing import Any

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.http.client import Client, TargetGoneError
from contract_tests.plan import Plan
from contract_tests.results.findings import Finding, Findings
from contract_tests.results.run import Run
from fuzzing.analyses.canary import Canary
from fuzzing.analyses.differences import Unsettleds, add_unsettled, differences_of
from fuzzing.analyses.pairs import Pairs
from fuzzing.analyses.precedence import Precedence
from fuzzing.engine.adapter import BudgetAdapter
from fuzzing.engine.campaign import Campaign, Shown
from fuzzing.engine.corpus import open_database
from fuzzing.engine.ledger import Ledger, Lines
from fuzzing.engine.novelty import Pool
from fuzzing.engine.sharing import Rationed, SharedBudget, end_with_parent
from fuzzing.findings.replay import kept
from fuzzing.generators.dictionaries import Words, bound_words
from fuzzing.settings import Settings, target_of
from tallystick.errors import TallystickError

LEDGER = "requests.ndjson"


def _read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


# Findings go from process to process, and with them cases and promises, which hold read-only
# mappings; Python does not know of itself how to send those.
copyreg.pickle(MappingProxyType, lambda mapping: (_read_only, (dict(mapping),)))

END_SECONDS = 15.0
"""Seconds in which workers must end once the budget is spent, beside the answer under way."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A request that held an address of the canary: for which operation, as a command, as it is
    kept for a replay, and the status that redirected to the address, if one did.
    """

    operation: str
    curl: str
    kept: dict[str, Any]
    redirect: int | None


@dataclass(slots=True)
class Result:
    """What a worker, or all of them, did. `shown_by` keeps for each finding what shows it, by its
    id; `sightings` are by the canary's tokens; `errors` say why a worker ended before its time.
    """

    findings: list[Finding] = field(default_factory=list)
    shown_by: dict[str, dict[str, Any]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    cases: Counter[tuple[str, str]] = field(default_factory=Counter)
    sightings: dict[str, Sighting] = field(default_factory=dict)
    precedence: list[Precedence] = field(default_factory=list)
    unsettled: Unsettleds = field(default_factory=dict)
    gone: str | None = None
    errors: list[str] = field(default_factory=list)

    def renew(self, later: Result) -> None:
        """Take over what the same shard did later, or when it was done again: nothing that was
        found is lost, and nothing is counted twice.
        """
        self._add_findings(later)
        self.kinds |= later.kinds
        self.cases |= later.cases
        self.sightings |= later.sightings
        self.precedence = later.precedence or self.precedence
        self.unsettled = later.unsettled or self.unsettled
        self.gone = later.gone or self.gone
        self.errors = later.errors or self.errors

    def add(self, other: Result) -> None:
        """Take over what another worker did: findings of one cause become one."""
        self._add_findings(other)
        self.kinds += other.kinds
        self.cases += other.cases
        self.sightings |= other.sightings
        self.precedence += other.precedence
        add_unsettled(self.unsettled, other.unsettled)
        self.gone = self.gone or other.gone
        self.errors += other.errors

    def _add_findings(self, other: Result) -> None:
        merged = Findings()
        shown_by = {**other.shown_by, **self.shown_by}
        # The id of a finding may change as it is merged.
        joined = [(f.id, merged.add(f)) for f in (*self.findings, *other.findings)]
        for before, finding in joined:
            if before in shown_by:
                shown_by.setdefault(finding.id, shown_by[before])
        self.findings, self.shown_by = list(merged), shown_by


def work_together(settings: Settings, budget: SharedBudget, patience: float) -> Result:
    """What all workers of a fuzz do. An answer under way at its end may take `patience` seconds.
    Raises TallystickError.
    """
    if settings.workers in (None, 1):
        return work(settings, budget, 0)
    total = Result()
    with _at_work(settings, budget) as workers:
        deadline = None
        while workers and (deadline is None or time.monotonic() < deadline):
            for connection in wait(list(workers), timeout=0.2):
                result = _received(connection)  # type: ignore[arg-type]
                if result.errors:
                    budget.stop("worker")
                total.add(result)
                del workers[connection]  # type: ignore[arg-type]
            if deadline is None and budget.spent().stopped is not None:
                deadline = time.monotonic() + patience + END_SECONDS
        total.errors += ["A worker did not end, and was killed."] * len(workers)
    return total


def _received(connection: Connection) -> Result:
    try:
        result: Result = connection.recv()
    except (EOFError, OSError):
        return Result(errors=["A worker died (killed, or out of memory?)."])
    return result


@contextmanager
def _at_work(settings: Settings, budget: SharedBudget) -> Iterator[dict[Connection, BaseProcess]]:
    """The workers of a fuzz; at the end of the block those that still work are killed."""
    context = multiprocessing.get_context("spawn")
    started: dict[Connection, BaseProcess] = {}
    try:
        for index in range(settings.workers or 1):
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=_be_worker, args=(settings, budget, index, there))
            process.start()
            there.close()  # so that the end of the process is the end of the pipe
            started[here] = process
        yield dict(started)
    finally:
        for each in started.values():
            each.terminate()
            each.join()


def _be_worker(
    settings: Settings, budget: SharedBudget, index: int, connection: Connection
) -> None:
    # Ctrl-C goes to all processes of a terminal; the first one tells the others by the budget.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    try:
        connection.send(work(settings, budget, index))
    except TallystickError as error:
        connection.send(Result(errors=[str(error)]))


def work(settings: Settings, budget: SharedBudget, index: int) -> Result:
    """What one worker does. Raises TallystickError."""
    ledger = Ledger(Path(settings.report_dir) / LEDGER) if settings.report_dir else None
    plan = settings.plan()
    words = bound_words(target_of(plan), plan.contract, settings.target_file)
    campaign = make_campaign(settings, plan, words, budget, index, ledger)
    try:
        left = budget.spent().left if index == 0 else 0
        return run_campaign(campaign, iter(budget.next_shard, None), left)
    finally:
        if ledger is not None:
            ledger.close()


def run_campaign(campaign: Campaign, shards: Iterator[int], left: int = 0) -> Result:
    """What a campaign finds in these shards, and before them by pairs of faults, which take a part
    of the requests that are left.
    """
    pairs = Pairs(campaign)
    try:
        campaign.precedence = pairs.examine(left)
        if campaign.precedence and campaign.tell_news is not None:
            campaign.tell_news()
        campaign.go(shards)
    except TargetGoneError as error:
        campaign.run.gone = str(error)
        campaign.gate.budget.stop("unreachable")
    finally:
        campaign.run.client.close()
        if campaign.differences is not None:
            campaign.differences.close()
    pairs.keep()
    return result_of(campaign)


def make_campaign(
    settings: Settings,
    plan: Plan,
    words: Mapping[str, Words],
    budget: Rationed,
    index: int,
    ledger: Lines | None = None,
) -> Campaign:
    """The campaign of one worker."""
    target = target_of(plan)
    canary = Canary(settings.canary, f"{settings.token}-{index}") if settings.canary else None
    gate = BudgetAdapter(
        budget,
        ledger,
        documented=frozenset(case.http_status for case in plan.contract.cases),
        canary=canary,
        worker=index,
    )
    client = Client(target, gate)
    campaign = Campaign(
        Run(plan.contract, target, client, plan),
        gate,
        words,
        open_database(settings.database),
        canary.address if canary else None,
        pool=Pool() if settings.novelty else None,
    )
    gate.clean, gate.findings = client.redactor.clean, campaign.shown.keys
    campaign.differences = differences_of(campaign.run, gate, settings.against)
    return campaign


def result_of(campaign: Campaign) -> Result:
    """What a campaign has found."""
    run = campaign.run
    return Result(
        findings=list(run.findings),
        shown_by={name: kept(shown, run.client) for name, shown in campaign.shown.items()},
        kinds=campaign.gate.kinds,
        cases=campaign.gate.cases,
        sightings=_sightings(campaign),
        precedence=campaign.precedence,
        unsettled=campaign.differences.unsettled if campaign.differences else {},
        gone=run.gone,
    )


def _sightings(campaign: Campaign) -> dict[str, Sighting]:
    canary, client = campaign.gate.canary, campaign.run.client
    if canary is None:
        return {}
    expectation = Expectation(ExpectationKind.HANDLED, "an address of the canary", is_random=True)
    return {
        token: Sighting(
            sent.operation,
            client.shown(sent.request),
            kept(Shown(sent.operation, [sent.request], expectation), client),
            canary.redirects.get(token),
        )
        for token, sent in canary.sent.items()
    }
