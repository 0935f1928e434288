"""The canary: a listener that proves that a server opens the addresses that it is sent.

Rules: each shot gets an address of its own, so that a request that reaches the listener names
the input that caused it; an answer that redirects there is seen by its Location, which is never
followed. Without either nothing is claimed. The listener answers 204 to all, and keeps what came,
never a body.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urljoin, urlsplit

import requests

from contract_tests.http.exchange import body_of
from tallystick.errors import TallystickError

_PATH = "/tallystick-canary/"
_MOST_HITS = 1_000


class CanaryError(TallystickError):
    """The listener cannot listen there."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A request that reached the listener: the address that it was for, and what sent it."""

    token: str
    method: str
    client: str
    agent: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that held an address, and the operation that it was for."""

    operation: str
    request: requests.PreparedRequest


class Canary:
    """The addresses of a listener, the requests that held them, and the statuses that redirected
    to them. `name` tells this fuzz and its workers from all others: a server may open an address
    long after it was sent.
    """

    def __init__(self, authority: str, name: str) -> None:
        self.authority = authority
        self.name = name
        self.sent: dict[str, Sent] = {}
        self.redirects: dict[str, int] = {}

    def address(self, number: int) -> str:
        """The address of this number."""
        return f"http://{self.authority}{_PATH}{self.name}-{number}"

    def look(
        self,
        operation: str,
        request: requests.PreparedRequest,
        response: requests.Response | None,
    ) -> None:
        """Take note of a request that holds an address, and of where its answer leads."""
        token = token_in(request)
        if token is None:
            return
        self.sent[token] = Sent(operation, request)
        location = response.headers.get("location", "") if response is not None else ""
        if response is not None and leads_to(self.authority, request.url or "", location):
            self.redirects[token] = response.status_code


def leads_to(authority: str, url: str, location: str) -> bool:
    """Whether the Location of an answer to a URL leads to this authority."""
    try:
        return urlsplit(urljoin(url, location)).netloc.casefold() == authority.casefold()
    except ValueError:
        return False


def token_in(request: requests.PreparedRequest) -> str | None:
    """The token of the canary's address in a request, if there is one."""
    return token_of(f"{unquote(request.url or '')}\n{body_of(request).decode('utf-8', 'replace')}")


def token_of(text: str) -> str | None:
    """The token of the canary's address in a text, if there is one."""
    _, found, rest = text.partition(_PATH)
    token = "".join(itertools.takewhile(lambda c: c.isalnum() or c == "-", rest))
    return token if found else None


@contextmanager
def listening(place: str) -> Iterator[list[Hit]]:
    """Listen on HOST:PORT; gives the list of hits, which grows. Raises CanaryError."""
    host, _, port = place.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()):
        raise CanaryError(f"--canary must be HOST:PORT, not {place!r}.")
    hits: list[Hit] = []
    try:
        server = _Listener((host.strip("[]"), int(port)), _handler(hits))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CanaryError(f"The canary cannot listen on {place}: {reason}.") from None
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield hits
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True  # whoever holds a connection open does not hold up the end
    block_on_close = False


def _handler(hits: list[Hit]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10.0

        def _answer(self) -> None:
            token = token_of(self.path)
            if token and len(hits) < _MOST_HITS:
                agent = self.headers.get("user-agent", "")
                hits.append(Hit(token, self.command, self.client_address[0], agent))
            self.send_response(204)
            self.end_headers()

        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):  # whatever the method
                return self._answer
            raise AttributeError(name)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    return Handler
