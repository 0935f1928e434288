"""A server that writes to its sockets whatever a test wants, well-formed or not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Write = Callable[[bytes], None]
Answer = Callable[[Write, str], None]
"""Writes the response to a request, given by its first line."""


@dataclass
class RawServer:
    """A server with one way to answer. It counts connections, and keeps the first lines of requests
    and what they accept.
    """

    answer: Answer
    url: str = ""
    connections: int = 0
    requests: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def drip(self, write: Write, pieces: Iterator[bytes], seconds: float = 0.02) -> None:
        """Write piece after piece, slowly, until the server ends."""
        for piece in pieces:
            write(piece)
            if self.over.wait(seconds):
                return

    def serve(self, listener: socket.socket) -> None:
        """Take connections until the listener is closed."""
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.connections += 1
                threading.Thread(target=self._talk, args=[connection], daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as reader:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while first := reader.readline().decode("latin-1").strip():
                headers = list(iter(reader.readline, b"\r\n"))
                accepts = [line for line in headers if line.lower().startswith(b"accept:")]
                lengths = [line for line in headers if line.lower().startswith(b"content-length:")]
                reader.read(int(lengths[0].partition(b":")[2]) if lengths else 0)
                self.requests.append(first)
                self.accepted.append(accepts[0][7:].strip().decode("latin-1") if accepts else "")
                self.answer(connection.sendall, first)


@contextmanager
def raw_server(answer: Answer | None = None) -> Iterator[RawServer]:
    """Serve at a free port of the loopback interface."""
    server = RawServer(answer or empty)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        threading.Thread(target=server.serve, args=[listener], daemon=True).start()
        try:
            yield server
        finally:
            server.over.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def empty(write: Write, _: str) -> None:
    """An answer that is right."""
    write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}")


def head(*headers: str, status: str = "200 OK") -> bytes:
    """The head of a response."""
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("latin-1")


def chunk(data: bytes) -> bytes:
    """A chunk of a body (RFC 9112 section 7.1)."""
    return b"%x\r\n%s\r\n" % (len(data), data)
