"""`tallystick fuzz`: the fuzz from its settings to its exit code.

Rules: the first Ctrl-C ends it cleanly, with a full report; the second at once. What is wrong with
the settings is told before anything is sent.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

import click

from contract_tests.client import unreachable
from contract_tests.fuzzing.accepted import read_baseline, split
from contract_tests.fuzzing.budget import Budget
from contract_tests.fuzzing.canary import Hit, listening
from contract_tests.fuzzing.corpus import open_database
from contract_tests.fuzzing.dictionaries import bound_values
from contract_tests.fuzzing.gate import SharedBudget
from contract_tests.fuzzing.limits import Limits, limits_of
from contract_tests.fuzzing.preview import preview
from contract_tests.fuzzing.proofs import canary_findings, health_finding
from contract_tests.fuzzing.report import UNREACHABLE, Outcome, summary, write_report
from contract_tests.fuzzing.settings import Settings, target_of
from contract_tests.fuzzing.workers import (
    LEDGER,
    Result,
    at_work,
    make_campaign,
    shared_budget,
    work,
)
from contract_tests.plan import Plan
from contract_tests.report import make_folder


def run_fuzz(settings: Settings, *, dry_run: bool = False) -> int:
    """Fuzz, print what is found, and give the exit code. Raises TallystickError."""
    plan = settings.plan()
    target = target_of(plan)
    limits = limits_of(target, settings.limits)
    bound_values(target, settings.target_file)
    open_database(settings.database)
    baseline = read_baseline(settings.baseline) if settings.baseline else None
    if settings.report_dir:
        make_folder(settings.report_dir)
        (Path(settings.report_dir) / LEDGER).unlink(missing_ok=True)
    if dry_run:
        campaign = make_campaign(replace(settings, report_dir=None), plan, Budget(limits), 0)
        click.echo(preview(campaign, limits, plan.seed))
        return 0
    if reason := unreachable(target):
        click.echo(f"error: {reason}", err=True)
        return UNREACHABLE
    click.echo(f"{target.shown_url} is fuzzed with {limits}; seed {plan.seed}", err=True)
    with ExitStack() as stack:
        hits = stack.enter_context(listening(settings.canary)) if settings.canary else []
        budget = stack.enter_context(shared_budget(lambda: limits, settings.workers))
        stack.enter_context(_interruptible(budget))
        stack.enter_context(_progress(budget, limits))
        result = _work(settings, budget)
        spent = budget.spent()
    result = _with_proofs(result, plan, hits, spent.strain if spent.stopped == "health" else "")
    counted, accepted = split(result.findings, baseline)
    outcome = Outcome(settings, plan.contract, limits, spent, result, counted, accepted)
    click.echo(summary(outcome), color=False if os.environ.get("NO_COLOR") else None)
    write_report(outcome)
    if result.gone:
        click.echo(f"error: {result.gone}", err=True)
    return outcome.exit_code


def _work(settings: Settings, budget: SharedBudget) -> Result:
    if settings.workers == 1:
        return work(settings, budget, 0)
    total = Result()
    with at_work(settings, budget) as futures:
        waiting = set(futures)
        while waiting:
            done, waiting = wait(waiting, timeout=0.2)
            for future in done:
                total.add(future.result())
    return total


def _with_proofs(result: Result, plan: Plan, hits: list[Hit], strain: str) -> Result:
    """The result with what the listener and the watch of the target's health have to say."""
    proofs = [*canary_findings(plan.contract, hits, result.watched)]
    proofs += [health_finding(plan.contract, strain)] if strain else []
    result.add(Result(findings=proofs))
    return result


@contextmanager
def _interruptible(budget: SharedBudget) -> Iterator[None]:
    """The first Ctrl-C stops the budget, the second raises KeyboardInterrupt."""

    def interrupt(_: int, __: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        # Another thread, since this one may hold the budget's lock just now.
        threading.Thread(target=budget.stop, args=("interrupted",)).start()
        click.echo("\nEnding; once more Ctrl-C ends at once.", err=True)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress(budget: SharedBudget, limits: Limits) -> Iterator[None]:
    """Tells on standard error how far it is: each second on a terminal, else now and then."""
    is_terminal = sys.stderr.isatty()
    over = threading.Event()

    def tell() -> None:
        earlier = 0
        while not over.wait(1.0 if is_terminal else 10.0):
            spent = budget.spent()
            rate = (spent.requests - earlier) / (1.0 if is_terminal else 10.0)
            earlier = spent.requests
            left = limits.requests - spent.requests
            line = f"{spent.requests:,} requests, {left:,} left, {rate:.0f}/s, {spent.health.value}"
            start, end = ("\r\033[K", "") if is_terminal else ("", "\n")
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
