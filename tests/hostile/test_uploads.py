"""Many bodies that do not end: together they have a bound, and nobody else is kept out."""

import json
import socket
import time
from contextlib import ExitStack

import httpx
import pytest

from mock_server.limits import MockLimits
from mock_server.serve import serving
from tallystick import load_contract
from tests import PATIENCE
from tests.mock_server.conftest import client
from tests.mock_server.wire import read_all, status

MEMORY = 4_000_000
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Uploads", "version": "1"},
    "paths": {
        "/files": {
            "put": {
                "requestBody": {"content": {"application/octet-stream": {}}},
                "responses": {"204": {"description": "kept"}},
            }
        }
    },
}
HEAD = b"PUT /files HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
PART, REST = b"x" * 1_500_000, b"x" * 7_500_000
ROOM = MEMORY // 2 - len(PART)
"""How many bytes fit beside the begun upload, once all that was sent of it has been read."""
FILE = {"content-type": "application/octet-stream"}


@pytest.fixture
def files(tmp_path):
    """A mock that takes files, and holds two megabytes of them at once."""
    path = tmp_path / "document.json"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    contract = load_contract(str(path))
    with serving(contract, limits=MockLimits(memory=MEMORY)) as url, client(url) as connected:
        yield connected


def begin(mock: httpx.Client) -> socket.socket:
    """An upload that does not end."""
    place = (mock.base_url.host, mock.base_url.port or 80)
    connection = socket.create_connection(place, timeout=60)
    connection.sendall(HEAD + b"Content-Length: 9000000\r\n\r\n" + PART)
    return connection


def test_bodies_that_do_not_end_have_a_bound(files):
    """One of them may be as large as any; the next is refused, and nothing of it is held."""
    with ExitStack() as stack:
        first = stack.enter_context(begin(files))
        assert until(503, files, ROOM + 1) == 503
        second = stack.enter_context(begin(files))
        second.sendall(REST)
        answer = read_all(second)
        assert (status(answer), b"--memory" in answer) == (503, True)
        assert files.put("/files", content=b"x" * 60_000, headers=FILE).status_code == 204
        first.sendall(REST)
        assert first.recv(12) == b"HTTP/1.1 204"
    assert until(204, files, len(PART) * 2) == 204


def test_who_leaves_makes_room(files):
    """At once, and whatever had come."""
    for _ in range(5):
        begin(files).close()
    assert until(204, files, len(PART) * 2) == 204


def until(wanted: int, mock: httpx.Client, size: int) -> int:
    """The status of an upload of so many bytes, once the mock has noticed what others did."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = mock.put("/files", content=b"x" * size, headers=FILE).status_code
        if found == wanted:
            break
    return found
