"""Requests that certainly break the schema: which are made, and which are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract_tests.http.exchange import OperationRequest
from contract_tests.requests.variations.faults import faults
from tests.contract_tests.contracts import contract_of, documented


def made(folder: Path, **members: Any) -> list[str]:
    """What the faults of an operation with these members are."""
    contract = contract_of(folder, {"/a": documented("post", **members)})
    (operation,) = contract.operations
    base = {"name": "right", "count": 3}
    request = OperationRequest(
        operation, query={"q": "1"}, body=base, media_type="application/json"
    )
    return [fault.what for fault in faults(contract, request)]


def of_query(folder: Path, schema: Any, *, required: bool = False) -> list[str]:
    """The faults of a query parameter."""
    parameter = {"name": "q", "in": "query", "required": required, "schema": schema}
    return made(folder, parameters=[parameter])


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, []),
        ({}, []),
        ({"type": "integer"}, ["query.q = a text"]),
        ({"type": "boolean"}, ["query.q = a text"]),
        ({"type": ["integer", "string"]}, []),
        ({"type": "integer", "minimum": 1}, ["query.q = 0", "query.q = a text"]),
        ({"type": "integer", "maximum": 9}, ["query.q = 10", "query.q = a text"]),
        ({"type": "integer", "exclusiveMinimum": 0}, ["query.q = 0", "query.q = a text"]),
        ({"type": "string", "maxLength": 3}, ["query.q = 4 characters", "query.q = a text"]),
        ({"type": "string", "minLength": 3}, ["query.q = 2 characters"]),
        ({"enum": ["a"]}, ["query.q = outside the enum", "query.q = a text"]),
        ({"type": "string", "pattern": "^[0-9]+$"}, ["query.q = a text"]),
        # Servers differ on formats.
        ({"type": "string", "format": "date"}, []),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, []),
    ],
)
def test_faults_of_parameters(tmp_path: Path, schema: Any, expected: list[str]) -> None:
    """What reads as a right value of any type is no fault."""
    assert of_query(tmp_path, schema) == expected


def test_a_required_parameter_is_left_out(tmp_path: Path) -> None:
    """An optional one may be."""
    assert of_query(tmp_path, {"type": "string"}, required=True) == ["query.q left out"]


@pytest.mark.parametrize("location", ["query", "header", "cookie"])
def test_what_is_required_may_be_missing_anywhere(tmp_path: Path, location: str) -> None:
    """But in a path."""
    needed = {"name": "q", "in": location, "required": True, "schema": {"type": "string"}}
    assert made(tmp_path, parameters=[needed]) == [f"{location}.q left out"]


def of_body(folder: Path, **schema: Any) -> list[str]:
    """The faults of a body."""
    content = {"application/json": {"schema": {"type": "object", **schema}}}
    return made(folder, requestBody={"required": True, "content": content})


TEXT, COUNT = {"type": "string"}, {"type": "integer"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, []),
        ({"properties": {"name": {}}}, []),
        (
            {"properties": {"name": TEXT}},
            [
                "body.name = an object",
                "body.name = null",
                "body.name = a number",
                "body.name = true",
            ],
        ),
        ({"properties": {"name": TEXT}, "required": ["name"]}, ["body.name left out"]),
        (
            {"properties": {"count": COUNT}},
            ["body.count = an object", "body.count = a text", "body.count = a number"],
        ),
        ({"properties": {"id": {**COUNT, "readOnly": True}}}, []),
        (
            {"properties": {"name": {"type": ["string", "number", "boolean", "object", "null"]}}},
            [],
        ),
        (
            {"properties": {"name": {}, "count": {}}, "additionalProperties": False},
            ["a member that may not be"],
        ),
    ],
)
def test_faults_of_bodies(tmp_path: Path, schema: dict[str, Any], expected: list[str]) -> None:
    """The whole schema decides whether a value is wrong."""
    found = of_body(tmp_path, **schema)
    assert found[: len(expected)] == expected
    assert bool(found) is bool(expected)


def test_the_values_of_faults(tmp_path: Path) -> None:
    """Each changes one place of the request."""
    schema = {"properties": {"name": TEXT}, "required": ["name"]}
    contract = contract_of(
        tmp_path,
        {
            "/a": documented(
                "post", requestBody={"content": {"application/json": {"schema": schema}}}
            )
        },
    )
    (operation,) = contract.operations
    request = OperationRequest(operation, body={"name": "a", "b": 1}, media_type="application/json")
    bodies = [fault.request.body for fault in faults(contract, request)]
    assert bodies == [
        {"b": 1},
        {"name": {"tallystick": []}, "b": 1},
        {"name": None, "b": 1},
        {"name": 7.5, "b": 1},
        {"name": True, "b": 1},
    ]


@pytest.mark.parametrize(
    ("value", "schema", "wrong", "lenient"),
    [
        (3, COUNT, [{"tallystick": []}, "tallystick", 7.5], [None, "3", True]),
        (2.5, {"type": "number"}, [{"tallystick": []}, "tallystick"], [None, "2.5", True]),
        (2.5, {"type": "number", "multipleOf": 0.5, "minimum": 1},
         [0, 1.75, {"tallystick": []}, "tallystick"], [None, "2.5", True]),
        (4, {"type": "integer", "multipleOf": 2}, [3, {"tallystick": []}, "tallystick", 7.5],
         [None, "4", True]),
        ("2026-01-01", {"type": "string", "format": "date"}, [{"tallystick": []}, True],
         [None, 7.5]),
        # A parser may read a number as a text; the text has to fit, too.
        ("a", TEXT, [{"tallystick": []}], [None, 7.5, True]),
        ("1", {**TEXT, "format": "decimal", "pattern": r"^-?\d{0,4}(?:\.\d{0,2})?$"},
         ["1x", "x1", {"tallystick": []}, "tallystick", True], [None, 7.5]),
        ("a", {**TEXT, "maxLength": 3}, ["aaaa", {"tallystick": []}, "tallystick", True],
         [None, 7.5]),
        (True, {"type": "boolean"}, [{"tallystick": []}, "tallystick", 7.5], [None, "true", 1]),
        ("a", {"enum": ["a", "b"]}, ["tallystick-none", "A", {"tallystick": []}, "tallystick",
                                     7.5], [None]),
        ("AB12", {"type": "string", "pattern": "^[A-Z]{2}[0-9]{2}$"},
         ["AB12x", "xAB12", "ab12", {"tallystick": []}, "tallystick", 7.5], [None]),
        (["a"], {"type": "array", "items": TEXT, "maxItems": 2, "uniqueItems": True},
         [["tallystick-0", "tallystick-1", "tallystick-2"], ["tallystick-0", "tallystick-0"],
          {"tallystick": []}, "tallystick", 7.5], [None]),
    ],
)  # fmt: skip
def test_the_wrong_values_of_a_member(
    tmp_path: Path, value: Any, schema: Any, wrong: list[Any], lenient: list[Any]
) -> None:
    """What many parsers turn into the right type is lenient, and so is null where nothing need
    be.
    """
    content = {"application/json": {"schema": {"type": "object", "properties": {"m": schema}}}}
    contract = contract_of(tmp_path, {"/a": documented("post", requestBody={"content": content})})
    (operation,) = contract.operations
    request = OperationRequest(operation, body={"m": value}, media_type="application/json")
    made = list(faults(contract, request))
    ours = [each for each in made if each.what.startswith("body.m =")]
    assert [each.request.body["m"] for each in ours if not each.is_lenient] == wrong
    assert [each.request.body["m"] for each in ours if each.is_lenient] == lenient


def test_a_file_of_another_media_type(tmp_path: Path) -> None:
    """It is lenient: many services look at the file alone."""
    schema = {"type": "object", "properties": {"image": {"contentMediaType": "image/png"}}}
    media = {"schema": schema, "encoding": {"image": {"contentType": "image/png"}}}
    body = {"content": {"multipart/form-data": media}}
    contract = contract_of(tmp_path, {"/a": documented("post", requestBody=body)})
    (operation,) = contract.operations
    request = OperationRequest(operation, body={"image": b"p"}, media_type="multipart/form-data")
    (fault,) = [each for each in faults(contract, request) if "text/plain" in each.what]
    assert fault.is_lenient
    assert b"Content-Type: text/plain\r\n" in fault.request.content()[0]


def test_faults_inside_what_is_inside(tmp_path: Path) -> None:
    """Objects and the first item of an array have faults of their own."""
    inner = {"type": "object", "required": ["n"], "properties": {"n": {**COUNT, "maximum": 9}}}
    schema = {"properties": {"one": inner, "many": {"type": "array", "items": inner}}}
    content = {"application/json": {"schema": {"type": "object", **schema}}}
    contract = contract_of(tmp_path, {"/a": documented("post", requestBody={"content": content})})
    (operation,) = contract.operations
    body = {"one": {"n": 1}, "many": [{"n": 2}, {"n": 3}]}
    request = OperationRequest(operation, body=body, media_type="application/json")
    made = {fault.what: fault.request.body for fault in faults(contract, request)}
    assert made["body.one.n left out"] == {"one": {}, "many": [{"n": 2}, {"n": 3}]}
    assert made["body.one.n = 10"] == {"one": {"n": 10}, "many": [{"n": 2}, {"n": 3}]}
    assert made["body.many.0.n = 10"] == {"one": {"n": 1}, "many": [{"n": 10}, {"n": 3}]}
