"""The judges: `tallystick test`, and plain `schemathesis run` beside it.

Rules: each judges over real HTTP, as the command that a user calls; requests are counted where
they arrive. Plain Schemathesis raises an alarm on the correct implementation, too: a mutant counts
as caught by it where it fails something that it does not fail there.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.contract_tests.targets import write_target
from tests.independent.app import PaymentAccountLinks, Receive, Scope, Send
from tests.independent.serve import serving

DOCUMENT = Path(__file__).parents[2] / "openapi/dolfin-payment-account-link.yaml"
KEY = '[headers]\nx-dolfin-api-key = "a-secret-key"\n'
_BIN = Path(sys.executable).parent
_FAILURE = re.compile(r"❌ (ST\d+[^:\n]*): \d+")
_TIMEOUT = 300

App = Callable[[], PaymentAccountLinks]


@dataclass(frozen=True)
class Judgement:
    """What a judge says of an implementation: its exit code, what it finds, and what that took."""

    code: int
    found: frozenset[str]
    advised: frozenset[str]
    requests: int
    seconds: float


@dataclass
class Counting:
    """An application that counts its requests."""

    app: PaymentAccountLinks
    requests: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests += scope["type"] == "http"
        await self.app(scope, receive, send)


def tallystick(app: App, seed: int) -> Judgement:
    """Judge an implementation by `tallystick test`."""

    def command(folder: Path, url: str) -> list[str]:
        target = keyed_target(folder, url)
        options = ["--seed", str(seed), "--report-dir", str(folder)]
        return [str(_BIN / "tallystick"), "test", "--target", str(target), *options]

    def found(folder: Path, _: str) -> tuple[frozenset[str], frozenset[str]]:
        findings = json.loads((folder / "report.json").read_text())["findings"]
        texts = {(f["level"] == "advisory", f"{f['check']}: {f['message']}") for f in findings}
        return (
            frozenset(text for is_advice, text in texts if not is_advice),
            frozenset(text for is_advice, text in texts if is_advice),
        )

    return _judge(app, command, found)


def schemathesis(app: App, seed: int) -> Judgement:
    """Judge an implementation by plain `schemathesis run` with its defaults."""

    def command(_: Path, url: str) -> list[str]:
        options = ["--url", url, "--seed", str(seed), "--no-color"]
        return [str(_BIN / "schemathesis"), "run", str(DOCUMENT), *options]

    def found(_: Path, output: str) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(_FAILURE.findall(output)), frozenset()

    return _judge(app, command, found)


def keyed_target(folder: Path, url: str) -> Path:
    """The target file of an implementation, with a key that must not come back."""
    path = write_target(folder, url)
    path.write_text(path.read_text().replace("[parameters]", f"{KEY}[parameters]", 1))
    return path


def _judge(
    app: App,
    command: Callable[[Path, str], list[str]],
    found: Callable[[Path, str], tuple[frozenset[str], frozenset[str]]],
) -> Judgement:
    counting = Counting(app())
    with tempfile.TemporaryDirectory() as name, serving(counting) as url:
        folder = Path(name)
        started = time.monotonic()
        run = subprocess.run(
            command(folder, url), cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT
        )
        seconds = time.monotonic() - started
        if run.returncode not in (0, 1, 3):
            raise RuntimeError(run.stdout + run.stderr)
        return Judgement(run.returncode, *found(folder, run.stdout), counting.requests, seconds)
