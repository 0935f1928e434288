"""`suite` in a test file of a project: real apps, each in a pytest of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests import PATIENCE
from tests.crud.conformance import PATH, read_document
from tests.crud.mutants import MUTANTS
from tests.crud.mutants.hosting import Hosting
from tests.crud.store import TOKEN

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[3]
HEAD = f"""
from contract_tests import suite
from tests.crud import fastapi_service, flask_service

OPTIONS = {{"headers": {{"Authorization": "Bearer {TOKEN}"}}, "seed": 7}}
DOCUMENT = {str(PATH)!r}
"""
DOUBLE = """
def broken():
    # Answers estimates with something else.
    app = flask_service.create_app()

    @app.after_request
    def change(response):
        if request.path.endswith("/estimates") and response.status_code == 200:
            response.set_data('{"nothing": 1}')
        return response

    return app
"""


def run(pytester: pytest.Pytester, text: str, *options: str) -> pytest.RunResult:
    """Run a test file that begins with HEAD, in this process: pytest takes long to start."""
    return pytester.runpytest_inprocess(pytester.makepyfile(HEAD + text), *options)


def run_apart(pytester: pytest.Pytester, text: str, *options: str) -> pytest.RunResult:
    """The same in a process of its own, as users do."""
    path = pytester.makepyfile(HEAD + text)
    return pytester.runpytest_subprocess(path, "-Werror", *options, timeout=PATIENCE)


@pytest.fixture(autouse=True)
def path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The projects of these tests import the apps of this one."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def outcomes(result: pytest.RunResult) -> dict[str, str]:
    """The outcome of each item, by its operation."""
    lines = (
        re.search(r"\[([A-Z]+ /.*)\] (PASSED|FAILED|SKIPPED)", each) for each in result.outlines
    )
    return {line[1]: line[2] for line in lines if line}


def test_an_app_in_process(pytester: pytest.Pytester) -> None:
    """There is an item for each operation. A faulty app fails by the item of its operation alone,
    which prints the finding.
    """
    result = run_apart(
        pytester,
        f"""
from flask import request
{DOUBLE}
test_it = suite(DOCUMENT, app=broken(), include=["/about", "/estimates"], **OPTIONS)
""",
        "-v",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*::test_it[[]GET /about] PASSED*",
            "*::test_it[[]POST /estimates] FAILED*",
            "body schema (documented): the body does not fit the schema: 'minutes' is a required *",
            f"  source    {PATH}:* at #/paths/~1estimates/post/responses/200/*",
            '  response  200 application/json {"nothing": 1}',
            "  change    Send what the schema asks for at this place, *",
            "  repeat    curl -i -X POST *",
        ]
    )
    text = result.stdout.str()
    assert "Traceback" not in text
    assert TOKEN not in text


def test_the_process_of_the_tests(pytester: pytest.Pytester) -> None:
    """What a test patches holds for the app; the working folder of the run is that of the file,
    and an app of a fixture lives as long as the item.
    """
    pytester.path.joinpath("lamps.yaml").write_text(LAMPS, "utf-8")
    result = run(
        pytester,
        """
import os
from typing import Any

import pytest
from fastapi import FastAPI

STATE = {"watts": "wrong"}

@pytest.fixture(autouse=True)
def patched(monkeypatch, tmp_path):
    monkeypatch.setitem(STATE, "watts", 40)
    monkeypatch.chdir(tmp_path)

@pytest.fixture
def app():
    app = FastAPI(openapi_url=None)
    pid = os.getpid()

    @app.get("/lamps")
    def lamps() -> Any:
        return {"watts": STATE["watts"], "pid": pid - os.getpid()}

    yield app
    STATE["is_over"] = True

test_lamps = suite("lamps.yaml", fixture="app", report_dir="report")

def test_it_is_over():
    assert STATE["is_over"]
""",
    )
    result.assert_outcomes(passed=2)
    report = json.loads(pytester.path.joinpath("report", "report.json").read_text("utf-8"))
    assert report["document"] == "lamps.yaml"


LAMPS = """\
openapi: 3.1.0
info: {title: Lamps, version: "1"}
paths:
  /lamps:
    get:
      responses:
        "200":
          description: A lamp
          content:
            application/json:
              schema:
                type: object
                properties: {watts: {const: 40}, pid: {const: 0}}
"""


def test_a_target_file_beside_an_app(pytester: pytest.Pytester) -> None:
    """Its credentials and values hold, and so does its base path; the app is where it is served."""
    target = f"""
base_url = "http://127.0.0.1:1/v2"
document = "{PATH}"
include = ["GET /bikes"]

[credentials]
bearer = {{ token = "${{WORKSHOP_TOKEN}}" }}
"""
    pytester.path.joinpath("target.toml").write_text(target, "utf-8")
    result = run(
        pytester,
        f"""
import os

os.environ["WORKSHOP_TOKEN"] = {TOKEN!r}
workshop = flask_service.create_app()

def moved(environ, start_response):
    path = "/v1" + environ["PATH_INFO"].removeprefix("/v2")
    return workshop({{**environ, "PATH_INFO": path}}, start_response)

test_bikes = suite(target_file="target.toml", app=moved, seed=7)
""",
        "-v",
    )
    assert outcomes(result) == {"GET /bikes": "PASSED"}


def test_what_is_not_sent_has_no_item(pytester: pytest.Pytester) -> None:
    """`only_safe`, `include` and `exclude` choose, as in `tallystick test`."""
    result = run(
        pytester,
        """
test_safe = suite(DOCUMENT, base_url="http://127.0.0.1:1", only_safe=True, exclude=["repairs"])
""",
        "--collect-only",
        "-q",
    )
    lines = [line.partition("::")[2] for line in result.outlines if "::" in line]
    assert sorted(lines) == [
        "test_safe[GET /about]",
        "test_safe[GET /bikes/{bikeId}/photos/{photoId}]",
        "test_safe[GET /bikes/{bikeId}/service-plan]",
        "test_safe[GET /bikes/{bikeId}]",
        "test_safe[GET /bikes]",
    ]


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ('suite("no.yaml", app=app)', "no.yaml: There is no such file."),
        ("suite(DOCUMENT)", "suite() needs a base_url, an app, a fixture or a target_file."),
        ('suite(DOCUMENT, app=app, base_url="http://a.test")', "suite() tests one thing: *"),
        ("suite(DOCUMENT, app=7)", "int is no ASGI and no WSGI app."),
        ('suite(DOCUMENT, app=app, include=["nothing"])', "No operation is called 'nothing'."),
        ('suite(DOCUMENT, base_url="ftp://a.test")', "--base-url must be an http(s) URL, *"),
    ],
)
def test_a_wrong_suite(pytester: pytest.Pytester, call: str, why: str) -> None:
    """The file is not collected, and pytest says why without a traceback."""
    result = run(pytester, f"app = flask_service.create_app()\ntest_it = {call}")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ERROR collecting*", why])
    assert "Traceback" not in result.stdout.str()


def test_what_cannot_be_tested(pytester: pytest.Pytester) -> None:
    """Each item fails, and says why."""
    result = run(
        pytester,
        """
import pytest

@pytest.fixture
def app():
    return 7

test_nobody = suite(DOCUMENT, base_url="http://127.0.0.1:1", include=["shop"])
test_no_app = suite(DOCUMENT, fixture="app", include=["shop"])
""",
    )
    result.assert_outcomes(failed=4)
    nobody = "error: The target http://127.0.0.1:1 could not be reached: Connection refused."
    no_app = "int is no ASGI and no WSGI app."
    assert [result.outlines.count(why) for why in (nobody, no_app)] == [2, 2]
    assert "Traceback" not in result.stdout.str()


# --- whole services

OPERATIONS = [
    f"{method.upper()} {path}"
    for path, item in read_document()["paths"].items()
    for method in item
    if method != "parameters"
]


@pytest.mark.long
@pytest.mark.parametrize("service", ["flask_service", "fastapi_service"])
def test_a_whole_service(pytester: pytest.Pytester, service: str) -> None:
    """Each operation of the right service passes."""
    result = run(
        pytester, f"test_it = suite(DOCUMENT, app={service}.create_app(), **OPTIONS)", "-v"
    )
    assert outcomes(result) == dict.fromkeys(OPERATIONS, "PASSED")


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("repair without Location", "POST /bikes/{bikeId}/repairs"),
        ("total as word", "GET /bikes"),
        ("read without ETag", "GET /bikes/{bikeId}"),
        ("delete plan without token", "DELETE /bikes/{bikeId}/service-plan"),
    ],
)
def test_a_mutant(pytester: pytest.Pytester, name: str, operation: str) -> None:
    """A service with one fault fails by the item of that operation, and by no other."""
    mutant = next(mutant for mutant in MUTANTS if mutant.name == name)
    hosting = Hosting()
    try:
        with hosting.serving(mutant.app()) as url:
            result = run(pytester, f"test_it = suite(DOCUMENT, base_url={url!r}, **OPTIONS)", "-v")
    finally:
        hosting.close()
    expected = dict.fromkeys(OPERATIONS, "PASSED") | {operation: "FAILED"}
    assert outcomes(result) == expected
