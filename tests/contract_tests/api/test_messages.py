"""Requests and responses of each HTTP client are read, through real HTTP or the client's own way
into an app.
"""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx
import pytest
import requests
from flask import Flask
from starlette.testclient import TestClient
from werkzeug.test import Client, EnvironBuilder
from werkzeug.wrappers import Request

from contract_tests import MessageError, PlainRequest, PlainResponse, violations_of
from contract_tests.api.messages import plain_request, plain_response, request_of
from tests.crud import fastapi_service, flask_service
from tests.crud.conformance import PATH
from tests.crud.serve import serving

ABOUT = "GET /about"
FITS = "name: {type: string, minLength: 1}"
EXAMPLE = 'example: {name: The bicycle workshop, opens: "08:30", branches: [north, south]}'


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A service of the workshop, in a process of its own."""
    with serving("fastapi") as base_url:
        yield f"{base_url}/about"


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The document, but that the name of the workshop is a number."""
    text = PATH.read_text("utf-8")
    assert FITS in text
    assert EXAMPLE in text
    path = tmp_path_factory.mktemp("strict") / "document.yaml"
    path.write_text(text.replace(FITS, "name: {type: integer}").replace(EXAMPLE, ""), "utf-8")
    return str(path)


Answered = tuple[Any, Any]
"""A request, or None where the response carries it, and the response."""


def by_requests(url: str) -> Answered:
    return None, requests.get(url, timeout=10)


def by_httpx(url: str) -> Answered:
    return None, httpx.get(url)


def by_async_httpx(url: str) -> Answered:
    async def get() -> httpx.Response:
        async with httpx.AsyncClient() as client:
            return await client.get(url)

    return None, asyncio.run(get())


def by_aiohttp(url: str) -> Answered:
    async def get() -> aiohttp.ClientResponse:
        async with aiohttp.ClientSession() as session:
            response = await session.get(url)
            await response.read()
            return response

    return None, asyncio.run(get())


def by_urllib(url: str) -> Answered:
    request = urllib.request.Request(url)
    return request, urllib.request.urlopen(request)


def by_http_client(url: str) -> Answered:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request("GET", parts.path)
    return f"GET {parts.path}", connection.getresponse()


def by_test_client(_: str) -> Answered:
    return None, TestClient(fastapi_service.create_app()).get("/v1/about")


def by_flask(_: str) -> Answered:
    return None, flask_service.create_app().test_client().get("/v1/about")


def by_werkzeug(_: str) -> Answered:
    return None, Client(flask_service.create_app()).get("/v1/about")


def by_no_client(_: str) -> Answered:
    body = b'{"name": "The bicycle workshop", "opens": "08:30", "branches": ["north"]}'
    headers = {"Content-Type": "application/json"}
    return None, PlainResponse(200, headers, body, PlainRequest("GET", "/about"))


CLIENTS: tuple[Callable[[str], Answered], ...] = (
    by_requests,
    by_httpx,
    by_async_httpx,
    by_aiohttp,
    by_urllib,
    by_http_client,
    by_test_client,
    by_flask,
    by_werkzeug,
    by_no_client,
)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_response_of_each_client(client: Callable[[str], Answered], url: str) -> None:
    """The right response breaks nothing: its status, headers and body are all there."""
    request, response = client(url)
    assert violations_of(str(PATH), request, response) == []


@pytest.mark.parametrize("client", CLIENTS)
def test_a_wrong_response_of_each_client(
    client: Callable[[str], Answered], url: str, strict: str
) -> None:
    """One that does not fit the schema breaks that, and nothing else."""
    request, response = client(url)
    assert [
        (v.operation, v.check, v.message) for v in violations_of(strict, request, response)
    ] == [
        (
            ABOUT,
            "body schema",
            "/name does not fit the schema: 'The bicycle workshop' is not of type 'integer'",
        )
    ]


def test_django(tmp_path: Path) -> None:
    """The test client of Django: plain responses, and those that are streamed."""
    pytest.importorskip("django")
    from django import setup
    from django.conf import settings
    from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
    from django.test import Client as DjangoClient
    from django.urls import path

    def about(request: HttpRequest) -> JsonResponse:
        return JsonResponse({"sent": len(request.body)}, status=201)

    def stream(_: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(iter([b"a", b"b"]), content_type="text/plain")

    patterns = type("Urls", (), {"urlpatterns": [path("about", about), path("stream", stream)]})
    settings.configure(ROOT_URLCONF=patterns, ALLOWED_HOSTS=["testserver"])
    setup()
    client = DjangoClient()
    posted = client.post("/about?a=1", b"{}", content_type="application/json")
    sent, got = request_of(posted), plain_response(posted)
    assert (sent.method, sent.url, sent.headers["content-type"], sent.body) == (
        "POST",
        "/about?a=1",
        "application/json",
        b"{}",
    )
    assert (got.status, got.headers["content-type"], got.body) == (
        201,
        "application/json",
        b'{"sent": 2}',
    )
    streamed = plain_response(client.get("/stream"))
    assert (streamed.status, streamed.body) == (200, b"ab")


def test_an_error_that_urllib_raises(url: str) -> None:
    """urllib raises a 4xx; what it raises is the response."""
    request = urllib.request.Request(url, method="POST", data=b"{}")
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(request)
    got = plain_response(raised.value)
    assert got.status == 405
    assert json.loads(got.body)["status"] == 405


# --- requests

SENT = {"X-Word": "one"}


def prepared() -> Any:
    return requests.Request("POST", "http://a.test/b?c=1", SENT, data=b"body").prepare()


def of_httpx() -> Any:
    return httpx.Request("POST", "http://a.test/b?c=1", headers=SENT, content=b"body")


def of_urllib() -> Any:
    return urllib.request.Request("http://a.test/b?c=1", b"body", SENT)


def of_werkzeug() -> Any:
    builder = EnvironBuilder(
        "/b?c=1", "http://a.test", method="POST", headers=[*SENT.items()], data=b"body"
    )
    return Request(builder.get_environ())


def of_no_client() -> Any:
    return PlainRequest("post", "http://a.test/b?c=1", SENT, b"body")


@pytest.mark.parametrize("make", [prepared, of_httpx, of_urllib, of_werkzeug, of_no_client])
def test_a_request_of_each_client(make: Callable[[], Any]) -> None:
    """Method, address, headers and body."""
    found = plain_request(make())
    assert (found.method, found.url, found.headers["x-word"], found.body) == (
        "POST",
        "http://a.test/b?c=1",
        "one",
        b"body",
    )


def test_a_request_as_text() -> None:
    """A method and an address are enough."""
    assert plain_request("get /bikes/1") == PlainRequest("GET", "/bikes/1")


# --- parts


def test_field_lines_are_joined() -> None:
    """Those of one name, whatever its case."""
    app = Flask("two")

    @app.get("/")
    def two() -> Any:
        return "", 200, [("X-Two", "a"), ("x-two", "b")]

    assert plain_response(app.test_client().get("/")).headers["x-two"] == "a, b"


def test_gzip_is_taken_off() -> None:
    """Where a client leaves it on the body, and only there."""
    headers = {"Content-Encoding": "gzip"}
    assert plain_response(PlainResponse(200, headers, gzip.compress(b"text"))).body == b"text"
    assert plain_response(PlainResponse(200, headers, b"text")).body == b"text"


# --- what cannot be read


def unread_by_aiohttp(url: str) -> Any:
    async def get() -> aiohttp.ClientResponse:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return response

    return asyncio.run(get())


def unread_by_httpx(url: str) -> Any:
    with httpx.Client() as client, client.stream("GET", url) as response:
        return response


def read_of_urllib(url: str) -> Any:
    response = urllib.request.urlopen(url)
    response.read()
    return response


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (unread_by_aiohttp, "The body of this aiohttp.ClientResponse cannot be read: "),
        (unread_by_httpx, "The body of this httpx.Response cannot be read: "),
        (read_of_urllib, "The body of this http.HTTPResponse cannot be read: it was read before"),
        (lambda _: 7, "builtins.int is no response of a client that is known."),
    ],
)
def test_a_response_that_cannot_be_read(make: Callable[[str], Any], why: str, url: str) -> None:
    """The error says why, and what to hand over in its place."""
    with pytest.raises(MessageError) as raised:
        plain_response(make(url))
    assert str(raised.value).startswith(why)
    assert "contract_tests.PlainResponse(status, headers, body)" in str(raised.value)


@pytest.mark.parametrize(
    "response", [httpx.Response(200), PlainResponse(200)], ids=["httpx", "none"]
)
def test_a_response_without_its_request(response: Any) -> None:
    """The error says that the request has to be handed over."""
    with pytest.raises(MessageError, match=r"does not carry its request\. Hand the request over"):
        request_of(response)


def test_a_request_that_is_none() -> None:
    with pytest.raises(MessageError, match=r"builtins\.int is no request of a client"):
        plain_request(7)
