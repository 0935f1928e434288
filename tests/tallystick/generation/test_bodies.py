"""The body of a case: the example that it was read from comes first."""

import re
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


ERROR = {
    "code": TEXT,
    "message": TEXT,
    "error": TEXT,
    "title": TEXT,
    "detail": TEXT,
    "status": {"type": "integer"},
    "success": {"type": "boolean"},
}


@pytest.mark.parametrize(
    ("status", "code", "title", "message"),
    [
        ("401", "UNAUTHORIZED", "Unauthorized", "Authentication is required."),
        ("404", "NOT_FOUND", "Not Found", "The resource was not found."),
        (
            "409",
            "CONFLICT",
            "Conflict",
            "The request conflicts with the current state of the resource.",
        ),
        (
            "500",
            "INTERNAL_SERVER_ERROR",
            "Internal Server Error",
            "Something went wrong on our side.",
        ),
    ],
)
def test_an_error_without_words(
    read: Read, status: str, code: str, title: str, message: str
) -> None:
    """Its members are as they are for the status, where the document says nothing."""
    schema = holder(**{name: kind for name, kind in ERROR.items() if name != "title"})
    assert error_of(read, status, schema) == {
        "code": code,
        "message": message,
        "error": title,
        "detail": message,
        "status": int(status),
        "success": False,
    }
    assert error_of(read, status, holder(title=TEXT, code=TEXT)) == {"title": title, "code": code}


def test_an_error_in_its_schemas_words(read: Read) -> None:
    """A code that the schema bounds, or gives, is the schema's."""
    code = {"type": "string", "pattern": "^E[0-9]{3}$"}
    assert re.fullmatch("E[0-9]{3}", error_of(read, "401", holder(code=code))["code"])
    given = {"type": "string", "example": "no.token"}
    assert error_of(read, "401", holder(code=given)) == {"code": "no.token"}


def error_of(read: Read, status: str, schema: dict[str, Any]) -> Any:
    """The body of an error whose description is empty."""
    content = {"application/json": {"schema": schema}}
    contract = read({status: {"description": "", "content": content}})
    (operation,) = contract.operations
    (case,) = operation.cases
    kind = media_type(operation, case)
    assert kind is not None
    return body(contract, case, kind)
