"""`import contract_tests` costs nothing, and has what it names."""

from __future__ import annotations

import subprocess
import sys

import pytest

import contract_tests

HEAVY = ("schemathesis", "hypothesis", "pytest", "requests", "jsonschema", "uvicorn", "httpx")


def test_the_import_is_cheap() -> None:
    """It loads no library, and not more modules than the one."""
    program = (
        "import sys; before = set(sys.modules); import contract_tests; "
        "print(*sorted(set(sys.modules) - before))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    loaded = run.stdout.split()
    assert "contract_tests" in loaded
    assert [name for name in loaded if name.startswith(("contract_tests.", *HEAVY))] == []


@pytest.mark.parametrize("name", contract_tests.__all__)
def test_each_name_is_there(name: str) -> None:
    assert getattr(contract_tests, name).__name__ == name


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="module 'contract_tests' has no attribute 'other'"):
        contract_tests.other  # type: ignore[attr-defined]  # noqa: B018


def test_without_the_extra() -> None:
    """The error says what to install."""
    program = "import sys; sys.modules['jsonschema'] = None; from contract_tests import validate"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stderr.splitlines()[-1] == (
        "ModuleNotFoundError: contract_tests.validate needs jsonschema: "
        "pip install 'tallystick[test]'."
    )
