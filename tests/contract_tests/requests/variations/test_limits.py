"""Which values a schema names itself, and how they are put into a request."""

from __future__ import annotations

from pathlib import Path
from time import process_time
from typing import Any

import pytest

from contract_tests.http.exchange import OperationRequest
from contract_tests.requests.variations.limits import Limit, limits
from tallystick.reader.operations import Field
from tests.contract_tests.contracts import contract_of, documented


def found(folder: Path, body: Any, **members: Any) -> dict[Field, list[Limit]]:
    """The limits of a request with this body."""
    contract = contract_of(folder, {"/a": documented("post", **members)})
    (operation,) = contract.operations
    media_type = "application/json" if isinstance(body, dict) else None
    return limits(contract, OperationRequest(operation, body=body, media_type=media_type))


def of_body(folder: Path, body: Any, **schema: Any) -> dict[Field, list[Limit]]:
    content = {"application/json": {"schema": {"type": "object", **schema}}}
    return found(folder, body, requestBody={"content": content})


@pytest.mark.parametrize(
    ("schema", "stated", "others"),
    [
        ({}, [], []),
        ({"type": "string"}, [], ["größer 🚲"]),
        ({"type": "string", "format": "date"}, [], ["1899-12-31", "2024-02-29"]),
        ({"type": "integer"}, [], []),
        ({"type": "boolean"}, [True, False], []),
        ({"enum": ["a", "b"]}, ["a", "b"], []),
        ({"type": "integer", "minimum": 1, "maximum": 30}, [1, 30], []),
        ({"type": "integer", "exclusiveMinimum": 0}, [1], []),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 80}, [80, 79.5, 0.5], []),
        # Not every reader of JSON has such a number (RFC 8259 section 6).
        ({"type": "integer", "maximum": 2**63 - 1}, [], []),
        ({"type": ["string", "null"]}, [None], ["größer 🚲"]),
        ({"anyOf": [{"type": "integer", "minimum": 5}, {"type": "null"}]}, [5, None], []),
        ({"type": "string", "minLength": 2, "maxLength": 4}, [], ["aaaa", "aa"]),
        ({"type": "string", "maxLength": 4, "format": "date"}, [], []),
        ({"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 1, "maxItems": 2},
         [["a"], ["b"], ["a", "b"]], []),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 2},
         [], [["größer 🚲"], [], ["tallystick-0", "tallystick-1"]]),
        ({"type": "integer", "minimum": 3, "readOnly": True}, [], []),
        # A branch allows what another forbids: the whole schema decides.
        ({"type": "integer", "minimum": 1, "allOf": [{"minimum": 5}]}, [5], []),
    ],
)  # fmt: skip
def test_limits_of_a_member(
    tmp_path: Path, schema: Any, stated: list[Any], others: list[Any]
) -> None:
    """Which are certain, and which a rule that no schema says may forbid."""
    everything = of_body(tmp_path, {"m": None}, properties={"m": schema}, required=["m"])
    made = everything.get(Field("body", "m"), [])
    assert sorted(map(repr, (limit.value for limit in made if limit.is_stated))) == sorted(
        map(repr, stated)
    )
    assert [limit.value for limit in made if not limit.is_stated] == others


def test_what_comes_beside_the_rest(tmp_path: Path) -> None:
    """An optional member that the request does not have may be for another kind of request."""
    schema = {"type": "integer", "minimum": 1, "maximum": 9}
    made = of_body(tmp_path, {}, properties={"m": schema})[Field("body", "m")]
    assert [(limit.value, limit.is_stated) for limit in made] == [(1, False), (9, False)]


def test_what_is_optional_may_be_left_out(tmp_path: Path) -> None:
    """What is required stays."""
    made = of_body(tmp_path, {"a": "1", "b": "2"}, properties={"a": {}, "b": {}}, required=["a"])
    assert {field.name: [limit.value for limit in each] for field, each in made.items()} == {
        "b": [...]
    }


@pytest.mark.parametrize(
    ("location", "expected"), [("query", [1, 9]), ("header", [1, 9]), ("cookie", [1, 9])]
)
def test_limits_of_a_parameter(tmp_path: Path, location: str, expected: list[int]) -> None:
    """A parameter is a text on the wire, so null is none of its values."""
    schema = {"type": "integer", "minimum": 1, "maximum": 9, "nullable": True}
    parameter = {"name": "q", "in": location, "schema": schema}
    made = found(tmp_path, ..., parameters=[parameter])
    assert [limit.value for limit in made[Field(location, "q")]] == expected


def test_the_media_types_of_a_file(tmp_path: Path) -> None:
    """Each that the document names is sent, with a file of it."""
    image = {"contentMediaType": "image/png"}
    schema = {"type": "object", "properties": {"image": image}, "required": ["image"]}
    encoding = {"image": {"contentType": "image/png, image/jpeg"}}
    content = {"multipart/form-data": {"schema": schema, "encoding": encoding}}
    contract = contract_of(tmp_path, {"/a": documented("post", requestBody={"content": content})})
    (operation,) = contract.operations
    request = OperationRequest(operation, body={"image": b"png"}, media_type="multipart/form-data")
    ((other,),) = limits(contract, request).values()
    sent, media_type = other.put(request).content()
    assert media_type.startswith("multipart/form-data; boundary=")
    assert b"Content-Type: image/jpeg\r\n" in sent
    assert b"\xff\xd8\xff" in sent


@pytest.mark.parametrize("name", ["customerId", "owner_id", "parent-key"])
def test_references_stay(tmp_path: Path, name: str) -> None:
    """The highest id that a schema allows leads to nothing."""
    assert of_body(tmp_path, {}, properties={name: {"type": "integer", "maximum": 9}}) == {}


def test_a_pattern_names_no_value_so_some_are_drawn(tmp_path: Path) -> None:
    """Each of them matches."""
    schema = {"type": "string", "pattern": "^[0-9]{4}$"}
    made = of_body(tmp_path, {"m": "0000"}, properties={"m": schema}, required=["m"])
    values = [limit.value for limit in made[Field("body", "m")]]
    assert values
    assert all(len(value) == 4 and value.isdecimal() for value in values)


def test_what_names_the_item_has_no_other_value(tmp_path: Path) -> None:
    """A service refuses a body that names another item than its path."""
    code = {"type": "string", "enum": ["A1", "B2"]}
    content = {"application/json": {"schema": {"type": "object", "properties": {"code": code}}}}
    parameter = {"name": "code", "in": "path", "required": True, "schema": code}
    item = documented("put", parameters=[parameter], requestBody={"content": content})
    contract = contract_of(tmp_path, {"/things/{code}": item})
    (operation,) = contract.operations
    request = OperationRequest(
        operation, path={"code": "A1"}, body={"code": "A1"}, media_type="application/json"
    )
    assert limits(contract, request) == {}


TREE = "#/paths/~1things/post/requestBody/content/application~1json/schema/properties/tree"


def test_arrays_of_themselves_have_an_end(tmp_path: Path) -> None:
    """A schema that leads to itself has limits, in a moment and not in minutes."""
    tree = {"type": "array", "minItems": 1, "maxItems": 3, "items": {"$ref": TREE}}
    content = {"schema": {"type": "object", "properties": {"tree": tree}}}
    item = documented("post", requestBody={"content": {"application/json": content}})
    contract = contract_of(tmp_path, {"/things": item})
    (operation,) = contract.operations
    request = OperationRequest(operation, body={"tree": [[]]}, media_type="application/json")
    started = process_time()
    limits(contract, request)
    assert process_time() - started < 2
