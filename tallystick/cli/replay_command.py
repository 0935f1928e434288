"""`tallystick replay`."""

from __future__ import annotations

import click

from tallystick.cli.shared.contract_options import HEADER
from tallystick.cli.shared.exits import needs


@click.command("replay")
@click.argument("report_dir", type=click.Path())
@click.argument("finding")
@click.option(
    "--target",
    "target_file",
    type=click.Path(),
    metavar="FILE",
    help="Another target file than the fuzz's.",
)
@click.option("--base-url", metavar="URL", help="Another target on this machine.")
@HEADER
@click.option("--against", metavar="URL", help="Another second implementation, for a difference.")
def replay_command(
    report_dir: str,
    finding: str,
    target_file: str | None,
    base_url: str | None,
    headers: tuple[str, ...],
    against: str | None,
) -> None:
    """Send a finding of a fuzz again, and say whether it still holds.

    FINDING is its id or its number in the report. Exit codes: 1 it still holds; 0 it does not; 2
    bad usage; 4 the target could not be reached.
    """
    with needs("test"):
        from fuzzing.command import run_replay
    code = run_replay(
        report_dir,
        finding,
        target_file=target_file,
        base_url=base_url,
        headers=headers,
        against=against,
    )
    raise click.exceptions.Exit(code)
