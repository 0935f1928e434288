"""An app is served in this process, and no longer than it should be."""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from flask import Flask, request

from contract_tests.api.serving import AppError, interface_of, serving_app


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    """An app of ASGI as a function."""


def wsgi(environ: Any, start_response: Any) -> list[bytes]:
    """An app of WSGI as a function."""
    start_response("200 OK", [])
    return []


class Wrapper:
    """An app of ASGI whose `__call__` is no coroutine function."""

    def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        return asgi(scope, receive, send)


class Forwarding:
    """An app of ASGI whose arguments do not show."""

    async def __call__(self, *arguments: Any) -> None:
        await asgi(*arguments)


class Methods:
    async def asgi(self, scope: Any, receive: Any, send: Any) -> None:
        await asgi(scope, receive, send)

    def wsgi(self, environ: Any, start_response: Any) -> list[bytes]:
        return wsgi(environ, start_response)


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        (asgi, "asgi"),
        (wsgi, "wsgi"),
        (FastAPI(), "asgi"),
        (Flask("app"), "wsgi"),
        (Wrapper(), "asgi"),
        (Forwarding(), "asgi"),
        (Methods().asgi, "asgi"),
        (Methods().wsgi, "wsgi"),
        (partial(asgi), "asgi"),
        (partial(wsgi), "wsgi"),
    ],
)
def test_interface(app: Any, expected: str) -> None:
    """What an app speaks shows in its signature."""
    assert interface_of(app) == expected


@pytest.mark.parametrize(
    ("app", "why"),
    [
        (lambda *_: None, "Whether this app speaks ASGI or WSGI does not show. Say it: interface="),
        ("module:app", "str is no ASGI and no WSGI app."),
    ],
)
def test_no_interface(app: Any, why: str) -> None:
    with pytest.raises(AppError) as raised:
        interface_of(app)
    assert str(raised.value).startswith(why)


def test_a_named_interface_holds() -> None:
    """Where the signature shows nothing."""
    with serving_app(lambda *each: wsgi(*each), "wsgi") as url:
        assert httpx.get(url).status_code == 200


def test_an_unknown_interface() -> None:
    with (
        pytest.raises(AppError, match="interface must be 'asgi' or 'wsgi', not 'cgi'"),
        serving_app(wsgi, "cgi"),  # type: ignore[arg-type]
    ):
        pass


def test_the_lifespan_runs() -> None:
    """It begins before the first request, and ends with the block."""
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        seen.append("begins")
        yield
        seen.append("ends")

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    def root() -> list[str]:
        return seen

    with serving_app(app) as url:
        assert httpx.get(url).json() == ["begins"]
    assert seen == ["begins", "ends"]


def test_a_lifespan_that_fails() -> None:
    """Nothing waits for an app that does not start."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        raise RuntimeError("no database")
        yield

    with (
        pytest.raises(AppError, match="The lifespan of the app failed at its start"),
        serving_app(FastAPI(lifespan=lifespan)),
    ):
        pass


def flask_app() -> Flask:
    app = Flask("app")

    @app.post("/")
    def root() -> dict[str, Any]:
        return {"thread": threading.get_ident(), "body": request.get_data(as_text=True)}

    return app


def fastapi_app() -> FastAPI:
    app = FastAPI()

    @app.get("/")
    def root() -> None: ...

    return app


@pytest.mark.parametrize("make", [flask_app, fastapi_app])
def test_it_ends_with_the_block(make: Any) -> None:
    """The port is closed, and no thread is left, though a client keeps its connection open."""
    threads = threading.active_count()
    with httpx.Client() as client:
        with serving_app(make()) as url:
            client.get(url)
        address = urlsplit(url)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((address.hostname, address.port))
    # Flask's connection is one of a thread that ends with the client's side.
    assert threading.active_count() <= threads + 1


def test_a_chunked_body() -> None:
    """A WSGI app gets the body of a request without Content-Length (RFC 9112 section 7.1), and
    the connection may stay open.
    """
    with serving_app(flask_app()) as url:
        response = httpx.post(url, content=iter([b"one ", b"two"]))
    assert response.json()["body"] == "one two"
    assert response.http_version == "HTTP/1.1"
