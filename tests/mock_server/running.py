"""`tallystick mock` as a process of its own, and what it prints of edits."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.mock_server.conftest import client


class Running:
    """A mock in a process of its own: a client of it, and its next lines on the terminal."""

    def __init__(self, process: subprocess.Popen[str], client: httpx.Client) -> None:
        self.process, self.client = process, client

    def line(self) -> str:
        """The next line about an edit, without the time; waits for it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if re.match(r"\d\d:\d\d:\d\d  (read|error|The)", line):
                return line[10:].rstrip("\n")
        raise AssertionError("the mock ended")

    def case(self, path: str = "/lamps", **headers: str) -> str:
        """The case that answers."""
        return self.client.get(path, headers=headers).headers["tallystick-case"]


@contextmanager
def running(*arguments: str | Path) -> Iterator[Running]:
    """`tallystick mock` on a free port."""
    command = [sys.executable, "-m", "tallystick", "mock", *map(str, arguments), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        try:
            with client(found[0]) as connected:
                yield Running(process, connected)
        finally:
            process.terminate()
