"""Serves an app of the test's own process, in a thread, on a free port of this machine.

So the app is the one that the test has: what is patched is patched, its database is that of the
test, and coverage sees it. The lifespan of an ASGI app runs, and ends with the block.
"""

from __future__ import annotations

import inspect
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal

import uvicorn
from werkzeug.serving import WSGIRequestHandler, make_server

from tallystick.errors import TallystickError

Interface = Literal["asgi", "wsgi"]

_HOST = "127.0.0.1"
_GRACE = 3
"""How long open requests may take to end, in seconds."""

_POLL = 0.05
"""How often a server looks whether it should end, in seconds."""

_ASGI_ARGUMENTS, _WSGI_ARGUMENTS = 3, 2


class AppError(TallystickError):
    """An app cannot be served."""


@contextmanager
def serving_app(app: Any, interface: Interface | None = None) -> Iterator[str]:
    """Serve an app while the block lasts; gives its origin. Raises AppError."""
    serve = _SERVERS.get(interface or interface_of(app))
    if serve is None:
        raise AppError(f"interface must be 'asgi' or 'wsgi', not {interface!r}.")
    with socket.create_server((_HOST, 0)) as listener, serve(app, listener):
        yield f"http://{_HOST}:{listener.getsockname()[1]}"


def interface_of(app: Any) -> Interface:
    """What an app speaks, by its signature: ASGI is a coroutine function of scope, receive and
    send; WSGI (PEP 3333) a function of environ and start_response. Raises AppError.
    """
    if not callable(app):
        raise AppError(f"{type(app).__qualname__} is no ASGI and no WSGI app.")
    call = app if inspect.isroutine(app) else type(app).__call__
    if inspect.iscoroutinefunction(inspect.unwrap(call)):
        return "asgi"
    arguments = _arguments(app)
    if arguments not in (_ASGI_ARGUMENTS, _WSGI_ARGUMENTS):
        raise AppError(
            "Whether this app speaks ASGI or WSGI does not show.",
            remedy='Say it: interface="asgi" or interface="wsgi".',
        )
    return "asgi" if arguments == _ASGI_ARGUMENTS else "wsgi"


def _arguments(app: Callable[..., Any]) -> int:
    """How many arguments an app must get; 0 where it does not show."""
    try:
        parameters = inspect.signature(app).parameters.values()
    except (TypeError, ValueError):
        return 0
    by_place = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.kind in by_place and p.default is inspect.Parameter.empty for p in parameters)


# --- ASGI


class _AppServer(uvicorn.Server):
    """uvicorn, which says when the app has started."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.begun = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn.Server."""
        try:
            await super().startup(sockets)
        finally:
            self.begun.set()

    def serve_at(self, listener: socket.socket) -> None:
        """Serve until `should_exit`. An app that fails to start ends the server, and not more."""
        with suppress(SystemExit):
            self.run([listener])


@contextmanager
def _asgi(app: Any, listener: socket.socket) -> Iterator[None]:
    config = uvicorn.Config(
        app,
        interface="asgi3",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_GRACE,
    )
    server = _AppServer(config)
    thread = threading.Thread(target=server.serve_at, args=(listener,), daemon=True)
    thread.start()
    server.begun.wait()
    if not server.started:
        thread.join()
        raise AppError("The lifespan of the app failed at its start; see the captured log.")
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(_GRACE + 5)


# --- WSGI


class _QuietHandler(WSGIRequestHandler):
    """Keeps connections open (RFC 9112 section 9.3), and logs no request."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - it is called so
        """Log nothing."""


@contextmanager
def _wsgi(app: Any, listener: socket.socket) -> Iterator[None]:
    server = make_server(
        _HOST, 0, app, threaded=True, request_handler=_QuietHandler, fd=listener.fileno()
    )
    thread = threading.Thread(target=server.serve_forever, args=(_POLL,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


_SERVERS = {"asgi": _asgi, "wsgi": _wsgi}
