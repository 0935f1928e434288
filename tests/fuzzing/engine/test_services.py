"""A fuzz of a whole service: no false alarm, and nothing is left there."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.contract_tests.targets import write
from tests.crud.serve import FRAMEWORKS, serving
from tests.crud.store import TOKEN
from tests.fuzzing.fuzzed import fuzz, ledger

DOCUMENT = Path(__file__).parents[2] / "crud" / "document.yaml"
QUICK = pytest.param("fastapi", 200)
LONG = [pytest.param(name, 2_000, marks=pytest.mark.long) for name in FRAMEWORKS]


@pytest.mark.whole
@pytest.mark.parametrize(("framework", "most"), [QUICK, *LONG])
def test_a_correct_service(framework: str, most: int, tmp_path: Path) -> None:
    """Each operation gets fuzz cases, though items are unique there and deletes cascade: what a
    delete has taken from the base requests is made anew.
    """
    with serving(framework) as url:
        text = f'base_url = "{url}"\n[credentials.bearer]\ntoken = "{TOKEN}"\n'
        options = ("--target", write(tmp_path, text), "--max-requests", most)
        run = fuzz(tmp_path, DOCUMENT, *options)
        headers = {"authorization": f"Bearer {TOKEN}"}
        left = httpx.get(f"{url}/bikes", headers=headers, timeout=30).json()
    assert (run.code, run.heavy) == (0, []), run.out
    assert [each["operation"] for each in run.report["operations"] if not each["fuzz_cases"]] == []
    missed = [e["path"] for e in ledger(run) if (e["kind"], e["status"]) == ("base", 404)]
    assert len(missed) <= most // 100, missed
    assert left["items"] == []
    assert run.report["notes"] == []
