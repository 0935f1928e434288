"""Where the values of base requests come from, in which order, and which of them are guesses."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from contract_tests.operations.resources import Resource, Resources
from contract_tests.operations.roles import Roles
from contract_tests.requests.sources import Candidate, Origin, Sources
from contract_tests.target.target import OperationValues, Target
from tallystick.contract import Contract
from tests.contract_tests.contracts import contract_of, documented, operation

GIVEN, EXAMPLE, RUN, SETTLED, GUESS = Origin


def path(name: str, schema: Any = None, **members: Any) -> dict[str, Any]:
    """A path parameter."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": schema or {"type": "string"},
    } | members


def query(name: str, schema: Any, **members: Any) -> dict[str, Any]:
    """A required query parameter."""
    return {"name": name, "in": "query", "required": True, "schema": schema, **members}


def body(schema: Any, **members: Any) -> dict[str, Any]:
    """A required JSON body."""
    return {"required": True, "content": {"application/json": {"schema": schema, **members}}}


def named(*names: str) -> dict[str, Any]:
    """An object with these texts."""
    texts = {name: {"type": "string", "minLength": 1} for name in names}
    return {"type": "object", "required": list(names), "properties": texts}


EXAMPLES = {"one": {"value": "e1"}, "two": {"value": "e2"}}
PATHS = {
    "/health": documented("get"),
    "/jobs": documented("get", "post", requestBody=body(named("title"))),
    "/jobs/{job}": documented("get", "delete", parameters=[path("job")]),
    "/jobs/{job}/log": documented("get", "post", parameters=[path("job")]),
    "/shown/{id}": documented("get", parameters=[path("id", examples=EXAMPLES)]),
    "/kinds/{kind}": documented("get", parameters=[path("kind", {"enum": ["a", "b"]})]),
    "/search": documented("get", parameters=[query("q", {"type": "string"})]),
    "/page": documented("get", parameters=[query("page", {"type": "integer", "minimum": 1})]),
    "/found": documented("get", parameters=[query("q", {"type": "string"}, example="bolt")]),
    "/copies": documented(
        "post",
        requestBody=body(
            {
                "type": "object",
                "required": ["job"],
                "properties": {"job": {"type": "object", "properties": {"id": {}}}},
            }
        ),
    ),
    "/on": documented("get", parameters=[query("day", {"type": "string", "format": "date"})]),
    "/of": documented("get", parameters=[query("job_id", {"type": "integer"})]),
    "/optional": documented(
        "get", parameters=[{"name": "q", "in": "query", "schema": {"type": "string"}}]
    ),
    "/orders": documented("post", requestBody=body(named("customerId"))),
    "/runs": documented("post", requestBody=body(named("jobId"))),
    "/deep": documented(
        "post",
        requestBody=body({"type": "object", "required": ["a"], "properties": {"a": named("b_id")}}),
    ),
    "/sample": documented(
        "post",
        requestBody=body(
            named("title"),
            examples={"x": {"value": {"title": "X"}}, "y": {"value": {"title": "Y"}}},
        ),
    ),
    "/files": documented("get"),
    "/files/{name}": documented(
        "put", "get", parameters=[path("name")], requestBody=body(named("title"))
    ),
    "/pages/{page}": documented(
        "patch",
        responses={"200": {"description": "OK"}, "428": {"description": "Say which"}},
        parameters=[
            path("page"),
            {"name": "If-Match", "in": "header", "schema": {"type": "string"}},
        ],
    ),
}


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return contract_of(tmp_path, PATHS)


def candidates(contract: Contract, name: str, *created: Resource, **target: Any) -> list[Candidate]:
    """The base requests of an operation after these items were created."""
    resources = Resources(contract, Roles(contract), "", list(created))
    sources = Sources(contract, Target("http://a.example", **target), resources)
    return list(sources.candidates(operation(contract, name)))


def job(own: str, *, is_created: bool = True) -> Resource:
    """A job that the run has seen."""
    return Resource("/jobs", (), {"id": own}, None, is_created=is_created)


@pytest.mark.parametrize(
    ("name", "origins"),
    [
        ("GET /health", {}),
        ("GET /optional", {}),
        ("GET /jobs/{job}", {"path.job": GUESS}),
        ("GET /kinds/{kind}", {"path.kind": SETTLED}),
        ("GET /search", {"query.q": GUESS}),
        ("GET /page", {"query.page": SETTLED}),
        ("GET /on", {"query.day": SETTLED}),
        ("GET /of", {"query.job_id": GUESS}),
        ("GET /found", {"query.q": EXAMPLE}),
        ("GET /shown/{id}", {"path.id": EXAMPLE}),
        ("POST /jobs", {"body": SETTLED}),
        ("POST /sample", {"body": EXAMPLE}),
        ("POST /orders", {"body": GUESS}),
        ("POST /deep", {"body": GUESS}),
        # No job is known.
        ("POST /runs", {"body": GUESS}),
        ("PUT /files/{name}", {"path.name": SETTLED, "body": SETTLED}),
    ],
)
def test_the_origins_of_the_first_request(
    contract: Contract, name: str, origins: dict[str, Origin]
) -> None:
    """Without a target file, and before anything was created."""
    first = candidates(contract, name)[0]
    assert dict(first.sources) == origins


def test_given_values_come_first(contract: Contract) -> None:
    """Those for all operations only where an operation declares them, its own always."""
    given = {"path.id": "g1", "path.job": "g2", "query.q": "g3", "body.title": "g4"}
    (found,) = candidates(contract, "GET /shown/{id}", parameters=given)
    assert (found.request.path, dict(found.sources)) == ({"id": "g1"}, {"path.id": GIVEN})
    (found,) = candidates(contract, "GET /health", parameters=given)
    assert (found.request.query, found.request.body, dict(found.sources)) == ({}, ..., {})
    (found,) = candidates(contract, "GET /optional", parameters=given)
    assert (found.request.query, dict(found.sources)) == ({"q": "g3"}, {"query.q": GIVEN})
    first = candidates(contract, "POST /jobs", parameters=given)[0]
    assert (first.request.body, first.sources["body.title"]) == ({"title": "g4"}, GIVEN)
    special = OperationValues("GET /health", {"query.deep": "yes"})
    (found,) = candidates(contract, "GET /health", operations=(special,))
    assert found.request.query == {"deep": "yes"}


def test_examples_then_what_the_run_knows_then_what_is_made(contract: Contract) -> None:
    """Each named example is tried."""
    found = candidates(contract, "GET /shown/{id}")
    assert [c.request.path["id"] for c in found[:2]] == ["e1", "e2"]
    assert [c.sources["path.id"] for c in found] == [EXAMPLE, EXAMPLE, GUESS]
    found = candidates(contract, "GET /jobs/{job}", job("j1"), job("j2", is_created=False))
    assert [c.request.path["job"] for c in found[:2]] == ["j1", "j2"]
    assert [c.sources["path.job"] for c in found] == [RUN, RUN, GUESS]


def test_bodies(contract: Contract) -> None:
    """Each documented one, and then up to three different ones that the schema allows."""
    found = candidates(contract, "POST /sample")
    assert [c.request.body for c in found[:2]] == [{"title": "X"}, {"title": "Y"}]
    assert [c.sources["body"] for c in found] == [EXAMPLE, EXAMPLE, SETTLED, SETTLED, SETTLED]
    made = [c.request.body for c in candidates(contract, "POST /jobs")]
    assert len(made) == 3
    assert all(one != other for one, other in itertools.pairwise(made))
    assert all(isinstance(value["title"], str) and value["title"] for value in made)


def test_a_reference_is_what_the_run_knows(contract: Contract) -> None:
    """`jobId` is the id of a job."""
    first = candidates(contract, "POST /runs", job("j1"))[0]
    assert (first.request.body, first.sources["body"]) == ({"jobId": "j1"}, SETTLED)


@pytest.mark.parametrize(
    ("target", "paths"),
    [
        ({}, ["j1"]),
        ({"parameters": {"path.job": "mine"}}, ["j1"]),
        ({"parameters": {"path.job": "mine"}, "destructive": True}, ["mine"]),
    ],
)
def test_only_what_the_run_created_is_deleted(
    contract: Contract, target: dict[str, Any], paths: list[str]
) -> None:
    """Never what the user named or what was listed, unless the target file says so."""
    items = [job("j1"), job("j2", is_created=False)]
    found = candidates(contract, "DELETE /jobs/{job}", *items, **target)
    assert [c.request.path["job"] for c in found] == paths
    assert candidates(contract, "DELETE /jobs/{job}", items[1]) == []
    (below,) = candidates(contract, "GET /jobs/{job}/log", parameters={"path.job": "mine"})
    assert below.request.path == {"job": "mine"}


def test_a_condition_holds_for_whatever_is_there(contract: Contract) -> None:
    """If-Match is sent where it is required, or a 428 is documented."""
    target = {"parameters": {"path.page": "p"}, "destructive": True}
    (found,) = candidates(contract, "PATCH /pages/{page}", **target)
    assert found.request.headers == {"If-Match": "*"}
    assert dict(found.sources) == {"path.page": GIVEN, "header.If-Match": SETTLED}


def test_an_object_is_no_id(contract: Contract) -> None:
    """What is called as an item is, and is an object, is not replaced by an id."""
    first = candidates(contract, "POST /copies", job("j1"))[0]
    assert isinstance(first.request.body["job"], dict)
    assert first.sources["body"] is GUESS
