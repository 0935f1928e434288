"""Serves the workshop as a process of its own, on a free port: `python -m tests.crud.serve flask`.

It prints its base URL once it listens.
"""

from __future__ import annotations

import argparse
import logging
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from tests import PATIENCE

HOST = "127.0.0.1"


def _flask(listener: socket.socket) -> None:
    from werkzeug.serving import WSGIRequestHandler, make_server

    from tests.crud.flask_service import create_app

    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    make_server(HOST, 0, create_app(), threaded=True, fd=listener.fileno()).serve_forever()


def _fastapi(listener: socket.socket) -> None:
    import uvicorn

    from tests.crud.fastapi_service import create_app

    config = uvicorn.Config(create_app(), log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


def _aiohttp(listener: socket.socket) -> None:
    from aiohttp import web

    from tests.crud.aiohttp_service import Workshop

    web.run_app(Workshop().app(), sock=listener, print=None, access_log=None)


FRAMEWORKS: Mapping[str, Callable[[socket.socket], None]] = {
    "flask": _flask,
    "fastapi": _fastapi,
    "aiohttp": _aiohttp,
}


@contextmanager
def serving(framework: str) -> Iterator[str]:
    """The service with a framework, in a process of its own; gives its base URL."""
    command = [sys.executable, "-m", "tests.crud.serve", framework]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            process.wait(PATIENCE)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.crud.serve", description=__doc__)
    parser.add_argument("framework", choices=FRAMEWORKS)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    # Connections are taken from now on, and answered once the framework runs.
    with socket.create_server((HOST, options.port)) as listener:
        print(f"http://{HOST}:{listener.getsockname()[1]}/v1", flush=True)
        FRAMEWORKS[options.framework](listener)


if __name__ == "__main__":
    main()
