"""Requests per second and server CPU per request: the mock beside a bare ASGI function.

Three kinds of request are measured: the valid POST of the bundled contract, and of `shop.yaml` a
GET of a list of 50 items and a POST of a nested body. All servers run on the same uvicorn, pinned
to one core, with the load from another, in short rounds that alternate, so that a machine whose
speed drifts drifts for all. The result is the median of the ratios, pair by pair. `--before` adds
the mock of another checkout, such as the commit before, to the first kind.
`make bench` runs it; it needs Linux (/proc) and two cores.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import uvloop

CONNECTIONS = 32
WARM_UP = 2_000


def _request(target: str, value: Any = None) -> bytes:
    """A GET, or the POST of a value."""
    head = f"{target} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: bench\r\n"
    head += "Accept: application/json\r\n"
    if value is None:
        return f"{head}\r\n".encode()
    body = orjson.dumps(value)
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


_ORGANISATION = "6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11"
_LINK = {
    "returnUrl": "https://app.example.com/payments/return",
    "refreshUrl": "https://app.example.com/payments/refresh",
}
_ADDRESS = {"street": "Notch Lane 5", "city": "Stickford", "country": "GB"}
_QUOTE = {
    "customer": {"name": "Ada", "email": "ada@example.com", "address": _ADDRESS},
    "lines": [
        {"product": _ORGANISATION, "quantity": number, "options": {"colour": "red", "size": "L"}}
        for number in range(1, 11)
    ],
    "wanted": "2026-01-01T00:00:00Z",
}


@dataclass(frozen=True)
class Kind:
    """A kind of request, and the server that answers it beside the bare one."""

    title: str
    server: str
    request: bytes


KINDS = (
    Kind(
        "POST of the bundled contract",
        "mock",
        _request(f"POST /organisations/{_ORGANISATION}/payment-account/link", _LINK),
    ),
    Kind("GET of a list of 50 items", "shop", _request("GET /catalogue?limit=50")),
    Kind("POST of a nested body", "shop", _request("POST /quotes", _QUOTE)),
)
_LENGTH = re.compile(rb"(?i)content-length: (\d+)")


@dataclass(frozen=True)
class Round:
    """One measurement of one server."""

    requests_per_second: float
    microseconds: float
    """Server CPU time (user and system) per request."""


class _Client(asyncio.Protocol):
    """One kept-alive connection that sends the next request when an answer is complete."""

    def __init__(self, load: _Load) -> None:
        self.load = load
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.next()

    def next(self) -> None:
        if self.load.left > 0:
            self.load.left -= 1
            self.transport.write(self.load.request)  # type: ignore[attr-defined]
        else:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not found or length is None or len(rest) < int(length[1]):
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.load.wrong += 1
        self.buffer = b""
        self.next()

    def connection_lost(self, _: Exception | None) -> None:
        self.load.closed()


class _Load:
    """A number of requests over `CONNECTIONS` connections."""

    def __init__(self, request: bytes, requests: int) -> None:
        self.request = request
        self.left = requests
        self.wrong = 0
        self.open = CONNECTIONS
        self.done = asyncio.Event()

    def closed(self) -> None:
        self.open -= 1
        if not self.open:
            self.done.set()

    async def run(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(CONNECTIONS):
            await loop.create_connection(lambda: _Client(self), "127.0.0.1", port)
        await self.done.wait()
        if self.wrong:
            raise SystemExit(f"{self.wrong} answers were not 200")


def _send(port: int, request: bytes, requests: int) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_Load(request, requests).run(port))


def _cpu_seconds(pid: int) -> float:
    """CPU time of all threads; counted by the scheduler in ns, where /proc/PID/stat has ticks."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((t / "schedstat").read_text().split()[0]) for t in threads) / 1e9


@contextmanager
def _server(name: str, checkout: Path, request: bytes) -> Iterator[tuple[int, int]]:
    """The process id and port of a server of a checkout, pinned to the first core."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(CONNECTIONS * 2)
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.servers", name, str(listener.fileno())],
            pass_fds=[listener.fileno()],
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": str(checkout)},
        )
    os.sched_setaffinity(process.pid, {_CORES[0]})
    try:
        _send(port, request, WARM_UP)  # waits in the socket's queue until the server is up
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(10)


def _measure(pid: int, port: int, request: bytes, requests: int) -> Round:
    cpu, started = _cpu_seconds(pid), time.perf_counter()
    _send(port, request, requests)
    elapsed, used = time.perf_counter() - started, _cpu_seconds(pid) - cpu
    return Round(requests / elapsed, used / requests * 1e6)


_CORES = sorted(os.sched_getaffinity(0))
_HERE = Path(__file__).parents[1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=5_000, help="in each round")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--before", type=Path, help="another checkout, whose mock is measured, too")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {_CORES[-1]})
    for kind in KINDS:
        servers = {"bare": ("bare", _HERE), "mock": (kind.server, _HERE)}
        if arguments.before and kind.server == "mock":
            servers["before"] = ("mock", arguments.before.resolve())
        print(f"\n{kind.title}")
        _report(_alternating(kind.request, servers, arguments.rounds, arguments.requests))


def _alternating(
    request: bytes, servers: dict[str, tuple[str, Path]], count: int, requests: int
) -> dict[str, list[Round]]:
    """So many rounds of each server."""
    rounds: dict[str, list[Round]] = {name: [] for name in servers}
    with ExitStack() as stack:
        places = {
            name: stack.enter_context(_server(*server, request)) for name, server in servers.items()
        }
        for number in range(count):
            order = list(places) if number % 2 else list(reversed(places))
            for name in order:
                rounds[name].append(_measure(*places[name], request, requests))
    return rounds


_TITLES = {
    "bare": "bare ASGI function",
    "mock": "mock (Connexion)",
    "before": "mock of the other checkout",
}


def _report(rounds: dict[str, list[Round]]) -> None:
    print(f"{'median of the rounds':<27}{'requests/s':>12}{'CPU µs/request':>16}")
    for name, measured in rounds.items():
        speed = statistics.median(r.requests_per_second for r in measured)
        cost = statistics.median(r.microseconds for r in measured)
        print(f"{_TITLES[name]:<27}{speed:>12,.0f}{cost:>16.1f}")
    for name in [name for name in rounds if name != "mock"]:
        pairs = zip(rounds["mock"], rounds[name], strict=True)
        ratios = sorted(mock.microseconds / other.microseconds for mock, other in pairs)
        quarters = statistics.quantiles(ratios, n=4)
        print(
            f"CPU per request, mock / {_TITLES[name]}: {statistics.median(ratios):.3f} (median of "
            f"{len(ratios)} pairs of rounds, half of them {quarters[0]:.3f} to {quarters[2]:.3f})"
        )


if __name__ == "__main__":
    main()
