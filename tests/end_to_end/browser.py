"""A real browser, the example app on an origin of its own, and what the browser did there.

Rules: the browser reaches this machine only. What it asked for, what scripts complained of, and
each dialog that opened is written down, for tests to judge.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from mock_server.control.guard import Access
from mock_server.serve import serving
from tallystick import load_contract

EXAMPLE = Path(__file__).parents[2] / "examples" / "onboarding"
ORGANISATION = "6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11"
CHROMIUM = shutil.which("chromium")
NO_CHROMIUM = "no browser: chromium is not on the path (Debian: apt-get install chromium)"

THIS_MACHINE = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


@contextmanager
def running_browser(hosts: str = THIS_MACHINE) -> Iterator[Browser]:
    """Chromium without a window, with rules for which hosts it may reach, and where they are."""
    arguments = [
        "--no-sandbox",  # which root, as in a CI container, cannot use
        f"--host-resolver-rules={hosts}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Seen:
    """What a browser did since it was opened."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    @property
    def origins(self) -> set[str]:
        """The origins of all requests but `data:` URLs."""
        parts = [urlsplit(url) for url in self.requests if not url.startswith("data:")]
        return {f"{part.scheme}://{part.netloc}" for part in parts}


@contextmanager
def new_page(browser: Browser, **options: Any) -> Iterator[tuple[Page, Seen]]:
    """A page of a fresh context, with what it did."""
    context: BrowserContext = browser.new_context(**options)
    context.set_default_timeout(30_000)
    page, seen = context.new_page(), Seen()
    context.on("request", lambda request: seen.requests.append(request.url))
    context.on("weberror", lambda error: seen.errors.append(str(error.error)))
    context.on("console", lambda m: seen.errors.append(m.text) if m.type == "error" else None)

    def dismiss(dialog: Any) -> None:
        seen.dialogs.append(dialog.message)
        dialog.dismiss()

    context.on("dialog", dismiss)
    try:
        yield page, seen
    finally:
        context.close()


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files as `python -m http.server` does, and says nothing."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving_by(handler: Any) -> Iterator[str]:
    """A handler of the standard library on a free port; gives its base URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(5)


@contextmanager
def example_app() -> Iterator[str]:
    """The example app, as `make example` serves it."""
    with serving_by(partial(_Quiet, directory=str(EXAMPLE))) as url:
        yield url


@contextmanager
def mock_for(app: str) -> Iterator[str]:
    """A mock of the bundled contract that the pages of an app may control."""
    with serving(load_contract(), access=Access(origins=frozenset({app}))) as url:
        yield url
