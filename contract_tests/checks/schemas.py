"""Where a JSON value does not fit a schema of the document, formats included."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from tallystick.reader.document import Document
from tallystick.reader.pointers import Path, look_up


@dataclass(frozen=True, slots=True)
class Misfit:
    """One place of a value that does not fit. `pointer` leads to it, `path` leads to the keyword
    of the document that asks for something else.
    """

    pointer: str
    message: str
    path: Path


def fits_schema(document: Document, schema: Path, value: Any) -> bool:
    """Whether a value is valid against a schema of the document."""
    return _validator(document, schema).is_valid(value)


def misfits(document: Document, schema: Path, value: Any) -> dict[str, Misfit]:
    """The places of a value that do not fit a schema, by their pointers; the first of each."""
    found: dict[str, Misfit] = {}
    for error in _validator(document, schema).iter_errors(value):
        pointer = "".join(f"/{token}" for token in error.absolute_path)
        wrong = " ".join(error.message.split())
        found.setdefault(pointer, Misfit(pointer, wrong, _keyword(document, schema, error)))
    return found


def _keyword(document: Document, schema: Path, error: ValidationError) -> Path:
    """Where the broken keyword stands in the document, or else the schema."""
    node, path = document.follow(look_up(document.root, schema), schema)
    for step in error.absolute_schema_path:
        if step == "$ref":  # `follow` has been there
            continue
        if not isinstance(node, dict | list):
            return schema
        path = (*path, str(step))
        node = look_up(document.root, path)
        if isinstance(node, dict):
            node, path = document.follow(node, path)
    return path


@lru_cache(maxsize=256)
def _validator(document: Document, schema: Path) -> Draft202012Validator:
    return Draft202012Validator(document.json_schema(schema), format_checker=FormatChecker())
