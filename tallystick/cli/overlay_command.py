"""`tallystick overlay`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tallystick.cli.shared.contract_options import contract_options, read
from tallystick.printing import show_data

if TYPE_CHECKING:
    from tallystick.reader.options import LoadOptions


@click.command("overlay")
@contract_options
def overlay_command(load: LoadOptions) -> None:
    """Print the overlay that the reader would infer, to be reviewed, edited and committed."""
    from tallystick.exports.inferred import inferred_overlay

    show_data(inferred_overlay(read(load)))
