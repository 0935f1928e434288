"""Connections that take, or leave, more than a client has need of."""

import socket
import time
from contextlib import ExitStack, suppress

import httpx
import pytest

from mock_server.limits import MockLimits
from mock_server.serve import serving
from tallystick import load_contract
from tests.mock_server.conftest import client
from tests.mock_server.wire import exchange, read_all, status

PATIENCE = 60
HOST = b"Host: 127.0.0.1\r\n"
GET = b"GET /_tallystick/health HTTP/1.1\r\n" + HOST
LAST = GET + b"Connection: close\r\n\r\n"
POST = b"POST /_tallystick/forces HTTP/1.1\r\n" + HOST


@pytest.fixture(scope="module")
def strict():
    """Where a mock with low limits listens."""
    limits = MockLimits(
        max_header=8_192,
        header_timeout=1,
        body_timeout=1,
        write_timeout=1,
        max_connections=20,
        max_streams=2,
    )
    with serving(load_contract(), limits=limits) as url:
        found = httpx.URL(url)
        yield found.host, found.port


def connect(address: tuple[str, int]) -> socket.socket:
    return socket.create_connection(address, timeout=PATIENCE)


def filler(size: int) -> bytes:
    return b"X-Filler: " + b"a" * size + b"\r\n"


HEADS = {
    "small": (GET + filler(1_000) + b"Connection: close\r\n\r\n", 200),
    "one header too large": (GET + filler(9_000) + b"\r\n", 431),
    "many headers": (GET + filler(80) * 100 + b"\r\n", 431),
    "a long path": (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 431),
    "megabytes": (GET + filler(2_000_000) + b"\r\n", 431),
    "one that does not end": (GET + b"X: " + b"a" * 2_000_000, 431),
    "trailers": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"a" * 2_000_000,
        431,
    ),
}


@pytest.mark.parametrize(("request_", "expected"), HEADS.values(), ids=HEADS)
def test_a_block_of_headers_has_a_limit(strict, request_, expected):
    """Whether it comes in one piece or not; the client sees why (RFC 6585 section 5)."""
    assert status(exchange(strict, request_)) == expected


def test_what_is_pipelined_counts_request_by_request(strict):
    """However many small requests come at once."""
    answer = exchange(strict, (GET + b"\r\n") * 3_000 + LAST)
    assert answer.count(b"HTTP/1.1 200") == 3_001


def test_a_large_body_is_no_header(strict):
    """Not even in many small chunks."""
    body = b'{"cases": ["502"]' + b" " * 30_000 + b"}"
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    sent = POST + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
    assert status(exchange(strict, sent)) == 201


SLOW = {
    "nothing": b"",
    "half a line": b"GET /",
    "headers without end": GET,
    "a body that does not come": POST + b"Content-Length: 10\r\n\r\n",
    "half a body": POST + b"Content-Length: 10\r\n\r\n{",
    "half a second request": GET + b"\r\n" + GET,
}


def test_what_does_not_come_in_time_is_refused(strict):
    """A 408 (RFC 9110 section 15.5.9), and the end of the connection."""
    with ExitStack() as stack:
        opened = {name: stack.enter_context(connect(strict)) for name in SLOW}
        for name, connection in opened.items():
            connection.sendall(SLOW[name])
        answers = {name: read_all(connection) for name, connection in opened.items()}
    last = {name: status(b"HTTP" + answer.split(b"HTTP")[-1]) for name, answer in answers.items()}
    assert last == dict.fromkeys(SLOW, 408)


def test_dripping_does_not_help(strict):
    """The whole block of headers has one deadline."""
    with connect(strict) as connection:
        connection.settimeout(0.1)
        connection.sendall(GET)
        end, answer = time.monotonic() + PATIENCE, b""
        while not answer and time.monotonic() < end:
            connection.sendall(b"X: y\r\n")
            try:
                answer = connection.recv(1_000)
            except TimeoutError:
                continue
        assert status(answer) == 408


def test_there_are_so_many_connections(strict):
    """One too many is refused at once; when others end, there is room again."""
    with ExitStack() as stack:
        opened = [stack.enter_context(connect(strict)) for _ in range(25)]
        answers = [status(read_all(connection)) for connection in opened[20:]]
        assert answers == [503] * 5
        for connection in opened[:20]:
            connection.sendall(LAST)
        assert [status(read_all(connection)) for connection in opened[:20]] == [200] * 20
    assert _until_served(strict) == 200


def _until_served(address: tuple[str, int]) -> int:
    """The status of a request, once there is a connection for it."""
    end = time.monotonic() + PATIENCE
    while (answer := status(exchange(address, LAST))) == 503 and time.monotonic() < end:
        pass
    return answer


def test_who_reads_nothing_is_dropped(strict):
    """Answers that nobody takes do not wait for ever."""
    with connect(strict) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.settimeout(0.5)
        sent = (b"GET /_tallystick/openapi.json HTTP/1.1\r\n" + HOST + b"\r\n") * 200
        end = time.monotonic() + PATIENCE
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            _send_until(end, connection, sent)


def _send_until(end: float, connection: socket.socket, sent: bytes) -> None:
    while time.monotonic() < end:
        with suppress(TimeoutError):
            connection.sendall(sent)


def test_there_are_so_many_live_logs(strict):
    """One too many is refused; when one ends, there is room again."""
    host, port = strict
    with client(f"http://{host}:{port}") as mock, ExitStack() as stack:
        opened = [stack.enter_context(mock.stream("GET", "/_tallystick/events")) for _ in range(2)]
        assert [answer.status_code for answer in opened] == [200, 200]
        lines = [answer.iter_lines() for answer in opened]  # a stream that nobody holds is closed
        assert [next(each) for each in lines] == ["event: changed"] * 2
        assert mock.get("/_tallystick/events").status_code == 503
        opened[0].close()
        assert _until_opened(mock) == 200


def _until_opened(mock: httpx.Client) -> int:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        mock.post("/_tallystick/clock", json={"advance": 1})  # what ended is noticed when it sends
        with mock.stream("GET", "/_tallystick/events") as answer:
            if answer.status_code == 200:
                return 200
    return 503
