"""Diagnostics: their table, its page, how equal ones are grouped, what commands print of them."""

from pathlib import Path

import pytest

from tallystick import load_contract
from tallystick.contract import read_contract
from tallystick.errors import InvalidDocumentError, Source
from tallystick.lint import page
from tallystick.reader.diagnostics import KINDS, Diagnostic
from tallystick.reader.grouping import grouped, summary
from tallystick.reader.options import LoadOptions

ROOT = Path(__file__).parents[2]
ONE_ERROR = """\
openapi: 3.1.1
info: {title: t, version: '1'}
paths:
  /a/{id}:
    get:
      responses: {'404': {description: No}}
"""


@pytest.mark.parametrize("name", KINDS)
def test_each_row_is_written_for_the_page(name):
    """Lower case with hyphens, and sentences."""
    kind = KINDS[name]
    assert name == "-".join(name.lower().split())
    assert all(text[0].isupper() or text[0] == "`" for text in (kind.meaning, kind.remedy))
    assert kind.meaning.endswith(".")
    assert kind.remedy.endswith(".")


def test_the_page_is_current():
    """`python -m tallystick.lint.page > docs/diagnostics.md` makes it."""
    assert (ROOT / "docs" / "diagnostics.md").read_text("utf-8") == page.page()


def test_a_section_of_the_page():
    """What it means, and what to do."""
    assert (
        "## Warnings\n\n### closed-all-of\n\n`additionalProperties: false` refuses properties"
    ) in page.page()
    assert (
        "### repeated-key\n\nA key stands in one mapping twice. The last one holds.\n\n"
        "What to do: Remove or rename one.\n"
    ) in page.page()


def test_every_name_is_used():
    """A row without a place that adds it promises what nobody checks."""
    code = "".join(
        path.read_text("utf-8")
        for path in (ROOT / "tallystick").rglob("*.py")
        if path.name != "diagnostics.py"
    )
    assert [name for name in KINDS if f'"{name}"' not in code] == []


def diagnostic(name, message, line, pointer="", group=""):
    return Diagnostic(name, message, Source("a.yaml", pointer, line), group=group)


@pytest.mark.parametrize(
    ("diagnostics", "expected"),
    [
        ([], []),
        (
            [diagnostic("unread-code", "x", 1, "/1"), diagnostic("unread-code", "x", 2, "/2")],
            [(["x"], 2, [1, 2])],
        ),
        (
            [diagnostic("unknown-trigger", "x", 1, "/1"), diagnostic("unread-code", "x", 1, "/1")],
            [(["x"], 1, [1]), (["x"], 1, [1])],
        ),
        (
            [diagnostic("unread-code", "x", 1, "/1"), diagnostic("unread-code", "x", 1, "/1")],
            [(["x"], 2, [1])],
        ),
        (
            [diagnostic("unread-code", "x", 1, "/1"), diagnostic("unread-code", "y", 1, "/1")],
            [(["x", "y"], 2, [1])],
        ),
        (
            [diagnostic("unread-code", "x", 1, "/1"), diagnostic("unread-code", "y", 2, "/1")],
            [(["x"], 1, [1]), (["y"], 1, [2])],
        ),
        (
            [
                diagnostic("unread-code", "x", 1, "/1", group="g"),
                diagnostic("unread-code", "y", 2, "/2", group="g"),
            ],
            [(["x", "y"], 2, [1, 2])],
        ),
        (
            [diagnostic("unread-code", "x", 1, "/1"), diagnostic("repeated-key", "y", 2, "/2")],
            [(["y"], 1, [2]), (["x"], 1, [1])],
        ),
    ],
    ids=[
        *("none", "one message", "two names", "one place twice", "two messages at one place"),
        *("two lines of one text", "one group", "errors first"),
    ],
)  # fmt: skip
def test_grouping(diagnostics, expected):
    """Of one name: one message or one place or one group."""
    assert [
        (group.messages, group.count, [place.line for place in group.places])
        for group in grouped(diagnostics)
    ] == expected


def test_the_summary_has_counts_and_the_first_three():
    """Errors first, equal ones once."""
    found = [
        diagnostic("unread-code", "a", 1, "/1"),
        diagnostic("unread-code", "a", 2, "/2"),
        diagnostic("unread-code", "b", 3, "/3"),
        diagnostic("unread-code", "c", 4, "/4"),
        diagnostic("repeated-key", "d", 5, "/5"),
    ]
    assert summary(found) == [
        "1 error, 4 warnings; `tallystick lint` lists all",
        "error: a.yaml:5 at #/5: d [repeated-key]",
        "warning: a.yaml:1 at #/1: a [unread-code] (2 times)",
        "warning: a.yaml:3 at #/3: b [unread-code]",
    ]


def test_a_clean_contract_has_no_summary():
    """The bundled one."""
    assert summary(load_contract().document.diagnostics) == []


def test_strict_refuses_a_document_with_errors(write):
    """It says the first errors, and how to see the rest."""
    place = write("d.yaml", ONE_ERROR)
    with pytest.raises(InvalidDocumentError) as caught:
        read_contract(LoadOptions((place,), strict=True))
    assert str(caught.value).splitlines() == [
        "The document has an error, and --strict allows none. `tallystick lint` lists all.",
        f"{place}:5 at #/paths/~1a~1{{id}}/get: the path parameter 'id' is not declared; "
        "it is taken as a string [undeclared-path-parameter]",
    ]


def test_strict_takes_a_document_with_warnings(write):
    """A document without responses is only weak."""
    place = write(
        "d.yaml", "openapi: 3.1.1\ninfo: {title: t, version: '1'}\npaths: {/a: {get: {}}}\n"
    )
    contract = read_contract(LoadOptions((place,), strict=True))
    assert [found.name for found in contract.document.diagnostics] == ["no-responses"]


def test_without_strict_errors_are_no_reason_to_refuse(write):
    """Design: reading never refuses what can be served."""
    contract = read_contract(LoadOptions((write("d.yaml", ONE_ERROR),)))
    assert len(contract.operations) == 1
