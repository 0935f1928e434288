"""Several processes that serve one mock on one port: `--workers`.

Rules: all of them accept from the same listening socket, and keep their state in the same store.
One that dies is started again. Signals to the process that starts them end them all, within
`PATIENCE` seconds; if it dies itself, they end, too.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from tallystick.errors import TallystickError

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

PATIENCE = 4.5
"""How long they may take to end, in seconds; then they are killed."""

_SOON = 1.0
"""Who dies that soon is not started again sooner, in seconds."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT)

Work = Callable[[int], None]
"""What a worker does; it gets its number, from zero."""


class WorkersError(TallystickError):
    """There cannot be several workers."""


def check_workers(count: int, store: str | None) -> None:
    """Whether there can be so many. Raises WorkersError."""
    if count > 1 and store is None:
        raise WorkersError(
            f"--workers {count} needs a store that the workers share, since each of them has a "
            "memory of its own.",
            remedy="Add --store redis://HOST:PORT/DB (Redis 7 or later, or Valkey).",
        )
    if count > 1 and "fork" not in multiprocessing.get_all_start_methods():
        raise WorkersError("--workers needs a system that can fork, which Windows cannot.")


class Workers:
    """So many processes that do some work. `output` gets a line when one is started again."""

    def __init__(self, count: int, work: Work, output: Callable[[str], object]) -> None:
        self.work, self.output = work, output
        self._context = multiprocessing.get_context("fork")
        self._running: dict[int, tuple[ForkProcess, float]] = {}
        self._count = count

    def run(self) -> None:
        """Keep them running until a signal raises something."""
        try:
            for number in range(self._count):
                self._start(number)
            while True:
                self._replace_dead()
        finally:
            with _undisturbed():
                self._end()

    def _start(self, number: int) -> None:
        with _undisturbed():
            process = self._context.Process(target=self._worker, args=(number,))
            process.start()
            self._running[number] = process, time.monotonic()

    def _worker(self, number: int) -> None:
        """What is run in the new process."""
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        self.work(number)

    def _replace_dead(self) -> None:
        wait([process.sentinel for process, _ in self._running.values()])
        for number, (process, begun) in list(self._running.items()):
            if not process.is_alive():
                self.output(f"Worker {number + 1} has died ({_why(process)}): it is started again.")
                time.sleep(max(0.0, begun + _SOON - time.monotonic()))
                self._start(number)

    def _end(self) -> None:
        processes = [process for process, _ in self._running.values()]
        for process in processes:
            process.terminate()
        end = time.monotonic() + PATIENCE
        for process in processes:
            process.join(max(0.0, end - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()


def _why(process: ForkProcess) -> str:
    code = process.exitcode or 0
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No signal in between: a process that nobody knows of yet would go on for ever."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
