"""The memory that all sessions of a mock share: one budget, in bytes.

Rules: whoever keeps something counts it. When it is too much, the oldest goes: details of requests
first, then what else sessions keep of the past (links), then values of the store. What is still to
come cannot be dropped, so it may take half at most. Sizes are those of what came from outside, with
a round sum for what holds it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_LEFT = 0.98
"""To which part of the budget it is brought back, so that not each request has to make room."""

UNLIMITED = 2**63
OVERHEAD = 500
"""What it costs to keep anything, about."""


class Memory:
    """How much is kept. Each of `droppers` drops some of the oldest of its kind, and says whether
    there was any.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.used = 0
        self.reserved = 0
        """The part that cannot be dropped."""

        self.droppers: list[Callable[[], bool]] = []

    def make_room(self) -> None:
        """Drop the oldest, kind after kind."""
        goal = self.most * _LEFT
        for drop in self.droppers:
            while self.used > goal and drop():
                pass


class MemoryShare:
    """What one owner keeps of it."""

    __slots__ = ("memory", "used")

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.used = 0

    def add(self, size: int) -> None:
        """Count what is kept; or no longer, where the size is negative."""
        self.used += size
        memory = self.memory
        memory.used += size
        if memory.used > memory.most:
            memory.make_room()

    def clear(self) -> None:
        """Nothing is kept any more."""
        self.memory.used -= self.used
        self.used = 0


class MemoryFullError(Exception):
    """No more can wait."""

    def __str__(self) -> str:
        return (
            "What waits takes half of the memory already (--memory), which is the most; DELETE "
            "what is not needed any more."
        )


class ReservedShare(MemoryShare):
    """What one owner keeps that is still to come."""

    __slots__ = ()

    def add(self, size: int) -> None:
        """See MemoryShare. Raises MemoryFullError where it would be too much."""
        memory = self.memory
        if size > 0 and memory.reserved + size > memory.most // 2:
            raise MemoryFullError
        memory.reserved += size
        super().add(size)

    def clear(self) -> None:
        """See MemoryShare."""
        self.memory.reserved -= self.used
        super().clear()


_PART = 50
"""What each part of a value costs, about."""


def size_of(value: Any) -> int:
    """How much memory a value of JSON takes, about."""
    size, left = OVERHEAD, [value]
    while left:
        part = left.pop()
        size += _PART
        if isinstance(part, str | bytes):
            size += len(part)
        elif isinstance(part, dict):
            left += [*part, *part.values()]
        elif isinstance(part, list | tuple):
            left += part
    return size
