"""A whole run against a server each of whose operations attacks, but for one."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests.commands import Result, tallystick_test
from tests.contract_tests.raw import RawServer, Write, chunk, empty, head, raw_server
from tests.contract_tests.targets import write

JSON = "content-type: application/json"


def events(server: RawServer, write: Write) -> None:
    pieces = itertools.repeat(chunk(b"data: 1\n\n"))
    server.drip(
        write,
        itertools.chain(
            [head("content-type: text/event-stream", "transfer-encoding: chunked")], pieces
        ),
    )


def endless(server: RawServer, write: Write) -> None:
    write(head(JSON, "connection: close"))
    server.drip(write, itertools.repeat(b"[" * 100_000), 0)


def silent(server: RawServer, _: Write) -> None:
    server.over.wait()


def headers(server: RawServer, write: Write) -> None:
    write(b"HTTP/1.1 200 OK\r\n")
    server.drip(write, itertools.repeat(b"a: %s\r\n" % (b"b" * 1_000)), 0)


def fine(_: RawServer, write: Write) -> None:
    empty(write, "")


OPERATIONS: dict[str, Callable[[RawServer, Write], None]] = {
    "/events": events,
    "/endless": endless,
    "/silent": silent,
    "/headers": headers,
    "/fine": fine,
}
SAID = {
    "/endless": "the body is longer than 5,242,880 bytes; if that is right, say in the target "
    "file: largest_response = …",
    "/headers": "no complete response came: the header section is longer than 65,536 bytes",
}


def document(*paths: str) -> dict[str, Any]:
    """A document in which each of these paths answers with JSON, and one with events."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {
            path: {
                "get": {
                    "responses": {
                        "200": {
                            "description": "OK",
                            "content": {
                                "text/event-stream" if path == "/events" else "application/json": {
                                    "schema": {"type": "object"}
                                }
                            },
                        }
                    }
                }
            }
            for path in paths
        },
    }


def run_against(
    folder: Path, *options: object, timeout: float, paths: list[str]
) -> tuple[Result, RawServer]:
    """Run `tallystick test` against the server."""
    text = folder / "document.json"
    text.write_text(json.dumps(document(*paths)), encoding="utf-8")
    with raw_server() as server:

        def answer(write: Write, first: str) -> None:
            path = first.split(" ")[1].partition("?")[0]
            if first.startswith("HEAD "):
                return write(head("content-length: 2"))
            return OPERATIONS.get(path, fine)(server, write)

        server.answer = answer
        target = write(folder, f'base_url = "{server.url}"\ntimeout = {timeout}')
        return tallystick_test(folder, text, "--target", target, *options), server


@pytest.mark.whole
def test_odd_operations_cost_themselves_alone(tmp_path: Path) -> None:
    """Each attack is one finding, a stream without end none; the operation between them passes."""
    begun = time.monotonic()
    run, _ = run_against(tmp_path, timeout=1.0, paths=["/events", *SAID, "/fine"])
    assert time.monotonic() - begun < 100
    assert {case["operation"]: case["verdict"] for case in run.report["cases"]} == {
        "GET /events": "passed",
        **{f"GET {path}": "failed" for path in SAID},
        "GET /fine": "passed",
    }
    found = {found["operation"]: found["message"].partition(" (seen")[0] for found in run.heavy}
    assert found == {f"GET {path}": said for path, said in SAID.items()}
    assert {found["check"] for found in run.heavy} == {"complete response"}
    assert (run.code, "Traceback" in run.err) == (1, False)


@pytest.mark.whole
def test_a_run_ends_in_time(tmp_path: Path) -> None:
    """--max-time ends a run with what was found: a report, and the exit code of that."""
    run, server = run_against(
        tmp_path, "--max-time", 2, timeout=60, paths=["/fine", "/silent", "/events"]
    )
    assert 1.9 < run.report["seconds"] < 2 + 2
    assert run.code == 3
    verdicts = {
        case["operation"]: (case["verdict"], case["reason"]) for case in run.report["cases"]
    }
    assert verdicts["GET /silent"] == ("not_covered", "the run ended early")
    assert run.report["findings"] == []
    assert run.report["notes"] == ["the run ended after 2 s: the time of the run is over"]
    assert "note: the run ended after 2 s" in run.out
    assert len(server.requests) < 40
