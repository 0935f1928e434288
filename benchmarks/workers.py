"""What a store in Redis costs, and what several workers bring: `python -m benchmarks.workers`.

The mock of the bundled contract is measured with its own memory, with Redis, and with two workers
on Redis, by wrk, in rounds that alternate; the medians are printed. The load is the valid POST of
the bundled contract, which asks Redis twice: at the beginning of a request, and in the end. CPU is
that of the mock's processes and of Redis, per request, as /proc counts it. It needs redis-server
and wrk, and tells little where wrk, Redis and the workers have fewer than four cores: the table
says how many there are.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import psutil

from tests.mock_server.documented import VALID, path
from tests.redis_server import RedisServer

CONNECTIONS = 32
_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}
_SCRIPT = """
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = {body}
"""


@dataclass(frozen=True)
class Setup:
    """What is measured."""

    title: str
    workers: int
    in_redis: bool


SETUPS = (
    Setup("embedded, 1 process", 1, in_redis=False),
    Setup("Redis, 1 worker", 1, in_redis=True),
    Setup("Redis, 2 workers", 2, in_redis=True),
)


@dataclass(frozen=True)
class Measured:
    """One round: requests per second, milliseconds at 32 connections and at one, microseconds of
    CPU per request.
    """

    rate: float
    p50: float
    p99: float
    alone: float
    mock: float
    redis: float


@contextmanager
def served(setup: Setup, redis: RedisServer) -> Iterator[tuple[psutil.Process, str]]:
    """The mock as process, and its base URL."""
    options = ["--workers", str(setup.workers), "-q", "--port", "0", "--no-watch"]
    options += ["--store", redis.address(prefix=f"{setup.workers}:")] if setup.in_redis else []
    command = [sys.executable, "-m", "tallystick", "mock", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        try:
            yield psutil.Process(process.pid), found[0]
        finally:
            process.terminate()


def cpu(process: psutil.Process) -> float:
    """The CPU seconds of a process and its children."""
    times = [each.cpu_times() for each in (process, *process.children())]
    return sum(each.user + each.system for each in times)


def wrk(url: str, script: Path, connections: int, seconds: int) -> dict[str, float]:
    """What wrk counted: requests, their rate, and milliseconds of the percentiles."""
    options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script)]
    done = subprocess.run(["wrk", *options, f"{url}{path()}"], capture_output=True, text=True)
    if done.returncode or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise SystemExit(f"wrk: {done.stdout}{done.stderr}")
    found = re.findall(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s)$", done.stdout, re.MULTILINE)
    times = {f"p{name}": float(number) * _UNITS[unit] for name, number, unit in found}
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    count = re.search(r"(\d+) requests in", done.stdout)
    assert rate is not None
    assert count is not None
    return {**times, "rate": float(rate[1]), "count": float(count[1])}


def measured(
    process: psutil.Process, url: str, redis: psutil.Process, script: Path, seconds: int
) -> Measured:
    """One round."""
    before = cpu(process), cpu(redis)
    many = wrk(url, script, CONNECTIONS, seconds)
    spent = cpu(process) - before[0], cpu(redis) - before[1]
    alone = wrk(url, script, 1, max(1, seconds // 2))
    mock, store = (each / many["count"] * 1e6 for each in spent)
    return Measured(many["rate"], many["p50"], many["p99"], alone["p50"], mock, store)


def report(rounds: dict[Setup, list[Measured]]) -> None:
    """Print the table, and what Redis costs."""
    print(f"{os.cpu_count()} cores, medians of {len(rounds[SETUPS[0]])} rounds")
    print(
        f"{'':<22}{'requests/s':>12}{'p50':>9}{'p99':>9}{'p50 alone':>11}"
        f"{'CPU mock':>10}{'CPU Redis':>11}"
    )
    middle: dict[Setup, Measured] = {}
    for setup, found in rounds.items():
        columns = zip(*(vars(each).values() for each in found), strict=True)
        middle[setup] = row = Measured(*map(statistics.median, columns))
        print(
            f"{setup.title:<22}{row.rate:>12,.0f}{row.p50:>6.2f} ms{row.p99:>6.1f} ms"
            f"{row.alone:>8.2f} ms{row.mock:>7.0f} µs{row.redis:>8.0f} µs"
        )
    embedded, redis = middle[SETUPS[0]], middle[SETUPS[1]]
    print(
        f"Redis costs {redis.mock - embedded.mock:.0f} µs of the mock's CPU per request, "
        f"{redis.redis:.0f} µs of its own, and {redis.alone - embedded.alone:.2f} ms where one "
        "request comes after the other."
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3, help="of each round")
    arguments = parser.parse_args()
    rounds: dict[Setup, list[Measured]] = {setup: [] for setup in SETUPS}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        script = folder / "post.lua"
        body = orjson.dumps(orjson.dumps(VALID).decode()).decode()
        script.write_text(_SCRIPT.format(body=body), encoding="utf-8")
        redis = stack.enter_context(RedisServer(folder))
        assert redis.process is not None
        store = psutil.Process(redis.process.pid)
        mocks = {setup: stack.enter_context(served(setup, redis)) for setup in SETUPS}
        for setup in SETUPS:
            wrk(mocks[setup][1], script, CONNECTIONS, 1)
        for number in range(arguments.rounds):
            for setup in SETUPS if number % 2 else reversed(SETUPS):
                process, url = mocks[setup]
                rounds[setup].append(measured(process, url, store, script, arguments.seconds))
    report(rounds)


if __name__ == "__main__":
    main()
