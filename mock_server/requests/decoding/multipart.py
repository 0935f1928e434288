"""Reading multipart bodies (RFC 7578, RFC 2046 section 5.1).

Rules: a part is what its Content-Type says, or else what OpenAPI 3.1.1 section 4.8.15.1.1 has for
its property: text for primitive values, JSON for objects. A file is a string of its bytes. An
array is several parts of one name. A part has the headers that its Encoding Object requires.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from mock_server.requests.decoding.contents import (
    PLAIN,
    Content,
    FormField,
    MalformedBodyError,
    UnsupportedPartError,
    json_value,
)
from mock_server.requests.decoding.media_types import parsed
from mock_server.requests.decoding.shapes import ANYTHING, Raw, Shape, coerced, primitive
from mock_server.requests.decoding.styles import PAIRED, Named


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `media_type` is empty where it does not say."""

    name: str
    body: bytes
    media_type: str
    is_file: bool
    headers: Mapping[bytes, bytes]


def read_multipart(body: bytes, content: Content = PLAIN, /) -> dict[str, Any]:
    """The parts of a form, as an object."""
    named: dict[str, list[Part]] = {}
    for headers, inside in _parts(body, content):
        part = _part(headers, inside)
        named.setdefault(part.name, []).append(part)
    fields = {field.name: field for field in content.fields}
    others = content.shape.others or ANYTHING
    return {
        name: _value(fields.get(name) or FormField(name, others), parts)
        for name, parts in named.items()
    }


def check_multipart(body: bytes, content: Content) -> None:
    """Raises MalformedBodyError where a body is no multipart body."""
    for _ in _parts(body, content):
        pass


def _value(field: FormField, parts: list[Part]) -> Any:
    for part in parts:
        _check_type(field, part)
        _check_headers(field, part)
    return field.best(_values(field, parts))


def _check_type(field: FormField, part: Part) -> None:
    types = field.content_types
    if types and part.media_type and not any(fnmatchcase(part.media_type, one) for one in types):
        wanted = " or ".join(types)
        raise UnsupportedPartError(
            f"not valid: its part {part.name!r} is {part.media_type}, and must be {wanted}"
        )


def _check_headers(field: FormField, part: Part) -> None:
    for header in field.headers:
        value = part.headers.get(header.name.lower().encode("latin-1", "replace"))
        what = f"the header {header.name!r} of its part {part.name!r}"
        if value is None:
            why = "it is required, and not there" if header.is_required else None
        else:
            why = header.why_not(value.decode("latin-1"))
        if why is not None:
            raise MalformedBodyError(f"not valid in {what}: {why}")


def _values(field: FormField, parts: list[Part]) -> Iterator[Any]:
    """What the parts of one name may mean, the likeliest first."""
    shape = field.shape
    if field.style is not None:
        pairs = [(part.name, part.body.decode("utf-8", "replace")) for part in parts]
        read = PAIRED.get((field.style, field.explode), PAIRED["form", True])
        readings: list[Raw] = read(Named(field.name, shape), pairs) or []
        yield from (coerced(raw, shape, str, typed=True) for raw in readings)
    if "array" in shape.kinds:
        yield [_content(part, shape.items or ANYTHING) for part in parts]
    if len(parts) > 1 and "array" not in shape.kinds:  # an array, whatever the schema wants
        yield [_content(part, shape) for part in parts]
    yield _content(parts[0], shape)


def _content(part: Part, shape: Shape) -> Any:
    """The value of one part."""
    if part.media_type == "application/json" or part.media_type.endswith("+json"):
        try:
            return json_value(part.body)
        except MalformedBodyError as error:
            raise MalformedBodyError(f"not valid: its part {part.name!r} is {error}") from None
    if part.is_file or (not part.media_type.startswith("text/") and part.media_type):
        return part.body.decode("latin-1")
    text = part.body.decode("utf-8", "replace")
    if not part.media_type and shape.kinds & {"object", "array"}:
        try:
            return json_value(part.body)
        except MalformedBodyError:
            return text
    return text if "string" in shape.kinds else primitive(text, shape.kinds)


# --- the parts


def _part(headers: dict[bytes, bytes], body: bytes) -> Part:
    disposition = headers.get(b"content-disposition", b"")
    kind, options = parse_options_header(disposition)
    if kind != b"form-data" or b"name" not in options:
        raise MalformedBodyError("not valid multipart/form-data: a part has no name")
    media_type = headers.get(b"content-type", b"").decode("latin-1")
    return Part(
        options[b"name"].decode("utf-8", "replace"),
        body,
        parsed(media_type).name,
        b"filename" in options or b"filename*" in options,
        headers,
    )


def _parts(body: bytes, content: Content) -> Iterator[tuple[dict[bytes, bytes], bytes]]:
    boundary = content.parameters.get("boundary")
    if not boundary:
        raise MalformedBodyError("not valid multipart: its Content-Type has no boundary")
    collector = _Collector()
    parser = MultipartParser(boundary.encode("latin-1", "replace"), collector.callbacks())
    try:
        parser.write(body)
    except MultipartParseError as error:
        raise MalformedBodyError(f"not valid multipart: {str(error).rstrip('.')}") from None
    if not collector.has_ended:
        raise MalformedBodyError("not valid multipart: its last boundary is missing")
    yield from collector.parts


class _Collector:
    """Collects what the parser finds."""

    def __init__(self) -> None:
        self.parts: list[tuple[dict[bytes, bytes], bytes]] = []
        self.has_ended = False
        self._begin()

    def callbacks(self) -> Any:
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_part_data": self._data,
            "on_part_end": self._end_part,
            "on_header_field": self._field,
            "on_header_value": self._value,
            "on_header_end": self._end_header,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._headers: dict[bytes, bytes] = {}
        self._body = bytearray()
        self._name, self._text = b"", b""

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._body += data[start:end]

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _value(self, data: bytes, start: int, end: int) -> None:
        self._text += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._name.lower()] = self._text
        self._name, self._text = b"", b""

    def _end_part(self) -> None:
        self.parts.append((self._headers, bytes(self._body)))

    def _end(self) -> None:
        self.has_ended = True
