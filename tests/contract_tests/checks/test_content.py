"""Bodies by their media type: whether they are there and well-formed."""

from __future__ import annotations

import pytest

from contract_tests.checks import table
from contract_tests.checks.context import CheckContext
from contract_tests.checks.table import ResponseCheck, violations
from tests.contract_tests.checks.contexts import (
    LOOK,
    READINGS,
    Row,
    Rows,
    each_row,
    got,
    messages,
    served,
)


def reading(media_type: str, body: bytes) -> CheckContext:
    """A reading in this form."""
    return got(200, body, media_type=media_type, operation=READINGS)


XML, ATOM, NDJSON = "application/xml", "application/atom+xml", "application/x-ndjson"

ROWS: Rows = {
    table.NO_BODY: [
        Row(
            "bytes after a 204",
            got(204, has_surplus=True),
            "the 204 has a body, where there can be none",
        ),
        Row(
            "a 204 with a length",
            got(204, headers={"content-length": "5"}),
            "the 204 has a body, where there can be none",
        ),
        Row(
            "bytes after a 304",
            got(304, has_surplus=True),
            "the 304 has a body, where there can be none",
        ),
        Row(
            "bytes after a HEAD",
            got(200, expectation=served("HEAD"), operation=LOOK, has_surplus=True),
            "the response to HEAD has a body, where there can be none",
        ),
        Row("a 205", got(205, b"x"), "the 205 has a body, where there can be none"),
        Row("a 204 with the length zero", got(204, headers={"content-length": "0"})),
        Row("a 304 with the length of the 200", got(304, headers={"content-length": "5"})),
        Row("a 200", got(200, {"url": "a"}, headers={"content-length": "12"})),
    ],
    table.BODY_THERE: [
        Row(
            "no body, where a member is required",
            reading("application/json", b""),
            "the body is empty",
        ),
        Row("a body", reading("application/json", b"{}")),
        Row("an empty list fits", got(202, b"", media_type="application/json", operation=READINGS)),
        Row("no content is documented", got(204)),
        Row("HEAD", got(200, operation=LOOK)),
    ],
    table.EMPTY_BODY: [
        Row(
            "an empty list would fit",
            got(202, b"", media_type="application/json", operation=READINGS),
            "the body is empty, though the document describes it",
        ),
        Row("an empty list", got(202, b"[]", media_type="application/json", operation=READINGS)),
    ],
    table.WELL_FORMED: [
        Row("XML", reading(XML, b"<a><b/></a>")),
        Row("XML with a declaration", reading(XML, b'<?xml version="1.0"?><a>\xc3\xa4</a>')),
        Row(
            "open XML",
            reading(XML, b"<a>"),
            "the body is not application/xml: no element found (line 1)",
        ),
        *(
            Row(
                f"XML in {name}",
                reading(XML, b'<?xml version="1.0" encoding="%b"?><a/>' % name.encode()),
            )
            for name in ("undefined", "punycode", "big5", "x-none")
        ),
        Row("a feed", reading(ATOM, b"<feed/>")),
        Row(
            "a broken feed",
            reading(ATOM, b"<feed>\n</fed>"),
            "the body is not application/atom+xml: mismatched tag (line 2)",
        ),
        Row("lines of JSON", reading(NDJSON, b'{"a": 1}\n\n[2]\n')),
        Row("lines of many digits", reading(NDJSON, b"9" * 100_000 + b"\n1\n")),
        Row(
            "a broken line",
            reading(NDJSON, b'{"a": 1}\n{"a": \n'),
            "the body is not application/x-ndjson: line 2 is not JSON",
        ),
        Row("HTML as it is", reading("text/html", b"<p>one<p>two")),
        Row("anything binary", reading("application/pdf", b"%PDF\xff")),
    ],
    table.CSV_BODY: [
        Row("CSV", reading("text/csv", b'a,b\r\n"1, ""2""",3\r\n')),
        Row("a long field", reading("text/csv", b"a" * 200_000)),
        Row(
            "a quote that stays open",
            reading("text/csv", b'a,"b\r\n1,2'),
            "the body is not text/csv: unexpected end of data",
        ),
    ],
}


@pytest.mark.parametrize(("check", "row"), each_row(ROWS))
def test_content(check: ResponseCheck, row: Row) -> None:
    """One violation with its message, or none."""
    assert messages(check, row.context) == ([row.message] if row.message else [])


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("text/csv", b"a;b\n1;2\n"),
        ("text/html", b"<!doctype html><title>Lamp</title>"),
        (XML, b"<lamp/>"),
        ("application/pdf", b"%PDF-1.7\xff\x00"),
        (NDJSON, b'{"watts": 1}\n'),
    ],
)
def test_a_body_that_is_not_json_breaks_nothing(media_type: str, body: bytes) -> None:
    """Whatever its schema says in terms of JSON."""
    assert list(violations(reading(media_type, body))) == []
