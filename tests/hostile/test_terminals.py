"""Documents and targets that would write to the terminal, by each command."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests import PATIENCE
from tests.mock_server.running import running

pytestmark = pytest.mark.whole

EVIL = (
    "\x1b[2J\x1b]8;;http://evil.example\x07 \x9b31m\x7f\u202e\u2066\u200f\u061c\u2028\r\nerror: no"
)
ACTING = [
    *(bytes([code]) for code in range(32) if chr(code) not in "\t\n"),
    b"\x7f",
    *(chr(code).encode() for code in (*range(0x80, 0xA0), 0x61C, 0x200E, 0x200F)),
    *(chr(code).encode() for code in (*range(0x2028, 0x202F), *range(0x2066, 0x206A))),
]


def acting(output: bytes) -> list[bytes]:
    """What in an output does something to a terminal."""
    return [sign for sign in ACTING if sign in output]


def evil(what: str) -> str:
    return f"{what}{EVIL}"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> str:
    """All texts of it are evil, names included."""
    schema = {
        "type": "object",
        "title": evil("title"),
        "required": [evil("a")],
        "properties": {evil("a"): {"type": "string", "enum": [evil("x")], "default": evil("y")}},
        "example": {evil("a"): evil("z")},
    }
    content = {"application/json": {"schema": schema, "examples": {evil("E"): {"value": EVIL}}}}
    item = {
        "summary": evil("summary"),
        "operationId": evil("id"),
        "description": f"Needs a token {EVIL}",
        "tags": [evil("tag")],
        "parameters": [{"name": evil("q"), "in": "query", "schema": {"pattern": evil("(")}}],
        "requestBody": {"content": content},
        "responses": {
            "200": {"description": evil("fine"), "content": content},
            "409": {"description": f"Thing.Gone — {EVIL}\n\nThing.Away — away {EVIL}"},
            evil("4"): {"description": "none"},
        },
        evil("x-tallystick-no"): 1,
    }
    root = {
        "openapi": "3.1.0",
        "info": {"title": evil("Title"), "version": evil("1")},
        "servers": [{"url": evil("https://example.com/")}],
        "tags": [{"name": evil("tag")}],
        "paths": {f"/things{EVIL}": {"post": item, "get": {**item, "requestBody": None}}},
        "security": [{evil("scheme"): []}],
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": EVIL}}
        },
    }
    file = tmp_path_factory.mktemp("evil") / "document.json"
    file.write_text(json.dumps(root), encoding="utf-8")
    return str(file)


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "tallystick", *arguments]
    return subprocess.run(command, capture_output=True, timeout=PATIENCE, **options)  # type: ignore[call-overload]


COMMANDS = [
    ["cases"],
    ["lint"],
    ["lint", "--format", "json"],
    ["export", "document"],
    ["export", "msw"],
]
OTHERS = [
    ["cases", "--all", "--format", "json"],
    ["lint", "--format", "sarif"],
    ["collections"],
    ["overlay"],
    ["export", "overlay"],
    ["export", "http"],
    ["export", "postman"],
    ["export", "locust"],
    ["cases", "--strict"],
    ["cases", "--overlay", evil("file")],
]


def holds_nothing(document: str, arguments: list[str]) -> None:
    done = run(*arguments, document)
    assert done.stdout + done.stderr
    assert (done.returncode in (0, 1, 2), b"Traceback" in done.stderr) == (True, False)
    assert acting(done.stdout + done.stderr) == []
    if "json" in arguments:
        assert EVIL in repr_of(json.loads(done.stdout))


def repr_of(value: object) -> str:
    return json.dumps(value).encode().decode("unicode_escape")


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_command_prints_what_acts(document, arguments):
    """Neither on standard output nor on standard error."""
    holds_nothing(document, arguments)


@pytest.mark.long
@pytest.mark.parametrize("arguments", OTHERS, ids=" ".join)
def test_no_other_command_does(document, arguments):
    """The same for the rest of them."""
    holds_nothing(document, arguments)


def test_a_terminal_gets_nothing_either(document):
    """Where there are colours."""
    main, side = pty.openpty()
    command = [sys.executable, "-m", "tallystick", "lint", document]
    with subprocess.Popen(command, stdin=side, stdout=side, stderr=side) as process:
        os.close(side)
        output = b""
        try:
            while part := os.read(main, 65536):
                output += part
        except OSError:  # how Linux says that nobody writes any more
            pass
        process.wait(PATIENCE)
    os.close(main)
    assert (b"errors," in output, acting(output.replace(b"\r\n", b"\n"))) == (True, [])


def test_the_mock_prints_nothing_either(document, tmp_path):
    """At its start, and of requests."""
    file = tmp_path / "document.json"  # in whose title `running` finds no address
    file.write_text(Path(document).read_text("utf-8").replace("http://", ""), encoding="utf-8")
    with running(file) as mock:
        mock.client.get("/things%1b%5b2J", headers={b"prefer": b"code=\x1b\xc2\x9b"})
        mock.process.terminate()
        assert mock.process.stdout is not None
        rest = mock.process.stdout.read().encode()
    assert (b"/things" in rest, acting(rest)) == (True, [])


# --- targets


@contextmanager
def target() -> Iterator[str]:
    """An implementation whose every answer is evil."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            body = json.dumps({"id": EVIL, EVIL: EVIL}, ensure_ascii=False).encode()
            self.send_response(299 if self.path.endswith("1") else 500, "\x9b\x1b[2J")
            self.send_header("Content-Type", "application/json\x1b[2J")
            self.send_header("X-Evil", "\x1b[2J\x9b")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_HEAD = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@pytest.mark.long
@pytest.mark.parametrize("command", ["test", "fuzz"])
def test_no_target_writes_to_a_terminal_or_a_report(document, tmp_path, command):
    """Whatever it answers: all files of the report, too, and those of JSON keep the value."""
    options = ["--max-requests", "150", "--database", "none"] if command == "fuzz" else ["-v"]
    with target() as url:
        done = run(
            *(command, document, "--base-url", url, "--report-dir", str(tmp_path / "report")),
            *("--max-time", "20", *options),
            cwd=tmp_path,
        )
    assert (done.returncode, acting(done.stdout + done.stderr)) == (1, [])
    files = {path.name: path.read_bytes() for path in Path(tmp_path, "report").iterdir()}
    assert {name: acting(text) for name, text in files.items() if acting(text)} == {}
    assert {"report.json", "report.html", "junit.xml", "summary.md"} <= files.keys()
    assert EVIL in repr_of(json.loads(files["report.json"]))
