"""The inferred overlay: what was read from prose, written down, and read again."""

import copy
from typing import Any

import pytest
import yaml

from tallystick import load_contract
from tallystick.exports.inferred import inferred_overlay, json_path
from tests.tallystick.conftest import document

ODD = {
    "Thing.Yes": "yes",
    "Thing.Colon": "a: b # c",
    "Thing.Quote": 'it\'s "so"',
    "Thing.Number": "0o17",
    "Thing.Float": "1e5",
    "Thing.Date": "2024-05-01",
    "Thing.Emoji": "\U0001f600 é — ü",
    "Thing.Long": "word " * 60 + "end",
    "Thing.Tilde": "~",
    "Thing.Star": "*x &y !z",
}
RESPONSES = {
    "200": {"description": "OK"},
    "400": {
        "description": "Thing.Missing — name is required\n\nThing.Long — name must be at most 5 "
        "characters\n\nThing.Price — price must be greater than 0.5\n\n"
        "Thing.Colour — colour must be one of red, green or blue\n\n"
        "Thing.Url — url must be a valid absolute http(s) URL\n\nThing.Odd — it is odd\n\n"
        "Thing.Size — price must be between 1 and 9.5\n\n"
        "Thing.Name — name must be between 3 and 50 characters\n\n"
        "Thing.Mark — colour must be exactly 2 characters\n\nThing.Taken — it already exists"
    },
    "404": {"description": "none"},
    "409": {
        "description": "x",
        "content": {"application/json": {"examples": {"Thing.Gone": {"summary": "gone"}}}},
    },
    "410": {"description": "x", "x-tallystick-cases": {"a'b\\c": {"trigger": {"kind": "state"}}}},
    "422": {"description": "\n\n".join(f"{code} — {text}" for code, text in ODD.items())},
    "502": {"description": "Thing.Upstream — it failed"},
}
PROPERTIES: dict[str, Any] = {"name": {}, "price": {}, "colour": {}, "url": {}}


def facts(contract):
    """All that a case says, but for where it was read."""
    return [
        (c.label, c.description, c.media_type, c.trigger, c.constraint and c.constraint.to_json(),
         c.magic)
        for c in contract.cases
    ]  # fmt: skip


@pytest.fixture
def round_trip(write):
    """A function that gives the facts of a document, and those with its inferred overlay."""

    def of(place, overlays=()):
        before = load_contract(place, overlays=overlays)
        overlay = write("inferred.overlay.yaml", inferred_overlay(before))
        after = load_contract(place, overlays=[*overlays, overlay])
        assert list(after.document.diagnostics) == list(before.document.diagnostics)
        return facts(before), facts(after)

    return of


def test_the_vendors_document_survives(round_trip, vendor):
    """Ten cases before, the same ten after."""
    before, after = round_trip(vendor)
    assert (len(after), after) == (10, before)


def test_the_vendors_page_survives(round_trip, page):
    """An overlay applies to a page as to a file."""
    before, after = round_trip(page)
    assert after == before


def test_a_document_with_everything_survives(round_trip, write):
    """All sources, constraints, and texts that YAML could take for something else."""
    before, after = round_trip(write("d.json", document(RESPONSES, PROPERTIES)))
    assert (len(after), after) == (15 + len(ODD), before)


def test_a_response_that_operations_share_survives(round_trip, write):
    """Where the same words name a property of each body, and of one only the query."""
    value = document({"400": {"$ref": "#/components/responses/Bad"}}, {"name": {}})
    value["components"] = {"responses": {"Bad": {"description": "Thing.Bad — name is required"}}}
    operation = value["paths"]["/things/{id}"]["post"]
    other = copy.deepcopy(operation)
    del other["requestBody"]
    other["parameters"].append({"name": "name", "in": "query", "schema": {}})
    none = copy.deepcopy(operation)
    del none["requestBody"]
    value["paths"]["/things/{id}"] |= {"get": other, "delete": none}
    before, after = round_trip(write("d.json", value))
    assert after == before


def test_the_overlay_is_an_ordinary_overlay(vendor):
    """Version 1.0.0, one action for the problem style, one for each response with codes."""
    overlay = yaml.safe_load(inferred_overlay(load_contract(vendor)))
    responses = "$['paths']['/organisations/{id}/payment-account/link']['post']['responses']"
    assert (overlay["overlay"], [action["target"] for action in overlay["actions"]]) == (
        "1.0.0",
        ["$", *(f"{responses}['{status}']" for status in (400, 403, 404, 409, 502))],
    )


def test_the_words_of_the_overlay(vendor):
    """Description, trigger and constraint of a case, ready to be reviewed."""
    overlay = yaml.safe_load(inferred_overlay(load_contract(vendor)))
    cases = overlay["actions"][1]["update"]["x-tallystick-cases"]
    assert cases["PaymentAccountLink.InvalidReturnUrl"] == {
        "description": "ReturnUrl must be a valid absolute http(s) URL",
        "trigger": {"kind": "request", "in": "body", "name": "returnUrl", "fault": "invalid"},
        "constraint": {"kind": "absolute-url", "schemes": ["http", "https"]},
    }


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), "$"),
        (("paths", "/a/{id}"), "$['paths']['/a/{id}']"),
        (("it's",), r"$['it\'s']"),
        (("a\\b",), r"$['a\\b']"),
    ],
)
def test_a_path_as_jsonpath(path, text):
    """RFC 9535 section 2.7."""
    assert json_path(path) == text
