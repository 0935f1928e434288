"""Who is measured: each with its version, its command, and its way to ask for a case.

Rules: a contender is a row of `CONTENDERS`. Each tool runs with what it does by default, apart
from its log, which is switched off as `-q` does for the mock; where it keeps a journal of
requests, that is on, and as long as the mock's. `Missing` says why one cannot run here.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers import stubs
from benchmarks.peers.loads import TRAINS, VENDOR
from mock_server.state.journal import MOST_ENTRIES
from tests.end_to_end import peers

SCALAR = "@scalar/mock-server@0.14.4"
SPECMATIC = "specmatic@2.55.1"
"""Specmatic's own package: its jar."""


@dataclass(frozen=True)
class Serving:
    """What a contender is to serve: a document, by its name and its file, on a port of this
    machine; `folder` is for files of its own.
    """

    document: str
    path: Path
    port: int
    folder: Path


@dataclass(frozen=True)
class Command:
    """What starts a contender."""

    words: list[str]
    cwd: str | None = None


@dataclass(frozen=True)
class Contender:
    """One row. `forcing` are the headers by which it is asked for a 409; without any it has no
    such way. `statuses` are what it answers to a load where that is by design another than the
    document's. `warm` is how many requests it gets before anything counts: a compiler that
    works while the server runs needs more. `documents` are those that it serves here.
    """

    name: str
    title: str
    command: Callable[[Serving], Command]
    version: Callable[[], str]
    forcing: Mapping[str, str] | None = None
    statuses: Mapping[str, int] = field(default_factory=dict)
    warm: int = 2_000
    documents: tuple[str, ...] = (VENDOR, TRAINS)


def _mock(*options: str) -> Callable[[Serving], Command]:
    def command(serving: Serving) -> Command:
        words = [sys.executable, "-m", "tallystick", "mock", str(serving.path)]
        if serving.document == VENDOR:
            words.pop()  # the bundled contract: the vendor's document and its overlay
        return Command([*words, "--port", str(serving.port), *options])

    return command


def _app(name: str) -> Callable[[Serving], Command]:
    def command(serving: Serving) -> Command:
        module = [sys.executable, "-m", "benchmarks.peers.apps", name]
        return Command([*module, str(serving.port), str(serving.path)])

    return command


def _prism(*options: str) -> Callable[[Serving], Command]:
    return lambda serving: Command([*peers.prism(serving.port, serving.path), *options])


def _mockoon(serving: Serving) -> Command:
    data = serving.folder / "environment.json"
    made = stubs.for_mockoon(serving.document, serving.port)
    data.write_text(json.dumps(made), encoding="utf-8")
    return Command(peers.mockoon(serving.port, data))


def _scalar(serving: Serving) -> Command:
    script = Path(__file__).with_name("scalar.mjs").read_text(encoding="utf-8")
    folder = peers.installed(SCALAR)
    words = [peers.tool("node"), "--input-type=module", "--eval", script]
    return Command([*words, "--", str(serving.path), str(serving.port)], cwd=str(folder))


def _specmatic(serving: Serving) -> Command:
    jar = peers.installed(SPECMATIC) / "specmatic.jar"
    words = [peers.tool("java"), "-jar", str(jar), "stub", "--noConsoleLog"]
    options = ["--hot-reload", "disabled", "--host", "127.0.0.1", "--port", str(serving.port)]
    return Command([*words, *options, str(serving.path)], cwd=str(serving.folder))


def _wiremock(serving: Serving) -> Command:
    mappings = stubs.for_wiremock(serving.document)
    words = peers.wiremock(serving.port, serving.folder, mappings)
    return Command([*words, "--max-request-journal-entries", str(MOST_ENTRIES)])


def _package(package: str) -> Callable[[], str]:
    return lambda: package.rpartition("@")[2]


def _python(*names: str) -> Callable[[], str]:
    return lambda: ", ".join(f"{name} {version(name)}" for name in names)


def _ours() -> str:
    """The commit that is measured."""
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.sub(r"\s", "", done.stdout)
    return f"{version('tallystick')} {found}".strip()


_PREFER = {"Prefer": "code=409"}
_NODE, _JAVA = 15_000, 20_000

CONTENDERS = (
    Contender("mock", "the mock, `-q`", _mock("-q"), _ours, _PREFER),
    Contender("mock-log", "the mock with its request log", _mock(), _ours, _PREFER),
    Contender("connexion", "Connexion `AsyncApp`", _app("connexion"), _python("connexion")),
    Contender(
        "bare",
        "a bare ASGI function",
        _app("bare"),
        _python("uvicorn", "uvloop", "httptools"),
        statuses={"invalid": 200},
    ),
    Contender(
        "prism",
        "Prism, `--verboseLevel silent`",
        _prism("--verboseLevel", "silent"),
        _package(peers.PRISM),
        _PREFER,
        warm=_NODE,
    ),
    Contender(
        "prism-log",
        "Prism with its log",
        _prism(),
        _package(peers.PRISM),
        _PREFER,
        warm=_NODE,
        documents=(VENDOR,),
    ),
    Contender("mockoon", "Mockoon", _mockoon, _package(peers.MOCKOON), stubs.FORCING, warm=_NODE),
    Contender(
        "scalar",
        "Scalar's mock server",
        _scalar,
        _package(SCALAR),
        _PREFER,
        statuses={"invalid": 422},
        warm=_NODE,
    ),
    Contender(
        "specmatic",
        "Specmatic",
        _specmatic,
        _package(SPECMATIC),
        {"Specmatic-Response-Code": "409"},
        warm=_JAVA,
    ),
    Contender(
        "wiremock", "WireMock", _wiremock, _package(peers.WIREMOCK), stubs.FORCING, warm=_JAVA
    ),
)
