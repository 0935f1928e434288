"""`tallystick collections`, and how `tallystick mock` is started with a state or without memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tallystick.cli import cli

SHOP = Path(__file__).parents[2] / "mock_server" / "collections" / "shop.yaml"


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_collections_are_listed() -> None:
    """Each with its id, the member of the list, and the role of each operation."""
    assert invoke("collections", str(SHOP)).output.splitlines() == [
        "/shops  (id: 'id', listed in 'items')",
        "  list    GET /shops",
        "  read    GET /shops/{shopId}",
        "  create  POST /shops",
        "  replace PUT /shops/{shopId}",
        "  change  PATCH /shops/{shopId}",
        "  delete  DELETE /shops/{shopId}",
        "/shops/{shopId}/things  (id: 'id', listed in 'data')",
        "  list    GET /shops/{shopId}/things",
        "  read    GET /shops/{shopId}/things/{thingId}",
        "  create  POST /shops/{shopId}/things",
        "  delete  DELETE /shops/{shopId}/things/{thingId}",
    ]


def test_without_a_collection_nothing_is_listed() -> None:
    """The bundled contract has none."""
    assert invoke("collections").output == ""


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (None, (), "cannot be read: No such file or directory."),
        ("{", (), "is no JSON"),
        ("{}", ("--stateless",), "--state is of no use with --stateless."),
    ],
)
def test_a_state_that_cannot_be_used(
    tmp_path: Path, text: str | None, options: tuple[str, ...], message: str
) -> None:
    """Nothing is served; the message says what is wrong."""
    file = tmp_path / "state.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    result = invoke("mock", str(SHOP), "--state", str(file), *options)
    assert (result.exit_code, message in result.output) == (2, True)
