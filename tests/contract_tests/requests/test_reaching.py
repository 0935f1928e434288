"""Which bodies are made of a schema, and what in them follows from the path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract_tests.http.exchange import OperationRequest
from contract_tests.requests.reaching import (
    agreeing,
    full_bodies,
    made_requests,
    named_by_path,
)
from tallystick.contract import Contract
from tests.contract_tests.contracts import contract_of, documented

TEXT, COUNT = {"type": "string"}, {"type": "integer"}


def put(folder: Path, path: dict[str, Any], body: Any, **properties: Any) -> tuple[Contract, Any]:
    """A PUT to an item with these values of its path, and this body."""
    content = {"application/json": {"schema": {"type": "object", "properties": properties}}}
    where = "/things" + "".join(f"/{{{name}}}" for name in path)
    named = [{"name": n, "in": "path", "required": True, "schema": TEXT} for n in path]
    item = documented("put", parameters=named, requestBody={"content": content})
    contract = contract_of(folder, {where: item})
    (operation,) = contract.operations
    return contract, OperationRequest(
        operation, path=path, body=body, media_type="application/json"
    )


@pytest.mark.parametrize(
    ("path", "body", "schema", "expected"),
    [
        ({"code": "A1"}, {"code": "B2", "x": 1}, {"code": TEXT}, {"code": "A1", "x": 1}),
        ({"tracking_no": "A1"}, {"trackingNo": "B2"}, {}, {"trackingNo": "A1"}),
        ({"id": "7"}, {"id": 1}, {"id": COUNT}, {"id": 7}),
        # What the schema does not take stays, and so does what is called otherwise.
        ({"id": "seven"}, {"id": 1}, {"id": COUNT}, {"id": 1}),
        ({"id": "7"}, {"name": "7"}, {}, {"name": "7"}),
        ({"id": "7"}, [1], {}, [1]),
        ({"id": "7"}, {}, {"id": COUNT}, {}),
    ],
)
def test_a_body_names_what_the_path_leads_to(
    tmp_path: Path, path: dict[str, Any], body: Any, schema: dict[str, Any], expected: Any
) -> None:
    """Services refuse a body that names another item."""
    contract, request = put(tmp_path, path, body, **schema)
    assert agreeing(contract, request).body == expected


def test_a_full_body_names_it_too(tmp_path: Path) -> None:
    """Whatever is drawn for the rest."""
    contract, request = put(tmp_path, {"code": "A1"}, {"code": "A1"}, code=TEXT, note=TEXT)
    bodies = full_bodies(contract, request, 1)
    assert {body["code"] for body in bodies} == {"A1"}
    assert named_by_path(request) == {"code": "A1"}


def test_the_second_full_body_is_plain(tmp_path: Path) -> None:
    """Words for drawn letters, and the arrays and objects of the base: what a service refuses in
    the first is seldom refused in this one.
    """
    properties = {
        "title": {**TEXT, "maxLength": 80},
        "code": {**TEXT, "pattern": "^[A-Z]{3}$"},
        "count": {**COUNT, "minimum": 5},
        "parts": {"type": "array", "minItems": 1, "items": TEXT},
        "size": {"type": "object", "properties": {"width": COUNT}},
    }
    contract, request = put(tmp_path, {"id": "1"}, {"parts": ["one"]}, **properties)
    plain = full_bodies(contract, request, 1)[1]
    assert plain["title"] == "title in tallystick's own words"
    assert len(plain["code"]) == 3
    assert plain["count"] >= 5
    assert plain["parts"] == ["one"]
    assert "size" not in plain


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (TEXT, "tallystick-1"),
        ({**TEXT, "pattern": "^[a-z][a-z0-9-]*$"}, "tallystick-1"),
        ({**TEXT, "pattern": "^[a-z][a-z0-9-]{0,29}$"}, "tallystick-1"),
        ({**TEXT, "pattern": "^[a-z]$"}, "a"),
        ({**TEXT, "pattern": "^[a-z][a-z0-9-]*$", "maxLength": 5}, "a"),
        ({**TEXT, "pattern": "^[a-z]+", "enum": ["b"]}, "b"),
    ],
)
def test_a_name_is_of_this_run(tmp_path: Path, schema: dict[str, Any], expected: str) -> None:
    """A pattern allows a word, too, most often: a letter may be somebody's."""
    body = {"type": "object", "required": ["label"], "properties": {"label": schema}}
    content = {"application/json": {"schema": body}}
    contract = contract_of(
        tmp_path, {"/labels": documented("post", requestBody={"content": content})}
    )
    assert next(made_requests(contract, contract.operations[0], 1)).body == {"label": expected}
