"""A `.http` file, the format of the REST clients of editors: a request for each case."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.catalogue.cases import Case
from tallystick.contract import Contract, ContractOperation
from tallystick.exports.escaping import one_line
from tallystick.exports.samples import request_for
from tallystick.exports.variables import Variables
from tallystick.generation import bodies


def export_http(contract: Contract) -> str:
    """The file: variables, then the requests, each after a line that names its case."""
    variables = Variables()
    requests = [
        _request(contract, operation, case, name, variables)
        for operation in contract.operations
        for name, case in bodies.names(operation.cases).items()
    ]
    title = one_line(contract.document.root["info"]["title"]).replace("{{", "{ {")
    head = [
        f"# A request for each documented case of {title}",
        "",
        *(f"@{name} = {value}" for name, value in variables.values.items()),
    ]
    return "\n".join([*head, "", *requests])


def _request(
    contract: Contract, operation: ContractOperation, case: Case, name: str, variables: Variables
) -> str:
    sample = request_for(contract, operation, case)
    lines = [
        f"### {_title(case)}",
        f"{sample.method} {variables.url(sample, case, name)}",
        *(f"{header}: {value}" for header, value in sample.all_headers().items()),
        *_body(sample.text()),
    ]
    return "\n".join(lines) + "\n"


def _title(case: Case) -> str:
    title = one_line(f"{case.label}: {case.description}" if case.description else case.label)
    return title.replace("{{", "{ {")


def _body(text: str) -> Iterator[str]:
    if text:
        yield ""
        yield text
