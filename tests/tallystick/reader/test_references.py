"""References: those beside the document are brought in, others stay out, and it is said why."""

import json
import time

import pytest
from jsonschema import Draft202012Validator

from tallystick import load_contract
from tests.tallystick.conftest import document, load
from tests.tallystick.reader.said import said

OK = {"description": "OK"}
BAD = {"$ref": "#/components/schemas/None"}
RESPONSE_SCHEMA = (
    *("paths", "/things/{id}", "post", "responses", "200", "content", "application/json"),
    "schema",
)


def with_schema(schema, **components):
    """A document whose 200 has this schema."""
    return document(
        {"200": {"description": "OK", "content": {"application/json": {"schema": schema}}}},
        components=components,
    )


def schema_of(root):
    operation = root["paths"]["/things/{id}"]["post"]
    return operation["responses"]["200"]["content"]["application/json"]["schema"]


@pytest.fixture
def mended(write):
    """A function that gives the 200's schema of a document, and what is said of the document."""

    def of(value):
        loaded = load(write("main.json", value))
        return schema_of(loaded.root), said(loaded)

    return of


def test_a_reference_inside_the_document_stays(write):
    """It is local already."""
    value = with_schema({"$ref": "#/components/schemas/A"}, schemas={"A": {"type": "string"}})
    assert schema_of(load(write("main.json", value)).root) == {"$ref": "#/components/schemas/A"}


def test_a_schema_of_another_file_becomes_a_component(write):
    """Under the last part of its pointer."""
    write("schemas/s.yaml", "Thing: {type: object, properties: {n: {type: integer}}}\n")
    root = load(write("main.json", with_schema({"$ref": "schemas/s.yaml#/Thing"}))).root
    assert (schema_of(root), root["components"]["schemas"]) == (
        {"$ref": "#/components/schemas/Thing"},
        {"Thing": {"type": "object", "properties": {"n": {"type": "integer"}}}},
    )


def test_a_whole_file_is_named_after_it(write):
    """A file that is a schema gives the component its name."""
    write("thing.json", {"type": "string"})
    root = load(write("main.json", with_schema({"$ref": "./thing.json"}))).root
    assert root["components"]["schemas"] == {"thing": {"type": "string"}}


def test_a_name_that_is_taken_is_numbered(write):
    """The document's own component stays what it is."""
    write("s.yaml", "A: {type: integer}\n")
    value = with_schema(
        {"anyOf": [{"$ref": "s.yaml#/A"}, {"$ref": "#/components/schemas/A"}]},
        schemas={"A": {"type": "string"}},
    )
    root = load(write("main.json", value)).root
    assert (schema_of(root), root["components"]["schemas"]) == (
        {"anyOf": [{"$ref": "#/components/schemas/A_2"}, {"$ref": "#/components/schemas/A"}]},
        {"A": {"type": "string"}, "A_2": {"type": "integer"}},
    )


def test_a_recursive_schema_of_another_file(write):
    """A tree refers to itself, there as here."""
    write("s.yaml", "Tree: {type: object, properties: {left: {$ref: '#/Tree'}}}\n")
    root = load(write("main.json", with_schema({"$ref": "s.yaml#/Tree"}))).root
    assert root["components"]["schemas"]["Tree"] == {
        "type": "object",
        "properties": {"left": {"$ref": "#/components/schemas/Tree"}},
    }


def test_schemas_of_two_files_that_refer_to_each_other(write):
    """Each is brought in once."""
    write("a.yaml", "A: {type: object, properties: {b: {$ref: 'b.yaml#/B'}}}\n")
    write("b.yaml", "B: {type: object, properties: {a: {$ref: 'a.yaml#/A'}}}\n")
    root = load(write("main.json", with_schema({"$ref": "a.yaml#/A"}))).root
    assert root["components"]["schemas"] == {
        "A": {"type": "object", "properties": {"b": {"$ref": "#/components/schemas/B"}}},
        "B": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}}},
    }


def test_a_file_may_refer_back_to_the_document(write):
    """A reference to the document from beside it is local."""
    write("s.yaml", "A: {type: array, items: {$ref: 'main.json#/components/schemas/B'}}\n")
    value = with_schema({"$ref": "s.yaml#/A"}, schemas={"B": {"type": "string"}})
    root = load(write("main.json", value)).root
    assert root["components"]["schemas"]["A"] == {
        "type": "array",
        "items": {"$ref": "#/components/schemas/B"},
    }


def test_parameters_and_responses_of_another_file_are_written_in_place(write):
    """With their own references followed from where they stand."""
    write(
        "parts/p.yaml",
        "Limit: {name: limit, in: query, schema: {$ref: 's.yaml#/Number'}}\n"
        "Gone: {description: Thing.Gone — it is no more}\n",
    )
    write("parts/s.yaml", "Number: {type: integer}\n")
    value = document({"200": OK, "410": {"$ref": "parts/p.yaml#/Gone"}})
    operation = value["paths"]["/things/{id}"]["post"]
    operation["parameters"].append({"$ref": "parts/p.yaml#/Limit"})
    actual = load(write("main.json", value)).root["paths"]["/things/{id}"]["post"]
    assert (actual["responses"]["410"], actual["parameters"][1]) == (
        {"description": "Thing.Gone — it is no more"},
        {"name": "limit", "in": "query", "schema": {"$ref": "#/components/schemas/Number"}},
    )


def test_a_description_beside_a_reference_overrides(write):
    """OpenAPI 3.1.1 section 4.8.23."""
    write("r.yaml", "R: {description: theirs}\n")
    value = document({"404": {"$ref": "r.yaml#/R", "description": "ours"}})
    root = load(write("main.json", value)).root
    assert root["paths"]["/things/{id}"]["post"]["responses"]["404"] == {"description": "ours"}


def test_what_is_brought_in_keeps_its_file_and_line(write, tmp_path):
    """A case from a response in another file is looked for there."""
    write("r.yaml", "\n\nR:\n  description: Thing.Gone — it is no more\n")
    contract = load_contract(write("main.json", document({"410": {"$ref": "r.yaml#/R"}})))
    (case,) = contract.cases
    assert (case.source.file, case.source.line) == (str(tmp_path / "r.yaml"), 4)


def test_a_path_item_of_another_file(write):
    """The operations of a referenced path item are the document's."""
    write("p.yaml", "get: {operationId: g, responses: {'200': {description: OK}}}\n")
    value = document({"200": OK})
    value["paths"]["/more"] = {"$ref": "p.yaml"}
    contract = load_contract(write("main.json", value))
    assert [o.name for o in contract.operations] == ["POST /things/{id}", "GET /more"]


@pytest.mark.parametrize(
    "reference",
    [
        "#/paths/~1things~1{id}/post/responses/410",
        "#/paths/~1things~1%7Bid%7D/post/responses/410",
    ],
)
def test_a_pointer_may_be_percent_encoded(write, reference):
    """A pointer in a reference is a URI fragment (RFC 6901 section 6)."""
    value = document({"404": {"$ref": reference}, "410": {"description": "Thing.Gone — no more"}})
    contract = load_contract(write("main.json", value))
    assert [case.label for case in contract.cases] == ["404 Thing.Gone", "410 Thing.Gone"]


@pytest.mark.parametrize("name", ["x-request-id", "X-Request-Id", "value", "default"])
def test_a_header_may_have_any_name(write, name):
    """In a map, names are the author's: `x-…` is no extension, and `value` no data."""
    write("h.yaml", "H: {schema: {type: string}}\n")
    value = document({"200": {"description": "OK", "headers": {name: {"$ref": "h.yaml#/H"}}}})
    root = load(write("main.json", value)).root
    assert root["paths"]["/things/{id}"]["post"]["responses"]["200"]["headers"] == {
        name: {"schema": {"type": "string"}}
    }


@pytest.mark.parametrize(
    "member",
    [
        {"example": {"$ref": "nowhere.yaml"}},
        {"examples": [{"$ref": "nowhere.yaml"}]},
        {"const": {"$ref": "nowhere.yaml"}},
        {"enum": [{"$ref": "nowhere.yaml"}]},
        {"x-note": {"$ref": "nowhere.yaml"}},
        {"properties": {"examples": {"example": {"$ref": "nowhere.yaml"}}}},
    ],
)
def test_what_only_looks_like_a_reference_is_data(write, member):
    """Nothing is looked for, and nothing changed."""
    assert schema_of(load(write("main.json", with_schema(member))).root) == member


def test_properties_may_bear_the_names_of_data(write):
    """A property called `example` holds a schema, and its reference is followed."""
    write("s.yaml", "S: {type: string}\n")
    schema = {"properties": {"example": {"$ref": "s.yaml#/S"}}}
    assert schema_of(load(write("main.json", with_schema(schema))).root) == {
        "properties": {"example": {"$ref": "#/components/schemas/S"}}
    }


PLACE = "#/paths/~1things~1{id}/post/responses/200/content/application~1json/schema"
OUT = "leads out of the document's folder"
ELSEWHERE = "leads to another host or address"


@pytest.mark.parametrize(
    ("reference", "message", "name"),
    [
        ("#/components/schemas/None", "leads nowhere", "error: broken-reference"),
        ("#/info/title/x", "leads nowhere", "error: broken-reference"),
        ("#/paths/0", "leads nowhere", "error: broken-reference"),
        ("s.yaml#/None", "leads nowhere", "error: broken-reference"),
        ("#none", "leads nowhere: no schema has this anchor", "error: broken-reference"),
        ("s.yaml#none", "leads nowhere: no schema has this anchor", "error: broken-reference"),
        ("../outside.yaml#/A", OUT, "error: forbidden-reference"),
        ("/etc/hostname", OUT, "error: forbidden-reference"),
        ("sub/../../outside.yaml", OUT, "error: forbidden-reference"),
        ("%2e%2e/x.yaml", OUT, "error: forbidden-reference"),
        ("link/hostname", OUT, "error: forbidden-reference"),
        ("http://127.0.0.1:9/s.yaml#/A", ELSEWHERE, "warning: ignored-remote-reference"),
        ("//127.0.0.1/s.yaml#/A", OUT, "error: forbidden-reference"),
        ("ftp://example.com/s.yaml", "is of an unknown kind", "error: forbidden-reference"),
        ("file:///etc/hostname", "is of an unknown kind", "error: forbidden-reference"),
        (
            "none.yaml",
            "cannot be followed: none.yaml: There is no such file",
            "error: broken-reference",
        ),
        (
            "folder",
            "cannot be followed: folder: The file cannot be read: Is a directory",
            "error: broken-reference",
        ),
        ("%00.yaml", "cannot be followed: embedded null byte", "error: broken-reference"),
        ("http://[bad#/A", "is no valid address: Invalid IPv6 URL", "error: broken-reference"),
        ("http://[bad", "is no valid address: Invalid IPv6 URL", "error: broken-reference"),
        ("//[bad", "is no valid address: Invalid IPv6 URL", "error: broken-reference"),
    ],
)
def test_a_reference_that_cannot_be_followed(mended, write, tmp_path, reference, message, name):
    """The diagnostic names the reference, what is wrong with it, and the place where it stands;
    the schema takes anything, and what stands beside it stays.
    """
    (tmp_path / "link").symlink_to("/etc")
    (tmp_path / "folder").mkdir()
    write("s.yaml", "A: {type: string}\n")
    severity, _, name = name.partition(": ")
    schema, lines = mended(with_schema({"$ref": reference, "description": "d"}))
    assert (schema, lines) == (
        {"description": "d"},
        [f"{severity}: main.json:1 at {PLACE}: the reference {reference!r} {message} [{name}]"],
    )


def test_links_in_a_circle_are_not_followed(mended, tmp_path):
    """Two symbolic links to each other are a file that cannot be read."""
    (tmp_path / "a.yaml").symlink_to("b.yaml")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    schema, (line,) = mended(with_schema({"$ref": "a.yaml"}))
    start = f"error: main.json:1 at {PLACE}: the reference 'a.yaml' cannot be followed: "
    assert (schema, line.startswith(start)) == ({}, True)


def test_an_error_in_a_referenced_file_names_both_places(mended, write):
    """Where the reference stands, and where the mistake is."""
    write("s.yaml", "A: 1\nB: [\n")
    schema, lines = mended(with_schema({"$ref": "s.yaml#/A"}))
    assert (schema, lines) == (
        {},
        [
            f"error: main.json:1 at {PLACE}: the reference 's.yaml#/A' cannot be followed: "
            "s.yaml:3: This is not valid YAML: did not find expected node content. "
            "Correct it there [broken-reference]"
        ],
    )


@pytest.mark.parametrize(
    ("broken", "left"),
    [
        ({"type": "object", "properties": {"a": BAD}}, {"type": "object", "properties": {"a": {}}}),
        ({"allOf": [BAD, {"type": "string"}]}, {"allOf": [{}, {"type": "string"}]}),
        ({"not": BAD, "type": "string"}, {"type": "string"}),
        ({"oneOf": [BAD, {"type": "string"}]}, {"anyOf": [{}, {"type": "string"}]}),
        ({"oneOf": [BAD], "anyOf": [{"type": "string"}]}, {"anyOf": [{"type": "string"}]}),
        ({"if": BAD, "then": {"const": 1}}, {"then": {"const": 1}}),
        ({"type": "array", "contains": BAD}, {"type": "array"}),
        ({"not": {"properties": {"a": BAD}}}, {}),
        ({"oneOf": [{"type": "null"}, {"type": "string"}]},
         {"oneOf": [{"type": "null"}, {"type": "string"}]}),
    ],
)  # fmt: skip
def test_where_a_schema_takes_anything_none_takes_less(mended, broken, left):
    """What is negated, or must match alone, gives way with it."""
    schema, _ = mended(with_schema(broken))
    assert schema == left


def test_a_broken_reference_leaves_out_no_more_than_itself(write):
    """A parameter or response is left out, and the rest of the operation is read."""
    value = document({"200": OK, "404": {"$ref": "#/components/responses/None"}})
    operation = value["paths"]["/things/{id}"]["post"]
    operation["parameters"].insert(0, {"$ref": "none.yaml"})
    contract = load_contract(write("main.json", value))
    (read,) = contract.operations
    assert ([p.name for p in read.parameters], [r.status for r in read.responses]) == (
        ["id"],
        ["200"],
    )
    assert said(contract.document) == [
        "error: main.json:1 at #/paths/~1things~1{id}/post/parameters/0: the reference 'none.yaml' "
        "cannot be followed: none.yaml: There is no such file [broken-reference]",
        "error: main.json:1 at #/paths/~1things~1{id}/post/responses/404: the reference "
        "'#/components/responses/None' leads nowhere [broken-reference]",
    ]


def test_what_moves_up_in_a_list_keeps_its_place(write):
    """The line of what follows a part that is left out is its own."""
    text = (
        "openapi: 3.1.1\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    get:\n"
        "      parameters:\n        - $ref: '#/components/parameters/None'\n"
        "        - {in: query}\n        - name: q\n          in: query\n"
        "          schema: {type: text}\n      responses: {'200': {description: OK}}\n"
    )
    contract = load_contract(write("d.yaml", text))
    (operation,) = contract.operations
    source = contract.document.locate(operation.parameters[0].path)
    assert (operation.parameters[0].name, source.line, source.pointer) == (
        "q",
        9,
        "/paths/~1a/get/parameters/2",
    )


def test_what_leads_to_a_part_that_is_left_out_is_left_out_too(write):
    """A parameter without a name cannot be referred to."""
    value = document({"200": OK}, components={"parameters": {"P": {"in": "query"}}})
    operation = value["paths"]["/things/{id}"]["post"]
    operation["parameters"].append({"$ref": "#/components/parameters/P"})
    contract = load_contract(write("main.json", value))
    assert ([p.name for p in contract.operations[0].parameters], said(contract.document)) == (
        ["id"],
        [
            "error: main.json:1 at #/components/parameters/P: a parameter has no name, and is left "
            "out [unusable-part]",
            "error: main.json:1 at #/paths/~1things~1{id}/post/parameters/1: the reference "
            "'#/components/parameters/P' leads nowhere [broken-reference]",
        ],
    )


@pytest.mark.parametrize(
    ("place", "reference"),
    [
        ("x-shared", "#/x-shared/S"),
        ("definitions", "#/definitions/S"),
        ("components", "#/components/x-more/S"),
    ],
)
def test_a_schema_may_stand_where_none_belongs(write, place, reference):
    """It is read as a schema: its own references are followed, and what it means is converted."""
    write("t.yaml", "T: {type: integer}\n")
    shared = {
        "S": {"type": "object", "properties": {
            "t": {"$ref": "t.yaml#/T"}, "n": {"type": "string", "nullable": True}}}
    }  # fmt: skip
    value = with_schema({"$ref": reference})
    value["openapi"] = "3.0.4"
    value[place] = {"x-more": shared} if place == "components" else shared
    loaded = load(write("main.json", value))
    path = loaded.at(RESPONSE_SCHEMA).path
    validator = loaded.validators.at(path)
    assert (path, [validator.is_valid(v) for v in ({"t": 1, "n": None}, {"t": "1"}, {"n": 1})]) == (
        ("components", "schemas", "S"),
        [True, False, False],
    )


def test_a_response_may_stand_where_none_belongs(write):
    """It is written in place, and keeps its line."""
    value = document({"404": {"$ref": "#/x-shared/Gone"}})
    value["x-shared"] = {"Gone": {"description": "Thing.Gone — it is no more"}}
    (case,) = load_contract(write("main.json", value)).cases
    assert (case.label, case.source.pointer) == (
        "404 Thing.Gone",
        "/x-shared/Gone/description",
    )


@pytest.mark.parametrize("reference", ["#/components/schemas/S", "s.yaml#/S"])
def test_a_reference_to_an_object_of_another_kind(write, reference):
    """A schema is no parameter; it has no name."""
    write("s.yaml", "S: {type: string}\n")
    value = document({"200": OK}, components={"schemas": {"S": {"type": "string"}}})
    value["paths"]["/things/{id}"]["post"]["parameters"].append({"$ref": reference})
    contract = load_contract(write("main.json", value))
    place = "s.yaml:1 at #/S" if "yaml" in reference else "main.json:1 at #/components/schemas/S"
    assert ([p.name for p in contract.operations[0].parameters], said(contract.document)) == (
        ["id"],
        [f"error: {place}: a parameter has no name, and is left out [unusable-part]"],
    )


@pytest.mark.parametrize("file", ["main.json", "parts.yaml"])
def test_an_operation_that_is_a_reference(write, file):
    """OpenAPI allows none there, but what is meant is plain."""
    write("parts.yaml", "x-get: {responses: {'200': {description: OK}}}\n")
    value = document({"200": OK})
    value["x-get"] = {"responses": {"200": OK}}
    value["paths"]["/more"] = {"get": {"$ref": f"{file}#/x-get"}}
    contract = load_contract(write("main.json", value))
    assert ([o.name for o in contract.operations], said(contract.document)) == (
        ["POST /things/{id}", "GET /more"],
        [
            f"error: main.json:1 at #/paths/~1more/get: the operation is the reference "
            f"'{file}#/x-get', which is not allowed there [misplaced-reference]"
        ],
    )


def test_maps_and_lists_that_are_references(write):
    """Nor there; they are followed all the same, and what they hold has its own lines."""
    write("c.yaml", "schemas:\n  A: {type: text}\n")
    write("p.yaml", "- {name: q, in: query, schema: {}}\n- {name: r}\n")
    value = with_schema({"$ref": "#/components/schemas/A"})
    value["components"] = {"$ref": "c.yaml"}
    operation = value["paths"]["/things/{id}"].pop("post")
    operation["parameters"] = {"$ref": "p.yaml"}
    value["paths"] = {"/things": {"post": operation}}
    contract = load_contract(write("main.json", value))
    assert ([p.name for p in contract.operations[0].parameters], said(contract.document)) == (
        ["q"],
        [
            "error: main.json:1 at #/paths/~1things/post/parameters: 'parameters' is the reference "
            "'p.yaml', which is not allowed there [misplaced-reference]",
            "error: main.json:1 at #/components: the components is the reference 'c.yaml', which "
            "is not allowed there [misplaced-reference]",
            "error: p.yaml:2 at #/1: a parameter needs an 'in' of path, query, header, cookie, and "
            "is left out [unusable-part]",
            "error: c.yaml:2 at #/schemas/A/type: 'type' cannot be \"text\", and is ignored "
            "[unusable-keyword]",
        ],
    )


def test_a_path_item_with_a_broken_reference_keeps_its_operations(write):
    """The reference is left out alone."""
    value = document({"200": OK})
    value["paths"]["/more"] = {"$ref": "none.yaml", "get": {"responses": {"200": OK}}}
    value["paths"]["/none"] = {"$ref": "none.yaml"}
    contract = load_contract(write("main.json", value))
    assert [o.name for o in contract.operations] == ["POST /things/{id}", "GET /more"]


CIRCLE = "leads back to itself [circular-reference]"


@pytest.mark.parametrize(
    ("schemas", "left", "lines"),
    [
        (
            {"A": {"$ref": "#/components/schemas/A"}},
            {"A": {}},
            [f"A: the reference '#/components/schemas/A' {CIRCLE}"],
        ),
        (
            {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}},
            {"A": {"$ref": "#/components/schemas/B"}, "B": {}},
            [f"B: the reference '#/components/schemas/A' {CIRCLE}"],
        ),
        (
            {
                "A": {"$ref": "#/components/schemas/B", "description": "a"},
                "B": {"$ref": "#/components/schemas/A", "description": "b"},
            },
            {
                "A": {"$ref": "#/components/schemas/B", "description": "a"},
                "B": {"description": "b"},
            },
            [f"B: the reference '#/components/schemas/A' {CIRCLE}"],
        ),
        (
            {"A": {"allOf": [{"type": "object"}, {"$ref": "#/components/schemas/A"}]}},
            {"A": {"allOf": [{"type": "object"}, {}]}},
            [f"A/allOf/1: the reference '#/components/schemas/A' {CIRCLE}"],
        ),
        (
            {
                "A": {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/B"}]},
                "B": {"if": {"type": "object"}, "then": {"$ref": "#/components/schemas/C"}},
                "C": {"dependentSchemas": {"x": {"not": {"$ref": "#/components/schemas/A"}}}},
            },
            {
                "A": {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/B"}]},
                "B": {"if": {"type": "object"}, "then": {"$ref": "#/components/schemas/C"}},
                "C": {"dependentSchemas": {"x": {}}},
            },
            [f"C/dependentSchemas/x/not: the reference '#/components/schemas/A' {CIRCLE}"],
        ),
        (
            {"A": {"properties": {"a": {"$ref": "#/components/schemas/A"}}}},
            {"A": {"properties": {"a": {"$ref": "#/components/schemas/A"}}}},
            [],
        ),
    ],
    ids=["self", "two", "with siblings", "allOf", "through several", "none"],
)
def test_a_circle_within_the_document_is_cut(write, schemas, left, lines):
    """Where it closes: references that lead to nothing but references, and schemas that apply
    themselves to the same value. Recursion into a value is none.
    """
    value = with_schema({"$ref": "#/components/schemas/A"}, schemas=schemas)
    loaded = load(write("main.json", value))
    assert (schema_of(loaded.root), loaded.root["components"]["schemas"], said(loaded)) == (
        {"$ref": "#/components/schemas/A"},
        left,
        [f"error: main.json:1 at #/components/schemas/{line}" for line in lines],
    )


def test_a_circle_through_files_is_cut(write):
    """For what is written in place."""
    write("a.yaml", "A: {$ref: 'b.yaml#/B'}\n")
    write("b.yaml", "B: {$ref: 'a.yaml#/A'}\n")
    contract = load_contract(
        write("main.json", document({"200": OK, "404": {"$ref": "a.yaml#/A"}}))
    )
    assert ([case.label for case in contract.cases], said(contract.document)) == (
        ["200"],
        [f"error: b.yaml:1 at #/B: the reference 'a.yaml#/A' {CIRCLE}"],
    )


def test_a_circle_of_schemas_through_files_is_cut(write):
    """And for schemas, where recursion is allowed but this is none."""
    write("b.yaml", "B: {$ref: 'main.json#/components/schemas/A'}\n")
    value = with_schema({"$ref": "#/components/schemas/A"}, schemas={"A": {"$ref": "b.yaml#/B"}})
    loaded = load(write("main.json", value))
    assert (loaded.root["components"]["schemas"], said(loaded)) == (
        {"A": {"$ref": "#/components/schemas/B"}, "B": {}},
        [f"error: b.yaml:1 at #/B: the reference '#/components/schemas/A' {CIRCLE}"],
    )


def test_a_chain_of_responses_through_many_files_ends(write):
    """Python's own recursion would overflow."""
    for number in range(300):
        write(f"r{number}.yaml", f"$ref: 'r{number + 1}.yaml'\n")
    contract = load_contract(write("main.json", document({"200": OK, "404": {"$ref": "r0.yaml"}})))
    assert ([case.label for case in contract.cases], said(contract.document)) == (
        ["200"],
        [
            "error: r19.yaml:1: the reference 'r20.yaml' is the last of a chain of 20, which is "
            "too long [broken-reference]"
        ],
    )


def test_a_reference_to_another_address_is_followed_when_allowed(server, write):
    """The user's word is needed, and enough."""
    server.answers["/s.yaml"] = (200, {}, b"A: {$ref: 't.yaml#/B'}\n")
    server.answers["/t.yaml"] = (200, {}, b"B: {type: string}\n")
    value = with_schema({"$ref": f"{server.url}/s.yaml#/A"})
    root = load(write("main.json", value), remote_references=True).root
    assert root["components"]["schemas"] == {
        "A": {"$ref": "#/components/schemas/B"},
        "B": {"type": "string"},
    }


def test_a_document_from_an_address_gets_no_files(server):
    """Nor other addresses, unless the user allows it."""
    text = (
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    get:\n"
        "      responses:\n        '200': {description: OK}\n        '404': {$ref: 'r.yaml#/R'}\n"
    )
    server.answers["/d.yaml"] = (200, {}, text.encode())
    contract = load_contract(f"{server.url}/d.yaml")
    assert ([case.label for case in contract.cases], said(contract.document), server.seen) == (
        ["200"],
        [
            f"warning: {server.url}/d.yaml:8 at #/paths/~1a/get/responses/404: the reference "
            "'r.yaml#/R' leads to another host or address [ignored-remote-reference]"
        ],
        ["/d.yaml"],
    )


@pytest.mark.parametrize(
    ("member", "left", "count"),
    [
        ({"$ref": "SERVER/s.json#anchor"}, {}, 1),
        ({"$dynamicRef": "SERVER/s.json#anchor"}, {}, 1),
        ({"default": {"$ref": "SERVER/s.json"}}, {"default": {"$ref": "SERVER/s.json"}}, 0),
        ({"$schema": "SERVER/s.json"}, {"$schema": "SERVER/s.json"}, 0),
        ({"$id": "SERVER/s.json"}, {"$id": "SERVER/s.json"}, 0),
    ],
)
def test_nothing_is_fetched_unasked(server, write, member, left, count):
    """Neither by the reader, nor by the structure's validator, nor by those of schemas."""

    def at_server(value):
        return json.loads(json.dumps(value).replace("SERVER", server.url))

    loaded = load(write("main.json", with_schema(at_server(member))))
    assert loaded.validators.at(RESPONSE_SCHEMA).is_valid(1)
    assert Draft202012Validator(loaded.json_schema(RESPONSE_SCHEMA)).is_valid(1)
    assert (schema_of(loaded.root), len(said(loaded)), server.seen) == (at_server(left), count, [])


# --- names of schemas


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ("#thing", "Thing"),
        ("thing", "Thing"),
        ("https://example.com/schemas/thing", "Thing"),
        ("https://example.com/schemas/thing#", "Thing"),
        ("thing#inner", "Thing/properties/inner"),
        ("thing#/properties/inner", "Thing/properties/inner"),
        ("#node", "Node"),
    ],
)
def test_schemas_have_names(write, reference, target):
    """`$id`, `$anchor` and `$dynamicAnchor`; each becomes a pointer."""
    schemas = {
        "Thing": {
            "$id": "https://example.com/schemas/thing",
            "$anchor": "thing",
            "properties": {"inner": {"$anchor": "inner", "type": "string"}},
        },
        "Node": {"$dynamicAnchor": "node"},
        "Other": {"$id": "https://example.com/schemas/other", "allOf": [{"$ref": reference}]},
    }
    root = load(write("main.json", with_schema({}, schemas=schemas))).root
    assert root["components"]["schemas"]["Other"]["allOf"] == [
        {"$ref": f"#/components/schemas/{target}"}
    ]


def test_a_pointer_is_relative_to_the_id_around_it(write):
    """And to the document where that has nothing there: people mean it so."""
    schemas = {
        "A": {
            "$id": "a",
            "$defs": {"b": {"type": "string"}},
            "prefixItems": [
                {"$ref": "#/$defs/b"},
                {"$ref": "#/components/schemas/C"},
                {"$ref": "#"},
            ],
        },
        "C": {},
    }
    root = load(write("main.json", with_schema({}, schemas=schemas))).root
    assert root["components"]["schemas"]["A"]["prefixItems"] == [
        {"$ref": "#/components/schemas/A/$defs/b"},
        {"$ref": "#/components/schemas/C"},
        {"$ref": "#/components/schemas/A"},
    ]


def test_the_name_of_the_document_itself(write):
    """`$self` of OpenAPI 3.2: a reference by it needs no consent."""
    value = with_schema(
        {"$ref": "https://example.com/api#/components/schemas/A"}, schemas={"A": {"type": "string"}}
    )
    loaded = load(
        write("main.json", {**value, "openapi": "3.2.0", "$self": "https://example.com/api"})
    )
    assert (schema_of(loaded.root), said(loaded)) == ({"$ref": "#/components/schemas/A"}, [])


GENERIC = {
    "List": {
        "$id": "list",
        "type": "array",
        "items": {"$dynamicRef": "#item"},
        "$defs": {"any": {"$dynamicAnchor": "item"}},
    },
    "Numbers": {
        "$id": "numbers",
        "$ref": "list",
        "$defs": {"number": {"$dynamicAnchor": "item", "type": "number"}},
    },
    "Texts": {
        "$id": "texts",
        "allOf": [{"$ref": "#/components/schemas/List"}],
        "$defs": {"text": {"$dynamicAnchor": "item", "type": "string"}},
    },
}


@pytest.mark.parametrize(
    ("name", "valid"),
    [("List", [True, True]), ("Numbers", [True, False]), ("Texts", [False, True])],
)
def test_a_dynamic_reference_leads_to_the_outermost_anchor(write, name, valid):
    """JSON Schema 2020-12 core, section 8.2.3.2: a list of whatever the schema around it says."""
    loaded = load(write("main.json", with_schema({}, schemas=GENERIC)))
    validator = loaded.validators.at(("components", "schemas", name))
    found = [validator.is_valid(value) for value in ([1], ["x"])]
    assert (found, said(loaded), loaded.root["components"]["schemas"]["List"]["items"]) == (
        valid,
        [],
        {"$ref": "#/components/schemas/List/$defs/any"},
    )


def test_a_recursive_schema_may_be_extended(write):
    """The tree of the standard, strict about its members: in files of their own."""
    write(
        "tree.json",
        {
            "$id": "https://example.com/tree",
            "$dynamicAnchor": "node",
            "type": "object",
            "properties": {"children": {"type": "array", "items": {"$dynamicRef": "#node"}}},
        },
    )
    strict = {
        "$id": "https://example.com/strict",
        "$dynamicAnchor": "node",
        "$ref": "tree.json",
        "unevaluatedProperties": False,
    }
    value = with_schema({"$ref": "tree.json"}, schemas={"Strict": strict})
    loaded = load(write("main.json", value))
    tree = loaded.validators.at(RESPONSE_SCHEMA)
    strictly = loaded.validators.at(("components", "schemas", "Strict"))
    values: list[object] = [{"children": [{"children": []}]}, {"children": [{"extra": 1}]}]
    assert ([[v.is_valid(x) for x in values] for v in (tree, strictly)], said(loaded)) == (
        [[True, True], [True, False]],
        [],
    )


def test_a_dynamic_reference_without_a_dynamic_anchor_is_a_reference(write):
    """By pointer or `$anchor`; a reference beside it holds, too."""
    schemas = {
        "A": {"$dynamicRef": "#/components/schemas/C"},
        "B": {"$dynamicRef": "#c", "$ref": "#/components/schemas/D", "allOf": [{}]},
        "C": {"$anchor": "c", "type": "string"},
        "D": {"maxLength": 2},
    }
    loaded = load(write("main.json", with_schema({}, schemas=schemas)))
    found = loaded.root["components"]["schemas"]
    assert (found["A"], found["B"], said(loaded)) == (
        {"$ref": "#/components/schemas/C"},
        {"$ref": "#/components/schemas/D", "allOf": [{}, {"$ref": "#/components/schemas/C"}]},
        [],
    )


def test_a_dynamic_anchor_that_stands_twice_is_no_target(write):
    """Nobody can say which of the two is meant."""
    schemas = {
        "A": {"type": "array", "items": {"$dynamicRef": "#item"}},
        "B": {"$dynamicAnchor": "item", "type": "string"},
        "C": {"$dynamicAnchor": "item", "type": "integer"},
    }
    loaded = load(write("main.json", with_schema({}, schemas=schemas)))
    assert (loaded.root["components"]["schemas"]["A"], said(loaded)) == (
        {"type": "array", "items": {}},
        [
            "warning: main.json:1 at #/components/schemas/A/items: the reference '#item' has "
            "several possible targets [dynamic-reference]"
        ],
    )


def test_relative_references_are_relative_to_the_id_around_them(server, write):
    """Where the user allows other addresses; else to the file, where people put them."""
    server.answers["/schemas/b.json"] = (200, {}, b'{"type": "integer"}')
    write("b.json", {"type": "string"})
    schemas = {"A": {"$id": f"{server.url}/schemas/a.json", "items": {"$ref": "b.json"}}}
    place = write("main.json", with_schema({}, schemas=schemas))
    found = [
        load(place, remote_references=allowed).root["components"]["schemas"]["b"]
        for allowed in (False, True)
    ]
    assert (found, server.seen) == (
        [{"type": "string"}, {"type": "integer"}],
        ["/schemas/b.json"],
    )


# --- many files


@pytest.mark.parametrize("form", ["chain", "star"])
@pytest.mark.parametrize("count", [100, pytest.param(2_000, marks=pytest.mark.long)])
def test_many_files_are_read_in_no_time(write, form, count):
    """2,000 files in 10 seconds, whether each leads to the next or one to all."""
    for number in range(count):
        following = f", next: {{$ref: 's{number + 1}.yaml'}}" if number + 1 < count else ""
        rest = following if form == "chain" else ""
        write(f"s{number}.yaml", f"type: object\nproperties: {{n: {{const: {number}}}{rest}}}\n")
    firsts = range(1 if form == "chain" else count)
    schema = {"anyOf": [{"$ref": f"s{number}.yaml"} for number in firsts]}
    place = write("main.json", with_schema(schema))
    began = time.monotonic()
    loaded = load(place)
    seconds = time.monotonic() - began
    last = loaded.validators.at(("components", "schemas", f"s{count - 1}"))
    assert (
        len(loaded.root["components"]["schemas"]),
        [last.is_valid({"n": n}) for n in (count - 1, -1)],
        said(loaded),
        seconds < count / 200,
    ) == (count, [True, False], [], True)


@pytest.mark.parametrize(
    ("media_type", "text", "value"),
    [
        ("application/json", '{"a": 1}', {"a": 1}),
        ("application/json", "no JSON", "no JSON"),
        ("text/csv", "id\n1\n", "id\n1\n"),
    ],
)
def test_an_external_value_is_read(write, media_type, text, value):
    """From a file beside the document (OpenAPI 3.1.1 section 4.8.19)."""
    write("example.txt", text)
    content = {media_type: {"examples": {"one": {"externalValue": "example.txt"}}}}
    loaded = load(write("main.json", document({"200": {**OK, "content": content}})))
    responses = loaded.root["paths"]["/things/{id}"]["post"]["responses"]
    examples = responses["200"]["content"][media_type]["examples"]
    assert (examples["one"]["value"], said(loaded)) == (value, [])


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("none.txt", "broken-reference"),
        ("../out.txt", "forbidden-reference"),
        ("http://127.0.0.1:9/x", "ignored-remote-reference"),
    ],
)
def test_an_external_value_that_cannot_be_read(write, place, name):
    """The rules of references hold; the example steps aside."""
    content = {"text/csv": {"examples": {"one": {"externalValue": place}}}}
    loaded = load(write("main.json", document({"200": {**OK, "content": content}})))
    assert [diagnostic.name for diagnostic in loaded.diagnostics] == [name]
