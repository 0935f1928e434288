"""What was measured, as JSON, as tables in Markdown, and in a page of the documentation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from benchmarks.documents import table
from benchmarks.pages import where
from benchmarks.peers.contenders import Contender
from benchmarks.peers.documents import trains
from benchmarks.peers.figures import Goal, figure, goals, memory, small_document
from benchmarks.peers.loads import LOADS, TRAINS, Load
from benchmarks.peers.measuring import Cell, Rounds
from benchmarks.peers.starts import IMPORT, Start

_COLUMNS = ("server", "requests/s", "p50 ms", "p99 ms", "CPU µs/request", "note")


@dataclass(frozen=True)
class Report:
    """All that a run measured, and how."""

    contenders: Sequence[Contender]
    rounds: Rounds
    small: Sequence[Start]
    real: Sequence[Start]
    settings: str

    def to_json(self) -> dict[str, Any]:
        """Every round of everything."""
        return {
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": where(),
            "settings": self.settings,
            "versions": {c.title: c.version() for c in self.contenders},
            **asdict(self.rounds),
            "starts": [asdict(start) for start in (*self.small, *self.real)],
            "goals": [asdict(goal) for goal in self.goals],
        }

    @property
    def goals(self) -> list[Goal]:
        """What is wanted of the mock."""
        return goals(self.rounds, self.small, self.real)

    def markdown(self) -> str:
        """The tables, with what they were made on."""
        versions = "; ".join(f"{c.title} {c.version()}" for c in self.contenders)
        parts = [
            f"{where()}. {self.settings}.",
            f"Versions: {versions}.",
            f"### Goals\n\n{self._goals()}",
            *(f"### {_title(load)}\n\n{self._load(load)}" for load in self._loads()),
            f"### Start and memory\n\n{self._starts()}",
            f"### Start with real documents\n\n{self._real()}",
        ]
        return "\n\n".join(part.strip() for part in parts) + "\n"

    def _goals(self) -> str:
        words = {True: "yes", False: "**no**", None: "–"}
        rows = [
            {"goal": g.wanted, "measured": g.measured, "reached": words[g.is_reached]}
            for g in self.goals
        ]
        return table(("goal", "measured", "reached"), rows)

    def _loads(self) -> Iterator[Load]:
        measured = {cell.load for cell in self.rounds.cells}
        return (load for load in LOADS if load.name in measured)

    def _load(self, load: Load) -> str:
        cells = {cell.contender: cell for cell in self.rounds.cells if cell.load == load.name}
        return table(_COLUMNS, [_row(c, cells[c.name]) for c in self.contenders if c.name in cells])

    def _starts(self) -> str:
        found = small_document(self.small)
        rows = [
            {"server": c.title, "start": _start(found.get(c.name)), "memory": self._memory(c)}
            for c in self.contenders
        ]
        rows.append({"server": f"`{IMPORT}`", "start": _start(found.get(IMPORT)), "memory": "–"})
        return table(("server", "start", "memory"), rows)

    def _memory(self, contender: Contender) -> str:
        return memory(self.rounds, contender.name)

    def _real(self) -> str:
        titles = {c.name: c.title for c in self.contenders}
        rows: dict[str, dict[str, Any]] = {}
        for start in self.real:
            row = rows.setdefault(start.document, {"document": start.document})
            row[titles[start.contender]] = _start(start)
        columns = ["document", *dict.fromkeys(titles[start.contender] for start in self.real)]
        return table(columns, list(rows.values())) if rows else "No real documents are at hand."


def _title(load: Load) -> str:
    return f"{load.title} ({trains()})" if load.document == TRAINS else load.title


def _row(contender: Contender, cell: Cell) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(_COLUMNS, "–")
    row |= {"server": contender.title, "note": short(cell.reason)}
    if not cell.requests_per_second:
        return row
    if not cell.reason and cell.load in contender.statuses:
        row["note"] = f"its answer is {cell.status}"
    return row | {
        "requests/s": figure(cell.requests_per_second).text(",.0f"),
        "p50 ms": figure(cell.p50_ms).text(".2f"),
        "p99 ms": figure(cell.p99_ms).text(".2f"),
        "CPU µs/request": figure(cell.cpu_us).text(".1f"),
    }


def _start(start: Start | None) -> str:
    if start is None:
        return "–"
    if not start.seconds:
        return short(start.reason)
    return f"{figure(start.seconds).text('.2f')} s"


def short(text: str, most: int = 120) -> str:
    """A reason on one line of a table."""
    flat = " ".join(text.split()).replace("|", "/")
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"
