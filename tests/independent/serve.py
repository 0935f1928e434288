"""Serves an ASGI application over real HTTP for as long as a `with` block lasts.

The socket is bound before the server starts, so the port is free by construction and known at
once. The server stops when the block ends, however it ends.
"""

import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import uvicorn

Event = MutableMapping[str, Any]
Application = Callable[
    [Event, Callable[[], Awaitable[Event]], Callable[[Event], Awaitable[None]]], Awaitable[None]
]


@contextmanager
def serving(app: Application) -> Iterator[str]:
    """Serve `app` on a free port of the loopback interface, and give its base URL."""
    server = uvicorn.Server(_config(app))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            _wait_for(server, thread)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def _config(app: Application) -> uvicorn.Config:
    # Faulty applications raise on purpose: their tracebacks would bury the report of a test.
    return uvicorn.Config(
        app, ws="none", log_level="critical", access_log=False, timeout_graceful_shutdown=5
    )


def _wait_for(server: uvicorn.Server, thread: threading.Thread) -> None:
    while thread.is_alive() and not server.started:
        time.sleep(0.001)
    if not server.started:
        raise RuntimeError("the server did not start: does the application refuse its lifespan?")
