"""The structure of a document, held to the official schema of its version."""

import pytest

from tests.tallystick.conftest import document, load
from tests.tallystick.reader.said import said

OK = {"200": {"description": "OK"}}


@pytest.mark.parametrize(
    ("version", "member", "value", "line"),
    [
        ("3.0.4", "surplus", 1, "/surplus: 'surplus' is not known here"),
        ("3.1.1", "surplus", 1, "/surplus: 'surplus' is not known here"),
        ("3.2.0", "surplus", 1, "/surplus: 'surplus' is not known here"),
        ("3.0.4", "webhooks", {}, "/webhooks: 'webhooks' is not known here"),
        ("3.1.1", "$self", "a", "/$self: '$self' is not known here"),
        ("3.1.1", "servers", [{}], '/servers/0: "url" is a required property'),
        ("3.1.1", "tags", {}, '/tags: {} is not of type "array"'),
        ("3.0.4", "security", [1], '/security/0: 1 is not of type "object"'),
        ("3.1.1", "externalDocs", 1, '/externalDocs: 1 is not of type "object"'),
        (
            "3.1.1",
            "components",
            {"responses": {"R": {"content": {"a/b": {"schema": {}, "shema": {}}}}}},
            '/components/responses/R: "description" is a required property',
        ),
        (
            "3.1.1",
            "components",
            {"securitySchemes": {"s": {"type": "apiKey", "in": "header"}}},
            '/components/securitySchemes/s: "name" is a required property',
        ),
        (
            "3.0.4",
            "components",
            {"schemas": {"S": {"type": "object", "const": 1}}},
            "/components/schemas/S/const: 'const' is not known here",
        ),
        (
            "3.0.4",
            "components",
            {"parameters": {"P": {"name": "p", "in": "query", "schema": {}, "type": "string"}}},
            "/components/parameters/P/type: 'type' is not known here",
        ),
    ],
)
def test_what_breaks_the_schema_of_a_version(write, version, member, value, line):
    """Of the alternatives that the schema offers, the one that is meant."""
    root = {**document(OK, version=version), member: value}
    assert said(load(write("d.json", root)))[:1] == [
        f"error: d.json:1 at #{line} [invalid-structure]"
    ]


@pytest.mark.parametrize(
    ("version", "schema"),
    [
        ("3.0.4", {"type": "string", "pattern": r"^[\w-.]+$", "format": "what"}),
        ("3.0.4", {"$ref": "#/components/schemas/T", "description": "d"}),
        ("3.0.4", {"type": "integer", "exclusiveMinimum": True, "x-note": 1, "example": None}),
        ("3.1.1", {"type": ["string", "null"], "const": 1, "whatever": 1, "$comment": "c"}),
        ("3.2.0", {"$dynamicRef": "#a", "discriminator": {"propertyName": "a"}}),
    ],
)
def test_what_does_not_break_it(write, version, schema):
    """Patterns are judged elsewhere, and formats by nobody."""
    schemas = {"S": schema, "T": {}, "U": {"$dynamicAnchor": "a"} if version == "3.2.0" else {}}
    root = document(OK, version=version, components={"schemas": schemas})
    assert said(load(write("d.json", root))) == []


def test_a_long_value_is_not_repeated(write):
    """The message keeps its beginning and its end."""
    root = {**document(OK), "servers": "x" * 500}
    (line,) = said(load(write("d.json", root)))
    assert (len(line) < 260, line.endswith('is not of type "array" [invalid-structure]')) == (
        True,
        True,
    )
