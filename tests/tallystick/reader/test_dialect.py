"""The schemas of OpenAPI 3.0, as JSON Schema 2020-12."""

import pytest
from jsonschema import Draft202012Validator

from tallystick.reader.dialect import to_2020_12
from tests.tallystick.conftest import document, load


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
        ({"$ref": "#/a", "nullable": True, "description": "x"}, {"$ref": "#/a"}),
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
    assert to_2020_12(old) == new


def test_the_schema_given_is_not_changed():
    """A new one is made."""
    old = {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "nullable": True}
    to_2020_12(old)
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


def test_a_3_1_document_is_left_as_it_is(write):
    """3.1's dialect is 2020-12, where `nullable` is no keyword."""
    schema = {"type": "string", "nullable": True}
    place = write(
        "d.json", document({"200": {"description": "OK"}}, components={"schemas": {"A": schema}})
    )
    validator = Draft202012Validator(load(place).json_schema(("components", "schemas", "A")))
    assert [validator.is_valid(value) for value in ("a", None)] == [True, False]
