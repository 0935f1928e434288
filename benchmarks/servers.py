"""The servers that are measured, on the same uvicorn: the mock of the bundled contract, that of
`shop.yaml`, and a bare ASGI function.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.app import create_app
from mock_server.mock import Mock
from mock_server.serve import calm_collector, uvicorn_server
from tallystick.contract import load_contract

SHOP = Path(__file__).parent / "shop.yaml"
_BODY = b'{"url":"https://example.com/a-link-as-long-as-the-mock-makes-them","expiresAt":"x"}'
_LIST = orjson.dumps(
    {"items": [{"name": "A product", "seller": "x" * 200, "number": n} for n in range(50)]}
)


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Parses the body, and answers always the same: to GET a list, about as long as the mock's."""
    if scope["type"] != "http":
        return
    message = await receive()
    body = message["body"]
    while message["more_body"]:
        message = await receive()
        body += message["body"]
    if body:
        orjson.loads(body)
    answer = _LIST if scope["method"] == "GET" else _BODY
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


def _app(name: str) -> ASGIApp:
    """One of the servers; a mock with its journal."""
    if name == "bare":
        return bare
    documents = [str(SHOP)] if name == "shop" else []
    return create_app(Mock(load_contract(*documents)))


def main() -> None:
    """`python -m benchmarks.servers bare|mock|shop FD`: serve on an inherited listening socket."""
    app = _app(sys.argv[1])
    calm_collector()  # both, as the mock does
    # uvicorn's own `fd` option takes the socket for a Unix one, and leaves Nagle's algorithm on.
    uvicorn_server(app, lifespan="off").run(sockets=[socket.socket(fileno=int(sys.argv[2]))])


if __name__ == "__main__":
    main()
