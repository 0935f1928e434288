"""Documents for the tests: the vendor's, as a file and as a page, and small ones."""

import json
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tallystick import Contract, load_contract
from tallystick.reader import document as document_reader
from tallystick.reader.document import Document
from tallystick.reader.options import LoadOptions

VENDOR = Path(__file__).parents[2] / "openapi" / "dolfin-payment-account-link.yaml"
HEAD = (
    "# Create payment account onboarding link\n"
    "\n"
    "## OpenAPI\n"
    "\n"
    "````yaml /api-reference/openapi.json post /organisations/{id}/payment-account/link\n"
)

Write = Callable[[str, Any], str]
Read = Callable[..., Contract]


@pytest.fixture
def vendor() -> str:
    """The path of the vendor's document."""
    return str(VENDOR)


@pytest.fixture
def page(tmp_path: Path) -> str:
    """The path of a Markdown page with the vendor's document, from line 6 on, in a fence."""
    path = tmp_path / "page.md"
    path.write_text(f"{HEAD}{VENDOR.read_text('utf-8')}````\n\nBack to the index.\n", "utf-8")
    return str(path)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A function that writes a text, or a value as JSON, to a file and gives its path."""

    def to(name: str, value: Any) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
        return str(path)

    return to


def document(
    responses: dict[str, Any],
    properties: dict[str, Any] | None = None,
    *,
    version: str = "3.1.1",
    parameter: dict[str, Any] | None = None,
    components: dict[str, Any] | None = None,
    **root: Any,
) -> dict[str, Any]:
    """An OpenAPI document with one operation, `POST /things/{id}`."""
    schema = {"type": "object", "properties": properties or {}}
    return {
        "openapi": version,
        "info": {"title": "Things", "version": "1"},
        "paths": {
            "/things/{id}": {
                "post": {
                    "parameters": [
                        {
                            "name": "id",
                            "in": "path",
                            "required": True,
                            "schema": parameter or {"type": "string", "format": "uuid"},
                        }
                    ],
                    "requestBody": {"content": {"application/json": {"schema": schema}}},
                    "responses": responses,
                }
            }
        },
        "components": components or {},
        **root,
    }


@pytest.fixture
def read(write: Write) -> Read:
    """A function that reads a document made of these responses (see `document`)."""

    def contract(responses: dict[str, Any], *args: Any, **more: Any) -> Contract:
        return load_contract(write("document.json", document(responses, *args, **more)))

    return contract


class Server:
    """A web server on this machine: `answers` maps a path to (status, headers, body)."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.seen: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.seen.append(self.path)
                status, headers, body = server.answers.get(self.path, (404, {}, b"no such page"))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True  # the reader had enough

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    """A web server that the test fills."""
    running = Server()
    yield running
    running.close()


def load(place: str, overlays: Sequence[str] = (), *, remote_references: bool = False) -> Document:
    """The document at a place, with these overlays."""
    return document_reader.load(LoadOptions((place,), tuple(overlays), remote_references))
