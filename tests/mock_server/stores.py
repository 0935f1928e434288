"""The fixtures of `tests.mock_server.conftest` for both stores: what one mock does that keeps its
state itself, two mocks do that share a Redis, of which each answers every second request.

A folder whose tests are to run so imports them in its `conftest.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tallystick import load_contract
from tests.mock_server.conftest import Serve, client, replicated, serving_texts
from tests.redis_server import RedisServer, needs_redis

STORES = ["embedded", pytest.param("redis", marks=needs_redis)]


@contextmanager
def a_store(kind: str, factory: pytest.TempPathFactory) -> Iterator[str | None]:
    """The address of a store of its own; None for the embedded one."""
    if kind == "embedded":
        yield None
        return
    with RedisServer(factory.mktemp("redis")) as server:
        yield server.address(prefix=f"{uuid.uuid4().hex}:")


@pytest.fixture(scope="package", params=STORES)
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str | None]:
    """Each of the stores."""
    with a_store(request.param, tmp_path_factory) as address:
        yield address


@pytest.fixture(scope="package")
def mock_url(store: str | None) -> Iterator[str]:
    """The base URL of one mock of the bundled contract, for all tests."""
    with replicated(load_contract(), store) as url:
        yield url


@pytest.fixture
def mock(mock_url: str) -> Iterator[httpx.Client]:
    """A client of the mock, which is as at its start."""
    with client(mock_url) as connected:
        assert connected.post("/_tallystick/reset").status_code == 204
        yield connected


@pytest.fixture
def serve(tmp_path: Path, store: str | None) -> Iterator[Serve]:
    """Serves what one test needs."""
    with serving_texts(tmp_path, store) as start:
        yield start
