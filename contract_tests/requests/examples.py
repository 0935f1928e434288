"""The documented examples of parameters and request bodies.

Rules: `example` and `examples` of the parameter or media type come first, then those of its schema,
and its `default`. Each counts once. An `externalValue` is not read: it may lead anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tallystick.reader.document import Document, Node
from tallystick.reader.operations import MediaType, Parameter


def of_parameter(document: Document, parameter: Parameter) -> list[Any]:
    """The documented values of a parameter."""
    if not parameter.is_declared:
        return []
    return _distinct(_values(document.at(parameter.path)))


def of_body(document: Document, media_type: MediaType) -> list[Any]:
    """The documented bodies of a media type."""
    return _distinct(_values(document.at(media_type.path)))


def _values(owner: Node) -> Iterator[Any]:
    yield from _own(owner)
    for _, example in owner.map("examples"):
        if isinstance(example.value, dict):
            # OpenAPI 3.2 has `dataValue`, which `value` is the older form of.
            found = [example.value[n] for n in ("dataValue", "value") if n in example.value]
            yield from found[:1]
    schema = owner.get("schema")
    if schema is not None and isinstance(schema.value, dict):
        yield from _own(schema)
        listed = schema.value.get("examples")
        yield from listed if isinstance(listed, list) else ()
        yield from [schema.value["default"]] if "default" in schema.value else ()


def _own(owner: Node) -> Iterator[Any]:
    if isinstance(owner.value, dict) and "example" in owner.value:
        yield owner.value["example"]


def _distinct(values: Iterator[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found and value is not None:
            found.append(value)
    return found
