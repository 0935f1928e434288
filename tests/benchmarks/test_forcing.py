"""Every documented case, forced at a real mock, and what an independent judge says of it."""

from __future__ import annotations

import sys

import pytest

from benchmarks.documents import CONTRACTS, in_folder
from benchmarks.forcing import Forcing, status_of
from tallystick import load_contract
from tests.end_to_end.peers import free_port

pytestmark = pytest.mark.whole

DOCUMENT = """
openapi: 3.1.0
info: { title: Bins, version: "1" }
security: [{ key: [] }]
paths:
  /bins/{id}:
    get:
      parameters:
        - { name: id, in: path, required: true, schema: { type: string, minLength: 1 } }
        - { name: page, in: query, required: true, schema: { type: integer, minimum: 1 } }
      responses:
        "200":
          description: A bin
          headers: { X-Count: { required: true, schema: { type: integer } } }
          content:
            application/json: { schema: { type: object, required: [id], properties: {
              id: { type: integer } } } }
            text/plain: { example: a bin }
        "404":
          description: |
            Bin.Gone - it is gone

            Bin.Unknown - there was none
          content: { application/json: { schema: { type: object, properties: {
            code: { type: string } } } } }
        "500": { description: It failed }
        5XX: { description: It failed in another way }
        default: { description: Whatever }
  /count:
    get: { responses: { "204": { description: Counted } } }
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Key } }
"""
WRONG = """
import http.server, os, sys
class Wrong(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if "mortal" in sys.argv and "bins" in self.path:
            os._exit(1)
        status = int(self.headers["Prefer"].partition("=")[2][:3])
        is_whole = "{" not in self.path and ("page=" in self.path or "count" in self.path)
        is_asked = self.headers["X-Key"] and is_whole
        self.send_response(status if is_asked else 400)
        self.send_header("Content-Type", self.headers["Accept"])
        self.end_headers()
    log_message = lambda *_: None
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Wrong).serve_forever()
"""
NOW_AND_THEN = """
import http.server, sys
bodies = iter([b'{"id": 1}', b'{"id": 2}', b'{"id": "third"}'])
class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        is_json = self.headers["Accept"] == "application/json"
        self.send_response(200)
        self.send_header("Content-Type", self.headers["Accept"])
        self.send_header("X-Count", "1")
        self.end_headers()
        self.wfile.write(next(bodies, b"") if is_json else b"a bin")
    log_message = lambda *_: None
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Server).serve_forever()
"""
CASES = ["200", "404 Bin.Gone", "404 Bin.Unknown", "500", "5XX", "default"]


@pytest.fixture
def forcing(tmp_path) -> Forcing:
    path = tmp_path / "document.yaml"
    path.write_text(DOCUMENT, encoding="utf-8")
    return Forcing(load_contract(str(path)), path)


def test_every_case_is_forced(forcing):
    """Each is asked for in each of its media types, and answered as the document says."""
    forced = forcing.at_mock()
    names = [*(f"GET /bins/{{id}} {case}" for case in CASES), "GET /count 204"]
    assert forced.faults == {name: [] for name in names}
    assert (forced.score, forced.is_right) == ("7 of 7", True)


def test_a_server_that_is_wrong(forcing):
    """What is wrong is said of each case; the requests are valid, and have credentials."""
    port = free_port()
    forced = forcing.at([sys.executable, "-c", WRONG, str(port)], port)
    empty = "the body is no application/json: Expecting value: line 1 column 1 (char 0)"
    missing = "the header X-Count is missing"
    assert list(forced.faults.values()) == [
        [missing, empty, "the body is none of the documented examples"],
        [empty],
        [empty],
        *([], [], [], []),
    ]
    assert (forced.score, forced.is_right) == ("4 of 7", False)


def test_a_server_that_ends(forcing):
    """It is started again; the operation at which it ended has no further answer."""
    port = free_port()
    forced = forcing.at([sys.executable, "-c", WRONG, str(port), "mortal"], port)
    lost = ["no answer: the server has ended"]
    assert list(forced.faults.values()) == [lost] * 6 + [[]]
    assert forced.score == "1 of 7"


def test_a_server_that_is_wrong_now_and_then(forcing):
    """A success is asked for as often as a server has bodies of it."""
    port = free_port()
    forced = forcing.at([sys.executable, "-c", NOW_AND_THEN, str(port)], port, times=3)
    assert forced.faults["GET /bins/{id} 200"] == ["/id: 'third' is not of type 'integer'"]


def test_a_server_that_does_not_serve(forcing):
    """It has no score, and the reason is what it said."""
    port = free_port()
    forced = forcing.at([sys.executable, "-c", "raise SystemExit('Error: no such file')"], port)
    assert (forced.score, forced.start, forced.is_right) == ("not served", "–", False)
    assert forced.why_not == "Error: no such file"


def test_the_status_that_only_one_response_documents(forcing):
    """Of a range and of `default`, one that has no response of its own."""
    operation = forcing.contract.operations[0]
    found = {case.status: status_of(operation, case) for case in operation.cases}
    assert found == {"200": 200, "404": 404, "500": 500, "5XX": 501, "default": 400}


@pytest.mark.long
@pytest.mark.parametrize(
    "path", in_folder(CONTRACTS) or [None], ids=lambda path: path and path.name
)
def test_real_documents(path):
    """Every case of every document can be forced, and each answer is what the document says."""
    if path is None:
        pytest.skip(f"{CONTRACTS} is not there; TALLYSTICK_CONTRACTS names another folder")
    forced = Forcing(load_contract(str(path)), path).at_mock()
    assert (forced.why_not, forced.wrong) == ("", {})
    assert forced.faults
