"""Keeping items within their schema.

Rules: what is wanted is taken as it is where the schema takes it. Else it is the least that the
schema asks for, with each wanted member that fits: one member that does not never costs the others.
Members that the schema does not name are left out, and so are those that responses never have
(`writeOnly`).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

import orjson

from tallystick.generation.flattening import Flattener
from tallystick.generation.values import Wish, make
from tallystick.reader.document import Document
from tallystick.reader.operations import properties
from tallystick.reader.pointers import Path

Item = dict[str, Any]


class Fitting:
    """The schema of an item at one place of the document."""

    def __init__(self, document: Document, schema: Path) -> None:
        self.document = document
        self.schema = schema
        self.validator = document.validators.at(schema)
        self.flattener = Flattener(document.schema_root)
        self._flats: dict[Path, Mapping[str, Any]] = {}
        self.paths = dict(properties(document, schema))
        self.read_only = {name for name in self.paths if self._says(name, "readOnly")}
        self.names = {name for name in self.paths if not self._says(name, "writeOnly")}
        additional = self.flat(schema).get("additionalProperties")
        self.is_open = not self.paths or additional is True or isinstance(additional, dict)

    def _says(self, name: str, keyword: str) -> bool:
        return self.flat(self.paths[name]).get(keyword) is True

    def flat(self, path: Path) -> Mapping[str, Any]:
        """The schema at a path of the document, without references; made once."""
        found = self._flats.get(path)
        if found is None:
            found = self._flats[path] = self.flattener.flat(self.document.schema_at(path))
        return found

    @cached_property
    def least(self) -> Item | None:
        """The least that the schema takes; None where nothing is made that it takes."""
        made = make(self.document, self.schema, wish=Wish(with_optional=False))
        return made.value if made.is_valid and isinstance(made.value, dict) else None

    def made(self, seed: str) -> Item | None:
        """A whole item, the same for the same seed; None where none can be made."""
        made = make(self.document, self.schema, seed=seed, wish=Wish(is_long=True))
        return made.value if made.is_valid and isinstance(made.value, dict) else None

    def declared(self, wanted: Mapping[str, Any]) -> Item:
        """Those members that a response may have."""
        if self.is_open:
            return {n: v for n, v in wanted.items() if n in self.names or n not in self.paths}
        return {name: value for name, value in wanted.items() if name in self.names}

    def is_valid(self, item: Any) -> bool:
        """Whether the schema takes an item."""
        return bool(self.validator.is_valid(item))

    def fit(self, wanted: Mapping[str, Any], spare: Mapping[str, Any] | None = None) -> Item | None:
        """The nearest to what is wanted that the schema takes. What must be there and is not wanted
        comes from `spare`. None where the schema takes nothing like it.
        """
        item = self.declared(wanted)
        if self.is_valid(item):
            return item
        if self.least is None:
            return None
        base = {**self.least, **{n: v for n, v in (spare or {}).items() if n in self.least}}
        fitted = base if self.is_valid(base) else dict(self.least)
        for name, value in item.items():
            for form in _forms(value, (spare or {}).get(name)):
                trial = {**fitted, name: form}
                if self.is_valid(trial):
                    fitted = trial
                    break
        return fitted


def _forms(value: Any, spare: Any) -> list[Any]:
    """A value, and what may stand for it: what a text of a form means (forms have no numbers); an
    object with what must be there besides; the whole object for its id.
    """
    found = [value]
    if isinstance(value, str):
        with suppress(ValueError):
            found.append(orjson.loads(value))
    if isinstance(spare, dict) and isinstance(value, dict):
        found.append({**spare, **value})
    elif isinstance(spare, dict) and "id" in spare:
        found.append({**spare, "id": value})
    return found
