"""Spellings of JSON: other bytes, the same value."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from fuzzing.generators.spelling import JsonSpelling, spellings

BODY = {"url": "https://é.example/a b", "half": "\ud800", "n": [1, None, "x"]}


@given(spellings())
def test_the_value_is_the_same(spelling: JsonSpelling) -> None:
    """Python's own parser reads what was written."""
    assert json.loads(spelling.write(BODY).decode()) == BODY


@pytest.mark.parametrize(
    ("spelling", "written", "source"),
    [
        (JsonSpelling(0, True, "", False, 0), rb'{"a":"\u00e9/","b":1}', "RFC 8259 section 4"),
        (JsonSpelling(0, False, "", False, 0), '{"a":"é/","b":1}'.encode(), "RFC 8259 section 7"),
        (JsonSpelling(0, True, "", True, 0), rb'{"b":1,"a":"\u00e9/"}', "RFC 8259 section 4"),
        (
            JsonSpelling(0, True, " ", False, 0),
            rb' {"a" : "\u00e9/", "b" :1 } ',
            "RFC 8259 section 2",
        ),
    ],
    ids=["plain", "letters as they are", "reverse order", "white space"],
)
def test_how_an_object_is_written(spelling: JsonSpelling, written: bytes, source: str) -> None:
    """Each way changes what it says, and names the section that allows it."""
    assert (spelling.write({"a": "é/", "b": 1}), spelling.source) == (written, source)


def test_everything_as_escapes() -> None:
    """With 100 of 100 characters escaped, only signs of the syntax are left."""
    text = JsonSpelling(100, True, "", False, 0).write({"a/": "b"}).decode().lower()
    assert text == r'{"\u0061\/":"\u0062"}'
