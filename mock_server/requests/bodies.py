"""Reading bodies, by a table of media types.

A new format is one function and one row of `DECODERS`. Whether a schema can say anything of a body
is asked here and nowhere else: it can if a row reads the body's media type and gives a value.
"""

from __future__ import annotations

import encodings
from encodings import normalize_encoding
from encodings.aliases import aliases
from fnmatch import fnmatchcase
from pkgutil import iter_modules
from typing import Any, Final, Protocol
from xml.parsers import expat

from mock_server.requests.decoding.caching import cached
from mock_server.requests.decoding.contents import PLAIN, Content, MalformedBodyError, json_value
from mock_server.requests.decoding.forms import read_form
from mock_server.requests.decoding.multipart import check_multipart, read_multipart
from mock_server.requests.decoding.shapes import primitive

__all__ = ["MalformedBodyError", "decoder", "is_json", "is_sequential", "read_json"]


class Decode(Protocol):
    """Reads a body. Raises MalformedBodyError."""

    def __call__(self, body: bytes, content: Content = PLAIN, /) -> Any:
        """The value, or UNJUDGED."""


class _Unjudged:
    """Marks a body that is well-formed, and of which a schema says nothing."""

    def __repr__(self) -> str:
        return "UNJUDGED"


UNJUDGED: Final = _Unjudged()


def read_json(body: bytes, _: Content = PLAIN, /) -> Any:
    """The value of a JSON text."""
    return json_value(body)


def read_lines(body: bytes, _: Content = PLAIN, /) -> Any:
    """A JSON text a line, or after each record separator (RFC 7464 section 2.1)."""
    texts = body.replace(b"\x1e", b"\n").split(b"\n")
    return [json_value(text) for text in texts if text.strip()]


_CHARSETS = frozenset((*aliases, *(each.name for each in iter_modules(encodings.__path__)))) - {
    "idna",
    "punycode",
    "raw_unicode_escape",
    "undefined",
    "unicode_escape",
}
"""What Python knows by name, but for what is no character set: some take seconds for a megabyte.
Others are never looked for: Python would remember each name for ever.
"""


def read_text(body: bytes, content: Content = PLAIN, /) -> Any:
    """A text, as what its schema takes. Where that takes no text, nothing can be said."""
    shape = content.shape
    if not shape.is_primitive:
        return UNJUDGED
    charset = content.parameters.get("charset", "utf-8")
    is_known = normalize_encoding(charset).lower() in _CHARSETS
    try:
        text = body.decode(charset if is_known else "latin-1")
    except LookupError:  # of bytes, as Python has them
        text = body.decode("latin-1")
    except UnicodeDecodeError:
        raise MalformedBodyError(f"not a text in {charset}") from None
    return text if "string" in shape.kinds else primitive(text, shape.kinds)


def read_bytes(body: bytes, content: Content = PLAIN, /) -> Any:
    """Bytes, as a string of as many characters: what a schema says of the length holds."""
    return body.decode("latin-1") if content.shape.is_primitive else UNJUDGED


def read_xml(body: bytes, _: Content = PLAIN, /) -> Any:
    """Well-formed or not; how XML maps to a schema is not settled. Entities are refused: what is
    declared could be large beyond measure, or elsewhere. Of an encoding that the parser does not
    know, nothing can be said.
    """
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise MalformedBodyError(f"not well-formed XML: {error}") from None
    except (LookupError, ValueError):
        return UNJUDGED
    return UNJUDGED


def _refuse_entity(name: str, *_: object) -> None:
    raise MalformedBodyError(f"not accepted: its XML declares the entity {name!r}")


def _read_other_parts(body: bytes, content: Content = PLAIN, /) -> Any:
    check_multipart(body, content)
    return UNJUDGED


DECODERS: tuple[tuple[str, Decode], ...] = (
    ("application/json", read_json),
    ("*/*+json", read_json),  # RFC 6839 section 3.1
    ("application/x-ndjson", read_lines),
    ("application/ndjson", read_lines),
    ("application/jsonl", read_lines),
    ("application/x-jsonlines", read_lines),
    ("application/json-seq", read_lines),  # RFC 7464
    ("*/*+json-seq", read_lines),
    ("*/*json*", read_json),  # text/json, application/x-json and others that nobody registered
    ("application/x-www-form-urlencoded", read_form),
    ("multipart/form-data", read_multipart),
    ("multipart/*", _read_other_parts),
    ("application/xml", read_xml),
    ("text/xml", read_xml),
    ("*/*+xml", read_xml),  # RFC 7303 section 8
    ("text/*", read_text),
    ("*/*", read_bytes),
)
"""Media types, or ranges of them, in lower case, each with what reads it. The first row holds."""


@cached(1024)
def decoder(media_type: str | None) -> Decode | None:
    """What reads bodies of a media type (without parameters); None where it is none."""
    name = (media_type or "").lower()
    if "*" in name:
        return None  # a range has no bodies
    return next((decode for pattern, decode in DECODERS if fnmatchcase(name, pattern)), None)


def is_json(media_type: str) -> bool:
    """Whether a body of this media type is a JSON text."""
    return decoder(media_type) is read_json


def is_sequential(media_type: str) -> bool:
    """Whether a body of this media type is a list of JSON texts (OpenAPI 3.2, section 4.14.3)."""
    return decoder(media_type) is read_lines
