"""Values made from schemas: valid by a validator that shares no code with the generator."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from tallystick.generation.values import Wish, instances, make
from tests.tallystick.conftest import load

TREE = {"type": "object", "required": ["kids"]} | {
    "properties": {"kids": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}
}
SPOUSE = {"type": "object", "properties": {"spouse": {"$ref": "#/components/schemas/Spouse"}}}
A_OR_B = [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "string"}}}]
SEVEN = {"type": "integer", "enum": [7], "allOf": [{"oneOf": [{"const": n} for n in range(30)]}]}
"""One of many alternatives is possible, by what stands beside them."""

MANY = "^(?:[0-9]{3}-)*[0-9]{3}$"

CENTS = {"type": "number", "multipleOf": 0.01}
WHOLE = {"type": "integer"}
SATISFIABLE = {
    "pattern": {"type": "string", "pattern": "^[0-9]{5}$"},
    "pattern with look-ahead": {"type": "string", "pattern": "^(?=.{3,5}$)[a-z]+$"},
    "pattern with a property": {"type": "string", "pattern": r"^\p{Lu}\p{L}+$"},
    "pattern and length": {"type": "string", "pattern": MANY, "minLength": 11, "maxLength": 15},
    "lengths": {"type": "string", "minLength": 30, "maxLength": 31},
    "empty text": {"type": "string", "maxLength": 0},
    "oneOf of open objects": {"required": ["p"], "properties": {"p": {"oneOf": A_OR_B}}},
    "anyOf of required": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
    "allOf of texts": {"allOf": [{"type": "string", "minLength": 3}, {"maxLength": 4}]},
    "allOf of properties": {
        "allOf": [
            {"properties": {"x": {"type": "integer", "minimum": 5}}},
            {"properties": {"x": {"maximum": 6}}, "required": ["x"]},
        ]
    },
    "map": {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}},
    "undeclared required": {"type": "object", "required": ["zz"]},
    "names by a pattern": {"propertyNames": {"pattern": "^[a-z]{3}$"}, "minProperties": 3},
    "pattern properties": {
        "type": "object",
        "patternProperties": {"^x-[0-9]+$": {"type": "integer"}},
        "additionalProperties": False,
        "minProperties": 2,
    },
    "at most": {"properties": {"a": {}, "b": {}, "c": {}}, "maxProperties": 1, "required": ["b"]},
    "dependents": {"properties": {"a": {"type": "string"}}, "dependentRequired": {"a": ["b"]}},
    "tuple": {"prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False}
    | {"type": "array", "minItems": 2},
    "unique": {"type": "array", "items": {"enum": [1, 2, 3]}, "uniqueItems": True, "minItems": 3},
    "contains": {"type": "array", "contains": {"const": "x"}, "minContains": 2}
    | {"items": {"type": "string"}},
    "multiple": {"type": "integer", "multipleOf": 7, "minimum": 10, "maximum": 15},
    "between": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001},
    "cents": {"type": "number", "multipleOf": 0.01, "minimum": 0.1, "maximum": 0.2},
    "any cents": {"type": "array", "items": CENTS, "minItems": 100},
    "thousandths": {"type": "array", "items": {**CENTS, "multipleOf": 0.001}, "minItems": 100},
    "tiny": {"type": "array", "items": {"type": "number", "multipleOf": 1e-12}, "minItems": 9},
    "whole halves": {"type": "array", "items": {**WHOLE, "multipleOf": 2.5}, "minItems": 100},
    "negative": {"type": "integer", "maximum": -5},
    "not a type": {"not": {"type": "string"}},
    "if and then": {
        "properties": {"k": {"enum": [1, 2]}, "t": {"type": "string"}},
        "required": ["k"],
        "if": {"properties": {"k": {"const": 1}}, "required": ["k"]},
        "then": {"required": ["t"]},
    },
    "wrong property example": {
        "properties": {"zip": {"type": "string", "example": 90210}},
        "required": ["zip"],
    },
    "one possible constant": {"properties": {"a": SEVEN, "b": SEVEN}, "required": ["a", "b"]},
    "one possible branch": {
        "properties": {"kind": {"enum": [7]}},
        "required": ["kind"],
        "oneOf": [{"properties": {"kind": {"const": n}, "of": {"const": n}}} for n in range(30)],
    },
    "null": {"const": None},
    "a tree": {"$ref": "#/components/schemas/Tree"},
    "a required circle that may be null": {
        "type": "object",
        "required": ["child"],
        "properties": {"child": {"anyOf": [{"$ref": "#/components/schemas/It"}, {"type": "null"}]}},
    },
    "a required circle of objects or null": {
        "type": ["object", "null"],
        "required": ["child"],
        "properties": {"child": {"$ref": "#/components/schemas/It"}},
    },
    "a circle": {"$ref": "#/components/schemas/Spouse"},
    **{
        f"format {name}": {"type": "string", "format": name}
        for name in ("date", "date-time", "time", "duration", "uuid", "uri", "uri-reference")
    },
    **{
        f"format {name}": {"type": "string", "format": name}
        for name in ("email", "idn-email", "hostname", "ipv4", "ipv6", "json-pointer", "regex")
    },
    **{
        f"format {name}": {"type": "string", "format": name}
        for name in ("iri", "iri-reference", "idn-hostname", "uri-template")
    },
}


@pytest.fixture
def made(write):
    """A function that gives the value and what jsonschema says of it."""

    def of(schema, wish=None, seed=0):
        schemas = {"It": schema, "Tree": TREE, "Spouse": SPOUSE}
        text = {
            "openapi": "3.1.0",
            "info": {"title": "t", "version": "1"},
            "paths": {},
            "components": {"schemas": schemas},
        }
        document = load(write("d.json", text))
        found = make(document, ("components", "schemas", "It"), wish=wish, seed=seed)
        root = {**text, "$ref": "#/components/schemas/It"}
        return found, Draft202012Validator(root, format_checker=Draft202012Validator.FORMAT_CHECKER)

    return of


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("schema", SATISFIABLE.values(), ids=SATISFIABLE)
def test_what_can_be_satisfied_is(made, schema, seed):
    """Whatever keywords stand together."""
    found, validator = made(schema, seed=seed)
    errors = [] if _has_property_escape(schema) else list(validator.iter_errors(found.value))
    assert (found.is_valid, errors) == (True, [])


def _has_property_escape(schema) -> bool:
    """Python's own regular expressions do not know `\\p{…}`."""
    return r"\p{" in schema.get("pattern", "")


def test_a_unicode_property(made):
    """`\\p{Lu}` is a capital letter."""
    found, _ = made(SATISFIABLE["pattern with a property"])
    assert re.fullmatch("[A-Z][A-Za-z]+", found.value)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer", "minimum": 7, "maximum": 6}, 7),
        ({"type": "boolean", "enum": ["x"]}, "x"),
    ],
)
def test_what_cannot_be_satisfied_gets_the_nearest_value(made, schema, value):
    """A mock must answer something."""
    found, _ = made(schema)
    assert (found.value, found.is_valid) == (value, False)


def test_a_circle_that_cannot_be_satisfied_ends_with_null(made):
    """`nullable` beside a reference, as OpenAPI 3.0 has it: what people mean is null."""
    child = {"type": ["object", "null"], "allOf": [{"$ref": "#/components/schemas/It"}]}
    found, _ = made({"type": "object", "required": ["child"], "properties": {"child": child}})
    assert (found.value, found.is_valid) == ({"child": {"child": None}}, False)


def test_no_value_is_larger_than_a_bound(made):
    """A minLength of ten thousand million is not built."""
    found, _ = made({"type": "string", "minLength": 10**10})
    assert len(found.value) == 10_000


REPEATING = {"$ref": "#/components/schemas/It"}


@pytest.mark.parametrize(
    "member",
    [
        REPEATING,
        {"allOf": [REPEATING]},
        {"anyOf": [REPEATING, {"type": "null"}]},
        {"anyOf": [REPEATING, {"type": "object", "properties": {"inner": REPEATING}}]},
        {"type": "array", "items": REPEATING},
    ],
    ids=["$ref", "allOf", "anyOf with null", "anyOf", "array"],
)
def test_a_schema_stands_in_itself_but_a_few_times(made, member):
    """Where it may be left out: a body that grows with each level helps nobody."""
    properties = {"name": {"type": "string"}, "left": member, "right": member}
    found, validator = made({"type": "object", "properties": properties, "required": ["name"]})
    count = json.dumps(found.value).count('"name"')
    assert (3 <= count <= 30, validator.is_valid(found.value)) == (True, True)


def test_an_example_comes_first(made):
    """What the document gives is better than what is made."""
    assert made({"type": "string", "example": "theirs"})[0].value == "theirs"


def test_the_same_seed_makes_the_same(made):
    """And another one something else."""
    schema = {"type": "array", "minItems": 20, "items": {"type": "integer"}}
    first, again, other = (made(schema, seed=seed)[0].value for seed in (1, 1, 2))
    assert (first == again, first == other) == (True, False)


MEMBERS = {
    "type": "object",
    "required": ["id", "password"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "password": {"type": "string", "writeOnly": True},
        "name": {"type": "string"},
    },
}


@pytest.mark.parametrize(("use", "names"), [("request", {"password", "name"})])
def test_members_of_the_other_direction_are_not_made(made, use, names):
    """OpenAPI 3.1.1 section 4.8.24: `readOnly` members are not sent in requests."""
    assert made(MEMBERS | {"required": []}, Wish(use))[0].value.keys() == names


def test_of_alternatives_the_one_with_the_code(write):
    """So that a forced error is valid against that very branch."""
    branches = [
        {"type": "object", "required": ["issue"], "properties": {"issue": {"const": code}}}
        for code in ("A_B", "C_D")
    ]
    details = {"type": "array", "minItems": 1, "items": {"oneOf": branches}}
    schema = {"type": "object", "required": ["details"], "properties": {"details": details}}
    text = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}
    document = load(write("d.json", text | {"components": {"schemas": {"It": schema}}}))
    path = ("components", "schemas", "It")
    values = list(instances(document, path, code="C_D"))
    assert [value["details"][0] for value in values] == [{"issue": "C_D"}] * 2


NICE = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}


@pytest.mark.parametrize(
    ("mapping", "kinds"),
    [
        ({}, {"Nice", "Hunter"}),
        ({"mapping": {"N": "#/components/schemas/Nice", "H": "Hunter"}}, {"N", "H"}),
    ],
    ids=["names", "mapping"],
)
def test_a_discriminator_names_the_schema_that_was_chosen(write, mapping, kinds):
    """OpenAPI 3.1.1 section 4.8.25: by its mapping, else by the schema's name."""
    schemas = {
        "Nice": NICE,
        "Hunter": NICE | {"required": ["kind", "prey"]},
        "It": {
            "anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("Nice", "Hunter")],
            "discriminator": {"propertyName": "kind", **mapping},
        },
    }
    text = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}
    document = load(write("d.json", text | {"components": {"schemas": schemas}}))
    values = [make(document, ("components", "schemas", "It"), seed=seed) for seed in range(20)]
    assert {made.value["kind"] for made in values} == kinds


def test_a_child_is_named_by_its_parents_discriminator(write):
    """It inherits it by `allOf`."""
    schemas = {
        "Pet": NICE | {"discriminator": {"propertyName": "kind"}},
        "Dog": {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "object"}]},
        "It": {"$ref": "#/components/schemas/Dog"},
    }
    text = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {}}
    document = load(write("d.json", text | {"components": {"schemas": schemas}}))
    assert make(document, ("components", "schemas", "It")).value == {"kind": "Dog"}


def test_each_value_is_json(made):
    """It can be sent as it is."""
    assert [json.dumps(made(schema)[0].value, allow_nan=False) for schema in SATISFIABLE.values()]


def test_a_required_member_that_responses_lack(made):
    """`required` of a write-only member holds in requests alone."""
    found, _ = made(MEMBERS)
    assert (found.value.keys(), found.is_valid) == ({"id", "name"}, True)


def made_of(write, schema, **others):
    """What is made of a schema, and whether it is valid."""
    value = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {},
        "components": {"schemas": {"S": schema, **others}},
    }
    return make(load(write("d.json", value)), ("components", "schemas", "S"))


def test_integers_beyond_floats_are_made(write):
    """Python divides none of them."""
    low = 10**400
    made = made_of(write, {"type": "integer", "minimum": low, "maximum": low + 5})
    assert (low <= made.value <= low + 5, made.is_valid) == (True, True)


def size(value):
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(size, inside)) + (len(value) // 100 if isinstance(value, str) else 0)


def pairs(depth):
    """Objects with two of the next, each of them required."""
    schemas = {f"S{n}": pair(f"S{n + 1}") for n in range(1, depth)}
    return {**schemas, f"S{depth}": {"type": "string"}}


def pair(name):
    two = {member: {"$ref": f"#/components/schemas/{name}"} for member in "ab"}
    return {"type": "object", "required": ["a", "b"], "properties": two}


TEXTS = {"type": "array", "minItems": 5000, "items": {"type": "string", "minLength": 5000}}
ENORMOUS = {
    "lists of lists": ({"type": "array", "minItems": 5000, "items": TEXTS}, {}),
    "2 to the 25 members": (pair("S1"), pairs(25)),
    "a member of each name": (
        {"properties": {f"p{n}": {"type": "string"} for n in range(30_000)}},
        {},
    ),
}


@pytest.mark.parametrize(("schema", "others"), ENORMOUS.values(), ids=ENORMOUS)
def test_a_value_has_an_end(write, schema, others):
    """Nobody reads so much, whatever a schema demands."""
    assert 5_000 < size(made_of(write, schema, **others).value) < 20_000
