"""Requests and responses: what was sent to the target, and what came back."""

from __future__ import annotations

import json
import re
import shlex
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

import requests

from contract_tests.http.bodies import JSON, encoded, is_json
from contract_tests.http.parameters import cookie_of, headers_of, path_of, query_of
from contract_tests.http.redaction import REDACTED, Redactor
from tallystick.contract import ContractOperation


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """A request to an operation, in values that are not written yet. Those `given` for it, such as
    `header.x-key`, replace headers and credentials of the target. `media_type` is that of the body,
    or of a body that may be added. `body` is a JSON value (`...` where there is none), with
    bytes for what is binary; a text or bytes that are no JSON are sent as they are.
    """

    operation: ContractOperation
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    body: Any = ...
    media_type: str | None = None
    cookies: Mapping[str, Any] = field(default_factory=dict)
    given: frozenset[str] = frozenset()

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        """For Hypothesis, which writes down what it draws: an operation holds a whole document."""
        printer.text(f"<a request to {self.operation.name}>")

    @property
    def has_json(self) -> bool:
        """Whether its body is a JSON text."""
        return self.body is not ... and is_json(self.media_type or JSON)

    def url(self, base_url: str) -> str:
        """The address of this request at a target."""
        query = query_of(self.operation, self.query)
        path = path_of(self.operation, self.path)
        return base_url.rstrip("/") + path + ("?" + query if query else "")

    def content(self) -> tuple[bytes, str]:
        """The body as it is sent, and its media type. Raises UnmakeableError."""
        return encoded(self.operation, self.media_type, self.body)

    def fields(self) -> dict[str, str | bytes]:
        """The header fields of its own parameters."""
        cookie = cookie_of(self.operation, self.cookies)
        return {
            **({"cookie": cookie} if cookie else {}),
            **headers_of(self.operation, self.headers),
        }


@dataclass(frozen=True, slots=True)
class Response:
    """A response as it came. `headers` have lower-case names; `received` is seconds since 1970. A
    stream `is_cut` where it was not read to its end; a response `has_surplus` where a body came
    that its status or method does not allow.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    received: float = 0.0
    seconds: float = 0.0
    is_cut: bool = False
    has_surplus: bool = False

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case (RFC 9110 section 8.3.1)."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def value(self) -> Any:
        """The body as JSON value. Raises ValueError where it is no JSON (RFC 8259: UTF-8, no BOM,
        no NaN or Infinity), or not the whole.
        """
        if self.is_cut:
            raise ValueError("the body was not read to its end")
        return value_of(self.body)

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx (RFC 9110 section 15.3)."""
        return 200 <= self.status < 300

    @property
    def is_limited(self) -> bool:
        """Whether the target asks to come back later (RFC 6585 section 4, RFC 9110 section
        10.2.3), which says nothing about the request.
        """
        return self.status == 429 or (self.status == 503 and "retry-after" in self.headers)


_MOST_CACHED = 4_096
"""The longest body whose value is cached beside others."""


def value_of(body: bytes) -> Any:
    """The JSON value of a body. Raises ValueError and RecursionError."""
    return _parsed(body) if len(body) <= _MOST_CACHED else _large(body)


@lru_cache(maxsize=1_024)
def _parsed(body: bytes) -> Any:
    """The value of a body; cached, since a response that must be fresh is compared with many."""
    return _value(body)


@lru_cache(maxsize=1)
def _large(body: bytes) -> Any:
    """The same for a long body, of which there is one at a time."""
    return _value(body)


def _value(body: bytes) -> Any:
    text = body.decode("utf-8")
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError:
        raise
    except ValueError:  # of a number, but for `_refuse`
        return json.loads(text, parse_constant=_refuse, parse_int=_integer)


_MOST_DIGITS = 4_000
"""As many as Python converts (`sys.set_int_max_str_digits`), about."""


def _integer(digits: str) -> int:
    """An integer. JSON has no most of digits, but readers may (RFC 8259 section 6): of more than
    thousands, the first ones are taken, which is beyond any bound, too.
    """
    return int(digits[:_MOST_DIGITS])


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON number")


@dataclass(frozen=True, slots=True)
class TransportError:
    """No complete response came; `what` says why, `source` is the standard that asks for one.
    `is_unanswered` where the connection ended before anything came, `is_late` where the time did.
    """

    what: str
    source: str
    is_unanswered: bool = False
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its outcome: a response, or why there is none. `sent` is the request's text,
    `curl` a command that repeats it.
    """

    outcome: Response | TransportError
    sent: str
    curl: str
    method: str = ""

    @property
    def url(self) -> str:
        """The address that the request went to."""
        return self.sent.partition("\n")[0]

    @property
    def sent_value(self) -> Any:
        """The body of the request as JSON value; `...` where there is none."""
        try:
            return json.loads(self.sent.partition("\n\n")[2])
        except (ValueError, RecursionError):
            return ...


@dataclass(frozen=True, slots=True)
class Chunks:
    """A body to be sent in chunks (RFC 9112 section 7.1)."""

    content: bytes

    def __iter__(self) -> Iterator[bytes]:
        return (self.content[start : start + 16] for start in range(0, len(self.content), 16))


def text_of(prepared: requests.PreparedRequest) -> str:
    """The request line's address, the headers and the body of a request, to look things up in."""
    return request_text(prepared.url or "", prepared.headers, body_of(prepared))


def request_text(url: str, headers: Mapping[str, str | bytes], body: bytes) -> str:
    """The same, of a request in its parts."""
    lines = "\n".join(f"{name}: {_text(value)}" for name, value in headers.items())
    return f"{url}\n{lines}\n\n{body.decode('utf-8', 'replace')}"


def curl(
    prepared: requests.PreparedRequest, redactor: Redactor, options: Sequence[str] = ()
) -> str:
    """A command that repeats a request. A secret in it is a variable of the shell: the one that the
    user has set, or else one of the name of what it is in. A wrong credential is no secret.
    """
    words = ["curl", "-i", *(_filled_in(shlex.quote(redactor.clean(o)), redactor) for o in options)]
    words += [*_method(prepared), *_address(_without_user(prepared.url or ""), redactor)]
    for name, value in prepared.headers.items():
        if name.lower() not in _OWN_HEADERS:
            words += _header(name, _text(value), redactor)
    # Cleaned before it is packed or escaped: later, a secret in it could not be found.
    body = _cleaned(body_of(prepared), redactor)
    # What curl would add of its own.
    added = ["accept", "content-type"] if body else ["accept"]
    for name in added:
        words += [] if name in prepared.headers else ["-H", f"{name}:"]
    if b"\0" in body or len(body) > _LONGEST_SHOWN:
        # No argument can hold a NUL, and none should be that long: it comes through a pipe.
        return redactor.clean(f"{_piped(body)} | {' '.join([*words, '--data-binary', '@-'])}")
    words += ["--data-raw", _filled_in(_quoted(body), redactor)] if body else []
    return redactor.clean(" ".join(words))


def _method(prepared: requests.PreparedRequest) -> list[str]:
    return ["-I"] if prepared.method == "HEAD" else ["-X", prepared.method or "GET"]


def _address(url: str, redactor: Redactor) -> list[str]:
    """The address, as words of the shell. A secret of the query that curl has to encode stands in
    an option of its own: the variable has it as it is.
    """
    base, mark, query = url.partition("?")
    kept, options = [], []
    for member in query.split("&") if mark else ():
        name, _, value = member.partition("=")
        plain = unquote_plus(value)
        if not redactor.holds(plain):
            kept.append(redactor.clean(member))
        elif quote(plain, safe="") == plain and REDACTED not in redactor.clean(plain):
            kept.append(f"{name}={redactor.clean(plain)}")
        else:
            options += ["--url-query", _double(name, "=", plain, redactor)]
    whole = redactor.clean(base) + (f"?{'&'.join(kept)}" if kept else "")
    return [_filled_in(shlex.quote(whole), redactor), *options]


def _header(name: str, value: str, redactor: Redactor) -> list[str]:
    """A header, as words of the shell."""
    if name.lower() == "cookie":
        pairs = [pair.partition("=") for pair in value.split("; ")]
        if any(redactor.holds(one) for _, _, one in pairs):
            shown = "; ".join(_double(key, mark, one, redactor)[1:-1] for key, mark, one in pairs)
            return ["-H", f'"{name}: {shown}"']
    if not redactor.holds(value):
        return ["-H", shlex.quote(f"{name}: {value}")]
    if name.lower() == "authorization" and (pair := _user(value)):
        return ["-u", f"{_double(pair[0], ':', pair[1], redactor, 'PASSWORD')}"]
    return ["-H", _double(name, ": ", value, redactor)]


def _user(value: str) -> tuple[str, str] | None:
    """User and password of a Basic credential (RFC 7617); None where it is another one."""
    scheme, _, encoded = value.partition(" ")
    try:
        name, mark, password = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return None
    return (name, password) if scheme.lower() == "basic" and mark else None


def _double(name: str, mark: str, value: str, redactor: Redactor, variable: str = "") -> str:
    """A name and a value in double quotes, in which the shell fills variables in. A secret that
    comes from none has a variable of the name.
    """
    shown = redactor.clean(value)
    if redactor.holds(value) and (shown == value or REDACTED in shown):
        variable = variable or re.sub(r"[^A-Z0-9_]", "_", name.upper())
        shown = f"${{{variable}}}"
    text = re.sub(r'([\\"$`])', r"\\\1", f"{redactor.clean(name)}{mark}{shown}")
    for each in (variable, *redactor.variables):
        text = text.replace(f"\\${{{each}}}", f"${{{each}}}")
    return f'"{text}"'


def _cleaned(body: bytes, redactor: Redactor) -> bytes:
    text = body.decode("utf-8", "surrogateescape")
    return redactor.clean(text).encode("utf-8", "surrogateescape")


def _filled_in(word: str, redactor: Redactor) -> str:
    """A quoted word of the shell, with the variables in it outside of its quotes."""
    again = "$'" if word.startswith("$'") else "'"
    for name in redactor.variables:
        word = word.replace(f"${{{name}}}", f'\'"${{{name}}}"{again}')
    return word


def _without_user(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _piped(body: bytes) -> str:
    """A command that prints a body, whatever it holds; what is long repeats itself most often."""
    packed = b64encode(zlib.compress(body, 9)).decode()
    unpacked = f"zlib.decompress(base64.b64decode('{packed}'))"
    return f'python3 -c "import base64, sys, zlib; sys.stdout.buffer.write({unpacked})"'


def _quoted(body: bytes) -> str:
    """A body as a word of the shell; one that is not plain text in the form that bash, zsh and
    ksh read.
    """
    text = body.decode("utf-8", "replace")
    if text.isprintable() and text.encode() == body:
        return shlex.quote(text)
    escaped = "".join(_ANSI.get(byte) or f"\\x{byte:02x}" for byte in body)
    return f"$'{escaped}'"


def body_of(prepared: requests.PreparedRequest) -> bytes:
    """The body of a request, as bytes."""
    body: Any = prepared.body
    if isinstance(body, Chunks):
        return body.content
    return body.encode() if isinstance(body, str) else body or b""


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


_LONGEST_SHOWN = 4_000
_ANSI = {code: chr(code) for code in range(0x20, 0x7F)} | {
    ord("\\"): "\\\\",
    ord("'"): "\\'",
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): "\\t",
}
_OWN_HEADERS = {
    "content-length",
    "connection",
    "accept-encoding",
    "user-agent",
    "x-schemathesis-testcaseid",
}
