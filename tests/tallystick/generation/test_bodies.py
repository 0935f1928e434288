"""The body of a case: the example that it was read from comes first."""

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
