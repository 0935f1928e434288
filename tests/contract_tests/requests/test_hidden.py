"""Which made bodies may break a rule that no schema says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract_tests.http.exchange import OperationRequest
from contract_tests.requests.hidden import may_break_a_rule
from tests.contract_tests.contracts import contract_of, documented

TEXT: dict[str, Any] = {"type": "string"}
LINE = {"type": "object", "properties": {"unit_price": TEXT}}
LINES = {"type": "array", "items": LINE}


@pytest.mark.parametrize(
    ("path", "member", "schema", "value", "expected"),
    [
        ("/things", "name", TEXT, "a", False),
        ("/things", "countdown", TEXT, "a", False),
        ("/things", "country", TEXT, "a", True),
        ("/things", "countryName", TEXT, "a", True),
        ("/things", "UNIT_PRICE", TEXT, "a", True),
        ("/things", "country", {**TEXT, "enum": ["CH"]}, "CH", False),
        ("/things", "country", {**TEXT, "pattern": "^[A-Z]{2}$"}, "CH", False),
        ("/things", "price", {"type": "number"}, 7, False),
        ("/things", "lines", LINES, [{"unit_price": "a"}], True),
        ("/things", "lines", {"allOf": [LINES]}, [{"unit_price": "a"}], True),
        ("/things", "lines", {"type": "array"}, [{"unit_price": "a"}], False),
        ("/things", "lines", {"type": "array", "items": True}, [{"unit_price": "a"}], False),
        ("/things", "line", LINE, {"unit_price": "a"}, True),
        ("/things", "line", LINE, {}, False),
        # Who signs up is new, and who becomes a member is there.
        ("/users", "email", {**TEXT, "format": "email"}, "a@b.example", False),
        ("/teams/{id}/members", "email", {**TEXT, "format": "email"}, "a@b.example", True),
        ("/teams/{id}/members", "name", TEXT, "a", False),
    ],
)
def test_a_body(
    tmp_path: Path, path: str, member: str, schema: Any, value: Any, *, expected: bool
) -> None:
    """A text with a form that only its name speaks of, or the name of somebody."""
    body = {"type": "object", "properties": {member: schema}}
    content = {"application/json": {"schema": body}}
    named = [{"name": "id", "in": "path", "required": True, "schema": TEXT}] if "{" in path else []
    item = documented("post", parameters=named, requestBody={"content": content})
    contract = contract_of(tmp_path, {path: item})
    request = OperationRequest(
        contract.operations[0], body={member: value}, media_type="application/json"
    )
    assert may_break_a_rule(contract, request) is expected
