"""Mock servers that nobody here wrote, from npm, each serving the vendor's document.

    python -m tests.end_to_end.peers prism      # start one, and hold it to the contract

Rules: versions are exact; each is installed once, into a folder outside the checkout
(`TALLYSTICK_PEERS`, or else `tallystick-peers` in the user's cache); install scripts are not run;
a peer listens on a free port of this machine only; what is stopped is the process that was
started here, and nothing else. `Missing` says what this machine lacks.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tests import PATIENCE

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "openapi" / "dolfin-payment-account-link.yaml"

PRISM = "@stoplight/prism-cli@5.14.2"
"""Of 5.16.0 no answer to malformed JSON ever comes; it wants a newer Node.js, besides."""
MOCKOON = "@mockoon/cli@9.9.0"
WIREMOCK = "wiremock@3.13.2"
"""WireMock's own package: its jar."""

_WANTED = {"npm": (8,), "node": (18, 20, 1), "java": (11,)}
_HOST = "127.0.0.1"
_STOP_SECONDS = 10


class Missing(Exception):  # noqa: N818
    """What a peer needs is not on this machine and cannot be had; the message says why."""


@contextmanager
def running(name: str) -> Iterator[str]:
    """A peer, by its name, while the block lasts; gives its base URL. Raises Missing."""
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as folder,
        served(PEERS[name](port, Path(folder)), port) as url,
    ):
        yield url


@contextmanager
def served(
    command: Sequence[str],
    port: int,
    *,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
) -> Iterator[str]:
    """What a command serves on a port, while the block lasts; gives its base URL."""
    with tempfile.TemporaryFile() as log, launched(command, log, env=env, cwd=cwd) as process:
        _wait(process, port, log)
        yield f"http://{_HOST}:{port}"


# How each is started: the command that serves the document on a port. The folder is for its files.


def _prism(port: int, _: Path) -> list[str]:
    return prism(port, DOCUMENT)


def prism(port: int, document: Path) -> list[str]:
    """Prism reads the OpenAPI document, and holds requests to its schemas."""
    script = str(installed(PRISM) / "dist/index.js")
    return [tool("node"), script, "mock", "--host", _HOST, "--port", str(port), str(document)]


def _mockoon(port: int, _: Path) -> list[str]:
    """Mockoon imports the OpenAPI document as it starts. It looks at no request."""
    return mockoon(port, DOCUMENT)


def mockoon(port: int, data: Path) -> list[str]:
    """Mockoon serves an OpenAPI document, or an environment of its own."""
    script = str(installed(MOCKOON) / "bin/run.js")
    options = ["--hostname", _HOST, "--port", str(port), "--disable-log-to-file"]
    return [tool("node"), script, "start", "--data", str(data), *options]


def _wiremock(port: int, folder: Path) -> list[str]:
    """WireMock reads no OpenAPI: it serves `STUBS`, written by hand for the document."""
    return wiremock(port, folder, {"mappings": STUBS})


def wiremock(port: int, folder: Path, mappings: Mapping[str, Any]) -> list[str]:
    """WireMock serves mappings, which are written into the folder."""
    java = tool("java")
    (jar,) = (installed(WIREMOCK) / "build").glob("wiremock-standalone-*.jar")
    (folder / "mappings").mkdir()
    (folder / "mappings" / "stubs.json").write_text(json.dumps(mappings), "utf-8")
    options = ["--root-dir", str(folder), "--disable-banner"]
    return [java, "-jar", str(jar), "--bind-address", _HOST, "--port", str(port), *options]


PEERS: Mapping[str, Callable[[int, Path], list[str]]] = {
    "prism": _prism,
    "mockoon": _mockoon,
    "wiremock": _wiremock,
}


# WireMock's stubs: what a team writes that mocks the operation by hand.

_REQUEST: Mapping[str, Any] = {
    "method": "POST",
    "urlPathTemplate": "/organisations/{id}/payment-account/link",
    "pathParameters": {"id": {"matches": "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"}},
}


def _is_missing(member: str) -> dict[str, Any]:
    return {"not": {"matchesJsonPath": f"$.{member}"}}


def _is_invalid(member: str) -> dict[str, Any]:
    return {"matchesJsonPath": {"expression": f"$.{member}", "doesNotMatch": "https?://.+"}}


def _problem(priority: int, pattern: Mapping[str, Any], code: str, detail: str) -> dict[str, Any]:
    return {
        "priority": priority,
        "request": {**_REQUEST, "bodyPatterns": [pattern]},
        "response": {
            "status": 400,
            "headers": {"Content-Type": "application/problem+json"},
            "jsonBody": {"title": code, "status": 400, "detail": detail},
        },
    }


STUBS: Sequence[Mapping[str, Any]] = (
    _problem(
        1,
        _is_missing("returnUrl"),
        "PaymentAccountLink.MissingReturnUrl",
        "ReturnUrl is required",
    ),
    _problem(
        2,
        _is_invalid("returnUrl"),
        "PaymentAccountLink.InvalidReturnUrl",
        "ReturnUrl must be a valid absolute http(s) URL",
    ),
    _problem(
        3,
        _is_missing("refreshUrl"),
        "PaymentAccountLink.MissingRefreshUrl",
        "RefreshUrl is required",
    ),
    _problem(
        4,
        _is_invalid("refreshUrl"),
        "PaymentAccountLink.InvalidRefreshUrl",
        "RefreshUrl must be a valid absolute http(s) URL",
    ),
    {
        "priority": 5,
        "request": _REQUEST,
        "response": {
            "status": 200,
            "headers": {"Content-Type": "application/json"},
            "jsonBody": {
                "url": "https://connect.stripe.com/setup/e/acct_1PeerMock/abcdefghijkl",
                "expiresAt": "2099-01-01T00:05:00Z",  # a stub of this year fails in the next
            },
        },
    },
)


# Installing.


def cache() -> Path:
    """The folder that holds what is installed."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("TALLYSTICK_PEERS") or Path(home, "tallystick-peers")).resolve()


def installed(package: str) -> Path:
    """The folder of `name@version`, installed with npm on first use."""
    folder = cache() / package.replace("/", "+")
    with _first_use(folder) as is_first:
        if is_first:
            _npm(package, "install", "--prefix", str(folder), package)
    return folder / "node_modules" / package.rpartition("@")[0]


def locked(project: Path) -> Path:
    """The `node_modules` that a project's lock file describes, installed with npm on first use."""
    files = [project / name for name in ("package.json", "package-lock.json", ".npmrc")]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    folder = cache() / f"{project.name}+{digest[:12]}"
    with _first_use(folder) as is_first:
        if is_first:
            for file in files:
                shutil.copy(file, folder)
            _npm(f"the packages of {project.name}", "ci", "--prefix", str(folder))
    return folder / "node_modules"


@contextmanager
def _first_use(folder: Path) -> Iterator[bool]:
    """Whether the folder is still to be filled, by one process at a time. What is half installed
    has no stamp, and is installed again.
    """
    stamp = folder / "installed"
    if stamp.exists():
        yield False
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield not stamp.exists()
            stamp.touch()
    except OSError as error:
        raise Missing(f"{folder} cannot be written: {error.strerror}") from None


def _npm(what: str, *command: str) -> None:
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    try:
        subprocess.run(
            [tool("npm"), *command, *options], capture_output=True, timeout=PATIENCE, check=True
        )
    except subprocess.TimeoutExpired:
        raise Missing(f"npm did not install {what} in {PATIENCE} s") from None
    except subprocess.CalledProcessError as error:
        said = re.findall(r"^npm error (.+)", error.stderr.decode("utf-8", "replace"), re.MULTILINE)
        raise Missing(f"npm could not install {what}: {'; '.join(said[:3])}") from None


def tool(name: str) -> str:
    """The path of a program that is as new as needed."""
    path = shutil.which(name)
    if path is None:
        raise Missing(f"{name} is not installed")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=PATIENCE)
    found = tuple(map(int, re.findall(r"\d+", said.stdout)[:3]))
    if said.returncode or found < _WANTED[name]:
        wanted = ".".join(map(str, _WANTED[name]))
        raise Missing(f"{name} {wanted} or newer is needed")
    return path


# Running.


@contextmanager
def launched(
    command: Sequence[str],
    log: IO[bytes],
    *,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A server in a process group of its own, which may not listen yet."""
    process = subprocess.Popen(
        command,
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, number)  # its leader is not reaped yet: the group is still its own
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def _wait(process: subprocess.Popen[bytes], port: int, log: IO[bytes]) -> None:
    """Until the server accepts connections."""
    deadline = time.monotonic() + PATIENCE
    while not _accepts(port):
        if process.poll() is not None or time.monotonic() > deadline:
            log.seek(0)
            said = log.read()[-2000:].decode("utf-8", "replace")
            raise RuntimeError(f"the peer does not serve:\n{said}")
        time.sleep(0.05)


def _accepts(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((_HOST, port)) == 0


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((_HOST, 0))
        return int(listener.getsockname()[1])


def main() -> int:
    """Start the peer that is named, hold it to the contract, and give the suite's exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.end_to_end.peers")
    parser.add_argument("name", choices=PEERS)
    given, options = parser.parse_known_args()
    try:
        with running(given.name) as url:
            return subprocess.run([*suite(url), *options]).returncode
    except Missing as missing:
        return parser.exit(2, f"error: {missing}\n")


def suite(url: str) -> list[str]:
    """The command that holds a peer to the contract."""
    return [sys.executable, "-m", "tallystick", "test", "-v", "--base-url", url, "--seed", "1"]


if __name__ == "__main__":
    sys.exit(main())
