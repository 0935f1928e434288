"""Workers: campaigns side by side, one process each, with one budget.

Rules: one worker works in the command's own process. Several are processes; the budget lives in
a process of its own, which all ask for permits, so that no limit is divided on paper. Each worker
has a seed of its own, made from the fuzz's. What a worker found comes back when it ends.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.managers import BaseManager
from pathlib import Path
from typing import Any

from contract_tests.client import Client, TargetGoneError
from contract_tests.findings import Finding, Findings
from contract_tests.fuzzing.budget import Budget
from contract_tests.fuzzing.campaign import Campaign
from contract_tests.fuzzing.canary import Canary
from contract_tests.fuzzing.corpus import open_database
from contract_tests.fuzzing.dictionaries import bound_values
from contract_tests.fuzzing.gate import Gate, SharedBudget
from contract_tests.fuzzing.ledger import Ledger
from contract_tests.fuzzing.replay import kept
from contract_tests.fuzzing.settings import Settings, target_of
from contract_tests.plan import Plan
from contract_tests.run import Run
from contract_tests.target import TargetError

LEDGER = "requests.ndjson"


@dataclass(slots=True)
class Result:
    """What a worker, or all of them, did. `shown_by` keeps for each finding what shows it."""

    findings: list[Finding] = field(default_factory=list)
    shown_by: dict[str, dict[str, Any]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    cases: Counter[tuple[str, str]] = field(default_factory=Counter)
    watched: dict[str, str] = field(default_factory=dict)
    gone: str | None = None

    def add(self, other: Result) -> None:
        """Take over what another worker did: findings of one cause become one."""
        merged = Findings()
        for finding in (*self.findings, *other.findings):
            merged.add(finding)
        self.findings = list(merged)
        self.shown_by = {**other.shown_by, **self.shown_by}
        self.kinds += other.kinds
        self.cases += other.cases
        self.watched |= other.watched
        self.gone = self.gone or other.gone


class _Manager(BaseManager):
    """Keeps the budget that several processes share."""


_Manager.register("Budget", Budget, exposed=("take", "settle", "pause", "stop", "spent"))


@contextmanager
def shared_budget(make: Callable[[], Any], workers: int) -> Iterator[SharedBudget]:
    """A budget of these limits, for so many workers."""
    if workers == 1:
        yield Budget(make())
        return
    with _Manager(ctx=multiprocessing.get_context("spawn")) as manager:
        yield manager.Budget(make())  # type: ignore[attr-defined]


@contextmanager
def at_work(settings: Settings, budget: SharedBudget) -> Iterator[list[Future[Result]]]:
    """The workers of a fuzz; at the end of the block those that still work are killed."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(settings.workers, context, initializer=_leave_signals)
    try:
        yield [pool.submit(work, settings, budget, index) for index in range(settings.workers)]
    finally:
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)


def _leave_signals() -> None:
    """Ctrl-C goes to all processes of a terminal; the first one tells the others by the budget."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def work(settings: Settings, budget: SharedBudget, index: int) -> Result:
    """What one worker does. Raises TallystickError."""
    plan = settings.plan()
    campaign = make_campaign(settings, plan, budget, index)
    try:
        campaign.go(plan.seed + index)
    except TargetGoneError as error:
        campaign.run.gone = str(error)
        budget.stop("unreachable")
    except TargetError:
        budget.stop("set-up")
        raise
    finally:
        campaign.run.client.close()
        if campaign.gate.ledger is not None:
            campaign.gate.ledger.close()
    return result_of(campaign)


def make_campaign(settings: Settings, plan: Plan, budget: SharedBudget, index: int) -> Campaign:
    """The campaign of one worker."""
    target = target_of(plan)
    ledger = Ledger(Path(settings.report_dir) / LEDGER) if settings.report_dir else None
    documented = frozenset(
        case.http_status for case in plan.contract.cases if case.http_status >= 500
    )
    gate = Gate(budget, ledger, documented=documented)
    gate.mark.worker = index
    client = Client(target, gate)
    gate.clean = client.redactor.clean
    canary = Canary(settings.canary, str(index)).address if settings.canary else None
    return Campaign(
        Run(plan.contract, target, client, plan),
        gate,
        bound_values(target, settings.target_file),
        open_database(settings.database),
        canary,
    )


def result_of(campaign: Campaign) -> Result:
    """What a campaign has found so far."""
    run = campaign.run
    return Result(
        findings=list(run.findings),
        shown_by={name: kept(shown, run.client) for name, shown in campaign.shown.items()},
        kinds=campaign.kinds,
        cases=campaign.gate.cases,
        watched=campaign.watched,
        gone=run.gone,
    )


def cores() -> int:
    """How many processes this machine has cores for."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
