"""How `tallystick fuzz` finds rare faults, beside plain `st fuzz` with as many requests.

Each of `tests.rare` is fuzzed by both, as commands over loopback; requests are counted where they
arrive. Plain Schemathesis raises alarms on the correct implementation, too: it counts as finding a
fault where it fails something that it does not fail there. `make fuzz-bench` prints the table.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.contract_tests.targets import write_target
from tests.independent.app import PaymentAccountLinks, Receive, Scope, Send
from tests.independent.serve import serving
from tests.rare import RARE, RareFault

REQUESTS = 10_000
_TIMEOUT = 900
_ROOT = Path(__file__).parents[1]
_DOCUMENT = _ROOT / "openapi/dolfin-payment-account-link.yaml"
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


def by_tallystick(app: PaymentAccountLinks, seed: int, requests: int = REQUESTS) -> Fuzzed:
    """Fuzz an implementation by `tallystick fuzz`."""
    with _served(app) as (counted, folder, url):
        target = write_target(folder, url)
        options = ["--max-requests", str(requests), "--seed", str(seed)]
        command = ["fuzz", "--target", str(target), *options, "--report-dir", str(folder / "out")]
        run = subprocess.run(
            [sys.executable, "-m", "tallystick", *command],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
        )
        if run.returncode not in (0, 1):
            raise RuntimeError(run.stdout + run.stderr)
        findings = [
            finding
            for finding in json.loads((folder / "out/report.json").read_text())["findings"]
            if finding["level"] != "advisory"
        ]
        firsts = [finding["shown_by"]["first"] for finding in findings if "shown_by" in finding]
        names = frozenset(f"{f['obligation']}: {f['message']}" for f in findings)
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


def main() -> int:
    """Print the table. 1 where a fault was missed, or an alarm was false."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzzing", description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds for tallystick fuzz")
    parser.add_argument("--alone", action="store_true", help="without st fuzz, which takes longer")
    options = parser.parse_args()
    seeds = range(1, options.seeds + 1)
    alarms = [
        alarm
        for seed in seeds
        for alarm in by_tallystick(PaymentAccountLinks(), seed, options.requests).found
    ]
    usual: frozenset[str] | None = None
    if not options.alone:
        usual = by_schemathesis(PaymentAccountLinks(), 1, options.requests).found
    print(_HEADER)
    missed = [fault for fault in RARE if not _row(fault, seeds, options.requests, usual)]
    print(f"\nMissed: {', '.join(fault.name for fault in missed) or 'none'}.")
    print(f"False alarms of tallystick fuzz on the correct implementation: {len(alarms)}.")
    for alarm in alarms:
        print(f"  {alarm}")
    if usual is not None:
        print(f"False alarms of st fuzz there: {', '.join(sorted(usual)) or 'none'}.")
    return 1 if missed or alarms else 0


_HEADER = (
    "| rare fault | tallystick fuzz | found at request (median, latest) | st fuzz | requests |\n"
    "|---|---|---|---|---|"
)


def _row(
    fault: RareFault, seeds: Sequence[int], requests: int, usual: frozenset[str] | None
) -> bool:
    """Print what both say of a fault; says whether the first found it with each seed."""
    ours = [by_tallystick(fault.app(), seed, requests) for seed in seeds]
    firsts = [fuzzed.first for fuzzed in ours if fuzzed.first is not None]
    at = f"{median(firsts):,.0f}, {max(firsts):,}" if firsts else "–"
    cells = [fault.name, f"found with {len(firsts)} of {len(seeds)} seeds", at]
    if usual is not None:
        plain = by_schemathesis(fault.app(), 1, requests)
        cells += ["found" if plain.found - usual else "missed", f"{plain.requests:,}"]
    print("| " + " | ".join(cells) + " |", flush=True)
    return len(firsts) == len(seeds)


if __name__ == "__main__":
    sys.exit(main())
