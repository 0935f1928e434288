"""Lint: everything in a contract's document that is wrong, unclear or weak."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tallystick.catalogue import extensions
from tallystick.catalogue.cases import suspects
from tallystick.contract import Contract
from tallystick.reader.diagnostics import Diagnostic
from tallystick.reader.document import Document
from tallystick.reader.pointers import Path

_KNOWN = {extensions.CASES, extensions.PROMISES, extensions.PROBLEM, extensions.BEHAVIOUR}


def lint(contract: Contract) -> Iterator[Diagnostic]:
    """The diagnostics of a contract: those of reading it, then those of its cases."""
    yield from contract.document.diagnostics
    yield from _unknown_extensions(contract.document)
    for operation in contract.operations:
        for source, suspect in suspects(contract.document, operation):
            message = f"this looks like an error code, but {suspect.reason}: {suspect.line!r}"
            yield Diagnostic("unread-code", message, source)
    for case in contract.cases:
        if not case.is_success and case.trigger is None:
            message = f"nothing says what triggers {case.label}"
            yield Diagnostic("unknown-trigger", message, case.source)


def _unknown_extensions(document: Document) -> Iterator[Diagnostic]:
    for path in _extensions(document.root, ()):
        if path[-1] not in _KNOWN:
            message = f"{path[-1]} is not known; known are {', '.join(sorted(_KNOWN))}"
            yield Diagnostic("unknown-extension", message, document.locate(path))


def _extensions(value: Any, path: Path) -> Iterator[Path]:
    for name, child in _children(value):
        if name.startswith("x-tallystick-"):
            yield (*path, name)
        elif name not in {"example", "examples"}:
            yield from _extensions(child, (*path, name))


def _children(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from ((str(index), item) for index, item in enumerate(value))
