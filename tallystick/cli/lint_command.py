"""`tallystick lint`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tallystick.cli.contract_options import contract_options

if TYPE_CHECKING:
    from tallystick.reader.options import LoadOptions


@click.command("lint")
@contract_options
def lint_command(load: LoadOptions) -> None:
    """Print what in the documents is wrong, unclear or weak. Exit code 1 if there are errors."""
    from tallystick.contract import read_contract
    from tallystick.lint import lint

    contract = read_contract(load)
    diagnostics = list(lint(contract))
    for diagnostic in diagnostics:
        click.echo(str(diagnostic))
    errors = sum(diagnostic.severity == "error" for diagnostic in diagnostics)
    count = len(list(contract.cases))
    warnings = len(diagnostics) - errors
    click.echo(f"{count} cases read, {errors} errors, {warnings} warnings")
    raise click.exceptions.Exit(1 if errors else 0)
