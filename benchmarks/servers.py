"""The servers that are measured, on the same uvicorn: the mock of the bundled contract, that of
`shop.yaml`, and a bare ASGI function.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from starlette.types import ASGIApp

from benchmarks.bare import bare
from mock_server.app import create_app
from mock_server.mock import Mock
from mock_server.serve import calm_collector, uvicorn_server
from tallystick.contract import load_contract

SHOP = Path(__file__).parent / "shop.yaml"


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
