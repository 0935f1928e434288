"""The media type of errors that the document has no case for."""

import pytest

from tests.mock_server.conftest import Serve

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


@pytest.mark.parametrize(
    ("documented", "schema", "expected"),
    [
        ("application/json", "{type: object}", "application/json"),
        ("application/vnd.error+json", "{required: [detail]}", "application/vnd.error+json"),
        ("application/json", "{required: [errorCode]}", "application/problem+json"),
        ("application/json", "{properties: {status: {type: string}}}", "application/problem+json"),
        ("text/plain", "{type: string}", "application/problem+json"),
    ],
)
def test_the_media_type_of_an_error(
    serve: Serve, documented: str, schema: str, expected: str
) -> None:
    """The documented media type, if its schema takes a problem; else that of problems."""
    mock = serve(DOCUMENT % (documented, schema))
    answer = mock.post("/x", content=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, expected)
    assert answer.json()["status"] == 400
