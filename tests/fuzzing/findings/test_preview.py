"""The preview: it prints what would be sent, and sends nothing."""

from __future__ import annotations

import re
from pathlib import Path

from tests.contract_tests.targets import stateless_text, write
from tests.fuzzing.fuzzed import CountingApp, fuzz
from tests.independent.serve import serving


def test_nothing_is_sent(tmp_path: Path) -> None:
    """It counts by kind, shows ten samples and the budget; no report is written or touched, and
    the target need not even be there.
    """
    app = CountingApp()
    (tmp_path / "report").mkdir()
    earlier = tmp_path / "report" / "requests.ndjson"
    earlier.write_text("of an earlier run")
    with serving(app) as url:
        target = write(tmp_path, f"{stateless_text(url)}\n[fuzz]\nmax_creations = 9\nrate = '7/s'")
        run = fuzz(tmp_path, "--target", target, "--dry-run", "--max-time", 60)
    gone = fuzz(tmp_path, "--target", target, "--dry-run", "--max-requests", 20)
    assert (run.code, run.err, app.seen) == (0, "", [])
    assert run.out.startswith("500 requests were drawn and not sent:\n")
    counts = re.findall(r"^  (\w+) +(\d+)$", run.out, re.MULTILINE)
    assert {"positive", "negative", "boundary", "dictionary", "pair"} <= {
        kind for kind, _ in counts
    }
    assert sum(int(count) for _, count in counts) == 500
    samples = [line for line in run.out.splitlines() if line.startswith("  curl ")]
    assert len(samples) + run.out.count("  python3 -c") == 10
    budget = "Budget: at most 10,000 requests, 60 s, 7 requests a second, 9 creations"
    assert run.out.splitlines()[-1] == budget
    assert (gone.code, gone.out.startswith("20 requests were drawn")) == (0, True)
    assert [path.name for path in earlier.parent.iterdir()] == ["requests.ndjson"]
    assert earlier.read_text() == "of an earlier run"
