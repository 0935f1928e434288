"""The canary: a listener that proves that a server opens the addresses that it is sent.

Rules: each shot gets an address of its own, so that a request that reaches the listener names
the input that caused it. Without such a request nothing is claimed. It answers 204 to all, and
keeps what came, never a body.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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


class Canary:
    """The addresses of a listener, and who came. `name` tells the workers of one fuzz apart."""

    def __init__(self, authority: str, name: str = "0") -> None:
        self.authority = authority
        self.name = name
        self._numbers = itertools.count(1)

    def address(self) -> str:
        """The next address."""
        return f"http://{self.authority}{_PATH}{self.name}-{next(self._numbers)}"


def token_of(text: str) -> str | None:
    """The token of the canary's address in a text, if there is one."""
    _, found, rest = text.partition(_PATH)
    token = "".join(itertools.takewhile(lambda c: c.isalnum() or c == "-", rest))
    return token if found else None


@contextmanager
def listening(place: str) -> Iterator[list[Hit]]:
    """Listen on HOST:PORT; gives the list of hits, which grows. Raises CanaryError."""
    host, _, port = place.rpartition(":")
    if not host or not port.isdecimal():
        raise CanaryError(f"--canary must be HOST:PORT, not {place!r}.")
    hits: list[Hit] = []

    class Handler(BaseHTTPRequestHandler):
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

    try:
        server = ThreadingHTTPServer((host.strip("[]"), int(port)), Handler)
    except (OSError, OverflowError) as error:
        raise CanaryError(f"The canary cannot listen on {place}: {error}.") from None
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hits
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
