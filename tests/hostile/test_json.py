"""The shapes of JSONTestSuite, each as the body of a request over a real socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx
import pytest

from mock_server.serve import serving
from tallystick import load_contract
from tests.hostile.json_shapes import OPEN, REFUSED, TAKEN

DOCUMENT = """
openapi: 3.1.0
info: {title: Anything, version: "1"}
paths:
  /anything:
    post:
      requestBody:
        required: true
        content: {application/json: {schema: {SCHEMA}}}
      responses:
        "200": {description: fine}
        "400": {description: wrong}
components:
  schemas:
    Any: {items: {$ref: '#/components/schemas/Any'}}
"""
SCHEMAS = {
    "any value": "",
    "a recursive one": "$ref: '#/components/schemas/Any'",
}


@pytest.fixture(scope="module", params=[*SCHEMAS.values()], ids=[*SCHEMAS])
def address(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[tuple[str, int]]:
    """A mock that takes any JSON."""
    file = tmp_path_factory.mktemp("json") / "document.yaml"
    file.write_text(DOCUMENT.replace("SCHEMA", request.param), encoding="utf-8")
    with serving(load_contract(str(file))) as url:
        yield httpx.URL(url).host, httpx.URL(url).port or 80


def statuses(
    address: tuple[str, int], bodies: list[bytes], path: str = "/anything"
) -> dict[tuple[bytes, int], int]:
    """What the mock answers to each body, on one connection."""
    found = {}
    with socket.create_connection(address, timeout=30) as connection:
        received = connection.makefile("rb")
        for body in bodies:
            connection.sendall(
                b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (path.encode(), len(body), body)
            )
            found[body[:80], len(body)] = int(received.readline().split()[1])
            length = 0
            while (line := received.readline()) != b"\r\n":
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            received.read(length)
    return found


def test_there_are_as_many_shapes():
    """As in the suite, at least."""
    assert (len(set(TAKEN)) >= 95, len(set(REFUSED)) >= 188, len(set(OPEN)) >= 35) == (True,) * 3


def test_what_every_reader_takes_is_taken(address):
    """None of it is malformed."""
    assert {body: s for body, s in statuses(address, TAKEN).items() if s != 200} == {}


def test_what_no_reader_may_take_is_refused(address):
    """With the documented 400."""
    assert {body: s for body, s in statuses(address, REFUSED).items() if s != 400} == {}


def test_what_is_left_open_is_answered(address):
    """One way or the other."""
    assert {b: s for b, s in statuses(address, OPEN).items() if s not in (200, 400)} == {}


@pytest.mark.parametrize("place", ["forces", "faults", "clock", "verify"])
def test_the_control_api_takes_none_of_it(address, place):
    """None of these is a control request."""
    path = f"/~session/json/_tallystick/{place}"
    answered = statuses(address, [*REFUSED, *OPEN], path)
    assert {body: s for body, s in answered.items() if s != 400} == {}
