"""The body of a case: the example that it was read from comes first."""

from typing import Any

import pytest

from tallystick.generation.bodies import body, media_type
from tests.tallystick.conftest import Read

EXAMPLES = {
    "first": {"value": {"errors": [{"code": "badName"}]}},
    "second": {"value": {"errors": [{"code": "gone", "at": "2020"}]}},
}
SCHEMA = {"properties": {"errors": {"items": {"properties": {"code": {"type": "string"}}}}}}


@pytest.mark.parametrize(("code", "example"), [("badName", "first"), ("gone", "second")])
def test_the_example_that_a_case_was_read_from(read: Read, code: str, example: str) -> None:
    """Verbatim, wherever in it the code stands and whatever it is called."""
    content = {"application/json": {"schema": SCHEMA, "examples": EXAMPLES}}
    contract = read({"422": {"description": "x", "content": content}})
    (operation,) = contract.operations
    case = next(case for case in operation.cases if case.code == code)
    kind = media_type(operation, case)
    assert kind is not None
    assert body(contract, case, kind) == EXAMPLES[example]["value"]


TEXT = {"type": "string"}
WORDS = "the thing has gone"


def holder(**properties: Any) -> dict[str, Any]:
    """The schema of an object in which all is required."""
    return {"type": "object", "required": list(properties), "properties": properties}


@pytest.mark.parametrize(
    ("schema", "description", "expected"),
    [
        (holder(code=TEXT, message=TEXT), "`GONE` — " + WORDS, {"code": "GONE", "message": WORDS}),
        (
            holder(error=holder(code=TEXT, message=TEXT)),
            "`GONE` — " + WORDS,
            {"error": {"code": "GONE", "message": WORDS}},
        ),
        (
            holder(
                errors={"type": "array", "maxItems": 1, "items": holder(code=TEXT, detail=TEXT)}
            ),
            "`GONE` — " + WORDS,
            {"errors": [{"code": "GONE", "detail": WORDS}]},
        ),
        (  # the text outside, the code inside
            holder(
                message=TEXT, errors={"type": "array", "maxItems": 1, "items": holder(code=TEXT)}
            ),
            "`GONE` — " + WORDS,
            {"message": WORDS, "errors": [{"code": "GONE"}]},
        ),
        (holder(error=holder(message=TEXT)), WORDS, {"error": {"message": WORDS}}),
        (holder(error=TEXT), WORDS, {"error": WORDS}),
        (
            holder(error=TEXT, message=TEXT),
            "`GONE` — " + WORDS,
            {"error": "GONE", "message": WORDS},
        ),
        (  # the code stays where the text is not taken
            holder(code=TEXT, message={"type": "string", "enum": ["no"]}),
            "`GONE` — " + WORDS,
            {"code": "GONE", "message": "no"},
        ),
    ],
)
def test_the_code_and_the_text_of_an_error(
    read: Read, schema: dict[str, Any], description: str, expected: Any
) -> None:
    """They stand where an error of this form has them, however deep."""
    content = {"application/json": {"schema": schema}}
    contract = read({"410": {"description": description, "content": content}})
    (operation,) = contract.operations
    (case,) = operation.cases
    kind = media_type(operation, case)
    assert kind is not None
    assert body(contract, case, kind) == expected
