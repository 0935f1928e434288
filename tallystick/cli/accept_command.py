"""`tallystick accept`."""

from __future__ import annotations

import click

from tallystick.cli.exits import needs


@click.command("accept")
@click.argument("report_dir")
@click.argument("finding")
@click.option("--baseline", metavar="FILE", required=True, help="The file to add it to.")
@click.option("--reason", metavar="TEXT", required=True, help="Why it is accepted.")
@click.option("--expires", metavar="DATE", required=True, help="The last day, as in 2026-12-31.")
def accept_command(report_dir: str, finding: str, baseline: str, reason: str, expires: str) -> None:
    """Accept a finding of a fuzz for a while: with this baseline, it does not count.

    FINDING is its id or its number in the report.
    """
    with needs("test"):
        from fuzzing.findings.accepted import accept
        from fuzzing.findings.replay import read_finding
    found = read_finding(report_dir, finding)
    accept(baseline, found, reason, expires)
    click.echo(f"{found['id']} is accepted until {expires}: {found['message']}")
