"""What is put where no POST creates: a file or an object at an address of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from contract_tests.command import run_pytest
from contract_tests.plan import read_plan
from contract_tests.target.target import Target
from tallystick.reader.options import LoadOptions
from tests.contract_tests.contracts import contract_of

Keep = Callable[[bytes, bytes], bytes]
"""What is kept of what was there and what was sent."""

PLAN = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 60}},
}
OBJECT = {"application/json": {"schema": PLAN}}
PICTURE = {"image/png": {"schema": {"type": "string", "format": "binary"}}}


def path_item(content: Any) -> dict[str, Any]:
    """What can be put and read."""
    put = {"204": {"description": "kept"}, "415": {"description": "refused"}}
    return {
        "get": {"responses": {"200": {"description": "done", "content": content}}},
        "put": {"requestBody": {"required": True, "content": content}, "responses": put},
    }


@contextmanager
def keeping(keep: Keep, media_type: str) -> Iterator[str]:
    """Serve one thing of a media type, at any address."""
    kept = {"": b'{"name": "first"}' if media_type == "application/json" else b"first"}

    class Handler(BaseHTTPRequestHandler):
        def _write(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("content-type", media_type)
            if status != 204:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._write(200, kept[""])

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.headers.get("content-type") == media_type:
                kept[""] = keep(kept[""], body)
            self._write(204 if self.headers.get("content-type") == media_type else 415)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def all_of_it(_: bytes, sent: bytes) -> bytes:
    return sent


def nothing(before: bytes, _: bytes) -> bytes:
    return before


def ten_bytes(_: bytes, sent: bytes) -> bytes:
    return sent[:10]


@pytest.mark.parametrize(
    ("content", "keep", "expected"),
    [
        (OBJECT, all_of_it, ""),
        (OBJECT, nothing, 'name is "first", not "tallystick-1"'),
        (PICTURE, all_of_it, ""),
        (PICTURE, nothing, "the file has 5 bytes, others than the "),
        (PICTURE, ten_bytes, "the file has 10 bytes, others than the "),
    ],
)
@pytest.mark.parametrize("path", ["/desk/own", "/desks/{id}/own"])
def test_what_is_put(
    tmp_path: Path, path: str, content: dict[str, Any], keep: Keep, expected: str
) -> None:
    """It is read as it was sent."""
    named = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    contract_of(
        tmp_path, {path: path_item(content) | ({"parameters": named} if "{" in path else {})}
    )
    options = LoadOptions((str(tmp_path / "document.json"),))
    plan = read_plan(options, base_url="http://127.0.0.1:1", target_file=None, seed=1)
    with keeping(keep, next(iter(content))) as url:
        progress = run_pytest(replace(plan, target=Target(url)), "-k", "test_what_is_put")
    assert progress.run is not None
    assert progress.errors == []
    messages = [f.message for f in progress.run.findings if f.check.name == "updated item read"]
    assert len(messages) == bool(expected)
    assert "".join(messages).startswith(expected)
