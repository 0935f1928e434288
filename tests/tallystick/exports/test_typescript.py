"""The TypeScript types of schemas, spelled out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.exports.escaping import Names
from tallystick.exports.typescript import Types
from tests.tallystick.conftest import Read

NAMED = {"type": "object", "properties": {"name": {"type": "string"}}}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, "unknown"),
        (NAMED, '{ "name"?: string; }'),
        ({**NAMED, "required": ["name"]}, '{ "name": string; }'),
        # What one part describes and another demands (JSON Schema 2020-12 section 6.5.3).
        (
            {"allOf": [NAMED, {"required": ["name"]}]},
            '{ "name"?: string; } & ({ "name": {} | null; })',
        ),
        (
            {"allOf": [NAMED, {**NAMED, "required": ["name", "size", "size"]}]},
            '{ "name"?: string; } & ({ "name": string; "size": {} | null; })',
        ),
        ({"type": "object"}, "Record<string, unknown>"),
        (
            {
                "type": "object",
                "required": ["name"],
                "additionalProperties": {"type": "string"},
            },
            'Record<string, string> & { "name": {} | null; }',
        ),
        ({"required": []}, "unknown"),
    ],
)
def test_types(read: Read, schema: dict[str, Any], expected: str) -> None:
    """The type of a response's body."""
    content = {"application/json": {"schema": schema}}
    contract = read({"200": {"description": "OK", "content": content}})
    (media_type,) = contract.operations[0].responses[0].media_types
    assert Types(contract.document, Names(frozenset())).of(media_type.schema) == expected
