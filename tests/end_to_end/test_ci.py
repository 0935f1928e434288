"""What docs/ci.md shows works: the YAML fits the published schemas, and its commands run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.end_to_end.mock import running_mock

ROOT = Path(__file__).parents[2]
WORKFLOW, GITLAB, PRE_COMMIT = re.findall(
    r"```yaml\n(.*?)```", (ROOT / "docs/ci.md").read_text(encoding="utf-8"), re.DOTALL
)
TARGET = """
base_url = "{url}"
[cases."Payment.Forbidden"]
unreachable = "every key may do this"
[cases."Organisation.NotFound"]
parameters = {{ "path.id" = "ca5e0404-0001-4000-8000-000000000000" }}
[cases."PaymentAccount.NotEnabled"]
parameters = {{ "path.id" = "ca5e0409-0001-4000-8000-000000000000" }}
[cases."PaymentAccount.Disconnected"]
parameters = {{ "path.id" = "ca5e0409-0002-4000-8000-000000000000" }}
[cases."PaymentAccount.ProviderError"]
unreachable = "it does not fail here"
"""


def check(schema: str, file: Path) -> None:
    """Fails unless a file fits a schema that the tool check-jsonschema brings."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ("vendor.github-workflows", WORKFLOW),
        ("vendor.gitlab-ci", GITLAB),
        ("vendor.github-actions", (ROOT / "action.yml").read_text(encoding="utf-8")),
    ],
    ids=["workflow", "gitlab", "action"],
)
def test_the_yaml_fits_the_schema(tmp_path: Path, schema: str, text: str) -> None:
    """Against the schemas that the hosts publish."""
    file = tmp_path / "file.yml"
    file.write_text(text, encoding="utf-8")
    check(schema, file)


def test_the_step_of_the_action(tmp_path: Path) -> None:
    """It runs the tests, adds the summary to the job's page, and gives their exit code."""
    step = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"][-1]
    page = tmp_path / "page.md"
    for wanted, text in ((0, TARGET), (3, 'base_url = "{url}"')):
        with running_mock() as url:
            (tmp_path / "target.toml").write_text(text.format(url=url), encoding="utf-8")
            inputs = {"TARGET": "target.toml", "DOCUMENT": "", "REPORT_DIR": "reports"}
            path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            run = subprocess.run(
                ["bash", "-c", step["run"]],
                cwd=tmp_path,
                env={**os.environ, **inputs, "GITHUB_STEP_SUMMARY": str(page), "PATH": path},
                capture_output=True,
                text=True,
                timeout=120,
            )
        assert run.returncode == wanted, run.stdout + run.stderr
    text = page.read_text(encoding="utf-8")
    assert text.count("## Contract: ") == 2
    assert "8 passed, 2 unreachable" in text


def test_the_hook(tmp_path: Path) -> None:
    """The hook of the docs is the one that the project has, and its command takes files."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (repository,) = yaml.safe_load(PRE_COMMIT)["repos"]
    assert [used["id"] for used in repository["hooks"]] == [hook["id"]]
    document = ROOT / "openapi/dolfin-payment-account-link.yaml"
    other = tmp_path / "other.yaml"
    text = document.read_text(encoding="utf-8")
    other.write_text(text.replace("title:", "title: Another", 1), encoding="utf-8")
    # pre-commit names all the files that changed at once.
    command = [sys.executable, "-m", *hook["entry"].split(), str(document), str(other)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (run.returncode, "20 cases read" in run.stdout) == (0, True)
