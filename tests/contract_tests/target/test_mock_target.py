"""The mock as a target: the credentials that its document asks for."""

from pathlib import Path

from contract_tests.target.credentials import value_of
from contract_tests.target.target import mock_target
from tallystick import load_contract
from tallystick.reader.operations import security_schemes

GUARDED = """
openapi: 3.1.1
info: {title: Guarded, version: '1'}
security: [{bearer: [], header: []}]
paths:
  /a: {get: {responses: {'200': {description: OK}}}}
  /b: {get: {security: [{query: []}, {cookie: []}], responses: {'200': {description: OK}}}}
  /c: {get: {security: [{cookie: []}], responses: {'200': {description: OK}}}}
  /d: {get: {security: [{}, {other: []}], responses: {'200': {description: OK}}}}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
    header: {type: apiKey, in: header, name: X-Key}
    query: {type: apiKey, in: query, name: key}
    cookie: {type: apiKey, in: cookie, name: session}
    other: {type: apiKey, in: header, name: X-Other}
"""


def test_credentials(tmp_path: Path) -> None:
    """What any operation needs, and nothing where nothing is needed."""
    place = tmp_path / "document.yaml"
    place.write_text(GUARDED, encoding="utf-8")
    contract = load_contract(str(place))
    target = mock_target("http://127.0.0.1:1", contract)
    schemes = {scheme.name: scheme for scheme in security_schemes(contract.document)}
    sent = {name: value_of(schemes[name], own) for name, own in target.credentials.items()}
    assert sent == {
        "bearer": "Bearer right-credential",
        **dict.fromkeys(("header", "query", "cookie"), "right-credential"),
    }


def test_the_bundled_contract_needs_none() -> None:
    """Its requirement asks for nothing."""
    target = mock_target("http://127.0.0.1:1", load_contract())
    assert (target.headers, target.parameters, target.credentials) == ({}, {}, {})
