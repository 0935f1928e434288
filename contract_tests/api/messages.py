"""Requests and responses of any HTTP client, in one form.

A client is known by the attributes that its messages have, so that none has to be installed: one
row of `_REQUESTS` and `_RESPONSES` for each kind. Whatever else there is has `PlainRequest` and
`PlainResponse`.

Rules: a message is left as it was, but that a body that nobody has read yet is read. Field lines
of one name are joined by a comma (RFC 9110 section 5.3).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tallystick.errors import TallystickError


class MessageError(TallystickError):
    """A request or a response cannot be read."""


@dataclass(frozen=True, slots=True)
class PlainRequest:
    """A request of no client that is known. `url` is an address, or the path with its query."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class PlainResponse:
    """A response of no client that is known."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    request: PlainRequest | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the messages of some clients are read: those that have the attribute `mark`."""

    mark: str
    read: Callable[[Any], Any]


# --- responses


def plain_response(response: Any) -> PlainResponse:
    """A response of any client; `headers` have lower-case names. Raises MessageError."""
    read = _reader(response, _RESPONSES)
    statuses = (_get(response, name) for name in ("status_code", "status"))
    status = next((int(each) for each in statuses if isinstance(each, int)), None)
    if read is None or status is None:
        raise _unknown(response, "response", "PlainResponse(status, headers, body)")
    headers = _headers(response.headers.items())
    try:
        body = _decoded(headers, _bytes(read(response)))
    except Exception as error:
        raise MessageError(
            f"The body of this {_name(response)} cannot be read: {error}.",
            remedy="Or hand over contract_tests.PlainResponse(status, headers, body).",
        ) from error
    return PlainResponse(status, headers, body)


def _of_urllib(response: Any) -> Any:
    if response.isclosed():
        raise ValueError("it was read before, and it can be read only once")
    return response.read()


def _read_before(response: Any) -> Any:
    """What a coroutine gives at once: the body, if somebody has awaited it before."""
    reading: Coroutine[Any, Any, Any] = response.read()
    try:
        reading.send(None)
    except StopIteration as done:
        return done.value
    finally:
        reading.close()
    raise ValueError("await its read() first")


_RESPONSES = (
    _Reading("getvalue", lambda response: response.getvalue()),  # Django, streams too
    _Reading("get_data", lambda response: response.get_data()),  # Werkzeug, Flask
    _Reading("request_info", _read_before),  # aiohttp
    _Reading("getcode", _of_urllib),  # urllib, http.client
    _Reading("body", lambda response: response.body),  # PlainResponse, WebTest
    _Reading("content", lambda response: response.content),  # requests, httpx, Starlette, Falcon
)
"""The clients' responses, by what only they have. The first row holds."""


# --- requests


def plain_request(request: Any) -> PlainRequest:
    """A request of any client; `headers` have lower-case names. A text such as `GET /bikes/1` is
    one, too. Raises MessageError.
    """
    if isinstance(request, str):
        method, _, url = request.partition(" ")
        return PlainRequest(method.upper(), url.strip())
    read = _reader(request, _REQUESTS)
    if read is None:
        raise _unknown(request, "request", "PlainRequest(method, url, headers, body)")
    found: PlainRequest = read(request)
    return found


def request_of(response: Any) -> PlainRequest:
    """The request that a response carries. Raises MessageError."""
    for name in ("wsgi_request", "asgi_request", "request_info", "request"):
        carried = _get(response, name)
        if carried is not None:
            return plain_request(carried)
    raise MessageError(
        f"This {_name(response)} does not carry its request.",
        remedy='Hand the request over, too; a text such as "GET /bikes/1" is enough.',
    )


def _made(method: Any, url: Any, headers: Iterable[tuple[str, Any]], body: Any) -> PlainRequest:
    return PlainRequest(str(method or "GET").upper(), str(url), _headers(headers), _bytes(body))


def _of_body(read: Callable[[Any], Any]) -> Callable[[Any], PlainRequest]:
    """A request with a method, a URL and headers under these names."""
    return lambda r: _made(r.method, r.url, r.headers.items(), _quietly(read, r))


_REQUESTS = (
    _Reading(  # urllib
        "get_method", lambda r: _made(r.get_method(), r.full_url, r.header_items(), r.data)
    ),
    _Reading(  # Django
        "get_full_path",
        lambda r: _made(
            r.method, r.get_full_path(), r.headers.items(), _quietly(lambda m: m.body, r)
        ),
    ),
    _Reading("get_data", _of_body(lambda request: request.get_data())),  # Werkzeug, Flask
    _Reading("real_url", _of_body(lambda _: b"")),  # aiohttp: its requests do not keep the body
    _Reading("body", _of_body(lambda request: request.body)),  # requests, PlainRequest, WebTest
    _Reading("content", _of_body(lambda request: request.content)),  # httpx, Starlette
)
"""The same for their requests."""


# --- parts of both


def _reader(message: Any, rows: Sequence[_Reading]) -> Callable[[Any], Any] | None:
    return next((row.read for row in rows if _has(message, row.mark)), None)


def _has(message: Any, name: str) -> bool:
    """Whether a message has an attribute; what its properties do is not tried."""
    return hasattr(type(message), name) or name in getattr(message, "__dict__", {})


def _get(message: Any, name: str) -> Any:
    """The value of an attribute; None where it has none, or none yet."""
    try:
        return getattr(message, name, None)
    except RuntimeError:  # of httpx, where no request is known
        return None


def _quietly(read: Callable[[Any], Any], request: Any) -> Any:
    """The body of a request, as far as it is still there: a server's side may have read it."""
    try:
        return read(request)
    except Exception:  # each library has its own
        return b""


def _headers(fields: Iterable[tuple[str, Any]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in fields:
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        key = name.lower()
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _bytes(body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray | memoryview) else b""


def _decoded(headers: Mapping[str, str], body: bytes) -> bytes:
    """A body without gzip, which some clients leave on it (RFC 9110 section 8.4.1.3)."""
    is_packed = headers.get("content-encoding", "").strip().lower() in ("gzip", "x-gzip")
    if not is_packed or not body.startswith(b"\x1f\x8b"):
        return body
    return zlib.decompress(body, wbits=zlib.MAX_WBITS | 16)


def _unknown(message: Any, what: str, plain: str) -> MessageError:
    return MessageError(
        f"{_name(message)} is no {what} of a client that is known.",
        remedy=f"Hand over contract_tests.{plain}.",
    )


def _name(message: Any) -> str:
    return f"{type(message).__module__.partition('.')[0]}.{type(message).__qualname__}"
