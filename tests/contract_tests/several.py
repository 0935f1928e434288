"""Runs `tallystick test` against several mutants, one after the other in one process.

`python -m tests.contract_tests.several FOLDER NAME…` leaves exit code, output and report of each
in a folder of its own. A process that has read the contract and its schemas once needs a quarter
of the time for each further run.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from contract_tests.command import run_suite
from contract_tests.plan import read_plan
from tallystick.reader.options import LoadOptions
from tests.contract_tests.commands import SEED, Result, mutant, run_words
from tests.contract_tests.targets import write_target
from tests.independent.serve import serving


def against_each(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, Result]]:
    """What `tallystick test` says of each mutant."""
    run = run_words(folder, ("tests.contract_tests.several", folder, *names))
    assert run.code == 0, run.err
    for number, name in enumerate(names):
        own = folder / str(number)
        out, err = ((own / end).read_text(encoding="utf-8") for end in ("out", "err"))
        yield name, Result(int((own / "code").read_text()), out, err, own / "report")


def main(folder: Path, names: Sequence[str]) -> None:
    """Run the suite against each."""
    for number, name in enumerate(names):
        own = folder / str(number)
        own.mkdir()
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = _code(own, name)
        for end, text in (("code", str(code)), ("out", out.getvalue()), ("err", err.getvalue())):
            (own / end).write_text(text, encoding="utf-8")


def _code(folder: Path, name: str) -> int:
    with serving(mutant(name)()) as url:
        target_file = str(write_target(folder, url))
        plan = read_plan(LoadOptions(), base_url=None, target_file=target_file, seed=SEED)
        assert plan.target is not None
        report = str(folder / "report")
        return run_suite(plan, plan.target, report_dir=report, allow_not_covered=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
