"""The control API keeps its own OpenAPI document: our own contract suite says so."""

import json
import subprocess
import sys
from pathlib import Path

import httpx

from tests.mock_server.documented import create

TARGET = """
destructive = true
include = [
    "/_tallystick/*",
    "DELETE /_tallystick/coverage",
    "DELETE /_tallystick/forces",
    "DELETE /_tallystick/faults",
    "POST /_tallystick/reset",
]
base_url = "{url}"

[parameters]
"header.tallystick-session" = "control"

[[operations]]
match = "DELETE /_tallystick/forces/{{id}}"
parameters = {{ "path.id" = 1, "header.tallystick-session" = "empty" }}

[[operations]]
match = "DELETE /_tallystick/faults/{{id}}"
parameters = {{ "path.id" = 1, "header.tallystick-session" = "empty" }}

[[operations]]
match = "GET /_tallystick/answers"

[operations.parameters]
"query.operation" = "POST /organisations/{{id}}/payment-account/link"
"query.case" = "200"

[[operations]]
match = "POST /_tallystick/examples"

[operations.parameters]
"body.operation" = "POST /organisations/{{id}}/payment-account/link"
"body.case" = "200"

[[operations]]
match = "GET /_tallystick/requests"
parameters = {{ "query.wait" = 0 }}

[[operations]]
match = "POST /_tallystick/verify"
parameters = {{ "body.at_least" = 0, "body.within" = 0 }}

[[operations]]
match = "GET /_tallystick/organisations/{{id}}"
parameters = {{ "path.id" = "6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11" }}

[[operations]]
match = "PUT /_tallystick/organisations/{{id}}"
parameters = {{ "path.id" = "6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11" }}

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

[cases."DELETE /_tallystick/forces/{{id}} 204"]
parameters = {{ "header.tallystick-session" = "forced" }}
before = [
    {{ method = "DELETE", url = "{control}/forces?session=forced" }},
    {{ method = "POST", url = "{control}/forces?session=forced", json = {{ cases = ["200"] }} }},
]

[cases."DELETE /_tallystick/forces/{{id}} 404"]
parameters = {{ "path.id" = 999999 }}

[cases."DELETE /_tallystick/faults/{{id}} 204"]
parameters = {{ "header.tallystick-session" = "faulty" }}
before = [
    {{ method = "DELETE", url = "{control}/faults?session=faulty" }},
    {{ method = "POST", url = "{control}/faults?session=faulty", json = {{ faults = ["slow"] }} }},
]

[cases."DELETE /_tallystick/faults/{{id}} 404"]
parameters = {{ "path.id" = 999999 }}

[cases."GET /_tallystick/answers 400"]
parameters = {{ "query.case" = "Nothing.Documented" }}

[cases."POST /_tallystick/examples 400"]
parameters = {{ "body.operation" = "GET /nothing" }}

[cases."POST /_tallystick/examples 409"]
parameters = {{ "body.case" = "200" }}

[cases."POST /_tallystick/examples 201"]
unreachable = "the mock has no overlay"

[cases."GET /_tallystick/ready 503"]
unreachable = "there is no store that could be gone"

[cases."GET /_tallystick/requests 400"]
parameters = {{ "query.wait" = "long" }}

[cases."POST /_tallystick/verify 400"]
parameters = {{ "body.at_least" = -1 }}

[cases."POST /_tallystick/verify 409"]
parameters = {{ "body.at_least" = 999999 }}

[cases."GET /_tallystick/organisations/{{id}} 400"]
parameters = {{ "path.id" = "nobody" }}

[cases."PUT /_tallystick/organisations/{{id}} 400"]
parameters = {{ "body.payment_account" = "Asleep" }}

[cases."POST /_tallystick/forces 400"]
parameters = {{ "body.cases" = ["Nothing.Documented"] }}

[cases."POST /_tallystick/faults 400"]
parameters = {{ "body.faults" = ["no such fault"] }}

[cases."POST /_tallystick/clock 400"]
parameters = {{ "body.advance" = "long" }}

[cases."DELETE /_tallystick/coverage 400"]
parameters = {{ "query.total" = "perhaps" }}

[cases."GET /_tallystick/requests/{{id}} 404"]
parameters = {{ "path.id" = 999999 }}

[cases."DELETE /_tallystick/sessions/{{name}} 204"]
before = [{{ method = "GET", url = "{url}/~session/ended/_tallystick/health" }}]

[cases."DELETE /_tallystick/sessions/{{name}} 404"]
parameters = {{ "path.name" = "nobody" }}
"""


def test_the_control_api_keeps_its_document(mock: httpx.Client, tmp_path: Path) -> None:
    """Every case of every operation is verified, with nothing to find. That any text is the name of
    a case is what its schema seems to say, and that the clock may go back from where it is.
    """
    create(mock, {}, headers={"Tallystick-Session": "control"})
    url = str(mock.base_url).rstrip("/")
    target = tmp_path / "target.toml"
    target.write_text(TARGET.format(url=url, control=f"{url}/_tallystick"), encoding="utf-8")
    document = f"{url}/_tallystick/control.json"
    command = [sys.executable, "-m", "tallystick", "test", document, "--target", str(target)]
    options = ["--seed", "1", "--report-dir", str(tmp_path)]
    run = subprocess.run([*command, *options], capture_output=True, text=True, timeout=120)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    found = {(found["check"], found["level"]) for found in report["findings"]}
    advised = {("valid request better accepted", "advisory")}
    assert (run.returncode, found) == (0, advised), run.stdout
    verdicts = {(case["operation"], case["status"]): case["verdict"] for case in report["cases"]}
    for case in (("POST /_tallystick/examples", "201"), ("GET /_tallystick/ready", "503")):
        assert verdicts.pop(case) == "unreachable"
    assert set(verdicts.values()) == {"passed"}


def test_the_document_is_served(mock: httpx.Client) -> None:
    """The document can be had from the mock."""
    document = mock.get("/_tallystick/control.json").json()
    assert (document["openapi"], "/_tallystick/faults" in document["paths"]) == ("3.1.1", True)
