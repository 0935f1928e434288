"""How strong the suite is: `make mutants` prints the table.

Each mutant is judged by `tallystick test` and by plain `schemathesis run`; then the suite must be
silent on the correct implementation and on each conformant variant, over several seeds.
"""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import mean

from tests.independent.app import PaymentAccountLinks
from tests.mutants import MUTANTS, VARIANTS, Mutant
from tests.mutants.judges import Judgement, schemathesis, tallystick
from tests.mutants.silence import alarms

WORKERS = 2
SEED = 1


@dataclass(frozen=True)
class Judged:
    """A mutant with what both judges say of it."""

    mutant: Mutant
    ours: Judgement
    plain: Judgement


def main() -> int:
    """Print the table. 1 where a mutant was missed, or an alarm was false."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="seeds for each variant")
    parser.add_argument("--family", help="only the mutants of one family, and no variants")
    options = parser.parse_args()
    mutants = [m for m in MUTANTS if options.family in (None, m.family)]
    missed = _judge_mutants(mutants)
    false = [] if options.family else _judge_variants(options.seeds)
    return 1 if missed or false else 0


def _judge_mutants(mutants: Sequence[Mutant]) -> list[str]:
    usual = schemathesis(PaymentAccountLinks, SEED)
    with ThreadPoolExecutor(WORKERS) as pool:
        judged = list(pool.map(_judge, mutants))
    demanded = [item for item in judged if item.mutant.level != "advisory"]
    advised = [item for item in judged if item.mutant.level == "advisory"]
    print(_HEADER)
    for family in dict.fromkeys(item.mutant.family for item in demanded):
        print(_row(family, [item for item in demanded if item.mutant.family == family], usual))
    print(_row("**all**", demanded, usual))
    if advised:
        print(_row("good practice (advisory)", advised, usual))
    slowest = max(judged, key=lambda item: item.ours.seconds)
    most = max(judged, key=lambda item: item.ours.requests)
    print(
        f"\nAt most {most.ours.requests} requests ({most.mutant.name}) and "
        f"{slowest.ours.seconds:.1f} s ({slowest.mutant.name}) for a verdict of tallystick test."
    )
    missed = [item.mutant.name for item in judged if not _is_caught(item)]
    print(f"Missed: {', '.join(missed) or 'none'}.")
    print(
        f"schemathesis run raises {len(usual.found)} false alarms on the correct implementation: "
        f"{', '.join(sorted(usual.found))}."
    )
    return missed


def _judge(mutant: Mutant) -> Judged:
    judged = Judged(mutant, tallystick(mutant.app, SEED), schemathesis(mutant.app, SEED))
    print(f"{'caught' if _is_caught(judged) else 'MISSED'}: {mutant.name}", file=sys.stderr)
    return judged


def _is_caught(judged: Judged) -> bool:
    """Whether the suite finds a mutant; one that only good practice forbids, as an advice."""
    ours = judged.ours
    return bool(ours.advised) if judged.mutant.level == "advisory" else ours.code == 1


_HEADER = (
    "| family | mutants | tallystick test | requests | seconds "
    "| schemathesis run | requests | seconds |\n|---|---|---|---|---|---|---|---|"
)


def _row(name: str, judged: Sequence[Judged], usual: Judgement) -> str:
    ours = [item.ours for item in judged]
    plain = [item.plain for item in judged]
    caught = sum(_is_caught(item) for item in judged)
    beside = sum(bool(item.plain.found - usual.found) for item in judged)
    cells = [name, str(len(judged)), f"{caught} caught", *_cost(ours), f"{beside} caught"]
    return "| " + " | ".join([*cells, *_cost(plain)]) + " |"


def _cost(judgements: Sequence[Judgement]) -> tuple[str, str]:
    """Requests and seconds of a verdict, on average."""
    requests = mean(item.requests for item in judgements)
    return f"{requests:.0f}", f"{mean(item.seconds for item in judgements):.1f}"


def _judge_variants(seeds: int) -> list[str]:
    names = [variant.name for variant in VARIANTS]
    halves = [names[start::WORKERS] for start in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        false = [
            alarm for half in pool.map(lambda part: alarms(part, seeds), halves) for alarm in half
        ]
    print(f"\n{len(VARIANTS)} conformant variants, {seeds} seeds each: {len(false)} false alarms.")
    for alarm in false:
        print(f"  {alarm}")
    return false


if __name__ == "__main__":
    sys.exit(main())
