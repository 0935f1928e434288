"""The fixtures, as a user of the package meets them: in test files of their own, run by pytest."""

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

LINK = """
import httpx

PATH = "/organisations/6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11/payment-account/link"
VALID = {"returnUrl": "https://app.example.com/a", "refreshUrl": "https://app.example.com/b"}

def status(mock):
    return httpx.post(mock.url + PATH, json=VALID, trust_env=False).status_code
"""
PINGS = """
openapi: 3.1.0
info: {title: Pings, version: "1"}
paths:
  /ping:
    get:
      responses:
        "200": {description: OK}
"""
RARE = """
overlay: 1.0.0
info: {title: Rare, version: "1"}
actions:
  - target: $.paths['/ping'].get.responses
    update:
      "503": {description: Service Unavailable}
"""


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Run pytest as a user does: warnings are errors, as in many a project. Other plugins, which
    take longer to import than this one, stay out.
    """
    others = ("-p", "no:cacheprovider", "-p", "no:schemathesis")
    return pytester.runpytest_subprocess("-Werror", *others, *options, timeout=120)


def test_the_mock_in_tests(pytester: pytest.Pytester) -> None:
    """A test with the fixture passes when it should, and fails in the mock's words. The next test
    does not see what it leaves behind; the server is the same.
    """
    pytester.makepyfile(
        LINK
        + """
SEEN = []

def leave(mock):
    SEEN.append(mock.url)
    assert mock.requests() == []
    assert status(mock) == 200
    mock.force("502", times=None)
    mock.freeze()

def test_one(tallystick_mock):
    leave(tallystick_mock)

def test_two(tallystick_mock):
    leave(tallystick_mock)

def test_three(tallystick_server):
    assert status(tallystick_server) == 502
    assert SEEN == [tallystick_server.url] * 2

def test_that_passes(tallystick_mock):
    tallystick_mock.force("502")
    assert [status(tallystick_mock), status(tallystick_mock)] == [502, 200]
    tallystick_mock.verify("502", times=1)

def test_that_fails(tallystick_mock):
    assert status(tallystick_mock) == 200
    tallystick_mock.verify("502", times=1)
"""
    )
    result = run(pytester)
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(
        [
            ">*tallystick_mock.verify(*",
            "E *AssertionError: Expected 1 request answered with 502, got 0. Served: 200 (1).",
        ]
    )
    result.stdout.no_fnmatch_line("*mock_server/testing.py*")


def test_another_document(pytester: pytest.Pytester) -> None:
    """Who overrides the document and its overlays has them mocked."""
    pytester.path.joinpath("pings.yaml").write_text(PINGS, encoding="utf-8")
    pytester.path.joinpath("rare.overlay.yaml").write_text(RARE, encoding="utf-8")
    pytester.makeconftest(
        """
import pytest

@pytest.fixture(scope="session")
def tallystick_document():
    return "pings.yaml"

@pytest.fixture(scope="session")
def tallystick_overlays():
    return ["rare.overlay.yaml"]
"""
    )
    pytester.makepyfile(
        """
def test_it(tallystick_mock):
    rows = tallystick_mock.coverage()
    assert [(row["operation"], row["status"]) for row in rows] == [
        ("GET /ping", "200"),
        ("GET /ping", "503"),
    ]
"""
    )
    run(pytester).assert_outcomes(passed=1)


def test_without_the_mock_installed(pytester: pytest.Pytester) -> None:
    """Where the mock's own packages are missing, other tests run, and a fixture says what to do."""
    pytester.makeconftest("import sys\nsys.modules['orjson'] = None\n")
    pytester.makepyfile(
        "def test_other():\n    pass\n\ndef test_mock(tallystick_mock):\n    pass\n"
    )
    result = run(pytester)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["The mock needs orjson: pip install 'tallystick[[]mock]'."])


def test_the_fixtures_are_listed(pytester: pytest.Pytester) -> None:
    """`pytest --fixtures` lists what there is."""
    result = pytester.runpytest_inprocess("--fixtures")
    listed = [line.split(" ")[0] for line in result.outlines if line.startswith("tallystick_")]
    assert listed == [
        "tallystick_document",
        "tallystick_overlays",
        "tallystick_locale",
        "tallystick_server",
        "tallystick_mock",
    ]


def test_the_plugin_costs_nothing() -> None:
    """Each run of pytest imports the plugin: it brings nothing else with it."""
    script = (
        "import sys, pytest\n"
        "before = set(sys.modules)\n"
        "import mock_server.pytest_plugin\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["mock_server", "mock_server.pytest_plugin"]
