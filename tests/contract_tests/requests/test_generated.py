"""What is drawn: values for every location and media type, in requests that can be sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from contract_tests.http.bodies import UnmakeableError
from contract_tests.http.client import Client
from contract_tests.http.exchange import OperationRequest
from contract_tests.requests import generated
from contract_tests.requests.sources import valid_request
from contract_tests.target.target import Target
from tallystick.contract import ContractOperation
from tests.contract_tests import formats
from tests.contract_tests.documents import written

TARGET = Target("http://127.0.0.1:1")
CONTRACT = written(formats.DOCUMENT)
QUIET = settings(
    max_examples=30,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def body(media: str, required: str = "true") -> ContractOperation:
    """An operation with one body."""
    return written(f"""
openapi: 3.1.0
info: {{ title: t, version: "1" }}
paths:
  /a:
    post:
      requestBody: {{ required: {required}, content: {{ {media} }} }}
      responses: {{ "200": {{ description: OK }} }}
""").operations[0]


def base_of(operation: ContractOperation) -> OperationRequest:
    """The base request of an operation by itself."""
    contract = replace(CONTRACT, document=operation.document, operations=(operation,))
    return valid_request(contract, operation, TARGET)


ALL = [(operation, GenerationMode.POSITIVE) for operation in CONTRACT.operations]
# Bytes and documented bodies have nothing that could not fit.
ALL += [
    (operation, GenerationMode.NEGATIVE)
    for operation in CONTRACT.operations
    if operation.path not in ("/binary", "/image", "/own")
]


@pytest.mark.parametrize(
    ("operation", "mode"), ALL, ids=[f"{operation.name} {mode.value}" for operation, mode in ALL]
)
def test_whatever_is_drawn_can_be_sent(operation: ContractOperation, mode: GenerationMode) -> None:
    """Each request has an address of its operation, and a body as bytes."""
    client = Client(TARGET)

    @QUIET
    @given(generated.requests_of(operation, TARGET, mode))
    def check(request: Any) -> None:
        prepared = client.prepare(request)
        assert (prepared.url or "").count("/") == 2 + operation.path.count("/")
        assert prepared.body is None or isinstance(prepared.body, bytes)

    check()


@pytest.mark.parametrize(
    ("media", "value", "media_type"),
    [
        ("text/plain: {}", "tallystick-0", "text/plain"),
        ("application/pdf: {}", b"%PDF", "application/pdf"),
        ("image/jpeg: {}", b"\xff\xd8\xff", "image/jpeg"),
        ("application/x-own: { example: a b }", "a b", "application/x-own"),
        ("application/xml: { example: <a/> }", "<a/>", "application/xml"),
        ("text/csv: { examples: { x: { value: 'a,b' } } }", "a,b", "text/csv"),
        ("application/x-own: {}, text/plain: { example: b }", "b", "text/plain"),
        ("text/plain: { example: b }, application/json: { example: 1 }", 1, "application/json"),
        (
            "application/x-ndjson: { itemSchema: { const: 7 } }",
            [7],
            "application/x-ndjson",
        ),
        ("'*/*': { schema: { const: 7 } }", 7, "application/json"),
    ],
)
def test_the_body_of_the_base(media: str, value: Any, media_type: str) -> None:
    """The plainest media type that can be made; an example is sent as it is."""
    request = base_of(body(media))
    found = request.body
    assert request.media_type == media_type
    assert found[: len(value)] == value if isinstance(value, bytes) else found == value


def test_an_optional_body_that_cannot_be_made_is_left_out() -> None:
    """A request without it is a right one, too."""
    assert base_of(body("application/x-own: {}", required="false")).body is ...


@pytest.mark.parametrize(
    ("media", "why"),
    [
        ("application/x-own: {}", "nobody can make a body of application/x-own from a schema"),
        ("application/json: { schema: false }", "its body (application/json, "),
        ("text/csv: { schema: { type: array } }", "nobody can make a body of text/csv"),
    ],
)
def test_what_cannot_be_made_says_why(media: str, why: str) -> None:
    """One error with the operation, the media type and the place; never another exception."""
    with pytest.raises(UnmakeableError) as caught:
        base_of(body(media))
    assert str(caught.value).startswith(f"no request to POST /a can be made: {why}")
    assert "document.yaml:7" in str(caught.value)


def test_whole_numbers_are_written_without_a_fraction() -> None:
    """`7.0` is an integer to JSON Schema, and none to many services."""
    (operation,) = written("""
openapi: 3.1.0
info: { title: t, version: "1" }
paths:
  /a:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              { type: array, minItems: 1, items: { type: integer, minimum: 1, maximum: 30 } }
      responses: { "200": { description: d } }
""").operations
    drawn: list[Any] = []

    @settings(generated.SETTINGS, max_examples=200, derandomize=True)
    @given(generated.requests_of(operation, TARGET))
    def draw(request: Any) -> None:
        drawn.extend(request.body)

    draw()
    assert {type(item) for item in drawn} == {int}


def test_credentials_are_never_drawn() -> None:
    """Security schemes and ignored headers have no part in what is drawn."""
    operation = written("""
openapi: 3.1.0
info: { title: t, version: "1" }
security: [{ key: [], cookie: [] }]
paths:
  /a:
    get:
      parameters:
        - { name: Authorization, in: header, required: true, schema: { type: string } }
        - { name: Accept, in: header, required: true, schema: { type: string } }
      responses: { "200": { description: OK } }
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key }
    cookie: { type: apiKey, in: cookie, name: sid }
""").operations[0]

    @QUIET
    @given(generated.requests_of(operation, TARGET), st.none())
    def check(request: Any, _: None) -> None:
        assert (request.headers, request.cookies, request.query) == ({}, {}, {})

    check()


def test_paths_lead_to_the_operation_and_arrays_are_written() -> None:
    """No value of a path is a dot segment; no array is empty, as that would leave the parameter
    out.
    """
    operation = written("""
openapi: 3.1.0
info: { title: t, version: "1" }
paths:
  /a/{id}:
    get:
      parameters:
        - { name: id, in: path, required: true, schema: { enum: [".", "..", "b", "c d"] } }
        - { name: q, in: query, required: true, schema: { type: array, items: { enum: [7] } } }
      responses: { "200": { description: OK } }
""").operations[0]
    urls: set[str] = set()

    @QUIET
    @given(generated.requests_of(operation, TARGET))
    def check(request: Any) -> None:
        urls.add(request.url("").partition("&")[0])

    check()
    assert urls == {"/a/b?q=7", "/a/c%20d?q=7"}
    assert base_of(operation).query == {"q": [7]}


def test_an_object_in_a_path_is_drawn() -> None:
    """In the style that the document gives it; a query of its name is another value."""
    operation = written("""
openapi: 3.1.0
info: { title: t, version: "1" }
paths:
  /sky{at}/{zoom}:
    get:
      parameters:
        - name: at
          in: path
          required: true
          style: matrix
          explode: true
          schema: { type: object, required: [ra], properties: { ra: { enum: [7] } },
                    additionalProperties: false }
        - name: zoom
          in: path
          required: true
          style: label
          schema: { type: array, minItems: 1, maxItems: 1, items: { enum: [3] } }
        - { name: at, in: query, required: true, schema: { enum: [b] } }
      responses: { "200": { description: OK } }
""").operations[0]
    request = base_of(operation)
    assert request.url("") == "/sky;ra=7/.3?at=b"


def test_the_addresses_of_servers_do_not_matter() -> None:
    """Whatever is wrong with them."""
    operation = written("""
openapi: 3.1.0
info: { title: t, version: "1" }
servers: [{ url: "https://{nobody}/v1" }]
paths:
  /a:
    get:
      parameters: [{ name: q, in: query, required: true, schema: { enum: [b] } }]
      responses: { "200": { description: OK } }
""").operations[0]
    assert base_of(operation).query == {"q": "b"}
