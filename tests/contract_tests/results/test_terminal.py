"""What a terminal shows: at most sixty lines without -v, the largest causes, what would cover."""

from __future__ import annotations

import json
import random
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.http.client import Client
from contract_tests.http.exchange import Exchange, Response
from contract_tests.plan import Plan
from contract_tests.results.formats.terminal import render
from contract_tests.results.reasons import explain
from contract_tests.results.report import summary, to_json
from contract_tests.results.run import Run
from contract_tests.target.target import Target
from tallystick.contract import Contract, load_contract
from tallystick.printing import unstyled

MOST_LINES, WIDEST = 60, 150

LAMPS = """\
openapi: 3.1.0
info: { title: Lamps, version: "1" }
paths:
"""
LAMP_SCHEMA = "{ type: object, required: [on] }"
LAMP = """\
  /lamps-NAME/{job_id}:
    get:
      parameters: [{ name: job_id, in: path, required: true, schema: { type: string } }]
      responses:
        "200":
          description: It is on
          content: { application/json: { schema: { type: object, required: [on] } } }
        "404": { description: There is none }
        "409": { description: Lamp.Broken — it is broken }
        "502": { description: The plant is down }
"""


def document(names: list[str], folder: Path, *, is_shared: bool = False) -> Contract:
    """A contract with an operation for each name; their schema may be shared."""
    text = LAMPS + "".join(LAMP.replace("NAME", name) for name in names)
    if is_shared:
        text = text.replace(LAMP_SCHEMA, "{ $ref: '#/components/schemas/Lamp' }")
        text += f"components: {{ schemas: {{ Lamp: {LAMP_SCHEMA} }} }}\n"
    path = folder / "lamps.yaml"
    path.write_text(text, "utf-8")
    return load_contract(str(path))


def run_of(contract: Contract) -> Run:
    """A run against a target that nobody asks."""
    target = Target("http://127.0.0.1:1")
    return Run(contract, target, Client(target), Plan(contract, target, 7))


def answer(run: Run, index: int, status: int, body: Any, curl: str = "curl -i") -> None:
    """Let an operation answer the request that should succeed."""
    operation = run.contract.operations[index]
    content = json.dumps(body).encode()
    response = Response(status, {"content-type": "application/json"}, content)
    success = Expectation(ExpectationKind.CASE, "the request", operation.cases[:1])
    run.check(operation, Exchange(response, "", curl), success)


def lines_of(run: Run, **options: Any) -> list[str]:
    """What is printed at the end of a run."""
    explain(run)
    return unstyled(summary(run, **options)).splitlines()


def faulty(contract: Contract, causes: int) -> Run:
    """A run with so many findings, of long messages, and with long notes."""
    run = run_of(contract)
    data = random.Random(7)
    for number in range(causes):
        index = number % len(contract.operations)
        word = "".join(data.choices("abcdefgh ", k=data.randint(10, 2_000)))
        curl = f"curl -i http://127.0.0.1:1/lamps -H 'x-what: {word}' --data-raw '{word * 3}'"
        answer(run, index, 200 if number % 3 else 300 + number, {word: number}, curl)
    for number in range(40):
        run.note(f"note {number} " + "about a thing " * 40)
    for case in contract.operations[0].cases:
        run.not_covered(case, f"it needs {'x' * 900}")
    return run


@pytest.mark.parametrize(
    ("operations", "causes"), [(1, 0), (1, 1), (3, 9), (12, 11), (40, 3), (300, 400)]
)
def test_never_more_than_sixty_lines(operations: int, causes: int, tmp_path: Path) -> None:
    """Whatever the document and the findings; and none is wider than 150 letters."""
    names = [f"{number}{'-long' * (60 if number % 7 == 3 else 1)}" for number in range(operations)]
    run = faulty(document(names, tmp_path), causes)
    explain(run)
    report = to_json(run)
    report["expired"] = [{"id": "a" * 12, "expires": "2026-01-01"}] * 40
    gone = {"id": "b" * 12, "operation": names[-1], "check": "body schema", "seed": 7}
    report["no_longer_found"] = [gone] * 40
    for width in (30, 80, 120, 400):
        lines = unstyled(render(report, width=width)).splitlines()
        assert len(lines) <= MOST_LINES
        assert max(map(len, lines)) <= WIDEST
        assert causes == 0 or any(line.lstrip().startswith("1. ") for line in lines)
        assert lines[-1].endswith("seed 7")


def test_a_hostile_target_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    """Neither move the cursor, nor write more lines or longer ones; of all texts that it has."""
    hostile = "\x1b[2J\x9b2J\u202e\r\n\n\x00\ud800" * 300
    run = run_of(document(["a"], tmp_path))
    for number in range(12):
        answer(run, 0, 300 + number, {})
    for finding in run.findings:
        finding.message = finding.response = finding.curl = finding.source = hostile
    run.case_result(run.contract.operations[0].cases[0]).reason = hostile
    run.note(hostile)
    run.styles[hostile] += 1
    explain(run)
    for is_whole in (False, True):
        text = unstyled(summary(run, is_whole=is_whole))
        assert not set(text) & set("\x1b\x9b\u202e\r\x00")
        lines = text.encode().decode().split("\n")
        assert is_whole or (len(lines) <= MOST_LINES and max(map(len, lines)) <= WIDEST)


def test_a_big_run_shows_its_ten_largest_causes(tmp_path: Path) -> None:
    """The heaviest level first, then what touches most operations; each with what mends it."""
    run = run_of(document([str(number) for number in range(300)], tmp_path))
    for index in range(300):
        answer(run, index, 201, {})
    lines = lines_of(run)
    assert lines[0] == (
        "300 operations: 300 with failed cases, 0 with cases not covered, 0 with neither. "
        "Each case: -v."
    )
    causes = [line for line in lines if re.match(r" ?\d+\. ", line)]
    assert len(causes) == 10
    assert causes[0] == " 1. documented status (documented): the document has no 201"
    at = lines.index(causes[0])
    assert lines[at + 1 : at + 3] == [
        "      in        GET /lamps-0/{job_id} (1 request) · lamps.yaml:7",
        "      change    Answer with a status that the operation documents, or document this one.",
    ]
    assert "… and 290 more findings, 0 of them advisory: -v, or --report-dir DIR." in lines
    whole = lines_of(run, is_whole=True)
    assert sum(line.endswith("the document has no 201") for line in whole) > 100
    assert "GET /lamps-299/{job_id}" in whole


def test_the_largest_cause_comes_first(tmp_path: Path) -> None:
    """What shows in most operations; advice comes after all that fails."""
    contract = document([str(n) for n in range(20)], tmp_path, is_shared=True)
    run = run_of(contract)
    for index in range(12):
        answer(run, index, 201, {})
    for index in range(20):
        answer(run, index, 200, {})
    causes = [line for line in lines_of(run) if re.match(r" ?\d+\. ", line)]
    assert causes[0].startswith(" 1. body schema (documented): the body does not fit the schema")
    assert "20 operations, 20 requests, first GET /lamps-0/{job_id}" in " ".join(lines_of(run))


def test_what_is_not_covered_is_grouped_by_its_need(tmp_path: Path) -> None:
    """A line for each need; what only an entry brings about comes last."""
    contract = document(["a", "b", "c"], tmp_path)
    run = run_of(contract)
    for operation in contract.operations:
        for case in operation.cases[:2]:
            run.not_covered(case, f"the request was answered {case.label}: it needs path.job_id")
    lines = lines_of(run)
    at = lines.index("Not covered:")
    assert lines[at + 1 : at + 4] == [
        "  6 cases of 3 operations need path.job_id",
        "  3 cases of 3 operations need a resource in this state; say how in the target file",
        "  3 cases of 3 operations (502): a server error cannot be brought about from outside; say "
        "how in the target file",
    ]


def test_a_few_findings_are_shown_as_a_whole(tmp_path: Path) -> None:
    """With the table, the response and a command that a shell takes as it stands."""
    run = run_of(document(["a"], tmp_path))
    words = ["-H", "x-one: it's long, " + "y" * 60, "-H", 'x-two: "a" $b', "--data-raw", "z" * 90]
    command = (
        "curl -i -X GET http://127.0.0.1:1/lamps-a/1 "
        f"-H 'x-one: it'\"'\"'s long, {'y' * 60}' -H 'x-two: \"a\" $b' --data-raw '{'z' * 90}'"
    )
    answer(run, 0, 201, {"on": 1}, command)
    text = "\n".join(lines_of(run))
    assert "GET /lamps-a/{job_id}\n  200              failed       the document has no 201" in text
    assert '     response  201 application/json {"on": 1}' in text
    shown = text.partition("repeat    curl")[2].partition("\n\n")[0]
    echo = subprocess.run(
        ["bash", "-c", "show() { printf '%s\\n' \"$@\"; }; show " + shown],
        capture_output=True,
        text=True,
        check=True,
    )
    expected = ["-i", "-X", "GET", "http://127.0.0.1:1/lamps-a/1", *words]
    assert echo.stdout.splitlines() == expected
    assert shown.count(" \\\n") == 3


def test_a_command_that_cannot_be_divided_is_in_the_report(tmp_path: Path) -> None:
    """A body of one long word."""
    run = run_of(document(["a"], tmp_path))
    answer(run, 0, 201, {}, f"curl -i http://127.0.0.1:1/ --data-raw '{'z' * 300}'")
    assert "     repeat    the command is long: -v, or --report-dir DIR" in lines_of(run)
    whole = " ".join(lines_of(run, is_whole=True))
    assert "z" * 300 in whole


def test_the_pointer_is_the_place_in_a_document_of_one_line(tmp_path: Path) -> None:
    """Its line is always 1, and says nothing."""
    operation = {"responses": {"200": {"description": "It is on"}}}
    whole = {
        "openapi": "3.1.0",
        "info": {"title": "Lamps", "version": "1"},
        "paths": {"/lamps": {"get": operation}},
    }
    path = tmp_path / "lamps.json"
    path.write_text(json.dumps(whole), "utf-8")
    run = run_of(load_contract(str(path)))
    for _ in range(2):
        answer(run, 0, 201, {})
    (finding,) = to_json(run)["findings"]
    assert finding["source"].endswith("lamps.json at #/paths/~1lamps/get/responses")
    text = render({**to_json(run), "findings": [finding] * 30})
    assert "GET /lamps (2 requests) · #/paths/~1lamps/get/responses" in text
