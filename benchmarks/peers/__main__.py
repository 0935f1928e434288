"""The mock beside what a user would take instead, measured in one run.

    python -m benchmarks.peers [--rounds N] [--only NAME …] [--json FILE] [--write PAGE]

Rules: tools come from npm and Debian's packages, in exact versions, into a cache. One that cannot
be installed or does not start is skipped with the reason, and the exit code is 0 all the same.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.pages import write_into
from benchmarks.peers import starts, wrk
from benchmarks.peers.contenders import CONTENDERS, Contender
from benchmarks.peers.documents import served_documents
from benchmarks.peers.figures import GOAL_LOAD, MOCK, PRISM, figure
from benchmarks.peers.loads import LOADS
from benchmarks.peers.measuring import Rounds, measured
from benchmarks.peers.plot import svg
from benchmarks.peers.report import Report
from tests.end_to_end.peers import Missing

MARKER = "bench-peers"
_PICTURE = Path("pictures/bench-peers.svg")


def main() -> int:
    """Measure, print the tables, and write them where they are wanted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers")
    parser.add_argument("--rounds", type=int, default=5, help="of each load at each server")
    parser.add_argument("--seconds", type=int, default=1, help="of a round")
    parser.add_argument("--starts", type=int, default=5, help="of each server")
    names = [contender.name for contender in CONTENDERS]
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME")
    loads = [load.name for load in LOADS]
    parser.add_argument("--loads", nargs="+", choices=loads, default=loads, metavar="LOAD")
    parser.add_argument("--json", type=Path, help="write every round there")
    parser.add_argument("--write", type=Path, help=f"a page with the marker {MARKER}")
    given = parser.parse_args()
    contenders = [contender for contender in CONTENDERS if contender.name in given.only]
    report = Report(
        contenders,
        _rounds(contenders, given),
        starts.on_small_document(contenders, given.starts),
        starts.on_contracts([c for c in contenders if c.name in (MOCK, PRISM)], given.starts),
        f"{given.rounds} rounds of {given.seconds} s with {wrk.CONNECTIONS} connections, "
        "alternating; medians, with the quartiles in brackets",
    )
    print(report.markdown())
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(report.to_json(), indent=1), encoding="utf-8")
    if given.write:
        _write(given.write, report)
    return 0


def _rounds(contenders: Sequence[Contender], given: argparse.Namespace) -> Rounds:
    try:
        wrk.installed()
    except Missing as missing:
        print(f"No load can be sent: {missing}", file=sys.stderr)
        return Rounds()
    loads = [load for load in LOADS if load.name in given.loads]
    with tempfile.TemporaryDirectory() as folder:
        documents = served_documents(Path(folder))
        return measured(contenders, loads, documents, given.rounds, given.seconds)


def _write(page: Path, report: Report) -> None:
    """The tables and the plot, in a page and beside it."""
    titles = {contender.name: contender.title for contender in report.contenders}
    costs = {
        titles[cell.contender].replace("`", ""): figure(cell.cpu_us)
        for cell in report.rounds.cells
        if cell.load == GOAL_LOAD and cell.cpu_us
    }
    text = report.markdown()
    if costs:
        title = "Server CPU per request: the vendor's POST"
        picture = page.parent / _PICTURE
        picture.parent.mkdir(exist_ok=True)
        picture.write_text(svg(title, "µs", costs, "the mock"), encoding="utf-8")
        text = f"![{title}; the figures are in the table below]({_PICTURE})\n\n{text}"
    write_into(page, MARKER, text)


if __name__ == "__main__":
    sys.exit(main())
