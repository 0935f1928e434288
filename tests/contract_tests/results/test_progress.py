"""The line that a run rewrites while it lasts: only where somebody watches."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests import PATIENCE
from tests.contract_tests.conftest import Start

STEPS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


def watched(_: Path, **env: str) -> str:
    """What `tallystick test` writes on a terminal that is its standard error."""
    kept = {name: value for name, value in os.environ.items() if name != "CI"}
    ours, theirs = pty.openpty()
    shown: list[bytes] = []

    def read() -> None:
        try:
            while part := os.read(ours, 4096):
                shown.append(part)
        except OSError:
            return  # the other end is closed

    reader = threading.Thread(target=read)
    reader.start()
    with subprocess.Popen(
        [sys.executable, "-m", "tallystick", "test", "--seed", "7"],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**kept, "TERM": "xterm", "COLUMNS": "100", **env},
    ) as process:
        os.close(theirs)
        assert process.wait(PATIENCE) == 0
    reader.join(PATIENCE)
    os.close(ours)
    return b"".join(shown).decode()


def in_ci(folder: Path) -> str:
    """The same where the environment says CI."""
    return watched(folder, CI="true")


@pytest.fixture(scope="module")
def screens(start: Start) -> Mapping[str, Future[str]]:
    """What is written where somebody watches, and in CI."""
    return {run.__name__: start(run) for run in (watched, in_ci)}


def test_a_run_shows_how_far_it_is(screens: Mapping[str, Future[str]]) -> None:
    """The operation, the requests with their rate, the findings, and the time that is left, while
    tests run; one line, and nothing of it stays.
    """
    written = screens["watched"].result()
    line = r"POST /organi\S+ +\S+ [\d,]+ requests, \d+/s · 0 findings +[\d:-]+ left"
    frames = re.findall(line, STEPS.sub("", written))
    assert len(set(frames)) > 1
    assert written.count("\n") == 3, "each frame takes the place of the one before"
    assert written.endswith("\x1b[1A\x1b[2K"), "the last frame is erased"


def test_nobody_watches_in_ci(screens: Mapping[str, Future[str]]) -> None:
    """There are the two lines about the target, and nothing moves."""
    lines = screens["in_ci"].result().splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("this checks the mock of the document.")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+ is checked against \S+\.yaml", lines[1])
