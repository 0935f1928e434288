"""Sessions: each has its own states, forces, clock and journal, so that tests can run in parallel.

Rules: a session is named by the header `Tallystick-Session` or by the address `/~session/NAME/…`;
a request that names none belongs to the default one, which lives as long as the mock. A session is
made when it is first named; it ends when nobody has named it for an hour. One that is in use never
ends for another: where there are too many, a new one is refused. `embedded` and `shared` are the
two implementations: the memory of this process, and Redis.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from starlette.types import Scope

from mock_server.limits import MockLimits
from mock_server.state.changes import Changes
from mock_server.state.controls import Controls
from mock_server.state.journal import Journal, Served, Taking
from mock_server.state.store import Store, StoreGoneError
from tallystick.contract import Contract

SESSION = "tallystick.session"
"""Where the scope of a request keeps its session, if it is not the default one."""

Note = tuple[Any, ...]
"""What a session keeps of the past: texts, bytes and numbers."""

T = TypeVar("T")

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


def path_of(session: str) -> str:
    """The base path under which a session is reached."""
    return f"/~session/{session}" if session else ""


def requests_of(session: str) -> bytes:
    """What starts the Link header of what explains a request."""
    return f"<{path_of(session)}/_tallystick/requests/".encode()


class Usable(Protocol):
    """What can be taken of a queue; `used` says what it was."""

    @property
    def used(self) -> str:
        """In words."""


U = TypeVar("U", bound=Usable)


class Session(ABC):
    """One session. `path` is the base path under which it is reached; `requests` starts the Link
    header (RFC 8288) of what explains one of its requests. `controls` are read as they are now,
    and changed by `change` alone.
    """

    __slots__ = ("changes", "controls", "journal", "name", "path", "requests", "store")

    def __init__(
        self, name: str, controls: Controls, store: Store, journal: Journal, changes: Changes
    ) -> None:
        self.name = name
        self.path = path_of(name)
        self.requests = requests_of(name)
        self.controls = controls
        self.store = store
        self.journal = journal
        self.changes = changes

    @property
    def gone(self) -> StoreGoneError | None:
        """Why the controls may be old: what the store said when it was last asked for them."""
        return None

    @abstractmethod
    async def change(self, act: Callable[[Controls], T]) -> T:
        """Change the controls in one step, and give what `act` gives. It may be called several
        times, so it must change nothing else.
        """

    @abstractmethod
    async def take(self, act: Callable[[Controls], U | None], taking: Taking) -> U | None:
        """Take a force or a fault for a request, as `change`: no other request gets it. The
        journal knows from then on that it was used.
        """

    @abstractmethod
    def note(self, name: str, note: Note, size: int, most: int) -> None:
        """Keep something of the past, the last `most` of that name. On the hot path: others see
        it when the journal has recorded the request.
        """

    @abstractmethod
    async def noted(self, name: str) -> Sequence[Note]:
        """What is kept of the past under a name, the oldest first."""

    @abstractmethod
    async def notify(self) -> None:
        """Wake all that wait for changes of this session."""

    @abstractmethod
    async def reset(self) -> None:
        """State, forces, faults, clock and journal as at the start."""


class Sessions(ABC):
    """The sessions of a mock. `is_shared` says that other processes have them, too: then each
    request begins with `refresh`.
    """

    is_shared = False
    default: Session

    def __init__(self, limits: MockLimits) -> None:
        self.limits = limits
        self.streams = 0
        """How many live logs are open."""

    def of(self, scope: Scope) -> Session:
        """The session that a request belongs to."""
        return scope.get(SESSION) or self.default

    async def get(self, name: str) -> Session:
        """The session of this name, made if there is none. Raises SessionNameError,
        TooManySessionsError.
        """
        if not _NAME.fullmatch(name):
            raise SessionNameError(name)
        return await self.named(name)

    @abstractmethod
    async def named(self, name: str) -> Session:
        """See `get`, of a name that is one."""

    async def refresh(self) -> None:
        """Have the default session's controls as they are now, where others may change them."""
        return

    @abstractmethod
    async def all(self) -> list[Session]:
        """The named sessions, the longest unused first."""

    @abstractmethod
    async def served(self) -> Counter[Served]:
        """How often each case was served since the start, in all sessions, those that ended or
        were reset included.
        """

    @abstractmethod
    async def forget_served(self) -> None:
        """Count anew how often each case is served, in all sessions."""

    @abstractmethod
    async def end(self, name: str) -> bool:
        """End a session, and say whether there was one."""

    @abstractmethod
    def follow(self, contract: Contract) -> None:
        """From now on the mock serves this contract; what waits for changes hears of it."""

    @abstractmethod
    def known(self) -> Iterator[Session]:
        """The sessions that this process knows something of, the default one first."""

    def notify(self) -> None:
        """Wake all that wait in a session of this process."""
        for session in self.known():
            session.changes.notify()

    def close(self) -> None:
        """Let go of all that wait in a session: the mock shuts down."""
        for session in self.known():
            session.changes.end()

    async def check(self) -> None:
        """Whether the store takes changes. Raises StoreGoneError."""
        return


def session_of(scope: Scope) -> Session:
    """The session that a control request is about."""
    session: Session = scope[SESSION]
    return session
