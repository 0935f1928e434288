"""Reading bodies, by a table of media types.

A new format is one function and one row of `DECODERS`. Whether a schema can say anything of a body
is asked here and nowhere else: it can if a row reads the body's media type.
"""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

import orjson

Decode = Callable[[bytes], Any]
_BOM = b"\xef\xbb\xbf"


class MalformedBodyError(Exception):
    """The body is not what its media type says; the message says why."""


def read_json(body: bytes) -> Any:
    """The value of a JSON text. Raises MalformedBodyError.

    The parser takes UTF-8 only and refuses lone surrogates, NaN and nesting deeper than 1,024; a
    byte order mark is ignored, as RFC 8259 section 8.1 allows.
    """
    try:
        return orjson.loads(body.removeprefix(_BOM))
    except orjson.JSONDecodeError as error:
        raise MalformedBodyError(f"not valid JSON: {error.msg}") from None


DECODERS: tuple[tuple[str, Decode], ...] = (
    ("application/json", read_json),
    ("*/*+json", read_json),  # RFC 6839 section 3.1
    ("*/*json*", read_json),  # text/json, application/x-json and others that nobody registered
)
"""Media types, or ranges of them, in lower case, each with what reads it. The first row holds."""


@lru_cache(maxsize=1024)
def decoder(media_type: str | None) -> Decode | None:
    """What reads bodies of a media type (without parameters); None where no row does."""
    name = (media_type or "").lower()
    return next((decode for pattern, decode in DECODERS if fnmatchcase(name, pattern)), None)


def is_json(media_type: str) -> bool:
    """Whether a body of this media type is a JSON text."""
    return decoder(media_type) is read_json


def is_in_range(media_type: str | None, names: list[str]) -> bool:
    """Whether a media type lies in a documented range, such as `text/*` (OpenAPI 3.1.1 section
    4.8.14).
    """
    if media_type is None:
        return False
    kind = media_type.partition("/")[0]
    return "*/*" in names or f"{kind}/*" in names
