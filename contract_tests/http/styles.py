"""Writing values in the styles of parameters.

Rules: the styles are those of OpenAPI 3.1.1 section 4.8.12.6 ("Style Examples"), and so of RFC 6570
section 3.2. Delimiters stand as they are, the values between them are percent-encoded. What the
specification leaves open is written as most clients do: null as nothing, an empty array or object
as nothing (RFC 6570 section 2.3), a value inside an array or object that is neither text nor number
as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

Pair = tuple[str, str]
"""A name and a value, both as they are sent."""

_RESERVED = ":/?@!$'()*,;"
"""What `allowReserved` leaves as it is: reserved characters that mean nothing in a query or form
(RFC 3986 section 3.4); `#[]&=+` would.
"""


@dataclass(frozen=True, slots=True)
class ParameterStyle:
    """How a value is written. One with a media type of its own is `whole`: one text, in no style;
    `as_json` says which text.
    """

    style: str = "form"
    explode: bool = True
    allow_reserved: bool = False
    whole: bool = False
    as_json: bool = False

    def quoted(self, text: str) -> str:
        """A text, percent-encoded."""
        return escaped(text, _RESERVED if self.allow_reserved else "")

    def text(self, value: Any) -> str:
        """A value as one text."""
        return json.dumps(value) if self.as_json else text_of(value)


def escaped(text: str, safe: str = "") -> str:
    """A text, percent-encoded; half a surrogate pair has no UTF-8, and is sent all the same."""
    return quote(text, safe=safe, errors="surrogatepass")


def text_of(value: Any) -> str:
    """A value as text: true, not True; 1, not 1.0, which not all take for an integer."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return json.dumps(value, ensure_ascii=False)


def pairs(name: str, value: Any, how: ParameterStyle) -> list[Pair]:
    """A value as pairs of a query or form."""
    key = escaped(name)
    if how.whole:
        return [(key, how.quoted(how.text(value)))]
    if value is None:
        return []
    if how.style == "deepObject" and isinstance(value, dict):
        return [(escaped(place), how.quoted(text)) for place, text in _nested(name, value)]
    if how.explode:
        return [(inner or key, text) for inner, text in _members(value, how.quoted)]
    delimiter = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}.get(how.style, ",")
    parts = _listed(value, how.quoted)
    return [(key, delimiter.join(parts))] if parts else []


def joined(found: list[Pair]) -> str:
    """Pairs as a query or a form (RFC 1866 section 8.2.1)."""
    return "&".join(f"{name}={value}" for name, value in found)


def segment(name: str, value: Any, how: ParameterStyle) -> str:
    """A value in the path."""
    if how.whole or value is None:
        return how.quoted(how.text(value))
    if how.style == "matrix":
        key = escaped(name)
        if how.explode:
            found = [(inner or key, text) for inner, text in _members(value, how.quoted)]
        else:
            parts = _listed(value, how.quoted)
            found = [(key, ",".join(parts))] if parts else []
        return "".join(f";{inner}={text}" if text else f";{inner}" for inner, text in found)
    prefix = "." if how.style == "label" else ""
    parts = _parts(value, how, how.quoted)
    return prefix + (prefix if prefix and how.explode else ",").join(parts) if parts else ""


def field(value: Any, how: ParameterStyle) -> str:
    """A value in a header; nothing is percent-encoded there (OpenAPI 3.1.1 appendix D)."""
    if how.whole or value is None:
        return how.text(value)
    return ",".join(_parts(value, how, str))


def cookies(name: str, value: Any, how: ParameterStyle) -> list[Pair]:
    """A value as cookies. Where it is exploded, each pair is a cookie: an ampersand between them
    would make no proper cookies (OpenAPI 3.1.1 appendix D).
    """
    if how.style == "cookie":  # OpenAPI 3.2: nothing is percent-encoded
        parts = [text_of(item) for item in value] if isinstance(value, list) else [text_of(value)]
        return [(name, text) for text in (parts if how.explode else [",".join(parts)])]
    return pairs(name, value, how)


# --- parts


def _parts(value: Any, how: ParameterStyle, quoted: Callable[[str], str]) -> list[str]:
    """The parts between delimiters; exploded, those of an object are assignments."""
    if how.explode and isinstance(value, dict):
        return [f"{name}={text}" for name, text in _members(value, quoted)]
    return _listed(value, quoted)


def _members(value: Any, quoted: Callable[[str], str]) -> list[Pair]:
    """The members of an object with their names; items, and a value itself, have none."""
    if isinstance(value, dict):
        items = [(quoted(name), one) for name, inner in value.items() for one in _each(inner)]
    else:
        items = [("", one) for one in _each(value)]
    return [(name, quoted(text_of(inner))) for name, inner in items]


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _listed(value: Any, quoted: Callable[[str], str]) -> list[str]:
    """Items, or the names and values of members in turn."""
    if isinstance(value, dict):
        flat = [part for name, inner in value.items() for part in (name, inner)]
    else:
        flat = _each(value)
    return [quoted(text_of(part)) for part in flat]


def _nested(place: str, value: Any) -> Iterator[Pair]:
    """`color[R]`, and `color[a][b]` for what is nested; the specification leaves that open."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _nested(f"{place}[{name}]", inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _nested(place, inner)
    else:
        yield place, text_of(value)
