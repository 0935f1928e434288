"""What the targets of the Makefile run, without running it."""

from __future__ import annotations

import shlex
import shutil
import subprocess

import pytest

from tests.test_rules import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def last_line(*arguments: str) -> list[str]:
    """The words of the last command that a target would run."""
    command = ["make", "--dry-run", "--no-print-directory", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return shlex.split(done.stdout.splitlines()[-1])


def test_make_soak() -> None:
    """A million requests, or as many as `ARGS` says."""
    assert last_line("soak")[1:] == ["-m", "tests.hostile.soak"]
    assert last_line("soak", "ARGS=--requests 9")[1:] == [
        "-m",
        "tests.hostile.soak",
        "--requests",
        "9",
    ]


def test_make_mock() -> None:
    """The pages of `make example` may control it; `ARGS` are options of its own."""
    assert last_line("mock")[1:] == [
        *(".venv/bin/tallystick", "mock", "--port", "8080"),
        *("--allow-origin", "http://127.0.0.1:8081"),
        *("--allow-origin", "http://localhost:8081"),
    ]
    given = ("PORT=9000", "DOC=a b.yaml", "EXAMPLE_PORT=7000", "ORIGIN=http://a.example")
    assert last_line("mock", *given, "ARGS=--max-body 9 --no-auth")[1:] == [
        *(".venv/bin/tallystick", "mock", "a b.yaml", "--port", "9000"),
        *("--allow-origin", "http://127.0.0.1:7000"),
        *("--allow-origin", "http://localhost:7000"),
        *("--allow-origin", "http://a.example"),
        *("--max-body", "9", "--no-auth"),
    ]
