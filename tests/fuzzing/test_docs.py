"""What docs/fuzzing.md shows is what happens."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from contract_tests.target.file import check_target, read_target
from fuzzing.generators.dictionaries import bound_dictionaries
from fuzzing.sending.health import BreakerThresholds
from fuzzing.sending.limits import Limits, limits_of
from tallystick.cli import cli
from tallystick.contract import load_contract
from tests.contract_tests.commands import ROOT, run_words
from tests.contract_tests.targets import write
from tests.fuzzing.fuzzed import Failing, fuzz, ledger
from tests.independent.app import ACTIVE_ID
from tests.independent.serve import serving

PAGE = (ROOT / "docs" / "fuzzing.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The target file of the page."""
    monkeypatch.setenv("DOLFIN_API_KEY", "k")
    (text,) = blocks("toml")
    return write(tmp_path, text)


def test_the_target_file(target: Path) -> None:
    """The example is one, and its numbers mean what the comments say."""
    read, contract = read_target(str(target)), load_contract()
    check_target(read, contract, str(target))
    assert limits_of(read, {}) == Limits(10_000, 3600, 5, 50, BreakerThresholds(0.5, 10, 50))
    assert BreakerThresholds() == BreakerThresholds(0.5, 10, 50)
    assert bound_dictionaries(read, contract, str(target))["body.returnUrl"].probability == 0.3


def test_the_preview(target: Path) -> None:
    """The preview of staging prints its budget."""
    run = CliRunner().invoke(cli, ["fuzz", "--target", str(target), "--dry-run"])
    assert run.exit_code == 0
    assert run.output.splitlines()[-1] == (
        "Budget: at most 10,000 requests, 3600 s, 5 requests a second, 50 creations"
    )


def test_what_is_shown_of_a_finding(tmp_path: Path) -> None:
    """The commands of the page work on a finding, and the ledger has the members that it shows."""
    shown = "".join(blocks("console"))
    commands = [shlex.split(line, comments=True) for line in re.findall(r"\$ (.*)", shown)]
    replay, accept, again = (
        next(words for words in commands if words[:2] == ["tallystick", name] and more in words)
        for name, more in (("replay", "replay"), ("accept", "accept"), ("fuzz", "--baseline"))
    )
    with serving(Failing(b"http://")) as url:
        text = (
            f'base_url = "{url}"\n[parameters]\n"path.id" = "{ACTIVE_ID}"\n[fuzz]\nbreaker = false'
        )
        run = fuzz(tmp_path, "--target", write(tmp_path, text), "--max-requests", 200)
        real = {
            "reports/fuzz": str(run.folder),
            "4f0c51d2a9e3": run.heavy[0]["id"],
            "known.json": str(tmp_path / "known.json"),
            "staging.toml": str(tmp_path / "target.toml"),
            "2026-12-31": "2999-12-31",
        }
        more = ["--seed", "11", "--max-requests", "100", "--database", "none"]
        codes = []
        for number, words in enumerate((replay, accept, [*again, *more])):
            folder = tmp_path / str(number)
            folder.mkdir()
            codes.append(run_words(folder, tuple(real.get(word, word) for word in words)).code)
    assert codes == [1, 0, 0]
    (line,) = blocks("json")
    assert ledger(run)[0].keys() == json.loads(line).keys()
