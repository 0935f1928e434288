"""How `tallystick fuzz` finds rare faults, beside plain `st fuzz` with as many requests.

Each fault of `tests.rare` is fuzzed with several seeds until it is found. One run of `st fuzz`
against the correct implementation shows what it can find: the implementation counts the requests
that would have met each fault. Until a fault is met, an implementation with that fault responds in
the same way. For the faults that are met, the faulty implementation is fuzzed, too. Plain
Schemathesis raises alarms on the correct implementation; so it finds a fault if it fails something
that it does not fail there.
`make fuzz-bench` prints the table.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from statistics import median

from tests.independent.app import PaymentAccountLinks
from tests.mutants.judges import tallystick
from tests.rare import RARE, MeetingAll, RareFault
from tests.rare.judges import REQUESTS, Fuzzed, by_schemathesis, by_tallystick, until_found


def main() -> int:
    """Print the table. 1 where a fault was missed, or an alarm was false."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzzing", description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds for tallystick fuzz")
    options = parser.parse_args()
    seeds = range(1, options.seeds + 1)
    correct = MeetingAll()
    usual = by_schemathesis(correct, 1, options.requests)
    print(_HEADER)
    missed = [
        fault.name for fault in RARE if not _row(fault, seeds, options.requests, usual, correct)
    ]
    silent = [by_tallystick(PaymentAccountLinks(), seed, options.requests) for seed in seeds]
    alarms = [alarm for fuzzed in silent for alarm in fuzzed.found]
    print(f"\nMissed by tallystick fuzz: {', '.join(missed) or 'none'}.")
    print(
        f"On the correct implementation, {options.requests:,} requests each: tallystick fuzz "
        f"({options.seeds} seeds) raises {len(alarms)} false alarms, st fuzz (1 seed, "
        f"{usual.requests:,} requests) {len(usual.found)}."
    )
    for alarm in (*alarms, *sorted(usual.found)):
        print(f"  {alarm}")
    return 1 if missed or alarms else 0


_HEADER = (
    "| rare fault | tallystick test | tallystick fuzz | at request (median, latest) | st fuzz |\n"
    "|---|---|---|---|---|"
)


def _row(
    fault: RareFault, seeds: Sequence[int], most: int, usual: Fuzzed, correct: MeetingAll
) -> bool:
    """Print what both find; gives whether `tallystick fuzz` found the fault with each seed."""
    needed = [until_found(fault.app(), seed, most) for seed in seeds]
    found = [requests for requests in needed if requests <= most]
    at = f"{median(found):,.0f}, {max(found):,}" if found else "–"
    fixed = "finds it" if tallystick(fault.app, 1).found else "misses it"
    plain = "never meets it"
    if correct.met[fault.name]:
        news = by_schemathesis(fault.app(), 1, most).found - usual.found
        plain = "finds it" if news else f"meets it {correct.met[fault.name]} times, and misses it"
    cells = [fault.name, fixed, f"found with {len(found)} of {len(seeds)} seeds", at, plain]
    print("| " + " | ".join(cells) + " |", flush=True)
    return len(found) == len(seeds)


if __name__ == "__main__":
    sys.exit(main())
