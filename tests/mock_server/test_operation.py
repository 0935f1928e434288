"""Operations are made when they are first used, and one that cannot be mocked leaves the rest."""

import json
import logging
from pathlib import Path

import httpx
import pytest

from benchmarks import generated
from mock_server import operation, validators
from mock_server.answers import prepared, templates
from mock_server.requests import parameters, validation
from tallystick.reader.document import Document
from tallystick.reader.pointers import Path as Place
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
              schema: {type: string, pattern: "^[A-Z]{3}-[0-9]{9}$"}
        "404": {description: Gone}
"""


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Place]:
    """Where the schemas stand that are compiled during the test."""
    places: list[Place] = []

    def spy(document: Document, place: Place) -> object:
        places.append(place)
        return validators.compile_schema(document, place)

    for module in (prepared, templates, parameters, validation):
        monkeypatch.setattr(module, "compile_schema", spy)
    return places


def test_nothing_is_compiled_before_it_is_used(
    serve: Serve, compiled: list[Place], tmp_path: Path
) -> None:
    """A mock of a hundred operations starts without a validator; a request makes those of its own
    operation, once.
    """
    mock = serve(json.dumps(generated.document(100)))
    assert mock.get("/_tallystick/health").status_code == 200
    assert mock.get("/resource-7", params={"limit": "0"}).status_code == 400
    assert {place[:3] for place in compiled} == {("paths", "/resource-7", "get")}
    count = len(compiled)
    assert mock.get("/resource-7").status_code == 200
    assert len(compiled) == count


@pytest.mark.parametrize("headers", [{}, {"Prefer": "code=404"}])
def test_an_operation_that_cannot_be_mocked(serve: Serve, headers: dict[str, str]) -> None:
    """It answers 501, forced or not, with a problem that says why and where."""
    answer = serve(IMPOSSIBLE).get("/impossible", headers=headers)
    check_undocumented(answer, 501, "No valid body could be made for application/json.")
    detail = answer.json()["detail"]
    assert detail.startswith("This operation cannot be mocked.")
    assert "#/paths/~1impossible/get/responses/200/content/application~1json" in detail


def test_the_others_are_mocked(serve: Serve) -> None:
    """The other operations are served, before and after."""
    mock = serve(IMPOSSIBLE)
    statuses = [mock.get(path).status_code for path in ("/possible", "/impossible", "/possible")]
    assert statuses == [200, 501, 200]


def test_a_refusal_is_in_the_journal(serve: Serve) -> None:
    """The journal has the 501 and its reason, and the explanation of it can be had."""
    mock = serve(IMPOSSIBLE)
    link = mock.get("/impossible").headers["link"]
    (entry,) = mock.get("/_tallystick/requests").json()
    expected = ("GET /impossible", 501, "501", "cannot be mocked")
    assert (entry["operation"], entry["status"], entry["case"], entry["reason"]) == expected
    explained = mock.get(link.partition(">")[0].removeprefix("<")).json()
    assert explained["note"] == "This operation cannot be mocked: the answer says why."
    assert explained["others"] == []


def test_no_documented_response(serve: Serve) -> None:
    """An operation without a response has no case to answer with."""
    text = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {/x: {get: {}}}\n"
    check_undocumented(serve(text).get("/x"), 501, "The operation documents no response.")


def test_a_defect_of_the_mock_is_a_501_too(
    mock_of_pings: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever goes wrong while an operation is made, the mock goes on and logs it."""

    def defective(*_: object) -> dict[str, prepared.Answer]:
        raise RuntimeError("a defect")

    monkeypatch.setattr(operation, "prepare", defective)
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
