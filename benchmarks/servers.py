"""The two servers that are measured: the mock, and a bare ASGI function, on the same uvicorn."""

from __future__ import annotations

import socket
import sys

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.app import create_app
from mock_server.mock import Mock
from mock_server.serve import calm_collector, uvicorn_server
from tallystick.contract import load_contract

_BODY = b'{"url":"https://example.com/a-link-as-long-as-the-mock-makes-them","expiresAt":"x"}'


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Parses the body, and answers always the same."""
    if scope["type"] != "http":
        return
    message = await receive()
    body = message["body"]
    while message["more_body"]:
        message = await receive()
        body += message["body"]
    orjson.loads(body)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_BODY))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": _BODY})


def mock() -> ASGIApp:
    """The mock of the bundled contract, journal included."""
    return create_app(Mock(load_contract()))


def main() -> None:
    """`python -m benchmarks.servers bare|mock FD`: serve on an inherited listening socket."""
    app = bare if sys.argv[1] == "bare" else mock()
    calm_collector()  # both, as the mock does
    # uvicorn's own `fd` option takes the socket for a Unix one, and leaves Nagle's algorithm on.
    uvicorn_server(app, lifespan="off").run(sockets=[socket.socket(fileno=int(sys.argv[2]))])


if __name__ == "__main__":
    main()
