"""The independent implementation keeps the contract.

What is expected is written out by hand from the document: these tests use nothing of the project
either. All of them go over real HTTP, through a client that hides nothing.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from .app import ACTIVE_ID, CASES, FORBIDDEN_ID, PaymentAccountLinks
from .calls import CREATE, Call, giving
from .client import observe, send
from .documented import ERRORS
from .serve import serving

TYPES = {
    400: "https://tools.ietf.org/html/rfc9110#section-15.5.1",
    403: "https://tools.ietf.org/html/rfc9110#section-15.5.4",
    404: "https://tools.ietf.org/html/rfc9110#section-15.5.5",
    409: "https://tools.ietf.org/html/rfc9110#section-15.5.10",
    502: "https://tools.ietf.org/html/rfc9110#section-15.6.3",
}

VALID_URLS = [
    "https://app.example.test",
    "http://app.example.test/return",
    "HTTPS://APP.EXAMPLE.TEST/Return",
    "https://app.example.test:8443/return",
    "https://app.example.test/return?invoice=42&again=true#top",
    "https://app.example.test/caf%C3%A9",
    "https://münchen.example/zurück",
    "https://xn--mnchen-3ya.example/",
    "https://203.0.113.7/return",
    "https://[2001:db8::7]:8443/return",
    "https://app.example.test/return?state=" + "s" * 3000,
]

INVALID_URLS = [
    "/return",
    "return",
    "app.example.test/return",
    "//app.example.test/return",
    "https://",
    "https:///return",
    "https:/app.example.test",
    "https://:8443/return",
    "https://app.example.test:port/",
    "https://app.example.test:65536/",
    "ftp://files.example.test/return",
    "javascript:alert(1)",
    "mailto:someone@example.test",
    "https://app example.test/return",
    "https://app%20example.test/return",
    "https://app\u3000example.test/return",
    " https://app.example.test/return",
    "https://[",
    "https://[::1",
    "https://[::1]x/",
    "https://[app.example.test]/",
    "https://\u2100.example.test/",
    " ",
    42,
    True,
    ["https://app.example.test/return"],
    {"href": "https://app.example.test/return"},
]

BAD_BODIES = {
    "empty": b"",
    "malformed": b'{"returnUrl":',
    "not UTF-8": b'{"returnUrl": "\xff"}',
    "UTF-16": json.dumps({"returnUrl": "https://app.example.test"}).encode("utf-16"),
    "NaN": b'{"returnUrl": NaN}',
    "deep": b"[" * 500_000,
    "deep object": b'{"a":' * 200_000,
    "array": b"[]",
    "null": b"null",
    "string": b'"https://app.example.test"',
}


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with serving(PaymentAccountLinks()) as url:
        yield url


# --- The documented cases -------------------------------------------------------------------


def test_link(base_url: str) -> None:
    """A valid request gets a link that is absolute and lives for five minutes."""
    before = datetime.now(UTC).replace(microsecond=0)
    reply = send(base_url, CREATE)
    left = datetime.fromisoformat(reply.document["expiresAt"]) - before

    assert (reply.status, reply.media_type) == (200, "application/json")
    assert {"url", "expiresAt"} == reply.document.keys()
    assert urlsplit(reply.document["url"])[:2] == ("https", "connect.example.test")
    assert 300 <= left.total_seconds() <= 310


def test_links_are_fresh(base_url: str) -> None:
    """No link is given twice, whoever asks."""
    calls = [CREATE, CREATE, Call(str(uuid4())), Call(str(uuid4()))]
    assert len({send(base_url, call).document["url"] for call in calls}) == 4


@pytest.mark.parametrize(("call", "status", "code", "detail"), ERRORS)
def test_error(base_url: str, call: Call, status: int, code: str, detail: str) -> None:
    """An error is a problem with the documented status, code and text, and nothing else."""
    reply = send(base_url, call)
    problem = {"type": TYPES[status], "title": code, "status": status, "detail": detail}

    assert (status, "application/problem+json") == (reply.status, reply.media_type)
    assert problem == reply.document


def test_every_documented_case_is_tested() -> None:
    """With the link itself there are ten."""
    assert list(CASES) == [code for _, _, code, _ in ERRORS]


# --- The order of the checks ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "title"),
    [
        (Call(body=b"{}"), "PaymentAccountLink.MissingReturnUrl"),
        (giving(returnUrl="/", refreshUrl=None), "PaymentAccountLink.InvalidReturnUrl"),
        (Call(FORBIDDEN_ID, body=b"{}"), "PaymentAccountLink.MissingReturnUrl"),
        (Call(FORBIDDEN_ID.upper()), "Payment.Forbidden"),
    ],
)
def test_order(base_url: str, call: Call, title: str) -> None:
    """The body is checked before the caller, returnUrl before refreshUrl; ids in either case."""
    assert title == send(base_url, call).document["title"]


# --- The rules of the request ---------------------------------------------------------------


@pytest.mark.parametrize("url", VALID_URLS)
def test_valid_url(base_url: str, url: str) -> None:
    """Certainly valid URLs are accepted for both properties."""
    assert send(base_url, giving(returnUrl=url, refreshUrl=url)).status == 200


@pytest.mark.parametrize("value", INVALID_URLS)
@pytest.mark.parametrize("name", ["returnUrl", "refreshUrl"])
def test_invalid_url(base_url: str, name: str, value: object) -> None:
    """Whatever is no absolute http(s) URL is refused as invalid."""
    code = f"PaymentAccountLink.Invalid{name[0].upper()}{name[1:]}"
    assert code == send(base_url, giving(**{name: value})).document["title"]


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("name", ["returnUrl", "refreshUrl"])
def test_null_and_empty_count_as_missing(base_url: str, name: str, value: object) -> None:
    """Null and the empty string are the same as no property."""
    code = f"PaymentAccountLink.Missing{name[0].upper()}{name[1:]}"
    assert code == send(base_url, giving(**{name: value})).document["title"]


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_bad_body(base_url: str, body: bytes) -> None:
    """A body that is no JSON object is a bad request without a code."""
    reply = send(base_url, Call(body=body))
    assert (reply.status, reply.media_type) == (400, "application/problem+json")
    assert reply.document["title"] == "Bad Request"


@pytest.mark.parametrize(
    "call",
    [
        giving(note="extra", deep=[[[{}]]]),
        Call(body=CREATE.body[:-1] + b', "digits": ' + b"9" * 5000 + b"}"),
        giving(returnUrl="https://app.example.test/\u00e9"),
        Call(content_type="Application/JSON ; charset=UTF-8"),
        Call(content_type=None),
        Call(accept=None),
        Call(accept="*/*"),
        Call(accept="application/json"),
        Call(chunked=True),
        Call(str(uuid4())),
        Call(ACTIVE_ID.upper()),
    ],
)
def test_served(base_url: str, call: Call) -> None:
    """What a request may have, it may have."""
    assert send(base_url, call).status == 200


@pytest.mark.parametrize(
    ("call", "status", "title"),
    [
        (Call("not-a-uuid"), 400, "Bad Request"),
        (Call("%7Ba3c1f0de-0001-4b7a-9c2d-5e8f7a6b0001%7D"), 400, "Bad Request"),
        (Call(ACTIVE_ID + "%0A"), 400, "Bad Request"),
        (Call("%FF%00"), 400, "Bad Request"),
        (Call("a%2Fb"), 404, "Not Found"),
        (Call(content_type="text/plain"), 415, "Unsupported Media Type"),
        (Call(content_type=""), 415, "Unsupported Media Type"),
        (Call(content_type="\u00ff;;;="), 415, "Unsupported Media Type"),
        (Call(method="GET"), 405, "Method Not Allowed"),
        (Call(method="OPTIONS"), 405, "Method Not Allowed"),
        (Call(method="PATCH"), 405, "Method Not Allowed"),
    ],
)
def test_refused(base_url: str, call: Call, status: int, title: str) -> None:
    """Other refusals are problems too, without a code."""
    reply = send(base_url, call)
    assert (status, "application/problem+json") == (reply.status, reply.media_type)
    assert (status, title) == (reply.document["status"], reply.document["title"])


@pytest.mark.parametrize("path", ["/", "/organisations", f"/organisations/{ACTIVE_ID}/", "//"])
def test_unknown_path(base_url: str, path: str) -> None:
    """There is one path."""
    assert send(base_url, CREATE, path).status == 404


def test_allow(base_url: str) -> None:
    """A 405 says what is allowed (RFC 9110, section 15.5.6)."""
    assert dict(send(base_url, Call(method="PUT")).headers)["allow"] == "POST"


def test_head_has_no_body(base_url: str) -> None:
    """The answer to HEAD is that to GET without its body (RFC 9110, section 9.3.2)."""
    (head,), (get,) = (observe(base_url, (Call(method=method),)) for method in ("HEAD", "GET"))
    assert head == replace(get, body=b"")


@pytest.mark.parametrize(("size", "status"), [(2**20, 200), (2**20 + 1, 413), (2**23, 413)])
@pytest.mark.parametrize("chunked", [False, True])
def test_large_body(base_url: str, size: int, status: int, chunked: bool) -> None:
    """A body may have 1 MiB, and a larger one gets a 413."""
    call = Call(body=CREATE.body.ljust(size), chunked=chunked)
    assert status == send(base_url, call).status


# --- The server -----------------------------------------------------------------------------


def test_serving_stops() -> None:
    """After the block, nobody listens."""
    with serving(PaymentAccountLinks()) as url:
        assert send(url, CREATE).status == 200
    with pytest.raises(ConnectionRefusedError):
        send(url, CREATE)
