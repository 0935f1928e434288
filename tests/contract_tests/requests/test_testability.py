"""When a target cannot be tested: the run ends early, with exit code 4 and one sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.contract_tests.commands import tallystick_test
from tests.contract_tests.contracts import documented

PATHS = {f"/{name}": documented("get") for name in ("a", "b", "c", "d")}
Answer = tuple[int, bytes]


@contextmanager
def answering(answers: Mapping[str, Answer], other: Answer, media_type: str = "") -> Iterator[str]:
    """A server that answers each path with a status and a body, and all others alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer by the path."""
            status, body = answers.get(self.path, other)
            body = body.replace(b"PATH", self.path.encode())
            self.send_response(status)
            if media_type:
                self.send_header("content-type", media_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_HEAD(self) -> None:
            """Answer without a body."""
            self.send_response(answers.get(self.path, other)[0])
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def run(folder: Path, url: str, paths: Any = PATHS, **members: Any) -> tuple[int, str, Any]:
    """Exit code, error output and report of a run of a document with these paths."""
    root = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths, **members}
    place = folder / "document.json"
    place.write_text(json.dumps(root), encoding="utf-8")
    result = tallystick_test(folder, place, "--base-url", url)
    return result.code, result.err, result.report


@pytest.mark.parametrize("status", [401, 403])
def test_credentials_that_are_refused_everywhere(tmp_path: Path, status: int) -> None:
    """After three operations, the run says where to put credentials."""
    with answering({}, (status, b"PATH")) as url:
        code, error, report = run(tmp_path, url)
    assert code == 4
    assert f"answered the first 3 operations with {status}: check the credentials" in error
    assert report["requests"] < 20
    assert {case["reason"] for case in report["cases"]} >= {"the run ended early"}


@pytest.mark.parametrize("body", [b"nothing here", b"no such path: PATH"])
@pytest.mark.parametrize("status", [404, 200, 405])
def test_a_wrong_base_path(tmp_path: Path, status: int, body: bytes) -> None:
    """All paths are answered as a random one is; the document's servers have a better one, with the
    defaults of their variables.
    """
    with answering({}, (status, body)) as url:
        stage = {"default": "v2", "enum": ["beta", "v2"]}
        servers = [{"url": "https://api.example.test/{stage}/", "variables": {"stage": stage}}]
        code, error, report = run(tmp_path, url, servers=servers)
    assert code == 4
    assert (
        f"the base path is wrong. The document's servers have the path /v2: try {url}/v2" in error
    )
    assert report["requests"] < 20


@pytest.mark.parametrize(
    ("answers", "other"),
    [
        # One that works is enough.
        ({"/a": (401, b""), "/b": (401, b""), "/c": (200, b"c"), "/d": (401, b"")}, (404, b"")),
        # Each has a body of its own.
        ({f"/{n}": (404, n.encode()) for n in "abcd"}, (404, b"nothing")),
    ],
)
def test_a_target_that_can_be_tested(
    tmp_path: Path, answers: dict[str, Answer], other: Answer
) -> None:
    """The run goes on to its end."""
    with answering(answers, other) as url:
        assert run(tmp_path, url)[0] != 4


def test_two_operations_are_not_enough(tmp_path: Path) -> None:
    """They may both need somebody else."""
    with answering({}, (401, b"who?")) as url:
        two = {path: PATHS[path] for path in ("/a", "/b")}
        assert run(tmp_path, url, two)[0] != 4


def test_ids_that_do_not_exist_are_no_wrong_base_path(tmp_path: Path) -> None:
    """A 404 to an id often is that of any path; paths without parameters tell them apart."""
    paths = {f"/{n}/{{id}}": documented("get", parameters=[ID]) for n in "abc"}
    found: dict[str, Answer] = {f"/{name}": (200, b"") for name in "abcd"}
    with answering(found, (404, b"not found")) as url:
        assert run(tmp_path, url, {**paths, **PATHS})[0] != 4


ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
