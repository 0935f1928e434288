"""What to add to a target file for a case that is not covered."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.target.entries import entry_of, values_needed
from tallystick.contract import Contract
from tests.contract_tests.contracts import contract_of

ITEM = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
STATUSES = {status: {"description": "It is so."} for status in ("200", "422")}
LOGIN = {"type": "object", "required": ["name", "word"], "properties": {"code": {}}}


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    body = {"content": {"application/json": {"schema": LOGIN}}}
    return contract_of(
        tmp_path,
        {
            "/things/{id}": {"get": {"parameters": [ITEM], "responses": STATUSES}},
            "/token": {"post": {"requestBody": body, "responses": STATUSES}},
        },
    )


@pytest.mark.parametrize(
    ("name", "reason", "values"),
    [
        ("GET /things/{id} 200", "the request was answered 404: it needs path.id, query.to.day",
         ["path.id", "query.to.day"]),
        ("GET /things/{id} 200", "this run created no item", ["path.id"]),
        ("GET /things/{id} 422", "no broken request was answered so", []),
        ("GET /things/{id} 422", "answered 404: it needs path.id", ["path.id"]),
        ("POST /token 200", "answered 400: it needs values that keep its rules", []),
    ],
)  # fmt: skip
def test_the_values_that_a_case_needs(
    contract: Contract, name: str, reason: str, values: list[str]
) -> None:
    """Those that the reason names, and no others of the document."""
    case = next(c for c in contract.cases if f"{c.operation} {c.status}" == name)
    assert values_needed(contract, case, reason) == [f'"{value}" = "…"' for value in values]


def test_the_entry_of_a_success_has_what_its_body_must_have(contract: Contract) -> None:
    """The user fills in what only they know."""
    case = next(c for c in contract.cases if f"{c.operation} {c.status}" == "POST /token 200")
    assert entry_of(contract, case) == [
        '[cases."POST /token 200"]',
        'parameters = { "body.name" = "…", "body.word" = "…" }   # values that it takes',
    ]
