"""The board: the mock in a browser, with everything that the control API can do.

Rules: it is rendered here, whole; its script only sends what the control API takes, and puts the
newly rendered parts in place when the live log (server-sent events, HTML standard section 9.2)
says that something changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from mock_server.answers.faults import FAULTS, words
from mock_server.control.examples import HOW, Examples
from mock_server.control.listing import MOST_FORCES, Listing
from mock_server.control.messages import whole_number
from mock_server.control.state import CollectionState
from mock_server.mock import Mock
from mock_server.pages.rendering import Pages
from mock_server.requests.control_body import ControlError
from mock_server.requests.errors import shown_query
from mock_server.requests.security import EXPIRED, FORBIDDEN, WRONG
from mock_server.selection.explanation import RULES
from mock_server.state.clock import timestamp
from mock_server.state.journal import Entry, Journal, last_of
from mock_server.state.sessions import Session, Sessions, session_of
from mock_server.state.store import StoreGoneError

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
        self.listing = Listing(mock)
        self.row = lru_cache(maxsize=4 * _SHOWN)(self._row)
        """The rows of the log: all boards that are open get the same."""

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
            "rows": [self.row(entry) for entry in reversed(entries[-_SHOWN:])],
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
        log = _stream(session_of(request.scope), number, self.row)
        stream = _counted(sessions, log)
        headers = {"cache-control": "no-store"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _counted(sessions: Sessions, stream: AsyncIterator[str]) -> AsyncIterator[str]:
    sessions.streams += 1
    try:
        async for text in stream:
            yield text
    finally:
        sessions.streams -= 1


async def _stream(session: Session, last: int, row: Callable[[Entry], str]) -> AsyncIterator[str]:
    log = _LiveLog(session.journal, last, row)
    yield "event: changed\ndata:\n\n"
    while not session.changes.is_over:
        count = session.changes.count
        with suppress(StoreGoneError):  # what is new is sent when the store is back
            async for text in log.news():
                yield text
        if not await session.changes.wait(count, _SILENCE):
            yield ": still here\n\n"
            continue
        await asyncio.sleep(_PAUSE)
        yield "event: changed\ndata:\n\n"


class _LiveLog:
    """What of a journal was sent: everything until the entry `last`."""

    def __init__(self, journal: Journal, last: int, row: Callable[[Entry], str]) -> None:
        self.journal, self.last, self.row = journal, last, row
        self.under_way: set[int] = set()

    async def news(self) -> AsyncIterator[str]:
        """The events of what is new."""
        if await self.journal.count() < self.last:
            self.last, self.under_way = 0, set()
            yield "event: reset\ndata:\n\n"
        new = await self.journal.entries(after=self.last)
        for number in sorted(self.under_way):
            entry = await self.journal.find(number)
            if entry is not None and entry.seconds is not None:
                self.under_way.discard(number)
                yield f"event: answered\ndata: {self.row(entry)}\n\n"
        shown = new[-_SHOWN:]
        self.under_way |= {e.number for e in shown if e.seconds is None and e.operation is not None}
        if shown:
            rows = ((e.number, self.row(e)) for e in shown)
            yield "".join(f"event: request\nid: {n}\ndata: {row}\n\n" for n, row in rows)
        self.last = new[-1].number if new else self.last


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
