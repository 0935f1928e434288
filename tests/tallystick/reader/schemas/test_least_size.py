"""How large a value must at least be to fit a schema."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.reader.schemas.least_size import MOST_MADE, least_size
from tests.tallystick.conftest import Write, load

TEXT = {"type": "string", "minLength": 9}
TABLE: list[tuple[dict[str, Any], int]] = [
    ({}, 1),
    (TEXT, 10),
    ({"type": ["string", "null"], "minLength": 9}, 1),
    ({"type": "array", "items": TEXT}, 1),
    ({"type": "array", "items": TEXT, "minItems": 3}, 31),
    ({"type": "object", "properties": {"a": TEXT, "b": TEXT}, "required": ["a", "c"]}, 12),
    ({"allOf": [TEXT, {"type": "string", "minLength": 20}]}, 21),
    ({"anyOf": [TEXT, {"type": "null"}]}, 1),
    ({"oneOf": [TEXT, {"$ref": "#/components/schemas/Long"}]}, 10),
    ({"$ref": "#/components/schemas/Long"}, 101),
    ({"$ref": "#/components/schemas/Chain"}, 3),
    ({"type": "string", "minLength": 9, "enum": ["odd"]}, 1),
    ({"type": "string", "minLength": 10**10}, MOST_MADE + 1),
    (
        {"type": "array", "minItems": 5_000, "items": {"type": "array", "minItems": 5_000}},
        MOST_MADE + 1,
    ),
]
COMPONENTS = {
    "Long": {"type": "string", "minLength": 100},
    "Chain": {
        "type": "object",
        "required": ["next", "name"],
        "properties": {"next": {"$ref": "#/components/schemas/Chain"}},
    },
}


@pytest.mark.parametrize(("schema", "size"), TABLE)
def test_least_size(write: Write, schema: dict[str, Any], size: int) -> None:
    """Values and letters that the schema demands."""
    root = {"openapi": "3.1.0", "info": {"title": "Sizes", "version": "1"}, "paths": {}}
    schemas = {**COMPONENTS, "One": schema}
    loaded = load(write("sizes.json", {**root, "components": {"schemas": schemas}}))
    assert least_size(loaded, loaded.schema_at(("components", "schemas", "One"))) == size
