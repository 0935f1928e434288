"""One round of load by wrk, and what it counted.

Rules: one thread with 32 connections, on a core of its own. Statuses are not looked at one by one,
which would slow wrk down: it counts what is 400 or above, and a request before and after the rounds
sees the exact status.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.loads import Load
from benchmarks.processes import LOAD_CORE, on_core
from tests import PATIENCE
from tests.end_to_end.peers import Missing

CONNECTIONS = 32
_TIMEOUT = "20s"
"""A request that takes longer counts as lost; by default, wrk waits for two seconds."""

_RESULT = "RESULT"
_DONE = """
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
"""


@dataclass(frozen=True)
class Counted:
    """What wrk counted in a round; times are in seconds. `refused` are the answers with a status
    of 400 or above, `lost` the requests without an answer.
    """

    requests: int
    seconds: float
    p50: float
    p99: float
    refused: int
    lost: int

    def is_right(self, status: int) -> bool:
        """Whether all was answered, as an answer of this status is counted."""
        return not self.lost and self.refused == (self.requests if status >= 400 else 0)


def installed() -> str:
    """The path of wrk, installed with Debian's packages where that can be. Raises Missing."""
    found = shutil.which("wrk")
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for words in (["update"], ["install", "-y", "--no-install-recommends", "wrk"]):
            subprocess.run(["apt-get", "-qq", *words], capture_output=True, timeout=PATIENCE)
        found = shutil.which("wrk")
    if found is None:
        raise Missing("wrk is not installed (Debian's package wrk; root can install it)")
    return found


def script(load: Load, headers: Mapping[str, str]) -> str:
    """The load as wrk's script."""
    lines = [f"wrk.method = {json.dumps(load.method)}"]
    if load.body:
        lines.append(f"wrk.body = {json.dumps(load.body.decode())}")
    lines += [
        f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items()
    ]
    return "\n".join(lines) + _DONE


def run(url: str, load: Load, headers: Mapping[str, str], seconds: float) -> Counted:
    """Send a load for some seconds. Raises RuntimeError where wrk does."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "load.lua")
        file.write_text(script(load, headers), encoding="utf-8")
        options = ["--threads", "1", "--connections", str(CONNECTIONS), "--timeout", _TIMEOUT]
        options += ["--script", str(file)]
        command = [installed(), *options, "--duration", f"{seconds:g}s", f"{url}{load.path}"]
        with on_core(LOAD_CORE):
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    return counted(done.stdout + done.stderr)


def counted(output: str) -> Counted:
    """What wrk printed. Raises RuntimeError where that is no result."""
    found = [line.split()[1:] for line in output.splitlines() if line.startswith(_RESULT)]
    if not found:
        raise RuntimeError(f"wrk has no result: {output.strip()[-200:]}")
    requests, duration, p50, p99, refused, lost = map(int, found[-1])
    return Counted(requests, duration / 1e6, p50 / 1e6, p99 / 1e6, refused, lost)
