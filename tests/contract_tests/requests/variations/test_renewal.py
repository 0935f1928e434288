"""Another text of the same kind, for what there can be only one of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from contract_tests.http.exchange import OperationRequest
from contract_tests.requests.variations.renewal import renewed, texts
from tallystick.contract import Contract
from tallystick.reader.operations import Field
from tests.contract_tests.contracts import contract_of, documented

NUMBER = Field("body", "number")


def requested(folder: Path, body: Any, **properties: Any) -> tuple[Contract, OperationRequest]:
    schema = {"type": "object", "properties": properties}
    content = {"application/json": {"schema": schema}}
    contract = contract_of(folder, {"/a": documented("post", requestBody={"content": content})})
    (operation,) = contract.operations
    return contract, OperationRequest(operation, body=body, media_type="application/json")


@pytest.mark.parametrize(
    ("value", "pattern"),
    [
        ("AB123456", r"AB\d{6}"),
        ("ada@mail.example", r"[a-z]{3}@[a-z]{4}\.[a-z]{7}"),
        ("Blue Mug", r"[A-Z][a-z]{3} [A-Z][a-z]{2}"),
        ("2024-05-06", r"\d{4}-\d\d-\d\d"),
    ],
)
def test_a_text_stays_of_its_kind(tmp_path: Path, value: str, pattern: str) -> None:
    """Digits become digits, letters become letters."""
    _, request = requested(tmp_path, {"number": value})
    made = renewed(request, (NUMBER,), request).body["number"]
    assert re.fullmatch(pattern, made)
    assert made != value


def test_the_same_request_gets_the_same(tmp_path: Path) -> None:
    """And another gets another."""
    _, request = requested(tmp_path, {"number": "AB123456", "gears": 1})
    _, other = requested(tmp_path, {"number": "AB123456", "gears": 2})
    first = renewed(request, (NUMBER,), request).body["number"]
    assert renewed(request, (NUMBER,), request).body["number"] == first
    assert renewed(request, (NUMBER,), request, "again").body["number"] != first
    assert renewed(other, (NUMBER,), request).body["number"] != first


def test_what_a_variation_has_changed_stays(tmp_path: Path) -> None:
    """A fault is sent as it is."""
    _, request = requested(tmp_path, {"number": "AB123456"})
    _, faulty = requested(tmp_path, {"number": "tallystick"})
    assert renewed(faulty, (NUMBER,), request) == faulty


def test_which_texts_may_be_another(tmp_path: Path) -> None:
    """None of an enum, no reference, and nothing that is no text."""
    body = {"number": "AB12", "kind": "city", "ownerId": "a1", "gears": 1, "by": {"name": "Ada"}}
    contract, request = requested(tmp_path, body, kind={"enum": ["city", "road"]})
    assert [field.name for field in texts(contract, request)] == ["number", "by.name"]
