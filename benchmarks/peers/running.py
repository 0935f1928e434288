"""A contender as a running server: started, asked once, warmed, pinned, and ended.

Rules: it runs in a folder of its own, on a free port of this machine, and ends with its block. Its
start lasts until the first answer of an operation is complete; nothing but its own process is
ended.
"""

from __future__ import annotations

import http.client
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.contenders import Contender, Serving
from benchmarks.peers.loads import Load
from tests import PATIENCE
from tests.end_to_end.peers import free_port, launched

_HOST = "127.0.0.1"
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_ERROR = re.compile(r"\w*Error\b.*|^error\b.*", re.MULTILINE)
_FOLDERS = re.compile(r"(?<![\w/:.])(?:/[\w.@-]+)+/")
_EACH = 0.003
"""Seconds between two looks whether a server listens."""


@dataclass(frozen=True)
class Server:
    """A server that answers; `seconds` is what its start took."""

    pid: int
    port: int
    seconds: float

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{_HOST}:{self.port}"

    def status(self, load: Load, headers: Mapping[str, str]) -> int:
        """The status of one answer. Raises OSError, HTTPException."""
        return _ask(self.port, load, headers)


@contextmanager
def running(contender: Contender, document: str, path: Path, first: Load) -> Iterator[Server]:
    """A contender that has answered a first request, whatever the answer. Raises Missing where it
    cannot run here, RuntimeError where it does not serve.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as log:
        port = free_port()
        command = contender.command(Serving(document, path, port, Path(folder)))
        headers = first.all_headers(contender.forcing or {})
        begun = time.perf_counter()
        with launched(command.words, log, cwd=command.cwd) as process:
            while True:
                try:
                    _ask(port, first, headers)
                    break
                except (ConnectionRefusedError, ConnectionResetError):
                    pass
                except (OSError, http.client.HTTPException) as error:
                    raise RuntimeError(f"its first answer is none: {error!r}") from None
                if process.poll() is not None or time.perf_counter() - begun > PATIENCE:
                    log.seek(0)
                    raise RuntimeError(f"it does not serve: {why(log.read())}")
                time.sleep(_EACH)
            yield Server(process.pid, port, time.perf_counter() - begun)


def why(log: bytes) -> str:
    """The reason in what a server printed: from the first `Error` on, else the last line. Files are
    named without their folders, which are those of one machine.
    """
    text = _FOLDERS.sub("", _COLOURS.sub("", log.decode("utf-8", "replace"))).strip()
    found = _ERROR.search(text)
    return found[0] if found else text.rpartition("\n")[2]


def _ask(port: int, load: Load, headers: Mapping[str, str]) -> int:
    connection = http.client.HTTPConnection(_HOST, port, timeout=PATIENCE)
    try:
        connection.request(load.method, load.path, load.body or None, {**headers})
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()
