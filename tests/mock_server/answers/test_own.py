"""Answers of the user's own: what goes out, and what of it the document does not allow."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.mock_server.conftest import Serve
from tests.mock_server.documented import check_problem, create

FORCES = "/_tallystick/forces"
DOCUMENT = """
openapi: 3.1.1
info: {title: A shop, version: '1'}
paths:
  /products:
    get:
      responses:
        '200':
          description: The products
          headers:
            X-Total-Count: {schema: {type: integer}}
          content:
            application/json:
              schema:
                type: array
                items:
                  type: object
                  required: [name]
                  properties: {name: {type: string}, price: {type: number, minimum: 0}}
        '409':
          description: |
            - Shop.Closed — the shop is closed
          content:
            application/json:
              schema: {type: object, required: [code], properties: {code: {type: string}}}
  /reports:
    get:
      responses:
        '200': {description: A report, content: {text/csv: {schema: {type: string}}}}
        '204': {description: No report}
        '404': {description: No such report}
"""


@pytest.fixture(scope="module")
def served(serve_for_all: Serve) -> httpx.Client:
    """A mock of two operations."""
    return serve_for_all(DOCUMENT)


@pytest.fixture
def shop(served: httpx.Client) -> httpx.Client:
    """The mock, as at its start."""
    served.post("/_tallystick/reset")
    return served


def forced(shop: httpx.Client, force: dict[str, Any], path: str = "/products") -> httpx.Response:
    """The answer to a request after this force."""
    queued = shop.post(FORCES, json=force)
    assert queued.status_code == 201, queued.text
    return shop.get(path)


@pytest.mark.parametrize(
    ("force", "status", "case", "content"),
    [
        ({"body": []}, 200, "200", []),
        ({"body": None}, 200, "200", None),
        ({"body": [{"name": "Mug"}]}, 200, "200", [{"name": "Mug"}]),
        ({"cases": ["200"], "body": []}, 200, "200", []),
        ({"cases": ["Shop.Closed"], "body": {"code": "x"}}, 409, "409 Shop.Closed", {"code": "x"}),
        ({"status": 409, "body": {"code": "Own"}}, 409, "409", {"code": "Own"}),
        ({"status": 418, "body": {"tea": True}}, 418, "418", {"tea": True}),
        ({"status": 418, "body": "tea"}, 418, "418", "tea"),
    ],
    ids=str,
)
def test_a_body_of_your_own(
    shop: httpx.Client, force: dict[str, Any], status: int, case: str, content: Any
) -> None:
    """It goes out as JSON, once, with the status of its case or of your own."""
    answer = forced(shop, force)
    assert (answer.status_code, answer.json()) == (status, content)
    assert answer.headers["tallystick-case"] == case
    assert answer.headers["content-type"] == "application/json"
    assert shop.get("/products").headers["tallystick-case"] == "200"
    assert shop.get(FORCES).json() == []


def test_a_status_alone(shop: httpx.Client) -> None:
    """A documented one has its documented body, another one has none."""
    documented = forced(shop, {"status": 409})
    assert (documented.status_code, documented.json()["code"]) == (409, "Shop.Closed")
    assert documented.headers["tallystick-case"] == "409 Shop.Closed"
    other = forced(shop, {"status": 503, "headers": {"Retry-After": "5"}})
    assert (other.status_code, other.content) == (503, b"")
    assert (other.headers["retry-after"], other.headers["content-length"]) == ("5", "0")


def test_headers_of_your_own(shop: httpx.Client) -> None:
    """They take the place of the documented ones; a list is sent several times."""
    headers = {"X-Total-Count": "700", "Set-Cookie": ["a=1", "b=2"]}
    answer = forced(shop, {"body": [], "headers": headers})
    assert answer.headers.get_list("x-total-count") == ["700"]
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    only = forced(shop, {"cases": ["409"], "headers": {"X-Tag": "blue"}})
    assert (only.status_code, only.json()["code"]) == (409, "Shop.Closed")
    assert only.headers["x-tag"] == "blue"


@pytest.mark.parametrize(
    ("force", "media_type", "content"),
    [
        ({"body": "a,b\n1,2\n"}, "text/csv", b"a,b\n1,2\n"),
        ({"body": [{"a": 1}]}, "text/csv", b"a\r\n1\r\n"),
        ({"body": "<p>", "headers": {"Content-Type": "text/html"}}, "text/html", b"<p>"),
        (
            {"body": {}, "headers": {"content-type": "application/a+json"}},
            "application/a+json",
            b"{}",
        ),
        ({"status": 404, "body": {"a": 1}}, "application/json", b'{"a":1}'),
        ({"status": 204, "body": {"a": 1}}, None, b""),
    ],
    ids=str,
)
def test_media_types(
    shop: httpx.Client, force: dict[str, Any], media_type: str | None, content: bytes
) -> None:
    """A body is written in the documented media type, in your own, else as JSON."""
    answer = forced(shop, force, "/reports")
    assert (answer.headers.get("content-type"), answer.content) == (media_type, content)


@pytest.mark.parametrize(
    ("force", "violations"),
    [
        ({"body": []}, []),
        ({"body": [{"name": "Mug", "price": 3}]}, []),
        (
            {"body": [{"price": -1}], "match": {"operation": "GET /products"}},
            [
                'The body is not valid at /0: "name" is a required property.',
                "The body is not valid at /0/price: -1 is less than the minimum of 0.",
            ],
        ),
        ({"status": 418}, ["GET /products documents no 418."]),
        (
            {"cases": ["409"], "body": 7},
            ['The body is not valid: 7 is not of type "object".'],
        ),
        (
            {"cases": ["Shop.Closed"], "body": {"code": "a"}, "headers": {"X-Other": "1"}},
            [],
        ),
        (
            {"cases": ["Shop.Closed"], "headers": {"Content-Type": "text/html"}},
            ["The 409 of GET /products has no text/html; its media types are: application/json."],
        ),
        (
            {
                "body": [],
                "headers": {"X-Total-Count": "many"},
                "match": {"operation": "GET /products"},
            },
            ['The header x-total-count is not valid: "many" is not of type "integer".'],
        ),
        (
            {"status": 204, "body": 1, "match": {"operation": "GET /reports"}},
            ["A 204 has no content (RFC 9110 section 15): the body is not sent."],
        ),
        (
            {"status": 404, "body": 1},
            ["The 404 of GET /reports is documented without a body."],
        ),
        (
            {"body": 1, "match": {"operation": "GET /nothing"}},
            ["No operation is called GET /nothing."],
        ),
    ],
    ids=str,
)
def test_violations_are_said(
    shop: httpx.Client, force: dict[str, Any], violations: list[str]
) -> None:
    """By the operation that the answer fits best; and the force is queued all the same."""
    queued = shop.post(FORCES, json=force)
    assert (queued.status_code, queued.json()["violations"]) == (201, violations)
    assert len(shop.get(FORCES).json()) == 1


def test_the_explanation_says_it(shop: httpx.Client) -> None:
    """Of the request that got the answer, and of no other."""
    answer = forced(shop, {"status": 409, "body": {"reason": "<late>"}})
    link = answer.headers["link"]
    place = link[1 : link.index(">")]
    own = shop.get(place).json()["own"]
    assert own == {
        "status": 409,
        "body": {"reason": "<late>"},
        "violations": ['The body is not valid: "code" is a required property.'],
    }
    page = shop.get(place, headers={"Accept": "text/html"}).text
    assert "&#34;code&#34; is a required property" in page
    assert "<late>" not in page
    link = shop.get("/products").headers["link"]
    assert "own" not in shop.get(link[1 : link.index(">")]).json()


def test_the_queue_shows_it(shop: httpx.Client) -> None:
    """With what was given; how often it is left counts as for cases."""
    own = {"status": 409, "headers": {"x-a": ["1", "2"]}, "body": None}
    shop.post(FORCES, json={**own, "times": 2})
    shop.get("/products")
    assert shop.get(FORCES).json() == [
        {"id": 1, "cases": [], "times": 2, "match": {}, "left": 1, **own}
    ]


@pytest.mark.parametrize(
    "force",
    [
        {"headers": {"X-A": "1"}},
        {"body": 1, "status": 100},
        {"body": 1, "status": 600},
        {"body": 1, "status": "409"},
        {"body": 1, "status": True},
        {"cases": ["200"], "status": 200},
        {"body": 1, "headers": []},
        {"body": 1, "headers": {"X A": "1"}},
        {"body": 1, "headers": {"X-A": "1\r\nX-B: 2"}},
        {"body": 1, "headers": {"X-A": 1}},
        {"body": 1, "headers": {"X-A": "\u0416"}},
        {"body": 1, "headers": {"Content-Length": "9"}},
        {"body": 1, "headers": {"tallystick-case": "200"}},
    ],
    ids=str,
)
def test_what_cannot_be_sent_is_refused(shop: httpx.Client, force: dict[str, Any]) -> None:
    """With a problem, and nothing is queued."""
    check_problem(shop.post(FORCES, json=force), 400)
    assert shop.get(FORCES).json() == []


def test_the_examples_in_the_docs(mock: httpx.Client) -> None:
    """Each is taken, and answers the next requests."""
    page = (Path(__file__).parents[3] / "docs" / "mock.md").read_text("utf-8")
    section = page.partition("## Answers of your own")[2].partition("\n## ")[0]
    violations = [
        mock.post(FORCES, json=json.loads(force)).json()["violations"]
        for force in re.findall(r"-d '(.*)'$", section, re.MULTILINE)
    ]
    operation = "POST /organisations/{id}/payment-account/link"
    assert violations == [[], [f"{operation} documents no 503."], []]
    answers = [create(mock) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200, 503, 503, 503, 409, 200]
    assert answers[4].json()["since"] == "noon"
