"""The routing projection: what Connexion gets to see of a contract.

Connexion 3.3.0 loads no OpenAPI 3.1 document, treats every schema as Draft 4, cross-wires
duplicate operation ids and renders spec files with Jinja. So it gets a minimal valid 3.0.3
document with the same paths and methods, unique operation ids of ours, and no schemas, as a
dict. It routes; `mock_server.requests.validation` checks requests against the contract itself.
"""

from __future__ import annotations

import re
from typing import Any

from connexion.http_facts import METHODS

from tallystick.contract import Contract

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def operation_id(index: int) -> str:
    """The projection's id of the operation at this place in the contract."""
    return f"operation_{index}"


def project(contract: Contract) -> dict[str, Any]:
    """The 3.0.3 document that Connexion routes by."""
    paths: dict[str, dict[str, Any]] = {}
    for index, operation in enumerate(contract.operations):
        path = operation.path
        if operation.method not in METHODS:
            continue  # OpenAPI 3.0 has no such method; the table of routes has
        item = paths.setdefault(_projected(path), {})
        item[operation.method] = _operation(index, list(path_parameters(path)))
    info = contract.document.root["info"]
    return {
        "openapi": "3.0.3",
        "info": {"title": str(info["title"]), "version": str(info["version"])},
        "paths": paths,
    }


def path_parameters(path: str) -> dict[str, str]:
    """The document's names of a path template's parameters, by the projection's: plain names are
    kept, and others, which may hold characters that no router takes, become `_0`, `_1` …
    """
    names = [piece.partition("}")[0] for piece in path.split("{")[1:]]
    plain = len(set(names)) == len(names) and all(_PLAIN.fullmatch(name) for name in names)
    return {name if plain else f"_{index}": name for index, name in enumerate(names)}


def _projected(path: str) -> str:
    literals = [path.split("{")[0], *(piece.partition("}")[2] for piece in path.split("{")[1:])]
    projected = literals[0]
    for name, literal in zip(path_parameters(path), literals[1:], strict=True):
        projected += "{" + name + "}" + literal
    return projected


def _operation(index: int, parameters: list[str]) -> dict[str, Any]:
    return {
        "operationId": operation_id(index),
        "parameters": [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "string"},
            }
            for name in parameters
        ],
        "responses": {"default": {"description": "See the contract."}},
    }
