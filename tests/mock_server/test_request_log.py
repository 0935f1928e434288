"""The request log: lines of the real command, and one by one what stands in them."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from mock_server.request_log import Lines, RequestLog
from tallystick.printing import unstyled

PATH = "/organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11/payment-account/link"
LINK = {"returnUrl": "https://a.example/r", "refreshUrl": "https://a.example/f"}


@contextmanager
def mock(*options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`tallystick mock` on a free port."""
    command = [sys.executable, "-m", "tallystick", "mock", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        try:
            yield found[0], process
        finally:
            process.terminate()


def lines(*options: str) -> list[str]:
    """What is printed of a few requests, without the time."""
    with mock(*options) as (url, process), httpx.Client(base_url=url, trust_env=False) as client:
        client.post(PATH, json=LINK)
        client.post(PATH, params={"token": "s3cret", "page": "2"}, json={})
        client.get("/nowhere")
        client.get("/favicon.ico")
        client.get("/_tallystick/health")
        client.options(
            PATH, headers={"origin": "http://a", "access-control-request-method": "POST"}
        )
        process.terminate()
        printed = process.communicate(timeout=30)[0].splitlines()
    starts = (re.match(r"\d\d:\d\d:\d\d  ", line) for line in printed)
    return [
        re.sub(r"\d+\.\d ms$", "N ms", line[10:])
        for line, match in zip(printed, starts, strict=True)
        if match
    ]


def test_a_line_for_each_request() -> None:
    """Of the API: the query without secrets, the case, and what was wrong."""
    found = lines()
    first, second, third = found
    assert first == f"POST {PATH}  200  N ms"
    code = "PaymentAccountLink.MissingReturnUrl"
    assert second.startswith(f"POST {PATH}?token=%E2%80%A6&page=2  400  {code}  ")
    assert third == "GET /nowhere  404  N ms"
    assert not any("s3cret" in line for line in found)


def test_more_and_less() -> None:
    """-v has the mock's own requests, too; -q has none."""
    assert lines("-q") == []
    found = lines("-v")
    assert [line.split("  ")[0].split(" ")[0] for line in found] == [
        "POST",
        "POST",
        "GET",
        "GET",
        "GET",
        "OPTIONS",
    ]
    assert "GET /_tallystick/health  200" in found[4]


def test_nothing_of_a_request_moves_the_cursor() -> None:
    """Neither its path nor its headers."""
    log = RequestLog(lambda *_: None, print)  # type: ignore[arg-type]
    scope = {"method": "GET", "path": "/", "raw_path": b"/\x1b[2J\x85", "query_string": b""}
    started = {"status": 400, "headers": [(b"tallystick-error", b"bad \x07 \xe2")]}
    line = unstyled(log.line(scope, started, 0.0012))
    assert [each for each in "\x1b\x07\x85" if each in line] == []
    assert line.endswith("1.2 ms")


def test_whoever_does_not_read_the_lines_does_not_stop_the_mock() -> None:
    """Lines that nobody takes are dropped."""
    stuck = threading.Event()
    printer = Lines(lambda _: stuck.wait(10))
    begun = time.monotonic()
    for _ in range(20_000):
        printer("a line")
    assert time.monotonic() - begun < 5
    stuck.set()
    printer.close()


@pytest.mark.parametrize("count", [3_000])
def test_an_unread_pipe_does_not_stop_the_mock(count: int) -> None:
    """More than a pipe holds."""
    with mock() as (url, _), httpx.Client(base_url=url, trust_env=False) as client:
        statuses = {client.get(f"/nowhere?{'a' * 60}").status_code for _ in range(count)}
    assert statuses == {404}
