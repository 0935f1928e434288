"""Seconds from start to first answer: of all contenders on a small document, and of the mock and
Prism on real ones.

Rules: the contenders start in turn, in rounds; nothing else of this run works meanwhile. The first
answer is that of an operation, whatever its status. Beside them, `import connexion` is a process of
its own that does nothing else.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from benchmarks.documents import CONTRACTS, in_folder
from benchmarks.peers.contenders import Contender
from benchmarks.peers.loads import LOADS, VENDOR, Load
from benchmarks.peers.running import running
from tallystick import load_contract
from tests.end_to_end.peers import DOCUMENT, Missing

_MOST_SECONDS = 30
"""One that has needed longer with a document, in all, is not started with it again."""

IMPORT = "import connexion"
"""The name of the row that imports Connexion and ends."""


@dataclass
class Start:
    """How long a contender needed with a document, round by round, or why it never answered."""

    contender: str
    document: str
    seconds: list[float] = field(default_factory=list)
    reason: str = ""


def on_small_document(contenders: Sequence[Contender], rounds: int) -> list[Start]:
    """All contenders with the vendor's document, and the import alone."""
    found = [Start(contender.name, VENDOR) for contender in contenders]
    alone = Start(IMPORT, "")
    for _ in range(rounds):
        for contender, start in zip(contenders, found, strict=True):
            _begin(contender, start, DOCUMENT, LOADS[0])
        alone.seconds.append(_import_seconds())
    return [*found, alone]


def on_contracts(contenders: Sequence[Contender], rounds: int) -> list[Start]:
    """Some contenders with each real document that is at hand."""
    found: list[Start] = []
    for path in in_folder(CONTRACTS):
        load = first_request(path)
        starts = {contender.name: Start(contender.name, path.name) for contender in contenders}
        for _ in range(rounds):
            for contender in contenders:
                _begin(contender, starts[contender.name], path, load)
        found += starts.values()
    return found


def first_request(path: Path) -> Load:
    """A request to the first operation of a document that is a GET."""
    operations = load_contract(str(path)).operations
    chosen = next((o for o in operations if o.method == "GET"), operations[0])
    filled = "".join("1" if part.startswith("{") else part for part in _parts(chosen.path))
    value: Mapping[str, object] | None = None if chosen.method == "GET" else {}
    return Load("start", "the first request", path.name, 0, quote(filled), value)


def _parts(template: str) -> list[str]:
    """A path template, cut before and after each parameter."""
    return template.replace("{", "\0{").replace("}", "}\0").split("\0")


def _begin(contender: Contender, start: Start, path: Path, load: Load) -> None:
    if start.reason or sum(start.seconds) > _MOST_SECONDS:
        return
    try:
        with running(contender, load.document, path, load) as server:
            start.seconds.append(server.seconds)
    except (Missing, RuntimeError) as error:
        start.reason = str(error)


def _import_seconds() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, check=True)
    return time.perf_counter() - started
