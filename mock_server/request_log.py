"""The request log: a line on the terminal for each request, with what answered it.

Rules: the mock's own pages and control calls, preflights and the browser's favicon stand there only
when more is asked for. Values of the query that may be secret are hidden. No control character of a
request reaches the terminal.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.addresses import PREFIX
from mock_server.requests.errors import shown_query
from tallystick.printing import in_line, styled

Print = Callable[[str], object]

_COLOURS = {2: "green", 3: "cyan", 4: "yellow", 5: "red"}
"""By the class of the status."""

_LONGEST = 500
_MOST_LINES = 10_000
_PATIENCE = 0.5


class Lines:
    """Prints lines in a thread of its own: whoever does not read them must not stop the mock. What
    nobody takes is dropped.
    """

    def __init__(self, output: Print) -> None:
        self._output = output
        self._lines: queue.Queue[str | None] = queue.Queue(_MOST_LINES)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __call__(self, line: str) -> None:
        """Print a line, soon."""
        with suppress(queue.Full):
            self._lines.put_nowait(line)

    def close(self) -> None:
        """Print what is left, unless that takes long."""
        with suppress(queue.Full):
            self._lines.put_nowait(None)
            self._thread.join(_PATIENCE)

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            with suppress(OSError, ValueError):  # whoever has read them is gone
                self._output(line)


class RequestLog:
    """An ASGI application, with a line for each request that it answers."""

    def __init__(
        self, app: ASGIApp, output: Print, *, keys: Collection[str] = (), is_whole: bool = False
    ) -> None:
        """`output` gets the lines; `keys` are the names of API keys in queries, in lower case;
        `is_whole` is whether all requests have lines.
        """
        self.app, self.output, self.keys, self.is_whole = app, output, keys, is_whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http" or not (self.is_whole or _is_of_the_api(scope)):
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        started: Message = {}

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            await send(message)

        try:
            await self.app(scope, receive, sent)
        finally:
            self.output(self.line(scope, started, time.perf_counter() - begun))

    def line(self, scope: Scope, started: Message, seconds: float) -> str:
        """The time, what was asked, the status, the case, what was wrong, and milliseconds."""
        headers = {name.lower(): value for name, value in started.get("headers", ())}
        status = started.get("status", 0)
        path = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
        query = shown_query(scope["query_string"].decode("latin-1"), self.keys)
        asked = f"{scope['method']} {path.decode('latin-1')}{'?' if query else ''}{query}"
        # The case begins with the status.
        label = headers.get(b"tallystick-case", b"").decode("latin-1").partition(" ")[2]
        wrong = headers.get(b"tallystick-error", b"").decode("latin-1")
        words = [
            time.strftime("%H:%M:%S"),
            _plain(asked),
            styled(str(status or "-"), _COLOURS.get(status // 100, "")),
            _plain(label),
            styled(_plain(wrong), dim=True) if wrong else "",
            f"{seconds * 1000:.1f} ms",
        ]
        return "  ".join(word for word in words if word)


def _is_of_the_api(scope: Scope) -> bool:
    """Whether a request is one to the mocked API."""
    path = scope["path"]
    own = path.startswith(PREFIX) or f"{PREFIX}/" in path or path in ("/", "/favicon.ico")
    is_preflight = scope["method"] == "OPTIONS" and any(
        name == b"access-control-request-method" for name, _ in scope["headers"]
    )
    return not own and not is_preflight


def _plain(text: str) -> str:
    """A text in one line that is not too long."""
    shown = in_line(text)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"
