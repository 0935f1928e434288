"""Other documents than the bundled one: each is read and run, and nothing of the suite breaks."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.contract_tests.commands import Result, tallystick_test
from tests.contract_tests.conftest import Start
from tests.contract_tests.contracts import contract_of, documented

ORDERS = """
openapi: 3.0.3
info: { title: Orders, version: "1" }
paths:
  /orders:
    get:
      parameters:
        - { name: limit, in: query, schema: { type: integer, minimum: 1 } }
      responses:
        "200":
          description: The orders
          content:
            application/json:
              schema: { type: array, items: { $ref: "#/components/schemas/Order" } }
        "400": { description: The limit must be greater than 0 }
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema: { $ref: "#/components/schemas/NewOrder" }
      responses:
        "201":
          description: Created
          content:
            application/json: { schema: { $ref: "#/components/schemas/Order" } }
        "400":
          description: |
            Order.MissingSite - customer.site is required

            Order.InvalidSite - customer.site must be a valid absolute http(s) URL
          content:
            application/problem+json: { schema: { type: object } }
        "409": { description: The order exists already }
components:
  schemas:
    NewOrder:
      type: object
      required: [customer]
      properties:
        customer:
          type: object
          required: [site]
          properties: { site: { type: string } }
        amount: { type: integer, minimum: 1 }
    Order:
      type: object
      required: [id]
      properties: { id: { type: string, format: uuid } }
"""

ODD = """
openapi: 3.1.0
info: { title: Odd, version: "1" }
paths:
  /no-body/{id}:
    post:
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { "204": { description: Stopped }, "404": { description: There is no such thing } }
  /array:
    put:
      requestBody:
        required: true
        content:
          application/json: { schema: { type: array, items: { type: integer }, minItems: 1 } }
      responses: { "200": { description: OK }, "422": { description: Not so } }
  /optional:
    post:
      requestBody:
        content:
          application/json:
            schema: { type: object, properties: { name: { type: string } } }
      responses:
        2XX: { description: OK, content: { application/json: { schema: { type: object } } } }
        4XX: { description: Not so }
  /tree:
    post:
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/Node" } } }
      responses:
        "200":
          description: OK
          content: { application/json: { schema: { $ref: "#/components/schemas/Node" } } }
components:
  schemas:
    Node:
      type: object
      required: [value]
      properties: { value: { type: integer }, next: { $ref: "#/components/schemas/Node" } }
"""

RARE = """
openapi: 3.0.3
info: { title: Rare, version: "1" }
paths:
  /default:
    get:
      responses:
        default:
          description: Whatever
          content: { application/json: { schema: { type: object } } }
  /form:
    post:
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: { type: object, required: [name], properties: { name: { type: string } } }
      responses:
        "200": { description: OK, content: { text/plain: { schema: { type: string } } } }
  /file:
    put:
      requestBody:
        required: true
        content: { application/octet-stream: { schema: { type: string, format: binary } } }
      responses: { "204": { description: OK } }
    head:
      responses: { "200": { description: OK }, "404": { description: There is none } }
  /all/{a}/{b}:
    delete:
      parameters:
        - { name: a, in: path, required: true, schema: { type: string, format: uuid } }
        - { name: b, in: path, required: true, schema: { type: string, enum: [x, y] } }
        - { name: If-Match, in: header, required: true, schema: { type: string } }
        - { name: sid, in: cookie, required: true, schema: { type: string } }
        - { name: q, in: query, required: true, schema: { type: array, items: { type: string } } }
      responses: { "204": { description: Gone }, "412": { description: "Etag.Mismatch - changed" } }
"""


def of_document(folder: Path, text: str) -> Result:
    """`tallystick test` of a document, against its mock."""
    path = folder / "document.yaml"
    path.write_text(text, encoding="utf-8")
    return tallystick_test(folder, path, "--seed", 1)


@pytest.fixture(scope="module", autouse=True)
def runs(start: Start) -> Mapping[str, Future[Result]]:
    """A run per document."""
    return {text: start(of_document, text) for text in (ORDERS, ODD, RARE)}


@pytest.mark.parametrize("text", [ORDERS, ODD, RARE], ids=["orders", "odd", "rare"])
def test_the_suite_does_not_break(text: str, runs: Mapping[str, Future[Result]]) -> None:
    """Whatever is found, it is no mistake of the suite, and every case has a verdict."""
    run = runs[text].result()
    assert run.code in (0, 1, 3), run.err
    assert "the suite itself failed" not in run.err
    assert "Traceback" not in run.out + run.err


def test_a_query_and_a_nested_property(runs: Mapping[str, Future[Result]]) -> None:
    """Cases of a query parameter and of a property within a property are brought about; the one
    that needs a state is not.
    """
    run = runs[ORDERS].result()
    assert (run.code, run.report["findings"]) == (3, []), run.out
    assert [(case["status"], case["code"], case["verdict"]) for case in run.report["cases"]] == [
        ("200", None, "passed"),
        ("400", None, "passed"),
        ("201", None, "passed"),
        ("400", "Order.MissingSite", "passed"),
        ("400", "Order.InvalidSite", "passed"),
        ("409", None, "not_covered"),
    ]


def test_odd_documents(runs: Mapping[str, Future[Result]]) -> None:
    """No body, an array, an optional body and one that holds itself are no obstacle."""
    run = runs[ODD].result()
    assert (run.code, run.report["findings"]) == (0, []), run.out
    verdicts = {
        (case["operation"], case["status"]): case["verdict"] for case in run.report["cases"]
    }
    assert verdicts == {
        ("POST /no-body/{id}", "204"): "passed",
        ("POST /no-body/{id}", "404"): "passed",
        ("PUT /array", "200"): "passed",
        ("PUT /array", "422"): "passed",
        ("POST /optional", "2XX"): "passed",
        ("POST /optional", "4XX"): "passed",
        ("POST /tree", "200"): "passed",
    }


UNUSUAL = """
openapi: 3.2.0
info: { title: Unusual, version: 1.0 }
paths:
  /search?kind=cat:
    get:
      responses:
        200: { description: c, content: { application/json: { schema: { const: cat } } } }
  /search:
    get:
      responses:
        200: { description: a, content: { application/json: { schema: { const: all } } } }
  /nothing: { get: { summary: s } }
  /copy: { additionalOperations: { COPY: { responses: { 204: { description: done } } } } }
"""


def test_paths_with_a_query_and_methods_of_3_2(tmp_path: Path) -> None:
    """Each operation gets its own requests; one that documents no response has no case."""
    place = tmp_path / "unusual.yaml"
    place.write_text(UNUSUAL, encoding="utf-8")
    run = tallystick_test(tmp_path, place)
    verdicts = {case["operation"]: case["verdict"] for case in run.report["cases"]}
    assert (run.code, verdicts, run.report["findings"]) == (
        0,
        dict.fromkeys(("GET /search?kind=cat", "GET /search", "COPY /copy"), "passed"),
        [],
    )


def test_a_method_of_the_template_is_declared(tmp_path: Path) -> None:
    """`DELETE /animals/count` is what `DELETE /animals/{id}` declares."""
    parameters = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    paths = {
        "/animals/{id}": documented("get", "delete", parameters=parameters),
        "/animals/count": documented("get"),
    }
    contract_of(tmp_path, paths)
    run = tallystick_test(tmp_path, tmp_path / "document.json", "--seed", 1)
    assert (run.code, run.report["findings"]) == (0, []), run.out
