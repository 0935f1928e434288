"""Targets that attack whoever tests them: `tallystick test` and `fuzz` end in time, and say what
they found.

Each attack is one answer to all requests. What single exchanges cost is in
`tests/contract_tests/http/test_bounds.py`.
"""

from __future__ import annotations

import gzip
import itertools
import json
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from contract_tests.http.client import Client
from contract_tests.http.exchange import OperationRequest, Response, TransportError
from contract_tests.target.target import Target
from tests.contract_tests.commands import ROOT, tallystick_test
from tests.contract_tests.contracts import contract_of, documented
from tests.contract_tests.raw import RawServer, Write, chunk, empty, head, raw_server
from tests.fuzzing.fuzzed import fuzz

Attack = Callable[[RawServer, Write], None]
JSON, CHUNKED = "content-type: application/json", "transfer-encoding: chunked"
PATIENCE = 60


def body(content: bytes, *headers: str, status: str = "200 OK") -> Attack:
    answer = head(JSON, f"content-length: {len(content)}", *headers, status=status) + content
    return lambda _, write: write(answer)


def piece(*pieces: bytes) -> Attack:
    """Writes this, and no more."""
    return lambda _, write: write(b"".join(pieces))


def dripping(start: bytes, again: bytes, seconds: float = 0.5) -> Attack:
    def attack(server: RawServer, write: Write) -> None:
        server.drip(write, itertools.chain([start], itertools.repeat(again)), seconds)

    return attack


def silent(server: RawServer, _: Write) -> None:
    server.over.wait()


def closing(_: RawServer, write: Write) -> None:
    raise OSError("closed")


OK = b"HTTP/1.1 200 OK\r\n"
END = b"content-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
BOMB = b"[" * 50_000_000
PACKED = gzip.compress(BOMB, 1)

ATTACKS: dict[str, Attack] = {
    "a body without end": dripping(head(JSON, CHUNKED), chunk(b"[" * 100_000), 0),
    "a dripping body": dripping(head(JSON, CHUNKED), chunk(b"[")),
    "dripping headers": dripping(OK, b"a: b\r\n"),
    "headers without end": dripping(OK, b"a: b\r\n" * 1_000, 0),
    "100,000 headers": piece(OK, *(b"a%d: b\r\n" % n for n in range(100_000)), END),
    "a header of 4 MB": piece(OK, b"a: " + b"b" * 4_000_000 + b"\r\n", END),
    "100 for ever": dripping(b"", head(status="100 Continue") * 100, 0),
    "103 for ever": dripping(b"", head(status="103 Early Hints") * 100, 0),
    "a dripping 103": dripping(b"", head(status="103 Early Hints")),
    "101": piece(head(status="101 Switching Protocols"), b"\x00" * 100),
    "a gzip bomb": body(PACKED, "content-encoding: gzip"),
    "a deflate bomb": body(zlib.compress(BOMB, 1), "content-encoding: deflate"),
    "a bomb in a bomb": body(gzip.compress(PACKED), "content-encoding: gzip, gzip"),
    "a thousand codings": body(b"{}", "content-encoding: " + ", ".join(["gzip"] * 1_000)),
    "no HTTP": piece(b"\x00\xff\xfe no HTTP\r\n\r\n"),
    "a status that is none": piece(b"HTTP/1.1 abc OK\r\n\r\n"),
    "another status": body(b"{}", status="999 X"),
    "HTTP/0.9": piece(b"<html></html>\r\n"),
    "HTTP/2": piece(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "a chunk that is none": piece(head(JSON, CHUNKED), b"zz\r\n{}\r\n0\r\n\r\n"),
    "a negative chunk": piece(head(JSON, CHUNKED), b"-5\r\n{}\r\n0\r\n\r\n"),
    "a chunk of all bytes": piece(head(JSON, CHUNKED), b"f" * 100 + b"\r\n{}"),
    "two lengths": piece(OK, b"content-length: 2\r\ncontent-length: 9\r\n\r\n{}"),
    "a negative length": piece(OK, b"content-length: -5\r\n\r\n{}"),
    "nothing": closing,
    "silence": silent,
    "a million levels": body(b"[" * 1_000_000 + b"]" * 1_000_000),
    "many levels of objects": body(b'{"a":' * 500_000 + b"1" + b"}" * 500_000),
    "a million digits": body(b'{"id": ' + b"9" * 1_000_000 + b"}"),
    "large exponents": body(b'{"id": 1e999999999, "b": -1e400}'),
    "no UTF-8": body(b'{"name": "\xff\xc0\x80\xed\xa0\x80"}'),
    "lone surrogates": body(b'{"id": 3, "name": "\\ud800 \\udfff"}'),
    "texts for patterns": body(json.dumps({"list": ["a" * 5_000 + "!"] * 500}).encode()),
    "many items": body(b'{"list": [' + b",".join([b'"x"'] * 900_000) + b"]}"),
    "many members": body(b"{" + b",".join(b'"k%d": {"a": 1}' % n for n in range(200_000)) + b"}"),
    "many tokens": body(
        b"{" + b",".join(b'"token%d": "aB3dE6gH9jK2%d"' % (n, n) for n in range(100_000)) + b"}",
        status="400 Bad Request",
    ),
    "many addresses": body(json.dumps({"id": "http://a/" * 500_000}).encode()),
}

PARAMETERS = [{"name": "q", "in": "query", "schema": {"type": "string"}}]
THING = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer", "multipleOf": 3},
        "name": {"type": "string", "pattern": "^(a+)+$"},
        "list": {
            "type": "array",
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^(?=(a+)+$)b"},
        },
    },
}


def document(folder: Path) -> Path:
    """A document of two operations, whose schema has what takes long to judge."""
    content = {"application/json": {"schema": THING}}
    responses = {status: {"description": "x", "content": content} for status in ("200", "400")}
    post = documented("post", responses=responses, requestBody={"content": content})
    get = documented("get", responses=responses, parameters=PARAMETERS)
    contract_of(folder, {"/things": {**get, **post}})
    return folder / "document.json"


def readers(folder: Path) -> Path:
    """A document of operations that only read."""
    contract_of(folder, {f"/{name}": documented("get", parameters=PARAMETERS) for name in "abc"})
    return folder / "document.json"


SECONDS = 2


def attacked(command: str, name: str, folder: Path) -> None:
    with raw_server() as server:
        begun: list[float] = []

        def answer(write: Write, _: str) -> None:
            begun.append(time.monotonic())
            ATTACKS[name](server, write)

        server.answer = answer
        target = folder / "target.toml"
        text = f'base_url = "{server.url}"\ntimeout = 60\n[fuzz]\nbreaker = false\n'
        target.write_text(text, encoding="utf-8")
        run_it = tallystick_test if command == "test" else fuzz
        words = (document(folder), "--target", target, "--max-time", SECONDS)
        run = run_it(folder, *words)
        seconds = time.monotonic() - begun[0]
    assert run.code in (0, 1, 3, 4), run.err
    assert (run.code == 0) <= (command == "fuzz")
    assert "Traceback" not in run.err + run.out
    assert (run.code == 1) == bool(run.heavy) or run.code == 4
    assert run.report["seconds"] < SECONDS + 2
    # With all that comes after it: clean-up, report, and the end of a process on a busy machine.
    assert seconds < SECONDS + 6


@pytest.mark.parametrize("command", ["test", "fuzz"])
@pytest.mark.parametrize("name", ["many members"])
def test_a_run_ends_in_time(command: str, name: str, tmp_path: Path) -> None:
    """Also where what takes long is between two requests."""
    attacked(command, name, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("command", ["test", "fuzz"])
@pytest.mark.parametrize("name", ATTACKS)
def test_whatever_comes_a_run_ends_in_time(command: str, name: str, tmp_path: Path) -> None:
    """With a report, and the exit code of what was found."""
    attacked(command, name, tmp_path)


def test_a_target_that_vanishes(tmp_path: Path) -> None:
    """What was found until then is in the report, and the code is 4."""
    enough = threading.Event()
    with ExitStack() as stack:

        def answer(write: Write, first: str) -> None:
            if len(server.requests) > 5:
                enough.set()
                server.over.wait(PATIENCE)
                raise OSError("gone")
            status = "404 Not Found" if "tallystick" in first else "500 Oh"
            write(head("content-length: 0", status=status))

        def vanish() -> None:
            enough.wait(PATIENCE)
            stack.close()

        server = stack.enter_context(raw_server(answer))
        thread = threading.Thread(target=vanish)
        thread.start()
        run = tallystick_test(tmp_path, readers(tmp_path), "--base-url", server.url)
        thread.join()
    assert (run.code, "Traceback" in run.err) == (4, False)
    assert f"error: The target {server.url} could not be reached: Connection refused." in run.err
    assert "documented status" in {found["check"] for found in run.heavy}
    assert "the document has no 500" in run.out


# --- interim responses


def request_of(folder: Path) -> OperationRequest:
    return OperationRequest(contract_of(folder, {"/a": documented("get")}).operations[0])


@pytest.mark.parametrize("status", ["100 Continue", "102 Processing", "103 Early Hints", "199 X"])
def test_interim_responses_are_skipped(status: str, tmp_path: Path) -> None:
    """However many, and with headers (RFC 9110 section 15.2)."""
    interim = head("link: </a.css>; rel=preload", status=status)

    def answer(write: Write, first: str) -> None:
        write(interim * 5)
        empty(write, first)

    with raw_server(answer) as server:
        client = Client(Target(server.url))
        outcomes = [client.send(request_of(tmp_path)).outcome for _ in range(2)]
        client.close()
    assert [(o.status, o.body) for o in outcomes if isinstance(o, Response)] == [(200, b"{}")] * 2
    assert "link" not in outcomes[0].headers  # type: ignore[union-attr]
    assert server.connections == 1


def test_interim_responses_have_bounds(tmp_path: Path) -> None:
    """Those of a header section, all together."""
    with raw_server() as server:
        server.answer = lambda write, _: ATTACKS["103 for ever"](server, write)
        client = Client(Target(server.url))
        outcome = client.send(request_of(tmp_path)).outcome
        client.close()
    assert isinstance(outcome, TransportError)
    assert outcome.what.endswith("the header section is longer than 65,536 bytes")


# --- interrupted


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_test_says_what_it_found(number: signal.Signals, tmp_path: Path) -> None:
    """In a report, and with its code; SIGTERM is what CI sends."""
    came = threading.Event()

    def answer(write: Write, first: str) -> None:
        if len(server.requests) > 5:
            came.set()
            server.over.wait(PATIENCE)
        status = "404 Not Found" if "tallystick" in first else "500 Oh"
        write(head("content-length: 0", status=status))

    with raw_server(answer) as server:
        words = [readers(tmp_path), "--base-url", server.url, "--report-dir", tmp_path / "report"]
        command = [sys.executable, "-m", "tallystick", "test", *map(str, words)]
        run = subprocess.Popen(
            command,
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # What a shell starts in the background ignores it (POSIX, XCU 2.11).
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        assert came.wait(PATIENCE)
        run.send_signal(number)
        out, err = run.communicate(timeout=PATIENCE)
    report = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    assert (run.returncode, "Traceback" in err) == (1, False), err
    assert "the document has no 500" in out
    assert [note for note in report["notes"] if "the run was interrupted after" in note]
