"""The two commands of the suite, each run in a process of its own."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.contract_tests.targets import stateless_text, write, write_target
from tests.independent.app import PaymentAccountLinks
from tests.independent.serve import Application, serving
from tests.mutants import MUTANTS

ROOT = Path(__file__).parents[2]
SEED = 7


@dataclass(frozen=True)
class Result:
    """How a command ended, what it printed, and the folder of its report."""

    code: int
    out: str
    err: str
    folder: Path

    @property
    def report(self) -> Any:
        return json.loads((self.folder / "report.json").read_text(encoding="utf-8"))

    @property
    def junit(self) -> str:
        return (self.folder / "junit.xml").read_text(encoding="utf-8")

    @property
    def texts(self) -> dict[str, str]:
        """All that was printed or written."""
        files = {path.name: path.read_text(encoding="utf-8") for path in self.folder.glob("*")}
        return {"standard output": self.out, "standard error": self.err, **files}

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict of each case."""
        return {_label(case): case["verdict"] for case in self.report["cases"]}

    @property
    def heavy(self) -> list[dict[str, Any]]:
        """The findings above the advisory."""
        return [found for found in self.report["findings"] if found["level"] != "advisory"]

    @property
    def broken(self) -> list[dict[str, Any]]:
        """The findings, without the counts of refusals that a document does not have: hardly any
        document has them all.
        """
        found = self.report["findings"]
        return [each for each in found if each["check"] != "undocumented refusal"]

    def case(self, label: str) -> Any:
        return next(case for case in self.report["cases"] if _label(case) == label)


def _label(case: Mapping[str, Any]) -> str:
    return f"{case['status']} {case['code'] or ''}".strip()


class Commands:
    """Processes that run commands, each one at a time (see `forked`); lent to whoever has one
    to run.
    """

    def __init__(self, count: int) -> None:
        self.free: queue.Queue[subprocess.Popen[str]] = queue.Queue()
        self.all = [self._started() for _ in range(count)]
        for process in self.all:
            self.free.put(process)

    def run(self, words: list[str], env: Mapping[str, str], folder: Path) -> int:
        """Run `python -m` with these words, its output in the folder, and give its exit code."""
        order = {"words": words, "env": dict(env), "out": f"{folder}/out", "err": f"{folder}/err"}
        process = self.free.get()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            return int(process.stdout.readline())
        finally:
            self.free.put(process)

    def close(self) -> None:
        """Let the processes end."""
        for process in self.all:
            process.communicate()

    def _started(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.contract_tests.forked"]
        return subprocess.Popen(
            command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )


_COUNT = 2
_COMMANDS: list[Commands] = []
_STARTING = threading.Lock()


def _commands() -> Commands:
    """The processes for the commands; they start when the first command is run."""
    with _STARTING:
        if not _COMMANDS:
            _COMMANDS.append(Commands(_COUNT))
        return _COMMANDS[0]


@contextmanager
def commands() -> Iterator[None]:
    """Let the processes of the commands end afterwards, if any has started."""
    try:
        yield
    finally:
        while _COMMANDS:
            _COMMANDS.pop().close()


def tallystick_test(folder: Path, *options: object, env: Mapping[str, str] | None = None) -> Result:
    """Run `tallystick test`; its report goes into the folder."""
    report = () if "--report-dir" in options else ("--report-dir", folder / "report")
    return run_words(folder, ("tallystick", "test", *options, *report), env)


def pytest_suite(
    folder: Path,
    *options: object,
    tests: str = "contract_tests",
    env: Mapping[str, str] | None = None,
) -> Result:
    """Run `pytest contract_tests`, or some of its tests; its report goes into the folder."""
    words = ("pytest", "-q", "-p", "no:cacheprovider", tests, *options)
    return run_words(folder, (*words, "--report-dir", folder / "report"), env)


def check(folder: Path, app: Application, seed: int = SEED) -> Result:
    """Run `tallystick test` with a whole target file against an application."""
    with serving(app) as url:
        return tallystick_test(folder, "--target", write_target(folder, url), "--seed", seed)


def against(folder: Path, name: str) -> Result:
    """Run `tallystick test` against a mutant."""
    return check(folder, mutant(name)())


def mutant(name: str) -> Callable[[], PaymentAccountLinks]:
    """What makes the application of a mutant."""
    return next(mutant.app for mutant in MUTANTS if mutant.name == name)


def stateless(folder: Path, *options: object) -> Result:
    """Run `tallystick test` with a target file that reaches no state."""
    with serving(PaymentAccountLinks()) as url:
        target = write(folder, stateless_text(url))
        return tallystick_test(folder, "--target", target, "--seed", SEED, *options)


def run_words(
    folder: Path, words: tuple[object, ...], env: Mapping[str, str] | None = None
) -> Result:
    """Run `python -m` with these words; the report is expected in the folder."""
    variables = {**os.environ, "PYTHONIOENCODING": "utf-8", **(env or {})}
    code = _commands().run([str(word) for word in words], variables, folder)
    out, err = ((folder / name).read_text(encoding="utf-8") for name in ("out", "err"))
    return Result(code, out, err, folder / "report")
