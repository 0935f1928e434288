"""A long run against the mock: nothing is found, and nothing grows."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from statistics import median

import httpx
import pytest

from tests.end_to_end.mock import running_mock
from tests.fuzzing.fuzzed import fuzzing, ledger

LONG = int(os.environ.get("TALLYSTICK_LONG_FUZZ", "5000"))
"""The whole is 20,000, which takes minutes."""

_WARM = 0.4
"""By this part of the requests, all that is kept for long is there."""

_GROWTH = 1.25
_SLOWER = 10
"""A busy machine makes some responses slow, but not half of them so many times slower."""


def processes(group: int) -> dict[int, int]:
    """The memory, in kB, of each process of a group."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text().rpartition(")")[2].split()
            status = (path / "status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group and "VmRSS:" in status:
            found[int(path.name)] = int(status.partition("VmRSS:")[2].split()[0])
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux has them")
@pytest.mark.parametrize("most", [600, pytest.param(LONG, marks=pytest.mark.long)])
def test_the_mock_bears_it(most: int, tmp_path: Path) -> None:
    """Two workers send all they may, find nothing, and need no more memory at the end than after
    the first part; the mock is healthy and as quick as before.
    """
    sizes: list[tuple[int, dict[int, int]]] = []
    with running_mock() as url:
        options = ("--base-url", url, "--max-requests", most, "--workers", 2)
        with fuzzing(tmp_path, *options) as fuzz:
            lines = tmp_path / "report" / "requests.ndjson"
            while fuzz.process.poll() is None:
                sent = lines.read_bytes().count(b"\n") if lines.exists() else 0
                sizes.append((sent, processes(fuzz.process.pid)))
                time.sleep(0.2)
            run = fuzz.result()
        health = httpx.get(f"{url}/_tallystick/health", timeout=30)
    assert (run.code, run.report["findings"], run.report["requests"]) == (0, [], most), run.out
    assert health.status_code == 200
    took = [line["milliseconds"] for line in ledger(run)]
    assert median(took[-200:]) < median(took[:200]) * _SLOWER
    warm = next(size for sent, size in sizes if sent >= most * _WARM)
    end = next(size for _, size in reversed(sizes) if size.keys() >= warm.keys())
    assert all(end[pid] < warm[pid] * _GROWTH for pid in warm), (warm, end)
    assert len(warm) >= 4  # the command, the budget, and two workers
