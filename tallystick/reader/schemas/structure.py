"""The structure of a document, held to the official schema of its OpenAPI version.

Rules: the schemas in `specification/` are those that the OpenAPI Initiative publishes, word for
word (Apache License 2.0). What they find is a diagnostic, never a reason to stop. They offer
alternatives (an object, or a reference to one): what is said is what the likelier one finds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

from tallystick.errors import Source
from tallystick.reader.diagnostics import Diagnostics
from tallystick.reader.pointers import Path

_ASIDE = {"repeated-key", "differing-component", "differing-operation"}
"""Diagnostics of a whole part in which other things may be wrong, too."""

MOST = 100
"""How many errors are reported; a document with more has the same few many times."""


def check_structure(
    root: dict[str, Any], minor: int, diagnostics: Diagnostics, locate: Callable[[Path], Source]
) -> None:
    """Note where a document breaks the schema of OpenAPI 3.`minor`."""
    known = {
        (diagnostic.source.file, diagnostic.source.pointer)
        for diagnostic in diagnostics
        if diagnostic.source and diagnostic.name not in _ASIDE
    }
    count = 0
    for path, message in _errors(_validator(minor).iter_errors(root)):
        source = locate(path)
        if _is_known(source, known):
            continue  # it was said already what is left out there
        diagnostics.add("invalid-structure", message, source)
        count += 1
        if count == MOST:
            return


@cache
def _validator(minor: int) -> Any:
    text = (files(__package__) / "specification" / f"3.{minor}.json").read_text(encoding="utf-8")
    # Without formats: what is a regular expression is for `patterns` to say.
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=False)


def _errors(errors: Any) -> Iterator[tuple[Path, str]]:
    for error in errors:
        path = tuple(str(token) for token in error.instance_path)
        branches = getattr(error.kind, "context", None)
        if branches:
            chosen = _likelier(branches, path)
            if chosen:
                yield from _errors(chosen)
                continue
        unexpected = getattr(error.kind, "unexpected", None)
        if unexpected or error.kind.name == "falseSchema":
            for place in [(*path, name) for name in unexpected or ()] or [path]:
                yield place, f"{place[-1]!r} is not known here"
            continue
        message = error.message if len(error.message) <= 200 else _short(error)
        yield path, message.rstrip(".")


def _short(error: Any) -> str:
    """The message without the value, which may be a whole document."""
    return f"{error.message[:60]} … {error.message[-100:]}"


def _likelier(branches: list[list[Any]], path: Path) -> list[Any]:
    """Of the branches of an alternative, the one that is meant: not the reference, unless the
    value is one; else the one that finds least.
    """
    objects = [
        errors
        for errors in branches
        if errors and not any('"$ref" is a required property' in error.message for error in errors)
    ]
    deepest = [
        errors for errors in objects if any(len(e.instance_path) > len(path) for e in errors)
    ]
    candidates = deepest or objects
    return min(candidates, key=len) if candidates else []


def _is_known(source: Source, known: set[tuple[str, str]]) -> bool:
    pointer = source.pointer
    while True:
        if (source.file, pointer) in known:
            return True
        if not pointer:
            return False
        pointer = pointer.rpartition("/")[0]
