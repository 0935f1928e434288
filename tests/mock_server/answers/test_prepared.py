"""Errors that the document has no case for, in the form of their status."""

import pytest

from tests.mock_server.conftest import Serve

MALFORMED = "The request body is not valid JSON: unexpected end of data."
DOCUMENT = """
openapi: 3.1.0
info: {title: Errors, version: "1"}
paths:
  /x:
    post:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses:
        "200": {description: OK}
        "400":
          description: Bad Request
          content:
            %s:
              schema: %s
"""


PROBLEM = {"title": "Bad Request", "status": 400}


@pytest.mark.parametrize(
    ("documented", "schema", "body"),
    [
        ("application/json", "{type: object}", PROBLEM),
        ("application/vnd.error+json", "{required: [detail]}", PROBLEM),
        ("application/json", "{required: [errorCode], properties: {errorCode: {const: E}}}", None),
        ("application/json", "{properties: {status: {const: bad}}}", {"status": "bad"}),
        ("application/json", "{properties: {message: {type: string}}}", {"message": MALFORMED}),
        ("text/plain", "{type: string}", "Bad Request"),
    ],
)
def test_an_error_has_the_documented_form(
    serve: Serve, documented: str, schema: str, body: object
) -> None:
    """The documented media type and schema; a problem only where the schema leaves all open. Words
    of the mock go where such an error has its text.
    """
    mock = serve(DOCUMENT % (documented, schema))
    answer = mock.post("/x", content=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, documented)
    if body is PROBLEM:
        assert answer.json().items() >= PROBLEM.items()
    elif documented == "text/plain":
        assert answer.text == body
    else:
        assert answer.json() == (body or {"errorCode": "E"})


def test_an_error_that_no_one_documents_is_a_problem(serve: Serve) -> None:
    """RFC 9457, under its own media type."""
    mock = serve(DOCUMENT % ("application/json", "{type: object}"))
    answer = mock.post("/x", content=b"x", headers={"Content-Type": "text/csv"})
    expected = (415, "application/problem+json")
    assert (answer.status_code, answer.headers["content-type"]) == expected
