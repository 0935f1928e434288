"""The document: versions, validation with places, and schemas for any validator."""

import pytest
from jsonschema import Draft202012Validator

from tallystick import load_contract
from tallystick.errors import DocumentError, InvalidDocumentError, TallystickError
from tests.tallystick.conftest import document, load

OK = {"200": {"description": "OK"}}


@pytest.mark.parametrize("version", ["3.0.0", "3.0.3", "3.0.4", "3.1.0", "3.1.1", "3.1.2"])
def test_versions_that_are_read(write, version):
    """OpenAPI 3.0.x and 3.1.x."""
    contract = load_contract(write("d.json", document(OK, version=version)))
    assert [case.label for case in contract.cases] == ["200"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "swagger: '2.0'\n",
            "1: This is a Swagger 2.0 document. Tallystick reads OpenAPI 3.0.x and 3.1.x.",
        ),
        (
            "a: 1\n",
            "1: This is no OpenAPI document: it has no member 'openapi' at its root. "
            "Tallystick reads OpenAPI 3.0.x and 3.1.x.",
        ),
        (
            "- a\n",
            "1: This is no OpenAPI document: it has no member 'openapi' at its root. "
            "Tallystick reads OpenAPI 3.0.x and 3.1.x.",
        ),
        (
            "just words\n",
            "1: This is no OpenAPI document: it has no member 'openapi' at its root. "
            "Tallystick reads OpenAPI 3.0.x and 3.1.x.",
        ),
        (
            "\nopenapi: 3.2.0\n",
            "2 at #/openapi: OpenAPI version '3.2.0' is not known. "
            "Tallystick reads 3.0.x and 3.1.x.",
        ),
        (
            "openapi: 4.0.0\n",
            "1 at #/openapi: OpenAPI version '4.0.0' is not known. "
            "Tallystick reads 3.0.x and 3.1.x.",
        ),
        (
            "openapi: 3.1\n",
            "1 at #/openapi: OpenAPI version 3.1 is not known. Tallystick reads 3.0.x and 3.1.x.",
        ),
        (
            "openapi: null\n",
            "1 at #/openapi: OpenAPI version None is not known. Tallystick reads 3.0.x and 3.1.x.",
        ),
    ],
)  # fmt: skip
def test_what_is_no_document_of_these_versions(write, text, message):
    """The message says what it is and what is read."""
    place = write("d.yaml", text)
    with pytest.raises(DocumentError) as caught:
        load(place)
    assert str(caught.value) == f"{place}:{message}"


def test_an_empty_file_is_no_document(write):
    """It has not even a line."""
    place = write("d.yaml", "")
    with pytest.raises(DocumentError) as caught:
        load(place)
    assert str(caught.value).startswith(f"{place}: This is no OpenAPI document")


HEAD = "openapi: 3.1.1\ninfo: {title: t, version: '1'}\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (HEAD.replace(", version: '1'", "") + "paths: {}\n", "2 at #/info"),
        (
            HEAD + "paths:\n  /a:\n    get:\n      responses:\n        '200': {}\n",
            "7 at #/paths/~1a/get/responses/200",
        ),
        (
            HEAD + "paths:\n  /a/{id}:\n    get:\n      responses: {'200': {description: d}}\n",
            "5 at #/paths/~1a~1{id}/get",
        ),
        (
            HEAD + "paths:\n  /a:\n    get:\n      operationId: 7\n"
            "      responses: {'200': {description: d}}\n",
            "6 at #/paths/~1a/get/operationId",
        ),
    ],
)  # fmt: skip
def test_what_breaks_the_specification_is_told_with_its_place(write, text, place):
    """File, line and JSON pointer."""
    file = write("d.yaml", text)
    with pytest.raises(DocumentError) as caught:
        load(file)
    assert str(caught.value).startswith(f"{file}:{place}: ")


def test_several_errors_are_told_together(write):
    """One run shows what there is to mend."""
    text = (
        HEAD + "paths:\n  /a:\n    get:\n      responses:\n        '200': {}\n        '400': {}\n"
    )
    file = write("d.yaml", text)
    with pytest.raises(InvalidDocumentError) as caught:
        load(file)
    assert [error.source.line for error in caught.value.errors] == [7, 8]


def test_a_document_without_operations_is_an_error(write):
    """There is nothing to mock or test."""
    file = write("d.yaml", HEAD + "paths: {}\n")
    with pytest.raises(TallystickError) as caught:
        load_contract(file)
    assert str(caught.value) == f"{file}:3 at #/paths: The document has no operations."


def test_a_schema_stands_alone(write):
    """Any 2020-12 validator takes it, references and recursion included."""
    tree = {"type": "object", "properties": {"l": {"$ref": "#/components/schemas/Tree"}}}
    loaded = load(write("d.json", document(OK, components={"schemas": {"Tree": tree}})))
    validator = Draft202012Validator(loaded.json_schema(("components", "schemas", "Tree")))
    assert [validator.is_valid(v) for v in ({"l": {"l": {}}}, {"l": {"l": 1}})] == [True, False]


def test_a_schema_at_a_path_that_needs_encoding_stands_alone(write):
    """The vendor's path has slashes and braces."""
    place = ("paths", "/things/{id}", "post", "parameters", "0", "schema")
    schema = load(write("d.json", document(OK, parameter={"type": "integer"}))).json_schema(place)
    validator = Draft202012Validator(schema)
    assert [validator.is_valid(value) for value in (1, "1")] == [True, False]


def test_a_line_of_prose_is_found(page):
    """The line of a folded block that holds the words, counted from the page's top."""
    place = ("paths", "/organisations/{id}/payment-account/link", "post", "responses", "409")
    source = load(page).locate((*place, "description"), "PaymentAccount.Disconnected")
    assert (source.line, source.pointer) == (
        125,
        "/paths/~1organisations~1{id}~1payment-account~1link/post/responses/409/description",
    )
