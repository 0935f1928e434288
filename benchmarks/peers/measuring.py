"""The rounds: each load to each contender in turn, in an order that is turned round each time.

Rules: all servers of a document run at once, each warmed before anything counts, and share one
core, while wrk has another, so that a machine whose speed drifts drifts for all. What a contender
cannot do becomes a reason in its row and costs no other row.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from benchmarks.peers import wrk
from benchmarks.peers.contenders import Contender
from benchmarks.peers.loads import Load
from benchmarks.peers.running import Server, running
from benchmarks.processes import SERVER_CORE, cpu_seconds, pin, resident_megabytes
from tests.end_to_end.peers import Missing

_WARM_SECONDS = 2
_MOST_WARM_ROUNDS = 15
"""After so many, it is as warm as it gets here."""

_LESS = 5
"""A further load of a document gets this part of the requests: most is warm already."""


@dataclass
class Cell:
    """What a contender did with a load, round by round; `reason` says why there is nothing, or
    what is wrong with it.
    """

    contender: str
    load: str
    status: int | None = None
    requests_per_second: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    """Server CPU time per request."""

    reason: str = ""

    def add(self, counted: wrk.Counted, cpu: float) -> None:
        """A round, and the server's CPU time in it."""
        requests = max(counted.requests, 1)
        self.requests_per_second.append(counted.requests / counted.seconds)
        self.p50_ms.append(counted.p50 * 1e3)
        self.p99_ms.append(counted.p99 * 1e3)
        self.cpu_us.append(cpu / requests * 1e6)


@dataclass
class Rounds:
    """All that the rounds gave."""

    cells: list[Cell] = field(default_factory=list)
    megabytes: dict[str, float] = field(default_factory=dict)
    """What a contender held after the loads of the first document that it served."""

    missing: dict[str, str] = field(default_factory=dict)
    """Contenders that do not run here, each with the reason."""


def measured(
    contenders: Sequence[Contender],
    loads: Sequence[Load],
    documents: Mapping[str, Path],
    rounds: int,
    seconds: int,
) -> Rounds:
    """All rounds of all loads."""
    found = Rounds()
    for document, path in documents.items():
        of_document = [load for load in loads if load.document == document]
        chosen = [contender for contender in contenders if document in contender.documents]
        if of_document:
            _Run(chosen, of_document, rounds, seconds, found).at(document, path)
    return found


@dataclass
class _Run:
    """The loads of one document."""

    contenders: Sequence[Contender]
    loads: Sequence[Load]
    rounds: int
    seconds: int
    found: Rounds

    def at(self, document: str, path: Path) -> None:
        """Start all, measure each load, and end all."""
        with ExitStack() as stack:
            servers: dict[str, Server] = {}
            for contender in self.contenders:
                try:
                    servers[contender.name] = stack.enter_context(
                        running(contender, document, path, self.loads[0])
                    )
                except (Missing, RuntimeError) as error:
                    _say(f"{contender.name} is skipped: {error}")
                    self.found.missing.setdefault(contender.name, str(error))
            for load in self.loads:
                self._load(load, servers, is_first=load is self.loads[0])
            for name, server in servers.items():
                self.found.megabytes.setdefault(name, resident_megabytes(server.pid))

    def _load(self, load: Load, servers: Mapping[str, Server], *, is_first: bool) -> None:
        cells: dict[str, Cell] = {}
        for contender in self.contenders:
            cell = Cell(contender.name, load.name)
            self.found.cells.append(cell)
            if contender.name not in servers:
                cell.reason = self.found.missing[contender.name]
            elif load.is_forced and contender.forcing is None:
                cell.reason = "it has no way to ask for a case"
            elif self._is_ready(contender, servers[contender.name], load, cell, is_first=is_first):
                cells[contender.name] = cell
        started = time.perf_counter()
        for number in range(self.rounds):
            order = self.contenders if number % 2 else list(reversed(self.contenders))
            for contender in order:
                if contender.name in cells:
                    self._round(contender, servers[contender.name], load, cells[contender.name])
        _say(f"{load.title}: {len(cells)} servers, {time.perf_counter() - started:.0f} s")

    def _is_ready(
        self, contender: Contender, server: Server, load: Load, cell: Cell, *, is_first: bool
    ) -> bool:
        """Warm a server, see its status, and pin it: the compilers of a server that is warming up
        have both cores.
        """
        headers = load.all_headers(contender.forcing or {})
        part = 1 if is_first else _LESS
        left = contender.warm // part
        try:
            cell.status = server.status(load, headers)
            for _ in range(_MOST_WARM_ROUNDS // part):
                left -= wrk.run(server.url, load, headers, _WARM_SECONDS).requests
                if left <= 0:
                    break
        except (OSError, HTTPException, RuntimeError) as error:
            cell.reason = f"no answer: {error}"
            return False
        wanted = contender.statuses.get(load.name, load.status)
        if cell.status != wanted:
            cell.reason = f"the answer is {cell.status}, not {wanted}"
        pin(server.pid, SERVER_CORE)
        return True

    def _round(self, contender: Contender, server: Server, load: Load, cell: Cell) -> None:
        headers = load.all_headers(contender.forcing or {})
        try:
            before = cpu_seconds(server.pid)
            counted = wrk.run(server.url, load, headers, self.seconds)
            cell.add(counted, cpu_seconds(server.pid) - before)
            status = server.status(load, headers)
        except (OSError, HTTPException, RuntimeError) as error:
            cell.reason = f"no answer: {error}"
            return
        if not counted.is_right(cell.status or 0) or status != cell.status:
            cell.reason = cell.reason or (
                f"{counted.refused} of {counted.requests} answers were refusals, "
                f"{counted.lost} requests got none"
            )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
