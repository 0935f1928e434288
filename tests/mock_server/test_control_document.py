"""The control API keeps its own OpenAPI document: our own contract suite says so."""

import json
import subprocess
import sys
from pathlib import Path

import httpx

from .documented import create

DOCUMENT = Path(__file__).parents[2] / "mock_server/control.openapi.yaml"
TARGET = """
base_url = "{url}"

[parameters]
"header.tallystick-session" = "control"

[[operations]]
match = "POST /_tallystick/forces"
parameters = {{ "body.cases" = ["502", "200"] }}

[[operations]]
match = "GET /_tallystick/requests/{{id}}"
parameters = {{ "path.id" = 1 }}

[[operations]]
match = "POST /_tallystick/reset"
parameters = {{ "header.tallystick-session" = "reset" }}

[[operations]]
match = "DELETE /_tallystick/sessions/{{name}}"
parameters = {{ "path.name" = "ended" }}

[cases."POST /_tallystick/forces 400"]
parameters = {{ "body.cases" = ["Nothing.Documented"] }}

[cases."POST /_tallystick/faults 400"]
parameters = {{ "body.faults" = ["no such fault"] }}

[cases."POST /_tallystick/clock 400"]
parameters = {{ "body.advance" = "long" }}

[cases."GET /_tallystick/requests/{{id}} 404"]
parameters = {{ "path.id" = 999999 }}

[cases."DELETE /_tallystick/sessions/{{name}} 204"]
before = [{{ method = "GET", url = "{url}/~session/ended/_tallystick/health" }}]

[cases."DELETE /_tallystick/sessions/{{name}} 404"]
parameters = {{ "path.name" = "nobody" }}
"""


def test_the_control_api_keeps_its_document(mock: httpx.Client, tmp_path: Path) -> None:
    """Every case of every operation is verified, with nothing to find."""
    create(mock, {}, headers={"Tallystick-Session": "control"})
    target = tmp_path / "target.toml"
    target.write_text(TARGET.format(url=str(mock.base_url).rstrip("/")), encoding="utf-8")
    command = [sys.executable, "-m", "tallystick", "test", str(DOCUMENT), "--target", str(target)]
    options = ["--seed", "1", "--report-dir", str(tmp_path)]
    run = subprocess.run([*command, *options], capture_output=True, text=True, timeout=120)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (run.returncode, report["findings"]) == (0, []), run.stdout
    assert {case["verdict"] for case in report["cases"]} == {"verified"}


def test_the_document_is_served(mock: httpx.Client) -> None:
    """The document can be had from the mock."""
    document = mock.get("/_tallystick/control.json").json()
    assert (document["openapi"], "/_tallystick/faults" in document["paths"]) == ("3.1.1", True)
