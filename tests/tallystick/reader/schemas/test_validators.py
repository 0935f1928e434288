"""Compiled validators: one registry, made when used, patterns within their deadline."""

import time
from typing import Any

import pytest

from tallystick.reader.schemas import patterns
from tallystick.reader.schemas.validators import Validators, errors, first_error
from tests.tallystick.conftest import document, load
from tests.tallystick.reader.schemas.test_patterns import SLOW

OK = {"200": {"description": "OK"}}


@pytest.fixture
def verdicts(write):
    """A function that gives what the validator of a schema says of some values."""

    def of(schema, *values, version="3.1.1", **more):
        schemas = {"S": schema, **more}
        value = document(OK, version=version, components={"schemas": schemas})
        validator = load(write("d.json", value)).validators.at(("components", "schemas", "S"))
        return [validator.is_valid(item) for item in values]

    return of


@pytest.mark.parametrize(
    ("schema", "valid", "invalid"),
    [
        ({"format": "date"}, "2024-02-29", "2023-02-29"),
        ({"format": "uuid"}, "01890a5d-ac96-774b-bcce-b302099a8057", "1"),
        ({"format": "nonsense"}, "x", None),
        ({"pattern": r"^\p{Lu}+$"}, "É", "é"),
        ({"pattern": "^(?!a)"}, "b", "a"),
        ({"pattern": "^(?!a)"}, 7, "a"),
        ({"pattern": "^(?:(?i)a)$"}, "A", "b"),
        ({"patternProperties": {"^(?!a)": False}}, {"a": 1}, {"b": 1}),
        ({"unevaluatedProperties": False, "allOf": [{"properties": {"a": {}}}]}, {"a": 1},
         {"b": 1}),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1, "b": 1}, {"a": 1}),
        ({"prefixItems": [{"type": "string"}], "items": False}, ["a"], ["a", "b"]),
        ({"$ref": "#/components/schemas/T", "maxLength": 1}, "a", "aa"),
        ({"$ref": "#/components/schemas/T"}, "a", 1),
        ({"type": "integer"}, 10**30, 1.5),
    ],
)  # fmt: skip
def test_what_a_schema_says(verdicts, schema, valid, invalid):
    """Formats included."""
    wanted = [True, False] if invalid is not None else [True, True]
    assert verdicts(schema, valid, invalid, T={"type": "string"}) == wanted


def test_a_pattern_that_is_not_decided_in_time_is_accepted(verdicts, monkeypatch):
    """Nothing is certainly wrong with the text."""
    monkeypatch.setattr(patterns, "DEADLINE", 0.05)
    assert verdicts({"pattern": SLOW}, "a" * 100 + "!", "b") == [True, False]


class Broken:
    """A document with a schema that refers to none."""

    @property
    def schema_root(self) -> dict[str, Any]:
        return {"components": {"schemas": {"S": {"$ref": "#/nowhere", "type": "string"}}}}

    def schema_reference(self, _: Any) -> dict[str, str]:
        return {"$ref": "tallystick:document#/components/schemas/S"}


def test_what_no_validator_can_be_made_of_says_nothing():
    """Whatever else stands there."""
    assert Validators(Broken()).at(("components", "schemas", "S")).is_valid(1)


def test_the_first_error(write):
    """However many there are, in no time."""
    value = document(OK, components={"schemas": {"S": {"items": {"type": "string"}}}})
    validator = load(write("d.json", value)).validators.at(("components", "schemas", "S"))
    began = time.monotonic()
    error = first_error(validator, [1] * 340_000)
    assert (error and error.instance_path, time.monotonic() - began < 1) == ([0], True)
    assert first_error(validator, ["a"]) is None


def test_a_validator_is_made_once(write):
    """And shared by all who ask."""
    value = document(OK, components={"schemas": {"S": {"type": "string"}}})
    validators = load(write("d.json", value)).validators
    path = ("components", "schemas", "S")
    assert validators.at(path) is validators.at(path)


def test_siblings_of_a_reference_are_ignored_in_3_0(verdicts):
    """OpenAPI 3.0.4 section 4.7.23."""
    schema = {"$ref": "#/components/schemas/T", "maxLength": 1}
    assert verdicts(schema, "aa", version="3.0.4", T={"type": "string"}) == [True]


def test_members_of_the_documents_root_are_no_keywords(write):
    """`type` and `definitions` beside `openapi` say nothing of any value."""
    value = document(OK, components={"schemas": {"S": {"type": "string"}}})
    value |= {"type": "object", "required": ["a"], "definitions": {"A": {"$ref": "none.yaml"}}}
    validator = load(write("d.json", value)).validators.at(("components", "schemas", "S"))
    assert [validator.is_valid(item) for item in ("a", 1)] == [True, False]


def test_of_a_large_value_only_the_first_error_is_looked_for(write):
    """Each error has a copy of what is wrong: of an object that lacks much, the whole object."""
    schema = {"required": [f"p{n}" for n in range(10)]}
    value = document(OK, components={"schemas": {"S": schema}})
    validator = load(write("d.json", value)).validators.at(("components", "schemas", "S"))
    large = {f"q{n}": "x" for n in range(1_000)}
    letters = {"q": "x" * 2_000}
    counts = [len(list(errors(validator, one))) for one in ({}, {"q": 1}, large, letters)]
    assert counts == [10, 10, 1, 1]
    first = first_error(validator, large)
    assert first is not None
    assert (first.message, first_error(validator, dict.fromkeys(schema["required"]))) == (
        '"p0" is a required property',
        None,
    )
