"""Variants and possible codes: what can be selected, and is never demanded."""

from typing import Any

import pytest

from tallystick import Contract
from tests.tallystick.conftest import Read

JSON = "application/json"


def variants(contract: Contract) -> list[tuple[str, str, str, str]]:
    """Status, media type, name and description of each variant."""
    return [
        (variant.status, variant.media_type, variant.name, variant.description)
        for operation in contract.operations
        for variant in operation.variants
    ]


def possible(contract: Contract) -> list[tuple[str, str]]:
    """Status and code of each possible code."""
    return [
        (code.status, code.code)
        for operation in contract.operations
        for code in operation.possible_codes
    ]


def labels(contract: Contract) -> list[str]:
    """The labels of the cases."""
    return [case.label for case in contract.cases]


def response(media_type: str = JSON, **members: Any) -> dict[str, Any]:
    """A response with one media type."""
    return {"description": "x", "content": {media_type: members}}


# --- variants


def test_each_named_example_of_a_success_is_a_variant(read: Read) -> None:
    """Whatever its body holds; names may have spaces. The success stays one case."""
    examples = {
        "owner missing": {"summary": "No owner", "value": {"code": "Thing.Gone"}},
        "full": {"description": "All members", "value": {"name": "a"}},
        "Thing.Gone": {"value": {}},
    }
    contract = read({"200": response(examples=examples)})
    assert (labels(contract), variants(contract)) == (
        ["200"],
        [
            ("200", JSON, "owner missing", "No owner"),
            ("200", JSON, "full", "All members"),
            ("200", JSON, "Thing.Gone", ""),
        ],
    )


def test_an_example_of_an_error_is_a_variant_if_its_body_holds_no_code(read: Read) -> None:
    """The other one is a case, and no variant."""
    examples = {
        "not found": {"value": {"message": "There is no such thing"}},
        "gone": {"value": {"code": "thingGone", "message": "It is gone"}},
        "as a text": {"value": "Thing.Gone"},
        "empty": {"value": None},
    }
    contract = read({"404": response(examples=examples)})
    assert (labels(contract), [name for _, _, name, _ in variants(contract)]) == (
        ["404 thingGone"],
        ["not found", "as a text", "empty"],
    )


def test_a_second_example_of_one_code_is_a_variant(read: Read) -> None:
    """The first one is the case."""
    examples = {name: {"value": {"code": "Thing.Gone", "at": name}} for name in ("one", "two")}
    contract = read({"410": response(examples=examples)})
    (case,) = contract.cases
    assert (case.example or ())[-1] == "one"
    assert variants(contract) == [("410", JSON, "two", "")]


@pytest.mark.parametrize("member", ["externalValue", "dataValue"])
@pytest.mark.parametrize("status", ["200", "410"])
def test_an_example_with_its_body_elsewhere_is_a_variant(
    read: Read, status: str, member: str
) -> None:
    """Nobody has looked whether it holds a code; its name proves nothing."""
    examples = {"Thing.Gone": {member: "https://example.com/gone.json"}}
    contract = read({status: response(examples=examples)})
    assert (labels(contract), variants(contract)) == ([status], [(status, JSON, "Thing.Gone", "")])


def test_an_example_by_reference(read: Read) -> None:
    """Several responses may share one; it is a variant of each, by the name that it has there."""
    reference = {"$ref": "#/components/examples/Shared"}
    contract = read(
        {"200": response(examples={"a": reference}), "201": response(examples={"b": reference})},
        components={"examples": {"Shared": {"summary": "shared", "value": {}}}},
    )
    assert variants(contract) == [("200", JSON, "a", "shared"), ("201", JSON, "b", "shared")]


def test_names_are_unique_within_response_and_media_type(read: Read) -> None:
    """The same name may be in another media type, or in another response."""
    both = {"full": {"value": "1"}, "empty": {"value": "2"}}
    contract = read(
        {
            "200": {
                "description": "x",
                "content": {JSON: {"examples": both}, "text/csv": {"examples": both}},
            },
            "201": response(examples=both),
        }
    )
    found = [(status, media_type, name) for status, media_type, name, _ in variants(contract)]
    assert found == [
        ("200", JSON, "full"),
        ("200", JSON, "empty"),
        ("200", "text/csv", "full"),
        ("200", "text/csv", "empty"),
        ("201", JSON, "full"),
        ("201", JSON, "empty"),
    ]
    assert len(set(found)) == len(found)


def test_a_lone_example_is_no_variant(read: Read) -> None:
    """It has no name by which it could be selected."""
    assert variants(read({"200": response(example={"name": "a"})})) == []


# --- possible codes


SHARED = {"schemas": {"Error": {"properties": {"code": {"enum": ["badName", "A_B", "gone"]}}}}}
ERROR = {"$ref": "#/components/schemas/Error"}


def test_an_enum_that_errors_share_gives_possible_codes(read: Read) -> None:
    """Of each error, since no more is known; none is a case, and a success has none."""
    contract = read(
        {status: response(schema=ERROR) for status in ("200", "400", "409")}, components=SHARED
    )
    assert (labels(contract), possible(contract)) == (
        ["200", "400", "409"],
        [
            (status, code) for status in ("400", "409") for code in ("badName", "A_B", "gone")
        ],
    )  # fmt: skip


def test_a_code_that_is_a_case_already_is_no_possible_code(read: Read) -> None:
    """By the description of this response; of another it stays possible."""
    told = response(schema=ERROR) | {"description": "A_B — it is so"}
    contract = read({"400": told, "409": response(schema=ERROR)}, components=SHARED)
    assert labels(contract) == ["400 A_B", "409"]
    assert possible(contract) == [
        ("400", "badName"),
        ("400", "gone"),
        ("409", "badName"),
        ("409", "A_B"),
        ("409", "gone"),
    ]


ENUM = {"enum": ["A_B", "C_D"]}


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"error": {"properties": {"code": ENUM}}}},
        {"properties": {"errors": {"items": {"properties": {"code": ENUM}}}}},
        {"allOf": [{"properties": {"details": {"items": {"allOf": [
            {"properties": {"issue": ENUM}}]}}}}]},
        {"oneOf": [{"properties": {"name": ENUM}}, {"type": "string"}]},
        {"items": {"properties": {"errorCode": ENUM}}},
    ],
)  # fmt: skip
def test_an_enum_inside(read: Read, schema: dict[str, Any]) -> None:
    """In objects, arrays, parts and branches."""
    assert possible(read({"422": response(schema=schema)})) == [("422", "A_B"), ("422", "C_D")]


def test_two_enums_of_one_response(read: Read) -> None:
    """A code in both is one possible code."""
    schema = {
        "properties": {
            "code": {"enum": ["A_B", "C_D"]},
            "details": {"items": {"properties": {"issue": {"enum": ["C_D", "E_F"]}}}},
        }
    }
    contract = read({"422": response(schema=schema)})
    assert [code for _, code in possible(contract)] == ["A_B", "C_D", "E_F"]


def test_several_media_types(read: Read) -> None:
    """Each code once, of the first media type that lists it."""
    content = {
        JSON: {"schema": {"properties": {"code": {"enum": ["A_B", "C_D"]}}}},
        "application/problem+json": {"schema": {"properties": {"code": {"enum": ["C_D", "E_F"]}}}},
    }
    (operation,) = read({"422": {"description": "x", "content": content}}).operations
    assert [(code.code, code.media_type) for code in operation.possible_codes] == [
        ("A_B", JSON),
        ("C_D", JSON),
        ("E_F", "application/problem+json"),
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"code": {"enum": [400, 404]}}},
        {"properties": {"code": {"enum": ["not a code", "another one"]}}},
        {"properties": {"type": {"enum": ["object", "array"]}}},
        {"properties": {"colour": {"enum": ["A_B", "C_D"]}}},
        {"properties": {"code": {"enum": "A_B"}}},
        {"properties": {"code": {"enum": []}}},
    ],
)
def test_what_gives_no_possible_codes(read: Read, schema: dict[str, Any]) -> None:
    """Numbers, sentences, plain words in other members, other members, and no list."""
    assert possible(read({"422": response(schema=schema)})) == []


def test_a_recursive_schema_ends(read: Read) -> None:
    """An error may have inner errors of its own kind."""
    error = {"properties": {"code": ENUM, "inner": ERROR, "errors": {"items": ERROR}}}
    contract = read({"422": response(schema=ERROR)}, components={"schemas": {"Error": error}})
    assert possible(contract) == [("422", "A_B"), ("422", "C_D")]


def test_where_a_possible_code_stands(read: Read) -> None:
    """The path is that of the enum's schema, for whoever makes a body with the code."""
    (operation,) = read({"400": response(schema=ERROR)}, components=SHARED).operations
    paths = {code.path for code in operation.possible_codes}
    assert paths == {("components", "schemas", "Error", "properties", "code")}
