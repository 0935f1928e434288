"""What goes out, through real HTTP: media types, headers, examples, statuses, conditions."""

import httpx
import pytest

from tests.mock_server.conftest import Serve

DOCUMENT = r"""
openapi: 3.1.0
info: {title: Out, version: "1"}
paths:
  /report:
    get:
      responses:
        '200':
          description: ok
          headers:
            X-Rate: {required: true, schema: {type: integer, minimum: 5, maximum: 5}}
            ETag: {schema: {type: string}}
            X-List: {schema: {type: array, items: {type: integer}}, example: [1, 2]}
            X-Map: {schema: {type: object}, example: {a: 1, b: 2}}
            Set-Cookie: {schema: {type: array}, example: [a=1, b=2]}
            Content-Type: {schema: {type: string}, example: text/evil}
            X-Lines: {schema: {type: string}, example: "a\r\nX-Evil: 1"}
          content:
            text/csv: {example: "id\n1\n"}
            application/json: {example: [{id: 1}]}
        '304': {description: same}
        '406': {description: not so}
    put:
      responses:
        '204': {description: done, headers: {ETag: {schema: {type: string}, example: '"two"'}}}
        '412': {description: changed}
  /plain: {get: {responses: {'200': {description: ok, content: {text/plain: {example: pong}}}}}}
  /moved:
    get:
      responses:
        '302': {description: m, headers: {Location: {schema: {type: string}, example: /new}}}
  /created: {post: {responses: {'400': {description: no}, '201': {description: yes}}}}
  /default: {get: {responses: {default: {description: ok, content: {application/json: {}}}}}}
  /later: {get: {responses: {'100': {description: go on}, '202': {description: ok}}}}
  /conditional: {get: {responses: {'304': {description: same}, '303': {description: other}}}}
  /parts:
    get:
      responses:
        '200':
          description: ok
          content: {multipart/form-data: {schema: {type: object, required: [a], properties: {
            a: {const: 5}}}}}
  /text-of-parts:
    get:
      responses:
        '200':
          description: ok
          content: {multipart/mixed: {example: "--mine\r\n\r\nx\r\n--mine--"}}
  /marked: {get: {responses: {'200': {description: ok, content: {text/xml: {example: a<b}}}}}}
  /unmarked: {get: {responses: {'200': {description: ok, content: {text/xml: {schema: {
    const: a<b}}}}}}}
  /same: {get: {responses: {'304': {description: same}}}}
  /failing: {get: {responses: {'304': {description: same}, '410': {description: gone}}}}
  /range:
    get:
      responses:
        2XX: {description: ok}
        4XX:
          description: no
          content:
            application/json:
              schema: {required: [message], properties: {message: {type: string}}}
  /empty: {get: {responses: {'205': {description: ok, content: {application/json: {example: 1}}}}}}
  /cats:
    get:
      responses:
        '200':
          description: ok
          content:
            application/json:
              examples: {cat: {value: {k: cat}}, dog: {value: {k: dog, at: '2020-01-01T00:00:00Z'}}}
        '400':
          description: bad
          content:
            application/json:
              examples:
                badName: {value: {message: m1, errors: [name]}}
                owner missing: {value: {message: m3}}
        '404':
          description: gone
          content:
            application/json:
              schema: {properties: {message: {type: string}}}
              example: {message: No such cat}
  /texts:
    get:
      responses:
        '200':
          description: an example of JSON that is written as a text
          content: {application/json: {schema: {type: array}, example: '[{"id": 1}]'}}
        '201':
          description: a text, of which the schema takes texts
          content: {application/json: {schema: {type: [array, string]}, example: '[1]'}}
        '202':
          description: a text that holds no JSON
          content: {application/json: {schema: {type: array}, example: '[1'}}
        '400':
          description: an error
          content:
            application/json:
              schema: {type: object}
              examples: {bad: {value: '{"a": 1}'}}
  /links:
    get:
      responses:
        '200':
          description: ok
          content:
            application/json:
              example: {avatar_url: 'https://cdn.example.com/a.png', created_at: '2020-01-01'}
"""


@pytest.fixture
def mock(serve: Serve) -> httpx.Client:
    return serve(DOCUMENT)


@pytest.mark.parametrize(
    ("path", "headers", "status", "media_type", "body"),
    [
        ("/report", {"Accept": "*/*"}, 200, "application/json", '[{"id":1}]'),
        ("/report", {"Accept": "text/csv"}, 200, "text/csv", "id\n1\n"),
        ("/report", {"Accept": "image/png"}, 406, None, ""),
        ("/report", {"If-None-Match": '"notch-1"'}, 304, None, ""),
        ("/report", {"If-None-Match": '"a", W/"notch-1"'}, 304, None, ""),
        ("/report", {"If-None-Match": "*"}, 304, None, ""),
        ("/report", {"If-None-Match": '"other"'}, 200, "application/json", '[{"id":1}]'),
        ("/plain", {}, 200, "text/plain", "pong"),
        ("/plain", {"Accept": "image/png"}, 200, "text/plain", "pong"),
        ("/default", {}, 200, "application/json", "{}"),
        ("/later", {}, 202, None, ""),
        ("/conditional", {}, 303, None, ""),
        (
            "/parts",
            {},
            200,
            "multipart/form-data; boundary=tally-stick",
            '--tally-stick\r\nContent-Disposition: form-data; name="a"\r\n'
            "Content-Type: text/plain\r\n\r\n5\r\n--tally-stick--\r\n",
        ),
        (
            "/text-of-parts",
            {},
            200,
            "multipart/mixed; boundary=mine",
            "--mine\r\n\r\nx\r\n--mine--",
        ),
        ("/marked", {}, 200, "text/xml", "a<b"),
        (
            "/unmarked",
            {},
            200,
            "text/xml",
            '<?xml version="1.0" encoding="UTF-8"?>\n<root>a&lt;b</root>',
        ),
        ("/same", {}, 200, None, ""),
        ("/failing", {}, 410, None, ""),
        ("/empty", {}, 205, None, ""),
        ("/range", {"Prefer": "code=404"}, 404, "application/json", '{"message":"no"}'),
        ("/range", {"Prefer": "code=418"}, 418, "application/json", '{"message":"no"}'),
        ("/default", {"Prefer": "code=503"}, 503, "application/json", None),
        ("/cats", {"Prefer": "example=cat"}, 200, "application/json", '{"k":"cat"}'),
        ("/texts", {}, 200, "application/json", '[{"id":1}]'),
        ("/texts", {"Prefer": "code=201"}, 201, "application/json", '"[1]"'),
        ("/texts", {"Prefer": "code=202"}, 202, "application/json", '"[1"'),
        ("/texts", {"Prefer": "code=400"}, 400, "application/json", '{"a":1}'),
        ("/texts", {"Prefer": "example=bad"}, 400, "application/json", '{"a":1}'),
        (
            "/cats",
            {"Prefer": "example=dog"},
            200,
            "application/json",
            '{"k":"dog","at":"2020-01-01T00:00:00Z"}',
        ),
        (
            "/cats",
            {"Prefer": "example=badName"},
            400,
            "application/json",
            '{"message":"m1","errors":["name"]}',
        ),
        (
            "/cats",
            {"Prefer": 'example="owner missing"'},
            400,
            "application/json",
            '{"message":"m3"}',
        ),
        ("/~case/owner%20missing/cats", {}, 400, "application/json", '{"message":"m3"}'),
        ("/cats", {"Prefer": "code=404"}, 404, "application/json", '{"message":"No such cat"}'),
        (
            "/links",
            {},
            200,
            "application/json",
            '{"avatar_url":"https://cdn.example.com/a.png","created_at":"2020-01-01"}',
        ),
    ],
)
def test_answers(
    mock: httpx.Client,
    path: str,
    headers: dict[str, str],
    status: int,
    media_type: str | None,
    body: str | None,
) -> None:
    """What the document says, word for word."""
    answer = mock.get(path, headers={"Accept": "*/*"} | headers)
    assert (answer.status_code, answer.headers.get("content-type")) == (status, media_type)
    assert body is None or answer.text == body


def test_documented_headers(mock: httpx.Client) -> None:
    """Required or not, from example or schema, in style `simple`; none of them ends a line."""
    headers = mock.get("/report").headers
    wanted = {"x-rate": "5", "etag": '"notch-1"', "x-list": "1,2", "x-map": "a,1,b,2"}
    assert {name: headers[name] for name in wanted} == wanted
    assert headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert (headers["content-type"], headers["x-lines"]) == ("application/json", "aX-Evil: 1")
    assert "x-evil" not in headers


def test_a_browser_app_may_read_them(mock: httpx.Client) -> None:
    """Fetch standard, section 3.2.3: what is not exposed is hidden from scripts."""
    headers = mock.get("/report", headers={"Origin": "http://app.example.com"}).headers
    exposed = {name.strip().lower() for name in headers["access-control-expose-headers"].split(",")}
    assert exposed >= {"x-rate", "etag", "x-list", "tallystick-case"}
    assert "set-cookie" not in exposed


@pytest.mark.parametrize(
    ("tag", "status"), [('"two"', 204), ('"one", "two"', 204), ("*", 204), ('"one"', 412)]
)
def test_a_change_on_a_condition(mock: httpx.Client, tag: str, status: int) -> None:
    """RFC 9110 section 13.1.1."""
    assert mock.put("/report", headers={"If-Match": tag}).status_code == status


def test_the_first_success_is_the_answer(mock: httpx.Client) -> None:
    """Wherever it stands in the document."""
    assert mock.post("/created").status_code == 201


def test_a_redirect_says_where_to(mock: httpx.Client) -> None:
    """A documented header need not be required to be sent."""
    answer = mock.get("/moved")
    assert (answer.status_code, answer.headers["location"]) == (302, "/new")


def test_nothing_acceptable_is_noted(mock: httpx.Client) -> None:
    """The journal says so where the document has no 406."""
    mock.get("/plain", headers={"Accept": "image/png"})
    (entry,) = mock.get("/_tallystick/requests").json()
    assert entry["reason"] == "success, though nothing of it is acceptable"


def test_an_unknown_example_is_refused(mock: httpx.Client) -> None:
    """With those that there are."""
    answer = mock.get("/cats", headers={"Prefer": "example=cow"})
    assert answer.status_code == 400
    assert "cat, dog, badName, owner missing" in answer.text


def test_an_interim_response_is_no_answer(mock):
    """A client that gets a 100 waits for another response (RFC 9110 section 15.2)."""
    answer = mock.get("/later", headers={"Prefer": "code=100"})
    assert (answer.status_code, "A client that gets it waits for another" in answer.text) == (
        501,
        True,
    )
