"""What a document shows of the target file that it needs, spelled out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract_tests.drafting.survey import Survey
from tests.contract_tests.contracts import contract_of, documented

ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
BODY = {"content": {"application/json": {"schema": {"type": "object"}}}}
ITEM = documented("get", parameters=[ID])
OK = {"200": {"description": "OK"}}


def query(**members: Any) -> dict[str, Any]:
    """A search with one query parameter."""
    parameter = {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}
    return {"/search": documented("get", parameters=[{**parameter, **members}])}


def linked(**link: Any) -> dict[str, Any]:
    """An operation whose response leads to an item by a link."""
    responses = {"200": {"description": "OK", "links": {"one": link}}}
    item = {"get": {"operationId": "read", "parameters": [ID], "responses": OK}}
    return {"/start": {"get": {"responses": responses}}, "/things/{id}": item}


# Of each: the paths of a document, and the values that its user has to give.
VALUES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing leads to an item": ({"/things/{id}": ITEM}, ["path.id"]),
    "a list leads to it": ({"/things": documented("get"), "/things/{id}": ITEM}, []),
    "a create leads to it": (
        {"/things": documented("post", requestBody=BODY), "/things/{id}": ITEM},
        [],
    ),
    "a PUT creates it": ({"/things/{id}": documented("get", "put", parameters=[ID])}, []),
    "an example is documented": (
        {"/things/{id}": documented("get", parameters=[{**ID, "example": "one"}])},
        [],
    ),
    "the schema settles it": (
        {"/things/{id}": documented("get", parameters=[{**ID, "schema": {"enum": ["a"]}}])},
        [],
    ),
    "the create is left out for safety": (
        {"/reset": documented("post"), "/reset/{id}": ITEM},
        ["path.id"],
    ),
    "what is inside an item that is listed": (
        {
            "/things": documented("get"),
            "/things/{id}/parts": documented("get", parameters=[ID]),
        },
        [],
    ),
    "the name speaks of another collection, which is a guess": (
        {
            "/users": documented("get"),
            "/users/{id}": ITEM,
            "/mail/{userId}": documented("get", parameters=[{**ID, "name": "userId"}]),
        },
        ["path.userId"],
    ),
    "a link leads to it": (linked(operationId="read", parameters={"id": "$response.body#/id"}), []),
    "a link of another parameter": (
        linked(operationId="read", parameters={"other": "x"}),
        ["path.id"],
    ),
    "a link to nowhere": (linked(operationId="other", parameters={"id": "x"}), ["path.id"]),
    "a required query": (query(), ["query.q"]),
    "an optional query": (query(required=False), []),
    "a query with an example": (query(example="cat"), []),
    "a query that is an amount": (query(schema={"type": "integer"}), []),
    "what only this run may delete": (
        {"/things/{id}": documented("delete", parameters=[ID])},
        [],
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_that_only_the_user_knows(name: str, tmp_path: Path) -> None:
    """Those that no run creates, lists or finds in the document."""
    paths, names = VALUES[name]
    assert list(Survey(contract_of(tmp_path, paths)).values) == names


SCHEMES = {
    "login": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "digest": {"type": "http", "scheme": "digest"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "user": {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "/a", "scopes": {}}}},
    "service": {
        "type": "oauth2",
        "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {}}},
    },
    "certificate": {"type": "mutualTLS"},
    "unused": {"type": "http", "scheme": "bearer"},
}


def credentials(folder: Path, *security: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The credentials of operations with these requirements."""
    paths = {f"/{n}": documented("get", security=each) for n, each in enumerate(security)}
    survey = Survey(contract_of(folder, paths, components={"securitySchemes": SCHEMES}))
    return [
        (each.scheme.name, each.keys, each.is_first, each.operations) for each in survey.credentials
    ]


def test_the_keys_of_each_kind(tmp_path: Path) -> None:
    """Those that the target file takes; none where nothing can be sent."""
    names = [name for name in SCHEMES if name != "unused"]
    assert credentials(tmp_path, *([{name: []}] for name in names)) == [
        ("login", ("username", "password"), True, 1),
        ("bearer", ("token",), True, 1),
        ("digest", (), True, 1),
        ("apiKey", ("key",), True, 1),
        ("user", ("token",), True, 1),
        ("service", ("client_id", "client_secret"), True, 1),
        ("certificate", (), True, 1),
    ]


def test_one_of_several_is_enough(tmp_path: Path) -> None:
    """The first requirement is the one to meet; the others stand in its place. Where nothing is
    required, nothing is needed.
    """
    found = credentials(
        tmp_path,
        [{"bearer": [], "apiKey": []}, {"login": []}],
        [{"bearer": []}],
        [{}, {"user": []}],
        [],
    )
    assert found == [
        ("login", ("username", "password"), False, 1),
        ("bearer", ("token",), True, 2),
        ("apiKey", ("key",), True, 1),
    ]


def test_cases_that_need_an_entry(tmp_path: Path) -> None:
    """What no request brings about: a status that nothing triggers. Not what the suite tries by
    itself, nor a success; server errors are counted.
    """
    statuses = ("200", "202", "400", "402", "404", "418", "429", "500", "503", "default")
    item = {"get": {"responses": {status: {"description": "s"} for status in statuses}}}
    survey = Survey(contract_of(tmp_path, {"/a": item, "/shutdown": {"post": item["get"]}}))
    assert [case.status for case, _ in survey.cases] == ["418", "429"]
    assert survey.server_errors == 2
    assert survey.left_out == {"POST /shutdown": "shuts down"}
