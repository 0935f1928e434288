"""Which operation a request belongs to, and with which parameters: rows written by hand."""

from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from starlette.types import Scope

from mock_server.control.guard import Access
from mock_server.requests.request import RAW_PATH
from mock_server.requests.routing.routes import Routes
from mock_server.serve import greeting
from tallystick import Contract, load_contract
from tests.mock_server.conftest import Serve
from tests.mock_server.documented import check_undocumented

DOCUMENT = """
openapi: 3.2.0
info: {title: Routes, version: '1'}
servers:
  - url: https://api.example.com/v1
  - url: /{stage}/{version}
    variables:
      stage: {enum: [live, test], default: live}
      version: {default: v2}
paths:
  /users/{id}: {get: &op {responses: {'200': {description: OK}}}, delete: *op}
  /users/me: {get: *op}
  /users/{id}/notes/{note}: {get: *op}
  /users/me/notes/{note}: {get: *op}
  /users/{id}/notes/last: {get: *op}
  /jobs/{id}: {get: *op}
  /jobs/{id}:cancel: {post: *op, get: *op}
  /export/{name}.{format}: {get: *op}
  /range/{from}..{to}: {get: *op}
  /files/{path}: {get: *op}
  /files/{path}/{user-id}: {get: *op}
  /zürich/{straße}: {get: *op}
  /odd(id={id}): {get: *op}
  /only:
    servers: [{url: 'http://localhost:8080/only-base/'}]
    get: *op
    post: {servers: [{url: ./relative}], responses: {'200': {description: OK}}}
  /region:
    get: *op
    servers:
      - url: '{scheme}://{host}/{region}/'
        variables: &variables
          scheme: {default: https}
          host: {default: x.example}
          region: {default: default}
          base: {default: a/b}
      - {url: 'https://x.example/{base}', variables: *variables}
      - {url: 'https://x.example/v{region}?x={host}', variables: *variables}
  /head: {get: *op, head: {responses: {'204': {description: Head}}}}
  /options: {options: {responses: {'200': {description: Options}}}, get: *op}
  /search: {query: *op, additionalOperations: {COPY: *op}}
  /find?kind=cat: {get: *op}
  /find?kind=dog&age=1: {get: *op}
  /found: {get: *op}
  /found?kind=cat: {get: *op}
"""


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """The document, read."""
    place: Path = tmp_path_factory.mktemp("routes") / "document.yaml"
    place.write_text(DOCUMENT, encoding="utf-8")
    return load_contract(str(place))


@pytest.fixture(scope="module")
def routes(contract: Contract) -> Routes:
    """The routes of the document."""
    return Routes(contract)


def scope_of(method: str, target: str) -> Scope:
    path, _, query = target.partition("?")
    raw = path.encode("ascii")
    return {
        "method": method,
        "path": unquote(path),
        "raw_path": raw,
        "query_string": query.encode(),
    }


NONE: dict[str, str] = {}


@pytest.mark.parametrize(
    ("method", "target", "name", "parameters"),
    [
        ("GET", "/users/me", "GET /users/me", NONE),
        ("GET", "/users/7", "GET /users/{id}", {"id": "7"}),
        ("GET", "/users/m%65", "GET /users/me", NONE),
        ("DELETE", "/users/me", "DELETE /users/{id}", {"id": "me"}),
        ("GET", "/users/me/notes/1", "GET /users/me/notes/{note}", {"note": "1"}),
        ("GET", "/users/me/notes/last", "GET /users/me/notes/{note}", {"note": "last"}),
        ("GET", "/users/7/notes/last", "GET /users/{id}/notes/last", {"id": "7"}),
        ("GET", "/users/7/notes/1", "GET /users/{id}/notes/{note}", {"id": "7", "note": "1"}),
        ("POST", "/jobs/7:cancel", "POST /jobs/{id}:cancel", {"id": "7"}),
        ("GET", "/jobs/7:cancel", "GET /jobs/{id}:cancel", {"id": "7"}),
        ("GET", "/jobs/7%3Acancel", "GET /jobs/{id}:cancel", {"id": "7"}),
        ("GET", "/jobs/7", "GET /jobs/{id}", {"id": "7"}),
        ("GET", "/export/a.csv", "GET /export/{name}.{format}", {"name": "a", "format": "csv"}),
        ("GET", "/export/a.b.c", "GET /export/{name}.{format}", {"name": "a.b", "format": "c"}),
        ("GET", "/range/1..5", "GET /range/{from}..{to}", {"from": "1", "to": "5"}),
        ("GET", "/files/a%2Fb", "GET /files/{path}", {"path": "a/b"}),
        ("GET", "/files/a%2fb%2fc", "GET /files/{path}", {"path": "a/b/c"}),
        ("GET", "/files/a%252Fb", "GET /files/{path}", {"path": "a%2Fb"}),
        ("GET", "/files/%25", "GET /files/{path}", {"path": "%"}),
        ("GET", "/files/a%3Fb%23c", "GET /files/{path}", {"path": "a?b#c"}),
        ("GET", "/files/a+b%20c", "GET /files/{path}", {"path": "a+b c"}),
        ("GET", "/files/a/5", "GET /files/{path}/{user-id}", {"_0": "a", "_1": "5"}),
        ("GET", "/z%C3%BCrich/x%C3%9F", "GET /zürich/{straße}", {"_0": "xß"}),
        ("GET", "/odd(id=5)", "GET /odd(id={id})", {"id": "5"}),
        ("GET", "/odd%28id%3D5%29", "GET /odd(id={id})", {"id": "5"}),
        # Base paths, beside the bare path.
        ("GET", "/v1/users/me", "GET /users/me", NONE),
        ("GET", "/v1/users/a%2Fb", "GET /users/{id}", {"id": "a/b"}),
        ("GET", "/live/v2/users/7", "GET /users/{id}", {"id": "7"}),
        ("GET", "/test/v2/users/7", "GET /users/{id}", {"id": "7"}),
        ("GET", "/live/v9/users/7", "GET /users/{id}", {"id": "7"}),
        ("GET", "/live/v9/users/a%2Fb", "GET /users/{id}", {"id": "a/b"}),
        ("GET", "/files/live/v9", "GET /files/{path}/{user-id}", {"_0": "live", "_1": "v9"}),
        ("GET", "/eu/region", "GET /region", NONE),
        ("GET", "/default/region", "GET /region", NONE),
        ("GET", "/region", "GET /region", NONE),
        ("GET", "/vdefault/region", "GET /region", NONE),
        ("GET", "/v5/region", "GET /region", NONE),
        ("GET", "/a/b/region", "GET /region", NONE),
        ("GET", "/only", "GET /only", NONE),
        ("GET", "/only-base/only", "GET /only", NONE),
        ("POST", "/relative/only", "POST /only", NONE),
        # Methods.
        ("HEAD", "/users/me", "GET /users/me", NONE),
        ("HEAD", "/head", "HEAD /head", NONE),
        ("OPTIONS", "/options", "OPTIONS /options", NONE),
        ("QUERY", "/search", "QUERY /search", NONE),
        ("COPY", "/search", "COPY /search", NONE),
        # Paths with a query.
        ("GET", "/find?kind=cat", "GET /find?kind=cat", NONE),
        ("GET", "/find?x=1&kind=cat", "GET /find?kind=cat", NONE),
        ("GET", "/find?kind=dog&age=1", "GET /find?kind=dog&age=1", NONE),
        ("GET", "/found?kind=cat", "GET /found?kind=cat", NONE),
        ("GET", "/found?kind=dog", "GET /found", NONE),
        ("GET", "/found", "GET /found", NONE),
    ],
)
def test_found(
    routes: Routes, contract: Contract, method: str, target: str, name: str, parameters: object
) -> None:
    """The operation of a request, and its path parameters, decoded."""
    scope = scope_of(method, target)
    found = routes.find(scope)
    assert found is not None
    index = int(found.operation_id.removeprefix("operation_"))
    assert contract.operations[index].name == name
    assert scope["path_params"] == parameters


PLAIN = """
openapi: 3.1.1
info: {title: Plain, version: '1'}
paths:
  /users/{id}: {get: &op {responses: {'200': {description: OK}}}, delete: *op}
  /users/me: {get: *op}
  /export/{name}.{format}: {get: *op}
"""


@pytest.mark.parametrize(
    ("method", "target", "name", "parameters"),
    [
        ("GET", "/users/me", "GET /users/me", NONE),
        ("HEAD", "/users/me", "GET /users/me", NONE),
        ("DELETE", "/users/me", "DELETE /users/{id}", {"id": "me"}),
        ("GET", "/users/7", "GET /users/{id}", {"id": "7"}),
        ("GET", "/users/a%2Fb", "GET /users/{id}", {"id": "a/b"}),
        ("GET", "/export/a.csv", "GET /export/{name}.{format}", {"name": "a", "format": "csv"}),
        ("POST", "/users/me", None, None),
        ("GET", "/nowhere", None, None),
    ],
)
def test_found_where_method_and_path_decide(
    tmp_path: Path, method: str, target: str, name: str | None, parameters: object
) -> None:
    """Without base paths and queries in the document, a request is looked up at once; twice the
    same.
    """
    (tmp_path / "plain.yaml").write_text(PLAIN, encoding="utf-8")
    contract = load_contract(str(tmp_path / "plain.yaml"))
    routes = Routes(contract)
    for _ in range(2):
        scope = scope_of(method, target)
        found = routes.find(scope)
        if name is None:
            assert found is None
            continue
        assert found is not None
        index = int(found.operation_id.removeprefix("operation_"))
        assert (contract.operations[index].name, scope["path_params"]) == (name, parameters)


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/nowhere"),
        ("GET", "/users"),
        ("GET", "/users/"),
        ("GET", "/users%2F7"),
        ("GET", "/v3/users/me"),
        ("GET", "/v1users/me"),
        ("GET", "/dead/v2/users/me"),
        ("GET", "/live/users/me"),
        ("GET", "/v1/only"),
        ("POST", "/only-base/only"),
        ("GET", "/a/c/region"),
        ("GET", "//region"),
        ("GET", "/region/region/region"),
        ("GET", "/relative/only"),
        ("PUT", "/users/me"),
        ("GET", "/find"),
        ("GET", "/find?kind=dog"),
        ("POST", "/search"),
    ],
)
def test_not_found(routes: Routes, method: str, target: str) -> None:
    """What belongs to no operation."""
    assert routes.find(scope_of(method, target)) is None


def test_raw_parameters(routes: Routes) -> None:
    """An encoded delimiter stays encoded for those who look for delimiters."""
    scope = scope_of("GET", "/files/a%2Cb,c%20d")
    assert routes.find(scope) is not None
    assert scope[RAW_PATH] == {"path": "a%2Cb,c d"}
    assert scope["path_params"] == {"path": "a,b,c d"}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/users/me", {"GET", "HEAD", "DELETE", "OPTIONS"}),
        ("/v1/search", {"QUERY", "COPY", "OPTIONS"}),
        ("/test/v9/search", {"QUERY", "COPY", "OPTIONS"}),
        ("/eu/region", {"GET", "HEAD", "OPTIONS"}),
        ("/only-base/only", {"GET", "HEAD", "OPTIONS"}),
        ("/nowhere", set()),
    ],
)
def test_methods(routes: Routes, target: str, expected: set[str]) -> None:
    """The methods of a path, by whichever address."""
    assert routes.methods(scope_of("GET", target)) == expected


def test_greeting(contract: Contract) -> None:
    """The greeting names the base paths in one line."""
    shown = greeting(contract, "http://127.0.0.1:1", Access())
    bases = "/a/b, /default, /live/v2, /live/{version}, /only-base …"
    assert f"below the documented servers' base paths: {bases}" in shown
    assert "base paths" not in greeting(load_contract(), "http://127.0.0.1:1", Access())


# --- over HTTP


@pytest.fixture(scope="module")
def mocked(serve_for_all: Serve) -> httpx.Client:
    """A mock of the document."""
    return serve_for_all(DOCUMENT)


@pytest.mark.parametrize(
    ("method", "target", "expected"),
    [
        ("GET", "/users/me", 200),
        ("GET", "/files/a%2Fb", 200),
        ("GET", "/v1/users/7", 200),
        ("HEAD", "/head", 204),
        ("GET", "/head", 200),
        ("OPTIONS", "/options", 200),
        ("OPTIONS", "/head", 204),
        ("COPY", "/search", 200),
        ("GET", "/find?kind=cat", 200),
        ("GET", "/find?kind=cow", 404),
        ("DELETE", "/head", 405),
    ],
)
def test_over_http(mocked: httpx.Client, method: str, target: str, expected: int) -> None:
    """The same through a server."""
    assert mocked.request(method, target).status_code == expected


def test_no_such_query(mocked: httpx.Client) -> None:
    """A path that needs a query says so."""
    check_undocumented(mocked.get("/find"), 404, "with such a query")


def test_preflight_of_a_documented_options(mocked: httpx.Client) -> None:
    """A CORS preflight is answered as such even where OPTIONS is documented."""
    headers = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "GET"}
    answer = mocked.options("/options", headers=headers)
    assert answer.status_code == 204
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert mocked.options("/options").status_code == 200
