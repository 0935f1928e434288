"""The independent implementation as a target: the ids by which it reaches each state."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from tests.independent import app
from tests.independent.serve import Application

IDS = {
    "Payment.Forbidden": app.FORBIDDEN_ID,
    "Organisation.NotFound": app.UNKNOWN_ID,
    "PaymentAccount.NotEnabled": app.NOT_ENABLED_ID,
    "PaymentAccount.Disconnected": app.DISCONNECTED_ID,
    "PaymentAccount.ProviderError": app.PROVIDER_ERROR_ID,
}

LABELS = [
    "200",
    "400 PaymentAccountLink.MissingReturnUrl",
    "400 PaymentAccountLink.InvalidReturnUrl",
    "400 PaymentAccountLink.MissingRefreshUrl",
    "400 PaymentAccountLink.InvalidRefreshUrl",
    "403 Payment.Forbidden",
    "404 Organisation.NotFound",
    "409 PaymentAccount.NotEnabled",
    "409 PaymentAccount.Disconnected",
    "502 PaymentAccount.ProviderError",
]
"""The ten documented cases, in the document's order."""


def target_text(base_url: str, *top: str, without: str = "", more: str = "") -> str:
    """A target file for an independent implementation: with these keys at its top, without the
    entry of one case, and with more at its end.
    """
    lines = [f'base_url = "{base_url}"', *top, "[parameters]", f'"path.id" = "{app.ACTIVE_ID}"']
    for code, organisation in IDS.items():
        if code != without:
            lines += [f'[cases."{code}"]', f'parameters = {{ "path.id" = "{organisation}" }}']
    return "\n".join([*lines, more])


def stateless_text(base_url: str) -> str:
    """A target file that knows how to reach no state."""
    return f'base_url = "{base_url}"\n\n[parameters]\n"path.id" = "{app.ACTIVE_ID}"\n'


def write_target(folder: Path, base_url: str) -> Path:
    """Write a whole target file for an independent implementation that is served at `base_url`."""
    return write(folder, target_text(base_url))


def write(folder: Path, text: str) -> Path:
    """Write a target file."""
    path = folder / "target.toml"
    path.write_text(text, encoding="utf-8")
    return path


class Recording(app.PaymentAccountLinks):
    """The correct implementation, which keeps each request with the time at which it came."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, app.Request]] = []

    async def read_request(self, scope: app.Scope, receive: app.Receive) -> app.Request:
        came = time.monotonic()
        request = await super().read_request(scope, receive)
        self.seen.append((came, request))
        return request

    @property
    def requests(self) -> list[app.Request]:
        return [request for _, request in self.seen]

    def most_within(self, seconds: float) -> int:
        """The most requests that came within so many seconds."""
        times = sorted(came for came, _ in self.seen)
        return max(sum(start <= came < start + seconds for came in times) for start in times)


@contextmanager
def serving_at(host: str, application: Application) -> Iterator[str]:
    """Serve an application at an address of this machine that is no loopback one."""
    config = uvicorn.Config(application, host, 0, ws="none", log_level="critical")
    listener = config.bind_socket()
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        # Connections are taken by the socket from the start; the server answers once it runs.
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
