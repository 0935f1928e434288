"""The board: the mock in a browser, with everything that the control API can do.

Rules: it is rendered here, whole; its script only sends what the control API takes, and puts the
newly rendered parts in place when the live log (server-sent events, HTML standard section 9.2)
says that something changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from mock_server.answers.faults import FAULTS
from mock_server.control.examples import HOW, Examples
from mock_server.control.messages import whole_number
from mock_server.control.state import CollectionState
from mock_server.mock import Mock
from mock_server.pages.rendering import Pages
from mock_server.requests import security
from mock_server.requests.control_body import ControlError
from mock_server.requests.security import EXPIRED, FORBIDDEN, WRONG
from mock_server.state.clock import timestamp
from mock_server.state.journal import Entry
from mock_server.state.sessions import Session, Sessions, session_of

_SHOWN = 50
"""How many requests the live log shows, and at most sends at once."""

_SILENCE = 15.0
"""After how many seconds without news the live log says that it is still there."""

_PAUSE = 0.1
"""Seconds in which changes are gathered before the live log sends them."""

_PAGES = Pages()


class Board:
    """The handlers of the board."""

    def __init__(self, mock: Mock) -> None:
        self.mock = mock

    def routes(self) -> list[BaseRoute]:
        """Their routes, below the prefix."""
        return [Route("/", self.index), Route("/events", self.events)]

    async def index(self, request: Request) -> Response:
        """The board of a session."""
        session = session_of(request.scope)
        served = session.journal.served
        context: dict[str, Any] = {
            "edit": self.mock.edits.last,
            "overlay": Examples(self.mock).file,
            "how_to_save": HOW,
            "info": self.mock.contract.document.root["info"],
            "session": session,
            "sessions": [other.name for other in self.mock.sessions],
            "base_url": str(request.base_url).rstrip("/") + session.path,
            "operations": self.mock.contract.operations,
            "wanted": self._wanted(),
            "special": (WRONG, EXPIRED, FORBIDDEN),
            "served": {(name, label): count for (name, label), count in served.items()},
            "faults": list(FAULTS),
            "clock": session.clock,
            "now": timestamp(session.clock.now()),
            "last": session.journal.count,
            "rows": [_row(entry) for entry in reversed(session.journal.entries()[-_SHOWN:])],
            "panels": [
                Markup(panel)  # noqa: S704  rendered by Jinja, escaped
                for panel in await self._panels(session)
                if panel
            ],
        }
        return _PAGES.page("board.html", **context)

    async def _panels(self, session: Session) -> list[str]:
        """The HTML of what behaviours and collections add."""
        added = [await behaviour.panel(session) for behaviour in self.mock.behaviours.values()]
        return [await CollectionState(self.mock).panel(session), *added]

    def _wanted(self) -> dict[str, str]:
        """What credentials the operations ask for that ask for any, by name."""
        operations = self.mock.contract.operations if self.mock.auth else ()
        found = {operation.name: security.wanted(operation) for operation in operations}
        return {name: words for name, words in found.items() if words}

    def explanation(self, explained: dict[str, Any]) -> Response:
        """An explanation of one request, as a page."""
        return _PAGES.page("explanation.html", explained=explained)

    async def events(self, request: Request) -> Response:
        """The live log: a `request` event for each answered request, with its row; a `changed`
        event when anything else changed.
        """
        after = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
        sessions, number = self.mock.sessions, whole_number(after, "after")
        if sessions.streams >= sessions.limits.max_streams:
            raise ControlError("As many live logs are open as may be (--max-streams).", 503)
        stream = _counted(sessions, _stream(session_of(request.scope), number))
        headers = {"cache-control": "no-store"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _counted(sessions: Sessions, stream: AsyncIterator[str]) -> AsyncIterator[str]:
    sessions.streams += 1
    try:
        async for text in stream:
            yield text
    finally:
        sessions.streams -= 1


async def _stream(session: Session, last: int) -> AsyncIterator[str]:
    yield "event: changed\ndata:\n\n"
    while not session.changes.is_over:
        if session.journal.count < last:
            last = 0
            yield "event: reset\ndata:\n\n"
        news = session.journal.entries(after=last)
        if news:
            yield "".join(map(_event, news[-_SHOWN:]))
        last = session.journal.count
        if not await session.changes.wait(_SILENCE):
            yield ": still here\n\n"
            continue
        await asyncio.sleep(_PAUSE)
        yield "event: changed\ndata:\n\n"


@lru_cache(maxsize=4 * _SHOWN)  # all boards that are open get the same
def _event(entry: Entry) -> str:
    return f"event: request\nid: {entry.number}\ndata: {_row(entry)}\n\n"


def _row(entry: Entry) -> Markup:
    """A row of the log, as one line of HTML."""
    text = _PAGES.text("row.html", entry=entry, time=timestamp(entry.time))
    return Markup(" ".join(text.split()))  # noqa: S704  rendered by Jinja, escaped
