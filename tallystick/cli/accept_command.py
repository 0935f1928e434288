"""`tallystick accept`."""

from __future__ import annotations

import click

from tallystick.cli.shared.exits import needs
from tallystick.printing import show


@click.command("accept")
@click.argument("report_dir", type=click.Path())
@click.argument("finding", required=False)
@click.option("--all", "is_all", is_flag=True, help="Accept all findings of the report.")
@click.option("--prune", is_flag=True, help="Take out of the file what is no longer found.")
@click.option(
    "--baseline", type=click.Path(), metavar="FILE", required=True, help="The file to change."
)
@click.option("--reason", metavar="TEXT", help="Why it is accepted.")
@click.option("--expires", metavar="DATE", help="The last day, as in 2026-12-31.")
def accept_command(
    report_dir: str,
    finding: str | None,
    is_all: bool,
    prune: bool,
    baseline: str,
    reason: str | None,
    expires: str | None,
) -> None:
    """Accept a finding of a test or a fuzz for a while: with this baseline, it does not count.

    REPORT_DIR is what --report-dir named. FINDING is an id, or a number in the report; --all takes
    all but those that the file accepts already. Each needs --reason and --expires.
    """
    if (finding is not None) + is_all + prune != 1:
        raise click.UsageError("Name one FINDING, or say --all or --prune.")
    with needs("test"):
        from contract_tests.results import baseline as ratchet
    report = ratchet.read_report(report_dir)
    if prune:
        removed = ratchet.prune(baseline, report)
        show(f"{len(removed)} entries removed" + "".join(f"\n  {name}" for name in removed))
        return
    if reason is None or expires is None:
        raise click.UsageError("An acceptance needs --reason and --expires.")
    if finding is not None:
        found = [ratchet.named(report, finding, report_dir)]
    else:
        found = ratchet.not_yet_accepted(baseline, report)
    ratchet.accept(baseline, report, found, reason, expires)
    for each in found:
        show(f"{each['id']} is accepted until {expires}: {each['message']}")
    if is_all:
        show(f"{len(found)} findings accepted until {expires}")
