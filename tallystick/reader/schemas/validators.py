"""Compiled validators of a document's schemas: each made once, when it is first used.

Rules: all schemas of a document are one resource of one registry, so that what they share is
not compiled with each of them. Formats are checked. A pattern that compiled validators cannot
match by themselves is matched by `patterns`, within its deadline; what is not decided by then is
accepted. So are names of members (`member_names`). Requests and responses are judged by views of
their own (`views`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import jsonschema_rs
from jsonschema_rs import ValidationError

from tallystick.judgement import Judgement
from tallystick.reader.pointers import Path
from tallystick.reader.schemas.dialect import PATTERN, URI
from tallystick.reader.schemas.explaining import Costs
from tallystick.reader.schemas.member_names import NAMES, MemberNames
from tallystick.reader.schemas.patterns import match
from tallystick.reader.schemas.views import Use, for_compiling, for_use


class Validator:
    """A compiled schema; what it refers to is in `root`."""

    __slots__ = ("compiled", "costs", "is_valid")

    def __init__(self, schema: Any, root: Any = None, **options: Any) -> None:
        """Raises what jsonschema_rs raises where nothing can be made of a schema."""
        self.compiled = jsonschema_rs.Draft202012Validator(schema, **options)
        self.costs = Costs(root, schema)
        self.is_valid: Callable[[Any], bool] = self.compiled.is_valid


_ANYTHING = Validator({})

_LINEAR = jsonschema_rs.RegexOptions()
"""Nothing is left that would have to backtrack."""


_SMALL = 1_000
"""Up to which size all errors of a value are looked for."""


@dataclass(frozen=True, slots=True)
class _NoKind:
    name: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True, slots=True)
class Unexplained:
    """An error of which nothing more is known: to explain it would cost too much (`explaining`),
    or the value is nested deeper than 255 levels.
    """

    message: str = "it does not fit its schema"
    instance_path: tuple[str, ...] = ()
    schema_path: tuple[str, ...] = ()
    kind: _NoKind = _NoKind()


UNEXPLAINED = Unexplained()


def first_error(validator: Validator, value: Any) -> ValidationError | Unexplained | None:
    """The first thing that is wrong with a value, if any is. `iter_errors` makes all at once: of a
    megabyte of wrong items, that takes seconds and gigabytes.
    """
    if validator.is_valid(value):
        return None
    if not validator.costs.is_low(value):
        return UNEXPLAINED
    try:
        validator.compiled.validate(value)
    except ValidationError as error:
        # Its frames would hold it, and the request: a circle, which waits for a collection.
        return error.with_traceback(None)
    except ValueError:
        return UNEXPLAINED
    return None


def errors(validator: Validator, value: Any) -> Iterator[ValidationError | Unexplained]:
    """All that is wrong with a value; of a large one the first alone. A validator finds all errors
    before it gives one, each with a copy of what is wrong: a large object that lacks thousands of
    members would take gigabytes.
    """
    first = first_error(validator, value)
    if first is None:
        return
    yield first
    is_small = first is not UNEXPLAINED and _size(value) <= _SMALL
    if is_small and validator.costs.is_low(value, of_all=True):
        known = first.schema_path, first.message
        found = validator.compiled.iter_errors(value)
        yield from (error for error in found if (error.schema_path, error.message) != known)


def _size(value: Any) -> int:
    """How many values a value holds, and letters; counted no further than needed."""
    size, waiting = 0, [value]
    while waiting and size <= _SMALL:
        one = waiting.pop()
        size += 1 + (len(one) if isinstance(one, str | list | dict) else 0)
        if isinstance(one, dict | list) and size <= _SMALL:
            waiting += [*one, *one.values()] if isinstance(one, dict) else one
    return size


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
        self._roots: dict[Use, dict[str, Any]] = {}
        self._compiled: dict[Use, dict[str, Any]] = {}
        self._registries: dict[int, jsonschema_rs.Registry] = {}
        self._made: dict[tuple[Path, int], Validator] = {}

    def root(self, use: Use) -> dict[str, Any]:
        """The schemas for one use. Where it makes no difference, both uses share them."""
        if use not in self._roots:
            self._roots[use] = for_use(self.document.schema_root, use)
        return self._roots[use]

    def at(self, path: Path, use: Use = "response") -> Validator:
        """The validator of the schema at a path of the document."""
        if use not in self._compiled:
            self._compiled[use] = for_compiling(self.document.schema_root, use)
        root = self._compiled[use]
        made = self._made.get((path, id(root)))
        if made is None:
            made = self._made[path, id(root)] = self._make(path, root)
        return made

    def __getstate__(self) -> dict[str, Any]:
        """A document can be sent to another process, which compiles its own validators."""
        made = ("_roots", "_compiled", "_registries", "_made")
        return {"document": self.document, **{name: {} for name in made}}

    def _make(self, path: Path, root: dict[str, Any]) -> Validator:
        return self._referred(self.document.schema_reference(path), root)

    def _referred(self, reference: dict[str, str], root: dict[str, Any]) -> Validator:
        """The validator of what a reference leads to."""

        @cache
        def held(number: int) -> Validator:
            return self._referred({"$ref": f"{URI}#/{NAMES}/{number}"}, root)

        class _Names(MemberNames):
            def __init__(self, _: Any, value: Any, __: Any) -> None:
                super().__init__(value, lambda number, member: held(number).is_valid(member))

        try:
            if id(root) not in self._registries:
                self._registries[id(root)] = jsonschema_rs.Registry([(URI, root)])
            return Validator(
                reference,
                root,
                registry=self._registries[id(root)],
                validate_formats=True,
                pattern_options=_LINEAR,
                keywords={PATTERN: _Pattern, NAMES: _Names},
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
