"""Parameters as they are sent: each as its declaration says, in the address and the headers."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.http.client import Client
from contract_tests.http.exchange import OperationRequest
from contract_tests.target.target import Target
from tests.contract_tests.documents import written

OPERATION = written("""
openapi: 3.1.0
info: { title: Parameters, version: "1" }
paths:
  /items/{id}{matrix}/{label}:
    get:
      parameters:
        - { name: id, in: path, required: true, schema: { type: string } }
        - { name: matrix, in: path, required: true, style: matrix, explode: true, schema: {} }
        - { name: label, in: path, required: true, style: label, schema: {} }
        - { name: many, in: query, schema: { type: array } }
        - { name: comma, in: query, explode: false, schema: { type: array } }
        - { name: deep, in: query, style: deepObject, explode: true, schema: { type: object } }
        - { name: free, in: query, allowReserved: true, schema: { type: string } }
        - { name: json, in: query, content: { application/json: { schema: { type: object } } } }
        - { name: text, in: query, content: { text/plain: { schema: { type: string } } } }
        - { name: X-List, in: header, schema: { type: array } }
        - { name: X-Object, in: header, explode: true, schema: { type: object } }
        - { name: X-Json, in: header, content: { application/json: {} } }
        - { name: sid, in: cookie, schema: { type: string } }
        - { name: flags, in: cookie, explode: false, schema: { type: array } }
      responses: { "200": { description: OK } }
""").operations[0]
PATH = {"id": "a b/c", "matrix": [1, 2], "label": ["x", "y"]}
URL = "http://127.0.0.1:1/items/a%20b%2Fc;matrix=1;matrix=2/.x,y"


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ({}, ""),
        ({"many": ["a&b", "c"]}, "?many=a%26b&many=c"),
        ({"comma": ["a", "b,c"]}, "?comma=a,b%2Cc"),
        ({"deep": {"a": 1}}, "?deep%5Ba%5D=1"),
        ({"free": "a/b?c"}, "?free=a/b?c"),
        ({"json": {"a": [1]}}, "?json=%7B%22a%22%3A%20%5B1%5D%7D"),
        ({"text": "a+b"}, "?text=a%2Bb"),
        ({"undeclared": "1' OR 1=1"}, "?undeclared=1%27%20OR%201%3D1"),
        ({"many": [], "comma": None}, ""),
        ({"many": ["a"], "json": 1}, "?many=a&json=1"),
    ],
)
def test_the_address(query: dict[str, Any], sent: str) -> None:
    """Path and query are what the declarations say, down to the wire."""
    request = OperationRequest(OPERATION, PATH, query)
    assert Client(Target("http://127.0.0.1:1")).prepare(request).url == URL + sent


@pytest.mark.parametrize(
    ("name", "value", "sent"),
    [
        ("X-List", ["a", 1, True], "a,1,true"),
        ("x-object", {"a": 1, "b": 2}, "a=1,b=2"),
        ("X-Json", {"a": 1}, '{"a": 1}'),
        ("X-Undeclared", ["a", "b"], "a,b"),
        ("X-Umlaut", "bücher", "bücher"),
        ("X-Emoji", "😀", "😀".encode()),
    ],
)
def test_headers(name: str, value: Any, sent: str | bytes) -> None:
    """Header fields are simple; what has no Latin-1 is UTF-8."""
    request = OperationRequest(OPERATION, headers={name: value})
    assert Client(Target("http://127.0.0.1:1")).prepare(request).headers[name] == sent


@pytest.mark.parametrize(
    ("cookies", "sent"),
    [
        ({}, "key=right; sid=own"),
        ({"flags": ["a", "b"]}, "key=right; sid=own; flags=a,b"),
        ({"sid": "a;b", "other": [1, 2]}, "key=right; sid=a%3Bb; other=1; other=2"),
    ],
)
def test_cookies_stand_beside_those_of_the_target(cookies: dict[str, Any], sent: str) -> None:
    """A request's cookies replace those of the same name only."""
    client = Client(Target("http://127.0.0.1:1", headers={"Cookie": "key=right; sid=own"}))
    request = OperationRequest(OPERATION, cookies=cookies)
    assert client.prepare(request).headers["cookie"] == sent


def test_the_whole_query_is_one_parameter() -> None:
    """OpenAPI 3.2: `querystring` is a form, or another media type as it is."""
    text = """
openapi: 3.2.0
info: { title: t, version: "1" }
paths:
  /a:
    get:
      parameters: [{ name: q, in: querystring, content: { MEDIA: { schema: { type: object } } } }]
      responses: { "200": { description: OK } }
"""
    sent = {}
    for media_type in ("application/x-www-form-urlencoded", "application/json"):
        operation = written(text.replace("MEDIA", media_type)).operations[0]
        sent[media_type] = OperationRequest(operation, query={"q": {"a": "b c"}}).url("")
    assert sent == {
        "application/x-www-form-urlencoded": "/a?a=b+c",
        "application/json": "/a?%7B%22a%22%3A%20%22b%20c%22%7D",
    }
