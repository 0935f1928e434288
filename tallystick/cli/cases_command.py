"""`tallystick cases`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from tallystick.cli.contract_options import contract_options, read

if TYPE_CHECKING:
    from tallystick.catalogue.cases import Case
    from tallystick.contract import Contract
    from tallystick.reader.options import LoadOptions


@click.command("cases")
@contract_options
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def cases_command(load: LoadOptions, form: str) -> None:
    """List every documented case."""
    contract = read(load)
    click.echo(_as_json(contract) if form == "json" else _as_table(contract))


def _as_json(contract: Contract) -> str:
    rows = [case.to_json() for case in contract.cases]
    return json.dumps(rows, indent=2, ensure_ascii=False)


def _as_table(contract: Contract) -> str:
    lines = []
    for operation in contract.operations:
        width = max((len(case.label) for case in operation.cases), default=0)
        lines += [operation.name, *(_row(case, width) for case in operation.cases)]
    return "\n".join(lines)


def _row(case: Case, width: int) -> str:
    return f"  {case.label:<{width}}  {_trigger(case):<28}  {case.description}".rstrip()


def _trigger(case: Case) -> str:
    if case.is_success:
        return "-"
    if case.trigger is None:
        return "forced only"
    if case.trigger.field is None or case.trigger.fault is None:
        return case.trigger.kind
    return f"{case.trigger.field.location} {case.trigger.field.name} {case.trigger.fault}"
