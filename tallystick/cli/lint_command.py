"""`tallystick lint`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tallystick.cli.contract_options import contract_options

if TYPE_CHECKING:
    from tallystick.reader.options import LoadOptions


@click.command("lint")
@contract_options
def lint_command(load: LoadOptions) -> None:
    """Print what in the documents could not be read. Exit code 1 if there is anything to mend.

    Each DOCUMENT is read by itself.
    """
    alone = [replace(load, documents=(place,)) for place in load.documents]
    findings = sum(_print_remarks(each) for each in alone or [load])
    raise click.exceptions.Exit(1 if findings else 0)


def _print_remarks(load: LoadOptions) -> int:
    """Print the remarks on one contract; gives the number of findings."""
    from tallystick.contract import read_contract
    from tallystick.lint import lint

    contract = read_contract(load)
    remarks = list(lint(contract))
    for remark in remarks:
        click.echo(str(remark))
    findings = sum(remark.level == "finding" for remark in remarks)
    count = len(list(contract.cases))
    click.echo(f"{count} cases read, {findings} findings, {len(remarks) - findings} notes")
    return findings
