"""Leaving out what cannot be used: the smallest possible part, and it is said what."""

import pytest

from tallystick import load_contract
from tests.tallystick.conftest import document, load
from tests.tallystick.reader.said import said

OK = {"200": {"description": "OK"}}
AT = "main.json:1 at #/components/schemas/S"


@pytest.fixture
def tidied(write):
    """A function that gives a schema as it is read, and what is said of it."""

    def of(schema):
        loaded = load(write("main.json", document(OK, components={"schemas": {"S": schema}})))
        return loaded.root["components"]["schemas"]["S"], said(loaded)

    return of


INFINITE = float("inf")  # in JSON a number with more digits than any float


@pytest.mark.parametrize(
    ("keyword", "value", "shown"),
    [
        ("type", "text", '"text"'),
        ("type", ["string", "text"], '["string", "text"]'),
        ("type", [], "[]"),
        ("type", None, "null"),
        ("type", {"a": "b"}, '{"a": "b"}'),
        ("enum", [], "[]"),
        ("enum", "a", '"a"'),
        ("required", "a", '"a"'),
        ("required", [1], "[1]"),
        ("pattern", 7, "7"),
        ("format", None, "null"),
        ("multipleOf", 0, "0"),
        ("multipleOf", -1, "-1"),
        ("maximum", "9", '"9"'),
        ("minimum", True, "true"),
        ("minimum", INFINITE, "1.7976931348623157e+308"),
        ("exclusiveMaximum", "9", '"9"'),
        ("maxLength", -1, "-1"),
        ("minLength", 1.5, "1.5"),
        ("maxItems", INFINITE, "1.7976931348623157e+308"),
        ("minItems", "1", '"1"'),
        ("maxProperties", True, "true"),
        ("minContains", None, "null"),
        ("uniqueItems", "true", '"true"'),
        ("nullable", "yes", '"yes"'),
        ("dependentRequired", {"a": "b"}, '{"a": "b"}'),
        ("allOf", [], "[]"),
        ("anyOf", [], "[]"),
        ("oneOf", None, "null"),
        ("anyOf", {"type": "string"}, '{"type": "string"}'),
        ("$ref", 7, "7"),
        ("enum", {"a": "x" * 60}, '{"a": "' + "x" * 50 + "…"),
    ],
)
def test_a_keyword_that_means_nothing_is_ignored(tidied, keyword, value, shown):
    """The rest of the schema holds."""
    what = f"{keyword!r} cannot be {shown}, and is ignored [unusable-keyword]"
    assert tidied({"description": "d", keyword: value}) == (
        {"description": "d"},
        [f"error: {AT}/{keyword}: {what}"],
    )


@pytest.mark.parametrize(
    "schema",
    [
        {"maxLength": 2.0, "multipleOf": 0.01, "minimum": -1, "maximum": 1e300},
        {"type": ["string", "null"], "enum": ["a", None], "required": []},
        {"exclusiveMinimum": True, "exclusiveMaximum": 3, "nullable": False},
        {"enum": [1, True, "1", [1], {"a": 1}], "const": {"type": "text"}},
        {"properties": {"type": {}, "enum": {}, "pattern": {}, "$ref": {}}},
        {"default": {"type": "text"}, "example": {"required": True}, "x-a": {"maxLength": -1}},
        {"additionalProperties": False, "items": True, "not": {}},
    ],
)
def test_what_means_something_stays(tidied, schema):
    """Without a word."""
    assert tidied(schema) == (schema, [])


@pytest.mark.parametrize(
    ("schema", "left", "place", "message"),
    [
        (
            {"enum": ["a", "b", "a", "b"]},
            {"enum": ["a", "b"]},
            "/enum",
            "warning: 'enum' names a value twice [repeated-enum-value]",
        ),
        (
            {"properties": {"a": {"type": "string", "required": True}}},
            {"properties": {"a": {"type": "string"}}},
            "/properties/a/required",
            "error: 'required' is true on a property, and is ignored [required-on-property]",
        ),
        (
            {"pattern": "(", "type": "string"},
            {"type": "string"},
            "/pattern",
            "error: the pattern '(' cannot be used, and is ignored [unusable-pattern]",
        ),
        (
            {"patternProperties": {"(": {}, "a": {}}},
            {"patternProperties": {"a": {}}},
            "/patternProperties/(",
            "error: the pattern '(' cannot be used, and is ignored [unusable-pattern]",
        ),
        (
            {"properties": {"a": 7}, "required": ["a"]},
            {"properties": {"a": {}}, "required": ["a"]},
            "/properties/a",
            "error: a schema cannot be 7; it takes anything [unusable-part]",
        ),
        (
            {"items": None},
            {"items": {}},
            "/items",
            "error: a schema cannot be null; it takes anything [unusable-part]",
        ),
        (
            {"items": [{"type": "string"}]},
            {"items": {}},
            "/items",
            'error: a schema cannot be [{"type": "string"}]; it takes anything [unusable-part]',
        ),
        (
            {"allOf": [7, {"type": "string"}]},
            {"allOf": [{}, {"type": "string"}]},
            "/allOf/0",
            "error: a schema cannot be 7; it takes anything [unusable-part]",
        ),
        (
            {"properties": ["a"], "type": "object"},
            {"type": "object"},
            "/properties",
            "error: 'properties' must be a map, and is left out [unusable-part]",
        ),
    ],
)
def test_parts_of_a_schema(tidied, schema, left, place, message):
    """Each with what it takes the place of."""
    severity, _, rest = message.partition(": ")
    assert tidied(schema) == (left, [f"{severity}: {AT}{place}: {rest}"])


def test_an_empty_entry_of_yaml_is_an_empty_map(tidied):
    """Nothing stands below `properties:`."""
    assert tidied({"properties": None, "type": "object"}) == (
        {"properties": {}, "type": "object"},
        [],
    )


@pytest.mark.parametrize(
    ("schema", "left"),
    [
        ({"not": {"pattern": "("}}, {}),
        ({"not": None}, {}),
        ({"if": {"properties": {"a": 7}}, "then": {"const": 1}}, {"then": {"const": 1}}),
        ({"contains": {"maxLength": "x"}}, {}),
        (
            {"oneOf": [{"pattern": "("}, {"const": 1}]},
            {"anyOf": [{}, {"const": 1}]},
        ),
        ({"oneOf": [{"pattern": "("}], "anyOf": [{"const": 1}]}, {"anyOf": [{"const": 1}]}),
        ({"oneOf": 7}, {}),
        ({"not": {"required": True}}, {"not": {}}),
        ({"anyOf": [{"pattern": "("}, {"const": 1}]}, {"anyOf": [{}, {"const": 1}]}),
    ],
)
def test_where_a_schema_takes_more_none_takes_less(tidied, schema, left):
    """What is negated, or must match alone, gives way with what is ignored in it."""
    assert tidied(schema)[0] == left


def test_what_gives_way_keeps_its_place(write):
    """The branches of `oneOf` are found where the author wrote them."""
    schema = {"oneOf": [{"pattern": "("}, {"const": 1}]}
    loaded = load(write("main.json", document(OK, components={"schemas": {"S": schema}})))
    source = loaded.locate(("components", "schemas", "S", "anyOf", "1"))
    assert source.pointer == "/components/schemas/S/oneOf/1"


PLACE = "/paths/~1things~1{id}/post"


def _is(value, at, message):
    return value, f"error: main.json:1 at #{PLACE}{at}: {message} [unusable-part]"


@pytest.mark.parametrize(
    ("member", "value", "line"),
    [
        ("parameters", *_is({}, "/parameters", "'parameters' must be a list, and is left out")),
        (
            "parameters",
            *_is([7], "/parameters/0", "a parameter must be a map, and is left out"),
        ),
        (
            "parameters",
            *_is([{"in": "query"}], "/parameters/0", "a parameter has no name, and is left out"),
        ),
        (
            "parameters",
            *_is(
                [{"name": "a", "in": "body"}],
                "/parameters/0",
                "a parameter needs an 'in' of path, query, header, cookie, and is left out",
            ),
        ),
        (
            "parameters",
            *_is([{"$ref": 7}], "/parameters/0", "a parameter has no name, and is left out"),
        ),
        (
            "requestBody",
            *_is("b", "/requestBody", "a request body must be a map, and is left out"),
        ),
        (
            "requestBody",
            *_is(
                {"content": {"a/b": 1}},
                "/requestBody/content/a~1b",
                "a media type must be a map, and is left out",
            ),
        ),
        (
            "callbacks",
            *_is({"c": []}, "/callbacks/c", "a callback must be a map, and is left out"),
        ),
        (
            "responses",
            *_is(
                {"200": {"description": "OK"}, "OK": {"description": "OK"}},
                "/responses/OK",
                "a response has no status: 'OK' is none, and is left out",
            ),
        ),
        (
            "responses",
            *_is(
                {"200": {"description": "OK"}, "600": {"description": "OK"}},
                "/responses/600",
                "a response has no status: '600' is none, and is left out",
            ),
        ),
        (
            "responses",
            *_is(
                {"200": {"description": "OK", "headers": {"a": 1}}},
                "/responses/200/headers/a",
                "a header must be a map, and is left out",
            ),
        ),
    ],
)
def test_parts_of_an_operation(write, member, value, line):
    """One is left out, and the operation is read with the rest."""
    root = document(OK)
    operation = root["paths"].pop("/things/{id}")["post"]
    root["paths"]["/things/{id}"] = {"post": {**operation, member: value}}
    contract = load_contract(write("main.json", root))
    first, *rest = said(contract.document)
    undeclared = [text for text in rest if "undeclared-path-parameter" in text]
    assert (first, rest, [case.label for case in contract.cases]) == (
        line,
        undeclared if member == "parameters" else [],
        ["200"],
    )


@pytest.mark.parametrize("status", ["200", "4XX", "4xx", "default", "Default"])
def test_what_is_a_status(write, status):
    """A code, a range, or what is not named otherwise."""
    contract = load_contract(write("main.json", document({status: {"description": "d"}})))
    assert [case.status for case in contract.cases] == [status]


@pytest.mark.parametrize(
    ("paths", "line"),
    [
        (
            {"b": {}},
            "b: a path item needs a path that starts with '/', not 'b', and is left out",
        ),
        ({"/b": "x"}, "~1b: a path item must be a map, and is left out"),
        ({"/b": {"get": "x"}}, "~1b/get: an operation must be a map, and is left out"),
    ],
)
def test_parts_of_paths(write, paths, line):
    """The other paths are read."""
    root = document(OK)
    root["paths"].update(paths)
    contract = load_contract(write("main.json", root))
    assert ([o.name for o in contract.operations], said(contract.document)) == (
        ["POST /things/{id}"],
        [f"error: main.json:1 at #/paths/{line} [unusable-part]"],
    )


def test_an_extension_is_no_path_and_no_response(write):
    """Whatever it holds."""
    root = document({**OK, "x-note": "y"})
    root["paths"]["x-note"] = ["y"]
    assert said(load(write("main.json", root))) == []


def test_the_document_given_is_not_changed(write):
    """A vendor's text stays what it is."""
    schema = {"type": "text", "properties": {"a": None}}
    loaded = load(write("main.json", document(OK, components={"schemas": {"S": schema}})))
    assert loaded.main.value["components"]["schemas"]["S"] == schema


# --- what HTTP cannot carry

LINES = "a\r\nX-Injected: 1"
CONTENT: dict[str, object] = {"text/plain": {"schema": {}}}
RESPONSE = "#/paths/~1things~1{id}/post/responses/200"


@pytest.mark.parametrize("name", [LINES, "a/b\x85", "text/plän", "text/plain; x=\u2028"])
def test_a_media_type_that_no_field_holds_is_left_out(write, name):
    """A line of it would end the header; others of the response stay (RFC 9110 section 5.5)."""
    responses = {"200": {"description": "d", "content": {name: {}, **CONTENT}}}
    loaded = load(write("main.json", document(responses)))
    kept = loaded.root["paths"]["/things/{id}"]["post"]["responses"]["200"]["content"]
    assert kept == CONTENT
    assert "a media type has no media type: " in said(loaded)[0]


@pytest.mark.parametrize("name", [LINES, "", "a b", "a:b", "é", "(a)"])
def test_a_header_that_is_no_token_is_left_out(write, name):
    """Others of the response stay (RFC 9110 section 5.6.2)."""
    fine = {"X-Fine!": {"schema": {"type": "string"}}}
    responses = {"200": {"description": "d", "headers": {name: {"schema": {}}, **fine}}}
    loaded = load(write("main.json", document(responses)))
    kept = loaded.root["paths"]["/things/{id}"]["post"]["responses"]["200"]["headers"]
    assert kept == fine
    assert (
        f"a header needs a name that HTTP takes, not {name!r}, and is left out" in said(loaded)[0]
    )


@pytest.mark.parametrize(
    "scheme",
    [
        {"type": "apiKey", "in": "header", "name": LINES},
        {"type": "apiKey", "in": "cookie", "name": "a b"},
        {"type": "http", "scheme": LINES},
    ],
)
def test_a_scheme_that_no_field_holds_is_left_out(write, scheme):
    """Its name would begin a header of its own."""
    fine = {"type": "apiKey", "in": "query", "name": "a b"}
    schemes = {"evil": scheme, "fine": fine}
    loaded = load(write("main.json", document(OK, components={"securitySchemes": schemes})))
    assert loaded.root["components"]["securitySchemes"] == {"fine": fine}


@pytest.mark.parametrize(
    ("place", "is_kept"), [("query", True), ("header", False), ("cookie", False)]
)
def test_a_parameter_is_left_out_where_its_name_cannot_be_sent(write, place, is_kept):
    """In a query it is encoded."""
    parameter = {"name": LINES, "in": place, "schema": {}}
    value = document(OK)
    value["paths"]["/things/{id}"]["post"]["parameters"].append(parameter)
    loaded = load(write("main.json", value))
    assert (parameter in loaded.root["paths"]["/things/{id}"]["post"]["parameters"]) is is_kept


# --- references that multiply


def doubling(depth: int, keyword: str) -> dict:
    """Each refers to the next twice."""
    schemas = {
        f"S{n}": {keyword: [{"$ref": f"#/components/schemas/S{n + 1}"}] * 2} for n in range(depth)
    }
    return {**schemas, f"S{depth}": {"type": "string"}}


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_references_that_multiply_are_not_followed(write, keyword):
    """2 to the 12 is followed; what would be 2 to the 14 takes anything."""
    for depth, count in ((12, 0), (14, 2)):
        loaded = load(
            write("main.json", document(OK, components={"schemas": doubling(depth, keyword)}))
        )
        lines = [line for line in said(loaded) if "over 10,000 times for one value" in line]
        assert len(lines) == count


def test_references_of_many_members_are_followed(write):
    """A member is another value."""
    schema = {"properties": {f"p{n}": {"$ref": "#/components/schemas/T"} for n in range(10_001)}}
    schemas = {"S": schema, "T": {"type": "string"}}
    assert said(load(write("main.json", document(OK, components={"schemas": schemas})))) == []
