"""How the mock's start grows with the document: time to the first answer, CPU time and memory, for
generated documents of 10, 100 and 1,000 operations. `make bench` runs it; it needs Linux (/proc).
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from benchmarks.generated import document
from benchmarks.processes import cpu_seconds

SIZES = (10, 100, 1_000)
_DIRECT = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class Start:
    """The start of a mock of one document, up to the first answer of an operation."""

    operations: int
    megabytes: float
    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    """The most memory that the process held (VmHWM)."""


def measure(operations: int, folder: Path) -> Start:
    """Start a mock of a generated document, and ask its first operation."""
    place = folder / f"{operations}.json"
    place.write_text(json.dumps(document(operations)), encoding="utf-8")
    command = [sys.executable, "-m", "tallystick", "mock", str(place), "--port", "0"]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = re.search(r"http://[\d.]+:\d+", process.stdout.readline())
            assert url is not None
            with _DIRECT.open(f"{url[0]}/resource-0") as answer:
                assert answer.status == 200
            seconds = time.perf_counter() - started
            return Start(
                operations,
                place.stat().st_size / 1e6,
                seconds,
                cpu_seconds(process.pid),
                _peak(process.pid),
            )
        finally:
            process.kill()


def _peak(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1e3 if found else 0.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, nargs="+", default=SIZES)
    arguments = parser.parse_args()
    titles = ("operations", "document", "first answer", "CPU", "peak memory")
    print(*(f"{title:>12}" for title in titles))
    with tempfile.TemporaryDirectory() as folder:
        for operations in arguments.operations:
            row = measure(operations, Path(folder))
            print(
                f"{row.operations:>12,} {row.megabytes:>9.2f} MB {row.seconds:>10.2f} s "
                f"{row.cpu_seconds:>10.2f} s {row.peak_megabytes:>9.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
