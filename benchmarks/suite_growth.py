"""What the reader, `tallystick test` and a mutant cost per operation, and how that grows, beside
plain `schemathesis run`.

    python -m benchmarks.suite_growth [--operations N …] [--tested N] [--write PAGE]

Rules: documents are made (`benchmarks.generated`), and the mock of each is the service that both
tools test, with their defaults and one seed. The mutant is the mock of a document whose last
operation has another status. Requests are counted where they arrive. A document with more than
`--tested` operations is only read; a run that takes too long is ended, and its row says so.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from benchmarks.documents import table
from benchmarks.generated import document
from benchmarks.pages import where, write_into
from tallystick import load_contract
from tests.end_to_end.peers import free_port, served

SIZES = (1, 10, 100, 1_000)
MARKER = "bench-growth"
_READINGS = 5
_LONGEST = 1_200
_FINISHED = (0, 1, 3)
"""Exit codes of a run that came to its end."""

_COLUMNS = (
    "operations",
    "reader",
    "tallystick test",
    "requests",
    "a mutant",
    "schemathesis run",
    "requests of it",
)
_DIRECT = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class Run:
    """One run of a tool: how long it took, its exit code, and what it sent; no code where it was
    ended.
    """

    seconds: float
    code: int | None
    requests: int

    def text(self, operations: int) -> str:
        """For a table: the seconds, and those for each operation."""
        if self.code is None:
            return f"over {self.seconds:,.0f} s"
        if self.code not in _FINISHED:
            return f"exit code {self.code}"
        return per_operation(self.seconds, operations)


def per_operation(seconds: float, operations: int) -> str:
    """Seconds, and milliseconds for each operation."""
    digits = 3 if seconds < 1 else 1
    return f"{seconds:,.{digits}f} s ({seconds / operations * 1e3:,.1f} ms each)"


def mutated(made: dict[str, Any]) -> dict[str, Any]:
    """The document with another status of the last operation's success."""
    copy: dict[str, Any] = json.loads(json.dumps(made))
    item = list(copy["paths"].values())[-1]
    responses = item[list(item)[-1]]["responses"]
    status = next(iter(responses))
    responses["206"] = responses.pop(status)
    return copy


def measure(operations: int, folder: Path, *, is_tested: bool) -> dict[str, Any]:
    """One row of the table."""
    made = document(operations)
    place, other = folder / "document.json", folder / "mutant.json"
    place.write_text(json.dumps(made), encoding="utf-8")
    other.write_text(json.dumps(mutated(made)), encoding="utf-8")
    row: dict[str, Any] = dict.fromkeys(_COLUMNS, "–")
    row |= {"operations": f"{operations:,}", "reader": per_operation(_reading(place), operations)}
    if not is_tested:
        return row
    ours, mutant, plain = _ours(place, place), _ours(place, other), _plain(place, place)
    return row | {
        "tallystick test": ours.text(operations),
        "requests": f"{ours.requests:,}",
        "a mutant": f"{mutant.text(operations)}, {'caught' if mutant.code == 1 else 'MISSED'}",
        "schemathesis run": plain.text(operations),
        "requests of it": f"{plain.requests:,}",
    }


def _reading(place: Path) -> float:
    """The CPU time of reading a document and its cases; the median of some readings."""
    seconds = []
    for _ in range(_READINGS):
        started = time.process_time()
        list(load_contract(str(place)).cases)
        seconds.append(time.process_time() - started)
    return statistics.median(seconds)


def _ours(place: Path, implemented: Path) -> Run:
    words = ["-m", "tallystick", "test", str(place), "--seed", "1", "--base-url"]
    return _run(words, implemented)


def _plain(place: Path, implemented: Path) -> Run:
    words = ["-m", "schemathesis.cli", "run", str(place), "--seed", "1", "--no-color", "--url"]
    return _run(words, implemented)


def _run(words: Sequence[str], implemented: Path) -> Run:
    """A tool on the mock of a document."""
    port = free_port()
    mock = [sys.executable, "-m", "tallystick", "mock", str(implemented), "-q"]
    with served([*mock, "--port", str(port)], port) as url:
        command = [sys.executable, *words, url]
        started = time.perf_counter()
        try:
            code = subprocess.run(command, capture_output=True, timeout=_LONGEST).returncode
        except subprocess.TimeoutExpired:
            code = None
        seconds = time.perf_counter() - started
        return Run(seconds, code, _arrived(url))


def _arrived(url: str) -> int:
    """How many requests the mock has answered: it numbers them in each Link header."""
    with _DIRECT.open(f"{url}/resource-0") as answer:
        found = re.search(r"requests/(\d+)", answer.headers["link"])
    return int(found[1]) - 1 if found else 0


def rows(operations: Iterable[int], tested: int) -> list[dict[str, Any]]:
    """The rows of all sizes."""
    found = []
    for count in operations:
        with tempfile.TemporaryDirectory() as folder:
            found.append(measure(count, Path(folder), is_tested=count <= tested))
        print(*found[-1].values(), sep=" | ", file=sys.stderr, flush=True)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.suite_growth")
    parser.add_argument("--operations", type=int, nargs="+", default=SIZES)
    parser.add_argument("--tested", type=int, default=100, help="most operations that are tested")
    parser.add_argument("--write", type=Path, help=f"a page with the marker {MARKER}")
    given = parser.parse_args()
    text = f"{where()}.\n\n{table(_COLUMNS, rows(given.operations, given.tested))}"
    print(text)
    if given.write:
        write_into(given.write, MARKER, text)


if __name__ == "__main__":
    main()
