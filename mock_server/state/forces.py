"""The queue of forces: cases that answer the next matching requests."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tallystick.catalogue.cases import Case
from tallystick.catalogue.names import UnknownCaseError, find_named
from tallystick.contract import Contract

MOST_QUEUED = 1_000
"""How many forces, and how many faults, may wait in a session."""


class QueueFullError(Exception):
    """Too many forces or faults wait."""

    def __str__(self) -> str:
        return f"{MOST_QUEUED:,} wait already; DELETE what is not needed any more."


@dataclass(slots=True)
class Force:
    """A list of cases for the next matching requests; `times` is how often the whole list is
    played, None for ever.
    """

    number: int
    names: tuple[str, ...]
    times: int | None
    match: Mapping[str, str]
    played: int = 0

    @property
    def is_spent(self) -> bool:
        """Whether the list was played as often as wanted."""
        return self.times is not None and self.played >= self.times * len(self.names)

    def to_json(self) -> dict[str, Any]:
        """What the control API shows."""
        left = None if self.times is None else self.times * len(self.names) - self.played
        return {
            "id": self.number,
            "cases": list(self.names),
            "times": self.times,
            "match": dict(self.match),
            "left": left,
        }


class ForceQueue:
    """The queued forces, in the order in which they came."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.forces: deque[Force] = deque()
        self._numbers = itertools.count(1)

    def add(self, names: Sequence[str], times: int | None, match: Mapping[str, str]) -> Force:
        """Queue a force. Raises UnknownCaseError, and QueueFullError where too many wait."""
        cases = tuple(self.contract.selectable)
        for name in names:
            find_named(cases, name)
        if len(self.forces) >= MOST_QUEUED:
            raise QueueFullError
        force = Force(next(self._numbers), tuple(names), times, match)
        self.forces.append(force)
        return force

    def take(self, cases: Sequence[Case], facts: Mapping[str, str]) -> Case | None:
        """The case that the first matching force has next for an operation with these cases.

        `facts` are the request's values, such as `path.id`. A force whose next case this
        operation does not document waits for another operation.
        """
        for force in self.forces:
            if any(facts.get(name) != value for name, value in force.match.items()):
                continue
            try:
                case = find_named(cases, force.names[force.played % len(force.names)])
            except UnknownCaseError:
                continue
            force.played += 1
            if force.is_spent:
                self.forces.remove(force)
            return case
        return None

    def remove(self, number: int) -> bool:
        """Forget one force, and say whether there was one."""
        found = next((force for force in self.forces if force.number == number), None)
        if found is not None:
            self.forces.remove(found)
        return found is not None

    def clear(self) -> None:
        """Forget all forces."""
        self.forces.clear()
        self._numbers = itertools.count(1)
