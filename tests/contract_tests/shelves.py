"""A small service of shelves and books, written by hand from `shelves.yaml`, that keeps what it was
asked. It imports nothing of the project.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

_METHODS = {
    r"/shelves": ("GET", "POST"),
    r"/shelves/(\w+)": ("GET", "DELETE"),
    r"/shelves/(\w+)/books": ("GET", "POST"),
    r"/shelves/(\w+)/books/(\w+)": ("GET", "PUT", "DELETE"),
    r"/shelves/(\w+)/sort": ("POST",),
    r"/health": ("GET",),
    r"/shutdown": ("POST",),
}


class Library:
    """The shelves, and the requests that came: method and path, in order. With a token, only who
    has it is served.
    """

    location = ""
    """What `Location` says after a create, where it says something."""

    def __init__(self, token: str = "") -> None:
        self.token = token
        self.ids = count(100)
        self.items: dict[str, dict[str, Any]] = {"/shelves/7": {"id": 7, "name": "of somebody"}}
        self.requests: list[str] = []
        self.lock = threading.Lock()

    def answer(self, method: str, path: str, body: bytes, sent: str) -> tuple[int, Any]:
        """Status and JSON value of a response; `sent` is the Authorization header."""
        with self.lock:
            self.requests.append(f"{method} {path}")
            if not self.is_known(sent):
                return 401, {"message": "who are you?"}
            match = next((m for m in (re.fullmatch(p, path) for p in _METHODS) if m), None)
            if match is None:
                return 404, {"message": "there is nothing here"}
            if method not in _METHODS[match.re.pattern]:
                return 405, {"message": "no such method"}
            if not all(part.isdecimal() for part in match.groups()):
                return 422, {"message": "ids are integers"}
            return self._handle(method, path, body)

    def is_known(self, sent: str) -> bool:
        """Whether a request is served."""
        return not self.token or sent == f"Bearer {self.token}"

    def _handle(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        parent = path.removesuffix("/books").removesuffix("/sort")
        is_item = path.rsplit("/", 1)[1].isdecimal()
        if path in ("/health", "/shutdown"):
            return (200 if method == "GET" else 202), None
        if parent != "/shelves" and parent not in self.items:
            return 404, {"message": "there is none"}
        if path.endswith("/sort"):
            return 202, None
        if method == "DELETE":
            self.items = {p: i for p, i in self.items.items() if not f"{p}/".startswith(f"{path}/")}
            return 204, None
        if method == "GET":
            return 200, self.items[path] if is_item else self._inside(path)
        return self._write(path, body, is_item=is_item)

    def _write(self, path: str, body: bytes, *, is_item: bool) -> tuple[int, Any]:
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return 422, {"message": "that is no JSON"}
        name = value.get("name") if isinstance(value, dict) else None
        if not isinstance(name, str) or not 1 <= len(name) <= 40:
            return 422, {"message": "a name is needed"}
        number = self.items[path]["id"] if is_item else next(self.ids)
        item = {"id": number, "name": name}
        self.items[path if is_item else f"{path}/{number}"] = item
        return (200 if is_item else 201), item

    def _inside(self, path: str) -> list[Any]:
        return [item for place, item in self.items.items() if place.rpartition("/")[0] == path]


class _Server(ThreadingHTTPServer):
    """A server that says nothing of clients that went away: a traceback parses source text, which
    Python 3.11 cannot do in two threads at a time.
    """

    def handle_error(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(library: Library) -> Iterator[str]:
    """Serve a library on a free port of this machine; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            """Answer any method."""
            self.raw_requestline = self.rfile.readline(65_537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.headers.get("transfer-encoding"):
                self.close_connection = True
                status, value = 411, {"message": "a length is needed"}
            else:
                path, sent = self.path.partition("?")[0], self.headers.get("authorization", "")
                status, value = library.answer(self.command, path, body, sent)
            content = b"" if value is None else json.dumps(value).encode()
            self.send_response(status)
            if status == 405:
                self.send_header("allow", "GET, POST, PUT, DELETE")
            if status == 201 and library.location:
                self.send_header("location", library.location.format(**value))
            if content:
                self.send_header("content-type", "application/json")
            if status != 204:
                self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
