"""What a soak counts."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

PARTS = 10
_MOST_SHOWN = 20


@dataclass(frozen=True)
class Part:
    """One of ten parts of a soak: how long it took, and the memory of each mock at its end."""

    seconds: float
    resident: tuple[int, ...]


@dataclass
class Tally:
    """Counts answers up to `wanted`; `resident` measures the memory of each mock, in bytes."""

    wanted: int
    resident: Callable[[], tuple[int, ...]]
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    count: int = 0
    since: float = field(default_factory=time.monotonic)

    @property
    def is_open(self) -> bool:
        """Whether there is more to send."""
        return self.count < self.wanted

    def note(self, kind: str, status: int, wrong: str) -> None:
        """An answer came; `wrong` says what is wrong with it."""
        self.count += 1
        self.answers[kind, status] += 1
        if wrong and len(self.wrong) < _MOST_SHOWN:
            self.wrong.append(f"{kind}: {wrong}")
        if self.count * PARTS // self.wanted > len(self.parts):
            now = time.monotonic()
            self.parts.append(Part(now - self.since, self.resident()))
            self.since = now

    @property
    def growth(self) -> float:
        """By how much the memory of the mock that grew most did so, after the first part: 0.1 is a
        tenth.
        """
        first, rest = self.parts[0].resident, [part.resident for part in self.parts[1:]]
        return max(max(each) / before - 1 for before, *each in zip(first, *rest, strict=True))

    def table(self) -> list[str]:
        """What was counted, in lines."""
        size = self.wanted // PARTS
        lines = [f"{'requests':>10}{'a second':>10}   memory of the mocks in MB"]
        for number, part in enumerate(self.parts[:PARTS], 1):
            memory = "".join(f"{each / 1e6:>8.1f}" for each in part.resident)
            lines.append(f"{number * size:>10,}{size / part.seconds:>10,.0f}{memory}")
        lines += ["", "what was sent, and the statuses of the answers"]
        for kind in dict.fromkeys(kind for kind, _ in sorted(self.answers)):
            found = {s: n for (k, s), n in sorted(self.answers.items()) if k == kind}
            listed = ", ".join(f"{status or 'lost'} {times:,}" for status, times in found.items())
            lines.append(f"{sum(found.values()):>10,}  {kind.replace('_', ' ')}: {listed}")
        return [*lines, *(f"wrong: {each}" for each in self.wrong)]
