"""References: those beside the document are brought in, others refused."""

import json

import pytest

from tallystick import load_contract
from tallystick.errors import LoadError, TallystickError
from tests.tallystick.conftest import document, load

OK = {"description": "OK"}


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
def failure(write):
    """A function that gives the message of a document that cannot be bundled."""

    def of(value) -> str:
        with pytest.raises(LoadError) as caught:
            load(write("main.json", value))
        return str(caught.value)

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


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (
            "#/components/schemas/None",
            "leads nowhere. Correct its spelling, or define what it names.",
        ),
        ("#/info/title/x", "leads nowhere. Correct its spelling, or define what it names."),
        ("#/paths/0", "leads nowhere. Correct its spelling, or define what it names."),
        ("s.yaml#/None", "leads nowhere. Correct its spelling, or define what it names."),
        (
            "../outside.yaml#/A",
            "leads out of the document's folder. "
            "Keep the files that a document refers to beside or below it.",
        ),
        (
            "/etc/hostname",
            "leads out of the document's folder. "
            "Keep the files that a document refers to beside or below it.",
        ),
        (
            "sub/../../outside.yaml",
            "leads out of the document's folder. "
            "Keep the files that a document refers to beside or below it.",
        ),
        (
            "http://127.0.0.1:9/s.yaml#/A",
            "leads to another host or address. "
            "If you trust it, allow it with --remote-references.",
        ),
        ("ftp://example.com/s.yaml", "is of an unknown kind."),
        ("file:///etc/hostname", "is of an unknown kind."),
    ],
)  # fmt: skip
def test_a_reference_that_is_refused(failure, write, tmp_path, reference, message):
    """The message names the reference, what is wrong with it, and the place where it stands."""
    write("s.yaml", "A: {type: string}\n")
    place = reference.partition("#")[0] if "leads nowhere" not in message else reference
    assert failure(with_schema({"$ref": reference})) == (
        f"{tmp_path / 'main.json'}:1 at {PLACE}: The reference {place!r} {message}"
    )


def test_a_percent_encoded_way_out_is_refused(failure):
    """`%2e%2e` is `..`."""
    assert "leads out of the document's folder" in failure(with_schema({"$ref": "%2e%2e/x.yaml"}))


def test_a_link_out_of_the_folder_is_refused(failure, tmp_path):
    """What counts is where a symbolic link leads."""
    (tmp_path / "link").symlink_to("/etc")
    assert "leads out of the document's folder" in failure(with_schema({"$ref": "link/hostname"}))


def test_links_in_a_circle_are_refused(failure, tmp_path):
    """Two symbolic links to each other are a file that cannot be read."""
    (tmp_path / "a.yaml").symlink_to("b.yaml")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    assert "cannot be followed" in failure(with_schema({"$ref": "a.yaml"}))


@pytest.mark.parametrize("reference", ["none.yaml", "%00.yaml", "."])
def test_a_file_that_cannot_be_read(failure, reference):
    """The place of the reference, not only that of the file, is in the message."""
    message = failure(with_schema({"$ref": reference}))
    assert (PLACE in message, "cannot be followed" in message) == (True, True)


@pytest.mark.parametrize("reference", ["http://[bad#/A", "http://[bad", "//[bad"])
def test_a_reference_that_is_no_address(failure, reference):
    """A mistake in the address is no traceback."""
    message = failure(with_schema({"$ref": reference}))
    assert f"The reference {reference!r} is no valid address" in message


def test_an_error_in_a_referenced_file_names_both_places(failure, write, tmp_path):
    """Where the reference stands, and where the mistake is."""
    write("s.yaml", "A: 1\nA: 2\n")
    message = failure(with_schema({"$ref": "s.yaml#/A"}))
    assert (PLACE in message, f"{tmp_path / 's.yaml'}:2: The key 'A'" in message) == (True, True)


@pytest.mark.parametrize(
    "schemas",
    [
        {"A": {"$ref": "#/components/schemas/A"}},
        {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}},
        {
            "A": {"$ref": "#/components/schemas/B", "description": "a"},
            "B": {"$ref": "#/components/schemas/A", "description": "b"},
        },
    ],
    ids=["self", "two", "with siblings"],
)
def test_a_circle_within_the_document_is_refused(failure, schemas):
    """References that lead to nothing but references."""
    value = with_schema({"$ref": "#/components/schemas/A"}, schemas=schemas)
    assert "The reference '#/components/schemas/A' leads in a circle." in failure(value)


def test_a_circle_through_files_is_refused(failure, write):
    """For what is written in place."""
    write("a.yaml", "A: {$ref: 'b.yaml#/B'}\n")
    write("b.yaml", "B: {$ref: 'a.yaml#/A'}\n")
    assert "leads in a circle" in failure(document({"404": {"$ref": "a.yaml#/A"}}))


def test_a_circle_of_schemas_through_files_is_refused(failure, write):
    """And for schemas, where recursion is allowed but this is none."""
    write("b.yaml", "B: {$ref: 'main.json#/components/schemas/A'}\n")
    value = with_schema({"$ref": "#/components/schemas/A"}, schemas={"A": {"$ref": "b.yaml#/B"}})
    assert "leads in a circle" in failure(value)


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
        "      responses: {'200': {$ref: 'r.yaml#/R'}}\n"
    )
    server.answers["/d.yaml"] = (200, {}, text.encode())
    with pytest.raises(LoadError):
        load(f"{server.url}/d.yaml")
    assert server.seen == ["/d.yaml"]


@pytest.mark.parametrize(
    "member", [{"$ref": "{}/s.json#anchor"}, {"default": {"$ref": "{}/s.json"}}]
)
def test_nothing_is_fetched_unasked(server, write, member):
    """Neither by the reader nor by the validator of the specification that it uses."""
    schema = json.loads(json.dumps(member).replace("{}", server.url))
    with pytest.raises(TallystickError):
        load(write("main.json", with_schema(schema)))
    assert server.seen == []
