"""Devices, pipes and endless files, wherever a user or a document names a file."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests import PATIENCE

pytestmark = pytest.mark.whole

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Files", "version": "1"},
    "paths": {
        "/things": {
            "get": {
                "responses": {
                    "200": {
                        "description": "fine",
                        "content": {"application/json": {"schema": {"$ref": "pipe.yaml"}}},
                    }
                }
            }
        }
    },
}
MEMORY = 2 * 1024**3


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command in a process that may have so much memory."""
    return subprocess.run(
        [sys.executable, "-m", "tallystick", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )


QUICK = {
    "a document": ["cases", "/dev/zero"],
    "a target file": ["test", "--target", "/dev/zero"],
}
MORE = {
    "an overlay": ["cases", "--overlay", "/dev/zero"],
    "the token of a mock": ["mock", "--port", "0", "--token-file", "/dev/zero"],
    "the state of a mock": ["mock", "--port", "0", "--state", "/dev/zero"],
    "a baseline": ["test", "--base-url", "http://127.0.0.1:9", "--baseline", "/dev/zero"],
    "an export": ["export", "msw", "--check", "/dev/zero"],
    "the target of a fuzz": ["fuzz", "--target", "/dev/zero"],
    "random bytes": ["lint", "/dev/urandom"],
    "a terminal": ["cases", "/dev/ptmx"],
}


def is_refused(arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert arguments[-1] in done.stderr


@pytest.mark.parametrize("arguments", QUICK.values(), ids=QUICK)
def test_a_device_is_no_file(arguments):
    """It would never end."""
    is_refused(arguments)


@pytest.mark.long
@pytest.mark.parametrize("arguments", MORE.values(), ids=MORE)
def test_a_device_is_no_other_file(arguments):
    """Wherever one is named."""
    is_refused(arguments)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A pipe into which nobody writes."""
    path = tmp_path / "pipe.yaml"
    os.mkfifo(path)
    return path


def test_a_reference_to_a_pipe_is_a_diagnostic(tmp_path, pipe):
    """At once: the rest of the document is read."""
    file = tmp_path / "document.json"
    file.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    done = run("cases", str(file))
    assert (done.returncode, done.stdout.split()[:3]) == (0, ["GET", "/things", "200"])
    assert f"the reference '{pipe.name}' leads to a pipe, which is no file" in done.stderr


@pytest.mark.long
def test_a_pipe_into_which_nobody_writes_is_waited_for_no_longer_than_for_an_address(pipe):
    """It is twenty seconds."""
    done = run("cases", str(pipe))
    assert (done.returncode, done.stderr) == (
        2,
        f"error: {pipe}: The file cannot be read: Nothing came for 20 seconds.\n",
    )


def test_a_pipe_into_which_somebody_writes_is_read(tmp_path):
    """As shells make one of what a command prints: `tallystick cases <(curl …)`."""
    text = json.dumps(DOCUMENT)
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as file:
        file.write(text)
    done = subprocess.run(
        [sys.executable, "-m", "tallystick", "cases", f"/dev/fd/{reading}"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        pass_fds=[reading],
    )
    os.close(reading)
    assert (done.returncode, done.stdout.split()[:3]) == (0, ["GET", "/things", "200"])
