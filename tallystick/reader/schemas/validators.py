"""Compiled validators of a document's schemas: each made once, when it is first used.

Rules: all schemas of a document are one resource of one registry, so that what they share is
not compiled with each of them. Formats are checked. A pattern that compiled validators cannot
match by themselves is matched by `patterns`, within its deadline; what is not decided by then is
accepted. Requests are judged by a view of their own, since `required` does not hold there for what
is `readOnly`.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal, Protocol

import jsonschema_rs

from tallystick.judgement import Judgement
from tallystick.reader.pointers import Path
from tallystick.reader.schemas.dialect import PATTERN, URI
from tallystick.reader.schemas.patterns import match
from tallystick.reader.schemas.request_view import for_requests

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

    def __init__(self, document: HasSchemas, root: dict[str, Any] | None = None) -> None:
        self.document = document
        self._root = root
        self._registry: jsonschema_rs.Registry | None = None
        self._made: dict[Path, Validator] = {}

    @cached_property
    def _of_requests(self) -> Validators:
        """Those that judge requests: these, where nothing that is required is read-only."""
        root = for_requests(self.document.schema_root)
        is_same = root is self.document.schema_root
        return self if is_same else Validators(self.document, root)

    def at(self, path: Path, use: Literal["request", "response"] = "response") -> Validator:
        """The validator of the schema at a path of the document."""
        if use == "request":
            return self._of_requests.at(path)
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
                root = self._root or self.document.schema_root
                self._registry = jsonschema_rs.Registry([(URI, root)])
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
