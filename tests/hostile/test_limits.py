"""The table of limits: options, defaults and docs."""

import re
from dataclasses import fields
from pathlib import Path

from mock_server.limits import MockLimits
from tallystick.cli.shared.limit_options import LIMITS, name

DOCS = Path(__file__).parents[2] / "docs" / "limits.md"


def test_each_limit_is_an_option():
    """Of the same name, with the same default."""
    options = {name(option): default for option, default, _, _ in LIMITS}
    assert options == {each.name: each.default for each in fields(MockLimits)}


def test_each_limit_is_in_the_docs():
    """With its option and its default."""
    rows = re.findall(
        r"^\| `(--[a-z-]+)` \| ([\d,]+)(?! MiB)[ ]", DOCS.read_text("utf-8"), re.MULTILINE
    )
    documented = {option: float(default.replace(",", "")) for option, default in rows}
    assert documented == {option: float(default) for option, default, _, _ in LIMITS}
