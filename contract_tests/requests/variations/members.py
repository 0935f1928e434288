"""The values of a body that the document has schemas for, at any depth.

Rules: a member counts whether the body has it or not, what is inside it only where the body has
that; an array stands for its first item. What is `readOnly` is no member of a request. A name with
a dot in it has no place that a finding could name, so it is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contract_tests.checks.schemas import is_read_only
from contract_tests.http.bodies import format_of
from contract_tests.http.exchange import OperationRequest
from tallystick.contract import Contract
from tallystick.reader.document import Document
from tallystick.reader.operations import Field, branches, properties
from tallystick.reader.pointers import Path

_DEEPEST = 3
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class BodyMember:
    """A place in a body, such as `owner.name` or `tags.0`, and the schema of what stands there."""

    field: Field
    schema: Path
    is_there: bool

    @property
    def is_item(self) -> bool:
        """Whether it is an item of an array."""
        return self.field.name.rpartition(".")[2].isdecimal()

    @property
    def name(self) -> str:
        """What a finding calls it."""
        return f"body.{self.field.name}"


def members(contract: Contract, request: OperationRequest) -> Iterator[BodyMember]:
    """The members of a request's body, what is outside before what is inside it."""
    sent = format_of(request.operation, request.media_type or "")
    if sent is None or sent.media.schema is None or not isinstance(request.body, dict):
        return
    waiting: list[tuple[str, Path, Any]] = [("", sent.media.schema, request.body)]
    while waiting:
        prefix, schema, value = waiting.pop(0)
        for key, path, inner in _inside(contract.document, schema, value):
            name = f"{prefix}{key}"
            yield BodyMember(Field("body", name), path, inner is not _ABSENT)
            if name.count(".") + 1 < _DEEPEST and isinstance(inner, dict | list):
                waiting.append((f"{name}.", path, inner))


def _inside(document: Document, schema: Path, value: Any) -> Iterator[tuple[str, Path, Any]]:
    if isinstance(value, list):
        for branch, path in branches(document, schema) if value else ():
            if isinstance(branch.get("items"), dict):
                yield "0", (*path, "items"), value[0]
                return
        return
    for name, path in dict(properties(document, schema)).items():
        if "." not in name and not is_read_only(document, path):
            yield name, path, value.get(name, _ABSENT)
