"""What a run learns of items from responses, and which path values follow from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contract_tests.http.exchange import Exchange, Response
from contract_tests.operations.resources import Resources
from contract_tests.operations.roles import Roles
from tallystick.contract import Contract
from tests.contract_tests.contracts import contract_of, documented, operation

BASE = "http://a.example/api"
ITEM = {"schema": {"type": "string"}, "in": "path", "required": True}
USER, POST = {"name": "userId", **ITEM}, {"name": "post_id", **ITEM}
LINKED = {
    "201": {
        "description": "Created",
        "links": {
            "result": {
                "operationId": "readResult",
                "parameters": {"number": "$response.body#/result/number"},
            },
            "log": {
                "operationRef": "#/paths/~1logs/get",
                "parameters": {"of": "$response.header.X-Job", "path.none": "$request.path.none"},
            },
        },
    }
}
PATHS = {
    "/users": documented("get", "post"),
    "/users/{userId}": documented("get", "put", "delete", parameters=[USER]),
    "/users/{userId}/posts": documented("get", "post", parameters=[USER]),
    "/users/{userId}/posts/{post_id}": documented("get", "delete", parameters=[USER, POST]),
    "/users/{id}/avatar": documented("get", parameters=[{"name": "id", **ITEM}]),
    "/reports/{user_id}": documented("get", parameters=[{"name": "user_id", **ITEM}]),
    "/files/{name}": documented("put", "get", parameters=[{"name": "name", **ITEM}]),
    "/numbers": documented("get"),
    "/numbers/{number}": documented(
        "get",
        parameters=[
            {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}
        ],
    ),
    "/jobs": {"post": {"responses": LINKED}},
    "/results/{number}": documented(
        "get", operationId="readResult", parameters=[{"name": "number", **ITEM}]
    ),
    "/uploads": documented("post"),
    "/uploads/{upload}/text": documented("get", parameters=[{"name": "upload", **ITEM}]),
    "/logs": documented("get", parameters=[{"name": "of", "in": "query", "required": True}]),
}


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return contract_of(tmp_path, PATHS)


class Known:
    """What is known after some responses."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.resources = Resources(contract, Roles(contract), "/api")

    def got(
        self,
        name: str,
        path: str,
        status: int = 200,
        value: Any = None,
        sent: Any = None,
        **headers: str,
    ) -> Known:
        """A response came."""
        body = b"" if value is None else json.dumps(value).encode()
        request = f"{BASE}{path}\n\n" + ("" if sent is None else "\n" + json.dumps(sent))
        response = Response(status, {k.replace("_", "-"): v for k, v in headers.items()}, body)
        self.resources.learn(operation(self.contract, name), Exchange(response, request, ""))
        return self

    def values(self, name: str, *, only_created: bool = False) -> list[tuple[dict[str, Any], bool]]:
        """The path values that are known for an operation, and whether they are certain."""
        found = self.resources.bindings(operation(self.contract, name), only_created=only_created)
        return [(dict(binding.values), binding.is_certain) for binding in found]


@pytest.fixture
def known(contract: Contract) -> Known:
    return Known(contract)


READ = "GET /users/{userId}"


@pytest.mark.parametrize(
    ("value", "headers", "own"),
    [
        ({"id": "u1"}, {}, ("u1", True)),
        ({"userId": "u1", "id": "other"}, {}, ("u1", True)),
        ({"user_id": "u1"}, {}, ("u1", True)),
        ({"uuid": "u1"}, {}, ("u1", True)),
        ({"id": 5}, {}, (5, True)),
        ({"data": {"id": "u1"}}, {}, ("u1", True)),
        ({"slug": "u1"}, {}, ("u1", True)),
        ({"id": "u1", "name": "u2"}, {}, ("u1", True)),
        (None, {"location": "/api/users/u1"}, ("u1", True)),
        (None, {"location": "http://a.example/api/users/u%201"}, ("u 1", True)),
        ({"id": "u1"}, {"location": "/api/users/u2"}, ("u2", True)),
        ([{"id": "u1"}], {}, ("u1", True)),
        ({"id": None}, {}, None),
        ({"id": True}, {}, None),
        ({"id": {"a": 1}}, {}, None),
        ({"id": ""}, {}, None),
        ({"amount": 5}, {}, None),
        (None, {"location": "/api/elsewhere/u1"}, None),
    ],
)
def test_the_id_of_what_was_created(
    known: Known, value: Any, headers: dict[str, str], own: tuple[Any, bool] | None
) -> None:
    """The address in `Location`, or a member that is called as the parameter is, or `id`."""
    known.got("POST /users", "/users", 201, value, **headers)
    expected = [] if own is None else [({"userId": own[0]}, own[1])]
    assert known.values(READ, only_created=True) == expected


def test_the_id_that_worked_is_the_one(known: Known) -> None:
    """Where several members may be it, each is likely, until one has led to the item."""
    name = "GET /users/{id}/avatar"
    known.got("POST /users", "/users", 201, {"name": "n1", "code": "c1"})
    assert known.values(READ)[:2] == [({"userId": "n1"}, False), ({"userId": "c1"}, False)]
    known.got(READ, "/users/c1", 200, {"name": "n1"})
    assert known.values(READ)[0] == ({"userId": "c1"}, True)
    assert known.values(name)[0] == ({"id": "c1"}, True)


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ([{"id": "a"}, {"id": "b"}], ["a", "b"]),
        ({"items": [{"id": "a"}], "total": 1}, ["a"]),
        ({"links": [], "users": [{"id": "a"}]}, ["a"]),
        (["a", "b"], ["a", "b"]),
        ([{"id": n} for n in "abcdef"], ["a", "b", "c"]),
        ([{"data": {"id": "a"}}], ["a"]),
        ([], []),
        ({}, []),
        ("text", []),
        ([[1]], []),
    ],
)
def test_the_ids_of_what_is_listed(known: Known, value: Any, ids: list[str]) -> None:
    """The items are the array, or the first member that is one of objects."""
    known.got("GET /users", "/users", 200, value)
    certain = [values["userId"] for values, is_certain in known.values(READ) if is_certain]
    assert certain == ids
    assert known.values(READ, only_created=True) == []


def test_what_was_created_comes_first_the_newest_before_the_others(known: Known) -> None:
    """Then what was listed."""
    known.got("GET /users", "/users", 200, [{"id": "listed"}])
    known.got("POST /users", "/users", 201, {"id": "first"})
    known.got("POST /users", "/users", 201, {"id": "second"})
    ids = [values["userId"] for values, is_certain in known.values(READ) if is_certain]
    assert ids == ["second", "first", "listed"]


def test_what_is_inside_belongs_to_its_parent(known: Known) -> None:
    """The values of a nested item come together; without one, its parent is known at least."""
    name = "GET /users/{userId}/posts/{post_id}"
    known.got("POST /users", "/users", 201, {"id": "u1"})
    assert known.values(name)[0] == ({"userId": "u1"}, True)
    known.got("POST /users/{userId}/posts", "/users/u9/posts", 201, {"id": "p1"})
    assert known.values(name)[0] == ({"userId": "u9", "post_id": "p1"}, True)


def test_names_of_parameters_differ_from_path_to_path(known: Known) -> None:
    """The collection decides; a name alone is a guess."""
    known.got("POST /users", "/users", 201, {"id": "u1"})
    assert known.values("GET /users/{id}/avatar")[0] == ({"id": "u1"}, True)
    assert known.values("GET /reports/{user_id}") == [({"user_id": "u1"}, False)]
    assert known.resources.reference("user_id") == "u1"
    assert known.resources.reference("userId") == "u1"
    assert known.resources.reference("postId") is None


def test_an_id_fits_the_schema_of_its_parameter(known: Known) -> None:
    """A text is no integer."""
    known.got("GET /numbers", "/numbers", 200, [{"id": "x"}, {"id": 5}])
    assert known.values("GET /numbers/{number}") == [({"number": 5}, True)]


def test_a_put_creates_where_no_post_does(known: Known) -> None:
    """Or where it says 201. Without that, a short id may be somebody's."""
    known.got("PUT /files/{name}", "/files/f1", 200, {"size": 1})
    assert known.values("GET /files/{name}", only_created=True) == []
    known.got("PUT /files/{name}", "/files/tallystick-1", 200, {"size": 1})
    assert known.values("GET /files/{name}", only_created=True) == [
        ({"name": "tallystick-1"}, True)
    ]
    known.got("PUT /users/{userId}", "/users/u1", 200, {})
    assert known.values(READ, only_created=True) == []
    known.got("PUT /users/{userId}", "/users/u1", 201, {})
    assert known.values(READ, only_created=True) == [({"userId": "u1"}, True)]


def test_an_item_may_have_no_address_of_its_own(known: Known) -> None:
    """A path that leads through it shows that it is one."""
    known.got("POST /uploads", "/uploads", 201, {"id": "u1"})
    assert known.values("GET /uploads/{upload}/text", only_created=True) == [
        ({"upload": "u1"}, True)
    ]


def test_what_was_deleted_is_known_no_more(known: Known) -> None:
    """With what is inside it."""
    known.got("POST /users", "/users", 201, {"id": 1})
    known.got("POST /users", "/users", 201, {"id": 2})
    known.got("POST /users/{userId}/posts", "/users/1/posts", 201, {"id": "p1"})
    known.got("DELETE /users/{userId}", "/users/1", 204)
    assert known.values(READ, only_created=True) == [({"userId": 2}, True)]
    nested = known.values("GET /users/{userId}/posts/{post_id}", only_created=True)
    assert nested == [({"userId": 2}, True)]


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("POST /users", "/users", 400),
        ("POST /users", "/users", 500),
        ("POST /users", "/other", 201),
        ("GET /users", "/users", 404),
    ],
)
def test_only_successes_teach(known: Known, name: str, path: str, status: int) -> None:
    """And only those of the operation's own path."""
    known.got(name, path, status, [{"id": "u1"}])
    assert known.values(READ) == []


def test_links_say_for_themselves(known: Known) -> None:
    """By operationId or operationRef, from the body and from headers."""
    known.got("POST /jobs", "/jobs", 201, {"result": {"number": "r7"}}, x_job="j1")
    assert known.resources.linked == {
        "GET /results/{number}": [{"path.number": "r7"}],
        "GET /logs": [{"query.of": "j1"}],
    }


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/api/files/report", [({"name": "report"}, True)]),
        ("files/report", [({"name": "report"}, True)]),
        ("http://a.example/api/files/a%20b", [({"name": "a b"}, True)]),
        ("/api/files/", []),
        ("/api/files", []),
        ("/api/elsewhere/report", []),
        ("http://b.example/api/files/report", []),
        ("http://[", []),
        ("http://a.example:99999999/api/files/report", []),
    ],
)
def test_where_the_result_of_a_job_is(
    known: Known, location: str, expected: list[tuple[dict[str, Any], bool]]
) -> None:
    """`Location` leads to an item of elsewhere; nothing says that it is new."""
    known.got("POST /jobs", "/jobs", 202, location=location)
    assert known.values("GET /files/{name}") == expected
    assert known.values("GET /files/{name}", only_created=True) == []
