"""Compiled validators of a document's schemas: each made once, when it is first used.

Rules: all schemas of a document are one resource of one registry, so that what they share is
not compiled with each of them. Formats are checked. A pattern that compiled validators cannot
match by themselves is matched by `patterns`, within its deadline; what is not decided by then is
accepted.
"""

from __future__ import annotations

from typing import Any, Protocol

import jsonschema_rs

from tallystick.judgement import Judgement
from tallystick.reader.pointers import Path
from tallystick.reader.schemas.dialect import PATTERN, URI
from tallystick.reader.schemas.patterns import match

Validator = jsonschema_rs.Draft202012Validator

_ANYTHING = Validator({})


class HasSchemas(Protocol):
    """A document, as far as its schemas go."""

    @property
    def schema_root(self) -> dict[str, Any]:
        """The document with its schemas as JSON Schema 2020-12."""

    def schema_reference(self, path: Path) -> dict[str, str]:
        """A schema that refers to the one at a path."""


class Validators:
    """The validators of a document."""

    def __init__(self, document: HasSchemas) -> None:
        self.document = document
        self._registry: jsonschema_rs.Registry | None = None
        self._made: dict[Path, Validator] = {}

    def at(self, path: Path) -> Validator:
        """The validator of the schema at a path of the document."""
        made = self._made.get(path)
        if made is None:
            made = self._made[path] = self._make(path)
        return made

    def __getstate__(self) -> dict[str, Any]:
        """A document can be sent to another process, which compiles its own validators."""
        return {**vars(self), "_registry": None, "_made": {}}

    def _make(self, path: Path) -> Validator:
        try:
            if self._registry is None:
                self._registry = jsonschema_rs.Registry([(URI, self.document.schema_root)])
            return Validator(
                self.document.schema_reference(path),
                registry=self._registry,
                validate_formats=True,
                keywords={PATTERN: _Pattern},
            )
        except (ValueError, LookupError, jsonschema_rs.ReferencingError):
            return _ANYTHING  # what no validator can be made of says nothing of any value


class _Pattern:
    """The keyword of patterns that need a deadline."""

    def __init__(self, _: Any, pattern: str, __: Any) -> None:
        self.pattern = pattern

    def validate(self, value: Any) -> None:
        """Raises ValueError where a text certainly does not match."""
        if isinstance(value, str) and match(self.pattern, value) is Judgement.INVALID:
            raise ValueError(f"{value!r} does not match {self.pattern!r}")
