"""Lint: what the reader is unsure of is said, never dropped in silence."""

import pytest

from tallystick import load_contract
from tallystick.lint import lint

from .conftest import document


def remarks(contract):
    return [(remark.level, remark.message) for remark in lint(contract)]


def test_the_vendors_document_is_clean(vendor):
    """Every line was read, and every case has a trigger."""
    assert remarks(load_contract(vendor)) == []


def test_the_bundled_contract_is_clean():
    """With its overlay, too."""
    assert remarks(load_contract()) == []


@pytest.mark.parametrize(
    ("description", "message"),
    [
        (
            "CLOSED — it is",
            "this looks like an error code, but one plain word is not taken for a code; "
            "put it in backticks if it is: 'CLOSED — it is'",
        ),
        (
            "Thing.Gone",
            "this looks like an error code, but the code has no text after it: 'Thing.Gone'",
        ),
        (
            "`Thing.Gone` or `Thing.Lost` — it is",
            "this looks like an error code, but several codes share one text; "
            "give each a line of its own: '`Thing.Gone` or `Thing.Lost` — it is'",
        ),
    ],
)
def test_a_suspect_is_a_finding(read, description, message):
    """It says why the line was not read."""
    assert remarks(read({"409": {"description": description}})) == [("finding", message)]


def test_a_suspect_has_its_line(write):
    """The line of the description that holds it."""
    head = (
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    get:\n"
        "      responses:\n        '409':\n"
    )
    text = "          description: |\n            Wrong.\n\n            CLOSED — it is\n"
    place = write("d.yaml", head + text)
    (remark,) = lint(load_contract(place))
    assert str(remark).startswith(
        f"finding: {place}:11 at #/paths/~1a/get/responses/409/description: this looks like"
    )


def test_a_case_that_can_only_be_forced_is_a_note(read):
    """Nothing is wrong, but the user should know."""
    assert remarks(read({"400": {"description": "Thing.Odd — it is odd"}})) == [
        (
            "note",
            "nothing tells what triggers 400 Thing.Odd; the mock gives it only when forced",
        )
    ]


def test_an_unknown_extension_is_a_finding(read):
    """A typo in the name of an extension would be ignored otherwise."""
    contract = read({"200": {"description": "OK", "x-tallystick-case": {}}})
    assert remarks(contract) == [
        (
            "finding",
            "x-tallystick-case is not known; known are x-tallystick-behaviour, "
            "x-tallystick-cases, x-tallystick-problem, x-tallystick-promises",
        )
    ]


@pytest.mark.parametrize("where", ["example", "examples"])
def test_an_example_is_data(read, where):
    """What it holds is not looked at."""
    value = {"x-tallystick-odd": 1}
    data = value if where == "example" else {"A_B": {"value": value}}
    contract = read(
        {"409": {"description": "A_B — x", "content": {"application/json": {where: data}}}}
    )
    assert remarks(contract) == []


def test_an_overlay_that_misses_is_a_finding(write):
    """Its warning is repeated."""
    overlay = write(
        "o.yaml",
        "overlay: 1.0.0\ninfo: {title: o, version: '1'}\n"
        "actions:\n- {target: $.nope, remove: true}\n",
    )
    place = write("d.json", document({"200": {"description": "OK"}}))
    assert remarks(load_contract(place, overlays=[overlay])) == [
        ("finding", f"{overlay}:4 at #/actions/0/target: the target $.nope matches nothing.")
    ]
