"""Processes and Redis that are killed under load: nothing acknowledged is lost or used twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from tests.mock_server.running import running
from tests.mock_server.state.shared.load import Load
from tests.ports import free_port
from tests.redis_server import RedisServer, needs_redis
from tests.waiting import until

pytestmark = needs_redis

OVERLAY = Path(__file__).with_name("things.overlay.yaml")


def restart(server: RedisServer) -> None:
    server.kill()
    server.start()


@pytest.mark.whole
def test_a_worker_and_redis_are_killed(tmp_path: Path) -> None:
    """Two workers on one port, of which one is killed, and then Redis."""
    with RedisServer(tmp_path, durable=True) as server:
        options = ("--overlay", OVERLAY, "--store", server.address(), "--workers", "2", "-q")
        with running(*options) as mock:
            parent = psutil.Process(mock.process.pid)
            until(lambda: len(parent.children()) == 2)
            workers = parent.children()
            load = Load([str(mock.client.base_url)], 500)
            load.run([workers[0].kill, lambda: restart(server)])
            load.check()
            assert len({child.pid for child in parent.children()} & {w.pid for w in workers}) == 1


class Replica:
    """`tallystick mock` on a port of its own, killed and started again."""

    def __init__(self, store: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        options = ["--port", str(self.port), "--store", store, "--overlay", str(OVERLAY), "-q"]
        self._command = [sys.executable, "-m", "tallystick", "mock", *options]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        until(self.serves)

    def serves(self) -> bool:
        try:
            return httpx.get(f"{self.url}/_tallystick/health", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        self.kill()
        self.start()


@pytest.mark.long
def test_a_replica_and_redis_are_killed(tmp_path: Path) -> None:
    """Two replicas, 10,000 requests: one replica is killed and started again, then Redis is."""
    with RedisServer(tmp_path, durable=True) as server:
        one, other = Replica(server.address()), Replica(server.address())
        try:
            one.start()
            other.start()
            load = Load([one.url, other.url], 10_000)
            load.run([one.restart, lambda: restart(server), other.restart])
            load.check()
        finally:
            one.kill()
            other.kill()
