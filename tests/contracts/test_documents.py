"""Small documents, one hard thing each: what is read, what is said of the rest, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick import load_contract
from tallystick.contract import Contract
from tallystick.errors import DocumentError
from tallystick.reader.diagnostics import Diagnostic
from tallystick.reader.pointers import from_pointer
from tests.contracts.expected import EXPECTED

FOLDER = Path(__file__).parent / "documents"
REFUSED = {"swagger-2.0.yaml"}


@pytest.fixture(params=sorted(EXPECTED))
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def contract(name) -> Contract:
    return load_contract(str(FOLDER / name))


def place(diagnostic: Diagnostic, main: Path) -> str:
    """The line, and before it the file, if it is not the main one."""
    source = diagnostic.source
    assert source
    folder = main if main.is_dir() else main.parent
    file = "" if source.file == str(main) else f"{Path(source.file).relative_to(folder)}:"
    return f"{file}{source.line} {diagnostic.name}"


def test_what_is_read(name, contract):
    """The cases of all operations."""
    cases = tuple(f"{case.operation} {case.label}" for case in contract.cases)
    assert cases == EXPECTED[name].cases


def test_what_is_said(name, contract):
    """The diagnostics, each with its file and line."""
    said = tuple(place(diagnostic, FOLDER / name) for diagnostic in contract.document.diagnostics)
    assert said == EXPECTED[name].diagnostics


def test_what_schemas_mean(name, contract):
    """Which values are valid, and which are not."""
    document = contract.document
    for pointer, (valid, invalid) in EXPECTED[name].verdicts.items():
        validator = document.validators.at(from_pointer(pointer))
        found = [validator.is_valid(value) for value in (*valid, *invalid)]
        assert (pointer, found) == (pointer, [True] * len(valid) + [False] * len(invalid))


def test_each_document_is_expected():
    """A document that nobody expects anything of would prove nothing."""
    files = {path.relative_to(FOLDER).parts[0] for path in FOLDER.rglob("*") if path.is_file()}
    assert files == {name.partition("/")[0] for name in EXPECTED} | REFUSED


def test_swagger_is_refused():
    """It is another format; the message has the command that converts it."""
    with pytest.raises(DocumentError) as caught:
        load_contract(str(FOLDER / "swagger-2.0.yaml"))
    assert "npx swagger2openapi" in str(caught.value)


def test_operations_without_responses_are_read():
    """They have no case, but they are there."""
    contract = load_contract(str(FOLDER / "no-responses.yaml"))
    assert [operation.name for operation in contract.operations] == [
        "GET /things",
        "PUT /things",
        "POST /things",
        "DELETE /things",
    ]


def test_which_declaration_of_a_parameter_holds():
    """The last of the operation's; one of another place is another parameter."""
    contract = load_contract(str(FOLDER / "parameters-twice.yaml"))
    document, (operation,) = contract.document, contract.operations
    assert [
        (parameter.location, parameter.name, document.at(parameter.schema or ()).value["type"])
        for parameter in operation.parameters
    ] == [("query", "limit", "boolean"), ("header", "limit", "integer")]


def test_an_undeclared_path_parameter_is_a_string():
    """It is required, as each one is, and has no schema."""
    contract = load_contract(str(FOLDER / "undeclared-path-parameters.yaml"))
    (operation,) = contract.operations
    assert [
        (parameter.name, parameter.is_declared, parameter.required, parameter.schema is None)
        for parameter in operation.parameters
    ] == [("part", True, True, False), ("id", False, True, True), ("format", False, True, True)]


def test_fixed_members_of_a_query_select_the_operation():
    """Those that are no template."""
    contract = load_contract(str(FOLDER / "path-with-query.yaml"))
    assert [(operation.path, operation.selectors) for operation in contract.operations] == [
        ("/search", (("kind", "cat"),)),
        ("/search", (("kind", "dog"),)),
        ("/search", ()),
    ]


def test_an_example_stays_what_the_author_wrote():
    """Dates, words and what looks like a reference are data."""
    contract = load_contract(str(FOLDER / "yaml-as-people-write-it.yaml"))
    root = contract.document.root
    operation = root["paths"]["/things"]["get"]
    assert (
        root["info"]["title"],
        operation["responses"]["200"]["content"]["application/json"]["example"],
        operation["responses"]["200"]["description"],
        operation["responses"]["200"]["headers"],
        [parameter["example"] for parameter in operation["parameters"]],
    ) == (
        "2024-05-01",
        {"at": "2024-05-01T10:30:00Z", "on": "off", "1": None},
        "At 10:30:00",
        {"x-on": {"schema": {"type": "string"}}},
        ["NO", "2024-05-01"],
    )
    contract = load_contract(str(FOLDER / "references-that-are-none.yaml"))
    get = contract.document.root["paths"]["/things"]["get"]
    media_type = get["responses"]["200"]["content"]["application/json"]
    assert media_type["example"] == {"$ref": "#/nowhere"}
