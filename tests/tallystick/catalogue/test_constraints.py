"""Constraints: what is certainly valid, certainly invalid, and disputed."""

from datetime import UTC, datetime, timedelta

import pytest

from tallystick import Constraint, Judgement, Source, TallystickError
from tallystick.catalogue.constraints import constraint_from_json

VALID, INVALID, DISPUTED = Judgement.VALID, Judgement.INVALID, Judgement.DISPUTED


def day(days):
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


TABLE = [
    ("absolute-url", {"schemes": ["http", "https"]}, "https://example.com/a", VALID),
    ("absolute-url", {"schemes": ["http", "https"]}, "http://localhost/", DISPUTED),
    ("absolute-url", {"schemes": ["http", "https"]}, "ftp://example.com/", INVALID),
    ("absolute-url", {"schemes": ["http", "https"]}, 7, INVALID),
    ("email", {}, "ada@example.com", VALID),
    ("email", {}, "first.last+tag@mail.example.org", VALID),
    ("email", {}, "not-an-email", INVALID),
    ("email", {}, "@example.com", INVALID),
    ("email", {}, "ada@", INVALID),
    ("email", {}, 7, INVALID),
    ("email", {}, "ada@localhost", DISPUTED),
    ("email", {}, '"a b"@example.com', DISPUTED),
    ("email", {}, "Ada <ada@example.com>", DISPUTED),
    ("email", {}, " ada@example.com", DISPUTED),
    ("email", {}, "ada@münchen.de", DISPUTED),
    ("uuid", {}, "6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11", VALID),
    ("uuid", {}, "6F1C2A8E-3F0B-4A7E-9A51-0C2F9F0C7A11", VALID),
    ("uuid", {}, "not-a-uuid", INVALID),
    ("uuid", {}, "6f1c2a8e", INVALID),
    ("uuid", {}, "6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a1g", INVALID),
    ("uuid", {}, 7, INVALID),
    ("uuid", {}, "6f1c2a8e3f0b4a7e9a510c2f9f0c7a11", DISPUTED),
    ("uuid", {}, "{6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11}", DISPUTED),
    ("uuid", {}, "urn:uuid:6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11", DISPUTED),
    ("uuid", {}, "00000000-0000-0000-0000-000000000000", DISPUTED),
    ("date", {}, "2030-01-31", VALID),
    ("date", {}, "2028-02-29", VALID),
    ("date", {}, "not-a-date", INVALID),
    ("date", {}, 20300131, INVALID),
    ("date", {}, "2030-02-30", DISPUTED),
    ("date", {}, "31.01.2030", DISPUTED),
    ("date", {}, "2030-01-31T00:00:00Z", DISPUTED),
    ("currency", {}, "EUR", VALID),
    ("currency", {}, "USD", VALID),
    ("currency", {}, "EURO", INVALID),
    ("currency", {}, "E", INVALID),
    ("currency", {}, 978, INVALID),
    ("currency", {}, "eur", DISPUTED),
    ("currency", {}, "978", DISPUTED),
    ("currency", {}, "XTS", DISPUTED),
    ("greater-than", {"limit": 0}, 1, VALID),
    ("greater-than", {"limit": 0}, 0.01, VALID),
    ("greater-than", {"limit": 0}, 0, INVALID),
    ("greater-than", {"limit": 0}, "1", INVALID),
    ("greater-than", {"limit": 0}, True, INVALID),
    ("at-least", {"limit": 5}, 5, VALID),
    ("at-least", {"limit": 5}, 4.9, INVALID),
    ("less-than", {"limit": 5}, 4, VALID),
    ("less-than", {"limit": 5}, 5, INVALID),
    ("at-most", {"limit": 5}, 5, VALID),
    ("at-most", {"limit": 5}, 6, INVALID),
    ("maximum-length", {"limit": 3}, "abc", VALID),
    ("maximum-length", {"limit": 3}, "abcd", INVALID),
    ("maximum-length", {"limit": 3}, 7, INVALID),
    ("maximum-length", {"limit": 3}, "ab\U0001f600", DISPUTED),
    ("minimum-length", {"limit": 3}, "abc", VALID),
    ("minimum-length", {"limit": 3}, "ab", INVALID),
    ("minimum-length", {"limit": 3}, "a\U0001f600", DISPUTED),
    ("exact-length", {"limit": 2}, "ab", VALID),
    ("exact-length", {"limit": 2}, "a", INVALID),
    ("exact-length", {"limit": 2}, "abc", INVALID),
    ("exact-length", {"limit": 2}, "\U0001f600", DISPUTED),
    ("exact-length", {"limit": 2}, 12, INVALID),
    ("length-between", {"minimum": 2, "maximum": 5}, "abc", VALID),
    ("length-between", {"minimum": 2, "maximum": 5}, "a", INVALID),
    ("length-between", {"minimum": 2, "maximum": 5}, "abcdef", INVALID),
    ("length-between", {"minimum": 2, "maximum": 5}, "ab", DISPUTED),
    ("length-between", {"minimum": 2, "maximum": 5}, "abcde", DISPUTED),
    ("between", {"minimum": 1, "maximum": 5}, 2, VALID),
    ("between", {"minimum": 1, "maximum": 5}, 4.5, VALID),
    ("between", {"minimum": 1, "maximum": 5}, 1, DISPUTED),
    ("between", {"minimum": 1, "maximum": 5}, 5, DISPUTED),
    ("between", {"minimum": 1, "maximum": 5}, 0, INVALID),
    ("between", {"minimum": 1, "maximum": 5}, 6, INVALID),
    ("between", {"minimum": 1, "maximum": 5}, "3", INVALID),
    ("between", {"minimum": 1, "maximum": 5}, True, INVALID),
    ("one-of", {"values": ["a", "b"]}, "a", VALID),
    ("one-of", {"values": ["a", "b"]}, "c", INVALID),
    ("one-of", {"values": ["a", "b"]}, "A", DISPUTED),
    ("one-of", {"values": ["a", "b"]}, "a ", DISPUTED),
    ("one-of", {"values": ["1", "2"]}, 1, DISPUTED),
    ("one-of", {"values": ["1", "2"]}, 3, INVALID),
    ("not-empty", {}, "x", VALID),
    ("not-empty", {}, ["x"], VALID),
    ("not-empty", {}, "", INVALID),
    ("not-empty", {}, [], INVALID),
    ("not-empty", {}, {}, INVALID),
    ("not-empty", {}, "  ", DISPUTED),
    ("not-empty", {}, 0, DISPUTED),
    ("future", {}, day(30), VALID),
    ("future", {}, "2999-12-31", VALID),
    ("future", {}, day(-30), INVALID),
    ("future", {}, 7, INVALID),
    ("future", {}, day(0), DISPUTED),
    ("future", {}, "soon", DISPUTED),
    ("past", {}, day(-30), VALID),
    ("past", {}, day(30), INVALID),
    ("past", {}, day(1), DISPUTED),
]
NAMES = [f"{row[0]}-{number}" for number, row in enumerate(TABLE)]  # dates would change
KINDS = [
    ("absolute-url", {"schemes": ["http", "https"]}),
    ("absolute-url", {"schemes": ["http"]}),
    ("absolute-url", {"schemes": []}),
    ("email", {}),
    ("uuid", {}),
    ("date", {}),
    ("currency", {}),
    ("greater-than", {"limit": 0}),
    ("at-least", {"limit": 1.5}),
    ("less-than", {"limit": -2}),
    ("at-most", {"limit": 10}),
    ("maximum-length", {"limit": 5}),
    ("minimum-length", {"limit": 5}),
    ("exact-length", {"limit": 2}),
    ("length-between", {"minimum": 3, "maximum": 50}),
    ("between", {"minimum": 1, "maximum": 100}),
    ("between", {"minimum": 0, "maximum": 1}),
    ("one-of", {"values": ["a", "b"]}),
    ("future", {}),
    ("past", {}),
    ("not-empty", {}),
]


@pytest.mark.parametrize(("kind", "parameters", "value", "judgement"), TABLE, ids=NAMES)
def test_judge(kind, parameters, value, judgement):
    """The three values, kind by kind."""
    assert Constraint(kind, parameters).judge(value) is judgement


@pytest.mark.parametrize(("kind", "parameters", "value", "judgement"), TABLE, ids=NAMES)
def test_the_refuser_refuses_what_is_certainly_invalid(kind, parameters, value, judgement):
    """The mock's quick question has the same answer."""
    assert Constraint(kind, parameters).refuser()(value) is (judgement is INVALID)


@pytest.mark.parametrize(("kind", "parameters"), KINDS)
def test_null_is_disputed(kind, parameters):
    """Null is missing to some and invalid to others."""
    assert Constraint(kind, parameters).judge(None) is DISPUTED


@pytest.mark.parametrize(("kind", "parameters"), KINDS[:-1])
def test_the_empty_string_is_disputed(kind, parameters):
    """But where the rule is about emptiness."""
    assert Constraint(kind, parameters).judge("") is DISPUTED


@pytest.mark.parametrize(("kind", "parameters"), KINDS)
def test_the_values_offered_are_certain(kind, parameters):
    """At least one valid and one invalid value, each judged as such."""
    constraint = Constraint(kind, parameters)
    valid = {constraint.judge(value) for value in constraint.valid_values()}
    invalid = {constraint.judge(value) for value in constraint.invalid_values()}
    assert (valid, invalid) == ({VALID}, {INVALID})


@pytest.mark.parametrize(("kind", "parameters"), KINDS)
def test_the_json_of_a_constraint(kind, parameters):
    """`kind` and the parameters beside it, there and back."""
    constraint = constraint_from_json({"kind": kind, **parameters}, Source("f"))
    assert constraint.to_json() == {"kind": kind, **parameters}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("email", "This constraint's 'kind' is not known."),
        ({}, "This constraint's 'kind' is not known."),
        ({"kind": "e-mail"}, "This constraint's 'kind' is not known."),
        ({"kind": ["email"]}, "This constraint's 'kind' is not known."),
        ({"kind": "at-most"}, "The constraint's parameter 'limit' is missing."),
        ({"kind": "email", "limit": 1}, "The constraint's parameter 'limit' is not known."),
        ({"kind": "at-most", "limit": "5"}, "The constraint's parameter 'limit'"),
        ({"kind": "at-most", "limit": True}, "The constraint's parameter 'limit'"),
        ({"kind": "maximum-length", "limit": 1.5}, "The constraint's parameter 'limit'"),
        ({"kind": "one-of", "values": "a"}, "The constraint's parameter 'values'"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_constraint(value, message):
    """What is wrong, and where."""
    with pytest.raises(TallystickError) as caught:
        constraint_from_json(value, Source("f.yaml", "/x", 7))
    assert str(caught.value).startswith(f"f.yaml:7 at #/x: {message}")
