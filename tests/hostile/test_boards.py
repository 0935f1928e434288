"""A hundred open boards, which see what happens live."""

import socket
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.mock_server.documented import VALID, path
from tests.mock_server.running import running

pytestmark = pytest.mark.whole

REQUESTS = 1_500
EVENTS = b"GET /_tallystick/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def test_a_hundred_open_boards_cost_about_one():
    """What happens is put into words once, whether they read it or not."""
    with running("--quiet") as mock, ExitStack() as stack:
        used(mock.process.pid, mock.client)
        alone = used(mock.process.pid, mock.client)
        place = (mock.client.base_url.host, mock.client.base_url.port or 80)
        for _ in range(100):
            board = stack.enter_context(socket.create_connection(place))
            board.sendall(EVENTS)
            assert board.recv(12) == b"HTTP/1.1 200"
        assert used(mock.process.pid, mock.client) < 2 * alone


def used(process: int, client: httpx.Client) -> float:
    """The processor's seconds that many requests take a process."""
    before = processor_time(process)
    for _ in range(REQUESTS):
        assert client.post(path(), json=VALID).status_code == 200
    return processor_time(process) - before


def processor_time(process: int) -> float:
    """The processor's seconds that a process has used."""
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        return sum(int((each / "schedstat").read_text().split()[0]) for each in threads) / 1e9
    except OSError:
        pytest.skip("only Linux says what a process has used")
