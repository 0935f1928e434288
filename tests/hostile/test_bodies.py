"""Bodies that are wrong in thousands of places at once, or in thousands of ways."""

from __future__ import annotations

import json

import psutil
import pytest

from tests.mock_server.running import running

pytestmark = pytest.mark.whole

NAMES = [f"name{number}" for number in range(3_000)]
TREE = {"$ref": "#/components/schemas/Tree"}
LIST = {"type": "array", "minItems": 1, "items": TREE}
SCHEMAS = {
    "/things": {"required": NAMES},
    "/trees": TREE,
    "/choices": {"anyOf": [{"required": NAMES}, {"required": NAMES[1:]}]},
}


def operation(schema: object) -> dict[str, object]:
    """Takes what has a schema."""
    responses = {"200": {"description": "fine"}, "400": {"description": "wrong"}}
    content = {"application/json": {"schema": schema}}
    return {"post": {"requestBody": {"content": content}, "responses": responses}}


DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Bodies", "version": "1"},
    "paths": {path: operation(schema) for path, schema in SCHEMAS.items()},
    "components": {"schemas": {"Tree": {"anyOf": [LIST, {**LIST, "maxItems": 9}]}}},
}
LARGE = {f"other{number}": "x" * 100 for number in range(3_000)}
DEEP = "[" * 20 + "]" * 20
ATTACKS = {
    # 3,000 copies of it would be a gigabyte.
    "members that are missing": ("/things", json.dumps(LARGE)),
    "members that are missing in a choice": ("/choices", json.dumps(LARGE)),
    # Two ways to be wrong at each level: a million ways, which took 16 gigabytes.
    "two ways at each level": ("/trees", DEEP),
}
MUCH = 50 * 1024**2


@pytest.fixture(scope="module")
def mock(tmp_path_factory):
    """A mock of the document."""
    file = tmp_path_factory.mktemp("bodies") / "document.json"
    file.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    with running(file, "--quiet") as started:
        for path in SCHEMAS:
            assert started.client.post(path, json={}).status_code == 400
        yield started


@pytest.mark.parametrize(("path", "body"), ATTACKS.values(), ids=ATTACKS)
def test_a_refusal_takes_no_more_than_the_body(mock, path, body):
    """However many mistakes there are to describe."""
    process = psutil.Process(mock.process.pid)
    before = process.memory_info().rss
    headers = {"content-type": "application/json"}
    answer = mock.client.post(path, content=body, headers=headers)
    grown = process.memory_info().rss - before
    assert (answer.status_code, grown < MUCH) == (400, True)
