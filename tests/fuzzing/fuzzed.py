"""`tallystick fuzz` as a process of its own, and applications to let it loose on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.contract_tests.commands import ROOT, Result, run_words
from tests.contract_tests.targets import Recording, stateless_text, write
from tests.independent.app import Answer, Link, Request
from tests.independent.serve import Application, serving

SEED = 1


def fuzz(folder: Path, *options: object, env: Mapping[str, str] | None = None) -> Result:
    """Run `tallystick fuzz`; its report goes into the folder, and nothing is kept."""
    return run_words(folder, words(folder, *options), env)


def words(folder: Path, *options: object) -> tuple[object, ...]:
    """The words of `tallystick fuzz`, with what a test always says unless it says otherwise."""
    usual = {"--database": "none", "--seed": SEED, "--report-dir": folder / "report"}
    more = [word for name, value in usual.items() if name not in options for word in (name, value)]
    return ("tallystick", "fuzz", *options, *more)


def fuzz_app(
    folder: Path,
    app: Application,
    *options: object,
    table: str = "",
    env: Mapping[str, str] | None = None,
) -> Result:
    """Serve an application and fuzz it, with a target file whose end is this table [fuzz]."""
    with serving(app) as url:
        target = write(folder, f"{stateless_text(url)}\n{table}")
        return fuzz(folder, "--target", target, *options, env=env)


def ledger(run: Result) -> list[dict[str, Any]]:
    """The lines of a run's ledger, by their numbers."""
    text = (run.folder / "requests.ndjson").read_text(encoding="utf-8")
    return sorted((json.loads(line) for line in text.splitlines()), key=lambda e: e["number"])


def checks(run: Result) -> list[str]:
    """The names of what is broken, above the advisory."""
    return [finding["check"] for finding in run.heavy]


class CountingApp(Recording):
    """The correct implementation. It counts its responses, and sets an event after so many
    requests.
    """

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[int] = []
        self._called: list[tuple[int, threading.Event]] = []

    def after(self, count: int) -> threading.Event:
        """An event that is set when so many requests have come."""
        event = threading.Event()
        self._called.append((count, event))
        return event

    def answer(self, request: Request) -> Answer:
        for count, event in self._called:
            if len(self.seen) >= count:
                event.set()
        answer = self.respond(request)
        self.statuses.append(answer.status)
        return answer

    def respond(self, request: Request) -> Answer:
        """The answer to a request; to be overridden."""
        return super().answer(request)

    @property
    def times(self) -> list[float]:
        """When the requests came, in order."""
        return sorted(came for came, _ in self.seen)


class Failing(CountingApp):
    """Answers 500 to each request that has this in its body."""

    def __init__(self, trigger: bytes) -> None:
        super().__init__()
        self.trigger = trigger

    def respond(self, request: Request) -> Answer:
        if self.trigger in request.body:
            return self.problem(500, None, "something went wrong")
        return super().respond(request)


class Opening(CountingApp):
    """Does something with the addresses that it is given, if they are the canary's."""

    def __init__(self, use: Callable[[str], None]) -> None:
        super().__init__()
        self.use = use

    def success(self, link: Link) -> Answer:
        if "tallystick-canary" in link.return_url:
            self.use(link.return_url)
        return super().success(link)


class Fuzz:
    """`tallystick fuzz` under way, in a process group of its own, as a terminal would start it."""

    def __init__(self, folder: Path, *options: object, env: Mapping[str, str]) -> None:
        self.folder = folder / "report"
        command = [sys.executable, "-m", *(str(word) for word in words(folder, *options))]
        env = {**os.environ, "PYTHONIOENCODING": "utf-8", **env}
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def signal(self, number: signal.Signals, *, to_all: bool = True) -> None:
        """Send a signal: to all its processes, as a terminal does, or to the first one alone."""
        (os.killpg if to_all else os.kill)(self.process.pid, number)

    def read_until(self, text: str) -> None:
        """Read standard error up to the line that has this text."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if text in line:
                return
        raise AssertionError(f"it never said {text!r}")

    def result(self, seconds: float = 120.0) -> Result:
        """How it ended."""
        out, err = self.process.communicate(timeout=seconds)
        return Result(self.process.returncode, out, err, self.folder)

    def has_processes(self, count: int, seconds: float = 60.0) -> bool:
        """Whether it comes to have so many processes, within so many seconds. Linux only."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if sum(self._is_own(place) for place in Path("/proc").glob("[0-9]*")) >= count:
                return True
            time.sleep(0.005)
        return False

    def _is_own(self, place: Path) -> bool:
        with suppress(OSError):
            # The fields after the name: state, parent, process group (proc_pid_stat(5)).
            return (
                int((place / "stat").read_text().rpartition(")")[2].split()[2]) == self.process.pid
            )
        return False

    def is_over(self, seconds: float = 60.0) -> bool:
        """Whether all its processes end, within so many seconds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.process.poll()  # a process that nobody asks for stays in its group
            try:
                os.killpg(self.process.pid, 0)
            except ProcessLookupError:
                return True
            time.sleep(0.02)
        return False


@contextmanager
def fuzzing(folder: Path, *options: object, env: Mapping[str, str] | None = None) -> Iterator[Fuzz]:
    """A fuzz under way; whatever is left of it at the end of the block is killed."""
    started = Fuzz(folder, *options, env=env or {})
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.process.pid, signal.SIGKILL)
        started.process.communicate()
