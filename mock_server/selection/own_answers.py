"""What the answers of the user's own violate: of a queued force, and of a request that got one.

Rules: a force that several operations may take is judged by the one that it fits best, since that
is what its user means.
"""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from mock_server.answers.own import violations
from mock_server.selection.selector import success
from mock_server.state.forces import Force, OwnAnswer
from mock_server.state.journal import Entry
from tallystick.catalogue.cases import Case
from tallystick.catalogue.names import UnknownCaseError, find_named
from tallystick.contract import Contract, ContractOperation

_MOST_TRIED = 50
"""How many operations are looked at: each has validators of its own to compile."""


def judged(contract: Contract, force: Force) -> list[str]:
    """What a force with an answer of the user's own violates."""
    named = force.match.get("operation")
    operations = (each for each in contract.operations if named in (None, each.name))
    best: _Fit | None = None
    for operation in islice(operations, _MOST_TRIED):
        found = _fit(contract, operation, force)
        if found is not None and (best is None or found < best):
            best = found
        if best is not None and not best.violations:
            break
    if best is None:
        return [f"No operation is called {named}."] if named else []
    return best.violations


class _Fit(NamedTuple):
    """How well an answer fits an operation; the less, the better."""

    is_undocumented: bool
    number: int
    violations: list[str]


def _fit(contract: Contract, operation: ContractOperation, force: Force) -> _Fit | None:
    """How well it fits; None where the force is not for this operation."""
    own = force.own or OwnAnswer()
    try:
        named: list[Case | None] = [find_named(operation.selectable, name) for name in force.names]
    except UnknownCaseError:
        return None
    cases = named or [_meant(operation, own)]
    found = (each for case in cases for each in violations(contract, operation, own, case))
    unique = list(dict.fromkeys(found))
    return _Fit(None in cases, len(unique), unique)


def _meant(operation: ContractOperation, own: OwnAnswer) -> Case | None:
    """The case that an answer without the name of one stands for."""
    return success(operation) if own.status is None else own.case(operation.selectable)


def violations_of_entry(
    contract: Contract, operation: ContractOperation, entry: Entry, own: OwnAnswer
) -> list[str]:
    """What an answer that a request got violates."""
    case = _meant(operation, own)
    if own.status is None and case is not None and case.label != entry.case:
        case = find_named(operation.selectable, entry.case)
    return violations(contract, operation, own, case)
