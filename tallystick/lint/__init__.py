"""Lint: everything in a contract that is wrong, unclear or weak.

Rules: what reading the documents found comes first; then each check of `_CHECKS` has its word. A
new check is one function from a contract to diagnostics, one row here, and one row of `KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tallystick.catalogue.cases import suspects
from tallystick.contract import Contract
from tallystick.lint import error_cases, example_values, schemas, security
from tallystick.reader.diagnostics import Diagnostic

__all__ = ["lint"]

Check = Callable[[Contract], Iterator[Diagnostic]]


def lint(contract: Contract) -> Iterator[Diagnostic]:
    """The diagnostics of a contract."""
    yield from contract.document.diagnostics
    for check in _CHECKS:
        yield from check(contract)


def _unread_codes(contract: Contract) -> Iterator[Diagnostic]:
    """Lines of prose that look like error codes and could not be read."""
    for operation in contract.operations:
        for source, suspect in suspects(contract.document, operation):
            message = f"this looks like an error code, but {suspect.reason}: {suspect.line!r}"
            yield Diagnostic("unread-code", message, source)


_CHECKS: tuple[Check, ...] = (
    _unread_codes,
    error_cases.unknown_triggers,
    error_cases.two_statuses,
    error_cases.without_body,
    error_cases.nothing_required,
    error_cases.without_error,
    example_values.broken_examples,
    schemas.closed_all_of,
    schemas.equal_branches,
    schemas.no_valid_value,
    security.in_prose,
)
