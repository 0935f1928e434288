"""Several sources, one contract."""

import pytest

from tallystick import load_contract
from tallystick.errors import DocumentError
from tallystick.reader import document as document_reader
from tallystick.reader.options import LoadOptions
from tests.tallystick.reader.said import said

HEAD = "openapi: 3.1.1\ninfo: {title: Things, version: '1'}\n"


def page(path, schema="{type: string}", *, method="get", name="Thing", more=""):
    """A source with one operation, whose 200 has the schema `name`."""
    return (
        f"{HEAD}paths:\n  {path}:\n    {method}:\n      responses:\n"
        "        '200':\n          description: OK\n          content:\n"
        f"            application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}\n"
        f"components:\n  schemas:\n    {name}: {schema}\n{more}"
    )


@pytest.fixture
def merged(write):
    """A function that reads pages as one document."""

    def of(*pages):
        places = [write(f"p{number}.yaml", text) for number, text in enumerate(pages, 1)]
        return document_reader.load(LoadOptions(tuple(places)))

    return of


def schema_of(document, path, method="get"):
    responses = document.root["paths"][path][method]["responses"]
    return responses["200"]["content"]["application/json"]["schema"]["$ref"]


def test_equal_components_are_one(merged):
    """Whatever the order of their members."""
    document = merged(
        page("/a", "{type: string, maxLength: 3}"), page("/b", "{maxLength: 3, type: string}")
    )
    assert (
        list(document.root["paths"]),
        document.root["components"],
        said(document),
    ) == (["/a", "/b"], {"schemas": {"Thing": {"type": "string", "maxLength": 3}}}, [])


def test_differing_components_stay_apart(merged):
    """The later one gets a name of its own, and its source refers to that."""
    document = merged(page("/a"), page("/b", "{type: integer}"))
    assert (
        schema_of(document, "/a"),
        schema_of(document, "/b"),
        document.root["components"]["schemas"],
        said(document),
    ) == (
        "#/components/schemas/Thing",
        "#/components/schemas/Thing_2",
        {"Thing": {"type": "string"}, "Thing_2": {"type": "integer"}},
        [
            "warning: p2.yaml:13 at #/components/schemas/Thing: the component 'Thing' of schemas "
            "differs from another source's [differing-component]"
        ],
    )


def test_a_third_source_shares_with_the_second(merged):
    """Each meaning has one component, and one diagnostic."""
    document = merged(page("/a"), page("/b", "{type: integer}"), page("/c", "{type: integer}"))
    assert (schema_of(document, "/c"), len(said(document))) == ("#/components/schemas/Thing_2", 1)


def test_a_name_with_a_number_may_be_taken(merged):
    """`Thing_2` is another component already."""
    document = merged(
        page("/a", more="    Thing_2: {type: boolean}\n"),
        page("/b", "{type: integer}"),
        page("/c", "{type: integer}", name="Thing_3"),
    )
    assert (
        [schema_of(document, path) for path in ("/b", "/c")],
        document.root["components"]["schemas"],
    ) == (
        ["#/components/schemas/Thing_3", "#/components/schemas/Thing_3_2"],
        {
            "Thing": {"type": "string"},
            "Thing_2": {"type": "boolean"},
            "Thing_3": {"type": "integer"},
            "Thing_3_2": {"type": "integer"},
        },
    )


LIST = "    List: {type: array, items: {$ref: '#/components/schemas/Thing'}}\n"


def test_equal_words_about_differing_things_differ(merged):
    """A list of things is another one where the things are others."""
    document = merged(page("/a", more=LIST), page("/b", "{type: integer}", more=LIST))
    schemas = document.root["components"]["schemas"]
    assert (schemas["List"]["items"], schemas["List_2"]["items"], len(said(document))) == (
        {"$ref": "#/components/schemas/Thing"},
        {"$ref": "#/components/schemas/Thing_2"},
        2,
    )


def test_a_reference_into_a_component_is_renamed_too(merged):
    """Not only one to the whole of it."""
    more = "    Part: {$ref: '#/components/schemas/Thing/properties/a'}\n"
    document = merged(
        page("/a", "{properties: {a: {type: string}}}"),
        page("/b", "{properties: {a: {type: integer}}}", more=more),
    )
    assert document.root["components"]["schemas"]["Part"] == {
        "$ref": "#/components/schemas/Thing_2/properties/a"
    }


def test_a_recursive_component_is_compared(merged):
    """A tree is equal to itself."""
    tree = "{properties: {left: {$ref: '#/components/schemas/Thing'}}}"
    document = merged(page("/a", tree), page("/b", tree))
    assert (list(document.root["components"]["schemas"]), said(document)) == (["Thing"], [])


def test_two_methods_on_one_path(merged):
    """Each from its page, with its own lines."""
    document = merged(page("/a"), page("/a", method="post"))
    source = document.locate(("paths", "/a", "post"))
    assert (list(document.root["paths"]["/a"]), source.file[-7:], source.line) == (
        ["get", "post"],
        "p2.yaml",
        5,
    )


def test_of_two_equal_operations_the_first_holds(merged):
    """The other is named, unless it says the same."""
    document = merged(page("/a"), page("/a"), page("/a", name="Other"))
    assert (schema_of(document, "/a"), said(document)) == (
        "#/components/schemas/Thing",
        [
            "warning: p3.yaml:5 at #/paths/~1a/get: get of /a differs from another source's, which "
            "holds [differing-operation]"
        ],
    )


def test_another_api_is_an_error(write):
    """It is no part of this contract."""
    one = write("one.yaml", page("/a"))
    two = write("two.yaml", page("/b").replace("Things", "Others"))
    with pytest.raises(DocumentError) as caught:
        load_contract(one, two)
    assert str(caught.value) == (
        f"{two}:2 at #/info: This is another API than {one}: its 'info' differs. "
        "Name only documents of one API."
    )


def test_a_folder_is_one_contract(write, tmp_path):
    """All pages in it; what is no document is passed over."""
    write("docs/a.yaml", page("/a"))
    write("docs/b.md", f"# B\n\n```yaml\n{page('/b')}```\n")
    write("docs/README.md", "# How to read these\n")
    contract = load_contract(str(tmp_path / "docs"))
    assert [operation.name for operation in contract.operations] == ["GET /a", "GET /b"]


def test_references_are_relative_to_their_own_source(write):
    """Two folders may each have a `parts.yaml`."""
    for name, kind in (("one", "string"), ("two", "integer")):
        write(f"{name}/parts.yaml", f"Part: {{type: {kind}}}\n")
        text = page(f"/{name}", "{$ref: 'parts.yaml#/Part'}", name=name)
        write(f"{name}/d.yaml", text)
    folder = write("x", "").removesuffix("/x")
    loaded = document_reader.load(LoadOptions((f"{folder}/one/d.yaml", f"{folder}/two/d.yaml")))
    schemas = loaded.root["components"]["schemas"]
    assert (schemas["Part"], schemas["Part_2"], schemas["two"], said(loaded)) == (
        {"type": "string"},
        {"type": "integer"},
        {"$ref": "#/components/schemas/Part_2"},
        [],
    )


def test_what_a_source_says_for_all_its_operations_stays_with_them(merged):
    """Security and servers of the root, where the first source says otherwise."""
    scheme = "  securitySchemes:\n    key: {type: apiKey, in: header, name: "
    first = page("/a", more=scheme + "x-one}\nsecurity: [{key: []}]\nservers: [{url: /v1}]\n")
    second = page("/b", more=scheme + "x-two}\nsecurity: [{key: []}]\nservers: [{url: /v1}]\n")
    third = page("/c", more="security: [{}]\n")
    fourth = page("/d", more=scheme + "x-one}\n")
    document = merged(first, second, third, fourth)
    operations = {path: item["get"] for path, item in document.root["paths"].items()}
    assert {
        path: (operation.get("security"), operation.get("servers"))
        for path, operation in operations.items()
    } == {
        "/a": (None, None),
        "/b": ([{"key_2": []}], None),
        "/c": ([{}], [{"url": "/"}]),
        "/d": ([], [{"url": "/"}]),
    }


@pytest.mark.parametrize("components", ["components: null\n", "components: {schemas: null}\n", ""])
def test_a_source_without_components(write, components):
    """Nothing, or an empty entry."""
    bare = f"{HEAD}paths:\n  /b:\n    get: {{responses: {{'200': {{description: OK}}}}}}\n"
    places = [write("b.yaml", bare + components), write("a.yaml", page("/a"))]
    names = [operation.name for operation in load_contract(*places).operations]
    again = [operation.name for operation in load_contract(*reversed(places)).operations]
    assert (names, again) == (["GET /b", "GET /a"], ["GET /a", "GET /b"])


def test_names_of_schemas_of_a_later_source(merged):
    """`$anchor` is looked for in all of them."""
    document = merged(
        page("/a"),
        page("/b", "{$anchor: b, type: integer}", name="B", more="    C: {$ref: '#b'}\n"),
    )
    assert document.root["components"]["schemas"]["C"] == {"$ref": "#/components/schemas/B"}
