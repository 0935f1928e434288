"""`required` in requests and responses (OpenAPI 3.0.4 section 4.7.24.2)."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tallystick.reader.schemas.validators import Validators
from tallystick.reader.schemas.views import for_use

ID = {"type": "integer", "readOnly": True}
NAME = {"type": "string"}
PET = {"required": ["id", "name"], "properties": {"id": ID, "name": NAME}}
IDENTITY = {"readOnly": True, "type": "integer"}


def root_of(schema: Any) -> dict[str, Any]:
    return {"components": {"schemas": {"S": schema, "Pet": PET, "Id": IDENTITY}}}


REF = {"$ref": "#/components/schemas/Pet"}
ID_REF = {"$ref": "#/components/schemas/Id"}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (PET, {"name": "a"}, True),
        (PET, {"id": 1, "name": "a"}, True),
        (PET, {"id": "x", "name": "a"}, False),
        (PET, {"id": 1}, False),
        (REF, {"name": "a"}, True),
        ({"properties": {"pet": PET}}, {"pet": {"name": "a"}}, True),
        ({"properties": {"pets": {"items": REF}}}, {"pets": [{"name": "a"}]}, True),
        ({"additionalProperties": PET}, {"x": {"name": "a"}}, True),
        ({"allOf": [REF, {"required": ["extra"]}]}, {"name": "a", "extra": 1}, True),
        ({"allOf": [REF, {"required": ["extra"]}]}, {"name": "a"}, False),
        ({"allOf": [{"required": ["id"]}, {"properties": {"id": ID}}]}, {}, True),
        ({"required": ["id"], "allOf": [{"properties": {"id": ID}}]}, {}, True),
        ({"required": ["id"], "allOf": [REF]}, {"name": "a"}, True),
        ({"oneOf": [PET, {"type": "integer"}]}, {"name": "a"}, True),
        ({"required": ["id"], "properties": {"id": ID_REF}}, {}, True),
        ({"required": ["id"], "properties": {"id": {"allOf": [ID_REF]}}}, {}, True),
        ({"required": ["id"], "properties": {"id": {"type": "integer"}}}, {}, False),
        ({"required": ["id"], "properties": {"id": {"writeOnly": True}}}, {}, False),
        ({"additionalProperties": False, **PET}, {"id": 1, "name": "a"}, True),
    ],
)
def test_view(schema: dict[str, Any], value: Any, expected: bool) -> None:
    """What is read-only is neither required nor refused."""
    view = for_use(root_of(schema), "request")
    validator = Draft202012Validator({**view, "$ref": "#/components/schemas/S"})
    assert validator.is_valid(value) is expected


@pytest.mark.parametrize("schema", [{"required": ["a"]}, {"properties": {"id": ID}}, True, {}])
def test_shared(schema: Any) -> None:
    """Where nothing that is required is read-only, there is no second root."""
    root = {"components": {"schemas": {"S": schema}}}
    assert for_use(root, "request") is root


def test_recursive() -> None:
    """A schema that refers to itself is looked at once."""
    node = {
        "required": ["id"],
        "properties": {"id": ID},
        "allOf": [{"$ref": "#/components/schemas/S"}],
    }
    view = for_use(root_of(node), "request")
    assert view["components"]["schemas"]["S"]["required"] == []


class Pets:
    """A document with one schema."""

    schema_root = root_of(PET)

    def schema_reference(self, path: tuple[str, ...]) -> dict[str, str]:
        return {"$ref": "tallystick:document#/" + "/".join(path)}


def test_validators() -> None:
    """Responses need what is read-only, requests do not."""
    validators = Validators(Pets())
    place = ("components", "schemas", "S")
    assert not validators.at(place).is_valid({"name": "a"})
    assert validators.at(place, "request").is_valid({"name": "a"})
    assert not validators.at(place, "request").is_valid({"id": 1})


SECRET = {"type": "string", "writeOnly": True}
ACCOUNT = {"required": ["name", "password"], "properties": {"name": NAME, "password": SECRET}}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (ACCOUNT, {"name": "a"}, True),
        (ACCOUNT, {"password": "x"}, False),
        ({"items": ACCOUNT}, [{"name": "a"}], True),
        (PET, {"name": "a"}, False),
    ],
)
def test_view_of_responses(schema: dict[str, Any], value: Any, expected: bool) -> None:
    """What is write-only is not required of a response; what is read-only is."""
    view = for_use(root_of(schema), "response")
    validator = Draft202012Validator({**view, "$ref": "#/components/schemas/S"})
    assert validator.is_valid(value) is expected
