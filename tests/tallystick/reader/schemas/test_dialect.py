"""The schemas of OpenAPI 3.0, as JSON Schema 2020-12."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tallystick.reader.schemas.dialect import NULLABLE, PATTERN, to_2020_12
from tests.tallystick.conftest import document, load

OK = {"200": {"description": "OK"}}


def or_null(schema):
    return {"anyOf": [schema, {"type": "null"}], NULLABLE: True}


def converted(schema, version="3.0.4"):
    root = {"openapi": version, "components": {"schemas": {"S": schema}}}
    return to_2020_12(root)["components"]["schemas"]["S"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"nullable": True}, {}),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
        ({"maximum": 9, "exclusiveMaximum": True}, {"exclusiveMaximum": 9}),
        ({"exclusiveMinimum": True}, {}),
        ({"minimum": 1, "maximum": 9, "exclusiveMaximum": True, "exclusiveMinimum": True},
         {"exclusiveMinimum": 1, "exclusiveMaximum": 9}),
        ({"$ref": "#/a", "description": "x", "type": "string"}, {"$ref": "#/a"}),
        ({"$ref": "#/a", "nullable": True, "description": "x"}, or_null({"$ref": "#/a"})),
        ({"$ref": "#/a", "nullable": False}, {"$ref": "#/a"}),
        ({"allOf": [{"$ref": "#/a"}], "nullable": True}, or_null({"allOf": [{"$ref": "#/a"}]})),
        ({"enum": ["a"], "nullable": True}, or_null({"enum": ["a"]})),
        ({"type": "object", "allOf": [{"$ref": "#/a"}], "nullable": True},
         {"type": ["object", "null"], "allOf": [{"$ref": "#/a"}]}),
        ({"description": "anything", "nullable": True}, {"description": "anything"}),
        (
            {"type": "object", "properties": {"nullable": {"type": "integer", "nullable": True}}},
            {"type": "object", "properties": {"nullable": {"type": ["integer", "null"]}}},
        ),
        (
            {
                "allOf": [{"type": "string", "nullable": True}],
                "not": {"minimum": 1, "exclusiveMinimum": True},
            },
            {"allOf": [{"type": ["string", "null"]}], "not": {"exclusiveMinimum": 1}},
        ),
        (
            {"type": "array", "items": {"type": "string", "nullable": True}, "nullable": True},
            {"type": ["array", "null"], "items": {"type": ["string", "null"]}},
        ),
        (
            {"additionalProperties": {"type": "string", "nullable": True}},
            {"additionalProperties": {"type": ["string", "null"]}},
        ),
        ({"additionalProperties": False}, {"additionalProperties": False}),
        (
            {"type": "string", "enum": ["a"], "nullable": True},
            {"type": ["string", "null"], "enum": ["a"]},
        ),
    ],
)  # fmt: skip
def test_keywords_that_differ(old, new):
    """OpenAPI 3.0.4 section 4.7.24: `nullable`, exclusive bounds, references without siblings."""
    assert converted(old) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"exclusiveMinimum": 1}, {"exclusiveMinimum": 1}),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"$ref": "#/a", "type": "string"}, {"$ref": "#/a", "type": "string"}),
        ({"$ref": "#/a", "nullable": True}, or_null({"$ref": "#/a"})),
        ({"$id": "https://x/y", "$anchor": "a", "$dynamicAnchor": "b", "type": "string"},
         {"type": "string"}),
        ({"$schema": "http://json-schema.org/draft-07/schema#", "id": "x", "const": 1},
         {"const": 1}),
        ({"properties": {"id": {"const": 1}, "$id": {"const": 2}}},
         {"properties": {"id": {"const": 1}, "$id": {"const": 2}}}),
        ({"$defs": {"a": {"$id": "x", "const": 1}}}, {"$defs": {"a": {"const": 1}}}),
        ({"pattern": "^[a-z]+$"}, {"pattern": "^[a-z]+$"}),
        ({"pattern": "^(?!a)b"}, {PATTERN: "^(?!a)b"}),
        ({"default": {"nullable": True, "$id": "x"}, "const": {"exclusiveMinimum": True}},
         {"default": {"nullable": True, "$id": "x"}, "const": {"exclusiveMinimum": True}}),
    ],
)  # fmt: skip
def test_later_versions(old, new):
    """References keep their siblings, names that would move their base go, and data stays."""
    assert converted(old, "3.1.1") == new


def test_what_does_not_change_is_shared():
    """A large document is not copied."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    assert converted(schema) is schema


def test_the_schema_given_is_not_changed():
    """A new one is made."""
    old = {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "nullable": True}
    converted(old)
    assert old == {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "nullable": True}


SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "nullable": True},
        "price": {"type": "number", "minimum": 0, "exclusiveMinimum": True},
    },
}


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ({"name": None}, True),
        ({"name": "a"}, True),
        ({"name": 1}, False),
        ({"price": 0}, False),
        ({"price": 0.5}, True),
        ({"price": None}, False),
    ],
)
def test_a_3_0_document_gives_2020_12_schemas(write, value, valid):
    """In components, as in operations."""
    place = write(
        "d.json",
        document(
            {"200": {"description": "OK"}}, version="3.0.3", components={"schemas": {"A": SCHEMA}}
        ),
    )
    schema = load(place).json_schema(("components", "schemas", "A"))
    assert Draft202012Validator(schema).is_valid(value) is valid


def test_the_schema_of_a_header_is_translated_too(write):
    """Whatever the header's name: `x-…` is no extension there."""
    header = {"schema": {"type": "string", "nullable": True}}
    responses = {"200": {"description": "OK", "headers": {"x-rate": header}}}
    loaded = load(write("d.json", document(responses, version="3.0.3")))
    path = ("paths", "/things/{id}", "post", "responses", "200", "headers", "x-rate", "schema")
    assert Draft202012Validator(loaded.json_schema(path)).is_valid(None)


def test_nullable_in_a_3_1_document_widens_too(write):
    """3.1 dropped the keyword; documents use it all the same, and what it means is plain."""
    schema = {"type": "string", "nullable": True}
    validator = validator_of(write, schema, "3.1.1")
    assert [validator.is_valid(value) for value in ("a", None, 1)] == [True, True, False]


@pytest.mark.parametrize("beside", ["$ref", "allOf"])
def test_null_beside_a_reference_is_accepted(write, beside):
    """Readers of 3.0 disagree about it, so it is not certainly invalid."""
    reference = {"$ref": "#/components/schemas/Text"}
    schema = {**(reference if beside == "$ref" else {"allOf": [reference]}), "nullable": True}
    validator = validator_of(write, schema, "3.0.4")
    assert [validator.is_valid(value) for value in ("a", None, 1)] == [True, True, False]


def validator_of(write, schema, version):
    components = {"schemas": {"A": schema, "Text": {"type": "string"}}}
    loaded = load(write("d.json", document(OK, version=version, components=components)))
    return Draft202012Validator(loaded.json_schema(("components", "schemas", "A")))


@pytest.mark.parametrize(
    "place",
    [
        ("components", "parameters", "P", "schema"),
        ("components", "responses", "R", "content", "text/plain", "schema"),
        ("components", "mediaTypes", "M", "itemSchema"),
        (
            "components",
            "callbacks",
            "C",
            "{$url}",
            "put",
            "requestBody",
            "content",
            "a/b",
            "schema",
        ),
        ("components", "schemas", "S", "dependentSchemas", "a"),
        ("components", "schemas", "S", "prefixItems", "0"),
        ("components", "schemas", "S", "if"),
        ("paths", "/a", "additionalOperations", "COPY", "parameters", "0", "schema"),
    ],
)
def test_schemas_are_converted_wherever_they_stand(place):
    """`shapes` says where."""
    value: Any = {"type": "string", "nullable": True}
    for token in reversed(place):
        value = [value] if token == "0" else {token: value}
    found = to_2020_12({"openapi": "3.2.0", **value})
    for token in place:
        found = found[0 if token == "0" else token]
    assert found == {"type": ["string", "null"]}
