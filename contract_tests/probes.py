"""Probes: fixed variations of a request that succeeds, and what a standard says of them.

A new probe is one row in `PROBES`. What is expected is one of three: ACCEPTED (the variation means
the same as the request that succeeds), REFUSED (a 4xx, whichever), HANDLED (anything but an
undocumented server error).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from requests import PreparedRequest

from contract_tests.exchange import Call, Client
from contract_tests.provoke import with_value
from tallystick.sentences import Field


class Expected(Enum):
    """What a probe's answer must be."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    HANDLED = "handled"


Make = Callable[[Client, Call], PreparedRequest]


@dataclass(frozen=True, slots=True)
class Probe:
    """One variation; `source` says why its answer is settled. Most need a JSON object as body,
    some a UUID in the path.
    """

    name: str
    expected: Expected
    source: str
    make: Make
    needs: str = "object"

    def applies(self, call: Call) -> bool:
        """Whether this variation of a call exists."""
        if self.needs == "uuid":
            return any(_UUID.fullmatch(str(value)) for value in call.path.values())
        return isinstance(call.body, dict) or self.needs != "object"


def _body(encode: Callable[[Any], bytes]) -> Make:
    """The request with its body written another way."""
    return lambda client, call: client.prepare(call, content=encode(call.body))


def _raw(content: bytes) -> Make:
    return lambda client, call: client.prepare(call, content=content)


def _header(name: str, value: str) -> Make:
    return lambda client, call: client.prepare(call, headers={name: value})


def _method(name: str) -> Make:
    return lambda client, call: client.prepare(call, method=name, content=b"")


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


def _chunked(client: Client, call: Call) -> PreparedRequest:
    def chunks() -> Iterator[bytes]:
        text = json.dumps(call.body).encode()
        yield from (text[i : i + 16] for i in range(0, len(text), 16))

    return client.prepare(call, content=chunks())


def _extended(client: Client, call: Call) -> PreparedRequest:
    return client.prepare(with_value(call, Field("body", "xTallystickProbe"), "extra"))


def _with_ids(change: Callable[[str], str]) -> Make:
    """The request with each UUID of its path written another way."""

    def make(client: Client, call: Call) -> PreparedRequest:
        path = {
            name: change(value) if _UUID.fullmatch(str(value)) else value
            for name, value in call.path.items()
        }
        return client.prepare(replace(call, path=path))

    return make


_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_ACCEPTED, _REFUSED, _HANDLED = Expected.ACCEPTED, Expected.REFUSED, Expected.HANDLED
_SCHEMA = "the document's schema"

PROBES: tuple[Probe, ...] = (
    Probe("white space", _ACCEPTED, "RFC 8259 section 2", _body(_spaced)),
    Probe("escapes", _ACCEPTED, "RFC 8259 section 7", _body(_escaped)),
    Probe("properties in another order", _ACCEPTED, "RFC 8259 section 4", _body(_reversed)),
    Probe("an additional property", _ACCEPTED, _SCHEMA, _extended),
    Probe(
        "media type in capitals",
        _ACCEPTED,
        "RFC 9110 section 8.3.1",
        _header("content-type", "Application/JSON"),
    ),
    Probe(
        "media type with charset",
        _ACCEPTED,
        "RFC 9110 section 8.3.1",
        _header("content-type", "application/json; charset=utf-8"),
    ),
    Probe("any answer accepted", _ACCEPTED, "RFC 9110 section 12.5.1", _header("accept", "*/*")),
    Probe("chunked body", _ACCEPTED, "RFC 9112 section 7.1", _chunked),
    Probe("malformed body", _REFUSED, "RFC 8259 section 2", _raw(b'{"a": ')),
    Probe("body that is not UTF-8", _REFUSED, "RFC 8259 section 8.1", _raw(b'{"a": "\xff\xfe"}')),
    Probe("empty body", _REFUSED, _SCHEMA, _raw(b"")),
    Probe("array as body", _REFUSED, _SCHEMA, _raw(b"[]")),
    Probe("text as body", _REFUSED, _SCHEMA, _raw(b'"text"')),
    Probe("number as body", _REFUSED, _SCHEMA, _raw(b"7")),
    Probe("deep body", _HANDLED, "RFC 9110 section 15.6", _raw(b"[" * 20_000 + b"]" * 20_000)),
    Probe(
        "another media type",
        _HANDLED,
        "RFC 9110 section 15.6",
        _header("content-type", "text/plain"),
    ),
    Probe("UUID in capitals", _ACCEPTED, "RFC 9562 section 4", _with_ids(str.upper), "uuid"),
    Probe("no UUID", _HANDLED, "RFC 9110 section 15.6", _with_ids(lambda _: "no-uuid"), "uuid"),
    Probe("GET", _HANDLED, "RFC 9110 section 15.6", _method("GET"), needs=""),
    Probe("HEAD", _HANDLED, "RFC 9110 section 15.6", _method("HEAD"), needs=""),
    Probe("OPTIONS", _HANDLED, "RFC 9110 section 15.6", _method("OPTIONS"), needs=""),
)
