"""The shop of `examples/`: its document holds the mock, and its app, built against the mock alone,
passes its own tests with the tools that it names.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tallystick.contract import load_contract
from tallystick.exports import EXPORTS
from tests import PATIENCE
from tests.end_to_end import peers
from tests.end_to_end.browser import CHROMIUM, NO_CHROMIUM

EXAMPLES = Path(__file__).parents[2] / "examples"
SHOP = EXAMPLES / "shop"
DOCUMENT = SHOP / "openapi.yaml"
TALLYSTICK = (sys.executable, "-m", "tallystick")
CASES = 49
UNMADE = shutil.ignore_patterns("node_modules", "dist", "test-results")


@contextmanager
def running_shop() -> Iterator[str]:
    """The mock of the shop, from the command line; gives its base URL."""
    port = peers.free_port()
    command = [*TALLYSTICK, "mock", str(DOCUMENT), "--port", str(port), "--quiet"]
    with peers.served(command, port) as url:
        yield url


def run(*command: str, cwd: Path, **variables: str) -> str:
    """What a program prints. Fails where it fails."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_mock_passes_the_contract_suite(tmp_path: Path) -> None:
    """Every case passes and nothing is found, on a mock that remembers."""
    target = (SHOP / "target.toml").read_text("utf-8")
    (tmp_path / "openapi.yaml").symlink_to(DOCUMENT)
    with running_shop() as url:
        (tmp_path / "target.toml").write_text(target.replace("http://127.0.0.1:8080", url), "utf-8")
        options = ("--target", "target.toml", "--seed", "1", "--report-dir", "reports")
        run(*TALLYSTICK, "test", *options, cwd=tmp_path)
    report = json.loads((tmp_path / "reports" / "report.json").read_text("utf-8"))
    assert [case["verdict"] for case in report["cases"]] == ["passed"] * CASES
    assert report["findings"] == []


def test_the_export_is_fresh() -> None:
    """The app compiles with the types and codes of the document as it is."""
    assert EXPORTS["msw"](load_contract(str(DOCUMENT))) == (SHOP / "src/contract.ts").read_text()


def test_versions_are_pinned() -> None:
    """Each package has one version, or stands beside the shop."""
    package = json.loads((SHOP / "package.json").read_text("utf-8"))
    versions = package["devDependencies"].values()
    assert [v for v in versions if not re.fullmatch(r"\d+\.\d+\.\d+|file:\.\./testing", v)] == []


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shop with its packages; without npm the tests are skipped."""
    try:
        packages = peers.locked(SHOP)
    except peers.Missing as missing:
        pytest.skip(str(missing))
    folder = tmp_path_factory.mktemp("examples")
    (folder / "node_modules").symlink_to(packages)
    for name in ("shop", "testing"):
        shutil.copytree(EXAMPLES / name, folder / name, ignore=UNMADE)
    (folder / "shop" / "node_modules").mkdir()
    (folder / "shop" / "node_modules" / "tallystick-testing").symlink_to(folder / "testing")
    return folder / "shop"


def npm(shop: Path, script: str, **variables: str) -> str:
    """What a script of the shop prints, with this project's command on the path."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return run(peers.tool("npm"), "run", script, cwd=shop, PATH=path, NO_COLOR="1", **variables)


@pytest.fixture(scope="module")
def built(shop: Path) -> Path:
    """The shop, compiled and bundled."""
    npm(shop, "types")
    npm(shop, "build")
    return shop


@pytest.mark.long
def test_the_app_is_built(built: Path) -> None:
    """It compiles strictly, and nothing of msw is in what a visitor loads."""
    (script,) = (built / "dist" / "assets").glob("*.js")
    assert "msw" not in script.read_text("utf-8")


@pytest.mark.long
def test_the_unit_tests(shop: Path) -> None:
    """Vitest, with the mock that its set-up starts."""
    said = npm(shop, "unit", MOCK_PORT=str(peers.free_port()))
    assert re.search(r"Tests +4\d passed \(4\d\)", said), said


@pytest.mark.long
@pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)
def test_the_browser_tests(built: Path) -> None:
    """Playwright, in a real browser. Afterwards, each documented case was met."""
    ports = {"APP_PORT": str(peers.free_port())}
    with running_shop() as url:
        ports["MOCK_PORT"] = url.rpartition(":")[2]
        said = npm(built, "browser", **ports, CHROMIUM=str(CHROMIUM))
        coverage = run(*TALLYSTICK, "coverage", url, "--fail-under", "100", cwd=built)
    assert re.search(r"^ +\d+ passed", said, re.MULTILINE), said
    assert f"{CASES} of {CASES}" in coverage
