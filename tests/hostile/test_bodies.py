"""Bodies that are wrong in thousands of places at once."""

from __future__ import annotations

import json

import psutil
import pytest

from tests.mock_server.running import running

pytestmark = pytest.mark.whole

NAMES = [f"name{number}" for number in range(3_000)]
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Bodies", "version": "1"},
    "paths": {
        "/things": {
            "post": {
                "requestBody": {
                    "content": {"application/json": {"schema": {"required": NAMES}}},
                },
                "responses": {
                    "200": {"description": "fine"},
                    "400": {"description": "wrong"},
                },
            }
        }
    },
}
MUCH = 50 * 1024**2


def test_each_mistake_keeps_no_copy_of_the_body(tmp_path):
    """A large object that lacks thousands of members: 3,000 copies of it would be a gigabyte."""
    file = tmp_path / "document.json"
    file.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    with running(file, "--quiet") as mock:
        assert mock.client.post("/things", json={}).status_code == 400
        process = psutil.Process(mock.process.pid)
        before = process.memory_info().rss
        body = {f"other{number}": "x" * 100 for number in range(3_000)}
        answer = mock.client.post("/things", json=body)
        grown = process.memory_info().rss - before
    assert (answer.status_code, grown < MUCH) == (400, True)
