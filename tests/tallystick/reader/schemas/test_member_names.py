"""Members that are held to schemas by their names, where these are matched with a deadline."""

import time
from typing import Any

import pytest

from tallystick.reader.schemas.patterns import BUDGET, MatchTime
from tallystick.reader.schemas.validators import Validators

AHEAD = "^(?!x-)[a-z]+$"
"""Small letters, but nothing that begins with `x-`."""

SLOW = r"^(a|a)*(?!b)\1$"
INTEGER = {"$ref": "#/components/schemas/I"}
PLACE = ("components", "schemas", "S")


class Texts:
    """A document of one schema, which may refer to the schema of integers."""

    def __init__(self, schema: Any) -> None:
        self.schema_root = {"components": {"schemas": {"S": schema, "I": {"type": "integer"}}}}

    def schema_reference(self, path: tuple[str, ...]) -> dict[str, str]:
        return {"$ref": "tallystick:document#/" + "/".join(path)}


def is_valid(schema: Any, value: Any) -> bool:
    return Validators(Texts(schema)).at(PLACE, "request").is_valid(value)


OPEN = {"patternProperties": {AHEAD: INTEGER}}
CLOSED = {**OPEN, "properties": {"Name": {"type": "string"}}, "additionalProperties": False}
REST = {**OPEN, "additionalProperties": {"type": "boolean"}}
BOTH = {"patternProperties": {AHEAD: INTEGER, "^a": {"minimum": 5}}}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (OPEN, {"abc": 1, "x-abc": "any", "Abc": "any"}, True),
        (OPEN, {"abc": "1"}, False),
        (OPEN, {"x-abc": "1"}, True),
        (OPEN, {}, True),
        (OPEN, [{"abc": "1"}], True),
        (CLOSED, {"abc": 1, "Name": "any"}, True),
        (CLOSED, {"Name": 1}, False),
        (CLOSED, {"Other": 1}, False),
        (CLOSED, {"x-abc": 1}, False),
        (REST, {"abc": 1, "Other": True}, True),
        (REST, {"Other": 1}, False),
        (REST, {"abc": True}, False),
        (BOTH, {"abc": 5, "bcd": 1}, True),
        (BOTH, {"abc": 4}, False),
        ({"items": CLOSED}, [{"Other": 1}], False),
        ({"patternProperties": {AHEAD: {"items": OPEN}}}, {"a": [{"b": "1"}]}, False),
        ({"patternProperties": {AHEAD: {"items": OPEN}}}, {"a": [{"b": 1}]}, True),
        ({**OPEN, "unevaluatedProperties": False}, {"Other": 1}, True),
    ],
)
def test_members_by_their_names(schema: Any, value: Any, expected: bool) -> None:
    """2020-12 core, sections 10.3.2.2 and 10.3.2.3; unevaluated properties are accepted."""
    assert is_valid(schema, value) is expected


def test_native_names_stay_as_they_are() -> None:
    """Compiled validators match them by themselves."""
    schema = {"patternProperties": {"^a": INTEGER}, "unevaluatedProperties": False}
    assert [is_valid(schema, value) for value in ({"a": 1}, {"a": "1"}, {"b": 1})] == [
        True,
        False,
        False,
    ]


def test_what_is_not_decided_in_time_is_accepted() -> None:
    """However many names there are, and whatever else is said of them."""
    schema = {"patternProperties": {SLOW: INTEGER}, "additionalProperties": False}
    names = {"a" * 400 + f"{number}!": "text" for number in range(1_000)}
    token = BUDGET.set(MatchTime(0.1, 0))
    began = time.monotonic()
    try:
        assert is_valid(schema, names)
    finally:
        BUDGET.reset(token)
    assert time.monotonic() - began < 10
