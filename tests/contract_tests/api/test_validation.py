"""`validate` and `violations_of` say how a response breaks the contract, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests import (
    ContractViolationError,
    PlainRequest,
    PlainResponse,
    UnknownOperationError,
    validate,
    violations_of,
)
from tallystick.contract import load_contract

JSON = {"Content-Type": "application/json"}
LAMPS = """\
openapi: 3.1.0
info: {title: Lamps, version: "1"}
paths:
  /lamps/{id}:
    get:
      responses:
        "200":
          description: A lamp
          content:
            application/json:
              schema:
                type: object
                required: [watts]
                properties:
                  watts: {type: integer, minimum: 1}
        "404": {description: None}
"""


@pytest.fixture
def lamps(tmp_path: Path) -> str:
    path = tmp_path / "lamps.yaml"
    path.write_text(LAMPS, "utf-8")
    return str(path)


def lamp(body: bytes, status: int = 200) -> PlainResponse:
    return PlainResponse(status, JSON, body, PlainRequest("GET", "/lamps/1"))


def test_a_right_response(lamps: str) -> None:
    """Nothing happens, with the request and without."""
    response = lamp(b'{"watts": 40}')
    validate(lamps, response)
    validate(lamps, None, response)
    validate(lamps, "GET /lamps/1", response)
    validate(Path(lamps), response)


def test_a_violation(lamps: str) -> None:
    """It says what is wrong, where that stands in the document, and what to do."""
    (found,) = violations_of(lamps, lamp(b'{"watts": 0}'))
    assert (found.operation, found.check, found.level) == (
        "GET /lamps/{id}",
        "body schema",
        "documented",
    )
    assert found.message == "/watts does not fit the schema: 0 is less than the minimum of 1"
    assert (found.place.file, found.place.line) == (lamps, 15)
    assert found.place.pointer == (
        "/paths/~1lamps~1{id}/get/responses/200/content/application~1json/schema/properties/watts"
        "/minimum"
    )
    assert found.remedy == (
        "Send what the schema asks for at this place, or correct the schema in the document."
    )


def test_the_error(lamps: str) -> None:
    """It is an AssertionError that holds the violations, and lists each."""
    with pytest.raises(AssertionError) as raised:
        validate(lamps, lamp(b'{"watts": 0}', status=201))
    assert isinstance(raised.value, ContractViolationError)
    assert [each.check for each in raised.value.violations] == ["documented status"]
    responses = "/paths/~1lamps~1{id}/get/responses"
    remedy = raised.value.violations[0].remedy
    assert str(raised.value) == (
        "The response of GET /lamps/{id} breaks the contract:\n"
        "\n"
        "documented status (documented): the document has no 201\n"
        f"  source    {lamps}:6 at #{responses}\n"
        '  response  201 application/json {"watts": 0}\n'
        f"  change    {remedy}"
    )


def test_a_standard_and_its_place(lamps: str) -> None:
    """Of a standard, the operation's place stands beside it."""
    with pytest.raises(ContractViolationError) as raised:
        validate(lamps, lamp(b"{"))
    place = f"{lamps}:5 at #/paths/~1lamps~1{{id}}/get"
    assert f"  source    RFC 8259 section 8.1; {place}\n" in str(raised.value)


def test_advice_fails_where_it_is_asked_for(lamps: str) -> None:
    """A 4xx that the document does not have is advice, as in the suite."""
    response = lamp(b"{}", status=409)
    (found,) = violations_of(lamps, response)
    assert (found.check, found.level, found.message) == (
        "undocumented refusal",
        "advisory",
        "the document does not have 409",
    )
    validate(lamps, response)
    with pytest.raises(ContractViolationError, match="undocumented refusal"):
        validate(lamps, response, advisory=True)


def test_a_loaded_contract(lamps: str) -> None:
    """It is used as it is: with overlays, for example."""
    contract = load_contract(lamps)
    Path(lamps).unlink()
    assert len(violations_of(contract, lamp(b"{}"))) == 1


def test_a_document_is_read_once(lamps: str) -> None:
    validate(lamps, lamp(b'{"watts": 40}'))
    Path(lamps).unlink()
    validate(lamps, lamp(b'{"watts": 40}'))


def test_a_relative_path_is_one_of_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two documents of one name are two."""
    for name, least in (("one", 1), ("ten", 10)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "lamps.yaml").write_text(LAMPS.replace("minimum: 1", f"minimum: {least}"))
        monkeypatch.chdir(folder)
        assert len(violations_of("lamps.yaml", lamp(b'{"watts": 5}'))) == (least == 10)


def test_an_operation_that_is_not_there(lamps: str) -> None:
    with pytest.raises(UnknownOperationError) as raised:
        validate(lamps, "POST /lamps/1", lamp(b"{}"))
    assert str(raised.value) == (
        f"{lamps}:3 at #/paths: The document has no operation POST /lamps/1. "
        "It has GET /lamps/{id}."
    )


def test_a_base_path(lamps: str) -> None:
    """What all paths start with, where the document does not say it."""
    validate(lamps, "GET /api/lamps/1", lamp(b'{"watts": 40}'), base_path="/api/")


def test_a_credential_that_comes_back(lamps: str) -> None:
    """It is a violation, and no text has the credential."""
    request = PlainRequest("GET", "/lamps/1", {"Authorization": "Bearer of-a-good-secret"})
    found = violations_of(lamps, request, lamp(b'{"watts": "of-a-good-secret"}'))
    assert [(each.check, each.message) for each in found] == [
        ("body schema", "/watts does not fit the schema: '[redacted]' is not of type 'integer'"),
        ("no secret", "the response gives a secret of the request back"),
    ]
    assert found[0].response == '200 application/json {"watts": "[redacted]"}'


def test_what_the_request_said_may_come_back(lamps: str) -> None:
    """A path in the response is a source file of the service only if the client did not send it."""
    body = b'{"watts": 1, "a": "/srv/app/lamps.py"}'
    request = PlainRequest("GET", "/lamps/1", {}, body)
    assert violations_of(lamps, request, lamp(body)) == []
    assert [each.check for each in violations_of(lamps, lamp(body))] == ["no source path"]
