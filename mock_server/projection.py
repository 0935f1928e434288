"""The routing projection: what Connexion gets to see of a contract.

Connexion 3.3.0 loads no OpenAPI 3.1 document, treats every schema as Draft 4, cross-wires
duplicate operation ids and renders spec files with Jinja. So it gets a minimal valid 3.0.3
document with the same paths and methods, unique operation ids of ours, and no schemas, as a
dict. It routes; the contract itself is validated by `mock_server.validation`.
"""

from __future__ import annotations

from typing import Any

from tallystick.contract import Contract, ContractOperation

PARAMETER = "p{}"
"""The projection's own names of path parameters, by their place in the path template: names of
the document may hold characters that no router takes."""


def operation_id(index: int) -> str:
    """The projection's id of the operation at this place in the contract."""
    return f"operation_{index}"


def project(contract: Contract) -> dict[str, Any]:
    """The 3.0.3 document that Connexion routes by."""
    paths: dict[str, dict[str, Any]] = {}
    for index, operation in enumerate(contract.operations):
        path, count = projected_path(operation.operation.path)
        item = paths.setdefault(path, {})
        item[operation.operation.method] = _operation(index, count)
    info = contract.document.root["info"]
    return {
        "openapi": "3.0.3",
        "info": {"title": str(info["title"]), "version": str(info["version"])},
        "paths": paths,
    }


def projected_path(path: str) -> tuple[str, int]:
    """The path template with our parameter names, and how many there are."""
    pieces = path.split("{")
    projected = pieces[0]
    for index, piece in enumerate(pieces[1:]):
        projected += "{" + PARAMETER.format(index) + "}" + piece.partition("}")[2]
    return projected, len(pieces) - 1


def parameter_names(operation: ContractOperation) -> tuple[str, ...]:
    """The document's names of the path parameters, in the order of the path template."""
    return tuple(piece.partition("}")[0] for piece in operation.operation.path.split("{")[1:])


def _operation(index: int, parameters: int) -> dict[str, Any]:
    return {
        "operationId": operation_id(index),
        "parameters": [
            {
                "name": PARAMETER.format(number),
                "in": "path",
                "required": True,
                "schema": {"type": "string"},
            }
            for number in range(parameters)
        ],
        "responses": {"default": {"description": "See the contract."}},
    }
