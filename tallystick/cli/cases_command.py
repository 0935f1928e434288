"""`tallystick cases`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from tallystick.cli.shared.contract_options import contract_options, read
from tallystick.printing import as_json, in_line, show, show_data

if TYPE_CHECKING:
    from tallystick.catalogue.cases import Case
    from tallystick.reader.options import LoadOptions


@click.command("cases")
@contract_options
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@click.option("--all", "with_all", is_flag=True, help="List variants and possible codes, too.")
def cases_command(load: LoadOptions, form: str, with_all: bool) -> None:
    """List every documented case.

    With --all, list what else the mock can be asked for: variants (named examples without a code)
    and possible codes (of an enum that an error schema shares). No target is held to these.
    """
    contract = read(load)
    listed = {
        operation.name: operation.selectable if with_all else operation.cases
        for operation in contract.operations
    }
    if form == "json":
        show_data(_as_json(listed) + "\n")
    else:
        show(_as_table(listed))


Listed = Mapping[str, Sequence["Case"]]


def _as_json(listed: Listed) -> str:
    return as_json([case.to_json() for cases in listed.values() for case in cases])


def _as_table(listed: Listed) -> str:
    lines = []
    for name, cases in listed.items():
        width = max((len(_label(case)) for case in cases), default=0)
        lines += [in_line(name), *(_row(case, width) for case in cases)]
    return "\n".join(lines)


def _label(case: Case) -> str:
    return in_line(case.label if case.variant is None else f'{case.status} "{case.variant}"')


def _row(case: Case, width: int) -> str:
    return in_line(f"  {_label(case):<{width}}  {_trigger(case):<28}  {case.description}".rstrip())


def _trigger(case: Case) -> str:
    if case.variant is not None:
        return "variant"
    if case.is_possible:
        return "possible code"
    if case.is_success:
        return "-"
    if case.trigger is None:
        return "forced only"
    if case.trigger.field is None or case.trigger.fault is None:
        return case.trigger.kind
    return f"{case.trigger.field.location} {case.trigger.field.name} {case.trigger.fault}"
