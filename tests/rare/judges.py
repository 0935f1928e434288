"""The judges: `tallystick fuzz`, and plain `st fuzz` beside it.

Rules: each fuzzes over real HTTP, as the command that a user calls, in a process that knows nothing
of the faults (Hypothesis draws constants from the modules that are loaded); requests are counted
where they arrive.
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.contract_tests.targets import write_target
from tests.independent.app import PaymentAccountLinks, Receive, Scope, Send
from tests.independent.serve import serving

from .faults import Rare

REQUESTS = 10_000
_TIMEOUT = 1_800
_JUDGING = 20
"""The fuzz gets so many more requests after a fault was met."""
_DOCUMENT = Path(__file__).parents[2] / "openapi/dolfin-payment-account-link.yaml"
_BIN = Path(sys.executable).parent


@dataclass
class Counted:
    """An application that counts its requests, and says when there were enough."""

    app: PaymentAccountLinks
    requests: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests += scope["type"] == "http"
        await self.app(scope, receive, send)


@dataclass(frozen=True)
class Fuzzed:
    """What a fuzz says of an implementation. `first` is the request that first showed it."""

    found: frozenset[str]
    requests: int
    first: int | None = None


def by_tallystick(
    app: PaymentAccountLinks, seed: int, requests: int = REQUESTS, *options: str
) -> Fuzzed:
    """Fuzz an implementation by `tallystick fuzz`."""
    with _served(app) as (counted, folder, url):
        run = subprocess.run(
            _fuzz(folder, url, seed, requests, *options),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
        )
        if run.returncode not in (0, 1):
            raise RuntimeError(run.stdout + run.stderr)
        return _fuzzed(folder, counted)


def until_found(app: Rare, seed: int, most: int, *options: str) -> int:
    """How many requests `tallystick fuzz` needs to find a rare fault; one more than `most` where it
    does not. It is interrupted when the fault was met, which is most often when it is found: it may
    be met by data of which nothing is asserted, and then it is fuzzed to the end.
    """
    with _served(app) as (counted, folder, url):
        met_at: list[int] = []

        def is_enough() -> bool:
            if app.met and not met_at:
                met_at.append(counted.requests)
            return bool(met_at) and counted.requests > met_at[0] + _JUDGING

        command = _fuzz(folder, url, seed, most, *options)
        with subprocess.Popen(
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            _interrupt_after(process, is_enough)
        first = _fuzzed(folder, counted).first
    if first is None:
        first = by_tallystick(app.fault.app(), seed, most, *options).first
    return most + 1 if first is None else first


def _fuzz(folder: Path, url: str, seed: int, requests: int, *options: str) -> list[str]:
    target = write_target(folder, url)
    limits = ["--max-requests", str(requests), "--seed", str(seed), "--database", "none"]
    command = [sys.executable, "-m", "tallystick", "fuzz", "--target", str(target), *limits]
    return [*command, *options, "--report-dir", str(folder / "out")]


def _fuzzed(folder: Path, counted: Counted) -> Fuzzed:
    findings = [
        finding
        for finding in json.loads((folder / "out/report.json").read_text())["findings"]
        if finding["level"] != "advisory"
    ]
    firsts = [finding["shown_by"]["first"] for finding in findings if "shown_by" in finding]
    names = frozenset(f"{f['check']}: {f['message']}" for f in findings)
    return Fuzzed(names, counted.requests, min(firsts, default=None))


def by_schemathesis(app: PaymentAccountLinks, seed: int, requests: int = REQUESTS) -> Fuzzed:
    """Fuzz an implementation by plain `st fuzz`. It has no limit of requests: it is interrupted,
    as by Ctrl-C, after as many.
    """
    with _served(app) as (counted, folder, url):
        options = ["--url", url, "--seed", str(seed), "--no-color", "--generation-database", "none"]
        options += ["--continue-on-failure", "--max-failures", "1000000"]
        options += ["--report", "json", "--report-json-path", str(folder / "report.json")]
        command = [str(_BIN / "schemathesis"), "fuzz", str(_DOCUMENT), *options]
        with subprocess.Popen(
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            _interrupt_after(process, lambda: counted.requests >= requests)
        failures = json.loads((folder / "report.json").read_text())["failures"]
        return Fuzzed(frozenset(f["title"] for f in failures), counted.requests)


def _interrupt_after(process: subprocess.Popen[bytes], is_enough: Callable[[], bool]) -> None:
    end = time.monotonic() + _TIMEOUT
    while process.poll() is None and not is_enough() and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()


@contextmanager
def _served(app: PaymentAccountLinks) -> Iterator[tuple[Counted, Path, str]]:
    """An implementation that is served, a folder for the judge, and the address."""
    counted = Counted(app)
    with tempfile.TemporaryDirectory() as name, serving(counted) as url:
        yield counted, Path(name), url
