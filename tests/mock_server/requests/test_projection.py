"""A contract that Connexion by itself would trip over is served as it is written."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from connexion.spec import OpenAPISpecification
from jsonschema import Draft202012Validator

from mock_server.requests.projection import project
from tallystick import load_contract
from tests.mock_server.conftest import Serve
from tests.mock_server.documented import check_problem, check_undocumented

ODD = """
openapi: 3.1.1
info: {title: 'Shop {{ 7*7 }}', version: '1', description: '{% raw %} {{ config }} ${7*7}'}
paths:
  /things:
    get:
      operationId: things.list
      parameters:
        - {name: limit, in: query, required: true, schema: {type: integer, minimum: 1, maximum: 10}}
        - {name: ratio, in: query, schema: {type: number, maximum: 1}}
        - {name: flag, in: query, schema: {type: boolean}}
        - {name: note, in: query, schema: {type: ['null', string], minLength: 2}}
        - {name: maybe, in: query, schema: {anyOf: [{type: integer}, {type: 'null'}]}}
        - {name: ids, in: query, schema: {type: array, items: {type: integer}, maxItems: 3}}
        - {name: tags, in: query, schema: {type: array, items: {type: string}}}
        - {name: X-Mode, in: header, schema: {enum: [fast, slow]}}
        - {name: session, in: cookie, schema: {type: string, minLength: 3}}
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}
    post:
      operationId: things_list
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
      responses:
        '201':
          description: Created
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        '422':
          description: Thing.Odd — {{ 7*7 }} is odd
          content: {application/problem+json: {schema: {type: object}}}
  /things/{number}:
    get:
      operationId: '{{ 7*7 }}'
      parameters:
        - {name: number, in: path, required: true, schema: {type: integer, minimum: 1}}
      responses:
        '200':
          description: OK
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        '404':
          description: Thing.Gone — the thing is gone
          content: {application/problem+json: {schema: {type: object}}}
    delete:
      parameters:
        - {name: number, in: path, required: true, schema: {type: integer}}
      responses:
        '204': {description: Gone}
  /a.b+c(d)*$/{strange-name.x}/[z]:
    get:
      parameters:
        - {name: strange-name.x, in: path, required: true, schema: {type: string}}
      responses:
        '200':
          description: OK
          content: {application/json: {schema: {$ref: '#/components/schemas/Node'}}}
  /nodes:
    post:
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/Node'}}}
      responses:
        '200':
          description: OK
          content: {application/json: {schema: {$ref: '#/components/schemas/Node'}}}
components:
  schemas:
    Thing:
      type: object
      required: [name, text]
      properties:
        name: {type: string}
        text: {const: '{{ 7*7 }}'}
        note: {type: ['null', string]}
    Node:
      type: object
      required: [value, children]
      properties:
        value: {type: ['null', string]}
        children: {type: array, items: {$ref: '#/components/schemas/Node'}}
"""
NODE = {
    "$defs": {
        "node": {
            "type": "object",
            "required": ["value", "children"],
            "properties": {
                "value": {"type": ["null", "string"]},
                "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
            },
        }
    },
    "$ref": "#/$defs/node",
}
THING = {"name": "notch", "text": "{{ 7*7 }}"}


@pytest.fixture(scope="module")
def shop(serve_for_all: Serve) -> httpx.Client:
    """A mock of the odd contract."""
    return serve_for_all(ODD)


def test_the_projection_is_valid(tmp_path: Path) -> None:
    """Connexion's own validator, which the mock does without at its start, takes the projection."""
    place = tmp_path / "odd.yaml"
    place.write_text(ODD, encoding="utf-8")
    specification = OpenAPISpecification(project(load_contract(str(place))))
    assert list(specification["paths"]) == [
        "/things",
        "/things/{number}",
        "/a.b+c(d)*$/{_0}/[z]",
        "/nodes",
    ]


def nested(depth: int) -> dict[str, Any]:
    node: dict[str, Any] = {"value": None, "children": []}
    for _ in range(depth):
        node = {"value": "x", "children": [node]}
    return node


@pytest.mark.parametrize(
    ("method", "place", "body", "case"),
    [
        ("GET", "/things?limit=1", None, "200"),
        ("POST", "/things", THING, "201"),
        ("GET", "/things/1", None, "200"),
        ("DELETE", "/things/1", None, "204"),
        ("GET", "/a.b+c(d)*$/x/[z]", None, "200"),
        ("GET", "/a.b+c(d)*$/x%20y/%5Bz%5D", None, "200"),
        ("POST", "/nodes", nested(3), "200"),
        ("POST", "/nodes", None, "200"),
    ],
)
def test_operations(shop: httpx.Client, method: str, place: str, body: Any, case: str) -> None:
    """Each operation answers, whichever its method, id and path."""
    answer = shop.request(method, place, json=body) if body else shop.request(method, place)
    assert answer.headers["tallystick-case"] == case
    assert str(answer.status_code) == case


def test_operations_are_apart(shop: httpx.Client) -> None:
    """Operations whose ids look alike are not mixed up: each answers with its own body."""
    listed, made = shop.get("/things?limit=1").json(), shop.post("/things", json=THING).json()
    assert isinstance(listed, list)
    assert isinstance(made, dict)


def test_no_content(shop: httpx.Client) -> None:
    """A 204 has neither body nor Content-Length nor media type."""
    answer = shop.delete("/things/1")
    assert answer.content == b""
    assert {"content-length", "content-type"}.isdisjoint(answer.headers)


@pytest.mark.parametrize("place", ["/aXb+c(d)*$/x/[z]", "/a.b+c(d)*$/x/z", "/a.bc(d)*$/x/[z]"])
def test_regex_characters_are_plain(shop: httpx.Client, place: str) -> None:
    """Characters of a path mean themselves only, for requests as for `Allow`."""
    check_undocumented(shop.get(place), 404)
    check_undocumented(shop.put(place), 404)


@pytest.mark.parametrize(
    ("place", "allowed"),
    [
        ("/things", "GET, HEAD, OPTIONS, POST"),
        ("/things/1", "DELETE, GET, HEAD, OPTIONS"),
        ("/a.b+c(d)*$/x/[z]", "GET, HEAD, OPTIONS"),
    ],
)
def test_allow(shop: httpx.Client, place: str, allowed: str) -> None:
    """A 405 names all methods of a path; GET brings HEAD (RFC 9110 section 9.3.2)."""
    answer = shop.patch(place)
    check_undocumented(answer, 405)
    assert answer.headers["allow"] == allowed
    assert shop.options(place).headers["allow"] == allowed


@pytest.mark.parametrize(
    ("place", "expected"),
    [("/things?limit=1", 200), ("/things", 400), ("/things/404000001", 404), ("/no", 404)],
)
def test_head_is_get_without_body(shop: httpx.Client, place: str, expected: int) -> None:
    """HEAD is answered as GET is, without the body."""
    answer, full = shop.head(place), shop.get(place)
    assert (answer.status_code, answer.content) == (expected, b"")
    for name in ("tallystick-case", "content-type"):
        assert answer.headers[name] == full.headers[name]


# --- parameters

GOOD = [
    "limit=1",
    "limit=10",
    "limit=3&ratio=0.5",
    "limit=3&ratio=-1e-3",
    "limit=3&flag=true&flag=x",
    "limit=3&flag=false",
    "limit=3&note=xy",
    "limit=3&note=12",
    "limit=3&maybe=3",
    "limit=3&ids=1,2,3",
    "limit=3&ids=1&ids=2",
    "limit=3&tags=a,b",
    "limit=3&tags=1,true",
    "limit=3&unknown=%FF",
    "limit=%33",
]
BAD = [
    "",
    "limit=",
    "limit=0",
    "limit=11",
    "limit=x",
    "limit=1.5",
    "limit=1_0",
    "limit=%EF%BC%91",
    "limit=true",
    "limit=" + "9" * 5_000,
    "limit=3&ratio=2",
    "limit=3&ratio=nan",
    "limit=3&ratio=1e400",
    "limit=3&ratio=-inf",
    "limit=3&flag=maybe",
    "limit=3&note=x",
    "limit=3&maybe=x",
    "limit=3&ids=1,x",
    "limit=3&ids=1,2,3,4",
]


@pytest.mark.parametrize("query", GOOD)
def test_good_query(shop: httpx.Client, query: str) -> None:
    """Query parameters are read by the types of their schemas."""
    assert shop.get(f"/things?{query}").status_code == 200


@pytest.mark.parametrize("query", BAD, ids=lambda query: query[:30])
def test_bad_query(shop: httpx.Client, query: str) -> None:
    """A query parameter that is missing or not valid is a 400 that names it."""
    wrong = query.rpartition("&")[2].partition("=")[0] or "limit"
    check_undocumented(shop.get(f"/things?{query}"), 400, f"'{wrong}'")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-Mode": "fast"}, 200),
        ({"x-mode": "slow"}, 200),
        ({"X-Mode": "odd"}, 400),
        ({"Cookie": "a=b; session=abc"}, 200),
        ({"Cookie": "session=ab"}, 400),
        ({"Cookie": "nonsense"}, 200),
    ],
    ids=str,
)
def test_header_and_cookie(shop: httpx.Client, headers: dict[str, str], expected: int) -> None:
    """Header and cookie parameters are judged, too."""
    assert shop.get("/things?limit=1", headers=headers).status_code == expected


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.0", "1_0", "+1", "%EF%BC%91", "9" * 5_000])
def test_bad_path_parameter(shop: httpx.Client, number: str) -> None:
    """A path parameter that is no such integer is a 400 that names it."""
    check_undocumented(shop.get(f"/things/{number}"), 400, "'number'")


def test_magic_integer(shop: httpx.Client) -> None:
    """The magic value of an integer parameter is an integer: the status, then the case's number."""
    answer = shop.get("/things/404000001")
    check_problem(answer, 404)
    assert answer.headers["tallystick-case"] == "404 Thing.Gone"


def test_error_status_is_the_documented_one(shop: httpx.Client) -> None:
    """Where an operation documents 422 for bad requests and no 400, an error is a 422."""
    check_undocumented(shop.post("/things", json={"text": "{{ 7*7 }}"}), 422, "name")


def test_optional_body(shop: httpx.Client) -> None:
    """A body that is not required may be left out, but not be wrong."""
    assert shop.post("/nodes").status_code == 200
    check_undocumented(shop.post("/nodes", json={"value": 1, "children": []}), 400, "/value")


# --- templates and recursion


def test_texts_are_not_rendered(shop: httpx.Client) -> None:
    """What looks like a template in the document is served as it stands, never evaluated."""
    answer = shop.post("/~case/Thing.Odd/things")
    assert answer.json()["detail"] == "{{ 7*7 }} is odd"
    assert shop.post("/things", json=THING).json()["text"] == "{{ 7*7 }}"
    document = shop.get("/_tallystick/openapi.json").json()
    assert document["info"]["title"] == "Shop {{ 7*7 }}"
    assert document["info"]["description"] == "{% raw %} {{ config }} ${7*7}"


def test_recursive_answers(shop: httpx.Client) -> None:
    """Bodies of a recursive schema are finite and valid."""
    validator = Draft202012Validator(NODE)
    for _ in range(10):
        validator.validate(shop.post("/nodes").json())


def test_nullable_is_not_always_null(shop: httpx.Client) -> None:
    """`type: [null, string]` mostly gives a string."""
    values = [shop.post("/nodes").json()["value"] for _ in range(10)]
    assert any(isinstance(value, str) for value in values)


@pytest.mark.parametrize("depth", [0, 3, 100, 400])
def test_recursive_requests(shop: httpx.Client, depth: int) -> None:
    """Bodies of a recursive schema are judged to their depth."""
    assert shop.post("/nodes", json=nested(depth)).status_code == 200


@pytest.mark.parametrize("depth", [1, 100, 400])
def test_recursive_errors(shop: httpx.Client, depth: int) -> None:
    """An error deep inside a body is found."""
    body = nested(depth)
    innermost = body
    while innermost["children"]:
        innermost = innermost["children"][0]
    innermost["value"] = 1
    check_undocumented(shop.post("/nodes", json=body), 400)


TWO_OF_ONE_ID = """
openapi: 3.1.0
info: {title: Twice, version: "1"}
paths:
  /one:
    get:
      operationId: it
      responses: {"200": {description: OK, content: {application/json: {schema: {const: 1}}}}}
  /two:
    get:
      operationId: it
      responses: {"200": {description: OK, content: {application/json: {schema: {const: 2}}}}}
"""


def test_duplicate_operation_ids(serve: Serve) -> None:
    """Two operations of one id, which OpenAPI forbids, are never mixed up."""
    mock = serve(TWO_OF_ONE_ID)
    assert [mock.get(path).json() for path in ("/one", "/two")] == [1, 2]


def test_contract_with_a_root(serve: Serve) -> None:
    """Where the contract has the path `/`, it is the contract's."""
    mock = serve(
        "openapi: 3.1.1\n"
        "info: {title: Root, version: '1'}\n"
        "paths: {/: {get: {responses: {'200': {description: OK}}}}}\n"
    )
    assert mock.get("/").headers["tallystick-case"] == "200"
