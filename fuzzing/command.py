"""`tallystick fuzz` from its settings to its exit code, and `tallystick replay`.

Rules: the first Ctrl-C ends it cleanly, with a full report; the second at once. What is wrong with
the settings is told before anything is sent.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import click

from contract_tests.http.client import Client, TargetGoneError, unreachable
from contract_tests.plan import Plan
from contract_tests.results.report import make_folder
from contract_tests.results.run import Run
from contract_tests.target.target import Target
from fuzzing.analyses.canary import Hit, listening
from fuzzing.analyses.differences import is_difference, other_target, without_disguises
from fuzzing.engine.budget import Budget, Spent
from fuzzing.engine.corpus import open_database
from fuzzing.engine.limits import Limits, limits_of
from fuzzing.engine.sharing import Watched, shared_budget
from fuzzing.engine.workers import LEDGER, Result, make_campaign, work_together
from fuzzing.findings.accepted import read_baseline, sort
from fuzzing.findings.preview import preview
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
from fuzzing.generators.dictionaries import bound_words
from fuzzing.settings import Settings, target_of
from tallystick.contract import Contract
from tallystick.reader.options import LoadOptions

_LINGER = 2.0
"""Seconds for which the canary waits at the end: a server may open an address a little later."""


def run_fuzz(settings: Settings, *, dry_run: bool = False) -> int:
    """Fuzz, print what is found, and give the exit code. Raises TallystickError."""
    plan = settings.plan()
    target = target_of(plan)
    others = [other_target(target, settings.against)] if settings.against is not None else []
    limits = limits_of(target, settings.limits, *others)
    words = bound_words(target, plan.contract, settings.target_file)
    if dry_run:
        alone = replace(settings, database=None)
        _say(preview(make_campaign(alone, plan, words, Budget(limits), 0), limits, plan.seed))
        return NOTHING_FOUND
    open_database(settings.database)
    baseline = read_baseline(settings.baseline) if settings.baseline else None
    if settings.report_dir:
        make_folder(settings.report_dir)
        (Path(settings.report_dir) / LEDGER).unlink(missing_ok=True)
    # A target that only a cluster can reach is for its workers to find.
    if settings.scheduler is None and _is_unreachable(target, *others):
        return UNREACHABLE
    result, spent = _fuzzed(settings, plan, limits)
    found = sort(without_disguises(result.findings), baseline)
    outcome = FuzzResult(settings, plan, limits, spent, result, found)
    _say(summary(outcome))
    write_report(outcome)
    for error in [*result.errors, *([result.gone] if result.gone else [])]:
        click.echo(f"error: {error}", err=True)
    return outcome.exit_code


def _is_unreachable(*targets: Target) -> bool:
    """Whether one of the targets cannot be reached; tells which, and why."""
    for target in targets:
        if reason := unreachable(target):
            click.echo(f"error: {reason}", err=True)
            return True
    return False


def _fuzzed(settings: Settings, plan: Plan, limits: Limits) -> tuple[Result, Spent]:
    with ExitStack() as stack:
        hits: list[Hit] = []
        if settings.canary:
            hits = stack.enter_context(listening(settings.canary))
        budget, work = stack.enter_context(_workers(settings, plan, limits))
        target = target_of(plan)
        other = settings.against and other_target(target, settings.against).shown_url
        beside = f" beside {other}" if other else ""
        told = f"{target.shown_url} is fuzzed{beside} with {limits}; seed {plan.seed}"
        click.echo(told, err=True)
        stack.enter_context(_interruptible(budget))
        stack.enter_context(_progress(budget, limits, plan.contract))
        result = work()
        spent = budget.spent()
        if settings.canary and spent.requests:
            time.sleep(_LINGER)
    proofs = [*canary_proofs(hits, result.sightings)]
    proofs += [health_proof(plan.contract, spent.strain)] if spent.stopped == "health" else []
    shown_by = {proof.finding.id: dict(proof.kept) for proof in proofs if proof.kept}
    result.add(Result(findings=[proof.finding for proof in proofs], shown_by=shown_by))
    return result, spent


@contextmanager
def _workers(
    settings: Settings, plan: Plan, limits: Limits
) -> Iterator[tuple[Watched, Callable[[], Result]]]:
    """The budget of a fuzz, and what all its workers do: processes here, or a cluster."""
    if settings.scheduler is not None:
        # Here, since Dask is an extra.
        from fuzzing.cluster.cluster import connected

        with connected(settings, limits) as cluster:
            yield cluster, lambda: cluster.work(plan)
        return
    with shared_budget(limits, settings.workers, settings.shards) as budget:
        yield budget, lambda: work_together(settings, budget, target_of(plan).timeout)


@contextmanager
def _interruptible(budget: Watched) -> Iterator[None]:
    """The first Ctrl-C, or SIGTERM, stops the budget; the next one ends the process."""
    handlers: dict[signal.Signals, Any] = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
    }

    def interrupt(_: int, __: FrameType | None) -> None:
        for name, handler in handlers.items():
            signal.signal(name, handler)
        # Another thread, since this one may hold the budget's lock just now.
        threading.Thread(target=budget.stop, args=("interrupted",), daemon=True).start()
        click.echo("\nEnding; once more Ctrl-C ends at once.", err=True)

    before = {name: signal.signal(name, interrupt) for name in handlers}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


@contextmanager
def _progress(budget: Watched, limits: Limits, contract: Contract) -> Iterator[None]:
    """Tells on standard error how far it is: each second on a terminal, else now and then."""
    is_terminal = sys.stderr.isatty()
    seconds = 1.0 if is_terminal else 10.0
    start, end = ("\r\033[K", "") if is_terminal else ("", "\n")
    cases = len(list(contract.cases))
    over = threading.Event()

    def tell() -> None:
        earlier = 0
        while not over.wait(seconds):
            spent = budget.spent()
            rate = (spent.requests - earlier) / seconds
            earlier = spent.requests
            line = _line(spent, limits, rate, cases)
            click.echo(f"{start}{line}{end}", err=True, nl=False)

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        if is_terminal:
            click.echo("\r\033[K", err=True, nl=False)


def _line(spent: Spent, limits: Limits, rate: float, cases: int) -> str:
    parts = [f"{spent.requests:,} requests", f"{rate:.0f}/s"]
    parts += [f"{limits.requests - spent.requests:,} left"]
    if limits.creations is not None:
        parts += [f"{limits.creations - spent.creations:,} creations left"]
    if limits.seconds is not None:
        parts += [f"{max(0.0, limits.seconds - spent.seconds):.0f} s left"]
    parts += [f"{spent.findings} findings", f"{spent.cases} of {cases} cases"]
    return ", ".join([*parts, spent.health.value])


def _say(text: str) -> None:
    """Print a text; a lone surrogate in it has no UTF-8, and is shown as a question mark."""
    plain = text.encode("utf-8", "replace").decode()
    click.echo(plain, color=False if os.environ.get("NO_COLOR") else None)


def run_replay(
    report_dir: str,
    finding: str,
    *,
    target_file: str | None,
    base_url: str | None,
    against: str | None = None,
) -> int:
    """Send a finding of a report again, say whether it still holds, and give the exit code. Raises
    TallystickError.
    """
    told = read_finding(report_dir, finding)
    settings = _replayed_settings(told, target_file, base_url, against)
    plan = settings.plan()
    target = target_of(plan)
    others = [other_target(target, settings.against)] if settings.against is not None else []
    limits = limits_of(target, {}, *others)
    if _is_unreachable(target, *others):
        return UNREACHABLE
    rate = f"{limits.rate:g}/s" if limits.rate else None
    clients = [Client(replace(each, rate=rate)) for each in (target, *others)]
    try:
        runs = [Run(plan.contract, client.target, client, plan) for client in clients]
        holds = replay(told, *runs)
    except TargetGoneError as error:
        click.echo(f"error: {error}", err=True)
        return UNREACHABLE
    finally:
        for client in clients:
            client.close()
    _say(f"{told['id']} {'still holds' if holds else 'does not hold any more'}: {told['message']}")
    return FOUND if holds else NOTHING_FOUND


def _replayed_settings(
    told: Mapping[str, Any], target_file: str | None, base_url: str | None, against: str | None
) -> Settings:
    """The settings of the fuzz that found it, with what is given in their place."""
    own = told["settings"]
    is_elsewhere = bool(target_file or base_url)
    return Settings(
        load=LoadOptions(tuple(own["documents"]), tuple(own["overlays"]), own["remote_references"]),
        target_file=target_file if is_elsewhere else own["target_file"],
        base_url=base_url if is_elsewhere else own["base_url"],
        seed=0,
        limits={},
        against=(against or own.get("against")) if is_difference(told) else None,
    )
