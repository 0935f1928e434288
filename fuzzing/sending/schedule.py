"""The schedule: which operation gets the next fuzz cases, and how many.

A worked example. A has three inputs and B has none, so A weighs twice as much as B. Both get their
base requests first, A 50 fuzz cases, and B 50. B has had as many as A for half the weight, so A
gets its next part, of 100. What shows something new (a kind of response, a finding) weighs twice as
much until a part of it shows nothing new.

Rules: with the seed of the fuzz, the key of a shard settles its fuzz cases, and each part of an
operation has its own key: so the same fuzz sends each operation the same, whatever the others show.
The first parts are small, so that all operations get some early, and each next one is twice as
large. Workers that do not keep base requests from shard to shard need no shard for them alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import NamedTuple

from tallystick.contract import ContractOperation

LARGEST = 250
"""The most fuzz cases of a part."""

_TOGETHER, _LEAST = 100, 4
"""The first parts of all operations have so many fuzz cases together, and each at least so many."""

_NEWS = 2.0
"""An operation that shows something new weighs so many times more."""


class Shard(NamedTuple):
    """A piece of work: so many fuzz cases of one operation; its base request alone where the `size`
    is zero. `number` counts the shards of the fuzz.
    """

    number: int
    operation: str
    key: int
    size: int


@dataclass(slots=True)
class _Queue:
    """What one operation has got so far."""

    weight: float
    part: int = 0
    given: int = 0
    has_news: bool = False
    is_left_out: bool = False

    @property
    def share(self) -> float:
        """What it has got for its weight: whoever has least is next."""
        return self.given / (self.weight * (_NEWS if self.has_news else 1.0))


@dataclass
class Schedule:
    """Hands out the shards of a fuzz; at most so many of them, if there is a limit, beside those of
    base requests. `safe` are the operations that create nothing; `has_deletes` says whether what is
    created may be deleted.
    """

    weights: Mapping[str, float]
    most: int | None = None
    keeps_bases: bool = True
    safe: frozenset[str] = frozenset()
    has_deletes: bool = False
    _number: int = 0
    _parts: int = 0
    _queues: dict[str, _Queue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._queues = {name: _Queue(weight) for name, weight in self.weights.items()}
        count = max(1, len(self._queues))
        self._first = LARGEST if count == 1 else max(_LEAST, _TOGETHER // count)
        has_bases = self.keeps_bases and count > 1
        self._bases = list(self._queues) if has_bases else []

    def next(self) -> Shard | None:
        """The next shard; None where there is none any more."""
        while self._bases:
            name = self._bases.pop(0)
            if not self._queues[name].is_left_out:
                return self._numbered(name, 0, 0)
        left = [name for name, queue in self._queues.items() if not queue.is_left_out]
        if not left or self._parts == self.most:
            return None
        self._parts += 1
        name = min(left, key=lambda each: self._queues[each].share)
        queue = self._queues[name]
        size = min(LARGEST, self._first * 2 ** min(queue.part, 8))
        key = queue.part * len(self._queues) + list(self._queues).index(name)
        shard = self._numbered(name, key, size)
        queue.part, queue.given, queue.has_news = queue.part + 1, queue.given + size, False
        return shard

    def saw_news(self, operation: str) -> None:
        """A response of an operation showed something new."""
        if operation in self._queues:
            self._queues[operation].has_news = True

    def leave_out(self, operation: str) -> None:
        """Nothing can be sent to an operation."""
        if operation in self._queues:
            self._queues[operation].is_left_out = True

    def leave_only_safe(self) -> bool:
        """Leave out what may create something; gives whether any other operation is left."""
        for name in self._queues.keys() - self.safe:
            self._queues[name].is_left_out = True
        return not all(queue.is_left_out for queue in self._queues.values())

    def _numbered(self, operation: str, key: int, size: int) -> Shard:
        self._number += 1
        return Shard(self._number - 1, operation, key, size)


def weight_of(operation: ContractOperation) -> float:
    """How much an operation weighs: the more it takes, the more there is to try. What deletes can
    do so once with each item, and weighs little.
    """
    return 0.5 if operation.method == "delete" else sqrt(1 + len(operation.fields))
