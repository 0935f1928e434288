"""Which lists and creates belong to items that have another address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract_tests.operations.roles import Role, Roles
from tests.contract_tests.contracts import contract_of, documented, operation

CARD = {"type": "object", "properties": {"id": {"type": "integer"}}}
USER = {"type": "object", "properties": {"name": {"type": "string"}}}
NO_ITEM: dict[str, Any] = {}


def answers(method: str, schema: dict[str, Any], status: str = "200") -> dict[str, Any]:
    """A path item with a method that answers this."""
    content = {"application/json": {"schema": schema}}
    return {method: {"responses": {status: {"description": "OK", "content": content}}}}


def every(schema: dict[str, Any]) -> dict[str, Any]:
    """A list of these."""
    return {"type": "array", "items": schema}


def roles(tmp_path: Path, paths: dict[str, Any], name: str) -> tuple[Role, str | None]:
    """The role of an operation, and its collection."""
    contract = contract_of(tmp_path, paths)
    found = Roles(contract)
    return found.of(operation(contract, name)), found.collection(operation(contract, name))


POST, GET = "POST /v1/boards/{id}/cards", "GET /v1/boards/{id}/cards"


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        (answers("post", CARD, "201"), (Role.CREATE, "/v1/cards")),
        # It may be one of them that another request has made.
        (answers("post", CARD, "200"), (Role.ACTION, None)),
        (answers("post", USER, "201"), (Role.ACTION, None)),
        (documented("post"), (Role.ACTION, None)),
    ],
    ids=["created", "not created", "another thing", "no body"],
)
def test_a_create(tmp_path: Path, created: dict[str, Any], expected: tuple[Role, str]) -> None:
    """It answers 201 with what is read at the other address."""
    paths = {"/v1/boards/{id}/cards": created, "/v1/cards/{card}": answers("get", CARD)}
    assert roles(tmp_path, paths, POST) == expected


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (every(CARD), (Role.LIST, "/v1/cards")),
        ({"type": "object", "properties": {"data": every(CARD)}}, (Role.LIST, "/v1/cards")),
        (every(USER), (Role.READ, None)),
        (CARD, (Role.READ, None)),
    ],
    ids=["array", "wrapped", "other things", "no list"],
)
def test_a_list(tmp_path: Path, listed: dict[str, Any], expected: tuple[Role, str]) -> None:
    """It has what is read at the other address."""
    paths = {
        "/v1/boards/{id}/cards": answers("get", listed),
        "/v1/cards/{card}": answers("get", CARD),
    }
    assert roles(tmp_path, paths, GET) == expected


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        # One of several kinds.
        ({"/v1/cards/{card}": answers("get", {"oneOf": [USER, CARD]})}, "/v1/cards"),
        ({"/cards/{card}": answers("get", CARD)}, "/cards"),
        # The nearest.
        (
            {
                "/cards/{card}": answers("get", CARD),
                "/v1/cards/{card}": answers("get", CARD),
            },
            "/v1/cards",
        ),
        # What has its items below it is a collection of its own.
        (
            {
                "/v1/cards/{card}": answers("get", CARD),
                "/v1/boards/{id}/cards/{card}": answers("get", CARD),
            },
            "/v1/boards/{}/cards",
        ),
        # Cards are created elsewhere: this may put one on a board.
        (
            {"/v1/cards": documented("post"), "/v1/cards/{card}": answers("get", CARD)},
            None,
        ),
        ({"/v1/lists/cards/{card}": answers("get", CARD)}, None),
        ({"/v1/cards/{card}": documented("delete")}, None),
        (NO_ITEM, None),
    ],
    ids=[
        "one of several",
        "no prefix",
        "nearest",
        "own items",
        "created elsewhere",
        "other path",
        "not read",
        "none",
    ],
)
def test_the_address(tmp_path: Path, paths: dict[str, Any], expected: str | None) -> None:
    """It begins with a part of the list's path, and ends as that does."""
    paths = {"/v1/boards/{id}/cards": answers("post", CARD, "201"), **paths}
    assert roles(tmp_path, paths, POST)[1] == expected


def test_a_put_to_such_an_item(tmp_path: Path) -> None:
    """It updates, since a POST creates."""
    paths = {
        "/boards/{id}/cards": answers("post", CARD, "201"),
        "/cards/{card}": answers("get", CARD) | answers("put", CARD),
    }
    assert roles(tmp_path, paths, "PUT /cards/{card}") == (Role.UPDATE, None)
