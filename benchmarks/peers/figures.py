"""Medians with quartiles, and what they say of the goals. Pure: it reads what was measured."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.peers.loads import VENDOR
from benchmarks.peers.measuring import Cell, Rounds
from benchmarks.peers.starts import IMPORT, Start

MOCK, BARE, PRISM, LOGGING, WIREMOCK = "mock", "bare", "prism", "prism-log", "wiremock"
GOAL_LOAD = "valid"
"""The load that the goals speak of: the vendor's POST."""


@dataclass(frozen=True)
class Figure:
    """The median of rounds, and the quartiles."""

    low: float
    median: float
    high: float

    def text(self, form: str) -> str:
        """As a table shows it: the median, and the quartiles in brackets."""
        low, median, high = (format(value, form) for value in (self.low, self.median, self.high))
        return f"{median} ({low}–{high})"


def figure(values: Sequence[float]) -> Figure:
    """The figure of some rounds, of one at least."""
    if len(values) == 1:
        return Figure(values[0], values[0], values[0])
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Figure(low, median, high)


@dataclass(frozen=True)
class Goal:
    """What is wanted, what was measured, and whether it is reached; None where it is not known."""

    wanted: str
    measured: str
    is_reached: bool | None


def goals(rounds: Rounds, small: Iterable[Start], real: Sequence[Start]) -> list[Goal]:
    """All goals of the mock."""
    cells = {cell.contender: cell for cell in rounds.cells if cell.load == GOAL_LOAD}
    return [*_costs(cells), *_starts(small, real)]


def _costs(cells: dict[str, Cell]) -> Iterator[Goal]:
    mock = cells.get(MOCK)
    bare = _ratio(mock, cells.get(BARE))
    prism, logging = (_ratio(cells.get(name), mock) for name in (PRISM, LOGGING))
    wiremock = _ratio(mock, cells.get(WIREMOCK))
    yield _goal(
        "CPU per request at most 1.8 times the bare function", bare, "times", bare and bare <= 1.8
    )
    yield _goal("better: at most 1.6 times", bare, "times", bare and bare <= 1.6)
    wanted = "CPU per request at least 8 times less than Prism"
    yield _goal(f"{wanted} with its log", logging, "times", logging and logging >= 8)
    yield _goal(f"{wanted}, silent", prism, "times", prism and prism >= 8)
    yield _goal(
        "CPU per request no more than warmed WireMock",
        wiremock,
        "times",
        wiremock and wiremock <= 1,
    )
    spread = None
    if mock is not None and mock.p50_ms:
        spread = figure(_quotients(mock.p99_ms, mock.p50_ms)).median
    yield _goal("p99 at 32 connections under 3 times p50", spread, "times", spread and spread < 3)


def _starts(small: Iterable[Start], real: Sequence[Start]) -> Iterator[Goal]:
    seconds = {start.contender: start.seconds for start in small if start.seconds}
    beyond = None
    if MOCK in seconds and IMPORT in seconds:
        beyond = figure(seconds[MOCK]).median - figure(seconds[IMPORT]).median
    wanted = f"start to first answer at most 1.0 s beyond `{IMPORT}`"
    yield _goal(wanted, beyond, "s", None if beyond is None else beyond <= 1.0)
    slower = [document for document, quicker in _quicker(real).items() if not quicker]
    count = len(_quicker(real))
    said = f"{count - len(slower)} of {count}"
    yield Goal(
        "faster than Prism on every real document",
        said + (f"; not {', '.join(slower)}" if slower else ""),
        not slower if count else None,
    )


def _quicker(real: Sequence[Start]) -> dict[str, bool]:
    """Whether the mock answers before Prism, by document; where Prism serves nothing, it does."""
    found: dict[str, dict[str, Start]] = {}
    for start in real:
        found.setdefault(start.document, {})[start.contender] = start
    return {
        document: bool(by[MOCK].seconds)
        and (
            not by[PRISM].seconds
            or figure(by[MOCK].seconds).median < figure(by[PRISM].seconds).median
        )
        for document, by in found.items()
        if MOCK in by and PRISM in by
    }


def _ratio(one: Cell | None, other: Cell | None) -> float | None:
    """How much more CPU one costs, round by round, since the machine's speed drifts."""
    if one is None or other is None or not (one.cpu_us and other.cpu_us):
        return None
    return figure(_quotients(one.cpu_us, other.cpu_us)).median


def _quotients(ones: Sequence[float], others: Sequence[float]) -> list[float]:
    return [one / other for one, other in zip(ones, others, strict=False) if other]


def _goal(wanted: str, value: float | None, unit: str, is_reached: object) -> Goal:
    if value is None:
        return Goal(wanted, "not measured", None)
    return Goal(wanted, f"{value:.2f} {unit}", bool(is_reached))


def memory(rounds: Rounds, contender: str) -> str:
    """What a contender held, for a table."""
    found = rounds.megabytes.get(contender)
    return "–" if found is None else f"{found:.0f} MB"


def small_document(starts: Iterable[Start]) -> dict[str, Start]:
    """The starts with the small document, by contender."""
    return {start.contender: start for start in starts if start.document in (VENDOR, "")}
