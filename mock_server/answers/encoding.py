"""Values as bodies, by a table of media types.

A new format is one function and one row of `ENCODERS`. A string is sent as it is wherever the
format is text: what the document writes there is the body itself.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import orjson

from mock_server.answers.xml_bodies import to_xml
from tallystick.generation.flattening import Flattener, Schema


@dataclass(frozen=True, slots=True)
class Encoding:
    """What an encoder may need beside the value: its schema, how to read that, and whether the
    document gives the value itself: a text is the body then.
    """

    schema: Any
    flattener: Flattener
    is_given: bool = False


BOUNDARY = "tally-stick"
_DELIMITER = re.compile(r"\s*--([\w'()+,./:=?-]{1,70})\r?\n")

Encode = Callable[[Any, Encoding], bytes]


def json_text(value: Any, *, is_sorted: bool = False) -> str:
    """A JSON text in its shortest form."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=is_sorted)


def json_bytes(value: Any, *, is_sorted: bool = False) -> bytes:
    """The same as bytes, quickly. Integers beyond 64 bits take longer; documents have them."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS if is_sorted else None)
    except TypeError:
        return json_text(value, is_sorted=is_sorted).encode()


def _as_json(value: Any, _: Encoding) -> bytes:
    return json_text(value).encode()


def _as_text(value: Any, _: Encoding) -> bytes:
    return (value if isinstance(value, str) else json_text(value)).encode()


def _as_lines(value: Any, _: Encoding) -> bytes:
    """A JSON text a line (NDJSON, JSON Lines)."""
    if isinstance(value, str):
        return value.encode()
    items = value if isinstance(value, list) else [value]
    return "".join(f"{json_text(item)}\n" for item in items).encode()


def _as_sequence(value: Any, _: Encoding) -> bytes:
    """JSON text sequences (RFC 7464 section 2.1)."""
    if isinstance(value, str):
        return value.encode()
    items = value if isinstance(value, list) else [value]
    return "".join(f"\x1e{json_text(item)}\n" for item in items).encode()


def _as_events(value: Any, _: Encoding) -> bytes:
    """A finite event stream (WHATWG HTML, section 9.2.6)."""
    if isinstance(value, str):
        is_stream = value.lstrip().startswith(("data:", "event:", "id:", "retry:", ":"))
        return (value if is_stream else f"data: {value}\n\n").encode()
    items = value if isinstance(value, list) else [value]
    return "".join(f"data: {json_text(item)}\n\n" for item in items).encode()


def _as_form(value: Any, _: Encoding) -> bytes:
    """WHATWG URL, section 5.2: nested values as JSON."""
    if not isinstance(value, dict):
        return _text_of(value).encode()
    pairs = [
        (name, one)
        for name, item in value.items()
        for one in (map(_text_of, item) if isinstance(item, list) else [_text_of(item)])
    ]
    return urlencode(pairs).encode()


def _text_of(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json_text(value)


def _as_csv(value: Any, _: Encoding) -> bytes:
    """Rows of a list of objects or lists (RFC 4180)."""
    if isinstance(value, str):
        return value.encode()
    rows = value if isinstance(value, list) else [value]
    text = io.StringIO()
    writer = csv.writer(text)
    if all(isinstance(row, dict) for row in rows):
        names = list(dict.fromkeys(name for row in rows for name in row))
        writer.writerow(names)
        writer.writerows([_text_of(row.get(name)) for name in names] for row in rows)
    else:
        writer.writerows(map(_text_of, row if isinstance(row, list) else [row]) for row in rows)
    return text.getvalue().encode()


def _as_xml(value: Any, encoding: Encoding) -> bytes:
    if isinstance(value, str) and (encoding.is_given or value.lstrip().startswith("<")):
        return value.encode()
    return to_xml(value, encoding.schema, encoding.flattener).encode()


def _as_svg(value: Any, encoding: Encoding) -> bytes:
    is_text = isinstance(value, str) and (encoding.is_given or value.lstrip().startswith("<"))
    return value.encode() if is_text else b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def _as_parts(value: Any, encoding: Encoding) -> bytes:
    """Each member or item as a part (RFC 2046 section 5.1); in a form each by its name, a list as
    several of one name (RFC 7578 section 4.3).
    """
    if isinstance(value, str):
        return value.encode()
    properties = encoding.flattener.flat(encoding.schema).get("properties", {})
    members = value.items() if isinstance(value, dict) else [("", value)]
    body = b""
    for name, item in members:
        flat = encoding.flattener.flat(properties.get(name, {}))
        for one in item if isinstance(item, list) else [item]:
            body += f"--{BOUNDARY}\r\n{_part_head(name, one, flat)}\r\n\r\n".encode()
            body += _text_of(one).encode() + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def _part_head(name: str, value: Any, flat: Schema) -> str:
    """The headers of a part, of the type that OpenAPI 3.1.1 section 4.8.15.1.1 has for it."""
    is_file = flat.get("format") == "binary"
    kind = "application/octet-stream" if is_file else "text/plain"
    if isinstance(value, dict | list):
        kind = "application/json"
    named = json.dumps(name, ensure_ascii=False)
    shown = f"; filename={named}" if is_file else ""
    return f"Content-Disposition: form-data; name={named}{shown}\r\nContent-Type: {kind}"


def with_boundary(media_type: str, example: Any) -> str:
    """A media type with the boundary of its parts: its own, else that of the text that the document
    gives, else ours.
    """
    if not media_type.lower().startswith("multipart/") or "boundary=" in media_type.lower():
        return media_type
    found = _DELIMITER.match(example) if isinstance(example, str) else None
    return f"{media_type}; boundary={found[1] if found else BOUNDARY}"


def _as_file(content: bytes, start: bytes = b"") -> Encode:
    """A small valid file, unless the document gives its content in Base64, with the same start."""

    def encode(value: Any, _: Encoding) -> bytes:
        return _of_base64(value, start or content[:4]) or content

    return encode


def _of_base64(value: Any, start: bytes) -> bytes | None:
    try:
        found = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except ValueError:
        return None
    return found if found.startswith(start) else None


def _pdf() -> bytes:
    """A page of one square inch (ISO 32000-1 section 7.5)."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>",
    )
    text, places = b"%PDF-1.4\n", b"0000000000 65535 f \n"
    for number, content in enumerate(objects, 1):
        places += b"%010d 00000 n \n" % len(text)
        text += b"%d 0 obj%bendobj\n" % (number, content)
    trailer = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(text)
    return text + b"xref\n0 4\n" + places + trailer


_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_JPEG = (
    base64.b64decode(
        "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////"
        "////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
    )
    + b"\xff\xd9"
)

ENCODERS: tuple[tuple[str, Encode], ...] = (
    ("application/json", _as_json),
    ("*/*+json", _as_json),  # RFC 6839 section 3.1
    ("application/json-seq", _as_sequence),
    ("*/*+json-seq", _as_sequence),
    ("application/x-ndjson", _as_lines),
    ("application/ndjson", _as_lines),
    ("application/jsonl", _as_lines),
    ("application/x-jsonlines", _as_lines),
    ("text/event-stream", _as_events),
    ("application/x-www-form-urlencoded", _as_form),
    ("multipart/*", _as_parts),
    ("image/svg+xml", _as_svg),
    ("application/xml", _as_xml),
    ("text/xml", _as_xml),
    ("*/*+xml", _as_xml),  # RFC 7303 section 8
    ("text/csv", _as_csv),
    ("application/pdf", _as_file(_pdf())),
    ("application/zip", _as_file(b"PK\x05\x06" + bytes(18), b"PK")),
    ("image/png", _as_file(_PNG)),
    ("image/gif", _as_file(_GIF)),
    ("image/jpeg", _as_file(_JPEG)),
    ("image/jpg", _as_file(_JPEG)),
    ("*/*json*", _as_json),  # text/json, application/x-json and others that nobody registered
    ("*/*", _as_text),
)
"""Media types, or ranges of them, in lower case, each with what writes it. The first row holds."""


@lru_cache(maxsize=1024)
def encoder(media_type: str) -> Encode:
    """What writes bodies of a media type; its parameters do not matter. A name that is none has a
    body, too.
    """
    name = media_type.partition(";")[0].strip().lower()
    return next((encode for pattern, encode in ENCODERS if fnmatchcase(name, pattern)), _as_text)


def is_written_as_json(media_type: str) -> bool:
    """Whether a body of this media type is one JSON text."""
    return encoder(media_type) is _as_json


def texts(values: Iterable[Any]) -> list[str]:
    """The values as texts, as headers and forms carry them."""
    return [_text_of(value) for value in values]
