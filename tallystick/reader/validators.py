"""Compiled validators of a document's schemas: each made once, when it is first used.

Rules: all schemas of a document are one resource of one registry, so that what they share is
not compiled with each of them. Formats are checked. A pattern that compiled validators cannot
match by themselves is matched by `patterns`, within its deadline; what is not decided by then is
accepted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs

from tallystick.judgement import Judgement
from tallystick.reader.dialect import PATTERN, URI
from tallystick.reader.patterns import match
from tallystick.reader.pointers import Path

if TYPE_CHECKING:
    from tallystick.reader.document import Document

Validator = jsonschema_rs.Draft202012Validator

_ANYTHING = Validator({})


class Validators:
    """The validators of a document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._registry: jsonschema_rs.Registry | None = None
        self._made: dict[Path, Validator] = {}

    def at(self, path: Path) -> Validator:
        """The validator of the schema at a path of the document."""
        made = self._made.get(path)
        if made is None:
            made = self._made[path] = self._make(path)
        return made

    def _make(self, path: Path) -> Validator:
        if self._registry is None:
            self._registry = jsonschema_rs.Registry([(URI, self.document.schema_root)])
        try:
            return Validator(
                self.document.schema_reference(path),
                registry=self._registry,
                validate_formats=True,
                keywords={PATTERN: _Pattern},
            )
        except (ValueError, jsonschema_rs.ReferencingError):
            return _ANYTHING  # what no validator can be made of says nothing of any value


class _Pattern:
    """The keyword of patterns that need a deadline."""

    def __init__(self, _: Any, pattern: str, __: Any) -> None:
        self.pattern = pattern

    def validate(self, value: Any) -> None:
        """Raises ValueError where a text certainly does not match."""
        if isinstance(value, str) and match(self.pattern, value) is Judgement.INVALID:
            raise ValueError(f"{value!r} does not match {self.pattern!r}")
