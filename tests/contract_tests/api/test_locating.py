"""Which operation a request was sent to."""

from __future__ import annotations

import pytest

from contract_tests.api.locating import UnknownOperationError, operation_of
from tallystick.contract import Contract, load_contract

PATHS = """\
openapi: 3.1.0
info: {title: Paths, version: "1"}
servers:
  - url: https://a.test/v1
  - url: https://a.test/{tenant}/v2
    variables: {tenant: {default: t}}
paths:
  /{kind}/new: {get: &get {responses: {"200": {description: Good}}}}
  /lamps/{id}: {get: *get, put: *get}
  /lamps/new: {post: *get}
  /lamps/{id}.json: {get: *get}
  /lamps/{id}/parts/{part}: {get: *get}
  /a b/é: {get: *get}
  /:
    get: *get
  /own:
    servers: [{url: /other}]
    get: *get
"""


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    path = tmp_path_factory.mktemp("paths") / "paths.yaml"
    path.write_text(PATHS, "utf-8")
    return load_contract(str(path))


@pytest.mark.parametrize(
    ("method", "url", "expected"),
    [
        ("GET", "/lamps/1", "GET /lamps/{id}"),
        ("PUT", "/lamps/1", "PUT /lamps/{id}"),
        ("GET", "http://testserver/lamps/1?a=/b", "GET /lamps/{id}"),
        ("GET", "https://a.test/v1/lamps/1", "GET /lamps/{id}"),
        ("GET", "/someone/v2/lamps/1", "GET /lamps/{id}"),
        ("GET", "/lamps/1.json", "GET /lamps/{id}.json"),
        ("POST", "/lamps/new", "POST /lamps/new"),
        ("GET", "/lamps/new", "GET /lamps/{id}"),
        ("GET", "/shades/new", "GET /{kind}/new"),
        ("GET", "/lamps/1/parts/2", "GET /lamps/{id}/parts/{part}"),
        ("GET", "/lamps/a%2Fb", "GET /lamps/{id}"),
        ("GET", "/lamps/a%20b", "GET /lamps/{id}"),
        ("GET", "/a%20b/%C3%A9", "GET /a b/é"),
        ("GET", "http://testserver", "GET /"),
        ("GET", "/v1/", "GET /"),
        ("GET", "/other/own", "GET /own"),
        ("GET", "/own", "GET /own"),
    ],
)
def test_operation(contract: Contract, method: str, url: str, expected: str) -> None:
    assert operation_of(contract, method, url).name == expected


@pytest.mark.parametrize(
    ("method", "url", "hint"),
    [
        ("DELETE", "/lamps/1", "It has GET /lamps/{id}, PUT /lamps/{id}."),
        ("HEAD", "/lamps/1", "It has GET /lamps/{id}, PUT /lamps/{id}."),
        ("GET", "/lamps/", "It has POST /lamps/new."),
        ("GET", "/api/v3/lamps/1", 'If all paths begin with /api/v3, say so: base_path="/api/v3".'),
        ("GET", "/v1/own", "If all paths begin with /v1, say so: "),
        ("GET", "/own/", "It has GET /own."),
    ],
)
def test_no_operation(contract: Contract, method: str, url: str, hint: str) -> None:
    """The error names what may have been meant."""
    with pytest.raises(UnknownOperationError) as raised:
        operation_of(contract, method, url)
    assert f"has no operation {method} {url}. {hint}" in str(raised.value)


def test_a_given_base_path(contract: Contract) -> None:
    """It holds, and no other."""
    assert operation_of(contract, "GET", "/api/lamps/1", "/api").name == "GET /lamps/{id}"
    for other in ("/lamps/1", "/v1/lamps/1"):
        with pytest.raises(UnknownOperationError):
            operation_of(contract, "GET", other, "/api")
