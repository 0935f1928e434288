"""Whether a list is the whole."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.http.exchange import Exchange, Response
from contract_tests.remembering.lists import is_whole

TWO = [{"id": 1}, {"id": 2}]


def exchange(headers: dict[str, str]) -> Exchange:
    """A response with these headers."""
    return Exchange(Response(200, headers, b""), "http://a.example/lamps", "curl", "GET")


@pytest.mark.parametrize(
    ("value", "headers", "expected"),
    [
        (TWO, {}, True),
        (TWO, {"link": '</lamps?page=2>; rel="next"'}, False),
        (TWO, {"link": '</lamps>; rel="self"'}, True),
        ({"data": TWO, "total": 2}, {}, True),
        ({"data": TWO, "total": 3}, {}, False),
        ({"data": TWO, "meta": {"total": 3}}, {}, False),
        ({"data": TWO, "limit": 20}, {}, True),
        ({"data": TWO, "page": {"size": 20, "totalElements": 2}}, {}, True),
        ({"data": TWO, "next": None}, {}, True),
        ({"data": TWO, "next": "/lamps?page=2"}, {}, False),
        ({"data": TWO, "meta": {"has_more": True}}, {}, False),
        # Links to the list itself are none to what follows.
        ({"data": TWO, "links": {"self": "/lamps", "next": None}}, {}, True),
        ({"data": TWO, "_links": {"self": {"href": "/lamps"}}}, {}, True),
        ({"data": TWO, "_links": {"next": {"href": "/lamps?page=2"}}}, {}, False),
        ({"data": TWO, "links": [{"rel": "self", "href": "/lamps"}]}, {}, True),
        ({"data": TWO, "links": [{"rel": "next", "href": "/lamps?page=2"}]}, {}, False),
    ],
)
def test_whether_a_list_is_whole(value: Any, headers: dict[str, str], *, expected: bool) -> None:
    """By what it says of what follows."""
    assert is_whole(value, len(TWO), exchange(headers)) is expected
