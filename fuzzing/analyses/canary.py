"""The canary: a listener that proves that a server opens the URLs that it is sent.

Rules: each fuzz case carries an address of its own. So an out-of-band callback (a request that
reaches the listener) names the request that caused it. A redirect to the listener shows in the
`Location` of a response, which the fuzz never follows. Without a callback or such a redirect,
nothing is claimed. The listener responds 204 to every request and never keeps a body.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import requests

from contract_tests.http.exchange import body_of
from tallystick.errors import TallystickError

_PATH = "/tallystick-canary/"
_MOST_CALLBACKS = 1_000


class CanaryError(TallystickError):
    """The listener cannot listen at this address."""


@dataclass(frozen=True, slots=True)
class Callback:
    """An out-of-band callback: the token of the address that was opened, and who opened it."""

    token: str
    method: str
    client: str
    agent: str


@dataclass(frozen=True, slots=True)
class PlantedAddress:
    """The request that carried an address of the listener, and its operation."""

    operation: str
    request: requests.PreparedRequest


@dataclass(frozen=True, slots=True)
class CallbackSource:
    """A planted address as a report holds it: the operation, the request as a command and as
    evidence for a replay, and the status of a redirect to the address, if one came.
    """

    operation: str
    curl: str
    evidence: dict[str, Any]
    redirect: int | None


class Canary:
    """The addresses of a listener, the requests that carried them, and the redirects to them.
    `name` is unique to a worker of a fuzz, because a server may open an address long afterwards.
    """

    def __init__(self, authority: str, name: str) -> None:
        self.authority = authority
        self.name = name
        self.planted: dict[str, PlantedAddress] = {}
        self.redirects: dict[str, int] = {}

    def address(self, number: int) -> str:
        """The address of this number."""
        return f"http://{self.authority}{_PATH}{self.name}-{number}"

    def observe(
        self,
        operation: str,
        request: requests.PreparedRequest,
        response: requests.Response | None,
    ) -> None:
        """Record a request that carries an address, and whether the response redirects there."""
        token = token_in(request)
        if token is None:
            return
        self.planted[token] = PlantedAddress(operation, request)
        location = response.headers.get("location", "") if response is not None else ""
        if response is not None and leads_to(self.authority, request.url or "", location):
            self.redirects[token] = response.status_code


def leads_to(authority: str, url: str, location: str) -> bool:
    """Whether the Location of a response, for a request to this URL, leads to this authority."""
    try:
        return urlsplit(urljoin(url, location)).netloc.casefold() == authority.casefold()
    except ValueError:
        return False


def token_in(request: requests.PreparedRequest) -> str | None:
    """The token of the listener's address in a request, if it carries one."""
    return token_of(f"{unquote(request.url or '')}\n{body_of(request).decode('utf-8', 'replace')}")


def token_of(text: str) -> str | None:
    """The token of the listener's address in a text, if it has one."""
    _, found, rest = text.partition(_PATH)
    token = "".join(itertools.takewhile(lambda c: c.isalnum() or c == "-", rest))
    return token if found else None


@contextmanager
def listening(place: str) -> Iterator[list[Callback]]:
    """Listen on HOST:PORT. The list of callbacks grows as they come. Raises CanaryError."""
    host, _, port = place.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()):
        raise CanaryError(f"--canary must be HOST:PORT, not {place!r}.")
    callbacks: list[Callback] = []
    try:
        server = _CallbackListener((host.strip("[]"), int(port)), _handler(callbacks))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CanaryError(f"The canary cannot listen on {place}: {reason}.") from None
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield callbacks
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _CallbackListener(ThreadingHTTPServer):
    daemon_threads = True  # an open connection does not delay the end
    block_on_close = False


def _handler(callbacks: list[Callback]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10.0

        def _respond(self) -> None:
            token = token_of(self.path)
            if token and len(callbacks) < _MOST_CALLBACKS:
                agent = self.headers.get("user-agent", "")
                callbacks.append(Callback(token, self.command, self.client_address[0], agent))
            self.send_response(204)
            self.end_headers()

        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):  # any method
                return self._respond
            raise AttributeError(name)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    return Handler
