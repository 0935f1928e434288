"""Who calls: what each security scheme takes, and which answer a caller without rights gets."""

import base64
from pathlib import Path
from typing import Any

import httpx
import pytest

from mock_server.control.guard import Access
from mock_server.serve import greeting, serving
from tallystick import load_contract
from tests.mock_server.conftest import Serve, client
from tests.mock_server.documented import check_undocumented

DOCUMENT = """
openapi: 3.1.1
info: {title: Guarded, version: '1'}
security: [{bearer: []}]
paths:
  /bearer:
    get: &op
      responses:
        '200': {description: OK}
        '401': {description: Nobody}
        '403': {description: Not allowed}
  /basic: {get: {<<: *op, security: [{basic: []}]}}
  /header: {get: {<<: *op, security: [{header: []}]}}
  /query: {get: {<<: *op, security: [{query: []}]}}
  /cookie: {get: {<<: *op, security: [{cookie: []}]}}
  /oauth: {get: {<<: *op, security: [{oauth: [read]}]}}
  /openid: {get: {<<: *op, security: [{openid: []}]}}
  /digest: {get: {<<: *op, security: [{digest: []}]}}
  /and: {get: {<<: *op, security: [{bearer: [], header: []}]}}
  /or: {get: {<<: *op, security: [{bearer: []}, {header: []}]}}
  /open: {get: {<<: *op, security: []}}
  /optional: {get: {<<: *op, security: [{bearer: []}, {}]}}
  /tls: {get: {<<: *op, security: [{tls: []}]}}
  /tls-and: {get: {<<: *op, security: [{tls: [], header: []}]}}
  /unknown: {get: {<<: *op, security: [{nowhere: []}]}}
  /judged:
    post:
      parameters: [{name: n, in: query, required: true, schema: {type: integer}}]
      responses:
        '200': {description: OK}
        '400': {description: Bad}
        '401': {description: Nobody}
        '403': {description: Not allowed}
  /range: {get: {responses: {'200': {description: OK}, 4XX: {description: Client}}}}
  /default: {get: {responses: {'200': {description: OK}, default: {description: Else}}}}
  /hidden: {get: {responses: {'200': {description: OK}, '403': {description: Missing API key}}}}
  /rights: {get: {responses: {'200': {description: OK}, '403': {description: Administrators}}}}
  /nothing: {get: {responses: {'200': {description: OK}}}}
  /codes:
    get:
      responses:
        '200': {description: OK}
        '401':
          description: |
            Auth.Missing — the token is missing
            Auth.Invalid — the token is invalid
            Auth.Expired — the token has expired
components:
  securitySchemes:
    bearer: {type: http, scheme: Bearer}
    basic: {type: http, scheme: basic}
    digest: {type: http, scheme: digest}
    header: {type: apiKey, in: header, name: X-Key}
    query: {type: apiKey, in: query, name: key}
    cookie: {type: apiKey, in: cookie, name: session}
    oauth: {type: oauth2, flows: {}}
    openid: {type: openIdConnect, openIdConnectUrl: 'https://example.com/.well-known'}
    tls: {type: mutualTLS}
"""


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.fixture(scope="module")
def mocked(serve_for_all: Serve) -> httpx.Client:
    """A mock of the document."""
    return serve_for_all(DOCUMENT)


AUTH = "Authorization"


@pytest.mark.parametrize(
    ("place", "headers", "expected"),
    [
        ("/bearer", {}, 401),
        ("/bearer", {AUTH: "Bearer abc.def-1~+/="}, 200),
        ("/bearer", {AUTH: "bearer abc"}, 200),
        ("/bearer", {AUTH: "Bearer"}, 401),
        ("/bearer", {AUTH: "Bearer a b"}, 401),
        ("/bearer", {AUTH: "abc"}, 401),
        ("/bearer", {AUTH: basic("user:x")}, 401),
        ("/bearer", {AUTH: "Bearer wrong-credential"}, 401),
        ("/bearer", {AUTH: "Bearer expired-credential"}, 401),
        ("/bearer", {AUTH: "Bearer forbidden-credential"}, 403),
        ("/basic", {}, 401),
        ("/basic", {AUTH: basic("user:x")}, 200),
        ("/basic", {AUTH: basic(":")}, 200),
        ("/basic", {AUTH: basic("user")}, 401),
        ("/basic", {AUTH: "Basic user:x"}, 401),
        ("/basic", {AUTH: "Bearer x"}, 401),
        ("/basic", {AUTH: basic("user:wrong-credential")}, 401),
        ("/basic", {AUTH: basic("user:expired-credential")}, 401),
        ("/basic", {AUTH: basic("user:forbidden-credential")}, 403),
        ("/header", {}, 401),
        ("/header", {"x-key": "k"}, 200),
        ("/header", {"X-Key": ""}, 401),
        ("/header", {"X-Key": "wrong-credential"}, 401),
        ("/header", {"X-Key": "forbidden-credential"}, 403),
        ("/query", {}, 401),
        ("/query?key=k", {}, 200),
        ("/query?key=", {}, 401),
        ("/query?key=expired-credential", {}, 401),
        ("/query?key=forbidden-credential", {}, 403),
        ("/cookie", {}, 401),
        ("/cookie", {"Cookie": "a=b; session=k"}, 200),
        ("/cookie", {"Cookie": "a=b"}, 401),
        ("/cookie", {"Cookie": "session=forbidden-credential"}, 403),
        ("/oauth", {}, 401),
        ("/oauth", {AUTH: "Bearer abc"}, 200),
        ("/openid", {}, 401),
        ("/openid", {AUTH: "Bearer abc"}, 200),
        ("/digest", {}, 401),
        ("/digest", {AUTH: 'Digest username="a"'}, 200),
        ("/digest", {AUTH: "Digest"}, 401),
        ("/and", {AUTH: "Bearer abc"}, 401),
        ("/and", {"X-Key": "k"}, 401),
        ("/and", {AUTH: "Bearer abc", "X-Key": "k"}, 200),
        ("/and", {AUTH: "Bearer abc", "X-Key": "forbidden-credential"}, 403),
        ("/or", {}, 401),
        ("/or", {AUTH: "Bearer abc"}, 200),
        ("/or", {"X-Key": "k"}, 200),
        ("/or", {AUTH: "Bearer wrong-credential", "X-Key": "k"}, 200),
        ("/open", {}, 200),
        ("/optional", {}, 200),
        ("/optional", {AUTH: "Bearer wrong-credential"}, 200),
        ("/tls", {}, 200),
        ("/tls-and", {}, 401),
        ("/tls-and", {"X-Key": "k"}, 200),
        ("/unknown", {}, 200),
    ],
)
def test_schemes(mocked: httpx.Client, place: str, headers: dict[str, str], expected: int) -> None:
    """Each scheme, together and in turn; a 401 always says what would do."""
    answer = mocked.get(place, headers=headers)
    assert answer.status_code == expected
    assert answer.headers["tallystick-case"] == str(expected)
    assert ("www-authenticate" in answer.headers) == (expected != 200)


@pytest.mark.parametrize(
    ("query", "headers", "expected"),
    [
        ("", {}, 401),
        ("n=1", {}, 401),
        ("n=x", {AUTH: "Bearer wrong-credential"}, 401),
        ("n=x", {AUTH: "Bearer abc"}, 400),
        ("n=x", {AUTH: "Bearer forbidden-credential"}, 400),
        ("n=1", {AUTH: "Bearer forbidden-credential"}, 403),
        ("n=1", {AUTH: "Bearer abc"}, 200),
        ("n=x", {"Prefer": "code=403"}, 403),
        ("n=x", {"Prefer": "code=200"}, 200),
    ],
)
def test_order(mocked: httpx.Client, query: str, headers: dict[str, str], expected: int) -> None:
    """Forced cases first, then authentication, errors in the request, and permission."""
    assert mocked.post(f"/judged?{query}", headers=headers).status_code == expected


@pytest.mark.parametrize(
    ("place", "headers", "expected", "case"),
    [
        ("/range", {}, 401, "401"),
        ("/default", {}, 401, "401"),
        ("/hidden", {}, 403, "403"),
        ("/rights", {}, 401, "401"),
        ("/nothing", {}, 401, "401"),
        ("/nothing", {AUTH: "Bearer forbidden-credential"}, 403, "403"),
        ("/codes", {}, 401, "401 Auth.Missing"),
        ("/codes", {AUTH: "Bearer wrong-credential"}, 401, "401 Auth.Invalid"),
        ("/codes", {AUTH: "Bearer expired-credential"}, 401, "401 Auth.Expired"),
    ],
)
def test_documented_answers(
    mocked: httpx.Client, place: str, headers: dict[str, str], expected: int, case: str
) -> None:
    """The answer that the document has for it, or else one that it has not."""
    answer = mocked.get(place, headers=headers)
    assert answer.status_code == expected
    assert answer.headers["tallystick-case"] == case
    assert "www-authenticate" in answer.headers


@pytest.mark.parametrize(
    ("place", "headers", "challenge"),
    [
        ("/bearer", {}, 'Bearer realm="mock"'),
        ("/bearer", {AUTH: "Bearer wrong-credential"},
         'Bearer realm="mock", error="invalid_token"'),
        ("/bearer", {AUTH: "Bearer forbidden-credential"},
         'Bearer realm="mock", error="insufficient_scope"'),
        ("/basic", {}, 'Basic realm="mock", charset="UTF-8"'),
        ("/query", {}, 'ApiKey in="query", name="key"'),
        ("/or", {}, 'Bearer realm="mock", ApiKey in="header", name="X-Key"'),
    ],
)  # fmt: skip
def test_challenges(
    mocked: httpx.Client, place: str, headers: dict[str, str], challenge: str
) -> None:
    """`WWW-Authenticate` names each scheme that would do."""
    assert mocked.get(place, headers=headers).headers["www-authenticate"] == challenge


def test_a_refusal_says_what_is_wanted(mocked: httpx.Client) -> None:
    """The words name the place of the credential, and never what was sent."""
    headers = {AUTH: "Bearer a b-secret"}
    answer = mocked.get("/or", headers=headers)
    wanted = "a bearer token in the header 'Authorization'; or an API key in the header parameter"
    assert wanted in answer.headers["tallystick-error"]
    assert "b-secret" not in answer.text + str(answer.headers)
    check_undocumented(mocked.get("/nothing"), 401, "The request has no credentials")


def place_of(folder: Path) -> str:
    place = folder / "document.yaml"
    place.write_text(DOCUMENT, encoding="utf-8")
    return str(place)


def test_no_auth(tmp_path: Path) -> None:
    """Without enforcement, every request is who it says."""
    contract: Any = load_contract(place_of(tmp_path))
    with serving(contract, auth=False) as url, client(url) as mock:
        assert mock.get("/bearer").status_code == 200
        assert mock.get("/bearer", headers={AUTH: "Bearer wrong-credential"}).status_code == 200


def test_greeting(tmp_path: Path) -> None:
    """The greeting counts what the document says nothing of, and names the option."""
    contract = load_contract(place_of(tmp_path))
    line = "Without credentials, 2 operations answer a 401 that the document does not have"
    assert line in greeting(contract, "http://127.0.0.1:1", Access())
    assert "--no-auth" in greeting(contract, "http://127.0.0.1:1", Access())
    assert "--no-auth" not in greeting(contract, "http://127.0.0.1:1", Access(), auth=False)
    assert "--no-auth" not in greeting(load_contract(), "http://127.0.0.1:1", Access())


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("key=hush-1&n=2", "key=%E2%80%A6&n=2"),  # the name that the scheme gives
        ("k%65y=hush-1", "k%65y=%E2%80%A6"),
        ("key=expired-credential&access_token=hush-1", "key=%E2%80%A6&access_token=%E2%80%A6"),
        ("keyword=a&author=b", "keyword=a&author=b"),
    ],
)
def test_a_key_in_the_query_is_not_shown(mocked: httpx.Client, query: str, shown: str) -> None:
    """The explanation of an answer repeats the query, but for what may be a credential."""
    link = mocked.get(f"/query?{query}").headers["link"]
    explanation = mocked.get(link[1 : link.index(">")])
    assert "hush-1" not in explanation.text
    assert f"/query?{shown}" in explanation.json()["curl"]
