"""The values that rules of a document settle, compared with lists made by hand and with an
implementation that does not know the rules.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests.requests import strategies, values
from tallystick.catalogue.constraints import Constraint
from tallystick.contract import load_contract
from tests.independent.app import PaymentAccountLinks

RULE = next(
    case.constraint
    for case in load_contract().cases
    if case.code == "PaymentAccountLink.InvalidReturnUrl" and case.constraint
)
VALID_URLS, INVALID_URLS = strategies.valid(RULE), strategies.invalid(RULE)
is_valid_url = PaymentAccountLinks().is_valid_url
HOST = "https://app.example.com"

VALID = [
    "HTTPS://app.example.com/return",
    "Https://app.example.com/return",
    HOST,
    f"{HOST}:8443/return",
    f"{HOST}:65535/return",
    f"{HOST}/a/b/c/d/e/f/g",
    f"{HOST}/return?invoice=42",
    f"{HOST}/r?next=https://b.example.com/c",
    f"{HOST}/return#done",
    f"{HOST}/caf%C3%A9/a%20b",
    "https://bücher.example/return",
    "https://xn--bcher-kva.example/return",
    "https://93.184.215.14/return",
    "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/return",
    "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:8443/return",
    f"{HOST}/".ljust(2000, "p"),
    f"{HOST}/return?state=".ljust(2000, "s"),
]
INVALID = [
    "not-a-url",
    "/relative/path",
    "//app.example.com/return",
    "app.example.com/return",
    "https://",
    "http://",
    "https://exa mple.com/return",
    "ftp://example.com/file",
    "javascript:alert(1)",
    "mailto:ada@example.com",
    "data:text/html,return",
    "file:///etc/passwd",
    "httpsx://app.example.com/return",
]
DISPUTED = [
    "http://app.example.com/return",
    "https://localhost:3000/return",
    "https://user:password@app.example.com/",
    "https:app.example.com",
    "https://[fe80::1%25eth0]/",
    f"{HOST}/a b",
    "https://host#°x",
]


def listed(found: values.Values) -> list[Any]:
    return [value for _, value in found]


@pytest.mark.parametrize("url", VALID, ids=lambda url: url[:60])
def test_a_certainly_valid_url_is_sent(url: str) -> None:
    """Each kind of URL that the task lists is among the values that must be accepted."""
    assert url in listed(values.valid(RULE))


@pytest.mark.parametrize("url", INVALID)
def test_a_certainly_invalid_url_is_sent(url: str) -> None:
    """Each kind of what is no absolute URL is among the values that must be refused."""
    assert url in listed(values.invalid(RULE))


@pytest.mark.parametrize("url", DISPUTED)
def test_a_disputed_url_is_asserted_neither_way(url: str) -> None:
    """What implementations disagree on is among the disputed values, and in no other list."""
    certain = [*listed(values.valid(RULE)), *listed(values.invalid(RULE))]
    assert url in listed(values.disputed(RULE))
    assert url not in certain


def test_an_implementation_agrees() -> None:
    """The independent implementation accepts every valid value and refuses every invalid one."""
    refused = [what for what, url in values.valid(RULE) if not is_valid_url(url)]
    accepted = [what for what, url in values.invalid(RULE) if is_valid_url(url)]
    assert (refused, accepted) == ([], [])
    assert not any(is_valid_url(value) for value in listed(values.wrong_types(RULE)))


def test_names_and_values_are_given_once() -> None:
    """Two values are not the same, nor are they called so."""
    for found in (values.valid(RULE), values.invalid(RULE), values.disputed(RULE)):
        assert len({what for what, _ in found}) == len(set(listed(found))) == len(found)


def test_wrong_types() -> None:
    """Of a text, the other types are tried, and none that might count as missing."""
    assert {what for what, _ in values.wrong_types(RULE)} == {
        "a number",
        "true",
        "an array",
        "an object",
    }
    assert "a text" in {
        what for what, _ in values.wrong_types(Constraint("at-least", {"limit": 1}))
    }
    assert all(listed(values.wrong_types(RULE)))


def test_a_rule_without_a_list_of_its_own() -> None:
    """Other rules have the values that they know themselves."""
    rule = Constraint("greater-than", {"limit": 5})
    assert (listed(values.valid(rule)), listed(values.invalid(rule))) == ([6, 105], [5, 4])


def test_the_plain_value_differs_by_property() -> None:
    """The base has another URL for each property, so that none can be taken for another."""
    fields = [
        case.trigger.field
        for case in load_contract().cases
        if case.trigger and case.trigger.field and case.constraint
    ]
    plain = [values.plain(field, RULE) for field in fields]
    assert plain == [f"{HOST}/returnUrl", f"{HOST}/refreshUrl"]


@settings(max_examples=300, database=None, derandomize=True)
@given(st.data())
def test_drawn_urls_are_what_they_should_be(data: st.DataObject) -> None:
    """The independent implementation accepts what is drawn as valid, and refuses the rest."""
    assert is_valid_url(data.draw(VALID_URLS)) is True
    assert is_valid_url(data.draw(INVALID_URLS)) is False
