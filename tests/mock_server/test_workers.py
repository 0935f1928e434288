"""Several workers on one port."""

import signal
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import httpx
import psutil
import pytest
from click.testing import CliRunner

from mock_server.workers import WorkersError
from tallystick.cli import cli
from tests import PATIENCE
from tests.mock_server.running import Running, running
from tests.redis_server import RedisServer, needs_redis
from tests.waiting import until

LAMPS = """\
openapi: 3.1.0
info: { title: Lamps, version: "1" }
paths:
  /lamps:
    get:
      responses:
        "200": { description: All of them }
"""


def test_workers_without_a_store() -> None:
    """They have nothing to share: that is said before anything is served."""
    ended = CliRunner().invoke(cli, ["mock", "--workers", "2", "--port", "0"])
    assert isinstance(ended.exception, WorkersError)
    assert str(ended.exception) == (
        "--workers 2 needs a store that the workers share, since each of them has a memory of its "
        "own. Add --store redis://HOST:PORT/DB (Redis 7 or later, or Valkey)."
    )


@pytest.fixture
def document(tmp_path: Path) -> Path:
    place = tmp_path / "lamps.yaml"
    place.write_text(LAMPS, encoding="utf-8")
    return place


@pytest.fixture
def mock(tmp_path: Path, document: Path) -> Iterator[Running]:
    """Two workers."""
    with (
        RedisServer(tmp_path) as server,
        running(document, "--store", server.address(), "--workers", "2") as mock,
    ):
        yield mock


def workers(mock: Running) -> set[int]:
    return {child.pid for child in psutil.Process(mock.process.pid).children()}


def asked(mock: Running, count: int) -> list[str]:
    """The cases that answer to requests by connections of their own, which go to any worker."""
    url = f"{mock.client.base_url}/lamps"
    return [httpx.get(url, trust_env=False).headers["tallystick-case"] for _ in range(count)]


@needs_redis
@pytest.mark.whole
def test_workers(mock: Running, document: Path) -> None:
    """Both serve what was edited. One that dies is started again, and serves that, too. SIGTERM
    ends all, soon.
    """
    assert set(asked(mock, 10)) == {"200"}
    document.write_text(LAMPS.replace('"200"', '"204"'), encoding="utf-8")
    until(lambda: set(asked(mock, 20)) == {"204"})
    before = workers(mock)
    assert len(before) == 2
    psutil.Process(min(before)).kill()
    until(lambda: len(workers(mock) - before) == 1 and max(before) in workers(mock))
    until(lambda: set(asked(mock, 20)) == {"204"})
    after, begun = workers(mock), monotonic()
    mock.process.send_signal(signal.SIGTERM)
    assert mock.process.wait(PATIENCE) == 0
    assert monotonic() - begun < 5
    assert not any(map(psutil.pid_exists, after))


@needs_redis
@pytest.mark.whole
def test_workers_whose_mock_is_killed(mock: Running) -> None:
    """They end, too."""
    left = workers(mock)
    mock.process.kill()
    until(lambda: not any(map(psutil.pid_exists, left)))
