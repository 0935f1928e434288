"""The sessions of a mock that shares them with no one: they live in its memory."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from mock_server.limits import DEFAULT, MockLimits
from mock_server.state.changes import Changes
from mock_server.state.controls import Controls
from mock_server.state.embedded.embedded_journal import EmbeddedJournal
from mock_server.state.embedded.embedded_store import EmbeddedStore
from mock_server.state.journal import MOST_ENTRIES, MOST_ENTRIES_OF_A_SESSION, Served, Taking
from mock_server.state.memory import Memory, MemoryShare
from mock_server.state.sessions import Note, Session, Sessions, TooManySessionsError, U
from tallystick.contract import Contract

T = TypeVar("T")


class EmbeddedSession(Session):
    """A session in memory (see Session)."""

    __slots__ = ("memory", "notes", "used")
    journal: EmbeddedJournal

    def __init__(
        self,
        name: str,
        contract: Contract,
        store: EmbeddedStore,
        past: Counter[Served],
        memory: Memory,
    ) -> None:
        self.memory = MemoryShare(memory)
        self.notes: dict[str, deque[tuple[Note, int]]] = {}
        """What is kept of the past, each with its size."""

        self.used = time.monotonic()
        most, changes = MOST_ENTRIES_OF_A_SESSION if name else MOST_ENTRIES, Changes()
        journal = EmbeddedJournal(changes, past, most, self.memory)
        super().__init__(name, Controls(contract, memory), store.of(name), journal, changes)

    async def change(self, act: Callable[[Controls], T]) -> T:
        """See Session."""
        return act(self.controls)

    async def take(self, act: Callable[[Controls], U | None], taking: Taking) -> U | None:  # noqa: ARG002
        """See Session. Who takes and never answers is gone with all that is kept here."""
        return act(self.controls)

    def note(self, name: str, note: Note, size: int, most: int) -> None:
        """See Session."""
        kept = self.notes.get(name)
        if kept is None:
            kept = self.notes[name] = deque()
        if len(kept) >= most:
            self.memory.add(-kept.popleft()[1])
        kept.append((note, size))
        self.memory.add(size)

    async def noted(self, name: str) -> Sequence[Note]:
        """See Session."""
        return [note for note, _ in self.notes.get(name, ())]

    def drop(self) -> bool:
        """Forget the oldest note of a name, and say whether there was one."""
        for kept in self.notes.values():
            if kept:
                self.memory.add(-kept.popleft()[1])
                return True
        return False

    async def notify(self) -> None:
        """See Session."""
        self.changes.notify()

    async def reset(self) -> None:
        """See Session."""
        await self.store.clear("")
        self.controls.reset()
        await self.journal.reset()
        self.notes.clear()
        self.memory.clear()


class EmbeddedSessions(Sessions):
    """See Sessions."""

    default: EmbeddedSession

    def __init__(self, contract: Contract, limits: MockLimits = DEFAULT) -> None:
        super().__init__(limits)
        self._contract = contract
        self._named: OrderedDict[str, EmbeddedSession] = OrderedDict()
        self._past: Counter[Served] = Counter()
        self.memory = Memory(limits.memory)
        self.memory.droppers = [self._drop_requests, self._drop_notes]
        self.store = EmbeddedStore(self.memory)
        self.default = self._made("")

    def _made(self, name: str) -> EmbeddedSession:
        return EmbeddedSession(name, self._contract, self.store, self._past, self.memory)

    def known(self) -> Iterator[EmbeddedSession]:
        """See Sessions."""
        yield self.default
        yield from list(self._named.values())

    async def named(self, name: str) -> EmbeddedSession:
        """See Sessions."""
        session = self._named.get(name)
        if session is None:
            await self._end_idle()
            if len(self._named) >= self.limits.max_sessions:
                raise TooManySessionsError(self.limits.max_sessions)
            session = self._named[name] = self._made(name)
        session.used = time.monotonic()
        self._named.move_to_end(name)
        return session

    async def all(self) -> list[Session]:
        """See Sessions."""
        return list(self._named.values())

    def _drop_requests(self) -> bool:
        """Drop the oldest details of requests."""
        journals = [session.journal for session in self.known()]
        found = [journal for journal in journals if journal.received]
        if found:
            min(found, key=lambda journal: journal.received[0][-1]).drop()
        return bool(found)

    def _drop_notes(self) -> bool:
        """Drop what the session that was longest unused keeps of the past."""
        sessions = sorted(self.known(), key=lambda session: session.used)
        return any(session.drop() for session in sessions)

    async def served(self) -> Counter[Served]:
        """See Sessions."""
        return sum((session.journal.counts for session in self.known()), Counter(self._past))

    async def forget_served(self) -> None:
        """See Sessions."""
        for session in self.known():
            await session.journal.forget_served()
        self._past.clear()

    def follow(self, contract: Contract) -> None:
        """See Sessions."""
        self._contract = contract
        for session in self.known():
            session.controls.queue.contract = contract
        self.notify()

    async def end(self, name: str) -> bool:
        """See Sessions."""
        session = self._named.pop(name, None)
        if session is not None:
            await session.reset()
        return session is not None

    async def _end_idle(self) -> None:
        while self._named:
            oldest = next(iter(self._named.values()))
            if time.monotonic() - oldest.used <= self.limits.session_idle:
                return
            await self.end(oldest.name)
