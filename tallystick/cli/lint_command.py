"""`tallystick lint`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tallystick.cli.shared.contract_options import bound_matching, contract_options
from tallystick.printing import show_data

if TYPE_CHECKING:
    from tallystick.reader.options import LoadOptions


@click.command("lint")
@contract_options
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif"]), default="text")
@click.option(
    "--ignore",
    "ignored",
    multiple=True,
    metavar="NAME",
    help="Leave out the diagnostics of this name; may be given several times.",
)
def lint_command(load: LoadOptions, form: str, ignored: tuple[str, ...]) -> None:
    """Print what in the documents is wrong, unclear or weak.

    Exit codes: 0 no errors; 1 errors (with --strict, warnings count, too); 2 bad usage, or the
    document cannot be read.
    """
    from tallystick.lint.command import run_lint

    bound_matching()
    text, code = run_lint(load, form=form, ignored=ignored)
    show_data(text)
    raise click.exceptions.Exit(code)
