"""Schemas that contradict themselves."""

import pytest

from tests.tallystick.lint.conftest import short

PATHS = "paths: {/a: {get: {responses: {'200': {description: OK}}}}}\ncomponents:\n  schemas:\n"


def test_a_closed_branch(linted):
    """A shared component is closed to what its neighbours in an `allOf` define."""
    text = """\
    Pet:
      type: object
      properties: {name: {}}
      additionalProperties: false
    Dog:
      allOf:
        - $ref: '#/components/schemas/Pet'
        - properties: {barks: {}, name: {}}
      properties:
        age: {}
"""
    (found,) = linted("closed-all-of", PATHS + text)
    assert short([found]) == [
        (
            9,
            "/components/schemas/Pet/additionalProperties",
            "additionalProperties: false refuses what the allOf defines: 'age', 'barks'",
        )
    ]
    assert found.suggestion == (
        "- target: $['components']['schemas']['Pet']['additionalProperties']\n"
        "  remove: true\n"
        "- target: $['components']['schemas']['Dog']\n"
        "  update:\n"
        "    unevaluatedProperties: false"
    )


def test_a_closed_schema_around_an_all_of(linted):
    """`additionalProperties` sees only the `properties` beside it. OpenAPI 3.0 has no keyword that
    sees more.
    """
    text = """\
    Dog:
      additionalProperties: false
      allOf:
        - properties: {a: {}, b: {}, c: {}, d: {}}
"""
    head = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\n"
    (found,) = linted("closed-all-of", PATHS + text, head=head)
    assert short([found]) == [
        (
            7,
            "/components/schemas/Dog/additionalProperties",
            "additionalProperties: false refuses what the allOf defines: 'a', 'b', 'c' and 1 more",
        )
    ]
    assert found.suggestion == (
        "- target: $['components']['schemas']['Dog']['additionalProperties']\n  remove: true"
    )


@pytest.mark.parametrize(
    "schema",
    [
        "{allOf: [{properties: {a: {}}, additionalProperties: false}]}",
        "{allOf: [{properties: {a: {}}, additionalProperties: false}, {properties: {a: {}}}]}",
        "{allOf: [{properties: {a: {}}, additionalProperties: false}, {required: [b]}]}",
        "{allOf: [{patternProperties: {^a: {}}, additionalProperties: false},"
        " {properties: {ab: {}}}]}",
        "{allOf: [{properties: {a: {}}, additionalProperties: false}, {properties: {b: false}}]}",
        "{allOf: [{properties: {a: {}}, additionalProperties: {}}, {properties: {b: {}}}]}",
        "{allOf: [{properties: {a: {}}}], unevaluatedProperties: false}",
        "{oneOf: [{properties: {a: {}}, additionalProperties: false}, {properties: {b: {}}}]}",
    ],
)
def test_no_contradiction(linted, schema):
    """Nothing is refused that another part defines."""
    assert linted("closed-all-of", f"{PATHS}    A: {schema}\n") == []


# --- branches of a oneOf


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]}", "01"),
        ("{oneOf: [{type: string}, {type: integer}, {type: string, title: Text}]}", "02"),
        ("{oneOf: [{required: [a, b], x-a: 1}, {required: [b, a]}]}", "01"),
        ("{oneOf: [{items: {description: a}}, {items: {description: b}}]}", "01"),
        ("{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Cow'}]}", ""),
        ("{oneOf: [{properties: {title: {}}}, {properties: {description: {}}}]}", ""),
        ("{oneOf: [{maxLength: 5}, {maxLength: 6}]}", ""),
        ("{anyOf: [{type: string}, {type: string}]}", ""),
    ],
)
def test_equal_branches(linted, schema, expected):
    """Schemas of a `oneOf` that differ in nothing that they assert."""
    text = f"""\
    Pet: {schema}
    Cat: {{type: object, description: A cat, properties: {{kind: {{type: string, example: cat}}}}}}
    Dog: {{type: object, properties: {{kind: {{type: string}}}}}}
    Cow: {{type: object, properties: {{kind: {{const: cow}}}}}}
"""
    found = short(linted("equal-branches", PATHS + text))
    assert found == (
        [
            (
                6,
                f"/components/schemas/Pet/oneOf/{expected[1]}",
                f"the schemas {expected[0]} and {expected[1]} of oneOf take the same values",
            )
        ]
        if expected
        else []
    )


# --- schemas that no value fits


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("{minimum: 7, maximum: 6, type: integer}", "it, by the keyword 'maximum'"),
        ("{required: [a], properties: {a: false}}", "it, by the keyword 'required'"),
        ("{properties: {a: {type: integer, minimum: 7, maximum: 6}}, required: [a]}",
         "it at /a, by the keyword 'maximum'"),
        ("{oneOf: [{type: string}, {type: string}]}", "it, by the keyword 'oneOf'"),
        ("{type: integer}", ""),
    ],
)  # fmt: skip
def test_no_valid_value(linted, schema, expected):
    """The schema of a response that nothing fits, once, however many responses share it."""
    text = f"""\
paths:
  /a:
    get: &get
      responses: {{'200': {{description: OK, content: {{application/json: {{schema: {{
        $ref: '#/components/schemas/A'}}}}}}}}}}
  /b: {{get: *get}}
components:
  schemas:
    A: {schema}
"""
    words = "no value was found that fits this schema; the nearest breaks "
    assert short(linted("no-valid-value", text)) == (
        [(11, "/components/schemas/A", words + expected)] if expected else []
    )


def test_an_example_is_sent_instead(linted):
    """Where the document gives an example, no value is needed."""
    text = """\
paths:
  /a:
    get:
      responses: {'200': {description: OK, content: {application/json: {example: 5,
        schema: {not: {}}}}}}
"""
    assert linted("no-valid-value", text) == []
