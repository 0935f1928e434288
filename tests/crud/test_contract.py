"""With a token and nothing else, every case of each service passes, and the suite is silent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests.commands import SEED, Result, commands, tallystick_test
from tests.crud.conformance import PATH
from tests.crud.serve import FRAMEWORKS, serving
from tests.crud.store import TOKEN


def target_text(base_url: str, document: Path = PATH) -> str:
    """A target file that holds the token, and nothing else."""
    return f"""base_url = "{base_url}"
document = "{document}"

[credentials]
bearer = {{ token = "{TOKEN}" }}
"""


# The workshop with aiohttp is judged beside its mutants, too.
LATER = {"aiohttp": pytest.mark.long}


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=LATER.get(name, ())) for name in FRAMEWORKS],
)
def result(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the suite says of a service."""
    folder = tmp_path_factory.mktemp(request.param)
    with serving(request.param) as url, commands():
        target = folder / "target.toml"
        target.write_text(target_text(url), "utf-8")
        yield tallystick_test(folder, "--target", target, "--seed", SEED)


def needs_help(case: dict[str, Any]) -> bool:
    """Whether nobody can bring a case about without an entry: permissions, server errors."""
    return case["status"] == "403" or case["status"].startswith("5")


def test_silent(result: Result) -> None:
    """No finding above the advisory."""
    assert [f"{f['operation']}: {f['check']}: {f['message']}" for f in result.heavy] == []


def test_every_case_passes(result: Result) -> None:
    """All but 403 and 5xx."""
    cases = {f"{case['operation']} {case['status']}": case for case in result.report["cases"]}
    verdicts = {name: case["verdict"] for name, case in cases.items() if not needs_help(case)}
    assert {name: verdict for name, verdict in verdicts.items() if verdict != "passed"} == {}
    assert len(verdicts) == 80


def test_what_needs_help_is_not_covered(result: Result) -> None:
    """403 needs a second identity, which is an entry; server errors do not make the exit code."""
    cases = [case for case in result.report["cases"] if needs_help(case)]
    assert {(case["status"], case["verdict"]) for case in cases} == {
        (status, "not_covered") for status in ("403", "500", "503")
    }
    assert all(case["reason"] for case in cases)
    assert result.code == 3
