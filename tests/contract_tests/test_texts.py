"""Bodies that are no JSON: a text is held to its schema, and a guarded mock to its own list."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract_tests.commands import tallystick_test
from tests.contract_tests.requests.test_testability import answering, run

KENNEL = """
openapi: 3.0.3
info: {title: Kennel, version: '1'}
components: {securitySchemes: {c: {type: apiKey, in: cookie, name: pass}}}
paths:
  /dog:
    put:
      security: [{c: []}]
      requestBody: {content: {text/plain: {schema: {type: string, maxLength: 20}}}}
      responses: {'201': {description: Born}, default: {description: Bad}}
"""


def test_the_mock_knows_wrong_credentials(tmp_path: Path) -> None:
    """The suite sends one that the mock lists."""
    (tmp_path / "kennel.yaml").write_text(KENNEL, encoding="utf-8")
    result = tallystick_test(tmp_path, tmp_path / "kennel.yaml", "--seed", 1)
    assert (result.code, result.report["findings"]) == (0, []), result.out


@pytest.mark.parametrize(("longest", "code"), [(9, 0), (2, 1)])
def test_a_text_is_held_to_its_schema(tmp_path: Path, longest: int, code: int) -> None:
    """As the string that it is."""
    content = {"text/plain": {"schema": {"type": "string", "maxLength": longest}}}
    paths = {"/a": {"get": {"responses": {"200": {"description": "A", "content": content}}}}}
    with answering({"/a": (200, b"abc")}, (404, b""), "text/plain") as url:
        assert run(tmp_path, url, paths)[0] == code
