"""Swagger UI shows the real document, with nothing from other servers."""

import re
from urllib.parse import urljoin

import httpx
import pytest

from tests.mock_server.conftest import Serve

DOCS = "/_tallystick/docs"


def test_page(mock: httpx.Client) -> None:
    """The page is HTML with the document's title."""
    page = mock.get(DOCS)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "<title>Dolfin API" in page.text


def test_page_needs_no_other_server(mock: httpx.Client) -> None:
    """All that the page loads is there, on the mock itself."""
    page = mock.get(DOCS).text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(addresses) >= 3
    for address in addresses:
        assert "//" not in address
        loaded = mock.get(urljoin(DOCS, address))
        assert loaded.status_code == 200
        kind = r"text/(css|javascript)|image/svg\+xml"
        assert re.match(kind, loaded.headers["content-type"])


def test_start_script_names_the_document(mock: httpx.Client) -> None:
    """The script that starts it points to the document that the mock serves."""
    script = mock.get("/_tallystick/static/docs.js").text
    address = re.search(r'url: "([^"]+)"', script)
    assert address is not None
    assert mock.get(urljoin(DOCS, address[1])).json()["openapi"] == "3.1.1"


def test_bundle_knows_3_1(mock: httpx.Client) -> None:
    """Swagger UI is version 5 or later; earlier ones show no OpenAPI 3.1."""
    bundle = mock.get(f"{DOCS}/assets/swagger-ui-bundle.js").text
    assert "openapi_3_1" in bundle or "OpenAPI 3.1" in bundle or "oas31" in bundle.lower()


def test_document(mock: httpx.Client) -> None:
    """The document is the vendor's 3.1 document with its overlay, not what Connexion routes by."""
    document = mock.get("/_tallystick/openapi.json").json()
    assert document["openapi"] == "3.1.1"
    assert document["info"]["title"] == "Dolfin API"
    assert list(document["paths"]) == ["/organisations/{id}/payment-account/link"]
    status = document["components"]["schemas"]["ProblemDetails"]["properties"]["status"]
    assert status["type"] == ["null", "integer", "string"]
    responses = document["paths"]["/organisations/{id}/payment-account/link"]["post"]["responses"]
    assert list(responses) == ["200", "400", "403", "404", "409", "502"]
    assert list(document["components"]["securitySchemes"]) == ["apiKey", "bearer"]


@pytest.mark.parametrize(
    "name", ["nothing.js", "../__init__.py", "..%2F__init__.py", "%2e%2e/__init__.py", "/etc/hosts"]
)
def test_other_files_stay_hidden(mock: httpx.Client, name: str) -> None:
    """No other file can be had through the page's assets."""
    assert mock.get(f"{DOCS}/assets/{name}").status_code == 404


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", 'a" onload="x', "{{ 7*7 }}"])
def test_title_is_only_text(serve: Serve, title: str) -> None:
    """A document's title cannot put anything into the page."""
    mock = serve(
        "openapi: 3.1.1\n"
        f"info: {{title: '{title}', version: '1'}}\n"
        "paths: {/x: {get: {responses: {'200': {description: OK}}}}}\n"
    )
    for page in (mock.get(DOCS).text, mock.get("/_tallystick/").text):
        assert "<script>alert" not in page
        assert 'a" onload' not in page
        assert "{{" in page or "{{" not in title


def test_trying_an_operation_out_goes_to_the_mock_first(mock_url: str) -> None:
    """The first server of the shown document is the mock; the vendor's own comes after it."""
    servers = httpx.get(f"{mock_url}/_tallystick/openapi.json").json()["servers"]
    assert [server["url"] for server in servers] == ["/", "https://api.dolfinai.co"]


TAGGED = """
openapi: 3.1.1
info: {title: Tagged, version: '1'}
tags: [{name: empty}, {name: used, description: It is}]
paths:
  /x: {get: {tags: [used, undeclared], responses: {'200': {description: OK}}}}
"""


def test_empty_tags_are_left_out(serve: Serve) -> None:
    """Swagger UI lists the tags that operations have; the document itself keeps all."""
    mock = serve(TAGGED)
    shown = mock.get(f"{DOCS}/openapi.json").json()
    assert shown["tags"] == [{"name": "used", "description": "It is"}]
    assert len(mock.get("/_tallystick/openapi.json").json()["tags"]) == 2


SHARED = """
openapi: 3.1.0
info: { title: Lamps, version: "1" }
paths:
  /lamps/{id}:
    parameters: [{ $ref: '#/components/parameters/Id' }]
    get:
      parameters: [{ name: watts, in: query, schema: { type: integer } }]
      responses: { "200": { description: It is on } }
    delete:
      responses: { "204": { description: It is gone } }
components:
  parameters:
    Id: { name: id, in: path, required: true, schema: { type: integer } }
"""


def test_parameters_of_a_path_stand_at_its_operations(serve: Serve) -> None:
    """Swagger UI follows no reference beside the operations, and calls such a parameter "any"."""
    item = serve(SHARED).get(f"{DOCS}/openapi.json").json()["paths"]["/lamps/{id}"]
    reference = {"$ref": "#/components/parameters/Id"}
    watts = {"name": "watts", "in": "query", "schema": {"type": "integer"}}
    assert set(item) == {"get", "delete"}
    assert item["get"]["parameters"] == [reference, watts]
    assert item["delete"]["parameters"] == [reference]
