"""Every media type and style is sent as the document says; what cannot be made costs one operation
alone.
"""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from tests.contract_tests import formats
from tests.contract_tests.commands import SEED, Result, run_words, tallystick_test
from tests.contract_tests.conftest import Start
from tests.independent.serve import serving

PATHS = [
    "POST /form",
    "POST /multipart",
    "POST /text",
    "PUT /binary",
    "PUT /image",
    "POST /lines",
    "POST /person",
    "POST /api",
    "POST /own",
    "GET /styles/{label}/{matrix}/{plain}",
]

ODD = """
openapi: 3.1.0
info: { title: Odd, version: "1" }
paths:
  /envelope:
    post:
      requestBody: { required: true, content: { application/x-envelope: {} } }
      responses: { "200": { description: OK }, "422": { description: Not as documented } }
  /never:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [p]
              properties: { p: { type: string, pattern: "^[a-z]{10,}$", maxLength: 5 } }
      responses: { "200": { description: OK } }
  /text:
    post:
      requestBody:
        required: true
        content:
          application/x-envelope: {}
          text/plain: { schema: { type: string, minLength: 1 } }
      responses: { "200": { description: OK }, "422": { description: Not as documented } }
  /binary:
    put:
      requestBody:
        content:
          application/octet-stream:
            schema: { $ref: "#/components/schemas/File", description: bytes }
      responses:
        "200":
          description: OK
          content:
            application/json:
              schema: { $ref: "#/components/schemas/Took", required: [took, more] }
components:
  schemas:
    File: { type: string, format: binary }
    Took: { type: object, properties: { took: { type: string } } }
"""
ENVELOPE = (
    "no request to POST /envelope can be made: nobody can make a body of application/x-envelope "
    "from a schema ({file}:7 at #/paths/~1envelope/post/requestBody/content/"
    "application~1x-envelope); add an example of it to the document, by an overlay for instance"
)
NEVER = (
    "no request to POST /never can be made: its body (application/json, {file}:14 at "
    "#/paths/~1never/post/requestBody/content/application~1json): nothing that fits the schema "
    "was found"
)


def of_service(folder: Path, text: str) -> Result:
    """`tallystick test` of a document, against the service that takes every format."""
    place = folder / "formats.yaml"
    place.write_text(text, encoding="utf-8")
    with serving(formats.app) as url:
        return tallystick_test(folder, place, "--base-url", url, "--seed", SEED)


def fuzzed(folder: Path, text: str, requests: int) -> Result:
    """`tallystick fuzz` of a document, against the same service."""
    place = folder / "formats.yaml"
    place.write_text(text, encoding="utf-8")
    with serving(formats.app) as url:
        options = ("--base-url", url, "--seed", SEED, "--max-requests", requests)
        words = ("tallystick", "fuzz", place, *options, "--report-dir", folder / "report")
        return run_words(folder, words)


@pytest.fixture(scope="module", autouse=True)
def runs(start: Start) -> dict[str, Future[Any]]:
    """All runs, started at once."""
    return {
        "every": start(of_service, formats.DOCUMENT),
        "odd": start(of_service, ODD),
        "fuzz": start(fuzzed, ODD, 700),
    }


def verdicts(run: Result) -> dict[tuple[str, str], str]:
    """The verdict of each case."""
    return {(case["operation"], case["status"]): case["verdict"] for case in run.report["cases"]}


def test_every_format_is_sent_as_documented(runs: dict[str, Future[Result]]) -> None:
    """A service that refuses whatever is not as documented takes each request."""
    run = runs["every"].result()
    assert (run.code, run.report["findings"], run.report["notes"]) == (0, [], []), run.out
    assert verdicts(run) == {(path, s): "passed" for path in PATHS for s in ("200", "422")}


def test_an_odd_operation_costs_itself_alone(runs: dict[str, Future[Result]]) -> None:
    """A media type that nobody can make and a schema that allows nothing are a note each, and the
    reason of their cases; the rest is judged, and the report is written.
    """
    run = runs["odd"].result()
    file = run.report["document"]
    notes = [ENVELOPE.format(file=file), NEVER.format(file=file)]
    assert sorted(run.report["notes"]) == sorted(notes)
    assert "Traceback" not in run.out + run.err
    assert " ".join(run.out.split()).count(f"note: {notes[0]}") == 1
    assert {case["reason"] for case in run.report["cases"] if "never" in case["operation"]} == {
        notes[1]
    }
    assert verdicts(run) == {
        ("POST /envelope", "200"): "not_covered",
        ("POST /envelope", "422"): "not_covered",
        ("POST /never", "200"): "not_covered",
        ("POST /text", "200"): "passed",
        ("POST /text", "422"): "passed",
        ("PUT /binary", "200"): "failed",
    }


def test_a_reference_with_siblings(runs: dict[str, Future[Result]]) -> None:
    """Beside `$ref`, `required` holds in OpenAPI 3.1: what breaks it is one finding, no crash."""
    run = runs["odd"].result()
    (found,) = run.heavy
    assert run.code == 1
    assert (found["check"], found["operation"]) == ("body schema", "PUT /binary")
    assert "'more' is a required property" in found["message"]


def test_a_fuzz_sends_the_rest_too(runs: dict[str, Future[Result]]) -> None:
    """What cannot be made is a note; what can be is sent in its media type."""
    run = runs["fuzz"].result()
    file = run.report["document"]
    assert "Traceback" not in run.out + run.err
    assert run.report["notes"] == [ENVELOPE.format(file=file), NEVER.format(file=file)]
    assert f"note: {run.report['notes'][0]}" in run.out
    covered = [key for key, verdict in verdicts(run).items() if verdict != "not_covered"]
    assert covered == [("POST /text", "200"), ("POST /text", "422"), ("PUT /binary", "200")]
