"""The queue of forces: cases, and answers of the user's own, for the next matching requests."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mock_server.state.memory import ReservedShare, size_of
from tallystick.catalogue.cases import Case
from tallystick.catalogue.names import UnknownCaseError, find_case, find_named
from tallystick.contract import Contract

MOST_QUEUED = 1_000
"""How many forces, and how many faults, may wait in a session."""


class QueueFullError(Exception):
    """Too many forces or faults wait."""

    def __str__(self) -> str:
        return f"{MOST_QUEUED:,} wait already; DELETE what is not needed any more."


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """What the user wants an answer to have in place of what the document has: a body, where it
    `has_body`, headers (their names in lower case), a status.
    """

    status: int | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()
    has_body: bool = False
    body: Any = None
    size: int = field(init=False, compare=False, repr=False)
    """How much memory it takes, about."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", size_of((self.headers, self.body)))

    def to_json(self) -> dict[str, Any]:
        """What the control API shows: the members that were given."""
        shown: dict[str, Any] = {} if self.status is None else {"status": self.status}
        if self.headers:
            shown["headers"] = self._headers()
        return {**shown, "body": self.body} if self.has_body else shown

    def _headers(self) -> dict[str, Any]:
        values: dict[str, list[str]] = {}
        for name, value in self.headers:
            values.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
        return {name: found if len(found) > 1 else found[0] for name, found in values.items()}

    def stored(self) -> list[Any]:
        """All of it, as JSON has it."""
        headers = [[n.decode("latin-1"), v.decode("latin-1")] for n, v in self.headers]
        return [self.status, headers, self.has_body, self.body]

    @classmethod
    def restored(cls, stored: list[Any]) -> OwnAnswer:
        """What was stored."""
        status, headers, has_body, body = stored
        found = tuple((n.encode("latin-1"), v.encode("latin-1")) for n, v in headers)
        return cls(status, found, has_body, body)

    def case(self, cases: Sequence[Case]) -> Case | None:
        """The documented case of its status; None where there is none. The code of an error with a
        body of the user's own is what that body says.
        """
        try:
            found = find_case(cases, status=str(self.status))
        except UnknownCaseError:
            return None
        is_coded = found.code is not None and self.has_body
        return found.of_status(found.http_status, found.description) if is_coded else found


class Forced(NamedTuple):
    """What a force has for a request. Without a case, it is an answer of the user's own with a
    status that is not documented, or, where that has no status, in place of the success. `used`
    says which force it is of.
    """

    case: Case | None
    own: OwnAnswer | None
    used: str = ""


@dataclass(slots=True)
class Force:
    """A list of cases for the next matching requests; `times` is how often the whole list is
    played, None for ever. With an answer of the user's own, the list may be empty.
    """

    number: int
    names: tuple[str, ...]
    times: int | None
    match: Mapping[str, str]
    own: OwnAnswer | None = None
    played: int = 0
    size: int = 0
    """How much memory it takes, about."""

    @property
    def length(self) -> int:
        """How many requests it answers when it is played once."""
        return len(self.names) or 1

    @property
    def words(self) -> str:
        """What it is for people."""
        if self.own is None:
            return ", ".join(self.names)
        status = "" if self.own.status is None else f" ({self.own.status})"
        return ", ".join(f"{name}, changed" for name in self.names) or f"your own answer{status}"

    def next(self, cases: Sequence[Case]) -> Forced | None:
        """What it has next for an operation with these cases; None where it is for another."""
        if not self.names and self.own is not None:
            case = None if self.own.status is None else self.own.case(cases)
            return Forced(case, self.own, f"force {self.number} ({self.words})")
        name = self.names[self.played % self.length]
        try:
            return Forced(find_named(cases, name), self.own, f"force {self.number} ({name})")
        except UnknownCaseError:
            return None

    def coming(self) -> dict[str, int | None]:
        """The names that are still to come, each with how often, None for ever; an empty name
        where an answer of the user's own has none.
        """
        names = self.names or ("",)
        if self.times is None:
            return dict.fromkeys(names)
        rounds = self.times - -(-self.played // self.length)
        begun = self.played % self.length
        rest = names[begun:] if begun else ()
        return {name: rounds * names.count(name) + rest.count(name) for name in names}

    @property
    def left(self) -> int | None:
        """How many requests it is still for; None for ever."""
        return None if self.times is None else self.times * self.length - self.played

    @property
    def is_spent(self) -> bool:
        """Whether the list was played as often as wanted."""
        return self.times is not None and self.played >= self.times * self.length

    def to_json(self) -> dict[str, Any]:
        """What the control API shows."""
        return {
            "id": self.number,
            "cases": list(self.names),
            "times": self.times,
            "match": dict(self.match),
            "left": self.left,
            **(self.own.to_json() if self.own else {}),
        }

    def stored(self) -> list[Any]:
        """All of it, as JSON has it."""
        own = None if self.own is None else self.own.stored()
        return [self.number, self.names, self.times, self.match, own, self.played]

    @classmethod
    def restored(cls, stored: list[Any]) -> Force:
        """What was stored."""
        number, names, times, match, own, played = stored
        answer = None if own is None else OwnAnswer.restored(own)
        return cls(number, tuple(names), times, match, answer, played)


class ForceQueue:
    """The queued forces, in the order in which they came."""

    def __init__(self, contract: Contract, memory: ReservedShare) -> None:
        self.contract = contract
        self.memory = memory
        self.forces: deque[Force] = deque()
        self.last = 0

    def add(
        self,
        names: Sequence[str],
        times: int | None,
        match: Mapping[str, str],
        own: OwnAnswer | None = None,
    ) -> Force:
        """Queue a force. Raises UnknownCaseError, QueueFullError and MemoryFullError."""
        cases = tuple(self.contract.selectable)
        for name in names:
            find_named(cases, name)
        if len(self.forces) >= MOST_QUEUED:
            raise QueueFullError
        size = size_of((names, match)) + (own.size if own else 0)
        self.memory.add(size)
        self.last += 1
        force = Force(self.last, tuple(names), times, match, own, size=size)
        self.forces.append(force)
        return force

    def take(self, cases: Sequence[Case], facts: Mapping[str, str]) -> Forced | None:
        """What the first matching force has next for an operation with these cases.

        `facts` are the request's values, such as `path.id`. A force whose next case this
        operation does not document waits for another operation.
        """
        known = facts.items()
        for force in self.forces:
            if not force.match.items() <= known:
                continue
            found = force.next(cases)
            if found is None:
                continue
            force.played += 1
            if force.is_spent:
                self._forget(force)
            return found
        return None

    def remove(self, number: int) -> bool:
        """Forget one force, and say whether there was one."""
        found = next((force for force in self.forces if force.number == number), None)
        if found is not None:
            self._forget(found)
        return found is not None

    def _forget(self, force: Force) -> None:
        self.forces.remove(force)
        self.memory.add(-force.size)

    def clear(self) -> None:
        """Forget all forces."""
        self.forces.clear()
        self.memory.clear()
        self.last = 0
