"""What the README and the docs show is what happens."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from contract_tests.checks.promises import PROMISES
from contract_tests.target.file import read_target
from tallystick.cli import cli
from tallystick.reader.overlays import OverlayTarget, apply
from tallystick.reader.texts.parsing import parse
from tests import PATIENCE
from tests.end_to_end.mock import running_mock

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_transcript_of_the_ten_cases() -> None:
    """Each command of the README's transcript prints what stands below it."""
    (transcript,) = (b for b in blocks(ROOT / "README.md", "console") if "ask()" in b)
    lines = transcript.splitlines()
    expected = [line for line in lines if not line.startswith("$ ")]
    with running_mock() as url:
        script = "\n".join(line[2:] for line in lines if line.startswith("$ "))
        script = script.replace("http://127.0.0.1:8080", url)
        run = subprocess.run(
            ["bash", "-c", script], capture_output=True, text=True, timeout=PATIENCE
        )
    assert run.stdout.splitlines() == expected
    assert len(expected) == 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_in_the_docs_exist(page: Path) -> None:
    """Each `tallystick …` and `make …` command names a command and options that there are."""
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for block in blocks(page, "console"):
        for name in re.findall(r"^\$ make ([a-z-]+)", block, re.MULTILINE):
            assert name in targets
        for line in re.findall(r"^\$ tallystick (.+?)(?:#.*)?$", block, re.MULTILINE):
            words = line.replace("[", " ").replace("]", " ").split()
            shown = CliRunner().invoke(cli, [words[0], "--help"]).output
            options = [word for word in words if word.startswith("--")]
            assert [option for option in options if option not in shown] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_links_in_the_docs_lead_somewhere(page: Path) -> None:
    """Each relative link names a file that there is."""
    links = re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_target_file_in_the_docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of a target file is one."""
    monkeypatch.setenv("DOLFIN_API_KEY", "k")
    monkeypatch.setenv("READONLY_KEY", "r")
    (text,) = blocks(ROOT / "docs" / "contract-tests.md", "toml")
    path = tmp_path / "target.toml"
    path.write_text(text, encoding="utf-8")
    target = read_target(str(path))
    assert target.base_url == "https://staging.example.test"
    assert sorted(target.cases) == [
        "Organisation.NotFound",
        "Payment.Forbidden",
        "PaymentAccount.NotEnabled",
        "PaymentAccount.ProviderError",
    ]
    assert tomllib.loads(text)["headers"] == {"x-dolfin-api-key": "${DOLFIN_API_KEY}"}


def test_the_overlay_in_the_docs() -> None:
    """The example of an overlay is one, and finds its target."""
    text, _ = blocks(ROOT / "docs" / "overlays.md", "yaml")
    target = OverlayTarget({"paths": {"/payments": {"post": {"responses": {"400": {}}}}}})
    apply(target, parse(text, "docs/overlays.md"))
    cases = target.value["paths"]["/payments"]["post"]["responses"]["400"]["x-tallystick-cases"]
    assert list(target.diagnostics) == []
    assert cases["Payment.AmountInvalid"]["constraint"] == {"kind": "greater-than", "limit": 0}


def test_the_promises_in_the_docs() -> None:
    """The example of promises continues the overlay before it, and names promises that exist."""
    first, second = blocks(ROOT / "docs" / "overlays.md", "yaml")
    target = OverlayTarget({"paths": {"/payments": {"post": {"responses": {"400": {}}}}}})
    apply(target, parse(first + second, "docs/overlays.md"))
    named = target.value["paths"]["/payments"]["post"]["x-tallystick-promises"]
    names = [name if isinstance(name, str) else next(iter(name)) for name in named]
    assert names == ["fresh", "short-lived"]
    assert set(names) <= PROMISES.keys()
