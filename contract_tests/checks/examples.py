"""Documented examples in responses.

A mock, and many a service, sends the documented example. Where that breaks its own schema, the
document is what has to be mended: it is no fault of the response.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from contract_tests.checks.schemas import Misfit
from tallystick.reader.document import Document
from tallystick.reader.operations import MediaType
from tallystick.reader.pointers import Path, look_up

_NAMES = ("example", "examples", "default")


def example_of(document: Document, media_type: MediaType, body: Any, misfit: Misfit) -> Path | None:
    """Where the document has the example that does not fit: the value itself, where its own schema
    has it, or an object or array that the value is in, wherever an example is the same.
    """
    for place, example in _of(document.at(media_type.path).value, media_type.path):
        if example == body:
            return place
    inside = _inside(body, misfit.pointer)
    known = _examples(document)
    for value in inside:
        if isinstance(value, dict | list) and value and (path := known.get(_key(value))):
            return path
    schema = misfit.path[:-1]
    try:
        own = look_up(document.root, schema)
    except LookupError:
        return None
    found = _of(own, schema) if isinstance(own, dict) and inside else ()
    return next((path for path, value in found if _key(value) == _key(inside[-1])), None)


def _inside(value: Any, pointer: str) -> list[Any]:
    """The values on the way to a place, the whole one first; none where it leads nowhere."""
    found = [value]
    for token in pointer.split("/")[1:]:
        try:
            found.append(look_up(found[-1], (token,)))
        except LookupError:
            return []
    return found


@lru_cache(maxsize=4)
def _examples(document: Document) -> Mapping[str, Path]:
    """The objects and arrays that are examples anywhere in a document, with their places."""
    found: dict[str, Path] = {}
    left: list[tuple[Path, Any]] = [((), document.root)]
    while left:
        path, value = left.pop()
        if isinstance(value, dict):
            for place, example in _of(value, path):
                if isinstance(example, dict | list) and example:
                    found.setdefault(_key(example), place)
            left += [((*path, name), member) for name, member in value.items()]
        elif isinstance(value, list):
            left += [((*path, str(index)), item) for index, item in enumerate(value)]
    return found


def _of(value: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Any]]:
    """The examples of a schema, a media type or a parameter, or the value of an Example Object."""
    for name in _NAMES:
        if name not in value:
            continue
        given, place = value[name], (*path, name)
        if name != "examples":
            yield place, given
        elif isinstance(given, list):
            yield from (((*place, str(index)), item) for index, item in enumerate(given))
        elif isinstance(given, dict):
            for key, each in given.items():
                if isinstance(each, dict) and "value" in each:
                    yield (*place, key, "value"), each["value"]
    if path[:2] == ("components", "examples") and "value" in value:
        yield (*path, "value"), value["value"]


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
