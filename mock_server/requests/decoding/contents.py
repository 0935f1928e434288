"""What decoders of bodies share: what they may know of a body, and how they refuse one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from mock_server.requests.decoding.shapes import ANYTHING, Shape, coerced, shape_at
from mock_server.requests.decoding.styles import simple_header
from tallystick.reader.document import Document, Node
from tallystick.reader.operations import MediaType, properties
from tallystick.reader.schemas.validators import first_error

_BOM = b"\xef\xbb\xbf"


class MalformedBodyError(Exception):
    """The body is not what its media type says; the message says why."""


class UnsupportedPartError(MalformedBodyError):
    """A part of the body has a media type that the document does not name for it."""


@dataclass(frozen=True, slots=True)
class PartHeader:
    """A documented header of a part; `why_not` says why a text is none of its values."""

    name: str
    is_required: bool
    why_not: Callable[[str], str | None] = lambda _: None


@dataclass(frozen=True, slots=True)
class FormField:
    """A property of a form, with its Encoding Object (OpenAPI 3.1.1 section 4.8.15). `style` is
    None where the document gives none; `content_types` are empty where it leaves them open.
    """

    name: str
    shape: Shape
    is_valid: Callable[[Any], bool] = lambda _: True
    style: str | None = None
    explode: bool = True
    content_types: tuple[str, ...] = ()
    headers: tuple[PartHeader, ...] = ()

    def best(self, values: Iterable[Any]) -> Any:
        """The first of the values that the schema takes, or else the first."""
        found = list(values)
        return next((value for value in found if self.is_valid(value)), found[0])


@dataclass(frozen=True, slots=True)
class Content:
    """What a decoder may need beside the body: the parameters of its Content-Type, the shape of
    its schema, and the fields of a form.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    shape: Shape = ANYTHING
    fields: tuple[FormField, ...] = ()


PLAIN = Content()


def json_value(text: bytes) -> Any:
    """The value of a JSON text. Raises MalformedBodyError.

    The parser takes UTF-8 only and refuses lone surrogates, NaN and nesting deeper than 1,024; a
    byte order mark is ignored, as RFC 8259 section 8.1 allows.
    """
    try:
        return orjson.loads(text.removeprefix(_BOM))
    except orjson.JSONDecodeError as error:
        raise MalformedBodyError(f"not valid JSON: {error.msg}") from None


def form_fields(document: Document, media_type: MediaType, shape: Shape) -> tuple[FormField, ...]:
    """The fields of a form of this media type."""
    encodings = {
        name: node
        for name, node in document.at(media_type.path).map("encoding")
        if isinstance(node.value, dict)
    }
    places = dict(properties(document, media_type.schema)) if media_type.schema else {}
    return tuple(
        _field(
            name,
            inside,
            encodings[name].value if name in encodings else {},
            document.validators.at(places[name], "request").is_valid
            if name in places
            else lambda _: True,
            tuple(_headers(document, encodings[name])) if name in encodings else (),
        )
        for name, inside in shape.properties.items()
    )


def _headers(document: Document, encoding: Node) -> Iterator[PartHeader]:
    """The headers that an Encoding Object documents; a Content-Type among them is ignored."""
    for name, node in encoding.map("headers"):
        if name.lower() == "content-type" or not isinstance(node.value, dict):
            continue
        is_required = node.value.get("required") is True
        if "schema" in node.value:
            yield PartHeader(name, is_required, _header_check(document, node))
        else:
            yield PartHeader(name, is_required)


def _header_check(document: Document, header: Node) -> Callable[[str], str | None]:
    """What says why a schema does not take the text of a header, which has the style `simple`."""
    schema = (*header.path, "schema")
    shape, validator = shape_at(document, schema), document.validators.at(schema)
    explode = header.value.get("explode") is True

    def why_not(text: str) -> str | None:
        values = [
            coerced(raw, shape, str, typed=typed)
            for raw in simple_header(text, shape, explode=explode)
            for typed in (True, False)
        ]
        if any(validator.is_valid(value) for value in values):
            return None
        error = first_error(validator, values[0] if values else text)
        # The keyword only: the value may be a credential. None where a pattern is not decided.
        if error is None:
            return None
        name = error.kind.name
        return f"it breaks the keyword {name!r}" if name else "it does not fit its schema"

    return why_not


def _field(
    name: str,
    shape: Shape,
    encoding: Mapping[str, Any],
    is_valid: Callable[[Any], bool],
    headers: tuple[PartHeader, ...],
) -> FormField:
    """Where one of the three is given, the style holds, and else the content type (section
    4.8.15.1.2).
    """
    style, explode = encoding.get("style"), encoding.get("explode")
    if style is None and (explode is not None or "allowReserved" in encoding):
        style = "form"
    types = str(encoding.get("contentType", "")).lower().split(",")
    return FormField(
        name,
        shape,
        is_valid,
        style,
        explode if isinstance(explode, bool) else style in (None, "form"),
        () if style else tuple(one.strip() for one in types if one.strip()),
        headers,
    )
