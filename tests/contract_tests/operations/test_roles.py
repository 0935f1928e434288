"""The roles of operations, and the order that follows from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.operations.roles import Role, Roles
from tests.contract_tests.contracts import contract_of, documented, operation

PATHS = {
    "/users/{id}/posts/{post}": documented("get", "delete", "patch"),
    "/users/{id}": documented("get", "put", "delete", "head"),
    "/users/{id}/posts": documented("get", "post"),
    "/users": documented("get", "post"),
    "/users/{id}/lock": documented("post"),
    "/users:export": documented("post"),
    "/files/{name}": documented("put", "get"),
    "/files": documented("get"),
    "/me": documented("get", "put", "delete"),
    "/search": documented("post"),
    "/reports": documented("get", "post"),
    "/reports/{id}/file": documented("get"),
}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("GET /users", Role.LIST),
        ("POST /users", Role.CREATE),
        ("GET /users/{id}", Role.READ),
        ("HEAD /users/{id}", Role.READ),
        ("PUT /users/{id}", Role.UPDATE),
        ("PATCH /users/{id}/posts/{post}", Role.UPDATE),
        ("DELETE /users/{id}", Role.DELETE),
        ("GET /users/{id}/posts", Role.LIST),
        ("POST /users/{id}/posts", Role.CREATE),
        ("POST /users/{id}/lock", Role.ACTION),
        ("POST /users:export", Role.ACTION),
        # No POST creates a file, so the PUT does.
        ("PUT /files/{name}", Role.CREATE),
        ("GET /me", Role.READ),
        ("PUT /me", Role.UPDATE),
        ("DELETE /me", Role.DELETE),
        ("POST /search", Role.ACTION),
        # A report has no address of its own, and there is a path through it.
        ("POST /reports", Role.CREATE),
        ("GET /reports", Role.LIST),
        ("GET /reports/{id}/file", Role.READ),
    ],
)
def test_the_role_of_an_operation(tmp_path: Path, name: str, role: Role) -> None:
    """By its method, and by the collection and item that its path is."""
    contract = contract_of(tmp_path, PATHS)
    assert Roles(contract).of(operation(contract, name)) is role


def test_the_order_of_a_run(tmp_path: Path) -> None:
    """Creates and lists, reads, updates, actions, deletes; outer ones before inner ones, and the
    reverse for deletes.
    """
    ordered = Roles(contract_of(tmp_path, PATHS)).ordered()
    assert [each.name for each in ordered] == [
        "POST /users",
        "GET /users",
        "GET /files",
        "POST /reports",
        "GET /reports",
        "POST /users/{id}/posts",
        "GET /users/{id}/posts",
        "PUT /files/{name}",
        "GET /me",
        "GET /users/{id}",
        "HEAD /users/{id}",
        "GET /files/{name}",
        "GET /reports/{id}/file",
        "GET /users/{id}/posts/{post}",
        "PUT /me",
        "PUT /users/{id}",
        "PATCH /users/{id}/posts/{post}",
        "POST /users:export",
        "POST /search",
        "POST /users/{id}/lock",
        "DELETE /users/{id}/posts/{post}",
        "DELETE /users/{id}",
        "DELETE /me",
    ]


@pytest.mark.parametrize(
    ("path", "status", "is_first"),
    [
        ("/exports", "202", True),
        ("/exports", "201", True),
        ("/exports", "200", False),
        ("/users/{id}/export", "202", False),
    ],
)
def test_what_begins_something(tmp_path: Path, path: str, status: str, *, is_first: bool) -> None:
    """It comes after what creates and lists, and before what reads."""
    begun = {"post": {"responses": {status: {"description": "begun"}}}}
    paths = {path: begun, "/jobs/{id}": documented("get"), "/users": documented("get", "post")}
    contract = contract_of(tmp_path, {**paths, "/users/{id}": documented("get")})
    names = [each.name for each in Roles(contract).ordered()]
    reads = ["GET /jobs/{id}", "GET /users/{id}"]
    begins = [f"POST {path}"]
    assert names == [
        "POST /users",
        "GET /users",
        *(begins + reads if is_first else reads + begins),
    ]
