"""The sessions of a mock that shares them with other processes (see Sessions).

Rules: this process keeps of a session what it knew last of its controls, by their version; each
request begins with one question for a newer one. A change counts when Redis has taken it, which it
does only where no one else was faster; else the change is made on what is there now. While Redis is
gone, what was known last stands.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from mock_server.limits import DEFAULT, MockLimits
from mock_server.state.controls import Controls
from mock_server.state.journal import MOST_ENTRIES, MOST_ENTRIES_OF_A_SESSION, Served, Taking
from mock_server.state.memory import Memory
from mock_server.state.sessions import Note, Session, Sessions, TooManySessionsError, U, requests_of
from mock_server.state.shared import scripts
from mock_server.state.shared.redis_changes import RedisChanges, RedisListener
from mock_server.state.shared.redis_journal import RedisJournal, counted
from mock_server.state.shared.redis_link import RedisLink
from mock_server.state.shared.redis_place import RedisPlace
from mock_server.state.shared.redis_store import RedisStore
from mock_server.state.shared.scripts import Script
from mock_server.state.store import StoreGoneError
from tallystick.contract import Contract

T = TypeVar("T")

_KNOWN = 2_000
"""Of how many sessions this process knows something."""

_SHARE_KNOWN = 8
"""A process knows so small a part of what the memory allows."""


class RedisSession(Session):
    """A session in Redis (see Session)."""

    __slots__ = ("_gone", "_lock", "_sessions", "_text", "_version")
    journal: RedisJournal
    store: RedisStore

    def __init__(self, name: str, sessions: RedisSessions) -> None:
        self._sessions = sessions
        self._lock = asyncio.Lock()
        self._version, self._text = "0", ""
        self._gone: StoreGoneError | None = None
        link = sessions.link
        most = MOST_ENTRIES_OF_A_SESSION if name else MOST_ENTRIES
        super().__init__(
            name,
            Controls(sessions.contract),
            RedisStore(link, name, sessions.memory),
            RedisJournal(link, name, requests_of(name), most, sessions.cap(name)),
            RedisChanges(sessions.listener, name),
        )

    async def _run(self, script: Script, *arguments: Any, again: bool = False) -> Any:
        return await self._sessions.run(script, self.name, *arguments, again=again)

    @property
    def gone(self) -> StoreGoneError | None:
        """See Session."""
        return self._gone

    async def refresh(self) -> None:
        """Have the controls as they are now, if the store says. Raises TooManySessionsError."""
        limits = self._sessions.limits
        try:
            reply = await self._run(
                scripts.BEGIN, self._version, limits.max_sessions, limits.session_idle, again=True
            )
        except StoreGoneError as error:
            self._gone = error
            self.store.know(None)
            return
        self._gone = None
        if reply[0]:
            raise TooManySessionsError(limits.max_sessions)
        _, version, state, *text = reply
        self.store.know(state)
        if text:
            self._know(version, text[0])

    def _know(self, version: bytes, text: bytes) -> None:
        self._version, self._text = version.decode(), text.decode()
        self.controls = self._copy()

    def _copy(self) -> Controls:
        return Controls.restored(self._sessions.contract, self._text)

    def follow(self) -> None:
        """The contract is another one."""
        self.controls.queue.contract = self._sessions.contract

    async def change(self, act: Callable[[Controls], T]) -> T:
        """See Session."""
        async with self._changing():
            while True:
                result = act(self.controls)
                if await self._set(self.controls):
                    return result

    async def take(self, act: Callable[[Controls], U | None], taking: Taking) -> U | None:
        """See Session."""
        async with self._changing():
            while True:
                found = act(self.controls)
                if found is None:
                    if await self._set(self.controls):
                        return None
                    continue
                taking.used.append(found.used)
                if await self._set(self.controls, taking):
                    return found
                taking.used.pop()

    @asynccontextmanager
    async def _changing(self) -> AsyncGenerator[None]:
        """Change the controls where they are: to copy hundreds that wait takes long. If Redis does
        not take the change, they are again what they were.
        """
        async with self._lock:
            try:
                yield
            except BaseException:
                self.controls = self._copy()
                raise

    async def _set(self, controls: Controls, taking: Taking | None = None) -> bool:
        """Set the controls, unless another process has set them meanwhile; then know those."""
        text = controls.stored()
        if text == self._text or (not self._text and text == self._sessions.blank):
            return True
        taken = () if taking is None else self.journal.taken(taking)
        is_set, version, found = await self._run(scripts.CHANGE, self._version, text, *taken)
        if not is_set:
            self._know(version, found)
            return False
        self._version, self._text, self.controls = version.decode(), text, controls
        if taking is not None:
            taking.number = int(found)
        return True

    def note(self, name: str, note: Note, size: int, most: int) -> None:  # noqa: ARG002
        """See Session. Redis counts the size itself."""
        self.journal.noted.append((name, note, most))

    async def noted(self, name: str) -> Sequence[Note]:
        """See Session."""
        return await self.journal.kept(name)

    async def notify(self) -> None:
        """See Session. Where Redis is gone, nobody can hear of it."""
        with suppress(StoreGoneError):
            await self.journal.notify()

    async def reset(self) -> None:
        """See Session."""
        await self._run(scripts.RESET, again=True)


class RedisSessions(Sessions):
    """See Sessions. The default session may have half of the memory, the named ones the rest."""

    is_shared = True
    default: RedisSession

    def __init__(self, place: RedisPlace, contract: Contract, limits: MockLimits = DEFAULT) -> None:
        super().__init__(limits)
        self.contract, place = contract, place.of(contract.title)
        self.blank = Controls(contract).stored()
        self.link = RedisLink(place, self._back)
        self.listener = RedisListener(place)
        self.memory = Memory(limits.memory // _SHARE_KNOWN)
        self.memory.droppers = [self._forget]
        self._known: OrderedDict[str, RedisSession] = OrderedDict()
        self.default = RedisSession("", self)

    def cap(self, name: str) -> int:
        """How many bytes of details, and of notes of one name, a session keeps."""
        share = self.limits.memory // 4
        return share // max(self.limits.max_sessions, 1) if name else share

    async def run(self, script: Script, session: str, *arguments: Any, again: bool = False) -> Any:
        """What a script gives for a session."""
        return await self.link.run(script, self.link.place.prefix, session, *arguments, again=again)

    def _back(self) -> None:
        """Redis was gone and is back: have all that wait look at what there is now."""
        self.listener.begin_again()
        self.notify()

    async def refresh(self) -> None:
        """See Sessions."""
        await self.default.refresh()

    async def named(self, name: str) -> Session:
        """See Sessions."""
        session = self._session(name)
        await session.refresh()
        return session

    def _session(self, name: str) -> RedisSession:
        found = self._known.get(name)
        if found is None:
            if len(self._known) >= _KNOWN:
                self._know_less()
            found = self._known[name] = RedisSession(name, self)
        self._known.move_to_end(name)
        return found

    def _know_less(self) -> None:
        """Know nothing of the session that was longest unused, and that nobody waits for."""
        calm = (each for each in self._known.values() if not each.changes.waiting)
        oldest = next(calm, None)
        if oldest is not None:
            oldest.store.forget()
            del self._known[oldest.name]

    def _forget(self) -> bool:
        """Know less: nothing of the values of the session that was longest unused."""
        return any(session.store.forget() for session in (*self._known.values(), self.default))

    def known(self) -> Iterator[RedisSession]:
        """See Sessions."""
        yield self.default
        yield from list(self._known.values())

    async def all(self) -> list[Session]:
        """See Sessions."""
        names = await self.run(scripts.SESSIONS, "", again=True)
        return [self._session(name.decode()) for name in names]

    async def served(self) -> Counter[Served]:
        """See Sessions."""
        return counted(await self.run(scripts.TOTAL, "", again=True))

    async def forget_served(self) -> None:
        """See Sessions."""
        await self.run(scripts.FORGET_TOTAL, "", again=True)

    async def end(self, name: str) -> bool:
        """See Sessions."""
        return bool(await self.run(scripts.END, name))

    def follow(self, contract: Contract) -> None:
        """See Sessions."""
        self.contract = contract
        for session in self.known():
            session.follow()
        self.notify()

    async def check(self) -> None:
        """See Sessions."""
        await self.run(scripts.CHECK, "", self.limits.session_idle, again=True)
