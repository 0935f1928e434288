"""What a fuzz on a Dask cluster costs: measured with 1 and 2 workers here, modelled beyond.

Two fuzzes of the mock differ in their number of requests only. The difference of their CPU times
(of workers, scheduler, and the command that merges the results) is the cost of these requests,
without that of a start. It measures CPU time because workers, scheduler, command and mock share
this machine. `make scale-bench` prints both tables; it needs Linux (/proc).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.end_to_end.mock import running_mock
from tests.fuzzing.clusters import Cluster, dask_cluster

WORKERS = (1, 2)
MODELLED = (1, 2, 4, 8, 16, 32, 64)
LATENCIES = (0.001, 0.05)
"""Seconds that a target takes to respond."""


@dataclass(frozen=True)
class Cost:
    """CPU seconds of all workers, the scheduler, and the command; the requests, and the seconds
    that they took.
    """

    worker: float
    scheduler: float
    command: float
    requests: int
    seconds: float

    def beyond(self, start: Cost) -> Cost:
        """What each request beyond those of another fuzz cost."""
        more = self.requests - start.requests
        return Cost(
            (self.worker - start.worker) / more,
            (self.scheduler - start.scheduler) / more,
            (self.command - start.command) / more,
            more,
            self.seconds - start.seconds,
        )


def main() -> int:
    """Print the measurement, and the model made from it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--few", type=int, default=500)
    parser.add_argument("--many", type=int, default=3_000)
    options = parser.parse_args()
    print(_MEASURED)
    costs = [_measured(workers, options.few, options.many) for workers in WORKERS]
    print(_MODEL)
    for workers in MODELLED:
        rates = [_modelled(costs[-1], workers, latency) for latency in LATENCIES]
        print(f"| {workers} | " + " | ".join(f"{rate:,.0f} ({why})" for rate, why in rates) + " |")
    return 0


_MEASURED = (
    "| workers | requests a second | CPU ms a request: worker | scheduler | command |\n"
    "|---|---|---|---|---|"
)
_MODEL = "\n| workers | requests a second, responses in 1 ms | responses in 50 ms |\n|---|---|---|"


def _measured(workers: int, few: int, many: int) -> Cost:
    """Print what one request costs with so many workers."""
    with running_mock() as url, dask_cluster() as cluster, tempfile.TemporaryDirectory() as name:
        cluster.have(workers)
        _fuzz(cluster, url, Path(name), 50 * workers)  # to import, and to compile
        start = _fuzz(cluster, url, Path(name), few)
        cost = _fuzz(cluster, url, Path(name), many).beyond(start)
    shown = (f"{1_000 * each:.2f}" for each in (cost.worker, cost.scheduler, cost.command))
    print(f"| {workers} | {cost.requests / cost.seconds:,.0f} | {' | '.join(shown)} |", flush=True)
    return cost


def _fuzz(cluster: Cluster, url: str, folder: Path, requests: int) -> Cost:
    before = _cpu(cluster)
    options = ("--base-url", url, "--scheduler", cluster.address, "--seed", "1")
    limits = ("--max-requests", str(requests), "--report-dir", str(folder))
    command = [sys.executable, "-m", "tallystick", "fuzz", *options, *limits]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        watched = psutil.Process(process.pid)
        used = 0.0
        while process.poll() is None:
            used = _seconds(watched) or used
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
    after = _cpu(cluster)
    seconds = json.loads((folder / "report.json").read_text())["seconds"]
    return Cost(after[0] - before[0], after[1] - before[1], used, requests, seconds)


def _cpu(cluster: Cluster) -> tuple[float, float]:
    """The CPU seconds of the workers and of the scheduler so far."""
    workers = sum(_seconds(psutil.Process(worker.pid)) for worker in cluster.workers)
    return workers, _seconds(psutil.Process(cluster.scheduler.pid))


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _modelled(cost: Cost, workers: int, latency: float) -> tuple[float, str]:
    """Requests a second with so many workers, each with a core of its own, and what limits them."""
    limits = {
        "workers": workers / (cost.worker + latency),
        "scheduler": 1 / cost.scheduler,
        "command": 1 / cost.command,
    }
    what = min(limits, key=lambda name: limits[name])
    return limits[what], what


if __name__ == "__main__":
    sys.exit(main())
