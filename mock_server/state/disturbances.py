"""The queue of disturbances: how the next matching answers arrive, always or at random."""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mock_server.state.forces import MOST_QUEUED, QueueFullError
from mock_server.state.memory import ReservedShare, size_of

_OF_SOURCE = 2_500
"""The bytes of a source of random numbers."""


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
    size: int = field(init=False)
    """How much memory it takes, about."""

    source: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.source = random.Random(self.seed)  # noqa: S311
        self.size = _OF_SOURCE + size_of((self.disturbances, self.match))

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
        self._numbers = itertools.count(1)

    def add(self, queued: QueuedFault) -> None:
        """Queue faults, and number them. Raises QueueFullError and MemoryFullError."""
        if len(self.queued) >= MOST_QUEUED:
            raise QueueFullError
        self.memory.add(queued.size)
        queued.number = next(self._numbers)
        self.queued.append(queued)

    def take(self, facts: Mapping[str, str]) -> Disturbance | None:
        """The disturbance that the first matching entry has next."""
        for queued in self.queued:
            if any(facts.get(name) != value for name, value in queued.match.items()):
                continue
            if queued.source.random() >= queued.rate:
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
        self._numbers = itertools.count(1)
