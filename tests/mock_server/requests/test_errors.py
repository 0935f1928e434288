"""What refusals say: which part is wrong and why, and never a credential."""

from typing import Any

import pytest

from mock_server.requests.errors import refusal_headers, why_invalid
from tallystick.reader.schemas.validators import Validator

LOGIN = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "password": {"minLength": 8},
        "X-Api-Key": {"minLength": 8},
        "auth": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
    },
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, 'The body is not valid: "name" is a required property.'),
        ({"name": 1}, 'The body is not valid at /name: 1 is not of type "string".'),
        (
            {"name": "a", "password": "hunter2"},
            "The body is not valid at /password: it breaks the keyword 'minLength'.",
        ),
        (
            {"name": "a", "X-Api-Key": "hunter2"},
            "The body is not valid at /X-Api-Key: it breaks the keyword 'minLength'.",
        ),
        (
            {"name": "a", "auth": {"token": "hunter2"}},
            "The body is not valid at /auth: it breaks the keyword 'anyOf'.",
        ),
    ],
)
def test_why_invalid(value: Any, expected: str) -> None:
    """A refusal names the member and what it breaks; what may be a secret is not repeated."""
    assert why_invalid(Validator(LOGIN), value, "The body") == expected


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("plain", b"plain"),
        ("two\r\nlines", b"two  lines"),
        ("a\x7fb", b"a b"),
        ("z\u00fcrich", b"z\\xfcrich"),
        ("x" * 1_000, b"x" * 300),
    ],
)
def test_refusal_headers(detail: str, expected: bytes) -> None:
    """The header holds what a header may hold, and not more than a line of it."""
    assert refusal_headers(detail) == ((b"tallystick-error", expected),)
