"""Addresses that never end: one deadline, whatever the server does, and one origin."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from tallystick.errors import LoadError
from tallystick.reader.texts.reading import MAX_BYTES, MAX_IN_ALL, one_allowance
from tallystick.reader.texts.sources import read

HEAD = b"HTTP/1.1 200 OK\r\n"
SECONDS = 0.5
SLOW = 10
"""Far more seconds than the deadline, and than a busy machine needs."""

Act = Callable[[socket.socket], None]


@contextmanager
def raw(act: Act) -> Iterator[str]:
    """A server that does this with each connection, until the client has enough."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()

        def serve() -> None:
            with suppress(OSError):
                while not over.is_set():
                    threading.Thread(target=one, args=listener.accept()[:1], daemon=True).start()

        def one(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.recv(65536)
                act(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/d.yaml"
        over.set()


def dripping(start: bytes, part: bytes) -> Act:
    def act(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(part)
            time.sleep(0.02)  # it is the attack

    return act


def flooding(start: bytes, part: bytes) -> Act:
    def act(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(part)

    return act


def silent(connection: socket.socket) -> None:
    connection.recv(1)


DRIPS: dict[str, Act] = {
    "silence": silent,
    "a status line": dripping(b"HTTP/1.1 200 ", b"x"),
    "headers": dripping(HEAD, b"a: b\r\n"),
    "interim responses": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body of a length": dripping(HEAD + b"Content-Length: 9999999\r\n\r\n", b"#"),
    "a body of chunks": dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n#\r\n"),
    "a body without an end": dripping(HEAD + b"\r\n", b"#"),
}
FLOODS: dict[str, tuple[Act, str]] = {
    "headers": (flooding(HEAD, b"a: " + b"b" * 1000 + b"\r\n"), "cannot be fetched"),
    "a body": (flooding(HEAD + b"\r\n", b"#" * 65536), "larger than 20,971,520 bytes"),
}


def failure(url: str, seconds: float = SECONDS) -> str:
    began = time.monotonic()
    with one_allowance(seconds), pytest.raises(LoadError) as caught:
        read(url)
    assert time.monotonic() - began < SLOW
    return str(caught.value)


@pytest.mark.parametrize("act", DRIPS.values(), ids=DRIPS)
def test_what_drips_ends_at_the_deadline(act):
    """Each byte comes in time, and all of them never."""
    with raw(act) as url:
        assert failure(url) == f"{url}: Fetching took over 20 seconds in all."


@pytest.mark.parametrize(("act", "why"), FLOODS.values(), ids=FLOODS)
def test_what_floods_ends_at_the_limit(act, why):
    """Long before the deadline."""
    with raw(act) as url:
        assert why in failure(url, SLOW)


def test_all_texts_share_the_deadline():
    """The second gets what the first left."""
    with raw(silent) as url, one_allowance(SECONDS):
        for _ in range(2):
            began = time.monotonic()
            with pytest.raises(LoadError, match="took over"):
                read(url)
        assert time.monotonic() - began < SECONDS


def test_all_texts_share_the_size(tmp_path):
    """No document of many large files is read."""
    file = tmp_path / "d.yaml"
    file.write_bytes(b"#" * (MAX_BYTES - 1) + b"\n")
    with one_allowance():
        for _ in range(MAX_IN_ALL // MAX_BYTES):
            read(str(file))
        with pytest.raises(LoadError, match="together are larger than 104,857,600 bytes"):
            read(str(file))


CODINGS = {
    "a bomb": ("gzip", gzip.compress(b"#" * (MAX_BYTES * 10), 1), "larger than 20,971,520 bytes"),
    "no gzip": ("gzip", b"no gzip", "The answer is no gzip"),
    "half a gzip": ("gzip", gzip.compress(b"a")[:-9], "ends too early"),
    "one that was not asked for": ("br", b"#", "answered in 'br', unasked"),
}


@pytest.mark.parametrize(("coding", "body", "why"), CODINGS.values(), ids=CODINGS)
def test_what_is_packed_has_limits(server, coding, body, why):
    """Not more than one document is unpacked."""
    server.answers["/d"] = (200, {"Content-Encoding": coding}, body)
    assert why in failure(f"{server.url}/d", SLOW)


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", ""])
def test_what_is_packed_is_read(server, coding):
    """As servers do it, asked or not."""
    body = gzip.compress(b"openapi: 3.1.0\n") if coding else b"openapi: 3.1.0\n"
    server.answers["/d"] = (200, {"Content-Encoding": coding} if coding else {}, body)
    assert read(f"{server.url}/d").value == {"openapi": "3.1.0"}


@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:1/x", "https://127.0.0.1:{}/x", "//127.0.0.2:{}/"]
)
def test_another_port_or_scheme_is_another_origin(server, place):
    """RFC 6454: nothing is sent there."""
    server.answers["/old"] = (302, {"Location": place.format(server.port)}, b"")
    message = failure(f"{server.url}/old", SLOW)
    assert ("another host, port or scheme" in message, server.seen) == (True, ["/old"])


def test_a_program_with_a_loop_of_its_own_can_read(server):
    """As tests of asynchronous programs have."""
    server.answers["/d"] = (200, {}, b"openapi: 3.1.0\n")

    async def reading() -> object:
        return read(f"{server.url}/d").value

    assert asyncio.run(reading()) == {"openapi": "3.1.0"}
