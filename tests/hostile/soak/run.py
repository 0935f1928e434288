"""The soak itself: two mocks in processes of their own, clients, and what must hold at the end."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import IO

from .connection import clients, watch
from .kinds import CONTRACT, SHOP
from .tally import Tally

DOCUMENT = Path(__file__).parents[2] / "mock_server" / "collections" / "shop.yaml"
CLIENTS = 12
WATCHERS = 4
"""Of each mock, how many send requests, and how many read the live log."""

SHORT = 100_000
"""Of fewer requests, the first tenth does not fill what a mock remembers."""

GARBAGE = "WARNING: Invalid HTTP request received."

MOST_GROWTH = 0.1
MOST_GROWTH_OF_SHORT = 1.0


@dataclass(frozen=True)
class Soaked:
    """What a soak found."""

    tally: Tally
    errors: str
    """What the mocks wrote."""

    exits: tuple[int, ...]

    @property
    def is_flat(self) -> bool:
        """Whether the mocks' memory stayed as it was after the first tenth."""
        most = MOST_GROWTH if self.tally.wanted >= SHORT else MOST_GROWTH_OF_SHORT
        return self.tally.growth <= most

    @property
    def is_right(self) -> bool:
        """Whether all is as it must be."""
        return self.is_flat and not self.tally.wrong and not self.errors and not any(self.exits)

    @property
    def lines(self) -> list[str]:
        """What is printed."""
        return [
            *self.tally.table(),
            "",
            f"{len(self.tally.wrong)} wrong answers; the mocks wrote "
            f"{len(self.errors.splitlines())} lines of errors, and ended with {self.exits}",
            f"after the first tenth, memory grew by {self.tally.growth:.1%}",
            *self.errors.splitlines()[:40],
        ]


class _Mock:
    """A mock in a process of its own, which remembers 32 MiB, so that this is soon full."""

    def __init__(self, process: subprocess.Popen[str], errors: IO[str]) -> None:
        self.process, self.errors = process, errors
        assert process.stdout is not None
        found = re.search(r"http://\S+:(\d+)", process.stdout.readline())
        if found is None:
            raise SystemExit("a mock did not start")
        self.port = int(found[1])

    def resident(self) -> int:
        """Its memory, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            return 1  # only Linux says
        lines = status.read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) * 1024

    def end(self) -> int:
        """End it, and give its exit code."""
        self.process.terminate()
        return self.process.wait(60)


@contextmanager
def _mock(*arguments: str) -> Iterator[_Mock]:
    command = [sys.executable, "-m", "tallystick", "mock", *arguments, "--port", "0", "--quiet"]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [*command, "--memory", str(32 * 1024**2)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            yield _Mock(process, errors)
        finally:
            process.kill()


def soak(requests: int, seed: int) -> Soaked:
    """Send so many requests."""
    with ExitStack() as stack:
        mocks = [stack.enter_context(_mock(*names)) for names in ((), (str(DOCUMENT),))]
        tally = Tally(requests, lambda: tuple(mock.resident() for mock in mocks))
        asyncio.run(_send(mocks, tally, seed))
        exits = tuple(mock.end() for mock in mocks)
        return Soaked(tally, "".join(_written(mock.errors) for mock in mocks), exits)


def _written(errors: IO[str]) -> str:
    """What a mock wrote, but for what uvicorn says of garbage, which a soak sends on purpose."""
    errors.seek(0)
    return "".join(line for line in errors if line.strip() != GARBAGE)


async def _send(mocks: list[_Mock], tally: Tally, seed: int) -> None:
    async with asyncio.TaskGroup() as group:
        for mock, kinds in zip(mocks, (CONTRACT, SHOP), strict=True):
            for number, client in enumerate(clients(mock.port, "c", CLIENTS, tally)):
                group.create_task(client.run(kinds, Random(f"{seed}-{number}-{len(kinds)}")))
            for number in range(WATCHERS):
                watching = watch(mock.port, f"c{number}-0", tally, Random(f"{seed}-{number}"))
                group.create_task(watching)
