"""Diagnostics: values, from one table."""

import re
from pathlib import Path

import pytest

import tallystick
from tallystick.errors import Source
from tallystick.reader.diagnostics import KINDS, Diagnostic, Diagnostics


def test_a_diagnostic_says_how_grave_where_what_and_which():
    """One line, as other tools print it."""
    diagnostic = Diagnostic("repeated-key", "the key 'a' stands here twice", Source("f", "/a", 3))
    assert (str(diagnostic), diagnostic.severity, diagnostic.remedy) == (
        "error: f:3 at #/a: the key 'a' stands here twice [repeated-key]",
        "error",
        "Remove or rename one.",
    )


def test_a_diagnostic_may_have_no_place():
    """It is said without one."""
    assert str(Diagnostic("no-responses", "none")) == "warning: none [no-responses]"


def test_diagnostics_keep_their_order():
    """That in which they were found."""
    diagnostics = Diagnostics()
    diagnostics.add("repeated-key", "one")
    diagnostics.add("no-responses", "two")
    assert ([d.message for d in diagnostics], len(diagnostics)) == (["one", "two"], 2)


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_used(name):
    """A row that nothing finds would be a promise that nobody keeps."""
    folder = Path(tallystick.__file__).parent
    texts = [path.read_text("utf-8") for path in folder.rglob("*.py")]
    uses = sum(len(re.findall(f'"{name}"', text)) for text in texts)
    assert uses > 1


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_each_kind_says_what_it_means_and_what_to_do(kind):
    """In sentences."""
    assert (kind.meaning[-1], kind.remedy[-1]) == (".", ".")
