"""Bounds: what one exchange may cost, whatever the target sends.

Rules: a request has one deadline, for the connection, the request, the header section and the body
together; `Timeout(total=…)` sets it. The header section, with all interim responses before it, and
the decoded body have a most of bytes. What is beyond is never read. A body that is cut is kept as
far as it was read, and its connection is closed.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterator
from enum import Enum
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse, parse_headers
from math import inf
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util.connection import create_connection

from contract_tests.target.hosts import LONGEST_LOOK_UP, Destinations, addresses_of
from contract_tests.target.target import LARGEST_RESPONSE

LARGEST_HEADERS = 64 * 2**10
"""The most bytes of a header section."""

_FIRST_INTERIM = HTTPStatus.PROCESSING
"""100 is skipped by http.client; 101 is final."""

_STEP = 64 * 2**10
_LEAST = 0.001
"""urllib3 takes no timeout of zero, and a socket does not wait then."""

CREATES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "DELETE"})
"""The safe methods (RFC 9110 section 9.2.1), and the one that removes."""

_LAST_RESPONSE = 0.4


def late_seconds(method: str | None) -> float:
    """How many seconds the response to a request may come after the end of the run. Only who has
    read what was created can delete it.
    """
    return 0.0 if method in CREATES_NOTHING else _LAST_RESPONSE


def timeout_of(seconds: float) -> urllib3.Timeout:
    """So many seconds for a whole request; at least a moment."""
    return urllib3.Timeout(total=max(_LEAST, seconds))


class Cut(Enum):
    """Why a body was not read to its end."""

    BYTES = "bytes"
    TIME = "time"


class LongHeadersError(HTTPException):
    """A header section is longer than anyone reads."""


class BoundedResponse(requests.Response):
    """A response whose body is read; `cut` says why not to its end. It `has_surplus` where bytes
    came with its header section, and it can have no body.
    """

    cut: Cut | None = None
    has_surplus = False


class BoundedAdapter(HTTPAdapter):
    """Sends requests within bounds, over connections that acknowledge at once."""

    largest_body = LARGEST_RESPONSE
    destinations: Destinations | None = None
    """Where connections may lead; None for anywhere."""
    ends = inf
    """The moment after which nothing is sent, by `time.monotonic`."""

    def left(self) -> float:
        """The seconds that are left for requests."""
        return inf

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """See HTTPAdapter."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """See HTTPAdapter."""
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """See HTTPAdapter."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.destinations = self.destinations
        return pool

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> BoundedResponse:
        """See HTTPAdapter. Raises ElsewhereError, too."""
        response = super().send(request, *args, **kwargs)
        assert isinstance(response, BoundedResponse)
        return response

    def build_response(
        self, req: requests.PreparedRequest, resp: urllib3.BaseHTTPResponse
    ) -> BoundedResponse:
        """See HTTPAdapter. The body is read here."""
        response = BoundedResponse()
        vars(response).update(vars(super().build_response(req, resp)))
        original = getattr(resp, "_original_response", None)
        response.has_surplus = isinstance(original, _Response) and original.has_surplus
        response._content, response.cut = _read(resp, self.largest_body)
        response._content_consumed = True  # type: ignore[attr-defined]
        return response


def _read(raw: urllib3.BaseHTTPResponse, largest: int) -> tuple[bytes, Cut | None]:
    """The body as far as it was read, and why no further. Raises RequestException."""
    parts: list[bytes] = []
    size = 0
    cut = None
    try:
        for part in _parts(raw):
            parts.append(part)
            size += len(part)
            if size > largest:
                cut = Cut.BYTES
                break
    except urllib3.exceptions.ReadTimeoutError:
        cut = Cut.TIME
    except urllib3.exceptions.DecodeError as error:
        raise requests.exceptions.ContentDecodingError(error) from None
    except (urllib3.exceptions.HTTPError, HTTPException) as error:
        raise requests.exceptions.ChunkedEncodingError(error) from None
    except ValueError:  # urllib3 takes a length with a sign
        raise requests.exceptions.ChunkedEncodingError("the length of a chunk is none") from None
    if cut:
        raw.close()
        raw.release_conn()
    return b"".join(parts)[:largest], cut


def _parts(raw: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """The decoded body, as it comes."""
    if getattr(raw, "chunked", False):
        yield from raw.stream(_STEP, decode_content=True)
        return
    while part := raw.read1(_STEP, decode_content=True):
        yield part


class _Reader(io.RawIOBase):
    """Reads from a socket until a moment, and a most of bytes."""

    def __init__(self, raw: io.RawIOBase, owner: socket.socket, ends: float) -> None:
        self.raw, self.socket, self.ends = raw, owner, ends
        self.left = inf
        self.is_over = False

    def readable(self) -> bool:
        """See RawIOBase."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """See RawIOBase."""
        if self.is_over:
            return 0
        if self.left <= 0:
            raise LongHeadersError(f"the header section is longer than {LARGEST_HEADERS:,} bytes")
        seconds = self.ends - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("timed out")
        self.socket.settimeout(None if seconds == inf else seconds)
        # No line gets longer than the section may be: http.client would have other words for it.
        count = self.raw.readinto(buffer if self.left == inf else buffer[: int(self.left)])
        self.left -= count or 0
        return count

    def close(self) -> None:
        """See RawIOBase."""
        self.raw.close()
        super().close()


class _Response(HTTPResponse):
    """A response that is read until a moment."""

    def __init__(self, sock: socket.socket, ends: float, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        raw = sock.makefile("rb", buffering=0)
        self._reader = _Reader(raw, sock, ends)
        self.fp = io.BufferedReader(self._reader)
        self.has_surplus = False

    def _read_status(self) -> tuple[str, int, str]:
        """The status line of the final response. Interim ones are skipped (RFC 9110 section 15.2),
        but for 101: what follows that is no HTTP.
        """
        while True:
            read: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
            if not _FIRST_INTERIM <= read[1] < HTTPStatus.OK:
                return read
            parse_headers(self.fp)

    def begin(self) -> None:
        """See HTTPResponse. It reads the header section, and whatever 1xx come before."""
        self._reader.left = LARGEST_HEADERS
        super().begin()
        self._reader.left = inf
        # urllib3 would log what is no header, with the address, whose query may hold a key.
        self.msg.defects.clear()
        self.msg.set_payload("")
        if self.length == 0 and not self.chunked:
            # What has come already, and belongs to no response, is a body where none may be.
            self._reader.is_over = True
            self.has_surplus = bool(self.fp.peek(1))
            self._reader.is_over = False


class _Bounded:
    """A connection with a deadline: whoever sets its timeout sets a moment, and whoever reads it
    gets what is left. It acknowledges what it receives at once. A server that sends head and body
    apart would otherwise wait 40 ms for it, each time (RFC 9293 section 3.8.6.3).
    """

    sock: socket.socket | None
    destinations: Destinations | None = None
    _ends = inf

    @property
    def timeout(self) -> float | None:
        """The seconds that are left."""
        return None if self._ends == inf else max(_LEAST, self._ends - time.monotonic())

    @timeout.setter
    def timeout(self, seconds: Any) -> None:
        self._ends = time.monotonic() + seconds if isinstance(seconds, int | float) else inf

    def response_class(self, sock: socket.socket, *args: Any, **kwargs: Any) -> _Response:
        """See http.client.HTTPConnection."""
        return _Response(sock, self._ends, *args, **kwargs)

    def send(self, data: Any) -> None:
        """See http.client.HTTPConnection."""
        if self.sock is not None:
            self.sock.settimeout(self.timeout)
        super().send(data)  # type: ignore[misc]

    def getresponse(self) -> Any:
        """See http.client.HTTPConnection."""
        option = getattr(socket, "TCP_QUICKACK", None)
        if option is not None and self.sock is not None:
            self.sock.setsockopt(socket.IPPROTO_TCP, option, 1)
        return super().getresponse()  # type: ignore[misc]

    def _new_conn(self) -> socket.socket:
        """See urllib3. What the name leads to is looked up here, once, and connected to. What comes
        next, a handshake say, has the time that is left. Raises ElsewhereError, too.
        """
        connection: Any = self
        find = self.destinations.addresses if self.destinations else addresses_of
        try:
            failure: Any = None
            for address in find(connection._dns_host, self.timeout or LONGEST_LOOK_UP):
                try:
                    return self._connected(address)
                except OSError as error:
                    failure = error
            raise failure
        except TimeoutError as error:
            what = f"the connection to {connection.host} timed out"
            raise urllib3.exceptions.ConnectTimeoutError(connection, what) from error
        except OSError as error:
            raise urllib3.exceptions.NewConnectionError(connection, str(error)) from error

    def _connected(self, address: str) -> socket.socket:
        connection: Any = self
        sock = create_connection(
            (address, connection.port),
            self.timeout,
            source_address=connection.source_address,
            socket_options=connection.socket_options,
        )
        sock.settimeout(self.timeout)
        return sock


class _Pool:
    destinations: Destinations | None = None

    def _new_conn(self) -> Any:
        connection: Any = super()._new_conn()  # type: ignore[misc]
        connection.destinations = self.destinations
        return connection


class _HTTPConnection(_Bounded, urllib3.connection.HTTPConnection):  # type: ignore[misc]
    pass


class _HTTPSConnection(_Bounded, urllib3.connection.HTTPSConnection):  # type: ignore[misc]
    pass


class _HTTPPool(_Pool, urllib3.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(_Pool, urllib3.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


_POOLS = {"http": _HTTPPool, "https": _HTTPSPool}
