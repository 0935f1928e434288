"""`tallystick test`. The name is plural because pytest would collect a file `test_….py`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from tallystick.cli.shared.contract_options import contract_options, scope_options
from tallystick.cli.shared.exits import UNREACHABLE, needs
from tallystick.printing import show, show_error

if TYPE_CHECKING:
    from contract_tests.plan import Plan
    from contract_tests.target.target import Target
    from tallystick.reader.options import LoadOptions


@click.command("test")
@contract_options
@click.option("--base-url", metavar="URL", help="The implementation to check.")
@click.option(
    "--target",
    "target_file",
    type=click.Path(),
    metavar="FILE",
    help="The target file (TOML) to check.",
)
@scope_options
@click.option("--seed", type=click.IntRange(0), help="Seed of the generated data; repeats a run.")
@click.option(
    "--baseline", type=click.Path(), metavar="FILE", help="Findings that are accepted for a while."
)
@click.option(
    "--report-dir",
    type=click.Path(),
    metavar="DIR",
    help="Write the report there: report.json (all of it, for programs), report.html (for people), "
    "junit.xml (CI hosts), report.sarif (code hosts), summary.md (the page of a CI job) and "
    "badge.svg.",
)
@click.option(
    "-v", "--verbose", "is_whole", is_flag=True, help="Print every case and every finding."
)
@click.option(
    "--allow-not-covered", is_flag=True, help="Exit with 0 though cases were not covered."
)
@click.option(
    "--max-time",
    type=click.FloatRange(0, min_open=True),
    metavar="S",
    help="End after so many seconds, with what was found.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1),
    metavar="N",
    help="How many requests are under way at a time: those that change nothing, and those that "
    "are certain to be refused. Default: 8 on this machine, 4 elsewhere.",
)
@click.option(
    "--undeclared-methods",
    is_flag=True,
    help="Try PUT, PATCH, DELETE and TRACE on a target that is not on this machine, too.",
)
def test_command(
    load: LoadOptions,
    baseline: str | None,
    report_dir: str | None,
    allow_not_covered: bool,
    is_whole: bool,
    **options: Any,
) -> None:
    """Hold an implementation to the contract. Without --target and --base-url it is the mock.

    Prints up to 60 lines: the verdicts, the largest causes with what mends them, and what is not
    covered. -v prints all; --report-dir writes all.

    Exit codes: 0 all cases passed; 1 a case failed, or a check found a violation; 2 bad usage;
    3 cases not covered; 4 the target could not be tested.
    """
    with needs("test"):
        from contract_tests.http.client import unreachable
        from contract_tests.plan import read_plan
    plan = read_plan(load, **options)
    if baseline is not None:
        with needs("test"):
            from contract_tests.results.baseline import read_baseline
        plan = replace(plan, baseline=read_baseline(baseline))
    with _target(plan) as target:
        if reason := unreachable(target):
            show_error(reason)
            raise click.exceptions.Exit(UNREACHABLE)
        # This import takes longest. It comes last, so that what is wrong so far is printed at once.
        with needs("test"):
            from contract_tests.command import run_suite
        code = run_suite(
            plan,
            target,
            report_dir=report_dir,
            allow_not_covered=allow_not_covered,
            is_whole=is_whole,
        )
    raise click.exceptions.Exit(code)


@contextmanager
def _target(plan: Plan) -> Iterator[Target]:
    """The target of a plan. If it names none, a mock that is served while the block lasts."""
    if plan.target is not None:
        yield plan.target
        return
    show("No --target and no --base-url: this checks the mock of the document.", err=True)
    with needs("mock"):
        from mock_server.serve import serving
    with serving(plan.contract) as url:
        yield plan.mock_at(url)
