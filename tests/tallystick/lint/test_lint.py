"""Lint: what the reader is unsure of is said, never dropped in silence."""

import pytest

from tallystick import load_contract
from tallystick.lint import lint
from tests.tallystick.conftest import document


def found(contract, *names):
    """The names and messages of the diagnostics; of some names only, where they are given."""
    return [
        (diagnostic.name, diagnostic.message)
        for diagnostic in lint(contract)
        if not names or diagnostic.name in names
    ]


def test_the_bundled_contract_has_one_weakness():
    """Every line was read, and every case has a trigger. The vendor's ProblemDetails requires
    nothing.
    """
    assert found(load_contract()) == [
        ("nothing-required", "this schema of errors requires no member")
    ]


def test_the_vendors_document_has_two(vendor):
    """It speaks of an API key, which the overlay declares."""
    assert found(load_contract(vendor)) == [
        ("nothing-required", "this schema of errors requires no member"),
        (
            "security-in-prose",
            "the prose speaks of an API key, and no security scheme is declared",
        ),
    ]


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
def test_a_suspect_is_a_warning(read, description, message):
    """It says why the line was not read."""
    contract = read({"409": {"description": description}})
    assert found(contract, "unread-code") == [("unread-code", message)]


def test_a_suspect_has_its_line(write):
    """The line of the description that holds it."""
    head = (
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    get:\n"
        "      responses:\n        '409':\n"
    )
    text = "          description: |\n            Wrong.\n\n            CLOSED — it is\n"
    place = write("d.yaml", head + text)
    first = next(lint(load_contract(place)))
    assert str(first).startswith(
        f"warning: {place}:11 at #/paths/~1a/get/responses/409/description: this looks like"
    )


def test_an_unknown_extension_is_an_error(read):
    """A typo in the name of an extension would be ignored otherwise."""
    contract = read({"200": {"description": "OK", "x-tallystick-case": {}}})
    assert found(contract, "unknown-extension") == [
        (
            "unknown-extension",
            "x-tallystick-case is not known; known are x-tallystick-behaviour, "
            "x-tallystick-cases, x-tallystick-collection, x-tallystick-problem, "
            "x-tallystick-promises",
        )
    ]


def test_reading_notes_an_unknown_extension(read):
    """So that commands other than lint say it, too."""
    contract = read({"200": {"description": "OK", "x-tallystick-case": {}}})
    assert [diagnostic.name for diagnostic in contract.document.diagnostics] == [
        "unknown-extension"
    ]


@pytest.mark.parametrize("where", ["example", "examples"])
def test_an_example_is_data(read, where):
    """What it holds is not looked at."""
    value = {"x-tallystick-odd": 1}
    data = value if where == "example" else {"A_B": {"value": value}}
    contract = read(
        {"409": {"description": "A_B — x", "content": {"application/json": {where: data}}}}
    )
    assert found(contract) == []


def test_an_overlay_that_misses_is_an_error(write):
    """What reading found comes first."""
    overlay = write(
        "o.yaml",
        "overlay: 1.0.0\ninfo: {title: o, version: '1'}\n"
        "actions:\n- {target: $.nope, remove: true}\n",
    )
    place = write("d.json", document({"404": {"description": "No"}}))
    first = next(lint(load_contract(place, overlays=[overlay])))
    assert str(first) == (
        f"error: {overlay}:4 at #/actions/0/target: the target $.nope matches nothing "
        "[overlay-without-effect]"
    )
