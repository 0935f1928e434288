"""Small contracts for tests, from paths that are written in Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tallystick.contract import Contract, ContractOperation, load_contract


def contract_of(folder: Path, paths: dict[str, Any], **members: Any) -> Contract:
    """The contract of a document with these paths and other members of the root."""
    root = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths, **members}
    place = folder / "document.json"
    place.write_text(json.dumps(root), encoding="utf-8")
    return load_contract(str(place))


def operation(contract: Contract, name: str) -> ContractOperation:
    """The operation of this name."""
    return next(each for each in contract.operations if each.name == name)


def documented(*methods: str, **members: Any) -> dict[str, Any]:
    """A path item with these methods, each with a success and these members."""
    item = {"responses": {"200": {"description": "OK"}}, **members}
    return dict.fromkeys(methods, item)
