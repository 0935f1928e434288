"""Success bodies: fresh, unique, valid, and the same for the same seed."""

import json
import multiprocessing
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from mock_server.answers.templates import example_bodies
from tallystick import load_contract
from tests.mock_server.conftest import Serve
from tests.mock_server.documented import create
from tests.mock_server.wire import content, exchange

SHOP = """
openapi: 3.1.1
info: {title: Shop, version: '1'}
paths:
  /order:
    get: {responses: &responses {'200': {$ref: '#/components/responses/Order'}}}
    post: {responses: *responses}
components:
  responses:
    Order:
          description: OK
          content:
            application/json:
              schema:
                type: object
                required: [id, email, currency, total, lines, note, kind, placed, parent]
                properties:
                  id: {type: string, format: uuid}
                  email: {type: string, format: email}
                  currency: {type: string, minLength: 3, maxLength: 3}
                  total: {type: number, exclusiveMinimum: 0, maximum: 99.5, multipleOf: 0.5}
                  lines:
                    type: array
                    minItems: 3
                    items: {type: integer, minimum: 1, maximum: 5}
                  note: {type: ['null', string], minLength: 30}
                  kind: {enum: [new, paid]}
                  placed: {type: string, format: date}
                  parent: {$ref: '#/components/schemas/Parent'}
  schemas:
    Parent:
      type: object
      required: [name]
      properties:
        name: {type: string}
        parent: {$ref: '#/components/schemas/Parent'}
"""
ORDER = {
    "type": "object",
    "required": [
        *("id", "email", "currency", "total", "lines", "note", "kind", "placed", "parent"),
    ],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "email": {"type": "string", "format": "email"},
        "currency": {"enum": ["EUR", "USD", "GBP"]},
        "total": {"type": "number", "exclusiveMinimum": 0, "maximum": 99.5, "multipleOf": 0.5},
        "lines": {
            "type": "array",
            "minItems": 3,
            "items": {"type": "integer", "minimum": 1, "maximum": 5},
        },
        "note": {"type": "string", "minLength": 30},
        "kind": {"enum": ["new", "paid"]},
        "placed": {"type": "string", "format": "date"},
        "parent": {"type": "object", "required": ["name"]},
    },
}
"""What an order must be; a currency is a real one, and a note that may be null is mostly not."""


def orders(shop: httpx.Client, count: int = 16) -> list[Any]:
    return [shop.post("/order").json() for _ in range(count)]


def test_url_is_on_the_mock(mock: httpx.Client) -> None:
    """The link is an absolute URL of the mock itself."""
    base = str(mock.base_url).rstrip("/")
    url = create(mock).json()["url"]
    assert re.fullmatch(rf"{re.escape(base)}/_tallystick/[A-Za-z0-9/_-]{{16,}}", url)


def test_url_is_fresh(mock: httpx.Client) -> None:
    """Each answer has a link of its own."""
    assert len({create(mock).json()["url"] for _ in range(50)}) == 50


def test_url_is_fresh_after_a_reset(mock: httpx.Client) -> None:
    """A reset does not bring old links back."""
    before = create(mock).json()["url"]
    mock.post("/_tallystick/reset")
    assert create(mock).json()["url"] != before


def test_url_opens(mock: httpx.Client) -> None:
    """The link can be opened, and shows a page that says that it is a mock's."""
    answer = mock.get(create(mock).json()["url"])
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "This is a mock" in answer.text


def test_url_opens_from_elsewhere(mock: httpx.Client) -> None:
    """A browser that was sent there by another site can open it, too."""
    headers = {
        "Origin": "https://app.example.com",
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
    }
    assert mock.get(create(mock).json()["url"], headers=headers).status_code == 200


@pytest.mark.parametrize("host", ["mock.test", "mock.test:8080", "192.0.2.1:80", "[::1]:8080"])
def test_url_is_where_the_client_found_the_mock(mock: httpx.Client, host: str) -> None:
    """The link leads to the host that the client named, which may be a container's name."""
    url = create(mock, headers={"Host": host}).json()["url"]
    assert url.startswith(f"http://{host}/_tallystick/")


@pytest.mark.parametrize(
    "host", ['ev"il', "ev\\il", "a b", "{{7*7}}", "<script>", "a/b", "a@b", "\x7f", ""]
)
def test_url_is_valid_whatever_the_host(address: tuple[str, int], host: str) -> None:
    """A Host header that names no host cannot make the answer invalid."""
    body = b'{"returnUrl": "https://a.example/", "refreshUrl": "https://a.example/"}'
    answer = exchange(
        address,
        b"POST /organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11/payment-account/link"
        b" HTTP/1.1\r\n"
        b"Host: %s\r\nConnection: close\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (host.encode(), len(body), body),
    )
    if answer.startswith(b"HTTP/1.1 400 "):
        return  # what a server does with it that looks closely (RFC 9112 section 3.2)
    url = json.loads(content(answer))["url"]
    assert url.startswith(f"http://127.0.0.1:{address[1]}/_tallystick/")


def test_expiry(mock: httpx.Client) -> None:
    """`expiresAt` is in the near future, in RFC 3339 with offset."""
    text = create(mock).json()["expiresAt"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text)
    ahead = datetime.fromisoformat(text) - datetime.now(UTC)
    assert timedelta(minutes=2) < ahead < timedelta(minutes=10)


def test_bodies_are_valid(serve: Serve) -> None:
    """Generated bodies are valid against their schema, each of the pool."""
    validator = Draft202012Validator(ORDER, format_checker=FormatChecker())
    faults = [
        error.message for body in orders(serve(SHOP)) for error in validator.iter_errors(body)
    ]
    assert faults == []


def test_bodies_vary(serve: Serve) -> None:
    """What changes something gets several different bodies; what only reads, always the same."""
    shop = serve(SHOP)
    assert len({json.dumps(body) for body in orders(shop)}) > 3
    assert len({shop.get("/order").text for _ in range(8)}) == 1


def test_same_seed(serve: Serve) -> None:
    """The same seed makes the same bodies."""
    assert orders(serve(SHOP, seed=7)) == orders(serve(SHOP, seed=7))


def test_other_seed(serve: Serve) -> None:
    """Another seed makes others."""
    assert orders(serve(SHOP, seed=7)) != orders(serve(SHOP, seed=8))


EXAMPLES = """
openapi: 3.0.3
info: {title: Examples, version: '1'}
paths:
  /one:
    get:
      responses:
        '200':
          description: OK
          content: {application/json: {example: {name: Ada, n: 1}}}
  /named:
    get:
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema: {type: object, properties: {name: {type: string}}}
              examples:
                first: {value: {name: Grace}}
                second: {value: {name: Alan}}
  /wrong:
    get:
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema: {type: object, properties: {name: {type: string, nullable: true}}}
              examples:
                bad: {value: {name: 1}}
                good: {value: {name: null}}
"""


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("/one", [{"name": "Ada", "n": 1}, {"name": "Ada", "n": 1}]),
        ("/named", [{"name": "Grace"}, {"name": "Alan"}]),
        ("/wrong", [{"name": 1}, {"name": None}]),
    ],
)
def test_examples_come_first(serve: Serve, place: str, expected: list[Any]) -> None:
    """Documented examples are what is answered, in turn, valid or not."""
    mock = serve(EXAMPLES)
    assert [mock.get(place).json() for _ in expected] == expected


OPTIONAL_PATTERN = """
openapi: 3.1.0
info: {title: Tags, version: "1"}
paths:
  /tag:
    get:
      responses:
        "200":
          description: OK
          content:
            application/json:
              schema:
                type: object
                required: [id]
                properties:
                  id: {type: integer}
                  tag: {type: string, pattern: "^[A-Z]{3}$"}
"""


def test_a_member_with_a_pattern(serve: Serve) -> None:
    """A text is made that matches."""
    body = serve(OPTIONAL_PATTERN).get("/tag").json()
    assert re.fullmatch("[A-Z]{3}", body["tag"])


GIVEN = """
openapi: 3.1.0
info: {title: Given, version: "1"}
paths:
  /given:
    get:
      responses:
        "200":
          description: OK
          content: {application/json: {schema: {$ref: "#/components/schemas/Given"}}}
components:
  schemas:
    Address: {type: string, format: uri, examples: ["https://mine.example/b"]}
    Whole: {type: object, example: {link: "https://mine.example/c"}}
    Given:
      type: object
      required: [url, homeUrl, link, whole, items, uri, href]
      properties:
        url: {type: string, example: "https://mine.example/a"}
        homeUrl: {$ref: "#/components/schemas/Address"}
        link: {default: "https://mine.example/d"}
        whole: {$ref: "#/components/schemas/Whole"}
        items: {type: array, minItems: 1, maxItems: 1, items: {$ref: "#/components/schemas/Whole"}}
        uri: {oneOf: [{type: string, enum: ["https://mine.example/e"]}]}
        href: {type: string}
"""


def test_what_a_schema_gives_is_sent_as_it_is(serve: Serve) -> None:
    """Examples, defaults and single values of properties, whatever their names; of other members
    an address is made.
    """
    body = serve(GIVEN).get("/given").json()
    assert "/_tallystick/links/" in body.pop("href")
    assert body == {
        "url": "https://mine.example/a",
        "homeUrl": "https://mine.example/b",
        "link": "https://mine.example/d",
        "whole": {"link": "https://mine.example/c"},
        "items": [{"link": "https://mine.example/c"}],
        "uri": "https://mine.example/e",
    }


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_forked_process_makes_other_addresses() -> None:
    """Two workers of one mock never give out the same address, which only one client may know."""
    before = addresses(1)  # of some that were drawn ahead
    with multiprocessing.get_context("fork").Pool(1) as pool:
        there = pool.apply(addresses, [600])
    assert len({*before, *there, *addresses(600)}) == 1201


def addresses(count: int) -> list[str]:
    """Bodies with a new address each."""
    body = next(example_bodies([{"url": "x"}], load_contract().operations[0]))
    assert not isinstance(body, bytes)
    return [body.render("http://a.example", 0.0).decode() for _ in range(count)]
