"""The form of a response: what each check finds, and what it lets pass."""

from __future__ import annotations

import pytest

from contract_tests.checks import table
from contract_tests.checks.table import ResponseCheck
from tests.contract_tests.checks.contexts import (
    BROKEN,
    JSON,
    LAMP,
    LOOK,
    READ,
    RED,
    UNDESCRIBED,
    Row,
    Rows,
    each_row,
    got,
    messages,
    reaching,
    served,
)

ROWS: Rows = {
    table.SERVER_ERROR: [
        Row("a 500 to PUT", got(500, expectation=served("PUT")), "the server fails with 500"),
        Row("a 501 to GET", got(501, expectation=served("GET")), "the server fails with 501"),
        Row(
            "a 500 to HEAD, where GET has no default",
            got(500, expectation=served("HEAD"), operation=LOOK),
            "the server fails with 500",
        ),
        Row("a 501 to PUT", got(501, expectation=served("PUT"))),
        Row("a 405", got(405, expectation=served("PUT"))),
        Row("a documented request", got(503, BROKEN, RED)),
        Row(
            "HEAD gets the default of GET",
            got(500, expectation=served("HEAD"), operation=READ),
        ),
    ],
    table.DOCUMENTED_STATUS: [
        Row("a 201", got(201, LAMP, RED), "the document has no 201"),
        Row("a redirection", got(302, expectation=RED), "the document has no 302"),
        Row("an exact status", got(200, LAMP, RED)),
        Row("a range", got(503, BROKEN, RED)),
        Row("the default", got(599, operation=READ)),
        Row("an undocumented 4xx", got(429, BROKEN, RED)),
        Row("a method without description", got(201, expectation=served("PUT"))),
    ],
    table.MEDIA_TYPE_ADVISED: [
        Row(
            "a framework's page for what no document speaks of",
            got(404, b"<h1>Not Found", UNDESCRIBED, media_type="text/html"),
            "the documented media type is application/problem+json, not text/html",
        ),
        Row("as documented", got(404, BROKEN, UNDESCRIBED)),
        Row("a success", got(200, b"<p>", UNDESCRIBED, media_type="text/html")),
        Row("a described request", got(404, b"<h1>Not Found", media_type="text/html")),
    ],
    table.MEDIA_TYPE: [
        Row(
            "a framework's page for what no document speaks of",
            got(404, b"<h1>Not Found", UNDESCRIBED, media_type="text/html"),
        ),
        Row(
            "a success of what no document speaks of",
            got(200, b"<p>", UNDESCRIBED, media_type="text/html"),
            "the documented media type is application/json, not text/html",
        ),
        Row(
            "an error as JSON",
            got(409, BROKEN, media_type=JSON),
            "the documented media type is application/problem+json, not application/json",
        ),
        Row(
            "no media type",
            got(200, b"{}", media_type=""),
            "the documented media type is application/json, not none",
        ),
        Row(
            "one of two",
            got(503, b"<p>", media_type="application/xml"),
            "the documented media type is application/problem+json or text/*, not application/xml",
        ),
        Row("the documented one", got(409, BROKEN)),
        Row("capitals and a charset", got(200, LAMP, media_type="Application/JSON; charset=utf-8")),
        Row("within a range", got(503, b"down", media_type="text/plain")),
        Row("none is documented", got(410, b"gone", media_type="text/plain")),
        Row("an undocumented status", got(429, b"slow", media_type="text/plain")),
    ],
    table.JSON_BODY: [
        Row(
            "a byte order mark",
            got(200, b"\xef\xbb\xbf{}"),
            "the body starts with a byte order mark",
        ),
        Row("Latin-1", got(200, b'{"url": "\xe9"}'), "the body is not UTF-8"),
        Row(
            "cut short",
            got(409, b'{"title":'),
            "the body is not JSON: Expecting value: line 1 column 10 (char 9)",
        ),
        Row("NaN", got(200, b"[NaN]"), "the body is not JSON: NaN is no JSON number"),
        Row("many digits", got(200, b'{"level": -' + b"9" * 100_000 + b"}")),
        Row("JSON", got(200, LAMP)),
        Row("a text", got(503, b"down", media_type="text/plain")),
        Row("a 204", got(204, b"x", media_type=JSON)),
        Row("the response to HEAD", got(200, b"", media_type=JSON, operation=LOOK)),
    ],
    table.BODY_SCHEMA: [
        Row(
            "a member left out",
            got(200, {}),
            "the body does not fit the schema: 'url' is a required property",
        ),
        Row(
            "a wrong type",
            got(200, {**LAMP, "watts": "7"}),
            "/watts does not fit the schema: '7' is not of type 'integer'",
        ),
        Row(
            "a wrong format",
            got(200, {**LAMP, "expiresAt": "soon"}),
            "/expiresAt does not fit the schema: 'soon' is not a 'date-time'",
        ),
        Row("a whole lamp", got(200, {**LAMP, "watts": 7, "expiresAt": "2026-01-01T00:00:00Z"})),
        Row("another media type", got(200, {}, media_type="text/json")),
        Row("a 204", got(204, b"{}", media_type=JSON)),
        Row("a method without description", got(200, {}, served("PUT"))),
    ],
    table.STATUS_MEMBER: [
        Row(
            "another number",
            got(409, {**BROKEN, "status": 500}),
            "the member status is 500, the HTTP status 409",
        ),
        Row("the same", got(409, {**BROKEN, "status": 409})),
        Row("the same as a decimal", got(409, {**BROKEN, "status": 409.0})),
        Row("a text", got(409, {**BROKEN, "status": "500"})),
        Row("true", got(409, {**BROKEN, "status": True})),
        Row("left out", got(409, BROKEN)),
        Row("no problem", got(409, {"status": 500}, media_type=JSON)),
    ],
    table.PROBLEM_MEMBERS: [
        Row("a number", got(409, {"title": 7}), "the member title is no string: 7"),
        Row("an object", got(409, {"detail": {}}), "the member detail is no string: {}"),
        Row("null", got(409, {"title": None})),
        Row("an extension", got(409, {**BROKEN, "errors": [7]})),
        Row("no problem", got(409, {"title": 7}, media_type=JSON)),
    ],
    table.CONTENT_CODING: [
        Row(
            "utf-8",
            got(200, LAMP, headers={"content-encoding": "gzip, utf-8"}),
            "there is no content coding 'utf-8'",
        ),
        Row("gzip and br", got(200, LAMP, headers={"content-encoding": "GZIP , br"})),
        Row("none", got(200, LAMP)),
    ],
    table.MESSAGE_LENGTH: [
        Row(
            "both",
            got(200, LAMP, headers={"transfer-encoding": "chunked", "content-length": "7"}),
            "the response has both Transfer-Encoding and Content-Length",
        ),
        Row("one", got(200, LAMP, headers={"transfer-encoding": "chunked"})),
        Row("the other", got(200, LAMP, headers={"content-length": "7"})),
    ],
    table.STATUS_TEXT: [
        Row(
            "other digits",
            got(409, {"status": "500"}),
            "the member status is '500', the HTTP status 409",
        ),
        Row("the same digits", got(409, {"status": "409"})),
        Row("no digits", got(409, {"status": "conflict"})),
        Row("a number", got(409, {"status": 500})),
    ],
    table.UNIQUE_MEMBERS: [
        Row("twice", got(200, b'{"url": 1, "url": 1}'), "the body has the member url twice"),
        Row(
            "twice inside",
            got(200, b'{"a": [{"b": 1, "b": 2}]}'),
            "the body has the member b twice",
        ),
        Row("in two objects", got(200, b'{"a": {"b": 1}, "b": 2}')),
        Row("no JSON", got(200, b"down", media_type="text/plain")),
    ],
}


@pytest.mark.parametrize(("check", "row"), each_row(ROWS))
def test_conformance(check: ResponseCheck, row: Row) -> None:
    """The check finds the violation of its row, or none."""
    assert messages(check, row.context) == ([] if row.message is None else [row.message])


def test_each_place_that_does_not_fit_is_a_violation() -> None:
    """A violation names its place in the body as cause, and its keyword in the document."""
    found = table.BODY_SCHEMA.violations(got(200, {"watts": "7"}))
    schema = "/paths/~1lamps~1{id}~1switch/post/responses/200/content/application~1json/schema"
    places = {violation.cause: violation.path for violation in found}
    pointers = {
        cause: "".join("/" + token.replace("/", "~1") for token in path or ())
        for cause, path in places.items()
    }
    assert pointers == {
        ("",): f"{schema}/required",
        ("/watts",): f"{schema}/properties/watts/type",
    }


@pytest.mark.parametrize("check", [table.BODY_SCHEMA, table.MEDIA_TYPE], ids=lambda c: c.name)
def test_an_error_is_another_cause_than_a_success(check: ResponseCheck) -> None:
    """Who accepts what is wrong with the one does not accept it of the other."""
    media_type = "text/html" if check is table.MEDIA_TYPE else None
    success = check.violations(got(200, [], media_type=media_type))
    error = check.violations(got(404, [], RED, media_type=media_type))
    assert len(success) == len(error) == 1
    assert {violation.cause for violation in success}.isdisjoint({v.cause for v in error})


def test_one_undocumented_status_is_one_cause() -> None:
    """Its violations have the same cause, whatever the request."""
    one = table.DOCUMENTED_STATUS.violations(got(201, LAMP, RED))
    other = table.DOCUMENTED_STATUS.violations(got(201, {}, reaching("404 Lamp.Unknown")))
    assert [violation.cause for violation in (*one, *other)] == [(201,), (201,)]
