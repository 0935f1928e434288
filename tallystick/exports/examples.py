"""An OpenAPI Overlay that adds every case as a named example of its response, and the document
with it applied.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from tallystick.contract import Contract, ContractOperation
from tallystick.errors import DocumentError
from tallystick.exports.inferred import json_path, to_yaml
from tallystick.generation import bodies
from tallystick.reader import overlays
from tallystick.reader.operations import MediaType
from tallystick.reader.pointers import Path
from tallystick.reader.texts.parsing import parse


def export_overlay(contract: Contract) -> str:
    """The overlay, as YAML. Raises DocumentError where no response has a body."""
    actions = _actions(contract)
    if not actions:
        source = contract.document.locate(("paths",))
        raise DocumentError("The document has no response with a body.", source=source)
    title = contract.document.root["info"]["title"]
    return to_yaml(
        {
            "overlay": "1.0.0",
            "info": {"title": f"The cases of {title} as examples", "version": "1.0.0"},
            "actions": actions,
        }
    )


def export_document(contract: Contract) -> str:
    """The document with its overlays and the examples applied, as YAML."""
    target = overlays.OverlayTarget(copy.deepcopy(contract.document.root))
    if _actions(contract):
        overlays.apply(target, parse(export_overlay(contract), "the exported overlay"))
    return to_yaml(target.value)


def _actions(contract: Contract) -> list[dict[str, Any]]:
    actions: list[dict[str, Any]] = []
    for path, examples in _examples(contract).items():
        node = contract.document.at(path).value
        if "example" in node:  # beside `examples` it must not stand (OpenAPI 3.1.1, 4.8.14.1)
            actions.append({"target": json_path((*path, "example")), "remove": True})
            if all(example["value"] != node["example"] for example in examples.values()):
                examples["example"] = {"value": node["example"]}
        actions.append({"target": json_path(path), "update": {"examples": examples}})
    return actions


def _examples(contract: Contract) -> dict[Path, dict[str, Any]]:
    """The examples to add, by the path of the media type. Responses that operations share are
    named once.
    """
    found: dict[Path, dict[str, Any]] = {}
    for operation in contract.operations:
        for name, media_type, example in _of(contract, operation):
            found.setdefault(media_type.path, {}).setdefault(name, example)
    return found


def _of(
    contract: Contract, operation: ContractOperation
) -> Iterator[tuple[str, MediaType, dict[str, Any]]]:
    for name, case in bodies.names(operation.cases).items():
        for media_type in bodies.media_types(operation, case):
            value = bodies.body(contract, case, media_type)
            summary = {"summary": case.description} if case.description else {}
            yield name, media_type, {**summary, "value": value}
