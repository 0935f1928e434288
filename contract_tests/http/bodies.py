"""Writing bodies, by a table of media types.

Rules: a body is sent under the media type that the document names; under a range, as a concrete
one. Bytes are sent as they are, and so is a text, except as JSON, where it is a string. A format
is one function and one row of `_FORMATS`. Documents name media types that nobody can write without
an example; `UnmakeableError` says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from schemathesis.transport.serialization import serialize_xml_with_schema
from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata

from contract_tests.http.styles import ParameterStyle, joined, pairs, text_of
from tallystick.contract import ContractOperation
from tallystick.errors import TallystickError
from tallystick.reader.document import Document, Node
from tallystick.reader.operations import MediaType, properties
from tallystick.reader.pointers import Path, look_up, to_pointer

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
OCTETS = "application/octet-stream"


class UnmakeableError(TallystickError):
    """No request, or no body of a media type, can be made; the message says why."""


@dataclass(frozen=True, slots=True)
class BodyFormat:
    """A documented body: its media type as it is sent, and where it is documented."""

    name: str
    media: MediaType
    document: Document

    @property
    def node(self) -> Node:
        """The Media Type Object."""
        return self.document.at(self.media.path)

    @property
    def schema(self) -> Node | None:
        """Its schema, references followed."""
        return self.document.at(self.media.schema) if self.media.schema else None

    @property
    def places(self) -> dict[str, Path]:
        """Where the schemas of its properties are."""
        return dict(properties(self.document, self.media.schema)) if self.media.schema else {}


def formats_of(operation: ContractOperation) -> list[BodyFormat]:
    """The documented bodies of an operation, the plainest first: JSON, forms, multipart, text,
    JSON lines, XML, YAML, binary, and last what can be sent by example only.
    """
    body = operation.request_body
    found: dict[str, BodyFormat] = {}
    for media in body.media_types if body else ():
        name = _concrete(operation.document, media)
        found.setdefault(name, BodyFormat(name, media, operation.document))
    return sorted(found.values(), key=_rank)


def format_of(operation: ContractOperation, name: str) -> BodyFormat | None:
    """The documented body of a media type."""
    return next((each for each in formats_of(operation) if each.name == name), None)


def is_json(media_type: str | None) -> bool:
    """Whether bodies of a media type are JSON texts."""
    return media_type is not None and _writer(media_type) is _json


def is_text(body: BodyFormat) -> bool:
    """Whether a body is a text of no further format."""
    return _writer(body.name) is _text


def is_bytes(body: BodyFormat) -> bool:
    """Whether a body is bytes, by its media type or its schema."""
    write = _writer(body.name)
    return write is _bytes or (write is None and is_binary(body.schema))


def is_makeable(body: BodyFormat) -> bool:
    """Whether a body can be made from its schema alone."""
    if is_text(body):
        return _is_textual(body.schema)
    return _writer(body.name) is not None or is_bytes(body)


def encoded(operation: ContractOperation, media_type: str | None, value: Any) -> tuple[bytes, str]:
    """The content of a body, and its media type. Raises UnmakeableError."""
    name = media_type or JSON
    return _written(name, format_of(operation, name), value)


def encoded_content(owner: Node, value: Any) -> tuple[bytes, str]:
    """The same for what a parameter's `content` documents. Raises UnmakeableError."""
    for name, node in owner.map("content"):
        schema = (*node.path, "schema") if node.get("schema") else None
        body = BodyFormat(name, MediaType(name, node.path, schema), owner.document)
        return _written(name, body, value)
    return text_of(value).encode(), "text/plain"


def _written(name: str, body: BodyFormat | None, value: Any) -> tuple[bytes, str]:
    write = _writer(name)
    if isinstance(value, bytes) or (isinstance(value, str) and write is not _json):
        return _verbatim(name, value)
    write = write or _bytes
    try:
        return write(value, name, body)
    except Exception as error:
        what = f"a body of {name} could not be written: {type(error).__name__}: {error}"
        raise UnmakeableError(what) from None


def _verbatim(name: str, value: str | bytes) -> tuple[bytes, str]:
    if isinstance(value, str):
        value = value.encode(_charset(name), "surrogatepass" if _is_utf8(name) else "replace")
    first = value.lstrip().partition(b"\n")[0].strip()
    is_marked = name.startswith("multipart/") and "boundary=" not in name and first[:2] == b"--"
    return value, f"{name}; boundary={first[2:].decode('latin-1')}" if is_marked else name


# --- formats


def _json(value: Any, name: str, _: BodyFormat | None) -> tuple[bytes, str]:
    return json.dumps(value).encode(), name


def _lines(value: Any, name: str, _: BodyFormat | None) -> tuple[bytes, str]:
    """A JSON text a line; after a record separator in a sequence (RFC 7464 section 2.1)."""
    mark = "\x1e" if name.partition(";")[0].rstrip().endswith("json-seq") else ""
    items = value if isinstance(value, list) else [value]
    return "".join(f"{mark}{json.dumps(item)}\n" for item in items).encode(), name


def _text(value: Any, name: str, _: BodyFormat | None) -> tuple[bytes, str]:
    return _verbatim(name, text_of(value))


def _bytes(value: Any, name: str, _: BodyFormat | None) -> tuple[bytes, str]:
    return text_of(value).encode("utf-8", "surrogatepass"), name


def _yaml(value: Any, name: str, _: BodyFormat | None) -> tuple[bytes, str]:
    """As JSON, which is YAML, too (YAML 1.2 section 1.3)."""
    return json.dumps(value).encode(), name


def _xml(value: Any, name: str, body: BodyFormat | None) -> tuple[bytes, str]:
    """By the `xml` members of the schema (OpenAPI 3.1.1 section 4.8.26)."""
    if body is None or body.media.schema is None:
        return _written_xml(value, {}, None), name
    root, path = body.document.root, body.media.schema
    reference = look_up(root, path)
    named = reference.get("$ref") if isinstance(reference, dict) else None
    schema = {**root, "$ref": named or "#" + to_pointer(path)}
    return _written_xml(value, schema, named.rpartition("/")[2] if named else None), name


def _written_xml(value: Any, schema: Any, element: str | None) -> bytes:
    content: bytes = serialize_xml_with_schema(value, schema, element)["data"]
    return content


def _form(value: Any, name: str, body: BodyFormat | None) -> tuple[bytes, str]:
    if not isinstance(value, dict):
        return text_of(value).encode("utf-8", "surrogatepass"), name
    found = [
        pair
        for key, inner in value.items()
        for one, how in _styled(inner, _encoding(body, key))
        for pair in pairs(key, one, how)
    ]
    return joined(found).replace("%20", "+").encode(), name


def _styled(value: Any, encoding: Node | None) -> Iterator[tuple[Any, ParameterStyle]]:
    """The value of a field with its style, or else each item in its media type (OpenAPI 3.1.1
    section 4.8.15.1.2).
    """
    said: Mapping[str, Any] = encoding.value if encoding is not None else {}
    if said.keys() & {"style", "explode", "allowReserved"}:
        style = str(said.get("style") or "form")
        explode = said.get("explode", style == "form") is True
        yield value, ParameterStyle(style, explode, said.get("allowReserved") is True)
        return
    as_json = is_json(str(said.get("contentType") or ""))
    for item in value if isinstance(value, list) and not as_json else [value]:
        if item is not None:
            yield item, ParameterStyle(whole=True, as_json=as_json)


def _multipart(value: Any, name: str, body: BodyFormat | None) -> tuple[bytes, str]:
    """Parts (RFC 7578 section 4.2), each with the media type that the document gives it."""
    if isinstance(value, list):
        value = {str(index): item for index, item in enumerate(value)}
    if not isinstance(value, dict):
        return text_of(value).encode("utf-8", "surrogatepass"), name
    parts = [part for key, inner in value.items() for part in _parts(key, inner, body)]
    boundary = _parameter(name, "boundary") or _unused(b"".join(map(_data, parts)))
    content, _ = encode_multipart_formdata(parts, boundary)
    return content, name if "boundary=" in name else f"{name}; boundary={boundary}"


_BOUNDARY = "tallystick-boundary"
"""The same in each run: the same request is to have the same bytes."""


def _unused(content: bytes) -> str:
    boundary = _BOUNDARY
    while boundary.encode() in content:
        boundary += "-"
    return boundary


def _data(part: RequestField) -> bytes:
    data: Any = part.data
    return data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data


def _parts(key: str, value: Any, body: BodyFormat | None) -> Iterator[RequestField]:
    """The parts of a property: one for each item of an array (RFC 7578 section 4.3)."""
    encoding = _encoding(body, key)
    content_type, is_file = part_type(body, key)
    is_whole = is_json(encoding.text("contentType") if encoding else "")
    for item in value if isinstance(value, list) and not is_whole else [value]:
        media_type = content_type or (JSON if isinstance(item, dict | list) else None)
        if isinstance(item, FilePart):
            media_type = item.media_type
        if isinstance(item, bytes):
            data = item
        elif is_json(media_type):
            data = json.dumps(item).encode()
        else:
            data = text_of(item).encode("utf-8", "surrogatepass")
        part = RequestField(key, data, filename=key if is_file else None)
        part.make_multipart(content_type=media_type)
        part.headers.update(_part_headers(encoding))
        yield part


class FilePart(bytes):
    """The content of a part with a media type of its own, where the document names several."""

    media_type: str

    def __new__(cls, content: bytes, media_type: str) -> FilePart:
        """The part with this content."""
        part = super().__new__(cls, content)
        part.media_type = media_type
        return part


def part_types(body: BodyFormat | None, key: str) -> list[str]:
    """The media types that the document allows for a part by its Encoding Object, the usual one
    first (OpenAPI 3.1.1 section 4.8.15.1.1).
    """
    encoding = _encoding(body, key)
    said = encoding.text("contentType") if encoding else ""
    names = [name.strip() for name in said.split(",") if name.strip()]
    return [_RANGES.get(name, name) for name in names]


def part_type(body: BodyFormat | None, key: str) -> tuple[str | None, bool]:
    """The media type of a part, if it is not the plain one, and whether the part is a file."""
    encoding, schema = _encoding(body, key), part_schema(body, key)
    is_coded = schema is not None and bool(schema.text("contentEncoding"))
    is_file = is_binary(schema) or is_coded
    said = encoding.text("contentType") if encoding else ""
    said = said or (schema.text("contentMediaType") if schema else "")
    if said:
        first = said.partition(",")[0].strip()
        return _RANGES.get(first, first), is_file
    return (OCTETS if is_file else None), is_file


def part_schema(body: BodyFormat | None, key: str) -> Node | None:
    """The schema of a part; that of its items, where it is an array."""
    place = body.places.get(key) if body else None
    schema = body.document.at(place) if body and place else None
    if schema is not None and _types(schema) == {"array"}:
        return schema.get("items")
    return schema


def _encoding(body: BodyFormat | None, key: str) -> Node | None:
    """The Encoding Object of a property."""
    encodings = body.node.get("encoding") if body else None
    found = encodings.get(key) if encodings else None
    return found if found is not None and isinstance(found.value, dict) else None


def _part_headers(encoding: Node | None) -> dict[str, str]:
    """The documented headers of a part that have a value to send (`Content-Type` is ignored,
    OpenAPI 3.1.1 section 4.8.15.1.1).
    """
    found = {}
    for name, header in encoding.map("headers") if encoding else ():
        example = _example(header)
        if name.lower() not in ("content-type", "content-disposition") and example is not None:
            found[name] = text_of(example)
    return found


def _example(header: Node) -> Any:
    schema = header.get("schema")
    holders = [header.value, schema.value if schema else None]
    for holder in (each for each in holders if isinstance(each, dict)):
        for name in ("example", "default", "const"):
            if name in holder:
                return holder[name]
        listed = holder.get("enum") or holder.get("examples")
        if isinstance(listed, list):
            return listed[0]
        if isinstance(listed, dict):
            return next((each.get("value") for each in listed.values()), None)
    return None


_Write = Callable[[Any, str, BodyFormat | None], tuple[bytes, str]]

_FORMATS: tuple[tuple[str, _Write], ...] = (
    (JSON, _json),
    ("*/*+json", _json),  # RFC 6839 section 3.1
    ("*/json", _json),
    ("*/x-json", _json),
    (FORM, _form),
    ("multipart/*", _multipart),
    ("application/*ndjson", _lines),
    ("application/*jsonl*", _lines),  # jsonl, x-jsonlines
    ("application/json-lines", _lines),
    ("*/*json-seq", _lines),
    ("*/xml", _xml),
    ("*/*+xml", _xml),  # RFC 7303 section 8
    ("*/*yaml", _yaml),  # RFC 9512
    ("text/*", _text),
    (OCTETS, _bytes),
    ("image/*", _bytes),
    ("audio/*", _bytes),
    ("video/*", _bytes),
    ("font/*", _bytes),
    ("application/pdf", _bytes),
    ("application/zip", _bytes),
)
"""Media types, or ranges of them, in lower case, each with what writes it. The first row holds."""

_PREFERRED = (_json, _form, _multipart, _text, _lines, _xml, _yaml, _bytes)

_RANGES = {
    "*/*": JSON,
    "application/*": JSON,
    "application/*+json": JSON,
    "application/*+xml": "application/xml",
    "text/*": "text/plain",
    "multipart/*": "multipart/form-data",
    "image/*": "image/png",
    "audio/*": "audio/mpeg",
    "video/*": "video/mp4",
    "font/*": "font/woff2",
}
"""Ranges of media types, each with one of it that most servers know."""


def _writer(media_type: str) -> _Write | None:
    name = media_type.partition(";")[0].strip().lower()
    return next((write for pattern, write in _FORMATS if fnmatchcase(name, pattern)), None)


def _rank(body: BodyFormat) -> tuple[int, bool]:
    write = _writer(body.name)
    rank = _PREFERRED.index(write) if write else len(_PREFERRED)
    return rank, body.name.partition(";")[0].strip().lower() != JSON


def _concrete(document: Document, media: MediaType) -> str:
    name = media.name.strip()
    if name in ("*/*", "application/*") and media.schema and is_binary(document.at(media.schema)):
        return OCTETS
    return _RANGES.get(name, name)


# --- schemas


def is_binary(schema: Node | None) -> bool:
    """Whether a schema means bytes: `format: binary` (OpenAPI 3.0), or a media type of bytes that
    are not encoded as a text (OpenAPI 3.1.1 section 4.8.24.5.1).
    """
    if schema is None or not isinstance(schema.value, dict) or schema.text("contentEncoding"):
        return False
    if schema.text("format") == "binary":
        return True
    inner = schema.text("contentMediaType")
    return bool(inner) and not is_json(inner) and _writer(inner) is not _text


def _types(schema: Node) -> set[str]:
    kind = schema.value.get("type") if isinstance(schema.value, dict) else None
    return {kind} if isinstance(kind, str) else set(kind or ())


def _is_textual(schema: Node | None) -> bool:
    """Whether a schema takes a text, or something that has just one text."""
    if schema is None or not isinstance(schema.value, dict):
        return True
    kinds = _types(schema)
    if not kinds:
        return not schema.value.keys() & {"properties", "items", "additionalProperties"}
    return bool(kinds - {"array", "object"})


# --- media types


def _parameter(media_type: str, name: str) -> str | None:
    for part in media_type.split(";")[1:]:
        key, _, value = part.partition("=")
        if key.strip().lower() == name:
            return value.strip().strip('"')
    return None


def _charset(media_type: str) -> str:
    name = _parameter(media_type, "charset") or "utf-8"
    try:
        "".encode(name)
    except LookupError:
        return "utf-8"
    return name


def _is_utf8(media_type: str) -> bool:
    return _charset(media_type).lower().replace("-", "") == "utf8"
