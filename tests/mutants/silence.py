"""Whether the suite is silent on conformant variants, and loud on mutants, in one process.

`python -m tests.mutants.silence SEEDS NAME…` judges each named variant or mutant with seeds from 0
and prints a line of JSON for each: what it found above the advisory. A seed decides over the data
of the properties alone, so that all else is run with the first one only.
"""

import contextlib
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from contract_tests.command import run_pytest
from contract_tests.plan import read_plan
from contract_tests.results.report import exit_code
from tallystick.reader.options import LoadOptions
from tests.independent.app import PaymentAccountLinks
from tests.independent.serve import serving
from tests.mutants import MUTANTS, VARIANTS
from tests.mutants.judges import App, keyed_target

APPS: dict[str, App] = {
    **{mutant.name: mutant.app for mutant in MUTANTS},
    **{variant.name: variant.app for variant in VARIANTS},
    "the correct implementation": PaymentAccountLinks,
}


def alarms(names: Sequence[str], seeds: int) -> list[str]:
    """What the suite says of those on which it is not silent."""
    return [
        f"{name}, seed {seed}: exit code {code}, {'; '.join(found)}"
        for name, seed, code, found in outcomes(names, seeds=seeds)
        if code or found
    ]


def outcomes(names: Sequence[str], *, seeds: int) -> Iterator[tuple[str, int, int, list[str]]]:
    """Name, seed, exit code and findings of each, judged in a process of its own."""
    command = [sys.executable, "-m", "tests.mutants.silence", str(seeds), *names]
    root = Path(__file__).parents[2]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    for line in run.stdout.splitlines():
        name, seed, code, found = json.loads(line)
        yield name, seed, code, found


def judge(app: App, seed: int) -> tuple[int, list[str]]:
    """The suite's exit code for an implementation, and what it finds above the advisory."""
    options = ["-k", "test_properties"] if seed else []
    with tempfile.TemporaryDirectory() as name, serving(app()) as url:
        target_file = str(keyed_target(Path(name), url))
        plan = read_plan(LoadOptions(), base_url=None, target_file=target_file, seed=seed)
        silent = io.StringIO()
        with contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent):
            progress = run_pytest(plan, *options)
    if progress.run is None or progress.errors:
        return 2, progress.errors
    found = [f for f in progress.run.findings if f.check.level != "advisory"]
    code = exit_code(progress.run, allow_not_covered=bool(seed))
    return code, [f"{f.check.name}: {f.full_message}" for f in found]


def main(seeds: int, names: Sequence[str]) -> None:
    """Judge each, and print what is found."""
    for name in names:
        for seed in range(seeds):
            print(json.dumps([name, seed, *judge(APPS[name], seed)]), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
