"""The live log: server-sent events (HTML standard section 9.2) of what happens in a session.

Rules: what happens is put into words once, for all who look on; a hundred open boards cost about
what one does. One task for each session gathers what changed, and is woken once for that, whatever
the number of requests. The more look on, the longer it gathers, since each costs a message. Who
does not keep up is let go: a browser comes back, and says what it has seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from functools import lru_cache

from mock_server.state.journal import Entry
from mock_server.state.sessions import Session
from mock_server.state.store import StoreGoneError

MOST_SHOWN = 50
"""How many requests are shown, and at most sent at once."""

_SILENCE = 15.0
"""After how many seconds without news the log says that it is still there."""

_PAUSE = 0.1
"""Seconds in which changes are gathered before they are sent."""

_PAUSE_OF_EACH = 0.005
"""So many more for each who looks on."""

_MOST_WAITING = 100
"""How many messages wait for one who does not read."""

_CHANGED = "event: changed\ndata:\n\n"
_RESET = "event: reset\ndata:\n\n"

_Messages = asyncio.Queue[bytes | None]


class LiveLogs:
    """The live logs of all sessions. `row` makes one line of HTML of a request."""

    def __init__(self, row: Callable[[Entry], str]) -> None:
        self.row = lru_cache(maxsize=4 * MOST_SHOWN)(row)
        self._feeds: dict[Session, _Feed] = {}

    async def stream(self, session: Session, after: int) -> AsyncGenerator[bytes]:
        """The events of a session, for one who has seen the requests up to this number."""
        feed = self._feeds.get(session)
        if feed is None:
            feed = self._feeds[session] = _Feed(session, self.row, self._feeds)
        messages: _Messages = asyncio.Queue()
        try:
            yield await feed.join(messages, after)
            while (message := await messages.get()) is not None:
                yield message
        finally:
            feed.leave(messages)


class _Feed:
    """What happens in one session, for all who look on. It ends when nobody does."""

    def __init__(
        self, session: Session, row: Callable[[Entry], str], feeds: dict[Session, _Feed]
    ) -> None:
        self.session, self.row, self.feeds = session, row, feeds
        self.readers: set[_Messages] = set()
        self.seen, self.last, self.resets = session.changes.count, 0, session.journal.resets
        self.under_way: set[int] = set()
        self.looking = asyncio.Lock()
        self.task = asyncio.create_task(self._run())

    async def join(self, messages: _Messages, after: int) -> bytes:
        """One more looks on, and gets the messages to come; what happened before them."""
        async with self.looking:
            if not self.readers:
                self.seen = self.session.changes.count
            self.readers.add(messages)
            try:
                before = await self._before(after)
            except StoreGoneError:  # what is new is sent when the store is back
                before = ""
        return (_CHANGED + before).encode()

    async def _before(self, after: int) -> str:
        journal = self.session.journal
        if len(self.readers) == 1:
            self.last, self.resets = await journal.count(), journal.resets
        if await journal.count() < after:
            return _RESET + await self._requests(0, self.last)
        return await self._requests(after, self.last)

    def leave(self, messages: _Messages) -> None:
        """One looks on no more."""
        self.readers.discard(messages)
        if not self.readers:
            self._forget()
            self.task.cancel()

    def _forget(self) -> None:
        if self.feeds.get(self.session) is self:
            del self.feeds[self.session]

    async def _run(self) -> None:
        changes = self.session.changes
        try:
            while not changes.is_over:
                if not await changes.wait(self.seen, _SILENCE):
                    self._send(": still here\n\n")
                    continue
                await asyncio.sleep(_PAUSE + _PAUSE_OF_EACH * len(self.readers))
                async with self.looking:
                    self.seen, news = changes.count, ""
                    with suppress(StoreGoneError):
                        news = await self._news()
                    self._send(_CHANGED + news)
        finally:
            self._forget()
            for messages in self.readers:
                messages.put_nowait(None)

    async def _news(self) -> str:
        """What happened since the last message."""
        journal, reset = self.session.journal, ""
        count = await journal.count()
        if journal.resets != self.resets or count < self.last:
            self.last, self.resets, reset = 0, journal.resets, _RESET
            self.under_way.clear()
        answered = "".join([text async for text in self._answered()])
        before, self.last = self.last, count
        return reset + answered + await self._requests(before, self.last)

    async def _answered(self) -> AsyncGenerator[str]:
        """The rows of those whose answers are out by now."""
        for number in sorted(self.under_way):
            entry = await self.session.journal.find(number)
            if entry is not None and entry.seconds is not None:
                self.under_way.discard(number)
                yield f"event: answered\ndata: {self.row(entry)}\n\n"

    async def _requests(self, after: int, last: int) -> str:
        """The rows of the requests after one number, up to another."""
        entries = await self.session.journal.entries(max(after, last - MOST_SHOWN))
        shown = [entry for entry in entries if entry.number <= last]
        self.under_way |= {e.number for e in shown if e.seconds is None and e.operation is not None}
        return "".join(f"event: request\nid: {e.number}\ndata: {self.row(e)}\n\n" for e in shown)

    def _send(self, text: str) -> None:
        message = text.encode()
        for messages in list(self.readers):
            if messages.qsize() < _MOST_WAITING:
                messages.put_nowait(message)
            else:
                self.readers.discard(messages)
                messages.put_nowait(None)
