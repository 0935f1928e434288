"""The order of errors: which fault an implementation names first, inferred from pairs of them.

Rules: a pair says something only where it was answered the same way each time, and with one of its
two cases. What is not compared, directly or through others, stands side by side. Nothing says that
an order must be one: cases that each come before another, in a circle, are told as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

BOTH = "both"
"""What wins where an answer names both faults."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Two cases whose faults were in one request, and what the answer named: one of them, both, or
    (None) neither; and whether it did so however the request was written.
    """

    cases: tuple[str, str]
    winner: str | None
    is_consistent: bool

    @property
    def loser(self) -> str | None:
        """The case that the other one comes before, if one certainly does."""
        if not self.is_consistent or self.winner not in self.cases:
            return None
        return self.cases[self.winner == self.cases[0]]

    def to_json(self) -> dict[str, Any]:
        """As a report holds it."""
        return {
            "faults": list(self.cases),
            "winner": self.winner,
            "consistent": self.is_consistent,
        }


@dataclass(slots=True)
class Precedence:
    """What was found out of the documented cases of one operation; for `not_tried` pairs no
    requests were left.
    """

    operation: str
    cases: Sequence[str]
    pairs: list[Compared] = field(default_factory=list)
    not_tried: int = 0

    def order(self) -> list[list[str]]:
        """The cases from the first to the last; those that stand side by side together."""
        above = self._above()
        left, levels = list(above), []
        while left:
            # First is who comes after none but those in one circle with it.
            level = [
                case
                for case in left
                if all(case in above[other] for other in above[case] if other in left)
            ]
            levels.append(level)
            left = [case for case in left if case not in level]
        return levels

    def circles(self) -> list[list[str]]:
        """Cases of which each comes before the next one, and the last before the first."""
        above = self._above()
        found: list[list[str]] = []
        for case in above:
            is_told = any(case in above[circle[0]] and circle[0] in above[case] for circle in found)
            if case in above[case] and not is_told:
                found.append(self._way_back(case))
        return found

    def to_json(self) -> dict[str, Any]:
        """As a report holds it."""
        return {
            "operation": self.operation,
            "order": self.order(),
            "circles": self.circles(),
            "pairs": [pair.to_json() for pair in self.pairs],
            "not_tried": self.not_tried,
        }

    def _beaten(self) -> dict[str, set[str]]:
        """Each case that is in some order, with those that it was seen before."""
        pairs = [pair for pair in self.pairs if pair.loser is not None]
        met = {case for pair in pairs for case in pair.cases}
        beaten: dict[str, set[str]] = {case: set() for case in self.cases if case in met}
        for pair in pairs:
            beaten[str(pair.winner)].add(str(pair.loser))
        return beaten

    def _above(self) -> dict[str, set[str]]:
        """Each case with all that come before it, through others, too."""
        beaten = self._beaten()
        above = {case: {other for other in beaten if case in beaten[other]} for case in beaten}
        for _ in above:
            above = {
                case: reduce(set.union, (above[other] for other in others), others)
                for case, others in above.items()
            }
        return above

    def _way_back(self, start: str) -> list[str]:
        """The shortest way from a case over those that it comes before, back to itself."""
        beaten, met = self._beaten(), {start}
        ways = [[start]]
        while True:
            for way in ways:
                if start in beaten[way[-1]]:
                    return way
            further = []
            for way in ways:
                further += [[*way, case] for case in sorted(beaten[way[-1]] - met)]
                met |= beaten[way[-1]]
            ways = further


_MOST_TOLD = 5
"""Of how many pairs the same is remarked, one by one."""


def rows_of(precedence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The order of a report, as rows of a table: a place or a remark, and what stands there."""
    for place, level in enumerate(precedence["order"], 1):
        yield str(place), ", ".join(level)
    for circle in precedence["circles"]:
        yield "circle", " before ".join([*circle, circle[0]])
    for remark, is_meant in _REMARKS.items():
        pairs = [" and ".join(pair["faults"]) for pair in precedence["pairs"] if is_meant(pair)]
        yield from ((remark, pair) for pair in pairs[:_MOST_TOLD])
        if len(pairs) > _MOST_TOLD:
            yield remark, f"… and {len(pairs) - _MOST_TOLD} more pairs"
    if precedence["not_tried"]:
        yield "not tried", f"{precedence['not_tried']} more pairs"


def table(precedence: Mapping[str, Any]) -> str:
    """The order of a report, as lines for a terminal."""
    rows = list(rows_of(precedence))
    width = max((len(first) for first, _ in rows), default=0)
    count = len(precedence["pairs"])
    lines = [f"Order of errors, {precedence['operation']}, by {count} pairs:"]
    return "\n".join([*lines, *(f"  {first:<{width}}  {second}" for first, second in rows)])


_REMARKS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "inconsistent": lambda pair: not pair["consistent"],
    "both": lambda pair: pair["consistent"] and pair["winner"] == BOTH,
    "neither": lambda pair: pair["consistent"] and pair["winner"] is None,
}
"""What is to be said of pairs that take no part in the order."""
