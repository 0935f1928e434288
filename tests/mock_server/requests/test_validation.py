"""Errors in requests: each gets its documented case, or else a clear 4xx; none gives a 500."""

import json
from typing import Any

import httpx
import pytest

from tests.mock_server.conftest import Serve
from tests.mock_server.documented import (
    INVALID_REFRESH_URL,
    INVALID_RETURN_URL,
    MISSING_REFRESH_URL,
    MISSING_RETURN_URL,
    REFRESH_URL,
    RETURN_URL,
    VALID,
    check_error,
    check_success,
    check_undocumented,
    create,
    path,
)
from tests.mock_server.wire import content, exchange, head, status

JSON = {"Content-Type": "application/json"}
TEXT = b'{"returnUrl": "https://app.example.com/a", "refreshUrl": "https://app.example.com/b"}'
MEMBERS = TEXT[1:-1]


def send(mock: httpx.Client, body: bytes, headers: dict[str, str] = JSON) -> httpx.Response:
    return mock.post(path(), content=body, headers=headers)


# --- the documented cases

WRONG_TYPES: list[Any] = [1, 0, 1.5, True, False, [], [RETURN_URL], {}, {"url": RETURN_URL}]
NO_URLS = [
    "/return",
    "return",
    "//app.example.com/return",
    "app.example.com",
    "https://",
    "https:",
    "ftp://app.example.com/",
    "javascript:alert(1)",
    "mailto:ada@example.com",
    "https://app example.com/",
]


@pytest.mark.parametrize("value", WRONG_TYPES + NO_URLS, ids=str)
def test_invalid_return_url(mock: httpx.Client, value: Any) -> None:
    """What certainly is no absolute http(s) URL, or no string at all, is an invalid ReturnUrl."""
    check_error(create(mock, {"returnUrl": value, "refreshUrl": REFRESH_URL}), INVALID_RETURN_URL)


@pytest.mark.parametrize("value", WRONG_TYPES + NO_URLS, ids=str)
def test_invalid_refresh_url(mock: httpx.Client, value: Any) -> None:
    """What certainly is no absolute http(s) URL, or no string at all, is an invalid RefreshUrl."""
    check_error(create(mock, {"returnUrl": RETURN_URL, "refreshUrl": value}), INVALID_REFRESH_URL)


@pytest.mark.parametrize("value", [None, ""])
def test_missing_return_url(mock: httpx.Client, value: Any) -> None:
    """Null and the empty string are a missing ReturnUrl."""
    check_error(create(mock, {"returnUrl": value, "refreshUrl": REFRESH_URL}), MISSING_RETURN_URL)


@pytest.mark.parametrize("value", [None, ""])
def test_missing_refresh_url(mock: httpx.Client, value: Any) -> None:
    """Null and the empty string are a missing RefreshUrl."""
    check_error(create(mock, {"returnUrl": RETURN_URL, "refreshUrl": value}), MISSING_REFRESH_URL)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, MISSING_RETURN_URL),
        ({"returnUrl": 1}, INVALID_RETURN_URL),
        ({"refreshUrl": 1}, MISSING_RETURN_URL),
        ({"returnUrl": "/", "refreshUrl": "/"}, INVALID_RETURN_URL),
        ({"ReturnUrl": RETURN_URL, "refreshUrl": REFRESH_URL}, MISSING_RETURN_URL),
    ],
    ids=str,
)
def test_several_errors(mock: httpx.Client, body: Any, error: Any) -> None:
    """Of several errors, the answer is the one whose case comes first in the document."""
    check_error(create(mock, body), error)


@pytest.mark.parametrize(
    "url",
    [
        "https://app.example.com",
        "https://app.example.com:8443/return?x=1&y=%20#top",
        "HTTPS://APP.EXAMPLE.COM/",
        "http://localhost:3000/return",
        "http://127.0.0.1/",
        "https://[2001:db8::1]/return",
        "https://bücher.example/zurück",
        "https://app.example.com/" + "a" * 2_000,
    ],
)
def test_valid_urls(mock: httpx.Client, url: str) -> None:
    """What may be an absolute http(s) URL is accepted."""
    check_success(create(mock, {"returnUrl": url, "refreshUrl": url}))


def test_other_properties(mock: httpx.Client) -> None:
    """Properties that the document does not know are accepted, as its schema says."""
    check_success(create(mock, {**VALID, "extra": {"a": [1, None]}}))


# --- errors without a case

NO_JSON = {
    "cut": b'{"returnUrl":',
    "a word": b"hello",
    "single quotes": b"{'returnUrl': 1}",
    "trailing comma": TEXT[:-1] + b",}",
    "two values": TEXT + TEXT,
    "NaN": b'{%s, "x": NaN}' % MEMBERS,
    "latin-1": b'{"returnUrl": "https://app.example.com/\xe9"}',
    "UTF-16": TEXT.decode().encode("utf-16"),
    "overlong UTF-8": b'{"returnUrl": "\xc0\xaf"}',
    "raw NUL": b'{"returnUrl": "\x00"}',
    "only NUL": b"\x00",
    "only a BOM": b"\xef\xbb\xbf",
    "white space": b" \n ",
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep inside": b'{%s, "x": %s}' % (MEMBERS, b"[" * 100_000 + b"]" * 100_000),
    "open lists": b"[" * 100_000,
}


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
def test_malformed(mock: httpx.Client, body: bytes) -> None:
    """A body that is no JSON text is a 400 that says so."""
    check_undocumented(send(mock, body), 400, "not valid JSON")


def test_no_body(mock: httpx.Client) -> None:
    """An empty body is a 400 that says so."""
    check_undocumented(send(mock, b""), 400, "body is required")


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"1", b"null", b"true", b"[" * 600 + b"]" * 600])
def test_no_object(mock: httpx.Client, body: bytes) -> None:
    """A body that is no object is a 400 with a problem, nested however deep."""
    answer = send(mock, body)
    assert answer.status_code == 400
    assert answer.json()["status"] == 400
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "organisation",
    ["1", "nope", "6f1c2a8e3f0b4a7e9a510c2f9f0c7a11", "%7B%7D", "a%0Ab", "%FF", "%00", "{{7*7}}"],
)
def test_bad_id(mock: httpx.Client, organisation: str) -> None:
    """An id that is no UUID is a 400 that names it."""
    check_undocumented(mock.post(path(organisation), json=VALID), 400, "'id'")


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/jsonp",
        "application/problem+json",
        "json",
        "",
    ],
)
def test_other_media_type(mock: httpx.Client, media_type: str) -> None:
    """A body of another media type is a 415 that names the right one."""
    answer = send(mock, TEXT, {"Content-Type": media_type})
    check_undocumented(answer, 415, "application/json")
    assert answer.headers["accept"] == "application/json"


def test_no_media_type(mock: httpx.Client) -> None:
    """A body without a media type is a 415, too."""
    check_undocumented(send(mock, TEXT, {}), 415, "application/json")


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "Application/JSON; charset=utf-8",
        "APPLICATION/JSON",
        'application/json;charset="UTF-8"',
        "application/json ; charset=x-unknown",
        "application/json;",
    ],
)
def test_media_type_spellings(mock: httpx.Client, media_type: str) -> None:
    """Media types are compared without case and parameters, and the body is still judged."""
    check_success(send(mock, TEXT, {"Content-Type": media_type}))
    check_error(send(mock, b"{}", {"Content-Type": media_type}), MISSING_RETURN_URL)


# --- how large

LIMIT = 1024 * 1024


@pytest.mark.parametrize(
    ("size", "expected"), [(LIMIT, 200), (LIMIT + 1, 413), (3 * LIMIT, 413)], ids=str
)
def test_size(mock: httpx.Client, size: int, expected: int) -> None:
    """A body of up to 1 MiB is read; a larger one is a 413."""
    assert send(mock, TEXT.ljust(size)).status_code == expected


@pytest.mark.parametrize(("size", "expected"), [(100, 200), (101, 413)])
def test_size_limit_is_configurable(serve: Serve, size: int, expected: int) -> None:
    """The limit can be set."""
    assert send(serve(max_body=100), TEXT.ljust(size)).status_code == expected


def test_too_large(serve: Serve) -> None:
    """A 413 is a problem that names the limit, and ends the connection."""
    answer = send(serve(max_body=100), TEXT.ljust(101))
    check_undocumented(answer, 413, "100")
    assert answer.headers["connection"] == "close"


def chunked(body: bytes, size: int) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return (
        b"POST /organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11/payment-account/link"
        b" HTTP/1.1\r\n"
        b"Host: mock.test\r\nConnection: close\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
        + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
        + b"0\r\n\r\n"
    )


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_chunked(address: tuple[str, int], size: int) -> None:
    """A chunked body without Content-Length is read whole."""
    assert status(exchange(address, chunked(TEXT, size))) == 200


@pytest.mark.parametrize(
    ("body", "expected", "case"),
    [
        (b"{}", 400, "400 PaymentAccountLink.MissingReturnUrl"),
        (b"", 400, "400"),
        (b"{", 400, "400"),
        (TEXT.ljust(LIMIT), 200, "200"),
        (TEXT.ljust(LIMIT + 1), 413, "413"),
        (TEXT.ljust(3 * LIMIT), 413, "413"),
    ],
    ids=["missing", "empty", "cut", "1 MiB", "larger", "far larger"],
)
def test_chunked_is_judged(address: tuple[str, int], body: bytes, expected: int, case: str) -> None:
    """A chunked body is judged as any other."""
    answer = exchange(address, chunked(body, 65_536))
    assert status(answer) == expected
    assert head(answer)["tallystick-case"] == case
    assert expected == 200 or json.loads(content(answer))["status"] == expected


# --- odd, and valid all the same, or not: never a 500

ODD = {
    "BOM": (b"\xef\xbb\xbf" + TEXT, 200),
    "surrounded by white space": (b"\r\n\t " + TEXT + b" \n", 200),
    "escaped NUL elsewhere": (b'{%s, "x": "\\u0000"}' % MEMBERS, 200),
    "escaped name": (TEXT.replace(b"returnUrl", b"return\\u0055rl"), 200),
    "duplicate key, the last valid": (b'{"returnUrl": 1, %s}' % MEMBERS, 200),
    "duplicate key, the last invalid": (b'{%s, "returnUrl": 1}' % MEMBERS, 400),
    "nested 1,000 deep": (b'{%s, "x": %s}' % (MEMBERS, b"[" * 1_000 + b"]" * 1_000), 200),
    "nested 1,000 deep as a URL": (b'{"returnUrl": %s}' % (b"[" * 1_000 + b"]" * 1_000), 400),
    "large exponent as a URL": (b'{"returnUrl": 1e400}', 400),
    "astral": (TEXT[:-1] + ', "x": "\U0001f600"}'.encode(), 200),
}


@pytest.mark.parametrize(("body", "expected"), ODD.values(), ids=ODD)
def test_odd_bodies(mock: httpx.Client, body: bytes, expected: int) -> None:
    """Odd JSON is read for what it says."""
    assert send(mock, body).status_code == expected


DOUBTFUL = {
    "1e400": b'{%s, "x": 1e400}' % MEMBERS,
    "5,000 digits": b'{%s, "x": %s}' % (MEMBERS, b"9" * 5_000),
    "lone high surrogate": b'{%s, "x": "\\ud800"}' % MEMBERS,
    "lone low surrogate": b'{%s, "x": "\\udc00"}' % MEMBERS,
    "lone surrogate in a name": b'{%s, "\\ud800": 1}' % MEMBERS,
    "surrogate in a URL": b'{"returnUrl": "https://a.example/\\ud800", "refreshUrl": "x"}',
    "NUL in a URL": b'{"returnUrl": "https://a\\u0000.example/", "refreshUrl": "https://a.example"}',
    "a million members": b"{" + b",".join(b'"%d":0' % n for n in range(90_000)) + b"}",
}


@pytest.mark.parametrize("body", DOUBTFUL.values(), ids=DOUBTFUL)
def test_doubtful_bodies(mock: httpx.Client, body: bytes) -> None:
    """What parsers disagree on gets an answer: accepted, or refused with a problem."""
    answer = send(mock, body)
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == 400


# --- nested members

NESTED = """
openapi: 3.1.1
info: {title: Nested, version: '1'}
paths:
  /people:
    post:
      requestBody:
        content:
          application/json:
            schema:
              properties:
                %s: {properties: {city: {type: string}}}
              required: [%s]
      responses:
        '201': {description: Created}
        '400':
          description: No city
          x-tallystick-cases:
            City.Missing:
              trigger: {kind: request, in: body, name: address.city, fault: missing}
"""


@pytest.mark.parametrize(
    ("required", "body", "expected"),
    [
        ("other", {"other": 1}, 201),
        ("other", {"other": 1, "address": None}, 201),
        ("other", {"other": 1, "address": {"city": "Ulm"}}, 201),
        ("other", {"other": 1, "address": {}}, 400),
        ("address", {}, 400),
    ],
)
def test_members_of_an_optional_object(
    serve: Serve, required: str, body: Any, expected: int
) -> None:
    """What is in an optional object is not missing where there is no such object."""
    mock = serve(NESTED % ("address", required))
    assert mock.post("/people", json=body).status_code == expected


# --- read-only members

READ_ONLY = """
openapi: 3.0.3
info: {title: Pets, version: '1'}
paths:
  /pets:
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses: {'201': {description: Created}}
components:
  schemas:
    Pet:
      type: object
      required: [id, name]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string}
        owner: {$ref: '#/components/schemas/Pet'}
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": "a"}, 201),
        ({"id": 1, "name": "a"}, 201),
        ({"name": "a", "owner": {"name": "b"}}, 201),
        ({"id": 1}, 400),
        ({"name": "a", "owner": {}}, 400),
    ],
    ids=str,
)
def test_read_only(serve: Serve, body: Any, expected: int) -> None:
    """Read-only members are neither required nor refused, nested ones, too."""
    assert serve(READ_ONLY).post("/pets", json=body).status_code == expected
