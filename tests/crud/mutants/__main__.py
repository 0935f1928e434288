"""How strong the suite is on a whole service: `python -m tests.crud.mutants` prints the table.

Each mutant of the workshop is judged by `tallystick test` and by plain `schemathesis run`; then the
suite must be silent on the right workshop and on each conformant variant.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import mean
from typing import Any

from tests.crud.aiohttp_service import Workshop

from . import MUTANTS, VARIANTS, Mutant
from .hosting import Hosting
from .judges import Judgement, schemathesis, tallystick
from .mutant import Factory

WORKERS = 2


@dataclass(frozen=True)
class Judged:
    """A mutant with what both judges say of it."""

    mutant: Mutant
    ours: Judgement
    plain: Judgement | None

    usual: Judgement

    @property
    def is_caught(self) -> bool:
        """Whether the suite fails it; an advisory one, whether it advises what it does not of the
        right workshop.
        """
        is_advised = bool(self.ours.advised - self.usual.advised)
        return self.ours.code == 1 or (self.mutant.level == "advisory" and is_advised)


def main() -> int:
    """Print the table. 1 where a mutant was missed, or an alarm was false."""
    parser = argparse.ArgumentParser(prog="python -m tests.crud.mutants", description=__doc__)
    parser.add_argument("--family", help="only the mutants of one family, and no variants")
    parser.add_argument("--name", help="only what has this in its name")
    parser.add_argument("--variants", action="store_true", help="only the variants")
    parser.add_argument(
        "--beside",
        type=int,
        default=1,
        metavar="N",
        help="judge each Nth mutant with schemathesis run, too (default: all; 0: none)",
    )
    options = parser.parse_args()
    name = options.name or ""
    mutants = [m for m in MUTANTS if options.family in (None, m.family) and name in m.name]
    with hosting() as host:
        judged = [] if options.variants else _mutants(host, mutants, options.beside)
        false = [] if options.family else _variants(host, name)
    return 1 if false or not all(each.is_caught for each in judged) else 0


@contextmanager
def hosting() -> Iterator[Hosting]:
    host = Hosting()
    try:
        yield host
    finally:
        host.close()


def _mutants(host: Hosting, mutants: Sequence[Mutant], beside: int) -> list[Judged]:
    usual = schemathesis(host, Workshop) if beside else None
    right = tallystick(host, Workshop)

    def judge(place: int, mutant: Mutant) -> Judged:
        plain = schemathesis(host, mutant.app) if beside and place % beside == 0 else None
        judged = Judged(mutant, tallystick(host, mutant.app), plain, right)
        word = "caught" if judged.is_caught else "MISSED"
        print(f"{word}: {mutant.family}: {mutant.name}", file=sys.stderr, flush=True)
        return judged

    with ThreadPoolExecutor(WORKERS) as pool:
        judged = list(pool.map(judge, range(len(mutants)), mutants))
    print(
        "| family | mutants | tallystick test | requests | seconds | schemathesis run | seconds |"
    )
    print("|---|---|---|---|---|---|---|")
    for family in dict.fromkeys(each.mutant.family for each in judged):
        print(_row(family, [each for each in judged if each.mutant.family == family], usual))
    print(_row("**all**", judged, usual))
    missed = [f"{each.mutant.family}: {each.mutant.name}" for each in judged if not each.is_caught]
    print(f"\nMissed: {'; '.join(missed) or 'none'}.")
    return judged


def _row(name: str, judged: Sequence[Judged], usual: Judgement | None) -> str:
    if not judged:
        return f"| {name} | 0 |"
    caught = sum(each.is_caught for each in judged)
    requests = f"{mean(each.ours.requests for each in judged):.0f}"
    cells = [name, str(len(judged)), f"{caught} caught", requests, _seconds(judged)]
    plain = [each.plain for each in judged if each.plain]
    if usual and plain:
        beside = sum(bool(each.found - usual.found) for each in plain)
        cells += [f"{beside} of {len(plain)} caught", f"{mean(each.seconds for each in plain):.1f}"]
    else:
        cells += ["", ""]
    return "| " + " | ".join(cells) + " |"


def _seconds(judged: Sequence[Judged]) -> str:
    return f"{mean(each.ours.seconds for each in judged):.1f}"


def _variants(host: Hosting, name: str) -> list[str]:
    """What the suite says of those on which it is not silent."""
    rows: list[tuple[str, Factory, Any]] = [("the workshop", Workshop, None)]
    rows += [(each.name, each.app, each.document) for each in VARIANTS]
    chosen = [row for row in rows if name in row[0]]

    def judge(row: tuple[str, Factory, Any]) -> Judgement:
        judgement = tallystick(host, row[1], row[2])
        word = "LOUD" if judgement.found else "silent"
        print(f"{word}: {row[0]}", file=sys.stderr, flush=True)
        return judgement

    with ThreadPoolExecutor(WORKERS) as pool:
        judged = list(pool.map(judge, chosen))
    false = [row[0] for row, each in zip(chosen, judged, strict=True) if each.found]
    print(f"\n{len(chosen)} conformant workshops: {len(false)} with false alarms.")
    for row, each in zip(chosen, judged, strict=True):
        for text in sorted(each.found):
            print(f"  {row[0]}: {text}")
        if each.not_covered:
            print(f"  {row[0]}: not passed: {', '.join(sorted(each.not_covered))}")
    return false


if __name__ == "__main__":
    sys.exit(main())
