"""What explanations cost: counted from the schema and the value, with no validator."""

from typing import Any

import pytest

from tallystick.reader.schemas.explaining import Costs

SELF = {"$ref": "#/$defs/S"}
TEXTS = [f"value {number}" for number in range(5_000)]


def both(*branches: Any, keyword: str = "anyOf") -> Any:
    """A schema of alternatives, which is `SELF`."""
    return {"$defs": {"S": {keyword: [*branches]}}, **SELF}


def arrays(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


def objects(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


ITEMS, MEMBER = {"items": SELF}, {"properties": {"a": SELF}}
LOW = {
    "nothing to choose": ({"items": {"type": "string"}}, [1] * 100_000),
    "no way to the choice": ({"properties": {"b": {"anyOf": [{}]}}, "items": {}}, [1] * 100_000),
    "few levels": (both(ITEMS, ITEMS), arrays(5)),
    "one of two branches leads on": (both({"type": "string"}, ITEMS), arrays(500)),
    "many texts": ({"items": {"anyOf": [{"type": "null"}, {"type": "string"}]}}, [1] * 3_000),
    "what leads nowhere": (both({"$ref": "#/$defs/None"}, {"$ref": 5}), [1]),
    "all of itself, to the first": (both(ITEMS, ITEMS, keyword="allOf"), arrays(40)),
}
HIGH = {
    "items of both": (both(ITEMS, ITEMS), arrays(20)),
    "one of both": (both(MEMBER, MEMBER, keyword="oneOf"), objects(20)),
    "other members": (both({"additionalProperties": SELF}, MEMBER), objects(20)),
    "members of a pattern": (both({"patternProperties": {"": SELF}}, MEMBER), objects(20)),
    "parts of both": (both({"allOf": [ITEMS]}, {"not": ITEMS}), arrays(20)),
    "first items": (both({"prefixItems": [SELF]}, {"contains": SELF}), arrays(20)),
    "conditions": (both({"if": {}, "then": MEMBER}, {"else": MEMBER}), objects(20)),
    "dependent ones": (both({"dependentSchemas": {"a": MEMBER}}, MEMBER), objects(20)),
    "a choice below": ({"items": both(ITEMS, ITEMS)["$defs"]["S"], **both(ITEMS, ITEMS)},
                       arrays(21)),
    "thousands of missing members": (both({"required": TEXTS}, {}), {"b": "x" * 100_000}),
    "thousands that depend": (both({"dependentRequired": {"b": TEXTS}}), {"b": "x" * 100_000}),
    "a long list in each error": (both({"items": {"enum": TEXTS}}), ["x"] * 1_000),
}  # fmt: skip


@pytest.mark.parametrize(("schema", "value"), LOW.values(), ids=LOW)
def test_what_is_explained(schema: Any, value: Any) -> None:
    """Where nothing is multiplied, however large it is."""
    assert Costs(schema, schema).is_low(value)


@pytest.mark.parametrize(("schema", "value"), HIGH.values(), ids=HIGH)
def test_what_is_not_explained(schema: Any, value: Any) -> None:
    """Where branches lead to branches, or errors have copies of what is large."""
    assert not Costs(schema, schema).is_low(value)


def test_all_reasons_cost_more_than_the_first() -> None:
    """They come from all parts of an `allOf`."""
    schema = both(ITEMS, ITEMS, keyword="allOf")
    assert not Costs(schema, schema).is_low(arrays(20), of_all=True)
