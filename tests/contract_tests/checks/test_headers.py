"""The documented headers of a response: what is found, and what is let pass."""

from __future__ import annotations

import pytest

from contract_tests.checks import table
from contract_tests.checks.context import CheckContext
from contract_tests.checks.table import ResponseCheck
from tests.contract_tests.checks.contexts import (
    READINGS,
    Row,
    Rows,
    each_row,
    got,
    messages,
    served,
)


def sent(**headers: str) -> CheckContext:
    """A response with these headers (`_` stands for a hyphen), beside those that are required."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return got(201, operation=READINGS, headers={"x-left": "3", "set-cookie": "a=b", **named})


def wrong(name: str, message: str) -> str:
    """The message for a header that does not fit."""
    return f"the header {name} does not fit the schema: {message}"


ROWS: Rows = {
    table.RESPONSE_HEADERS: [
        Row(
            "a required header is absent",
            got(201, operation=READINGS, headers={"set-cookie": "a=b"}),
            "the header X-Left is required, and there is none",
        ),
        Row("both are there", sent()),
        Row(
            "a word for an integer",
            sent(x_left="abc"),
            wrong("X-Left", "'abc' is not of type 'integer'"),
        ),
        Row(
            "below the minimum",
            sent(x_left="-1"),
            wrong("X-Left", "-1 is less than the minimum of 0"),
        ),
        Row("zero", sent(x_left="0")),
        Row(
            "outside the enum",
            sent(x_mode="off"),
            wrong("X-Mode", "'off' is not one of ['low', 'high']"),
        ),
        Row("in the enum", sent(x_mode="high")),
        Row(
            "a word in an array",
            sent(x_tags="1, two"),
            wrong("X-Tags", "'two' is not of type 'integer'"),
        ),
        Row("an array", sent(x_tags="1,2")),
        Row("an array of one", sent(x_tags="1")),
        Row("no item", sent(x_tags="")),
        Row("an array in parts of a schema", sent(x_names="ab,cd")),
        Row("digits that are texts", sent(x_names="12, 34")),
        Row(
            "a member of the wrong type",
            sent(x_point="x,one"),
            wrong("X-Point", "'one' is not of type 'integer'"),
        ),
        Row("an object", sent(x_point="x,1")),
        Row("an exploded object", sent(x_point="x=1,y=z")),
        Row(
            "a number for a boolean", sent(x_lit="2"), wrong("X-Lit", "2 is not of type 'boolean'")
        ),
        Row("a boolean, however it is spelled", sent(x_lit="True")),
        Row("null", sent(x_maybe="null")),
        Row("an integer that may be null", sent(x_maybe="5")),
        Row("no JSON", sent(x_meta="{"), wrong("X-Meta", "'{' is not JSON")),
        Row(
            "JSON of another type", sent(x_meta="[]"), wrong("X-Meta", "[] is not of type 'object'")
        ),
        Row("JSON", sent(x_meta='{"a": 1}')),
        Row("the documented example, which is wrong", sent(x_day="Monday")),
        Row(
            "another wrong day",
            sent(x_day="Friday"),
            wrong("X-Day", "'Friday' is not of type 'integer'"),
        ),
        Row("an HTTP-date", sent(retry_after="Fri, 27 Nov 2026 03:00:00 GMT")),
        Row(
            "neither date nor number",
            sent(retry_after="soon"),
            wrong("Retry-After", "'soon' is not of type 'integer'"),
        ),
        Row("a cookie has its own form", sent(set_cookie="id=7; Path=/")),
        Row("the media type is no such header", sent(content_type="text/plain")),
        Row("an undocumented header", sent(x_other="7")),
        Row("a response without documented headers", got(200, {"watts": 1}, operation=READINGS)),
        Row(
            "a method without description", got(201, expectation=served("PUT"), operation=READINGS)
        ),
    ]
}


@pytest.mark.parametrize(("check", "row"), each_row(ROWS))
def test_headers(check: ResponseCheck, row: Row) -> None:
    """One violation with its message, or none."""
    assert messages(check, row.context) == ([row.message] if row.message else [])
