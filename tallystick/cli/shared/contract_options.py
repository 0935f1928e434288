"""The argument and options by which a command names its contract, and the options by which one
says which operations are sent.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from tallystick.printing import show
from tallystick.reader.options import LoadOptions

if TYPE_CHECKING:
    from tallystick.contract import Contract

_OPTIONS = (
    click.option(
        "--strict",
        is_flag=True,
        help="Refuse a document that has errors; `lint` fails on warnings, too.",
    ),
    click.option(
        "--remote-references",
        is_flag=True,
        help="Follow $refs to other addresses, too.",
    ),
    click.option(
        "--overlay",
        "overlays",
        multiple=True,
        type=click.Path(),
        metavar="FILE",
        help="Apply an OpenAPI Overlay; may be given several times.",
    ),
    click.argument("documents", nargs=-1, type=click.Path(), metavar="[DOCUMENT]…"),
)

HEADER = click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="A header of every request, such as 'Authorization: Bearer …'; never shown.",
)
_SCOPE = (
    HEADER,
    click.option(
        "--include",
        multiple=True,
        metavar="PATTERN",
        help="Only these operations: a tag, operationId, path, or method and path, with *.",
    ),
    click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave these operations out."),
    click.option("--only-safe", is_flag=True, help="Send GET and HEAD alone, for production."),
)


def contract_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add them to a command, which gets their values as `load`."""

    @wraps(command)
    def loading(
        documents: tuple[str, ...],
        overlays: tuple[str, ...],
        remote_references: bool,
        strict: bool,
        **rest: Any,
    ) -> Any:
        load = LoadOptions(documents, overlays, remote_references, strict)
        return command(load=load, **rest)

    decorated: Callable[..., Any] = loading
    for decorate in _OPTIONS:
        decorated = decorate(decorated)
    return decorated


def scope_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add them to a command."""
    for decorate in reversed(_SCOPE):
        command = decorate(command)
    return command


MATCHING = (3.0, 0.2)
"""How long a command may match slow patterns, in seconds at once and as a share of the time."""


def bound_matching() -> None:
    """From now on, all matches of this command share a time: a document may have any number of
    patterns that no text decides.
    """
    from tallystick.reader.schemas.patterns import BUDGET, MatchTime

    BUDGET.set(MatchTime(*MATCHING))


def read(load: LoadOptions) -> Contract:
    """The contract. A summary of its diagnostics goes to standard error."""
    from tallystick.contract import read_contract
    from tallystick.reader.grouping import summary

    bound_matching()
    contract = read_contract(load)
    for line in summary(contract.document.diagnostics):
        show(line, err=True)
    return contract
