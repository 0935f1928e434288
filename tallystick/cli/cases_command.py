"""`tallystick cases`."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tallystick.cli.contract_options import contract_options, read

if TYPE_CHECKING:
    from tallystick.catalogue.cases import Case
    from tallystick.contract import Contract, ContractOperation
    from tallystick.reader.options import LoadOptions


@click.command("cases")
@contract_options
@click.option("--all", "is_all", is_flag=True, help="List variants and possible codes, too.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def cases_command(load: LoadOptions, is_all: bool, form: str) -> None:
    """List every documented case."""
    contract = read(load)
    click.echo(_as_json(contract, is_all) if form == "json" else _as_table(contract, is_all))


def _as_json(contract: Contract, is_all: bool) -> str:
    rows = [case.to_json() for case in contract.cases]
    if is_all:
        rows = [
            {**case.to_json(), "kind": _kind(case, operation), "variant": case.variant}
            for operation in contract.operations
            for case in _listed(operation, is_all)
        ]
    return json.dumps(rows, indent=2, ensure_ascii=False)


def _as_table(contract: Contract, is_all: bool) -> str:
    lines = []
    for operation in contract.operations:
        listed = _listed(operation, is_all)
        width = max((len(_name(case)) for case in listed), default=0)
        lines += [operation.name, *(_row(case, operation, width) for case in listed)]
    return "\n".join(lines)


def _listed(operation: ContractOperation, is_all: bool) -> list[Case]:
    """The cases, and the variants and possible codes: those have no trigger and no magic value of
    their own, since the ones of their response give its case.
    """
    if not is_all:
        return list(operation.cases)
    return [
        case if case in operation.cases else replace(case, trigger=None, magic=None)
        for case in operation.selectable
    ]


def _kind(case: Case, operation: ContractOperation) -> str:
    if case.variant is not None:
        return "variant"
    return "case" if case in operation.cases else "possible code"


def _name(case: Case) -> str:
    return case.label if case.variant is None else f"{case.status} {case.variant}"


def _row(case: Case, operation: ContractOperation, width: int) -> str:
    kind = _kind(case, operation)
    how = _trigger(case) if kind == "case" else kind
    return f"  {_name(case):<{width}}  {how:<28}  {case.description}".rstrip()


def _trigger(case: Case) -> str:
    if case.is_success:
        return "-"
    if case.trigger is None:
        return "forced only"
    if case.trigger.field is None or case.trigger.fault is None:
        return case.trigger.kind
    return f"{case.trigger.field.location} {case.trigger.field.name} {case.trigger.fault}"
