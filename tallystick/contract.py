"""The contract: document + overlays, resolved and validated, with its operations and cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tallystick.catalogue import extensions
from tallystick.catalogue.cases import Case, read_cases
from tallystick.catalogue.extensions import ProblemStyle, Promise
from tallystick.catalogue.magic import with_magic
from tallystick.errors import ExtensionError
from tallystick.reader import bundled
from tallystick.reader.document import Document, load
from tallystick.reader.operations import Operation, read_operations


@dataclass(frozen=True, eq=False)
class ContractOperation:
    """An operation with its cases and what the overlay says of it."""

    operation: Operation
    cases: tuple[Case, ...]
    behaviour: str | None
    promises: tuple[Promise, ...]

    @property
    def name(self) -> str:
        """The method in capitals, a space, and the path template."""
        return self.operation.name


@dataclass(frozen=True, eq=False)
class Contract:
    """What an implementation has promised."""

    document: Document
    operations: tuple[ContractOperation, ...]
    problem: ProblemStyle

    @property
    def cases(self) -> Iterator[Case]:
        """The cases of all operations, in the document's order."""
        return (case for operation in self.operations for case in operation.cases)


def load_contract(
    place: str | None = None, overlays: Sequence[str] = (), *, remote: bool = False
) -> Contract:
    """Read a contract: a document (path or http(s) URL) with overlays applied in order.

    Without a place it is the bundled contract with its own overlay, then the given ones.
    `remote` allows references to other addresses. Raises TallystickError.
    """
    if place is None:
        place, overlays = bundled.document(), [*bundled.overlays(), *overlays]
    document = load(place, overlays, remote=remote)
    operations = tuple(_read(document, operation) for operation in read_operations(document))
    if not operations:
        raise ExtensionError("The document has no operations.", source=document.locate(("paths",)))
    return Contract(document, operations, extensions.problem_style(document))


def _read(document: Document, operation: Operation) -> ContractOperation:
    return ContractOperation(
        operation=operation,
        cases=tuple(with_magic(document, operation, read_cases(document, operation))),
        behaviour=extensions.behaviour(document, operation),
        promises=extensions.promises(document, operation),
    )
