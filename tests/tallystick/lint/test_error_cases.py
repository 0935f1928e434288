"""What makes the documented errors of a contract weak."""

import pytest

from tests.tallystick.lint.conftest import short

TWO_CODES = """\
paths:
  /a:
    post:
      responses:
        '409':
          description: |
            Thing.Odd — it is odd

            Thing.Even — it is even
        '418':
          description: |
            Thing.Teapot — it is one

            Thing.Kettle — it is another
        '500':
          description: Oh
        '415':
          description: No
        default:
          description: Other
"""


def test_unknown_triggers(linted):
    """Codes and statuses of which nothing says what triggers them. 409 is a state, 415 is settled
    by RFC 9110, and `default` may be anything.
    """
    assert short(linted("unknown-trigger", TWO_CODES)) == [
        (17, "/paths/~1a/post/responses/500", "nothing says what triggers 500"),
        (
            14,
            "/paths/~1a/post/responses/418/description",
            "nothing says what triggers 418 Thing.Teapot",
        ),
        (
            16,
            "/paths/~1a/post/responses/418/description",
            "nothing says what triggers 418 Thing.Kettle",
        ),
    ]


def test_the_triggers_of_a_response_are_suggested_together(linted):
    """One action states them all."""
    suggestions = {found.suggestion for found in linted("unknown-trigger", TWO_CODES)}
    assert suggestions == {
        "",
        "# kind: caller, resource, state or upstream; or request with in, name and fault\n"
        "- target: $['paths']['/a']['post']['responses']['418']\n"
        "  update:\n"
        "    x-tallystick-cases:\n"
        "      Thing.Teapot:\n"
        "        trigger:\n"
        "          kind: state\n"
        "      Thing.Kettle:\n"
        "        trigger:\n"
        "          kind: state",
    }


def test_errors_without_a_body(linted):
    """Of 4xx and 5xx; an answer to HEAD never has one, and `default` may be a success."""
    text = """\
paths:
  /a:
    get:
      responses:
        '200': {description: OK}
        '404': {$ref: '#/components/responses/Gone'}
        5XX: {description: Oh}
        '409':
          description: Clash
          content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
        default: {description: Other}
    head:
      responses:
        '404': {description: No}
components:
  responses:
    Gone:
      description: It is gone
  schemas:
    Error: {type: object, required: [code], properties: {code: {type: string}}}
"""
    found = linted("error-without-body", text)
    assert short(found) == [
        (19, "/components/responses/Gone", "404 documents no body"),
        (9, "/paths/~1a/get/responses/5XX", "5XX documents no body"),
    ]
    assert found[0].suggestion == (
        "- target: $['components']['responses']['Gone']\n"
        "  update:\n"
        "    content:\n"
        "      application/json:\n"
        "        schema:\n"
        "          $ref: '#/components/schemas/Error'"
    )


def test_without_an_error_schema_a_problem_is_suggested(linted):
    """RFC 9457 is what a contract without errors of its own can use."""
    text = "paths:\n  /a:\n    get:\n      responses:\n        '404': {description: No}\n"
    (found,) = linted("error-without-body", text)
    assert "application/problem+json:" in found.suggestion


@pytest.mark.parametrize(
    ("schema", "required"),
    [
        ("{type: object, properties: {message: {}, code: {}}}", "[code, message]"),
        ("{type: object, properties: {status: {}, title: {}}}", "[title, status]"),
        ("{type: object, properties: {reasons: {}}}", "[reasons]"),
        ("{allOf: [{properties: {error: {}}}, {properties: {detail: {}}}]}", "[error, detail]"),
        ("{type: object}", "[code]"),
    ],
)
def test_a_schema_of_errors_that_requires_nothing(linted, schema, required):
    """It is said once, however many errors share it; what names the error should be required."""
    text = f"""\
paths:
  /a:
    get:
      responses:
        '404': {{$ref: '#/components/responses/Any'}}
        '409': {{$ref: '#/components/responses/Any'}}
components:
  responses:
    Any:
      description: No
      content: {{application/json: {{schema: {{$ref: '#/components/schemas/Error'}}}}}}
  schemas:
    Error: {schema}
"""
    (found,) = linted("nothing-required", text)
    assert short([found]) == [
        (15, "/components/schemas/Error", "this schema of errors requires no member")
    ]
    names = "".join(f"\n    - {name}" for name in required.strip("[]").split(", "))
    assert f"    required:{names}" in found.suggestion


@pytest.mark.parametrize(
    "schema",
    [
        "{type: object, required: [code]}",
        "{allOf: [{type: object}, {required: [code]}]}",
        "{oneOf: [{required: [a]}, {required: [b]}]}",
        "{type: array}",
        "{type: string}",
        "{type: object, minProperties: 1}",
    ],
)
def test_a_schema_that_refuses_an_empty_object(linted, schema):
    """Something is required there."""
    text = (
        "paths:\n  /a:\n    get:\n      responses:\n        '404':\n          description: No\n"
        f"          content: {{application/json: {{schema: {schema}}}}}\n"
    )
    assert linted("nothing-required", text) == []


def test_operations_without_an_error(linted):
    """`default` counts as one; an operation without any response has a diagnostic of its own."""
    text = """\
paths:
  /a/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200': {description: OK}
    put:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        default: {description: OK}
  /b:
    get:
      responses:
        '200': {description: OK}
    post:
      requestBody: {content: {application/json: {}}}
      responses:
        '200': {description: OK}
    delete: {}
"""
    found = linted("operation-without-error", text)
    assert short(found) == [
        (5, "/paths/~1a~1{id}/get", "the operation documents no error"),
        (14, "/paths/~1b/get", "the operation documents no error"),
        (17, "/paths/~1b/post", "the operation documents no error"),
    ]
    statuses = ["'404':", "default:", "'400':"]
    assert [
        status in diagnostic.suggestion for status, diagnostic in zip(statuses, found, strict=True)
    ] == [True, True, True]


def test_the_error_of_another_operation_is_suggested(linted):
    """The contract's own response, where there is one for the status."""
    text = """\
paths:
  /a/{id}:
    get:
      responses: {'404': {$ref: '#/components/responses/Gone'}}
    delete:
      responses: {'204': {description: OK}}
components:
  responses: {Gone: {description: It is gone}}
"""
    (found,) = linted("operation-without-error", text)
    assert found.suggestion == (
        "- target: $['paths']['/a/{id}']['delete']\n"
        "  update:\n"
        "    responses:\n"
        "      '404':\n"
        "        $ref: '#/components/responses/Gone'"
    )


def test_a_code_under_two_statuses(linted):
    """Of one operation; another may use it under another status, and `default` repeats others."""
    text = """\
paths:
  /a:
    get:
      responses:
        '404': {description: 'Thing.Gone — it is gone'}
        '410':
          description: 'Thing.Gone — it is gone'
        default: {description: 'Thing.Gone — it is gone'}
    delete:
      responses:
        '409': {description: 'Thing.Gone — it is gone'}
"""
    (found,) = linted("code-under-two-statuses", text)
    assert short([found]) == [
        (9, "/paths/~1a/get/responses/410/description", "Thing.Gone stands under 404 and 410")
    ]
    assert found.suggestion == (
        "- target: $['paths']['/a']['get']['responses']['410']\n"
        "  update:\n"
        "    description: Thing.Gone_410 — it is gone"
    )
