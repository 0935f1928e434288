"""Validators of the contract's schemas: JSON Schema 2020-12 with formats, by `jsonschema-rs`."""

from __future__ import annotations

import jsonschema_rs

from tallystick.reader.document import Document
from tallystick.reader.pointers import Path

Validator = jsonschema_rs.Draft202012Validator


def compile_schema(document: Document, path: Path) -> Validator:
    """The validator of the schema at a path of the document."""
    return Validator(document.json_schema(path), validate_formats=True)
