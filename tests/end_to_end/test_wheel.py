"""The ways of the README to use Tallystick without a checkout: from a wheel, in environments that
hold nothing else.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests import PATIENCE
from tests.end_to_end.test_readme import ROOT, blocks

pytestmark = pytest.mark.long

PACKAGES = ("tallystick", "mock_server", "contract_tests", "fuzzing")
LINK = "/organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11/payment-account/link"
MEGABYTES_OF_THE_MOCK = 130
CONSTRAINTS = ["--constraint", str(ROOT / "constraints.txt")]


def run(*command: str | Path, cwd: Path, code: int | None = 0) -> subprocess.CompletedProcess[str]:
    """A command, which knows nothing of the checkout. It must end with this code, if any."""
    done = subprocess.run(
        command, cwd=cwd, env=clean(), capture_output=True, text=True, timeout=PATIENCE
    )
    assert code in (None, done.returncode), done.stdout + done.stderr
    return done


def clean() -> dict[str, str]:
    """The environment without what leads to the checkout or to another virtual environment."""
    hidden = {"PYTHONPATH", "VIRTUAL_ENV"}
    return {name: value for name, value in os.environ.items() if name not in hidden}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made as `make wheel` does. Without a package registry the test is skipped."""
    folder = tmp_path_factory.mktemp("dist") / "dist"
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    done = run(*command, folder, ROOT, cwd=folder.parent, code=None)
    if done.returncode:
        pytest.skip(f"the wheel cannot be built: {done.stderr[-300:]}")
    (built,) = folder.glob("*.whl")
    return built


def environment(folder: Path, *packages: str) -> Path:
    """The folder of the commands of a new virtual environment with these packages alone."""
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    programs = folder / "bin"
    run(programs / "python", "-m", "pip", "install", "--quiet", *packages, cwd=folder.parent)
    return programs


@pytest.fixture(scope="module")
def mock_alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment that has what the mock needs, and no more."""
    folder = tmp_path_factory.mktemp("mock") / "venv"
    return environment(folder, *CONSTRAINTS, f"{wheel}[mock]")


@pytest.fixture(scope="module")
def both(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment that has both programs."""
    folder = tmp_path_factory.mktemp("both") / "venv"
    return environment(folder, *CONSTRAINTS, f"{wheel}[mock,test]")


@contextmanager
def mock_of(programs: Path, cwd: Path) -> Iterator[str]:
    """The mock on a free port; gives the base URL that it prints."""
    command = [str(programs / "tallystick"), "mock", "--port", "0"]
    with subprocess.Popen(
        command, cwd=cwd, env=clean(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = re.search(r"http://\S+", process.stdout.readline())
        try:
            assert url is not None
            yield url[0]
        finally:
            process.terminate()


def test_the_wheel_holds_every_file(wheel: Path) -> None:
    """Code, templates, scripts and styles of the four packages, and the bundled contract."""
    tracked = run("git", "ls-files", *PACKAGES, cwd=ROOT).stdout.split()
    contract = [f"tallystick/{path.relative_to(ROOT)}" for path in (ROOT / "openapi").iterdir()]
    with zipfile.ZipFile(wheel) as archive:
        held = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert sorted(held) == sorted([*tracked, *contract])


def test_the_mock_is_small(mock_alone: Path) -> None:
    """What it needs takes less than 130 MB on disk."""
    files = (path for path in mock_alone.parent.rglob("*") if path.is_file())
    size = sum(path.lstat().st_size for path in files)
    assert size < MEGABYTES_OF_THE_MOCK * 1024 * 1024


def test_the_mock(mock_alone: Path, tmp_path: Path) -> None:
    """It serves its cases, its board with style and script, and the documents of both."""
    with (
        mock_of(mock_alone, tmp_path) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=30) as client,
    ):
        refused = client.post(LINK, json={})
        pages = ["", "docs", "openapi.json"]
        board, *others = [client.get(f"/_tallystick/{page}") for page in pages]
        parts = re.findall(r'(?:href|src)="([^"]+\.(?:css|js))"', board.text)
        assert [client.get(board.url.join(part)).status_code for part in parts] == [200, 200]
    assert (refused.status_code, refused.json()["title"]) == (
        400,
        "PaymentAccountLink.MissingReturnUrl",
    )
    assert [page.status_code for page in (board, *others)] == [200, 200, 200]


def test_what_the_mock_alone_lacks(mock_alone: Path, tmp_path: Path) -> None:
    """The tests say in one line what to install."""
    done = run(mock_alone / "tallystick", "test", cwd=tmp_path, code=2)
    assert re.fullmatch(
        r"error: This command needs \S+: pip install 'tallystick\[test\]'\.\n",
        done.stderr,
    )


def test_the_suite(both: Path, tmp_path: Path) -> None:
    """It collects its tests, holds the mock to the contract, and writes its reports."""
    done = run(both / "tallystick", "test", "--report-dir", "reports", cwd=tmp_path)
    assert "10 passed" in done.stdout
    assert (tmp_path / "reports" / "report.html").read_text("utf-8").startswith("<!doctype html>")


def test_a_fuzz(both: Path, tmp_path: Path) -> None:
    """It finds nothing at the mock."""
    with mock_of(both, tmp_path) as url:
        limits = ["--max-requests", "100", "--max-time", "60"]
        done = run(both / "tallystick", "fuzz", "--base-url", url, *limits, cwd=tmp_path)
    assert "100 requests" in done.stdout


def test_the_fixture(both: Path, tmp_path: Path) -> None:
    """A test of a user gets the mock from pytest, with no conftest."""
    (page,) = blocks(ROOT / "docs" / "pytest.md", "python")[:1]
    (tmp_path / "test_mine.py").write_text(page, "utf-8")
    done = run(both / "pytest", "-q", "test_mine.py", cwd=tmp_path)
    assert re.search(r"^3 passed", done.stdout, re.MULTILINE)


@pytest.fixture(scope="module")
def runners(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment with pipx and uv."""
    return environment(tmp_path_factory.mktemp("runners") / "venv", "pipx", "uv")


@pytest.mark.parametrize("runner", ["pipx", "uvx"])
def test_the_commands_of_the_readme(
    runner: str, runners: Path, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each runs the wheel as it stands there, up to what Tallystick is asked for."""
    lines = [line for block in blocks(ROOT / "README.md", "console") for line in block.splitlines()]
    (line,) = [line[2:] for line in lines if line.startswith(f"$ {runner} ")]
    command, _, asked = line.partition(" tallystick ")
    assert asked.startswith("mock")
    monkeypatch.setenv("PIPX_HOME", str(tmp_path / "pipx"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("PATH", os.pathsep.join([str(runners), os.environ["PATH"]]))
    done = run("bash", "-c", f"{command} tallystick cases", cwd=wheel.parents[1])
    assert done.stdout.startswith("POST /organisations/{id}/payment-account/link\n")
