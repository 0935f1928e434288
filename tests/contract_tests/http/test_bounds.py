"""What one exchange may cost: time, header bytes and decoded bytes, whatever the target sends."""

from __future__ import annotations

import gzip
import itertools
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contract_tests.http.client import Client, RunEndedError
from contract_tests.http.exchange import OperationRequest, Response, TransportError
from contract_tests.target.target import HookCall, Target, TargetError
from tests.contract_tests.contracts import contract_of, documented
from tests.contract_tests.raw import RawServer, Write, chunk, empty, head, raw_server

SECONDS = 0.6
"""The deadline of each request."""

JSON, EVENTS = "content-type: application/json", "content-type: text/event-stream"
CHUNKED, CLOSE = "transfer-encoding: chunked", "connection: close"


@pytest.fixture
def request_to(tmp_path: Path) -> OperationRequest:
    """A request to an operation."""
    contract = contract_of(tmp_path, {"/things": documented("get", "post")})
    return OperationRequest(contract.operations[0])


@contextmanager
def client_of(
    server: RawServer, *, seconds: float | None = None, **target: int
) -> Iterator[Client]:
    """A client of a server, with a short deadline."""
    client = Client(Target(server.url, timeout=SECONDS, **target), seconds=seconds)  # type: ignore[arg-type]
    try:
        yield client
    finally:
        client.close()


# --- attacks, each with what is said of it

Attack = Callable[[RawServer, Write], None]
FOR_EVER = itertools.repeat


def endless(server: RawServer, write: Write) -> None:
    write(head(JSON, CLOSE))
    server.drip(write, FOR_EVER(b"[" * 100_000), 0)


def endless_chunks(server: RawServer, write: Write) -> None:
    write(head(JSON, CHUNKED))
    server.drip(write, FOR_EVER(chunk(b"[" * 100_000)), 0)


def endless_promise(server: RawServer, write: Write) -> None:
    write(head(JSON, "content-length: 10000000000"))
    server.drip(write, FOR_EVER(b"[" * 100_000), 0)


def dripping(server: RawServer, write: Write) -> None:
    write(head(JSON, CLOSE))
    server.drip(write, FOR_EVER(b"["))


def dripping_chunks(server: RawServer, write: Write) -> None:
    write(head(JSON, CHUNKED))
    server.drip(write, FOR_EVER(chunk(b"[")))


def dripping_chunk(server: RawServer, write: Write) -> None:
    write(head(JSON, CHUNKED) + b"ffff\r\n")
    server.drip(write, FOR_EVER(b"["))


def dripping_chunk_size(server: RawServer, write: Write) -> None:
    write(head(JSON, CHUNKED))
    server.drip(write, FOR_EVER(b"0"))


def negative_chunk(_: RawServer, write: Write) -> None:
    write(head(JSON, CHUNKED) + b"-5\r\n{}\r\n0\r\n\r\n")


def dripping_trailers(server: RawServer, write: Write) -> None:
    write(head(JSON, CHUNKED) + chunk(b"{}") + b"0\r\n")
    server.drip(write, FOR_EVER(b"a: b\r\n"))


def endless_trailers(server: RawServer, write: Write) -> None:
    write(head(JSON, CHUNKED) + chunk(b"{}") + b"0\r\n")
    server.drip(write, FOR_EVER(b"a: b\r\n" * 10_000), 0)


def dripping_status(server: RawServer, write: Write) -> None:
    write(b"HTTP/1.1 200 ")
    server.drip(write, FOR_EVER(b"O"))


def dripping_headers(server: RawServer, write: Write) -> None:
    write(b"HTTP/1.1 200 OK\r\n")
    server.drip(write, FOR_EVER(b"a"))


def dripping_continue(server: RawServer, write: Write) -> None:
    server.drip(write, FOR_EVER(head(status="100 Continue")))


def silent(server: RawServer, _: Write) -> None:
    server.over.wait()


def endless_headers(server: RawServer, write: Write) -> None:
    write(b"HTTP/1.1 200 OK\r\n")
    server.drip(write, (b"a%d: %s\r\n" % (n, b"b" * 900) for n in itertools.count()), 0)


def endless_header(server: RawServer, write: Write) -> None:
    write(b"HTTP/1.1 200 OK\r\na: ")
    server.drip(write, FOR_EVER(b"b" * 10_000), 0)


def endless_header_in_pieces(server: RawServer, write: Write) -> None:
    write(b"HTTP/1.1 200 OK\r\na: ")
    server.drip(write, FOR_EVER(b"b" * 997), 0)


def endless_status(server: RawServer, write: Write) -> None:
    write(b"HTTP/1.1 200 ")
    server.drip(write, FOR_EVER(b"O" * 997), 0)


def endless_continue(server: RawServer, write: Write) -> None:
    server.drip(write, FOR_EVER(head(status="100 Continue") * 100), 0)


def coded(coding: str, body: bytes) -> Attack:
    def send(_: RawServer, write: Write) -> None:
        write(head(JSON, f"content-encoding: {coding}", f"content-length: {len(body)}") + body)

    return send


BOMB = b"[" * 50_000_000
GZIP_BOMB = gzip.compress(BOMB, 1)

TOO_LATE = f"no response came within {SECONDS:g} s"
NO_END = f"the body did not end within {SECONDS:g} s"
TOO_LONG = (
    "the body is longer than 1,000,000 bytes; if that is right, say in the target file: "
    "largest_response = …"
)
NO_LENGTH = "no complete response came: the length of a chunk is none"
LONG_HEADERS = "no complete response came: the header section is longer than 65,536 bytes"

ATTACKS: dict[str, tuple[Attack, str]] = {
    "an endless body": (endless, TOO_LONG),
    "endless chunks": (endless_chunks, TOO_LONG),
    "a body of ten gigabytes": (endless_promise, TOO_LONG),
    "a dripping body": (dripping, NO_END),
    "dripping chunks": (dripping_chunks, NO_END),
    "a dripping chunk": (dripping_chunk, NO_END),
    "a dripping size of a chunk": (dripping_chunk_size, NO_END),
    "a negative chunk": (negative_chunk, NO_LENGTH),
    "dripping trailers": (dripping_trailers, NO_END),
    "endless trailers": (endless_trailers, NO_END),
    "a dripping status line": (dripping_status, TOO_LATE),
    "dripping headers": (dripping_headers, TOO_LATE),
    "a dripping 100 Continue": (dripping_continue, TOO_LATE),
    "no response": (silent, TOO_LATE),
    "endless headers": (endless_headers, LONG_HEADERS),
    "an endless header": (endless_header, LONG_HEADERS),
    "an endless header in pieces": (endless_header_in_pieces, LONG_HEADERS),
    "an endless status line": (endless_status, LONG_HEADERS),
    "100 Continue for ever": (endless_continue, LONG_HEADERS),
    "a gzip bomb": (coded("gzip", GZIP_BOMB), TOO_LONG),
    "a deflate bomb": (coded("deflate", zlib.compress(BOMB, 1)), TOO_LONG),
    "a bomb in a bomb": (coded("gzip, gzip", gzip.compress(GZIP_BOMB)), TOO_LONG),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_whatever_comes_one_request_has_an_end(name: str, request_to: OperationRequest) -> None:
    """One finding says what is wrong, soon after the deadline; little memory is used; and the next
    request gets its response.
    """
    attack, said = ATTACKS[name]
    with raw_server() as server, client_of(server, largest_response=1_000_000) as client:
        server.answer = lambda write, _: attack(server, write)
        tracemalloc.start()
        begun = time.monotonic()
        outcome = client.send(request_to).outcome
        seconds = time.monotonic() - begun
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        server.answer = empty
        after = client.send(request_to).outcome
    assert isinstance(outcome, TransportError)
    assert outcome.what == said
    assert seconds < SECONDS + 1.5
    assert most < 8_000_000
    assert isinstance(after, Response)
    assert (after.status, after.body) == (200, b"{}")


def test_the_deadline_is_one_for_all_that_comes(request_to: OperationRequest) -> None:
    """A target that takes nearly all of the time for each of two steps is cut in the second."""

    def slow(write: Write, _: str) -> None:
        server.over.wait(1.8)
        write(head(JSON, CHUNKED))
        server.over.wait()

    with raw_server(slow) as server:
        client = Client(Target(server.url, timeout=2))
        begun = time.monotonic()
        outcome = client.send(request_to).outcome
        seconds = time.monotonic() - begun
        client.close()
    late = "the body did not end within 2 s"
    assert outcome == TransportError(late, "RFC 9112 section 8", is_late=True)
    assert seconds < 3.3


def test_what_keeps_the_bounds_is_read(request_to: OperationRequest) -> None:
    """A body of the most bytes, sent slowly and with a coding, and long headers are right."""
    body = b"[" * 999_999 + b"]"
    packed = gzip.compress(body)

    def answer(write: Write, _: str) -> None:
        long = "a" * 60_000
        write(head(JSON, f"x-long: {long}", "content-encoding: gzip", CHUNKED))
        write(chunk(packed[:100]))
        server.drip(write, iter([chunk(packed[100:]), b"0\r\n\r\n"]))

    with raw_server(answer) as server, client_of(server, largest_response=1_000_000) as client:
        outcomes = [client.send(request_to).outcome for _ in range(3)]
    assert [outcome.body == body for outcome in outcomes if isinstance(outcome, Response)] == [
        True
    ] * 3
    assert server.connections == 1


# --- streams


def endless_events(server: RawServer, write: Write) -> None:
    server.drip(write, itertools.chain([head(EVENTS, CHUNKED)], FOR_EVER(chunk(b"data: 1\n\n"))))


def endless_events_unframed(server: RawServer, write: Write) -> None:
    server.drip(write, itertools.chain([head(EVENTS, CLOSE)], FOR_EVER(b"data: 1\n\n")))


def fast_events(server: RawServer, write: Write) -> None:
    write(head(EVENTS, CHUNKED))
    server.drip(write, FOR_EVER(chunk(b"data: 1\n\n" * 10_000)), 0)


@pytest.mark.parametrize("attack", [endless_events, endless_events_unframed, fast_events])
def test_a_stream_need_not_end(attack: Attack, request_to: OperationRequest) -> None:
    """It is read until the deadline, or to the most bytes, and kept as far as it was read."""
    with raw_server() as server, client_of(server, largest_response=100_000) as client:
        server.answer = lambda write, _: attack(server, write)
        outcome = client.send(request_to).outcome
        server.answer = empty
        after = client.send(request_to).outcome
    assert isinstance(outcome, Response)
    assert (outcome.status, outcome.is_cut) == (200, True)
    assert outcome.body.startswith(b"data: 1\n\ndata: 1\n\n")
    assert len(outcome.body) <= 100_000
    assert isinstance(after, Response)
    assert (after.is_cut, after.body) == (False, b"{}")


def test_a_slow_stream_that_ends_is_whole(request_to: OperationRequest) -> None:
    """Ten events in a fifth of a second are one response, on a connection that is used again."""

    def answer(write: Write, _: str) -> None:
        events = [chunk(b"data: %d\n\n" % number) for number in range(10)]
        server.drip(write, iter([head(EVENTS, CHUNKED), *events, b"0\r\n\r\n"]), 0.01)

    with raw_server(answer) as server, client_of(server) as client:
        outcomes = [client.send(request_to).outcome for _ in range(2)]
    expected = b"".join(b"data: %d\n\n" % number for number in range(10))
    assert [o.is_cut or o.body for o in outcomes if isinstance(o, Response)] == [expected] * 2
    assert server.connections == 1


def test_a_documented_stream_need_not_end(request_to: OperationRequest) -> None:
    """So is a media type that the document calls a sequence of items."""
    with raw_server() as server:
        server.answer = lambda write, _: server.drip(
            write, itertools.chain([head("content-type: a/b; c=d", CLOSE)], FOR_EVER(b"1\n"))
        )
        client = Client(Target(server.url, timeout=SECONDS), streams=["a/b"])
        outcome = client.send(request_to).outcome
        client.close()
    assert isinstance(outcome, Response)
    assert outcome.is_cut


def test_an_endless_stream_costs_its_deadline_once(request_to: OperationRequest) -> None:
    """Its operation has a second for each further request; others have the whole time."""
    with raw_server() as server:
        server.answer = lambda write, _: endless_events(server, write)
        client = Client(Target(server.url, timeout=1.5))
        times = [time.monotonic()]
        for _ in range(3):
            client.send(request_to)
            times.append(time.monotonic())
        client.close()
    assert times[1] - times[0] >= 1.5
    assert times[3] - times[1] < 2.8


def test_a_silent_operation_costs_its_deadline_twice(request_to: OperationRequest) -> None:
    """The first time, it may have been chance."""
    with raw_server() as server:
        server.answer = lambda write, _: silent(server, write)
        client = Client(Target(server.url, timeout=1.1))
        outcomes = [client.send(request_to).outcome for _ in range(3)]
        client.close()
    assert [outcome.what for outcome in outcomes if isinstance(outcome, TransportError)] == [
        "no response came within 1.1 s",
        "no response came within 1.1 s",
        "no response came within 1 s",
    ]


# --- a body that nobody reads, and the end of the run


def test_a_request_that_nobody_reads_has_an_end(request_to: OperationRequest) -> None:
    """A target that takes the head and no more of a large body gets no more time."""
    with raw_server() as server, client_of(server) as client:
        server.over.clear()
        content = b"a" * 50_000_000
        server._talk = lambda _: server.over.wait()  # type: ignore[method-assign,assignment]
        begun = time.monotonic()
        outcome = client.transmit(
            client.prepare(request_to, method="POST", content=content)
        ).outcome
        seconds = time.monotonic() - begun
    assert isinstance(outcome, TransportError)
    assert outcome.what == TOO_LATE
    assert seconds < SECONDS + 1.5


@pytest.mark.parametrize("attack", [silent, dripping, dripping_headers, dripping_continue])
def test_a_request_ends_with_the_run(attack: Attack, request_to: OperationRequest) -> None:
    """What the end of the run cuts says nothing about the target."""
    with raw_server() as server:
        server.answer = lambda write, _: attack(server, write)
        client = Client(Target(server.url, timeout=60), seconds=SECONDS)
        begun = time.monotonic()
        with pytest.raises(RunEndedError, match="the time of the run is over"):
            client.send(request_to)
        assert time.monotonic() - begun < SECONDS + 1
        with pytest.raises(RunEndedError):
            client.send(request_to)
        client.close()
    assert len(server.requests) == 1


@pytest.mark.parametrize(("method", "status"), [("POST", 201), ("PUT", 201), ("GET", None)])
def test_what_was_created_at_the_end_is_known(
    method: str, status: int | None, request_to: OperationRequest
) -> None:
    """The response to a request that may create something is read, though the run is over."""
    with raw_server() as server:
        client = Client(Target(server.url, timeout=60), seconds=1)

        def at_the_end(write: Write, _: str) -> None:
            server.over.wait(client.ends - time.monotonic() + 0.01)
            write(head("content-length: 0", status="201 Created"))

        server.answer = at_the_end
        try:
            outcome = client.transmit(client.prepare(request_to, method=method)).outcome
        except RunEndedError:
            outcome = None
        client.close()
    assert (outcome.status if isinstance(outcome, Response) else None) == status


def test_a_wait_beyond_the_run_is_no_wait(request_to: OperationRequest) -> None:
    """A target that asks to come back after the end of the run ends it."""
    answer = head("retry-after: 20", "content-length: 0", status="429 Too Many Requests")
    with (
        raw_server(lambda write, _: write(answer)) as server,
        client_of(server, seconds=5) as client,
        pytest.raises(RunEndedError, match="asks to come back after the end of the run"),
    ):
        client.send(request_to)


def test_a_set_up_call_has_bounds_too() -> None:
    """It fails at its deadline, and at the end of the run."""
    with raw_server() as server, client_of(server) as client:
        server.answer = lambda write, _: dripping_headers(server, write)
        with pytest.raises(TargetError, match="timed out"):
            client.hook(HookCall("POST", f"{server.url}/a"))


@pytest.mark.parametrize(
    ("answer", "has_surplus"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n{}", True),
        (b"HTTP/1.1 304 Not Modified\r\ncontent-length: 2\r\n\r\n{}", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", False),
        (b"HTTP/1.1 304 Not Modified\r\ncontent-length: 2\r\n\r\n", False),
        (head("content-length: 0"), False),
        (head("content-length: 2") + b"{}", False),
        (head(CHUNKED) + b"0\r\n\r\n", False),
    ],
)
def test_bytes_that_belong_to_no_response(
    answer: bytes, has_surplus: bool, request_to: OperationRequest
) -> None:
    """They are seen, and the next request is not hurt by them."""
    with raw_server(lambda write, _: write(answer)) as server, client_of(server) as client:
        outcomes = [client.send(request_to).outcome for _ in range(2)]
    assert [isinstance(o, Response) and o.has_surplus for o in outcomes] == [has_surplus] * 2


NO_HEADERS = [b"no colon", b": no name", b"a key@: x", b" begins with a space: x"]


@pytest.mark.parametrize("line", NO_HEADERS)
def test_what_is_no_header_stands_in_no_log(
    line: bytes, request_to: OperationRequest, caplog: pytest.LogCaptureFixture
) -> None:
    """A library would log it, with the address, whose query may hold a key."""

    def answer(write: Write, _: str) -> None:
        write(b"HTTP/1.1 200 OK\r\n" + line + b"\r\ncontent-length: 2\r\n\r\n{}")

    with raw_server(answer) as server, client_of(server) as client:
        client.send(request_to)
    assert caplog.text == ""


def test_a_request_after_the_head_of_a_stream_has_a_connection_of_its_own(
    request_to: OperationRequest,
) -> None:
    """uvicorn goes on with the stream that it does not send, and answers nothing meanwhile."""

    def answer(write: Write, first: str) -> None:
        if first.startswith("HEAD"):
            write(head(EVENTS))
            server.over.wait()
        empty(write, first)

    with raw_server(answer) as server, client_of(server) as client:
        client.transmit(client.prepare(request_to, method="HEAD"))
        outcome = client.transmit(client.prepare(request_to)).outcome
        assert isinstance(outcome, Response)
        assert server.connections == 2
