"""The document: versions, structure with places, nodes, and schemas for any validator."""

import pytest
from jsonschema import Draft202012Validator

from tallystick import load_contract
from tallystick.errors import DocumentError, TallystickError
from tallystick.reader.document import Node
from tests.tallystick.conftest import document, load
from tests.tallystick.reader.said import said

OK = {"200": {"description": "OK"}}


@pytest.mark.parametrize(
    "version",
    ["3.0.0", "3.0.1", "3.0.2", "3.0.3", "3.0.4", "3.0.3-rc1", "3.1.0", "3.1.1", "3.1.2", "3.2.0"],
)
def test_versions_that_are_read(write, version):
    """OpenAPI 3.0, 3.1 and 3.2, without a word."""
    contract = load_contract(write("d.json", document(OK, version=version)))
    assert ([case.label for case in contract.cases], said(contract.document)) == (["200"], [])


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("3.1", "the OpenAPI version is written 3.1, without its last number"),
        (3.1, "the OpenAPI version is written 3.1, without its last number"),
        (3.0, "the OpenAPI version is written 3.0, without its last number"),
        ("3.3.0", "OpenAPI 3.3.0 is read as 3.2"),
        ("3.10.1", "OpenAPI 3.10.1 is read as 3.2"),
    ],
)
def test_versions_that_are_guessed(write, version, message):
    """A number without quotes, and what came after this reader; the document is read."""
    contract = load_contract(write("d.json", document(OK, version=version)))
    assert ([case.label for case in contract.cases], said(contract.document)) == (
        ["200"],
        [f"warning: d.json:1 at #/openapi: {message} [unknown-version]"],
    )


NO_DOCUMENT = (
    "This is no OpenAPI document: it has no member 'openapi' at its root. "
    "Tallystick reads OpenAPI 3.0, 3.1 and 3.2."
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n", f"1: {NO_DOCUMENT}"),
        ("- a\n", f"1: {NO_DOCUMENT}"),
        ("just words\n", f"1: {NO_DOCUMENT}"),
        (
            "\nopenapi: 4.0.0\n",
            '2 at #/openapi: OpenAPI version "4.0.0" is not known. '
            "Tallystick reads OpenAPI 3.0, 3.1 and 3.2.",
        ),
        (
            "openapi: 3\n",
            "1 at #/openapi: OpenAPI version 3 is not known. "
            "Tallystick reads OpenAPI 3.0, 3.1 and 3.2.",
        ),
        (
            "openapi: null\n",
            "1 at #/openapi: OpenAPI version null is not known. "
            "Tallystick reads OpenAPI 3.0, 3.1 and 3.2.",
        ),
    ],
)
def test_what_is_no_document_of_these_versions(write, text, message):
    """The message says what it is and what is read."""
    place = write("d.yaml", text)
    with pytest.raises(DocumentError) as caught:
        load(place)
    assert str(caught.value) == f"{place}:{message}"


def test_swagger_is_refused_with_the_command_that_converts_it(write):
    """One that can be pasted."""
    place = write("d.yaml", "swagger: '2.0'\n")
    with pytest.raises(DocumentError) as caught:
        load(place)
    assert str(caught.value) == (
        f"{place}:1: This is a Swagger 2.0 document. "
        f"Convert it: npx swagger2openapi {place} --outfile openapi.yaml"
    )


def test_an_empty_file_is_no_document(write):
    """It has not even a line."""
    place = write("d.yaml", "")
    with pytest.raises(DocumentError) as caught:
        load(place)
    assert str(caught.value).startswith(f"{place}: This is no OpenAPI document")


HEAD = "openapi: 3.1.1\ninfo: {title: t, version: '1'}\n"
PATHS = "paths:\n  /a:\n    get:\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            HEAD.replace(", version: '1'", "")
            + PATHS
            + "      responses: {'200': {description: d}}\n",
            'error: d.yaml:2 at #/info: "version" is a required property [invalid-structure]',
        ),
        (
            HEAD + PATHS + "      responses:\n        '200': {}\n",
            'error: d.yaml:7 at #/paths/~1a/get/responses/200: "description" is a required '
            "property [invalid-structure]",
        ),
        (
            HEAD + "paths:\n  /a/{id}:\n    get:\n      responses: {'200': {description: d}}\n",
            "error: d.yaml:5 at #/paths/~1a~1{id}/get: the path parameter 'id' is not declared; "
            "it is taken as a string [undeclared-path-parameter]",
        ),
        (
            HEAD + PATHS + "      operationId: 7\n      responses: {'200': {description: d}}\n",
            'error: d.yaml:6 at #/paths/~1a/get/operationId: 7 is not of type "string" '
            "[invalid-structure]",
        ),
    ],
    ids=["version", "description", "parameter", "operationId"],
)
def test_what_breaks_the_specification_has_its_place(write, text, message):
    """File, line and JSON pointer; the operation is read all the same."""
    contract = load_contract(write("d.yaml", text))
    assert ([case.label for case in contract.cases], said(contract.document)) == (
        ["200"],
        [message],
    )


def test_each_place_that_breaks_the_specification_is_named(write):
    """One run shows what there is to mend."""
    text = HEAD + PATHS + "      responses:\n        '200': {}\n        '400': {}\n"
    contract = load_contract(write("d.yaml", text))
    lines = [d.source and d.source.line for d in contract.document.diagnostics]
    assert ([case.label for case in contract.cases], lines) == (["200", "400"], [7, 8])


def test_what_is_left_out_is_not_said_twice(write):
    """The structure is not held to the specification where a part is left out already."""
    text = (
        HEAD + PATHS + "      parameters: [{in: query, schema: 7}]\n      responses: {'200': 1}\n"
    )
    contract = load_contract(write("d.yaml", text))
    assert ([case.label for case in contract.cases], said(contract.document)) == (
        [],
        [
            "error: d.yaml:6 at #/paths/~1a/get/parameters/0: a parameter has no name, and is "
            "left out [unusable-part]",
            "error: d.yaml:7 at #/paths/~1a/get/responses/200: a response must be a map, and is "
            "left out [unusable-part]",
            "warning: d.yaml:5 at #/paths/~1a/get: GET /a documents no response [no-responses]",
        ],
    )


def test_a_repeated_key_hides_nothing(write):
    """What else is wrong below it is said, too."""
    text = HEAD + "paths: {}\n" + PATHS + "      responses: {'200': {}}\n"
    assert said(load(write("d.yaml", text))) == [
        "error: d.yaml:4 at #/paths: the key 'paths' stands here twice [repeated-key]",
        'error: d.yaml:7 at #/paths/~1a/get/responses/200: "description" is a required property '
        "[invalid-structure]",
    ]


def test_a_hundred_errors_of_structure_are_enough(write):
    """A document with more has the same few many times."""
    responses: dict[str, object] = {str(status): {} for status in range(200, 420)}
    document_ = load(write("d.json", document(responses)))
    assert len(said(document_)) == 100


def test_a_document_without_operations_is_an_error(write):
    """There is nothing to mock or test."""
    file = write("d.yaml", HEAD + "paths: {}\n")
    with pytest.raises(TallystickError) as caught:
        load_contract(file)
    assert str(caught.value) == f"{file}:3 at #/paths: The document has no operations."


TREES: tuple[object, ...] = ({"l": {"l": {}}}, {"l": {"l": 1}})


def test_a_schema_stands_alone(write):
    """Any 2020-12 validator takes it, references and recursion included."""
    tree = {"type": "object", "properties": {"l": {"$ref": "#/components/schemas/Tree"}}}
    loaded = load(write("d.json", document(OK, components={"schemas": {"Tree": tree}})))
    validator = Draft202012Validator(loaded.json_schema(("components", "schemas", "Tree")))
    assert [validator.is_valid(v) for v in TREES] == [True, False]


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


TREE = {
    "description": "a tree",
    "type": "object",
    "properties": {
        "left": {"$ref": "#/components/schemas/Tree", "description": "the left half"},
        "values": {"type": "array", "items": {"type": "integer"}},
        "$ref": {"type": "string"},
    },
}


@pytest.fixture
def tree(write):
    """A function that gives the node of the schema `Tree`, in a document of a version."""

    def of(version: str) -> Node:
        value = document(OK, version=version, components={"schemas": {"Tree": TREE}})
        return load(write("d.json", value)).node("components", "schemas", "Tree")

    return of


@pytest.mark.parametrize(
    ("version", "description"), [("3.0.4", "a tree"), ("3.1.1", "the left half")]
)
def test_a_node_follows_references(tree, version, description):
    """Its path is that of the value; what stands beside a reference overrides, but not in 3.0."""
    left = tree(version).get("properties").get("left")
    assert (left.path, left.text("description"), left.value["type"]) == (
        ("components", "schemas", "Tree"),
        description,
        "object",
    )


def test_a_node_gives_what_it_holds(tree):
    """Members of maps, items of lists, texts; nothing where nothing of the kind stands."""
    node = tree("3.1.1")
    values = node.get("properties").get("values")
    assert (
        [name for name, _ in node.map("properties")],
        values.get("items").path[-2:],
        [node.get("nothing"), list(node.map("type")), list(node.list("type")), node.text("items")],
        node.locate("properties").pointer,
    ) == (
        ["left", "values", "$ref"],
        ("values", "items"),
        [None, [], [], ""],
        "/components/schemas/Tree/properties",
    )


def test_a_node_that_is_not_there(tree):
    """Whoever names a path must have it from the document."""
    with pytest.raises(LookupError):
        tree("3.1.1").document.node("components", "schemas", "Bush")


@pytest.mark.parametrize(
    "data",
    [
        {"$ref": "#/nowhere"},
        {"$ref": "#nowhere"},
        {"$ref": "other.yaml"},
        {"$ref": "#/components/examples/E/value"},
    ],
)
def test_data_that_looks_like_a_reference_is_data(write, data):
    """Even where it refers to itself."""
    value = document(OK, components={"examples": {"E": {"value": data}}})
    node = load(write("d.json", value)).node("components", "examples", "E", "value")
    assert node.value == data


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ({"nullable": True, "anyOf": [{"type": "string"}]}, ("anyOf", "0")),
        ({"nullable": True, "enum": ["x"], "properties": {"a": {"type": "string"}}},
         ("properties", "a")),
        ({"properties": {"a": {"nullable": True, "allOf": [{"type": "string"}]}}},
         ("properties", "a", "allOf", "0")),
    ],
)  # fmt: skip
def test_a_schema_beside_nullable_is_found(write, schema, path):
    """Where the conversion put it below an `anyOf`."""
    document_ = load(
        write("d.json", document(OK, version="3.0.4", components={"schemas": {"S": schema}}))
    )
    path = ("components", "schemas", "S", *path)
    assert document_.schema_at(path) == {"type": "string"}
    validator = document_.validators.at(path)
    assert [validator.is_valid(item) for item in ("x", 1)] == [True, False]


@pytest.mark.parametrize(
    ("info", "title"),
    [
        (None, "Untitled"),
        ([], "Untitled"),
        ({}, "Untitled"),
        ({"title": None}, "Untitled"),
        ({"title": 7, "version": 1.5}, "7"),
        ({"title": "Things", "version": "1"}, "Things"),
    ],
)
def test_a_document_has_a_title(write, info, title):
    """Whatever stands there: commands print it."""
    found = load(write("d.json", {"openapi": "3.1.0", "info": info, "paths": {}})).root["info"]
    assert (found["title"], isinstance(found["version"], str)) == (title, True)
