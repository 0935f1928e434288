"""The order of errors: which case an implementation names first when a request triggers two.

A worked example. Requests with two errors each were sent, and responses named these winners:

    A and B → A    B and C → B    C and D → C    D and B → D    A and E → both

A precedes B and, through B, also C and D. B, C and D precede each other in a circle: they form one
group, and "B before C before D before B" is reported. E takes no part, because its only pair named
both. The order is A, then the group of B, C and D.

Rules: a pair counts only if every response to it named the same one of its two cases. Cases that
were never compared, directly or through others, share a group. Cases that precede each other in a
circle (a strongly connected component) share a group, too. Nothing demands that an order exists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from contract_tests.results.formats.precedence import rows_of


@dataclass(frozen=True, slots=True)
class PairResult:
    """Two cases that one request triggers, and the case that the response named: one of them,
    `BOTH`, or None for neither. `is_consistent` if every response to the pair named the same.
    """

    cases: tuple[str, str]
    winner: str | None
    is_consistent: bool

    @property
    def loser(self) -> str | None:
        """The case that the winner precedes, if one certainly does."""
        if not self.is_consistent or self.winner not in self.cases:
            return None
        return self.cases[self.winner == self.cases[0]]

    def to_json(self) -> dict[str, Any]:
        """The form in a report."""
        return {
            "cases": list(self.cases),
            "winner": self.winner,
            "consistent": self.is_consistent,
        }


@dataclass(slots=True)
class Precedence:
    """What the pairs of one operation showed. For `not_tried` pairs, no requests were left."""

    operation: str
    cases: Sequence[str]
    pairs: list[PairResult] = field(default_factory=list)
    not_tried: int = 0

    def order(self) -> list[list[str]]:
        """The cases in groups, the first group first."""
        before = self._before()
        left, groups = list(before), []
        while left:
            # The next group holds the cases that only cases of their own circle precede.
            group = [
                case
                for case in left
                if all(case in before[other] for other in before[case] if other in left)
            ]
            groups.append(group)
            left = [case for case in left if case not in group]
        return groups

    def circles(self) -> list[list[str]]:
        """Cases that each precede the next one, while the last precedes the first: the shortest
        circle of each group that has one.
        """
        before = self._before()
        found: list[list[str]] = []
        for case in before:
            is_known = any(
                case in before[circle[0]] and circle[0] in before[case] for circle in found
            )
            if case in before[case] and not is_known:
                found.append(self._shortest_circle(case))
        return found

    def to_json(self) -> dict[str, Any]:
        """The form in a report."""
        return {
            "operation": self.operation,
            "order": self.order(),
            "circles": self.circles(),
            "pairs": [pair.to_json() for pair in self.pairs],
            "not_tried": self.not_tried,
        }

    def _beaten(self) -> dict[str, set[str]]:
        """For each case that takes part: the cases that it directly precedes."""
        pairs = [pair for pair in self.pairs if pair.loser is not None]
        met = {case for pair in pairs for case in pair.cases}
        beaten: dict[str, set[str]] = {case: set() for case in self.cases if case in met}
        for pair in pairs:
            beaten[str(pair.winner)].add(str(pair.loser))
        return beaten

    def _before(self) -> dict[str, set[str]]:
        """For each case that takes part: the cases that precede it, directly or through others."""
        beaten = self._beaten()
        before = {case: {other for other in beaten if case in beaten[other]} for case in beaten}
        for _ in before:
            before = {
                case: reduce(set.union, (before[other] for other in others), others)
                for case, others in before.items()
            }
        return before

    def _shortest_circle(self, start: str) -> list[str]:
        """The shortest chain of cases from this one back to itself, each preceding the next."""
        beaten, met = self._beaten(), {start}
        chains = [[start]]
        while True:
            for chain in chains:
                if start in beaten[chain[-1]]:
                    return chain
            longer = []
            for chain in chains:
                longer += [[*chain, case] for case in sorted(beaten[chain[-1]] - met)]
                met |= beaten[chain[-1]]
            chains = longer


def table(precedence: Mapping[str, Any]) -> str:
    """The order of a report, as lines for a terminal."""
    rows = list(rows_of(precedence))
    width = max((len(first) for first, _ in rows), default=0)
    count = len(precedence["pairs"])
    lines = [f"Order of errors, {precedence['operation']}, by {count} pairs:"]
    return "\n".join([*lines, *(f"  {first:<{width}}  {second}" for first, second in rows)])
