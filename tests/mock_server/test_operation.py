"""Operations are made when they are first used, and one that cannot be mocked leaves the rest."""

import json
import logging
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks import generated
from mock_server import operation
from tallystick.reader.pointers import Path as Place
from tallystick.reader.schemas.validators import Validators
from tests.mock_server.conftest import Serve
from tests.mock_server.documented import check_undocumented

IMPOSSIBLE = """
openapi: 3.1.0
info: {title: Half, version: "1"}
paths:
  /possible:
    get:
      responses:
        "200": {description: OK, content: {application/json: {schema: {const: 1}}}}
  /impossible:
    get:
      responses:
        "200":
          description: OK
          content:
            application/json:
              schema: {type: integer, minimum: 7, maximum: 6}
        "404": {description: Gone}
"""


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Place]:
    """Where the schemas stand that are compiled during the test."""
    places: list[Place] = []
    make = Validators._make

    def spy(self: Validators, place: Place, root: dict[str, Any]) -> object:
        places.append(place)
        return make(self, place, root)

    monkeypatch.setattr(Validators, "_make", spy)
    return places


def test_nothing_is_compiled_before_it_is_used(
    serve: Serve, compiled: list[Place], tmp_path: Path
) -> None:
    """A mock of a hundred operations starts with the validators of its magic values only; a
    request makes those of its own operation, once.
    """
    mock = serve(json.dumps(generated.document(100)))
    assert mock.get("/_tallystick/health").status_code == 200
    assert {place[-3] for place in compiled} == {"parameters"}
    compiled.clear()
    assert mock.get("/resource-7", params={"limit": "0"}).status_code == 400
    assert {place[:3] for place in compiled} == {("paths", "/resource-7", "get")}
    assert mock.get("/resource-7").status_code == 200
    count = len(compiled)
    assert mock.get("/resource-7").status_code == 200
    assert len(compiled) == count


def test_a_schema_that_nothing_fits(serve: Serve) -> None:
    """It gets the nearest value, and all other operations and cases are served."""
    mock = serve(IMPOSSIBLE)
    answers = [mock.get(path) for path in ("/possible", "/impossible", "/possible")]
    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (200, 1),
        (200, 7),
        (200, 1),
    ]
    assert mock.get("/impossible", headers={"Prefer": "code=404"}).status_code == 404


def test_no_documented_response(serve: Serve) -> None:
    """Nothing is documented, so nothing is wrong: 200, without content."""
    text = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {/x: {get: {}}}\n"
    answer = serve(text).get("/x")
    assert (answer.status_code, answer.content, answer.headers["tallystick-case"]) == (
        200,
        b"",
        "200",
    )


def test_a_refusal_is_in_the_journal(
    mock_of_pings: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal has the 501 and its reason, and the explanation of it can be had."""
    monkeypatch.setattr(operation, "checks", _defective)
    link = mock_of_pings.get("/ping").headers["link"]
    (entry,) = mock_of_pings.get("/_tallystick/requests").json()
    expected = ("GET /ping", 501, "501", "cannot be mocked")
    assert (entry["operation"], entry["status"], entry["case"], entry["reason"]) == expected
    explained = mock_of_pings.get(link.partition(">")[0].removeprefix("<")).json()
    assert explained["note"] == "This operation cannot be mocked: the answer says why."
    assert explained["others"] == []


def _defective(*_: object) -> object:
    raise RuntimeError("a defect")


def test_a_defect_of_the_mock_is_a_501_too(
    mock_of_pings: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever goes wrong while an operation is made, the mock goes on and logs it."""
    monkeypatch.setattr(operation, "checks", _defective)
    with caplog.at_level(logging.ERROR):
        check_undocumented(mock_of_pings.get("/ping"), 501, "RuntimeError: a defect")
    assert "GET /ping cannot be mocked" in caplog.text
    assert "Traceback" in caplog.text


@pytest.fixture
def mock_of_pings(serve: Serve) -> httpx.Client:
    """A mock of one operation, which is not made yet."""
    return serve(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"
        "paths: {/ping: {get: {responses: {'200': {description: OK}}}}}\n"
    )
