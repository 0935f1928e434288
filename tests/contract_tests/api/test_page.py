"""What docs/python-api.md shows runs, and does what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests import ContractViolationError, PlainRequest, PlainResponse, validate
from tests.end_to_end.test_readme import blocks

pytest_plugins = ["pytester"]

PAGE = Path(__file__).parents[3] / "docs" / "python-api.md"
RESPONSE, LIST, CLIENTS, SUITE, FIXTURE = blocks(PAGE, "python")

OPENAPI = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /lamps:
    get:
      responses:
        "200":
          description: The lamps
          content:
            application/json:
              schema: {type: array, items: {$ref: "#/components/schemas/Lamp"}}
  /lamps/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
    get:
      responses:
        "200":
          description: A lamp
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Lamp"}
        "404": {description: There is no such lamp}
components:
  schemas:
    Lamp:
      type: object
      required: [id, watts]
      properties:
        id: {type: string}
        watts: {type: integer}
"""
SHOP = """
from typing import Any

from fastapi import FastAPI, Response

LAMPS: dict[str, Any] = {"1": 40}
app = FastAPI(openapi_url=None)


@app.get("/lamps")
def list_lamps() -> Any:
    return [{"id": id, "watts": watts} for id, watts in LAMPS.items()]


@app.get("/lamps/{id}")
def read_lamp(id: str) -> Any:
    if id == "broken":
        return {"id": id, "watts": "40"}
    return {"id": id, "watts": LAMPS[id]} if id in LAMPS else Response(status_code=404)
"""
CONFTEST = """
import pytest

from contract_tests.api.serving import serving_app
from shop import app


@pytest.fixture
def shop_url():
    with serving_app(app) as url:
        yield url
"""


@pytest.fixture(autouse=True)
def shop(pytester: pytest.Pytester) -> None:
    """The service and the document of the page."""
    pytester.path.joinpath("openapi.yaml").write_text(OPENAPI, "utf-8")
    pytester.makepyfile(shop=SHOP)
    pytester.makeconftest(CONFTEST)
    pytester.syspathinsert()


@pytest.mark.parametrize(
    ("block", "passed"),
    [(RESPONSE, 2), (LIST, 1), (CLIENTS, 3), pytest.param(FIXTURE, 2, marks=pytest.mark.long)],
)
def test_the_test_files(pytester: pytest.Pytester, block: str, passed: int) -> None:
    """They pass as they stand."""
    path = pytester.makepyfile(test_shop=block)
    pytester.runpytest_inprocess(path).assert_outcomes(passed=passed)


def test_the_suite(pytester: pytest.Pytester) -> None:
    """It has the items that the page shows."""
    path = pytester.makepyfile(test_shop=SUITE)
    result = pytester.runpytest_inprocess(path, "-v")
    (shown,) = (block for block in blocks(PAGE, "console") if block.startswith("$ pytest"))
    lines = [line.partition(" [")[0].rstrip() for line in result.outlines if "::" in line]
    assert lines == [line for line in shown.splitlines() if "::" in line]


def test_the_error() -> None:
    """It reads as the page shows it."""
    response = PlainResponse(200, {"Content-Type": "application/json"}, b'{"id":"1","watts":"40"}')
    with pytest.raises(ContractViolationError) as raised:
        validate("openapi.yaml", PlainRequest("GET", "/lamps/1"), response)
    (shown,) = blocks(PAGE, "text")
    assert f"{raised.value}\n" == shown
