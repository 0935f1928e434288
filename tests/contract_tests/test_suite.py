"""The suite, run against an implementation that shares no code with the mock: silent on the
correct one, and not on a faulty one.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.contract_tests.targets import write_target
from tests.independent.app import PaymentAccountLinks
from tests.independent.serve import Application, serving
from tests.mutants import MUTANTS as FAULTS

ROOT = Path(__file__).parents[2]
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")

# Of the catalogue, some of each family; the whole of it is for `make mutants`.
SEEDED = (
    "201 for a link",
    "400 for Organisation.NotFound",
    "errors in HTML",
    "status member disagrees",
    "url left out",
    "expiresAt is no date-time",
    "byte order mark",
    "missing given as invalid",
    "codes of the two conflicts crossed",
    "neither code nor detail",
    "ftp: accepted",
    "relative URL accepted",
    "refreshUrl not checked",
    "scheme in capitals refused",
    "port refused",
    "link for a disconnected account",
)

Run = subprocess.CompletedProcess[str]


def run_suite(folder: Path, app: Application, *options: str) -> Run:
    """Run `pytest contract_tests` in a process of its own against an application."""
    with serving(app) as url:
        target = write_target(folder, url)
        return subprocess.run(
            [*PYTEST, "contract_tests", "--target", str(target), "--hypothesis-seed=0", *options],
            cwd=ROOT,
            env={**os.environ, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=120,
        )


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Run]]]:
    """A run per seeded fault, two at a time; each stops at the first test that fails."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield {
            fault.name: pool.submit(run_suite, tmp_path_factory.mktemp("fault"), fault.app(), "-x")
            for fault in FAULTS
            if fault.name in SEEDED
        }


def test_the_correct_implementation_passes(tmp_path: Path) -> None:
    """All ten cases, the properties and the probes pass, and none is skipped."""
    run = run_suite(tmp_path, PaymentAccountLinks())
    assert (run.returncode, run.stdout.splitlines()[-1].split(" in ")[0]) == (0, "35 passed")


@pytest.mark.parametrize("name", SEEDED)
def test_a_seeded_fault_is_caught(name: str, runs: dict[str, Future[Run]]) -> None:
    """A test fails because of the fault, and says how to repeat the request that shows it."""
    run = runs[name].result()
    assert (run.returncode, "repeat: curl" in run.stdout) == (1, True), run.stdout + run.stderr


def test_what_no_request_provokes_is_skipped(tmp_path: Path) -> None:
    """With a base URL alone, the five cases that need a state are skipped as not provoked."""
    with serving(PaymentAccountLinks()) as url:
        run = subprocess.run(
            [*PYTEST, "contract_tests/test_cases.py", "--base-url", url, "-rs"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert (run.returncode, run.stdout.count("not provoked")) == (0, 5), run.stdout
    assert '[cases."PaymentAccount.ProviderError"]' in run.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--target", "no-such-file.toml"], "no-such-file.toml"),
        (["--target", "targets/mock.toml", "--base-url", "http://127.0.0.1:1"], "exclude"),
        (["--document", "README.md"], "no fenced code block"),
    ],
)
def test_bad_usage_is_one_clear_line(options: list[str], message: str) -> None:
    """A wrong option ends the run with pytest's usage code and no traceback."""
    run = subprocess.run(
        [*PYTEST, "contract_tests", *options], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (run.returncode, message in run.stderr, "Traceback" in run.stderr) == (4, True, False)


def test_an_unreachable_target_is_said_at_once() -> None:
    """Where nothing listens, the run ends with one clear line instead of a failure per test."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    run = subprocess.run(
        [*PYTEST, "contract_tests", "--base-url", url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    said = f"The target {url} could not be reached: Connection refused."
    assert (run.returncode, said in run.stdout + run.stderr) == (4, True)
