"""Serving the mock with uvicorn: in the foreground for the command line, in a thread for tests."""

from __future__ import annotations

import asyncio
import gc
import os
import secrets
import signal
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from typing import Any, Literal, NoReturn

import uvicorn
from starlette.types import ASGIApp

from mock_server.addresses import PREFIX
from mock_server.app import create_app
from mock_server.connections import Connection, connections
from mock_server.control.guard import Access, is_loopback
from mock_server.limits import DEFAULT, MockLimits
from mock_server.mock import Mock
from mock_server.request_log import Lines, RequestLog
from mock_server.requests.decoding.sizes import raised
from mock_server.requests.routing.routes import Routes
from mock_server.requests.security import api_keys, undocumented
from mock_server.watching import Watched, Watcher, stamps
from mock_server.workers import Workers, check_workers
from tallystick.contract import Contract
from tallystick.errors import TallystickError
from tallystick.logs import show_logs
from tallystick.printing import in_line, show
from tallystick.reader.options import LoadOptions
from tallystick.reader.schemas.patterns import BUDGET, MatchTime

GRACE = 3
"""How long requests in flight may take to be answered after SIGTERM, in whole seconds."""

MATCHING = 0.1
"""How long all requests together may match patterns that need a deadline, in seconds at once, and
as a share of the time that passes: others are answered meanwhile.
"""

_MOST_LISTED = 20
"""How many operations are listed at the start."""


_LONGEST_NAME = 500
_MOST_BASES = 5
"""How many base paths are listed."""


class ListenError(TallystickError):
    """The mock cannot listen on the host and port that it was given."""


def serve(
    contract: Contract,
    *,
    host: str,
    port: int,
    seed: int,
    max_body: int | None = None,
    access: Access,
    auth: bool = True,
    remembers: bool = True,
    state: Any = None,
    load: LoadOptions | None = None,
    watched: Watched | None = None,
    log: Literal["none", "api", "all"] = "api",
    opens_board: bool = False,
    limits: MockLimits = DEFAULT,
    is_token_given: bool = True,
    store: str | None = None,
    workers: int = 1,
) -> None:
    """Serve until SIGTERM or SIGINT; when what is `watched` was edited, anew. `log` says which
    requests have a line on standard output. Without a `store`, a `redis://` address, the mock keeps
    its state itself; with one, there may be several `workers`. Raises TallystickError where that
    cannot be begun.
    """
    show_logs()
    check_workers(workers, store)
    settings = {"auth": auth, "remembers": remembers, "state": state, "load": load}
    kept = _kept_in(store, contract, seed, state)
    mock = Mock(contract, seed, max_body, limits=limits, **settings, **kept)
    front = create_app(mock, access)
    looked = None if watched is None else stamps(watched.files)
    with _listen(host, port) as listener:
        # uvicorn raises the signal that ended it again, which by default would kill the process.
        signal.signal(signal.SIGTERM, _end)
        show(greeting(contract, _url(listener, host), access, auth=auth))
        for line in made_up(access, given=is_token_given):
            show(line)
        for line in limits_above(contract, max_body):
            show(line)
        if opens_board:
            webbrowser.open(f"{_url(listener, host)}{PREFIX}/")
        calm_collector()
        starter = None if workers == 1 else os.getpid()

        def work(number: int) -> None:
            """Serve in this process; only the first one says what it read anew."""
            with closing(Lines(show)) as lines:
                requests = RequestLog(front, lines, keys=api_keys(contract), is_whole=log == "all")

                def followed(contract: Contract) -> None:
                    requests.keys = api_keys(contract)
                    gc.unfreeze()
                    gc.collect()  # what the edited contract replaced
                    gc.freeze()

                watcher = None
                if watched is not None and looked is not None:
                    output = lines if number == 0 else _silent
                    watcher = Watcher(watched, looked, front, mock, access, output, followed)
                server = uvicorn_server(
                    front if log == "none" else requests,
                    before_end=mock.sessions.close,
                    beside=watcher.run if watcher else None,
                    limits=limits,
                    starter=starter,
                )
                server.run(sockets=[listener])

        if workers == 1:
            work(0)
        else:
            Workers(workers, work, show).run()


def _silent(_: str) -> None:
    """Prints nothing."""


def limits_above(contract: Contract, max_body: int | None) -> Iterator[str]:
    """What the command prints of operations that take larger bodies than its user wanted."""
    found = {} if max_body is None else raised(contract.document, contract.operations, max_body)
    if found:
        shown = ", ".join(
            f"{name} takes {limit:,} bytes" for name, limit in islice(found.items(), 3)
        )
        more = f", and {len(found) - 3} more" if len(found) > 3 else ""
        yield f"The document allows larger bodies than --max-body {max_body}: {shown}{more}."


def made_up(access: Access, *, given: bool) -> Iterator[str]:
    """What the command prints of a token that nobody knows: the token itself on a terminal only,
    since what is printed elsewhere stays in logs.
    """
    if given or access.token is None:
        return
    if sys.stdout.isatty():
        yield f"Token: {access.token}"
    else:
        yield "Nobody knows the token. Give one by --token-file or TALLYSTICK_TOKEN."


def access_to(host: str, token: str | None, origins: Iterable[str]) -> Access:
    """Who may control a mock on a host: off loopback, those who have the token, which is made up
    where none is given.
    """
    loopback = is_loopback(host)
    if token is None and not loopback:
        token = secrets.token_urlsafe(16)
    return Access(loopback, token, frozenset(origins))


def _end(*_: object) -> NoReturn:
    sys.exit(0)


@contextmanager
def serving(
    contract: Contract,
    *,
    seed: int = 0,
    max_body: int | None = None,
    access: Access | None = None,
    auth: bool = True,
    remembers: bool = True,
    state: Any = None,
    limits: MockLimits = DEFAULT,
    store: str | None = None,
) -> Iterator[str]:
    """Serve on a free loopback port, in a thread; gives the base URL. Without a `store`, a
    `redis://` address, it keeps its state itself.
    """
    kept = {"remembers": remembers, "state": state, **_kept_in(store, contract, seed, state)}
    mock = Mock(contract, seed, max_body, auth=auth, limits=limits, **kept)
    app = create_app(mock, access)
    with _listen("127.0.0.1", 0) as listener:
        server = uvicorn_server(app, before_end=mock.sessions.close, limits=limits)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        # The socket listens already: a client that is too early waits in its queue.
        try:
            yield _url(listener, "127.0.0.1")
        finally:
            server.should_exit = True
            thread.join(GRACE + 5)


def _kept_in(store: str | None, contract: Contract, seed: int, state: Any) -> dict[str, Any]:
    """What a mock needs to keep its state in a store. Raises TallystickError where it cannot."""
    if store is None:
        return {}
    try:
        from mock_server.state.shared.redis_check import check_redis
        from mock_server.state.shared.redis_place import redis_place
        from mock_server.state.shared.redis_sessions import RedisSessions
    except ModuleNotFoundError as error:
        raise TallystickError(
            f"A store needs {error.name}: pip install 'tallystick[redis]'."
        ) from None
    place = redis_place(store)
    check_redis(place, contract, {"--seed": seed, "--state": state})
    return {"make_sessions": partial(RedisSessions, place)}


def calm_collector() -> None:
    """For a process that only serves. What is loaded by now stays: the garbage collector need not
    walk it again and again, nor look at each few hundred of the short-lived objects that requests
    are made of.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


class _Server(uvicorn.Server):
    """uvicorn, which before it waits for open requests to end lets go of those that wait, and runs
    something beside them.
    """

    before_end: Callable[[], None] | None = None
    beside: Callable[[], Coroutine[Any, Any, None]] | None = None
    starter: int | None = None
    """The process without which this one ends, too."""

    _task: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn.Server. Requests run in the context in which the server starts."""
        BUDGET.set(MatchTime(MATCHING, MATCHING))
        await super().startup(sockets)
        if self.beside is not None:
            self._task = asyncio.create_task(self.beside())

    async def on_tick(self, counter: int) -> bool:
        """See uvicorn.Server; ten times a second."""
        if counter % 10 == 0:
            now = time.monotonic()
            if self.starter is not None and os.getppid() != self.starter:
                self.should_exit = True
            for connection in list(self.server_state.connections):
                if isinstance(connection, Connection):
                    connection.check(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn.Server."""
        if self.before_end is not None:
            self.before_end()
        if self._task is not None:
            self._task.cancel()
        await super().shutdown(sockets)


def uvicorn_server(
    app: ASGIApp,
    *,
    lifespan: Literal["on", "off"] = "on",
    before_end: Callable[[], None] | None = None,
    beside: Callable[[], Coroutine[Any, Any, None]] | None = None,
    limits: MockLimits = DEFAULT,
    starter: int | None = None,
) -> uvicorn.Server:
    """The server that the mock runs on; the benchmark runs what it compares with on it, too."""
    config = uvicorn.Config(
        app,
        http=connections(limits),
        log_level="warning",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan=lifespan,
        ws="none",
        timeout_graceful_shutdown=GRACE,
    )
    server = _Server(config)
    server.before_end = before_end
    server.beside = beside
    server.starter = starter
    return server


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ListenError(f"The host {host!r} is not known: {error.strerror}.") from None
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise ListenError(
            f"Cannot listen on {host} port {port}: {error.strerror}.",
            remedy="Choose another with --port (make mock: PORT=…), or 0 for any free one.",
        ) from None
    return listener


def _url(listener: socket.socket, host: str) -> str:
    port = listener.getsockname()[1]
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def greeting(contract: Contract, url: str, access: Access, *, auth: bool = True) -> str:
    """What the command prints when it starts: where the mock is, and what it mocks."""
    title = " ".join(contract.title.split())
    count = len(list(contract.cases))
    lines = [f"{title}: a mock of {count} documented cases, on {url}"]
    names = [operation.name for operation in contract.operations]
    lines += [f"  {in_line(name[:_LONGEST_NAME])}" for name in names[:_MOST_LISTED]]
    if len(names) > _MOST_LISTED:
        lines.append(f"  … and {len(names) - _MOST_LISTED} more")
    routes = Routes(contract)
    if bases := [*routes.bases, *(base for base, _ in routes.open_bases)]:
        shown = ", ".join(sorted(bases)[:_MOST_BASES]) + (" …" if len(bases) > _MOST_BASES else "")
        what = f"Paths are also served below the documented servers' base paths: {shown}"
        lines.append(in_line(what))
    if auth and (count := undocumented(contract)):
        lines.append(
            f"Without credentials, {count} operations answer a 401 that the document does not "
            "have; --no-auth asks for none."
        )
    lines.append(f"Board: {url}{PREFIX}/   Swagger UI: {url}{PREFIX}/docs   Stop: Ctrl-C")
    if not access.loopback:
        lines += [
            "Other machines can reach this mock. To control it, they need the token: the board "
            "asks for it; scripts send 'Authorization: Bearer TOKEN'.",
            "HTTP is not encrypted: whoever is on the way can read the token.",
        ]
    return "\n".join(lines)
