"""What the reader is unsure of: said, never dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tallystick.catalogue import extensions
from tallystick.catalogue.cases import Case, suspects
from tallystick.contract import Contract
from tallystick.errors import Source
from tallystick.reader.document import Document
from tallystick.reader.pointers import Path

_KNOWN = {extensions.CASES, extensions.PROMISES, extensions.PROBLEM, extensions.BEHAVIOUR}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to look at. A `finding` should be mended; a `note` is good to know."""

    level: str
    message: str
    source: Source | None = None

    def __str__(self) -> str:
        where = f"{self.source}: " if self.source else ""
        return f"{self.level}: {where}{self.message}"


def lint(contract: Contract) -> Iterator[Remark]:
    """The remarks on a contract, findings first."""
    for warning in contract.document.warnings:
        yield Remark("finding", warning)
    yield from _unknown_extensions(contract.document)
    for operation in contract.operations:
        for source, suspect in suspects(contract.document, operation):
            message = f"this looks like an error code, but {suspect.reason}: {suspect.line!r}"
            yield Remark("finding", message, source)
    for case in contract.cases:
        if not case.is_success and case.trigger is None:
            yield Remark("note", _only_forced(case), case.source)


def _only_forced(case: Case) -> str:
    return f"nothing tells what triggers {case.label}; the mock gives it only when forced"


def _unknown_extensions(document: Document) -> Iterator[Remark]:
    for path in _extensions(document.root, ()):
        if path[-1] not in _KNOWN:
            message = f"{path[-1]} is not known; known are {', '.join(sorted(_KNOWN))}"
            yield Remark("finding", message, document.locate(path))


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
