"""What can be asked of the mock beside the cases: variants and possible codes.

A *variant* is a named example that is no case of its own: on every success, and on an error
whose body holds no code. A *possible code* is one of many that an `enum` of an error schema
lists: the document does not say which of them belong to this response. Both can be selected,
and neither is ever demanded of a target.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tallystick.catalogue.cases import CODE_MEMBERS, Case, is_code
from tallystick.reader.document import Document, Node
from tallystick.reader.operations import DocumentedResponse, Operation
from tallystick.reader.pointers import Path

_DEPTH = 4
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Variant:
    """A named example of a response that is no case; `example` is its path."""

    name: str
    status: str
    http_status: int
    media_type: str
    description: str
    response: Path
    example: Path


@dataclass(frozen=True, slots=True)
class PossibleCode:
    """One code of an `enum` that an error schema shares; `path` is that of the `enum`'s schema."""

    code: str
    status: str
    http_status: int
    media_type: str
    response: Path
    path: Path


def selectable(
    cases: Sequence[Case], variants: Sequence[Variant], codes: Sequence[PossibleCode]
) -> Iterator[Case]:
    """The cases of an operation, and what else can be asked for, each as a case of its response."""
    yield from cases
    of_response = {case.response: case for case in reversed(cases)}
    for variant in variants:
        case = of_response[variant.response]
        yield replace(
            case,
            code=None,
            magic=None,
            description=variant.description,
            media_type=variant.media_type,
            example=variant.example,
            variant=variant.name,
        )
    for possible in codes:
        case = of_response[possible.response]
        yield replace(
            case,
            code=possible.code,
            description="",
            media_type=possible.media_type,
            trigger=None,
            constraint=None,
            magic=None,
            is_possible=True,
        )


def read_variants(
    document: Document, operation: Operation, cases: Sequence[Case]
) -> Iterator[Variant]:
    """The variants of an operation, in the document's order."""
    taken = {case.example for case in cases if case.example}
    for response in operation.responses:
        for media_type in response.media_types:
            for name, example in document.at(media_type.path).map("examples"):
                if example.path not in taken:
                    yield Variant(
                        name=name,
                        status=response.status,
                        http_status=response.http_status,
                        media_type=media_type.name,
                        description=example.text("summary") or example.text("description"),
                        response=response.path,
                        example=example.path,
                    )


def read_possible_codes(
    document: Document, operation: Operation, cases: Sequence[Case]
) -> Iterator[PossibleCode]:
    """The possible codes of an operation's errors, but for those that are cases."""
    known = {(case.response, case.code) for case in cases}
    for response in operation.responses:
        if response.http_status >= 400:
            yield from _of_response(document, response, known)


def _of_response(
    document: Document, response: DocumentedResponse, known: set[tuple[Path, str | None]]
) -> Iterator[PossibleCode]:
    for media_type in response.media_types:
        if media_type.schema is None:
            continue
        for code, path in _enums(document.at(media_type.schema), _DEPTH, frozenset()):
            if (response.path, code) not in known:
                known.add((response.path, code))
                yield PossibleCode(
                    code=code,
                    status=response.status,
                    http_status=response.http_status,
                    media_type=media_type.name,
                    response=response.path,
                    path=path,
                )


def _enums(schema: Node, depth: int, seen: frozenset[Path]) -> Iterator[tuple[str, Path]]:
    """The codes of the enums that members which hold codes have."""
    if not isinstance(schema.value, dict) or schema.path in seen or not depth:
        return
    seen |= {schema.path}
    properties = dict(schema.map("properties"))
    for member in CODE_MEMBERS:
        node = properties.get(member)
        values = node.value.get("enum") if node and isinstance(node.value, dict) else None
        if node and isinstance(values, list) and 1 < len(values) <= _MOST:
            for value in values:
                if isinstance(value, str) and is_code(value, member):
                    yield value, node.path
    items = schema.get("items")
    for inside in (*properties.values(), *([items] if items else [])):
        yield from _enums(inside, depth - 1, seen)
    for keyword in ("oneOf", "anyOf", "allOf"):
        for branch in schema.list(keyword):
            yield from _enums(branch, depth if keyword == "allOf" else depth - 1, seen)
