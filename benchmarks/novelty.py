"""Whether novelty pays: how many requests `tallystick fuzz` needs for the rare faults, with it and
without.

Each fault of `tests.rare` is fuzzed with the same seeds in both ways, until it is found. `make
novelty-bench` prints the table.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from tests.rare import RARE, RareFault
from tests.rare.judges import REQUESTS, until_found


def main() -> int:
    """Print the table, and which of both is better."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.novelty", description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--seeds", type=int, default=10)
    options = parser.parse_args()
    seeds = range(1, options.seeds + 1)
    print("| rare fault | requests without (median) | with `--novelty` |\n|---|---|---|")
    medians = [_row(fault, seeds, options.requests) for fault in RARE]
    fewer = sum(with_it < without for without, with_it in medians)
    sums = [sum(column) for column in zip(*medians, strict=True)]
    print(f"\nFewer with novelty: {fewer} of {len(RARE)} faults.")
    print(f"Sum of the medians: {sums[0]:,.0f} without, {sums[1]:,.0f} with.")
    return 0


def _row(fault: RareFault, seeds: Sequence[int], most: int) -> tuple[float, float]:
    """Print what it takes to find a fault; gives the medians without and with novelty."""
    without, with_it = (_median(fault, seeds, most, *options) for options in ((), ("--novelty",)))
    print(f"| {fault.name} | {without:,.0f} | {with_it:,.0f} |", flush=True)
    return without, with_it


def _median(fault: RareFault, seeds: Sequence[int], most: int, *options: str) -> float:
    with ThreadPoolExecutor(2) as pool:  # what is counted are requests, not seconds
        return median(pool.map(lambda seed: until_found(fault.app(), seed, most, *options), seeds))


if __name__ == "__main__":
    sys.exit(main())
