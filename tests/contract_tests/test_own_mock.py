"""The mock held to itself, on real documents: no check fails, whatever they look like."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.documents import CONTRACTS, in_folder
from tests.contract_tests.commands import tallystick_test

BIG = 300_000
"""From so many bytes on, a document takes minutes."""

DOCUMENTS = in_folder(CONTRACTS)


def _marked(path: Path) -> object:
    marks = [pytest.mark.long] if path.stat().st_size > BIG else []
    return pytest.param(path, id=path.name, marks=marks)


@pytest.mark.parametrize("path", [_marked(path) for path in DOCUMENTS] or [None])
def test_the_mock_keeps_what_it_serves(path: Path | None, tmp_path: Path) -> None:
    """An example that breaks its own schema is advisory, and no case fails."""
    if path is None:
        pytest.skip(f"{CONTRACTS} is not there; TALLYSTICK_CONTRACTS names another folder")
    run = tallystick_test(tmp_path, path, "--seed", 1, "--max-time", 400)
    assert run.heavy == [], run.out
    assert run.code in (0, 3), run.out


def test_a_part_of_the_mock(tmp_path: Path) -> None:
    """`--include` chooses operations of the mock, as of any target."""
    document = Path(__file__).with_name("shelves.yaml")
    run = tallystick_test(tmp_path, document, "--seed", 1, "--include", "GET /shelves")
    passed = {case["operation"] for case in run.report["cases"] if case["verdict"] == "passed"}
    assert passed == {"GET /shelves"}, run.out
