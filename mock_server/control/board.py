"""The board: the mock in a browser, with everything that the control API can do.

Rules: it is rendered here, whole; its script only sends what the control API takes, and puts the
newly rendered parts in place when the live log says that something changed.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import islice
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from mock_server.answers.faults import FAULTS, words
from mock_server.control.examples import HOW, Examples
from mock_server.control.listing import MOST_FORCES, Listing
from mock_server.control.live_log import MOST_SHOWN, LiveLogs
from mock_server.control.messages import whole_number
from mock_server.control.state import CollectionState
from mock_server.mock import Mock
from mock_server.pages.rendering import Pages
from mock_server.requests.control_body import ControlError
from mock_server.requests.errors import shown_query
from mock_server.requests.security import EXPIRED, FORBIDDEN, WRONG
from mock_server.selection.explanation import RULES
from mock_server.state.clock import timestamp
from mock_server.state.journal import Entry, last_of
from mock_server.state.sessions import Session, Sessions, session_of

_PAGES = Pages()


class Board:
    """The handlers of the board."""

    def __init__(self, mock: Mock) -> None:
        self.mock = mock
        self.listing = Listing(mock)
        self.logs = LiveLogs(self._row)

    def routes(self) -> list[BaseRoute]:
        """Their routes, below the prefix."""
        return [Route("/", self.index), Route("/events", self.events)]

    async def index(self, request: Request) -> Response:
        """The board of a session; with the query `?live` what of it changes, without the list of
        operations, which may be long.
        """
        session = session_of(request.scope)
        listing, controls = self.listing, session.controls
        entries = await session.journal.entries()
        context: dict[str, Any] = {
            "edit": self.mock.edits.last,
            "overlay": Examples(self.mock).file,
            "how_to_save": HOW,
            "info": self.mock.contract.document.root["info"],
            "session": session,
            "sessions": [await _shown_session(other) for other in await self._sessions()],
            "base_url": str(request.base_url).rstrip("/") + session.path,
            "is_whole": "live" not in request.query_params,
            "listing": listing,
            "marks": await listing.marks(session),
            "forces": list(islice(controls.queue.forces, MOST_FORCES)),
            "forces_count": len(controls.queue.forces),
            "first": next(iter(self.mock.contract.operations), None),
            "has_wanted": any(listed.wanted for listed in listing.operations),
            "special": (WRONG, EXPIRED, FORBIDDEN),
            "faults": {name: words(name) for name in FAULTS},
            "queued_faults": list(islice(controls.faults.queued, MOST_FORCES)),
            "clock": controls.clock,
            "now": timestamp(controls.clock.now()),
            "last": entries[-1].number if entries else 0,
            "rows": [self.logs.row(entry) for entry in reversed(entries[-MOST_SHOWN:])],
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

    async def _sessions(self) -> list[Session]:
        """The default session, then the others, the latest used first."""
        return [self.mock.sessions.default, *reversed(await self.mock.sessions.all())]

    def _row(self, entry: Entry) -> Markup:
        """A row of the log, as one line of HTML."""
        text = _PAGES.text(
            "row.html",
            entry=entry,
            time=timestamp(entry.time),
            query=shown_query(entry.query.decode("latin-1"), self.mock.keys),
            looks_for=RULES.get(entry.rule),
            took=_took(entry.seconds or 0.0),
        )
        return Markup(" ".join(text.split()))  # noqa: S704  rendered by Jinja, escaped

    def explanation(self, explained: dict[str, Any]) -> Response:
        """An explanation of one request, as a page."""
        return _PAGES.page("explanation.html", explained=explained)

    async def events(self, request: Request) -> Response:
        """The live log: a `request` event for each answered request, with its row; an `answered`
        event with that row again when an answer is out that took longer; a `changed` event when
        anything else changed.
        """
        after = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
        sessions, number = self.mock.sessions, whole_number(after, "after")
        if sessions.streams >= sessions.limits.max_streams:
            raise ControlError("As many live logs are open as may be (--max-streams).", 503)
        stream = _counted(sessions, self.logs.stream(session_of(request.scope), number))
        headers = {"cache-control": "no-store"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _counted(sessions: Sessions, stream: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    sessions.streams += 1
    try:
        async with aclosing(stream):
            async for message in stream:
                yield message
    finally:
        sessions.streams -= 1


def _took(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"


async def _shown_session(session: Session) -> dict[str, Any]:
    """A session as the board lists it, with its last request."""
    count = await session.journal.count()
    last = last_of(await session.journal.entries(after=count - 1))
    return {
        "name": session.name,
        "path": session.path,
        "count": count,
        "last": last,
        "time": timestamp(last.time) if last else "",
    }
