"""A real Redis server for tests, on a free loopback port."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import pytest
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from tests.ports import free_port

needs_redis = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server is not installed"
)


class RedisServer:
    """A server that may be stopped, killed and started again, on the same port. By default it keeps
    nothing; a `durable` one has every change on the disk before it says so. `more` are further
    options.
    """

    def __init__(self, folder: Path, *more: str, durable: bool = False, password: str = "") -> None:
        self.port, self.password = free_port(), password
        keeping = ["--appendonly", "yes", "--appendfsync", "always"] if durable else []
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        options += ["--dir", str(folder), *keeping, *more]
        options += ["--requirepass", password] if password else []
        self._command = ["redis-server", *options]
        self.process: subprocess.Popen[bytes] | None = None

    def address(self, database: int = 0, prefix: str = "") -> str:
        """Where it is."""
        user = f":{self.password}@" if self.password else ""
        query = f"?prefix={prefix}" if prefix else ""
        return f"redis://{user}127.0.0.1:{self.port}/{database}{query}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        with self.client() as client:
            client.ping()

    def client(self) -> Redis:
        """A client, which waits until the server is up."""
        retry = Retry(ConstantBackoff(0.02), 500, supported_errors=(RedisError,))
        return Redis(port=self.port, password=self.password or None, retry=retry)

    def kill(self) -> None:
        """End it at once, as a loss of power would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> RedisServer:
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.kill()


@contextmanager
def redis_address(folder: Path) -> Iterator[str]:
    """The address of a server that keeps nothing."""
    with RedisServer(folder) as server:
        yield server.address(3)
