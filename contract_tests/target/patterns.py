"""Patterns that name operations, in `include` and `exclude`.

A pattern is a tag, an operationId, a path, or a method and a path; `*` stands for any text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from tallystick.contract import Contract, ContractOperation


def names_exactly(pattern: str, operation: ContractOperation) -> bool:
    """Whether a pattern is the name or the operationId of an operation."""
    return pattern in (operation.name, operation.operation_id)


def matches(pattern: str, operation: ContractOperation) -> bool:
    """Whether a pattern of `include` or `exclude` names an operation: `tag`, `operationId`,
    `METHOD /path`, `/path` or `METHOD *`.
    """
    return any(fnmatchcase(name, pattern) for name in names_of_operation(operation))


def names_of_operation(operation: ContractOperation) -> list[str]:
    """What a pattern may name an operation by."""
    path = operation.name.partition(" ")[2]
    names = [operation.name, path, operation.operation_id or "", *tags(operation)]
    return [name for name in names if name]


def tags(operation: ContractOperation) -> Iterator[str]:
    """The tags of an operation (OpenAPI 3.1.1 section 4.8.10)."""
    for tag in operation.document.at(operation.location).list("tags"):
        if isinstance(tag.value, str):
            yield tag.value


def unmatched(patterns: Sequence[str], contract: Contract) -> list[str]:
    """The patterns that name no operation: most often a mistake in the typing."""
    return [p for p in patterns if not any(matches(p, o) for o in contract.operations)]
