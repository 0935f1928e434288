"""`tallystick collections`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tallystick.cli.shared.contract_options import contract_options, read
from tallystick.printing import in_line, show

if TYPE_CHECKING:
    from tallystick.reader.options import LoadOptions


@click.command("collections")
@contract_options
def collections_command(load: LoadOptions) -> None:
    """List the collections that the mock remembers the items of.

    Each with the member that is the id, where the list stands in its body, and its operations.
    `x-tallystick-collection` corrects what is recognised; see docs/collections.md.
    """
    for collection in read(load).collections:
        place = collection.member("list").place
        wrapped = f", listed in {place.member!r}" if place and place.member else ""
        show(in_line(f"{collection.path}  (id: {collection.id!r}{wrapped})"))
        for member in collection.members:
            show(in_line(f"  {member.role:<8}{member.operation.name}"))
