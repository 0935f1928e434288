"""A real Dask cluster on this machine: a scheduler and its workers, each a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from distributed import Client, Scheduler

from tests.contract_tests.commands import ROOT

_PATIENCE = 60.0
"""Seconds to wait for workers."""


@dataclass
class Cluster:
    """A scheduler under way; workers come and go. Their output is in files of `folder`."""

    folder: Path
    scheduler: subprocess.Popen[bytes]
    address: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, count: int, *before: str) -> None:
        """Start so many more workers, with words before their command."""
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
        folder = ("--local-directory", str(self.folder))
        names = [f"worker-{time.monotonic_ns()}-{index}" for index in range(count)]
        self.workers += [
            _started(
                self.folder, name, "dask_worker", self.address, *options, *folder, before=before
            )
            for name in names
        ]

    def restart(self) -> None:
        """Kill the scheduler, and start another one at its address."""
        kill(self.scheduler)
        port = self.address.rpartition(":")[2]
        words = ("--host", "127.0.0.1", "--port", port, "--no-dashboard", "--no-show")
        self.scheduler = _started(self.folder, "again", "dask_scheduler", *words)

    def have(self, count: int, *before: str) -> None:
        """Start or end workers until so many live, and wait until the scheduler knows."""
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        for worker in self.workers[count:]:
            kill(worker)
        self.workers = self.workers[:count]
        self.start(count - len(self.workers), *before)
        deadline = time.monotonic() + _PATIENCE
        with Client(self.address) as client:
            while len(client.nthreads()) != count:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"not {count} workers: {self.texts}")
                time.sleep(0.02)

    def installed(self) -> set[str]:
        """What is installed on the scheduler: its handlers and plugins."""

        def names(dask_scheduler: Scheduler) -> set[str]:
            return {*dask_scheduler.handlers, *dask_scheduler.plugins}

        with Client(self.address) as client:
            return set(client.run_on_scheduler(names))

    def end_workers(self) -> None:
        """End the workers, and wait until they have."""
        for worker in self.workers:
            kill(worker)
        self.workers.clear()

    @property
    def texts(self) -> str:
        """The output of all its processes."""
        return "\n".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process."""
    process.kill()
    process.wait(10)


@contextmanager
def dask_cluster() -> Iterator[Cluster]:
    """A scheduler on a free port, without workers yet."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scheduler = _started(
            folder, "scheduler", "dask_scheduler", "--host", "127.0.0.1", "--port", "0",
            "--no-dashboard", "--no-show",
        )  # fmt: skip
        cluster = Cluster(folder, scheduler, _address(folder / "scheduler.log", scheduler))
        try:
            yield cluster
        finally:
            cluster.end_workers()
            kill(cluster.scheduler)


def _started(
    folder: Path, name: str, module: str, *words: str, before: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [*before, sys.executable, "-m", f"distributed.cli.{module}", *words],
            cwd=ROOT,
            env=_environment(),
            stdout=log,
            stderr=log,
        )


def _environment() -> Mapping[str, str]:
    """A cluster's own: none of the variables that a target file names."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TALLY_")}


def _address(log: Path, scheduler: subprocess.Popen[bytes]) -> str:
    """The address that the scheduler prints."""
    with log.open() as lines:
        while scheduler.poll() is None:
            line = lines.readline()
            if "Scheduler at:" in line:
                return line.split()[-1]
    raise RuntimeError(log.read_text())
