"""`tallystick fuzz` from its settings to its exit code, and `tallystick replay`.

Rules: the first Ctrl-C ends a fuzz cleanly, with a full report; the second ends it at once. Errors
in the settings are reported before anything is sent.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from math import inf
from pathlib import Path
from types import FrameType
from typing import Any

from contract_tests.http.client import Client, TargetGoneError, unreachable
from contract_tests.plan import Plan
from contract_tests.results.baseline import read_baseline, triage
from contract_tests.results.report import make_folder, unwritable
from contract_tests.results.run import Run
from contract_tests.target.target import Target
from fuzzing.analyses.canary import Callback, listening
from fuzzing.analyses.differences import is_difference, other_target, without_disguises
from fuzzing.engine.corpus import UnwritableCorpusError, open_database
from fuzzing.engine.result import WorkerResult
from fuzzing.engine.workers import LEDGER, make_campaign, schedule_of, work_together
from fuzzing.findings.preview import preview, without_fetching
from fuzzing.findings.proofs import canary_proofs, health_proof
from fuzzing.findings.replay import read_finding, replay
from fuzzing.findings.report import (
    FOUND,
    NOTHING_FOUND,
    UNREACHABLE,
    FuzzResult,
    summary,
    write_report,
)
from fuzzing.generators.dictionaries import bound_dictionaries
from fuzzing.sending.budget import Budget, BudgetUsage
from fuzzing.sending.limits import Limits, limits_of
from fuzzing.sending.sharing import BudgetMonitor, shared_budget
from fuzzing.settings import Settings, target_of
from tallystick.contract import Contract
from tallystick.errors import TallystickError
from tallystick.logs import show_logs
from tallystick.printing import show, show_error, show_status
from tallystick.reader.options import LoadOptions

_LINGER = 2.0
"""Seconds to wait for callbacks at the end: a server may open an address a little later."""


_LATEST = 1.0
"""So many seconds after the time of a fuzz, nothing is waited for any more."""


def run_fuzz(settings: Settings, *, dry_run: bool = False) -> int:
    """Fuzz, print what is found, and give the exit code. Raises TallystickError."""
    show_logs()
    plan = settings.plan()
    target = target_of(plan)
    others = [other_target(target, settings.against)] if settings.against is not None else []
    settings = settings.decided(target, *others)
    target, *others = map(settings.placed, (target, *others))
    plan = replace(plan, target=target)
    limits = limits_of(target, settings.limits, *others)
    dictionaries = bound_dictionaries(target, plan.contract, settings.target_file)
    if not plan.operations:
        raise TallystickError("No operation is left to fuzz: all are excluded or left out.")
    if dry_run:
        alone = replace(settings, database=None)
        quiet = replace(plan, target=without_fetching(target))
        campaign = make_campaign(alone, quiet, dictionaries, Budget(limits), 0)
        show(preview(campaign, limits, plan.seed))
        return NOTHING_FOUND
    settings, remarks = _with_corpus(settings)
    baseline = read_baseline(settings.baseline) if settings.baseline else None
    if settings.report_dir:
        make_folder(settings.report_dir)
        _remove(Path(settings.report_dir) / LEDGER)
    # The workers of a cluster may reach a target that this machine does not.
    if settings.scheduler is None and _is_unreachable(target, *others):
        return UNREACHABLE
    result, usage = _fuzzed(settings, plan, limits)
    result.notes[:0] = remarks
    found = triage(without_disguises(result.findings), baseline)
    outcome = FuzzResult(settings, plan, limits, usage, result, found)
    # Whichever of the two cannot be written, the other one is there.
    try:
        write_report(outcome)
    finally:
        show(summary(outcome))
        for error in [*result.errors, *([outcome.gone] if outcome.gone else [])]:
            show_error(error)
    if result.unwritten is not None:
        raise TallystickError(f"The ledger is not whole: {result.unwritten}.")
    return outcome.exit_code


def _with_corpus(settings: Settings) -> tuple[Settings, list[str]]:
    """The settings, without a database whose folder cannot be written, and what is said of it.
    Raises CorpusError.
    """
    try:
        open_database(settings.database)
    except UnwritableCorpusError as error:
        remark = f"{error} This fuzz keeps no inputs for the next one."
        show(f"note: {remark}", err=True)
        return replace(settings, database=None), [remark]
    return settings, []


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(str(path), error) from None


def _is_unreachable(*targets: Target) -> bool:
    """Whether one of the targets cannot be reached; prints which one, and why."""
    for target in targets:
        if reason := unreachable(target):
            show_error(reason)
            return True
    return False


def _fuzzed(settings: Settings, plan: Plan, limits: Limits) -> tuple[WorkerResult, BudgetUsage]:
    with ExitStack() as stack:
        callbacks: list[Callback] = []
        if settings.canary:
            callbacks = stack.enter_context(listening(settings.canary))
        budget, work = stack.enter_context(_workers(settings, plan, limits))
        show(_start_line(settings, plan, limits), err=True)
        stack.enter_context(_interruptible(budget))
        stack.enter_context(_progress(budget, limits, plan.contract))
        result = work()
        usage = budget.usage()
        if settings.canary and usage.requests:
            time.sleep(_linger(limits, usage))
    proofs = [*canary_proofs(callbacks, result.callback_sources)]
    if usage.stopped == "health":
        proofs.append(health_proof(plan.contract, usage.strain))
    shown_by = {proof.finding.id: dict(proof.evidence) for proof in proofs if proof.evidence}
    result.add(WorkerResult(findings=[proof.finding for proof in proofs], shown_by=shown_by))
    return result, usage


def _linger(limits: Limits, usage: BudgetUsage) -> float:
    """The seconds to wait for callbacks; they end soon after the time of the fuzz."""
    left = inf if limits.seconds is None else limits.seconds + _LATEST - usage.seconds
    return max(0.0, min(_LINGER, left))


def _start_line(settings: Settings, plan: Plan, limits: Limits) -> str:
    target = target_of(plan)
    other = settings.against and other_target(target, settings.against).shown_url
    beside = f" beside {other}" if other else ""
    return f"Fuzzing {target.shown_url}{beside} with {limits}; seed {plan.seed}"


@contextmanager
def _workers(
    settings: Settings, plan: Plan, limits: Limits
) -> Iterator[tuple[BudgetMonitor, Callable[[], WorkerResult]]]:
    """The budget, and the function that runs the workers: processes here, or a cluster."""
    if settings.scheduler is not None:
        # Imported here, because Dask is an extra.
        from fuzzing.cluster.shards import connected

        with connected(settings, plan, limits) as cluster:
            yield cluster, lambda: cluster.work(plan)
        return
    with shared_budget(limits, settings.workers, schedule_of(settings, plan)) as budget:
        yield budget, lambda: work_together(settings, budget, target_of(plan).timeout)


@contextmanager
def _interruptible(budget: BudgetMonitor) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM stops the budget; the next one ends the process."""
    handlers: dict[signal.Signals, Any] = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
    }

    def interrupt(_: int, __: FrameType | None) -> None:
        for name, handler in handlers.items():
            signal.signal(name, handler)
        # In another thread, because this one may hold the lock of the budget.
        threading.Thread(target=budget.stop, args=("interrupted",), daemon=True).start()
        show("\nEnding. Press Ctrl-C again to end at once.", err=True)

    before = {name: signal.signal(name, interrupt) for name in handlers}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


@contextmanager
def _progress(budget: BudgetMonitor, limits: Limits, contract: Contract) -> Iterator[None]:
    """Print the progress on standard error: each second on a terminal, else every ten seconds."""
    is_terminal = sys.stderr.isatty()
    seconds = 1.0 if is_terminal else 10.0
    cases = len(list(contract.cases))
    over = threading.Event()

    def print_progress() -> None:
        earlier = 0
        while not over.wait(seconds):
            usage = budget.usage()
            rate = (usage.requests - earlier) / seconds
            earlier = usage.requests
            show_status(_line(usage, limits, rate, cases))

    thread = threading.Thread(target=print_progress, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        if is_terminal:
            show_status()


def _line(usage: BudgetUsage, limits: Limits, rate: float, cases: int) -> str:
    parts = [f"{usage.requests:,} requests", f"{rate:.0f}/s"]
    parts += [f"{limits.requests - usage.requests:,} left"]
    if limits.creations is not None:
        parts += [f"{limits.creations - usage.creations:,} creations left"]
    if limits.seconds is not None:
        parts += [f"{max(0.0, limits.seconds - usage.seconds):.0f} s left"]
    parts += [f"{usage.findings} findings", f"{usage.cases} of {cases} cases"]
    return ", ".join([*parts, usage.health.value])


def run_replay(
    report_dir: str,
    finding: str,
    *,
    target_file: str | None,
    base_url: str | None,
    headers: Sequence[str] = (),
    against: str | None = None,
) -> int:
    """Replay a finding of a report, print whether it still holds, and give the exit code. Raises
    TallystickError.
    """
    found = read_finding(report_dir, finding)
    settings = replace(
        _replayed_settings(found, target_file, base_url, against), headers=tuple(headers)
    )
    plan = settings.plan()
    target = target_of(plan)
    others = [other_target(target, settings.against)] if settings.against is not None else []
    target, *others = (each.located() for each in (target, *others))
    limits = limits_of(target, {}, *others)
    if _is_unreachable(target, *others):
        return UNREACHABLE
    rate = f"{limits.rate:g}/s" if limits.rate else None
    clients = [Client(replace(each, rate=rate), streams=plan.streams) for each in (target, *others)]
    try:
        runs = [Run(plan.contract, client.target, client, plan) for client in clients]
        holds = replay(found, *runs)
    except TargetGoneError as error:
        show_error(str(error))
        return UNREACHABLE
    finally:
        for client in clients:
            client.close()
    verdict = "still holds" if holds else "does not hold any more"
    show(f"{found['id']} {verdict}: {found['message']}")
    return FOUND if holds else NOTHING_FOUND


def _replayed_settings(
    found: Mapping[str, Any], target_file: str | None, base_url: str | None, against: str | None
) -> Settings:
    """The settings of the fuzz that found it, with the given ones in their place."""
    own = found["settings"]
    is_elsewhere = bool(target_file or base_url)
    return Settings(
        load=LoadOptions(tuple(own["documents"]), tuple(own["overlays"]), own["remote_references"]),
        target_file=target_file if is_elsewhere else own["target_file"],
        base_url=base_url if is_elsewhere else own["base_url"],
        seed=0,
        limits={},
        against=(against or own.get("against")) if is_difference(found) else None,
    )
