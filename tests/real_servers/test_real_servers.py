"""The suite judges servers of other people by their own documents, from start to end."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.end_to_end.peers import Missing
from tests.real_servers.__main__ import COLUMNS, judged
from tests.real_servers.servers import SERVERS, running

pytestmark = [pytest.mark.long, pytest.mark.whole]

SECONDS = 900
"""A run that is not over by then is interrupted, and the test fails."""


@pytest.mark.parametrize("name", SERVERS)
def test_a_run_comes_to_its_end(name: str, tmp_path: Path) -> None:
    """It judges the whole document with a target file of ten minutes, and the server survives."""
    try:
        with running(name) as server:
            outcome = judged(server, tmp_path, seconds=SECONDS)
            is_alive = _answers(server.variables["BASE_URL"])
    except Missing as missing:
        pytest.skip(str(missing))
    print(dict(zip(COLUMNS, outcome.row(name), strict=True)))
    assert (outcome.code in (0, 1, 3), is_alive) == (True, True), outcome.out[-2000:]
    assert "Traceback" not in outcome.out


def _answers(url: str) -> bool:
    """Whether anything at all is answered."""
    try:
        urllib.request.urlopen(url, timeout=30).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
