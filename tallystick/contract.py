"""The contract: document + overlays, resolved and validated, with its operations and cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

from tallystick.catalogue import extensions
from tallystick.catalogue.cases import Case, read_cases
from tallystick.catalogue.collections import Collection, recognise
from tallystick.catalogue.extensions import ProblemStyle, Promise
from tallystick.catalogue.magic import with_magic
from tallystick.catalogue.variants import (
    PossibleCode,
    Variant,
    read_possible_codes,
    read_variants,
    selectable,
)
from tallystick.errors import DocumentError, InvalidDocumentError
from tallystick.reader.document import Document, load
from tallystick.reader.grouping import first_lines
from tallystick.reader.operations import Operation, read_operations
from tallystick.reader.options import LoadOptions
from tallystick.reader.texts import bundled
from tallystick.reader.texts.reading import one_allowance


@dataclass(frozen=True, eq=False)
class ContractOperation(Operation):
    """An operation with its cases and what the overlay says of it."""

    cases: tuple[Case, ...]
    variants: tuple[Variant, ...]
    possible_codes: tuple[PossibleCode, ...]
    behaviour: str | None
    promises: tuple[Promise, ...]

    @cached_property
    def selectable(self) -> tuple[Case, ...]:
        """All that the mock can be asked for: the cases, the variants and the possible codes."""
        return tuple(selectable(self.cases, self.variants, self.possible_codes))


@dataclass(frozen=True, eq=False)
class Contract:
    """What an implementation has promised."""

    document: Document
    operations: tuple[ContractOperation, ...]
    problem: ProblemStyle

    @property
    def title(self) -> str:
        """What the document calls its API."""
        return str(self.document.root["info"]["title"])

    @cached_property
    def collections(self) -> tuple[Collection, ...]:
        """The collections that are recognised. Raises ExtensionError."""
        return tuple(recognise(self.document, self.operations))

    @property
    def cases(self) -> Iterator[Case]:
        """The cases of all operations, in the document's order."""
        return (case for operation in self.operations for case in operation.cases)

    @property
    def selectable(self) -> Iterator[Case]:
        """All that the mock can be asked for, in the document's order."""
        return (case for operation in self.operations for case in operation.selectable)


def load_contract(
    *documents: str, overlays: Sequence[str] = (), remote_references: bool = False
) -> Contract:
    """Read a contract, with the options of `LoadOptions`. Raises TallystickError."""
    return read_contract(LoadOptions(documents, tuple(overlays), remote_references))


def read_contract(options: LoadOptions) -> Contract:
    """Read a contract: the documents with the overlays applied in order.

    Without a document it is the bundled contract with its own overlay, then the given ones.
    Raises TallystickError.
    """
    with one_allowance():
        return _contract(options)


def _contract(options: LoadOptions) -> Contract:
    if not options.documents:
        options = replace(
            options,
            documents=(bundled.document(),),
            overlays=(*bundled.overlays(), *options.overlays),
        )
    document = load(options)
    operations = tuple(_read(document, operation) for operation in read_operations(document))
    if not operations:
        raise DocumentError("The document has no operations.", source=document.locate(("paths",)))
    extensions.check_names(document)
    if options.strict:
        _refuse_errors(document)
    return Contract(document, operations, extensions.problem_style(document))


def _refuse_errors(document: Document) -> None:
    errors = [found for found in document.diagnostics if found.severity == "error"]
    if errors:
        raise InvalidDocumentError(len(errors), first_lines(errors))


def _read(document: Document, operation: Operation) -> ContractOperation:
    cases = tuple(with_magic(document, operation, read_cases(document, operation)))
    return ContractOperation(
        **{item.name: getattr(operation, item.name) for item in fields(operation)},
        cases=cases,
        variants=tuple(read_variants(document, operation, cases)),
        possible_codes=tuple(read_possible_codes(document, operation, cases)),
        behaviour=extensions.behaviour(document, operation),
        promises=extensions.promises(document, operation),
    )
