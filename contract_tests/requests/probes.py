"""Probes: fixed variations of a request that succeeds, and what a standard says of them.

A new probe is one row of `PROBES`. What is expected is one of four: ACCEPTED (the variation means
the same as the request that succeeds), REFUSED (any 4xx), HANDLED (anything that the document does
not exclude), SERVED (anything but a server error: the document does not describe such requests).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from requests import PreparedRequest

from contract_tests.checks.context import ExpectationKind
from contract_tests.http.bodies import FORM, JSON
from contract_tests.http.client import Client
from contract_tests.http.exchange import Chunks, OperationRequest
from contract_tests.requests.reaching import with_value
from tallystick.catalogue.sentences import Field

Make = Callable[[Client, OperationRequest], PreparedRequest]

OBJECT, TYPED, BODY = "a JSON object", "a JSON object or a form", "a body"
UUID, ANY = "a UUID in the path", "nothing"


@dataclass(frozen=True, slots=True)
class Probe:
    """One variation; `source` is the standard that settles what it gets. Most need a JSON object
    as body (under any media type of JSON), some a UUID in the path. `honest` is a status with which
    a server may decline it; `is_advised` marks what few servers get right.
    """

    name: str
    expected: ExpectationKind
    source: str
    make: Make
    needs: str = OBJECT
    honest: int | None = None
    is_advised: bool = False

    def applies(self, request: OperationRequest) -> bool:
        """Whether this variation of a request exists."""
        if self.needs == UUID:
            return any(_UUID.fullmatch(str(value)) for value in request.path.values())
        if self.needs in (OBJECT, TYPED):
            is_form = self.needs == TYPED and request.media_type == FORM
            return isinstance(request.body, dict) and (request.has_json or is_form)
        return self.needs == ANY or request.body is not ...


def _body(encode: Callable[[Any], bytes]) -> Make:
    """The request with its body written another way."""
    return lambda client, request: client.prepare(request, content=encode(request.body))


def _raw(content: bytes) -> Make:
    return lambda client, request: client.prepare(request, content=content)


def _header(name: str, value: str | None) -> Make:
    return lambda client, request: client.prepare(request, headers={name: value})


def _typed(spell: Callable[[str], str]) -> Make:
    """The request with its media type (without parameters) written another way."""

    def make(client: Client, request: OperationRequest) -> PreparedRequest:
        own = (request.media_type or JSON).partition(";")[0].strip()
        return client.prepare(request, headers={"content-type": spell(own)})

    return make


def _extended(name: str, value: Any) -> Make:
    """The request with one property more."""
    return lambda client, request: client.prepare(with_value(request, Field("body", name), value))


def _spaced(value: Any) -> bytes:
    return ("\r\n\t " + json.dumps(value, indent=3).replace("\n", "\r\n") + " \n").encode()


def _escaped(value: Any) -> bytes:
    """Each character of each string as an escape; a solidus in its short form."""

    def text(plain: str) -> str:
        return "".join("\\/" if c == "/" else f"\\u{ord(c):04x}" for c in plain)

    def pieces(item: Any) -> str:
        if isinstance(item, str):
            utf16 = item.encode("utf-16-be", "surrogatepass")
            units = (chr(int.from_bytes(utf16[i : i + 2])) for i in range(0, len(utf16), 2))
            return '"' + text("".join(units)) + '"'
        if isinstance(item, dict):
            return "{" + ",".join(f"{pieces(k)}:{pieces(v)}" for k, v in item.items()) + "}"
        if isinstance(item, list):
            return "[" + ",".join(pieces(inner) for inner in item) + "]"
        return json.dumps(item)

    return pieces(value).encode()


def _reversed(value: Any) -> bytes:
    return json.dumps(dict(reversed(value.items()))).encode()


def _cut(value: Any) -> bytes:
    return json.dumps(value).encode()[:-1]


def _twice(value: Any) -> bytes:
    """Each member twice, with the same value."""
    inner = json.dumps(value)[1:-1]
    return f"{{{inner}, {inner}}}".encode()


def _chunked(client: Client, request: OperationRequest) -> PreparedRequest:
    return client.prepare(request, content=Chunks(json.dumps(request.body).encode()))


def _queried(client: Client, request: OperationRequest) -> PreparedRequest:
    return client.prepare(
        replace(request, query={**request.query, "xTallystickProbe": "1' OR 1=1"})
    )


def _encoded_id(client: Client, request: OperationRequest) -> PreparedRequest:
    """The request with the first character of its id percent-encoded."""
    prepared = client.prepare(request)
    value = str(next(iter(request.path.values())))
    # Set at the end: the library would decode what need not be encoded.
    prepared.url = (prepared.url or "").replace(value, f"%{ord(value[0]):02X}{value[1:]}", 1)
    return prepared


def _form(client: Client, request: OperationRequest) -> PreparedRequest:
    return client.prepare(request, headers={"content-type": FORM}, content=b"a=1&b=2")


def _with_ids(change: Callable[[str], str]) -> Make:
    """The request with each UUID of its path written another way."""
    return lambda client, request: client.prepare(with_ids(request, change))


def with_ids(request: OperationRequest, change: Callable[[str], str]) -> OperationRequest:
    """A request with each UUID of its path written another way."""
    path = {
        name: change(value) if _UUID.fullmatch(str(value)) else value
        for name, value in request.path.items()
    }
    return replace(request, path=path)


def has_id(request: OperationRequest) -> bool:
    """Whether the path of a request has a UUID with letters in it."""
    return any(
        _UUID.fullmatch(str(value)) and str(value) != str(value).upper()
        for value in request.path.values()
    )


_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_ACCEPTED, _REFUSED, _HANDLED, _SERVED = (
    ExpectationKind.ACCEPTED,
    ExpectationKind.REFUSED,
    ExpectationKind.HANDLED,
    ExpectationKind.SERVED,
)
_ANOTHER = "RFC 9110 section 15.6"
_MEDIA_TYPE = "RFC 9110 section 8.3.1"
_ACCEPT = "RFC 9110 section 12.5.1"

EQUIVALENTS: tuple[Probe, ...] = (
    Probe("white space", _ACCEPTED, "RFC 8259 section 2", _body(_spaced)),
    Probe("escapes", _ACCEPTED, "RFC 8259 section 7", _body(_escaped)),
    Probe("properties in another order", _ACCEPTED, "RFC 8259 section 4", _body(_reversed)),
)
"""Other ways to write the same body: they make no difference to a faulty request either."""

PROBES: tuple[Probe, ...] = (
    *EQUIVALENTS,
    Probe("an additional text", _ACCEPTED, "", _extended("xTallystickProbe", "extra")),
    Probe("an additional null", _ACCEPTED, "", _extended("xTallystickProbe", None)),
    Probe("an additional number", _ACCEPTED, "", _extended("xTallystickProbe", 7.5)),
    Probe("an additional object", _ACCEPTED, "", _extended("xTallystickProbe", {"a": [1, {}]})),
    Probe("an additional array", _ACCEPTED, "", _extended("xTallystickProbe", [True, None])),
    Probe("an additional emoji", _ACCEPTED, "", _extended("xTallystickProbe", "büch 😀")),
    Probe(
        "media type in capitals",
        _ACCEPTED,
        _MEDIA_TYPE,
        _typed(str.upper),
    ),
    Probe(
        "media type with charset",
        _ACCEPTED,
        _MEDIA_TYPE,
        _typed("{}; charset=utf-8".format),
        TYPED,
    ),
    Probe(
        "media type with a space before its charset",
        _ACCEPTED,
        "RFC 9110 section 5.6.6",
        _typed("{} ; charset=utf-8".format),
    ),
    Probe(
        "media type with quoted charset",
        _ACCEPTED,
        _MEDIA_TYPE,
        _typed('{};charset="UTF-8"'.format),
    ),
    Probe("Accept: */*", _ACCEPTED, _ACCEPT, _header("accept", "*/*"), ANY),
    Probe("Accept: application/json", _ACCEPTED, _ACCEPT, _header("accept", "application/json")),
    Probe("Accept: application/*", _ACCEPTED, _ACCEPT, _header("accept", "application/*")),
    Probe("no Accept", _ACCEPTED, _ACCEPT, _header("accept", None), ANY),
    Probe(
        "Accept with weights",
        _ACCEPTED,
        _ACCEPT,
        _header("accept", "text/html;q=0.1, application/*;q=0.9, application/problem+json"),
    ),
    Probe(
        "header names in capitals",
        _ACCEPTED,
        "RFC 9110 section 5.1",
        lambda client, request: client.prepare(
            request, headers={"CONTENT-TYPE": request.media_type or JSON}
        ),
    ),
    Probe(
        "an unknown header",
        _ACCEPTED,
        "RFC 9110 section 5.1",
        _header("x-tallystick-probe", "1"),
        ANY,
    ),
    Probe(
        "Accept-Language",
        _ACCEPTED,
        "RFC 9110 section 12.5.4",
        _header("accept-language", "de-CH, tlh;q=0.1"),
        ANY,
    ),
    Probe(
        "If-None-Match",
        _ACCEPTED,
        "RFC 9110 section 13.1.2",
        _header("if-none-match", '"tallystick"'),
        ANY,
        honest=412,
    ),
    Probe("a Range header", _ACCEPTED, "RFC 9110 section 14.2", _header("range", "bytes=0-1")),
    Probe(
        "Expect: 100-continue",
        _ACCEPTED,
        "RFC 9110 section 10.1.1",
        _header("expect", "100-continue"),
    ),
    Probe(
        "a connection of its own", _ACCEPTED, "RFC 9112 section 9.3", _header("connection", "close")
    ),
    Probe(
        "a reused connection",
        _ACCEPTED,
        "RFC 9112 section 9.3",
        _header("connection", "keep-alive"),
    ),
    # A server may ask for a length first (RFC 9112 section 6.3).
    Probe("a chunked body", _ACCEPTED, "RFC 9112 section 7.1", _chunked, honest=411),
    Probe(
        "a percent-encoded id",
        _ACCEPTED,
        "RFC 3986 section 2.3",
        _encoded_id,
        UUID,
        is_advised=True,
    ),
    Probe("a UUID in capitals", _ACCEPTED, "RFC 9562 section 4", _with_ids(str.upper), UUID),
    Probe("a malformed body", _REFUSED, "RFC 8259 section 2", _raw(b'{"a": ')),
    Probe("a body cut short", _REFUSED, "RFC 8259 section 2", _body(_cut)),
    Probe(
        "words after the body",
        _REFUSED,
        "RFC 8259 section 2",
        _body(lambda body: json.dumps(body).encode() + b" and more"),
    ),
    Probe("a body of plain words", _REFUSED, "RFC 8259 section 2", _raw(b"hello there")),
    Probe("an XML body", _REFUSED, "RFC 8259 section 2", _raw(b"<a/>")),
    # A parser may accept what is no JSON (RFC 8259 section 9); those of Go and Node.js do here.
    Probe(
        "a body that is not UTF-8",
        _REFUSED,
        "RFC 8259 section 8.1",
        _raw(b'{"a": "\xff\xfe"}'),
        is_advised=True,
    ),
    Probe("an empty body", _REFUSED, "", _raw(b"")),
    Probe("white space as body", _REFUSED, "RFC 8259 section 2", _raw(b" \n")),
    Probe("an array as body", _REFUSED, "", _raw(b"[]")),
    Probe(
        "an array around the body", _REFUSED, "", _body(lambda body: json.dumps([body]).encode())
    ),
    Probe("a text as body", _REFUSED, "", _raw(b'"text"')),
    Probe(
        "the body as a text",
        _REFUSED,
        "",
        _body(lambda body: json.dumps(json.dumps(body)).encode()),
    ),
    Probe("a number as body", _REFUSED, "", _raw(b"7")),
    Probe("true as body", _REFUSED, "", _raw(b"true")),
    Probe("null as body", _REFUSED, "", _raw(b"null")),
    Probe("a value that is no UUID", _REFUSED, "", _with_ids(lambda _: "not-a-uuid"), UUID),
    Probe(
        "a UUID with a letter beyond f", _REFUSED, "", _with_ids(lambda text: "g" + text[1:]), UUID
    ),
    Probe("a UUID cut short", _REFUSED, "", _with_ids(lambda text: text[:8]), UUID),
    Probe(
        "the nil UUID",
        _HANDLED,
        _ANOTHER,
        _with_ids(lambda _: "0" * 8 + "-0000" * 3 + "-" + "0" * 12),
        UUID,
    ),
    Probe("a number as id", _HANDLED, _ANOTHER, _with_ids(lambda _: "1"), UUID),
    Probe(
        "a quote in the id", _SERVED, _ANOTHER, _with_ids(lambda text: text + "' OR '1'='1"), UUID
    ),
    Probe("letters beyond ASCII in the id", _SERVED, _ANOTHER, _with_ids(lambda _: "ünï-😀"), UUID),
    Probe("NUL in the id", _SERVED, _ANOTHER, _with_ids(lambda _: "a\0b"), UUID),
    Probe("a long id", _SERVED, _ANOTHER, _with_ids(lambda _: "a" * 2_000), UUID),
    Probe(
        "a number beyond every range",
        _HANDLED,
        _ANOTHER,
        _body(lambda body: json.dumps(body).encode()[:-1] + b', "x": 1e999}'),
    ),
    Probe(
        "numbers beyond 32, 53 and 64 bits",
        _HANDLED,
        _ANOTHER,
        _extended("xTallystickProbe", [2**31, 2**53 + 1, 2**63, 2**64, -(2**63) - 1]),
    ),
    Probe(
        "a number of 5,000 digits",
        _HANDLED,
        _ANOTHER,
        _body(lambda body: json.dumps(body).encode()[:-1] + b', "x": ' + b"7" * 5_000 + b"}"),
    ),
    Probe("NUL in a property", _HANDLED, _ANOTHER, _extended("xTallystickProbe", "a\0b")),
    Probe("half a surrogate pair", _HANDLED, _ANOTHER, _extended("xTallystickProbe", "\ud800")),
    Probe(
        "a property of 100,000 characters",
        _HANDLED,
        _ANOTHER,
        _extended("xTallystickProbe", "a" * 100_000),
    ),
    Probe("a property named __proto__", _HANDLED, _ANOTHER, _extended("__proto__", {"a": 1})),
    Probe(
        "a property without a name",
        _HANDLED,
        _ANOTHER,
        _body(lambda body: json.dumps({**body, "": 1}).encode()),
    ),
    Probe("members twice", _HANDLED, _ANOTHER, _body(_twice)),
    Probe(
        "a byte order mark",
        _HANDLED,
        _ANOTHER,
        _body(lambda body: b"\xef\xbb\xbf" + json.dumps(body).encode()),
    ),
    Probe(
        "a body in UTF-16",
        _HANDLED,
        _ANOTHER,
        _body(lambda body: json.dumps(body).encode("utf-16")),
    ),
    Probe("a deep body", _HANDLED, _ANOTHER, _raw(b"[" * 20_000 + b"]" * 20_000)),
    Probe("a deep body left open", _REFUSED, "RFC 8259 section 2", _raw(b"[" * 100_000)),
    Probe("another media type", _HANDLED, _ANOTHER, _header("content-type", "text/plain")),
    Probe("XML as media type", _HANDLED, _ANOTHER, _header("content-type", "application/xml")),
    Probe("a media type that is none", _HANDLED, _ANOTHER, _header("content-type", "json")),
    Probe(
        "an unknown charset",
        _HANDLED,
        _ANOTHER,
        _typed("{}; charset=x-no-such".format),
    ),
    Probe("no media type", _HANDLED, _ANOTHER, _header("content-type", None)),
    Probe("a form", _HANDLED, _ANOTHER, _form),
    Probe("an undeclared query", _SERVED, _ANOTHER, _queried, ANY),
    Probe("Accept: text/html", _HANDLED, _ANOTHER, _header("accept", "text/html")),
)
