"""Examples and defaults that break their schemas.

Rules: an example of a media type that is no JSON may be text in that format, and one of a
parameter may be written as the wire has it (OpenAPI 3.1.1 sections 4.8.12 and 4.8.14): where
such a text may be right, nothing is said.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tallystick.contract import Contract
from tallystick.lint.corrections import correction, likeliest
from tallystick.lint.objects import objects
from tallystick.reader.diagnostics import Diagnostic
from tallystick.reader.document import Document
from tallystick.reader.pointers import Path, look_up, to_pointer
from tallystick.reader.schemas.validators import first_error
from tallystick.reader.shapes import SCHEMA

_MOST = 100
"""How long the words of a validator are shown."""


def broken_examples(contract: Contract) -> Iterator[Diagnostic]:
    """A diagnostic for each example that breaks its schema."""
    document = contract.document
    for kind, path, value in objects(document):
        for what, place, schema in _examples(document, kind, path, value):
            example = look_up(document.root, place)
            error = _error(document, schema, example)
            if error is not None and not _is_on_the_wire(document, kind, path, schema, example):
                yield _broken(document, what, place, schema, error)


def _examples(
    document: Document, kind: str, path: Path, value: dict[str, Any]
) -> Iterator[tuple[str, Path, Path]]:
    """What each example of an object is called, where it stands, and its schema."""
    if kind == SCHEMA:
        for name in ("example", "default"):
            if name in value:
                yield name, (*path, name), path
        listed = value.get("examples")
        for index in range(len(listed) if isinstance(listed, list) else 0):
            yield "example", (*path, "examples", str(index)), path
    elif kind in ("media type", "parameter", "header") and "schema" in value:
        if "example" in value:
            yield "example", (*path, "example"), (*path, "schema")
        for place in _named(document, path, value):
            yield "example", place, (*path, "schema")


def _named(document: Document, path: Path, value: dict[str, Any]) -> Iterator[Path]:
    named = value.get("examples")
    for name in named if isinstance(named, dict) else ():
        example = document.at((*path, "examples", name))
        for member in ("value", "dataValue"):
            if isinstance(example.value, dict) and member in example.value:
                yield (*example.path, member)


def _error(document: Document, schema: Path, example: Any) -> Any:
    """What a validator finds; None where it finds nothing."""
    validator = document.validators.at(_shared(document, schema))
    return first_error(validator, example)


def _shared(document: Document, schema: Path) -> Path:
    """The schema that a lone reference leads to, which is compiled once for all who refer to it."""
    value = look_up(document.root, schema)
    return (
        document.at(schema).path if isinstance(value, dict) and value.keys() == {"$ref"} else schema
    )


def _is_on_the_wire(document: Document, kind: str, path: Path, schema: Path, example: Any) -> bool:
    """Whether an example is a text that may be right as the wire has it."""
    if not isinstance(example, str) or kind == SCHEMA:
        return False
    if kind == "media type":
        return "json" not in path[-1].lower()
    if _is_structured(document.at(schema).value):
        return True
    try:
        return _error(document, schema, json.loads(example)) is None
    except ValueError:
        return False


def _is_structured(schema: Any) -> bool:
    """Whether values may be arrays or objects, whose form on the wire is the parameter's style."""
    if not isinstance(schema, dict):
        return True
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    composed = {"properties", "items", "prefixItems", "allOf", "anyOf", "oneOf"}
    return bool({"array", "object"} & set(kinds) if kinds else composed & schema.keys())


def _broken(document: Document, what: str, place: Path, schema: Path, error: Any) -> Diagnostic:
    error = likeliest(error)
    inside = tuple(str(token) for token in error.instance_path)
    where = f" at {to_pointer(inside)}" if inside else ""
    return Diagnostic(
        "example-breaks-schema",
        f"the {what} breaks its schema{where}: {_words(error)}",
        document.locate((*place, *inside)),
        correction(document, place, schema),
    )


def _words(error: Any) -> str:
    """What is wrong, without the value, which stands at the place and may be long."""
    detail = error.kind.as_dict()
    kind = type(error.kind).__name__
    if kind == "Type":
        return f"it is not of type {' or '.join(detail['types'])}"
    if kind == "Format":
        return f"it is no {detail['format']}"
    if kind == "Pattern":
        pattern = detail["pattern"]
        return f"it does not match the pattern {pattern if len(pattern) <= _MOST else '…'}"
    if kind in _FIXED_WORDS:
        return _FIXED_WORDS[kind]
    return _short(error.message)


_FIXED_WORDS = {
    "Enum": "it is none of the values of 'enum'",
    "Constant": "it is not the value of 'const'",
    "AnyOf": "it fits none of the schemas of 'anyOf'",
    "OneOfNotValid": "it fits none of the schemas of 'oneOf'",
    "OneOfMultipleValid": "it fits several schemas of 'oneOf'",
    "FalseSchema": "nothing is allowed there",
}


def _short(words: str) -> str:
    words = words.rstrip(".")
    return words if len(words) <= _MOST else f"{words[: _MOST // 2]} … {words[-_MOST // 2 :]}"
