"""The queue of disturbances: how the next matching answers arrive, always or at random."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.state.forces import MOST_QUEUED, QueueFullError
from mock_server.state.memory import ReservedShare, size_of


@dataclass(frozen=True, slots=True)
class Disturbance:
    """How an answer arrives: after `delay` seconds, and, if it is named, with a fault."""

    delay: float = 0.0
    fault: str | None = None

    @property
    def words(self) -> str:
        """What it is for people."""
        delay = f"{self.delay:g} s late" if self.delay else ""
        return ", ".join(filter(None, (self.fault, delay))) or "none"

    @property
    def used(self) -> str:
        """What was taken of the queue."""
        return f"fault ({self.words})"


@dataclass(slots=True)
class QueuedFault:
    """Disturbances for the next matching requests, in turn; `times` is how often the whole list is
    played, None for ever. With a rate each request gets one with that chance.
    """

    disturbances: tuple[Disturbance, ...]
    times: int | None
    match: Mapping[str, str]
    rate: float = 1.0
    seed: int = 0
    number: int = 0
    played: int = 0
    drawn: int = 0
    """How many requests matched it so far: each has a chance of its own, whichever process asks."""

    size: int = 0
    """How much memory it takes, about."""

    def is_drawn(self) -> bool:
        """Whether the next request gets one."""
        self.drawn += 1
        return random.Random(f"{self.seed}/{self.drawn}").random() < self.rate  # noqa: S311

    def stored(self) -> list[Any]:
        """All of it, as JSON has it."""
        disturbances = [[each.delay, each.fault] for each in self.disturbances]
        settings = [self.times, self.match, self.rate, self.seed]
        return [disturbances, *settings, self.number, self.played, self.drawn]

    @classmethod
    def restored(cls, stored: list[Any]) -> QueuedFault:
        """What was stored."""
        disturbances, *rest = stored
        return cls(tuple(Disturbance(*each) for each in disturbances), *rest)

    def to_json(self) -> dict[str, Any]:
        """What the control API shows."""
        left = None if self.times is None else self.times * len(self.disturbances) - self.played
        return {
            "id": self.number,
            "faults": [item.fault for item in self.disturbances],
            "delay": self.disturbances[0].delay,
            "times": self.times,
            "match": dict(self.match),
            "rate": self.rate,
            "seed": self.seed,
            "left": left,
        }


class FaultQueue:
    """The queued faults of a session, in the order in which they came."""

    def __init__(self, memory: ReservedShare) -> None:
        self.memory = memory
        self.queued: deque[QueuedFault] = deque()
        self.last = 0

    def add(self, queued: QueuedFault) -> None:
        """Queue faults, and number them. Raises QueueFullError and MemoryFullError."""
        if len(self.queued) >= MOST_QUEUED:
            raise QueueFullError
        queued.size = size_of((queued.disturbances, queued.match))
        self.memory.add(queued.size)
        queued.number = self.last = self.last + 1
        self.queued.append(queued)

    def take(self, facts: Mapping[str, str]) -> Disturbance | None:
        """The disturbance that the first matching entry has next."""
        known = facts.items()
        for queued in self.queued:
            if not queued.match.items() <= known:
                continue
            if queued.rate < 1 and not queued.is_drawn():
                continue
            disturbance = queued.disturbances[queued.played % len(queued.disturbances)]
            queued.played += 1
            if queued.times is not None and queued.played >= queued.times * len(
                queued.disturbances
            ):
                self._forget(queued)
            return disturbance
        return None

    def remove(self, number: int) -> bool:
        """Forget one entry, and say whether there was one."""
        found = next((queued for queued in self.queued if queued.number == number), None)
        if found is not None:
            self._forget(found)
        return found is not None

    def _forget(self, queued: QueuedFault) -> None:
        self.queued.remove(queued)
        self.memory.add(-queued.size)

    def clear(self) -> None:
        """Forget all faults."""
        self.queued.clear()
        self.memory.clear()
        self.last = 0
