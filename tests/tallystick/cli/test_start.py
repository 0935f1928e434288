"""What a command imports before it does anything. Modules are counted, since seconds depend on what
else the machine does.
"""

import subprocess
import sys

import pytest

from tests import PATIENCE

PROGRAMS = {"mock_server", "contract_tests", "fuzzing"}
SLOW = {
    "connexion",
    "hypothesis",
    "lark",
    "openapi_spec_validator",
    "pydantic",
    "requests",
    "rfc3987_syntax",
    "schemathesis",
    "starlette",
    "uvicorn",
}
"""Packages that take a tenth of a second or more."""
SHOW = """
import sys

from tallystick.cli import cli

try:
    cli(sys.argv[1:], standalone_mode=False)
finally:
    print(*{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""


def imported(script: str, *arguments: str) -> set[str]:
    """The packages that a script has imported at its end, which it prints on standard error."""
    run = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    return set(run.stderr.split()) - sys.stdlib_module_names


@pytest.fixture(scope="module")
def always() -> set[str]:
    """What each start of this Python imports, such as hooks of the environment."""
    return imported(
        'import sys; print(*{n.partition(".")[0] for n in sys.modules}, file=sys.stderr)'
    )


@pytest.mark.parametrize("command", ["", "cases", "fuzz", "mock", "test"])
def test_help_imports_click_alone(always: set[str], command: str) -> None:
    """No parser, no validator, no program: it is there at once."""
    seen = imported(SHOW, *command.split(), "--help")
    assert seen - always == {"click", "tallystick"}


@pytest.mark.parametrize("command", [["cases"], ["lint"], ["overlay"], ["export", "document"]])
def test_reading_imports_no_program(command: list[str]) -> None:
    """What only reads a document needs neither the mock nor the tests, nor what they stand on."""
    assert imported(SHOW, *command) & (PROGRAMS | SLOW) == set()
