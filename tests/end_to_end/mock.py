"""The mock as its users start it: a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def running_mock(*options: str) -> Iterator[str]:
    """`tallystick mock` on a free port; gives the base URL that it prints."""
    command = [sys.executable, "-m", "tallystick", "mock", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        greeting = process.stdout.readline()
        url = re.search(r"http://\S+", greeting)
        assert url is not None, greeting
        try:
            yield url[0]
        finally:
            process.terminate()
