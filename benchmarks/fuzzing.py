"""How `tallystick fuzz` finds rare faults, beside plain `st fuzz` with as many requests.

Each fault of `tests.rare` is fuzzed by both. Plain Schemathesis raises alarms on the correct
implementation, too: it counts as finding a fault where it fails something that it does not fail
there. `make fuzz-bench` prints the table.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from statistics import median

from tests.independent.app import PaymentAccountLinks
from tests.mutants.judges import tallystick
from tests.rare import RARE, RareFault
from tests.rare.judges import REQUESTS, by_schemathesis, by_tallystick


def main() -> int:
    """Print the table. 1 where a fault was missed, or an alarm was false."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzzing", description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds for tallystick fuzz")
    parser.add_argument("--alone", action="store_true", help="without st fuzz, which takes longer")
    options = parser.parse_args()
    seeds = range(1, options.seeds + 1)
    silent = [by_tallystick(PaymentAccountLinks(), seed, options.requests) for seed in seeds]
    alarms = [alarm for fuzzed in silent for alarm in fuzzed.found]
    usual: frozenset[str] | None = None
    if not options.alone:
        usual = by_schemathesis(PaymentAccountLinks(), 1, options.requests).found
    print(_HEADER)
    missed = [fault for fault in RARE if not _row(fault, seeds, options.requests, usual)]
    print(f"\nMissed: {', '.join(fault.name for fault in missed) or 'none'}.")
    print(f"False alarms of tallystick fuzz on the correct implementation: {len(alarms)}.")
    for alarm in alarms:
        print(f"  {alarm}")
    if usual is not None:
        print(f"False alarms of st fuzz there: {', '.join(sorted(usual)) or 'none'}.")
    return 1 if missed or alarms else 0


_HEADER = (
    "| rare fault | tallystick test | tallystick fuzz | at request (median, latest) "
    "| st fuzz | requests |\n|---|---|---|---|---|---|"
)


def _row(
    fault: RareFault, seeds: Sequence[int], requests: int, usual: frozenset[str] | None
) -> bool:
    """Print what both say of a fault; says whether the first found it with each seed."""
    ours = [by_tallystick(fault.app(), seed, requests) for seed in seeds]
    firsts = [fuzzed.first for fuzzed in ours if fuzzed.first is not None]
    at = f"{median(firsts):,.0f}, {max(firsts):,}" if firsts else "–"
    fixed = "finds it" if tallystick(fault.app, 1).found else "misses it"
    cells = [fault.name, fixed, f"found with {len(firsts)} of {len(seeds)} seeds", at]
    if usual is not None:
        plain = by_schemathesis(fault.app(), 1, requests)
        cells += ["finds it" if plain.found - usual else "misses it", f"{plain.requests:,}"]
    print("| " + " | ".join(cells) + " |", flush=True)
    return len(firsts) == len(seeds)


if __name__ == "__main__":
    sys.exit(main())
