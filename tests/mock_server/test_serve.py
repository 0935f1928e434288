"""The command `tallystick mock`: what it prints, how it ends, and what it refuses."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from benchmarks import generated
from mock_server.control.guard import Access
from mock_server.serve import greeting, serving
from tallystick import load_contract
from tallystick.cli import main
from tests.mock_server.conftest import client

from .wire import content, exchange, head, read_all, status

Start = Callable[..., subprocess.Popen[str]]
TEXT = b'{"returnUrl": "https://app.example.com/a", "refreshUrl": "https://app.example.com/b"}'
POST = (
    b"POST /organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11/payment-account/link HTTP/1.1\r\n"
    b"Host: localhost\r\nContent-Type: application/json\r\n"
)
HEALTH = b"GET /_tallystick/health HTTP/1.1\r\nHost: localhost\r\n"
PATIENCE = 30
"""Seconds for a process to start on a slow machine; one that hangs fails the test."""


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts `tallystick mock` on a free port; what still runs at the end is killed."""
    processes: list[subprocess.Popen[str]] = []

    def run(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tallystick", "mock", *arguments]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        process.kill()
        process.communicate()


def listening(process: subprocess.Popen[str]) -> tuple[str, int]:
    """Where the process says, on its first line, that it listens."""
    assert process.stdout is not None
    url = re.search(r"http://([\d.]+):(\d+)", process.stdout.readline())
    assert url is not None
    return url[1], int(url[2])


def connect(address: tuple[str, int]) -> socket.socket:
    return socket.create_connection(address, timeout=PATIENCE)


def outcome(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, output, errors


def test_options(start: Start, tmp_path: Path) -> None:
    """The document and the options are honoured."""
    document = tmp_path / "small.yaml"
    document.write_text(
        "openapi: 3.1.1\n"
        "info: {title: Small, version: '1'}\n"
        "paths: {/x: {post: {requestBody: {content: {text/plain: {}}},"
        " responses: {'202': {description: OK}}}}}\n"
    )
    arguments = ("--port", "0", "--host", "localhost", "--max-body", "4", "--token", "t")
    process = start(str(document), *arguments)
    assert process.stdout is not None
    first = process.stdout.readline()
    port = re.search(r":(\d+)\b", first)
    assert first.startswith("Small: ")
    assert port is not None
    request = (
        b"POST /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: text/plain\r\n"
    )
    address = ("localhost", int(port[1]))
    assert status(exchange(address, request + b"Content-Length: 4\r\n\r\nabcd")) == 202
    assert status(exchange(address, request + b"Content-Length: 5\r\n\r\nabcde")) == 413
    # A token that is given is wanted on loopback, too.
    control = b"GET /_tallystick/requests HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    assert status(exchange(address, control + b"\r\n")) == 401
    assert status(exchange(address, control + b"Authorization: Bearer t\r\n\r\n")) == 200


def test_many_operations_are_not_all_listed(tmp_path: Path) -> None:
    """The greeting lists twenty operations, and says how many more there are."""
    place = tmp_path / "large.json"
    place.write_text(json.dumps(generated.document(25)), encoding="utf-8")
    lines = greeting(load_contract(str(place)), "http://127.0.0.1:1", Access()).splitlines()
    assert lines[0] == "25 operations: a mock of 100 documented cases, on http://127.0.0.1:1"
    assert lines[1] == "  GET /resource-0"
    assert lines[20:22] == ["  DELETE /resource-3/{id}", "  … and 5 more"]
    assert len(lines) == 23


def test_serves_until_sigterm(start: Start) -> None:
    """The first line names the address, where the mock listens on loopback, and so wants no token.
    SIGTERM ends it, with exit code 0 and nothing on standard error.
    """
    process = start("--port", "0")
    address = listening(process)
    assert address[0] == "127.0.0.1"
    request = b"GET /_tallystick/requests HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert status(exchange(address, request)) == 200
    assert process.stdout is not None
    assert process.stdout.readline() == "  POST /organisations/{id}/payment-account/link\n"
    board = process.stdout.readline()
    assert f"Board: http://127.0.0.1:{address[1]}/_tallystick/ " in board
    process.send_signal(signal.SIGTERM)
    code, _, errors = outcome(process)
    assert (code, errors) == (0, "")


def test_sigterm_with_an_open_board(start: Start) -> None:
    """An open live log does not keep the mock from ending: its stream ends as it should, where
    uvicorn would cut it off after a while and complain.
    """
    process = start("--port", "0")
    address = listening(process)
    with connect(address) as board:
        board.sendall(b"GET /_tallystick/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = board.recv(65536)
        while b"event: changed" not in received:
            received += board.recv(65536)
        process.send_signal(signal.SIGTERM)
        assert read_all(board).endswith(b"0\r\n\r\n")
    code, _, errors = outcome(process)
    assert (code, errors) == (0, "")


def test_off_loopback_a_token_is_wanted(start: Start, tmp_path: Path) -> None:
    """A mock that other machines can reach wants the token of the file, and prints it nowhere."""
    file = tmp_path / "token"
    file.write_text("sesame-sesame\n", encoding="utf-8")
    process = start("--port", "0", "--host", "0.0.0.0", "--token-file", str(file))
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(5)]
    port = re.search(r":(\d+)$", lines[0])
    assert port
    assert "Other machines can reach this mock" in lines[3]
    assert "not encrypted" in lines[4]
    address = ("127.0.0.1", int(port[1]))
    request = b"GET /_tallystick/requests HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    bearer = b"Authorization: Bearer sesame-sesame\r\n"
    assert status(exchange(address, request + b"\r\n")) == 401
    assert status(exchange(address, request + bearer + b"\r\n")) == 200
    assert "sesame" not in "".join(lines)


def test_a_token_that_is_made_up_stands_in_no_log(start: Start) -> None:
    """Where the output is no terminal, the mock says how to give one."""
    process = start("--port", "0", "--host", "0.0.0.0")
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(6)]
    assert lines[5] == "Nobody knows the token. Give one by --token-file or TALLYSTICK_TOKEN.\n"


def test_sigterm_with_a_request_in_flight(start: Start) -> None:
    """An upload that began before SIGTERM and ends after it is answered; an idle connection is
    closed; and the mock ends with exit code 0.
    """
    process = start("--port", "0")
    address = listening(process)
    with connect(address) as upload, connect(address) as idle:
        upload.sendall(
            POST
            + b"Transfer-Encoding: chunked\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        assert upload.recv(65536).startswith(b"HTTP/1.1 100")  # the mock waits for the body
        idle.sendall(HEALTH + b"\r\n")
        assert idle.recv(1).startswith(b"H")
        process.send_signal(signal.SIGTERM)
        assert read_all(idle).startswith(b"TTP/1.1 200")  # closed: the mock is ending
        upload.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(TEXT), TEXT))
        answer = read_all(upload)
    assert status(answer) == 200
    assert head(answer)["tallystick-case"] == "200"
    assert json.loads(content(answer))["url"]
    code, _, errors = outcome(process)
    assert (code, errors) == (0, "")


def test_sigterm_with_a_request_that_never_ends(start: Start) -> None:
    """An upload that does not end does not keep the mock from ending: it is cut off after three
    seconds, and the mock is gone soon after that.
    """
    process = start("--port", "0")
    with connect(listening(process)) as upload:
        upload.sendall(POST + b"Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n")
        assert upload.recv(65536).startswith(b"HTTP/1.1 100")
        begun = monotonic()
        process.send_signal(signal.SIGTERM)
        _, _, errors = outcome(process)
        assert monotonic() - begun > 2
        assert "graceful shutdown exceeded" in errors


def test_port_in_use(start: Start) -> None:
    """A port in use gives one clear line that names it and a way out, exit code 2, and no
    traceback.
    """
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, output, errors = outcome(start("--port", str(port)))
    assert (code, output) == (2, "")
    assert errors.count("\n") == 1
    assert str(port) in errors
    assert "--port" in errors


@pytest.mark.parametrize(
    "arguments",
    [
        ("--port", "65536"),
        ("--host", "no such host"),
        ("--allow-origin", "localhost:3000"),
        ("--locale", "german"),
        ("--token", "p\u00e4\u20acss"),
        ("--token", "a\nb"),
        ("--token", " a"),
        ("--token", "a" * 1_001),
        ("--allow-origin", "http://localhost:3000/"),
        ("no-such-document.yaml",),
        ("--overlay", "no-such-overlay.yaml"),
    ],
    ids=" ".join,
)
def test_bad_usage(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be served is said on standard error, exit code 2, without a traceback."""
    monkeypatch.setattr(sys, "argv", ["tallystick", "mock", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    output, errors = capsys.readouterr()
    assert (ended.value.code, output) == (2, "")
    assert errors.strip()
    assert "Traceback" not in errors


def test_seed(start: Start, tmp_path: Path) -> None:
    """Two processes with one seed answer with the same body, one with another seed does not."""
    document = tmp_path / "seeded.yaml"
    document.write_text(
        "openapi: 3.1.1\n"
        "info: {title: Seeded, version: '1'}\n"
        "paths: {/x: {get: {responses: {'200': {description: OK, content: {application/json:"
        " {schema: {type: object, properties: {a: {type: integer}, b: {format: uuid}}}}}}}}}}\n"
    )
    address = listening(start(str(document), "--port", "0", "--seed", "5"))
    answer = exchange(address, b"GET /x HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n")
    bodies = {}
    for seed in (5, 6):
        with serving(load_contract(str(document)), seed=seed) as url, client(url) as mock:
            bodies[seed] = mock.get("/x").content
    assert bodies[5] == content(answer) != bodies[6]


def test_locale(start: Start, tmp_path: Path) -> None:
    """The data is that of the language and country that the command names."""
    document = tmp_path / "places.yaml"
    document.write_text(
        "openapi: 3.1.1\n"
        "info: {title: Places, version: '1'}\n"
        "paths: {/x: {get: {responses: {'200': {description: OK, content: {application/json:"
        " {schema: {type: object, properties: {countryCode: {type: string}}}}}}}}}}\n"
    )
    address = listening(start(str(document), "--port", "0", "--locale", "de-DE"))
    answer = exchange(address, b"GET /x HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n")
    assert content(answer) == b'{"countryCode":"DE"}'
