"""`tallystick export`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tallystick.cli.shared.contract_options import contract_options, read
from tallystick.printing import show, show_data, show_error

if TYPE_CHECKING:
    from tallystick.reader.options import LoadOptions

NAMES = ("overlay", "document", "msw", "http", "postman", "locust")
"""The keys of `tallystick.exports.EXPORTS`, which `--help` need not import."""


@click.command("export")
@click.argument("name", type=click.Choice(NAMES), metavar="NAME")
@contract_options
@click.option(
    "--output", type=click.Path(), metavar="FILE", help="Write there instead of printing."
)
@click.option(
    "--check",
    type=click.Path(),
    metavar="FILE",
    help="Only see whether this file is what it would write.",
)
def export_command(name: str, load: LoadOptions, output: str | None, check: str | None) -> None:
    """Print the contract in the format of another tool.

    NAME is one of overlay, document, msw, http, postman and locust. Exit codes: 1 the file that
    --check names is stale; 2 bad usage, or it cannot be read.
    """
    from tallystick.exports import EXPORTS, files

    text = EXPORTS[name](read(load))
    if output:
        files.write(output, text)
    elif check is None:
        show_data(text)
    if check and not files.is_current(check, text):
        show_error(f"{check} is stale: the contract gives another {name} now.")
        show(f"hint: {files.command(name, load, check)}", err=True)
        raise click.exceptions.Exit(1)
