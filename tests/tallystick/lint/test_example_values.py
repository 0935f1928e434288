"""Examples and defaults that break their schemas."""

import pytest

from tests.tallystick.lint.conftest import short

HEAD_3_0 = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\n"

EVERY_PLACE = """\
paths:
  /a:
    get:
      parameters:
        - name: limit
          in: query
          schema: {type: integer}
          example: many
        - name: kind
          in: query
          schema: {enum: [cat, dog]}
          examples:
            fish:
              value: fish
            dog:
              value: dog
      responses:
        '200':
          description: OK
          headers:
            Count:
              schema: {type: integer}
              example: [1]
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Pet'}
              example:
                owner:
                  name: 7
            text/json:
              schema: {$ref: '#/components/schemas/Pet'}
              examples:
                shared: {$ref: '#/components/examples/Nobody'}
components:
  examples:
    Nobody:
      value:
        age: 1
  schemas:
    Pet:
      type: object
      required: [owner]
      properties:
        owner:
          properties:
            name: {type: string}
        age:
          type: integer
          default: '3'
          examples:
            - 1
            - 1.5
        birthday:
          type: string
          format: date
          example: tomorrow
"""


def test_every_place_of_an_example(linted):
    """Where in the example the schema is broken, and the line of it; valid ones are silent."""
    at = "/paths/~1a/get"
    pet = "/components/schemas/Pet/properties"
    content = f"{at}/responses/200/content"
    assert short(linted("example-breaks-schema", EVERY_PLACE)) == [
        (
            10,
            f"{at}/parameters/0/example",
            "the example breaks its schema: it is not of type integer",
        ),
        (
            16,
            f"{at}/parameters/1/examples/fish/value",
            "the example breaks its schema: it is none of the values of 'enum'",
        ),
        (
            25,
            f"{at}/responses/200/headers/Count/example",
            "the example breaks its schema: it is not of type integer",
        ),
        (
            31,
            f"{content}/application~1json/example/owner/name",
            "the example breaks its schema at /owner/name: it is not of type string",
        ),
        (
            39,
            "/components/examples/Nobody/value",
            'the example breaks its schema: "owner" is a required property',
        ),
        (51, f"{pet}/age/default", "the default breaks its schema: it is not of type integer"),
        (
            54,
            f"{pet}/age/examples/1",
            "the example breaks its schema: it is not of type integer",
        ),
        (58, f"{pet}/birthday/example", "the example breaks its schema: it is no date"),
    ]


def media_type(name, schema, example):
    return (
        "paths:\n  /a:\n    get:\n      responses:\n        '200':\n          description: OK\n"
        f"          content:\n            {name}:\n"
        f"              schema: {schema}\n              example: {example}\n"
    )


@pytest.mark.parametrize(
    ("name", "example"),
    [
        ("application/xml", "<pet/>"),
        ("text/csv", "'a,b'"),
        ("application/x-www-form-urlencoded", "a=1"),
        ("application/json", "{a: 1}"),
    ],
)
def test_text_of_another_format_is_no_json(linted, name, example):
    """OpenAPI 3.1.1 section 4.8.14: such an example is text in that format."""
    assert linted("example-breaks-schema", media_type(name, "{type: object}", example)) == []


def test_json_in_a_string_is_no_json(linted):
    """The example would be sent as a string. The suggestion is what it holds."""
    text = media_type("application/json", "{type: object}", "'{\"a\": 1}'")
    (found,) = linted("example-breaks-schema", text)
    place = "$['paths']['/a']['get']['responses']['200']['content']['application/json']"
    assert (found.message, found.suggestion) == (
        "the example breaks its schema: it is not of type object",
        f"- target: {place}['example']\n  remove: true\n"
        f"- target: {place}\n  update:\n    example:\n      a: 1",
    )


@pytest.mark.parametrize(
    ("schema", "example", "is_right"),
    [
        ("{type: integer}", "'5'", True),
        ("{type: boolean}", "'true'", True),
        ("{type: integer}", "'five'", False),
        ("{type: array, items: {type: integer}}", "1,2", True),
        ("{type: object}", "'a=1;b=2'", True),
        ("{type: array}", "5", False),
        ("{type: string, maxLength: 1}", "long", False),
    ],
)
def test_a_parameter_may_be_written_as_on_the_wire(linted, schema, example, is_right):
    """OpenAPI 3.1.1 section 4.8.12.4: in the format that the parameter is sent in."""
    text = (
        "paths:\n  /a:\n    get:\n      parameters:\n        - name: q\n          in: query\n"
        f"          schema: {schema}\n          example: {example}\n"
        "      responses: {'200': {description: OK}}\n"
    )
    assert (linted("example-breaks-schema", text) == []) is is_right


@pytest.mark.parametrize(
    "schema",
    [
        "{type: string, nullable: true}",
        "{$ref: '#/components/schemas/A', nullable: true}",
        "{allOf: [{$ref: '#/components/schemas/A'}], nullable: true}",
    ],
)
def test_null_beside_nullable_is_no_breach(linted, schema):
    """Where readers disagree about null, nothing is said."""
    text = media_type("application/json", schema, "null")
    components = "components: {schemas: {A: {type: string}}}\n"
    assert linted("example-breaks-schema", text + components, head=HEAD_3_0) == []


@pytest.mark.parametrize(
    ("schema", "example", "words"),
    [
        ("{const: 1}", "2", ": it is not the value of 'const'"),
        ("{type: [string, 'null']}", "1", ": it is not of type null or string"),
        ("{pattern: ^a}", "b", ": it does not match the pattern ^a"),
        ("{maxLength: 1}", "ab", ': "ab" is longer than 1 character'),
        ("{anyOf: [{enum: [a]}, {enum: [b]}]}", "1", ": it fits none of the schemas of 'anyOf'"),
        ("{oneOf: [{}, {}]}", "1", ": it fits several schemas of 'oneOf'"),
        (
            "{oneOf: [{type: string}, {properties: {a: {type: string}}}]}",
            "{a: 1}",
            " at /a: it is not of type string",
        ),
        ("{properties: {a: false}}", "{a: 1}", " at /a: nothing is allowed there"),
    ],
)  # fmt: skip
def test_the_words(linted, schema, example, words):
    """They do not repeat the value, which stands at the place; of alternatives, the likeliest."""
    (found,) = linted("example-breaks-schema", media_type("application/json", schema, example))
    assert found.message == f"the example breaks its schema{words}"


@pytest.mark.parametrize(
    ("schema", "example", "actions"),
    [
        (
            "{required: [id], properties: {id: {type: integer, minimum: 1, maximum: 1}}}",
            "{name: Ada}",
            "- target: $E\n  update:\n    id: 1",
        ),
        (
            "{properties: {a: {type: string}}, additionalProperties: false}",
            "{a: b, c: d}",
            "- target: $E['c']\n  remove: true",
        ),
        ("{items: {enum: [cat]}}", "[dog]", "- target: $E[0]\n  update: cat"),
        (
            "{properties: {a: {type: number}, b: {type: string}}}",
            "{a: '1.5', b: null}",
            "- target: $E['a']\n  update: 1.5\n- target: $E['b']\n  remove: true",
        ),
        ("{not: {}}", "1", "- target: $E\n  remove: true"),
    ],
)
def test_the_suggestion_keeps_what_it_can(linted, schema, example, actions):
    """What is wrong is mended where it stands; an example that cannot be mended goes."""
    (found,) = linted("example-breaks-schema", media_type("application/json", schema, example))
    place = "$['paths']['/a']['get']['responses']['200']['content']['application/json']['example']"
    assert found.suggestion == actions.replace("$E", place)
