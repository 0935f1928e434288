"""The memory that all sessions of a mock share: one budget, in bytes.

Rules: whoever keeps something counts it. When it is too much, the oldest goes: details of requests
first, then what else sessions keep of the past (links), then values of the store. Sizes are those
of what came from outside, with a round sum for what holds it.
"""

from __future__ import annotations

from collections.abc import Callable

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
