"""Sessions: each has its own states, forces, clock and journal, so that tests can run in parallel.

Rules: a session is named by the header `Tallystick-Session` or by the address `/~session/NAME/…`;
a request that names none belongs to the default one, which lives as long as the mock. A session is
made when it is first named; it ends when nobody has named it for an hour. One that is in use never
ends for another: where there are too many, a new one is refused.
"""

from __future__ import annotations

import re
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Iterator
from typing import Any, Protocol, runtime_checkable

from starlette.types import Scope

from mock_server.limits import DEFAULT, MockLimits
from mock_server.state.changes import Changes
from mock_server.state.clock import Clock
from mock_server.state.disturbances import FaultQueue
from mock_server.state.forces import ForceQueue
from mock_server.state.journal import MOST_ENTRIES, Journal, Served
from mock_server.state.memory import Memory, MemoryShare, ReservedShare
from mock_server.state.store import MemoryStore, Store
from tallystick.contract import Contract

MOST_ENTRIES_OF_A_SESSION = 200
SESSION = "tallystick.session"
"""Where the scope of a request keeps its session, if it is not the default one."""

_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}")
"""Neither `.` nor `..`, which a client takes out of an address (RFC 3986 section 5.2.4)."""


class SessionNameError(Exception):
    """A session cannot have this name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return (
            f"{self.name[:80]!r} is no name of a session: 1 to 64 letters, digits, dots, hyphens "
            "and underscores are."
        )


class TooManySessionsError(Exception):
    """There are as many sessions as there may be."""

    status = 429

    def __init__(self, most: int) -> None:
        super().__init__(
            f"There are {most} sessions, which is the most (--max-sessions). End those that you "
            "need no more: DELETE /_tallystick/sessions/NAME."
        )


@runtime_checkable
class Droppable(Protocol):
    """What a session keeps of the past, and can do without."""

    def drop(self) -> bool:
        """Drop the oldest, and say whether there was any."""


class Session:
    """The state of one session. `path` is the base path under which the session is reached;
    `requests` starts the Link header (RFC 8288) of what explains one of its requests; `kept` is
    what behaviours keep in memory, each under its own name.
    """

    __slots__ = (
        "changes",
        "clock",
        "faults",
        "journal",
        "kept",
        "memory",
        "name",
        "path",
        "queue",
        "requests",
        "store",
        "used",
    )

    def __init__(
        self, name: str, contract: Contract, store: Store, past: Counter[Served], memory: Memory
    ) -> None:
        self.name = name
        self.memory = MemoryShare(memory)
        self.path = f"/~session/{name}" if name else ""
        self.requests = f"<{self.path}/_tallystick/requests/".encode()
        self.store = SessionStore(store, name)
        self.queue = ForceQueue(contract, ReservedShare(memory))
        self.faults = FaultQueue(ReservedShare(memory))
        self.clock = Clock()
        self.changes = Changes()
        most = MOST_ENTRIES_OF_A_SESSION if name else MOST_ENTRIES
        self.journal = Journal(self.changes, past, most, self.memory)
        self.kept: dict[str, Any] = {}
        self.used = time.monotonic()

    async def reset(self) -> None:
        """State, forces, faults, clock and journal as at the start."""
        await self.store.clear()
        self.queue.clear()
        self.faults.clear()
        self.clock.reset()
        self.journal.reset()
        self.kept.clear()
        self.memory.clear()


def session_of(scope: Scope) -> Session:
    """The session that a control request is about."""
    session: Session = scope[SESSION]
    return session


class SessionStore:
    """The part of a store that belongs to one session."""

    def __init__(self, store: Store, session: str) -> None:
        self._store = store
        self._prefix = f"{session}/"

    def get(self, key: str) -> Awaitable[str | None]:
        """The value of a key in this session."""
        return self._store.get(self._prefix + key)

    async def put(self, key: str, value: str) -> None:
        """Set the value of a key in this session."""
        await self._store.put(self._prefix + key, value)

    async def keys(self, prefix: str) -> list[str]:
        """The keys in this session that start so."""
        found = await self._store.keys(self._prefix + prefix)
        return [key.removeprefix(self._prefix) for key in found]

    async def clear(self, prefix: str = "") -> None:
        """Forget every key of this session that starts so; by default everything."""
        await self._store.clear(self._prefix + prefix)


class Sessions:
    """The sessions of a mock."""

    def __init__(self, contract: Contract, store: Store, limits: MockLimits = DEFAULT) -> None:
        self._contract = contract
        self.limits = limits
        self.streams = 0
        """How many live logs are open."""
        self._store = store
        self._named: OrderedDict[str, Session] = OrderedDict()
        self._past: Counter[Served] = Counter()
        self.memory = Memory(limits.memory)
        self.memory.droppers = [self._drop_requests, self._drop_kept]
        if isinstance(store, MemoryStore):
            store.share(self.memory)
        self.default = Session("", contract, store, self._past, self.memory)

    def __iter__(self) -> Iterator[Session]:
        """The named sessions, the longest unused first."""
        return iter(list(self._named.values()))

    def of(self, scope: Scope) -> Session:
        """The session that a request belongs to."""
        return scope.get(SESSION) or self.default

    async def get(self, name: str) -> Session:
        """The session of this name, made if there is none. Raises SessionNameError,
        TooManySessionsError.
        """
        session = self._named.get(name)
        if session is None:
            if not _NAME.fullmatch(name):
                raise SessionNameError(name)
            await self._end_idle()
            if len(self._named) >= self.limits.max_sessions:
                raise TooManySessionsError(self.limits.max_sessions)
            session = self._named[name] = self._make(name)
        session.used = time.monotonic()
        self._named.move_to_end(name)
        return session

    def _make(self, name: str) -> Session:
        return Session(name, self._contract, self._store, self._past, self.memory)

    def _drop_requests(self) -> bool:
        """Drop the oldest details of requests."""
        journals = [session.journal for session in (self.default, *self)]
        found = [journal for journal in journals if journal.received]
        if found:
            min(found, key=lambda journal: journal.received[0][-1]).drop()
        return bool(found)

    def _drop_kept(self) -> bool:
        """Drop what the session that was longest unused keeps of the past."""
        sessions = sorted((self.default, *self), key=lambda session: session.used)
        kept = (value for session in sessions for value in session.kept.values())
        return any(isinstance(value, Droppable) and value.drop() for value in kept)

    @property
    def served(self) -> Counter[Served]:
        """How often each case was served since the start, in all sessions, those that ended or
        were reset included.
        """
        return sum(
            (session.journal.served for session in (self.default, *self)), Counter(self._past)
        )

    def forget_served(self) -> None:
        """Count anew how often each case is served, in all sessions."""
        for session in (self.default, *self):
            session.journal.forget_served()
        self._past.clear()

    def follow(self, contract: Contract) -> None:
        """From now on the mock serves this contract; what waits for changes hears of it."""
        self._contract = contract
        for session in (self.default, *self):
            session.queue.contract = contract
        self.notify()

    def notify(self) -> None:
        """Wake all that wait in a session."""
        for session in (self.default, *self):
            session.changes.notify()

    def close(self) -> None:
        """Let go of all that wait in a session: the mock shuts down."""
        for session in (self.default, *self):
            session.changes.end()

    async def end(self, name: str) -> bool:
        """End a session, and say whether there was one."""
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
