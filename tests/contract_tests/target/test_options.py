"""Options of the command line that concern the target: headers, and which operations are sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract_tests.plan import read_plan
from contract_tests.target.target import Target
from tallystick.errors import TallystickError
from tallystick.reader.options import LoadOptions
from tests.contract_tests.targets import write

URL = "http://127.0.0.1:1"
LINK = "POST /organisations/{id}/payment-account/link"


def target_with(folder: Path, text: str = "", **options: Any) -> Target:
    """The target of a file with this text and of these options."""
    path = str(write(folder, f'base_url = "{URL}"\n{text}'))
    plan = read_plan(LoadOptions(), base_url=None, target_file=path, seed=0, **options)
    assert plan.target is not None
    return plan.target


def test_headers_are_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of the command line replaces the file's of that name; variables are read."""
    monkeypatch.setenv("TALLY_TOKEN", "abc")
    text = '[headers]\nauthorization = "old"\nx-a = "1"'
    headers = ("Authorization: Bearer ${TALLY_TOKEN}", "X-B:  two words ")
    target = target_with(tmp_path, text, headers=headers)
    assert target.headers == {"x-a": "1", "Authorization": "Bearer abc", "X-B": "two words"}
    assert target.variables == {"TALLY_TOKEN": "abc"}


@pytest.mark.parametrize("text", ["secret", ": secret", "A b: secret", "A:", "A: secret\nB: c"])
def test_what_is_no_header_is_refused(tmp_path: Path, text: str) -> None:
    """The message does not repeat it: it may be a secret."""
    with pytest.raises(TallystickError) as error:
        target_with(tmp_path, headers=(text,))
    assert str(error.value) == "--header must be a name and a plain text: 'Name: value'."


def test_a_variable_that_is_not_set(tmp_path: Path) -> None:
    """The error names it."""
    with pytest.raises(TallystickError, match="--header: the environment variable TALLY_NO is not"):
        target_with(tmp_path, headers=("A: ${TALLY_NO}",))


def test_patterns_and_the_safe_alone(tmp_path: Path) -> None:
    """They are added to what the file says."""
    text = 'exclude = ["/organisations/*"]'
    target = target_with(tmp_path, text, include=(LINK,), exclude=("POST *",), only_safe=True)
    assert target.include == (LINK,)
    assert target.exclude == ("/organisations/*", "POST *")
    assert target.only_safe


@pytest.mark.parametrize("option", ["include", "exclude"])
def test_a_pattern_that_matches_nothing_is_refused(tmp_path: Path, option: str) -> None:
    """On the command line and in the file, there with the line and the nearest name."""
    with pytest.raises(TallystickError, match="No operation is called 'GET /nope'"):
        target_with(tmp_path, "", **{option: ("GET /nope",)})
    text = f'{option} = ["{LINK.replace("account", "acount")}"]'
    with pytest.raises(TallystickError) as error:
        target_with(tmp_path, text)
    assert ":2: No operation is called" in str(error.value)
    assert f"Did you mean '{LINK}'?" in str(error.value)
