"""Workers: campaigns side by side, one process each, within one budget.

Rules: a single worker runs in the command's own process; several run in processes of their own. A
worker sends its result back when it ends. If one dies, the others end cleanly, and their results
count.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from contract_tests.http.client import Client, TargetGoneError
from contract_tests.operations.roles import SAFE
from contract_tests.plan import Plan
from contract_tests.results.judging import LateError, ending
from contract_tests.results.report import unwritable
from contract_tests.results.run import Run
from contract_tests.target.credentials import has_cookie_key
from fuzzing.analyses.canary import Canary
from fuzzing.analyses.differences import analysis_of, other_target
from fuzzing.analyses.pairs import PairAnalysis
from fuzzing.engine.campaign import Campaign
from fuzzing.engine.corpus import open_database
from fuzzing.engine.result import WorkerResult, result_of
from fuzzing.generators.dictionaries import BoundDictionary, bound_dictionaries
from fuzzing.sending.adapter import BudgetAdapter
from fuzzing.sending.created import SECONDS as CLEANING_SECONDS
from fuzzing.sending.ledger import Ledger, LedgerSink
from fuzzing.sending.limits import limits_of
from fuzzing.sending.schedule import Schedule, Shard, weight_of
from fuzzing.sending.sharing import PermitSource, SharedBudget, end_with_parent, starting
from fuzzing.settings import Settings, target_of
from tallystick.errors import TallystickError
from tallystick.logs import show_logs

LEDGER = "requests.ndjson"

END_SECONDS = 15.0 + CLEANING_SECONDS
"""Seconds for workers to end once the budget is spent, beside the response under way."""


def work_together(settings: Settings, budget: SharedBudget, patience: float) -> WorkerResult:
    """Run all workers of a fuzz. A response under way at the end may take `patience` seconds.
    Raises TallystickError.
    """
    if settings.workers in (None, 1):
        return work(settings, budget, 0)
    total = WorkerResult()
    with _at_work(settings, budget) as workers:
        deadline = None
        while workers and (deadline is None or time.monotonic() < deadline):
            for connection in wait(list(workers), timeout=0.2):
                result = _received(connection)  # type: ignore[arg-type]
                if result.errors:
                    budget.stop("worker")
                total.add(result)
                del workers[connection]  # type: ignore[arg-type]
            if deadline is None and budget.usage().stopped is not None:
                deadline = time.monotonic() + patience + END_SECONDS
        total.errors += ["A worker did not end, and was killed."] * len(workers)
    return total


def _received(connection: Connection) -> WorkerResult:
    try:
        result: WorkerResult = connection.recv()
    except (EOFError, OSError):
        return WorkerResult(errors=["A worker died (killed, or out of memory?)."])
    return result


@contextmanager
def _at_work(settings: Settings, budget: SharedBudget) -> Iterator[dict[Connection, BaseProcess]]:
    """The workers of a fuzz. At the end of the block, those that still work are killed."""
    context = multiprocessing.get_context("spawn")
    started: dict[Connection, BaseProcess] = {}
    try:
        for index in range(settings.workers or 1):
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=_be_worker, args=(settings, budget, index, there))
            with starting():
                process.start()
            there.close()  # so that the pipe ends when the process ends
            started[here] = process
        yield dict(started)
    finally:
        for each in started.values():
            each.terminate()
            each.join()


def _be_worker(
    settings: Settings, budget: SharedBudget, index: int, connection: Connection
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as before its start, also on Windows
    end_with_parent()
    show_logs()
    try:
        connection.send(work(settings, budget, index))
    except TallystickError as error:
        connection.send(WorkerResult(errors=[str(error)]))


def work(settings: Settings, budget: SharedBudget, index: int) -> WorkerResult:
    """Run one worker. Raises TallystickError."""
    ledger = open_ledger(settings)
    plan = settings.plan()
    dictionaries = bound_dictionaries(target_of(plan), plan.contract, settings.target_file)
    campaign = make_campaign(settings, plan, dictionaries, budget, index, ledger)
    try:
        left = budget.usage().left if index == 0 else 0
        result = run_campaign(campaign, iter(budget.next_shard, None), left)
        result.unwritten = ledger.failure if ledger is not None else None
        return result
    finally:
        if ledger is not None:
            ledger.close()


def open_ledger(settings: Settings) -> Ledger | None:
    """The ledger in the folder of the report, if there is one. Raises TallystickError."""
    if settings.report_dir is None:
        return None
    path = Path(settings.report_dir) / LEDGER
    try:
        return Ledger(path)
    except OSError as error:
        raise unwritable(str(path), error) from None


def run_campaign(campaign: Campaign, shards: Iterator[Shard], left: int = 0) -> WorkerResult:
    """Examine pairs of errors, within a share of the requests that are `left`; then send these
    shards, and delete what was created.
    """
    pairs = PairAnalysis(campaign.run, campaign.adapter, campaign.bases, campaign.evidence)
    try:
        try:
            with ending(lambda: campaign.adapter.ends):
                campaign.precedence = pairs.examine(left)
                if campaign.precedence:
                    campaign.on_news()
                campaign.go(shards)
        except TargetGoneError as error:
            campaign.run.gone = str(error)
            campaign.adapter.budget.stop("unreachable")
        except LateError:
            campaign.adapter.budget.stop("time")
        for created in campaign.created:
            created.delete_all()
    finally:
        campaign.run.client.close()
        if campaign.differences is not None:
            campaign.differences.close()
    pairs.keep_evidence()
    return result_of(campaign)


def schedule_of(settings: Settings, plan: Plan, *, keeps_bases: bool = True) -> Schedule:
    """The schedule of a fuzz: all operations that are sent, in the order of a run."""
    weights = {operation.name: weight_of(operation) for operation in plan.operations}
    safe = frozenset(operation.name for operation in plan.operations if operation.method in SAFE)
    has_deletes = any(operation.method == "delete" for operation in plan.operations)
    return Schedule(weights, settings.shards, keeps_bases, safe, has_deletes)


def make_campaign(
    settings: Settings,
    plan: Plan,
    dictionaries: Mapping[str, BoundDictionary],
    budget: PermitSource,
    index: int,
    ledger: LedgerSink | None = None,
) -> Campaign:
    """The campaign of one worker."""
    target = target_of(plan)
    canary = Canary(settings.canary, f"{settings.token}-{index}") if settings.canary else None
    adapter = BudgetAdapter(
        budget,
        ledger,
        documented=frozenset(case.http_status for case in plan.contract.cases),
        observe=canary.observe if canary else None,
        worker=index,
    )
    client = Client(
        target, adapter, streams=plan.streams, keeps_cookies=has_cookie_key(plan.contract)
    )
    run = Run(plan.contract, target, client, plan)
    other = settings.placed(other_target(target, settings.against)) if settings.against else None
    campaign = Campaign(
        run,
        adapter,
        dictionaries,
        open_database(settings.database),
        canary,
        differences=analysis_of(run, adapter, other),
        requests=limits_of(target, settings.limits).requests,
    )
    adapter.clean, adapter.findings = client.redactor.clean, campaign.evidence.keys
    return campaign
