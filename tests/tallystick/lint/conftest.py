"""What lint says of a text, in short: for tests that spell it out by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tallystick import load_contract
from tallystick.lint import lint
from tallystick.reader.diagnostics import Diagnostic

HEAD = "openapi: 3.1.1\ninfo: {title: t, version: '1'}\n"
"""Two lines, so that what a test adds starts on line 3."""

Lint = Callable[..., list[Diagnostic]]


@pytest.fixture
def linted(tmp_path: Path) -> Lint:
    """A function that gives the diagnostics of one name for a text, with overlays."""

    def of(name: str, text: str, *overlays: str, head: str = HEAD) -> list[Diagnostic]:
        place = tmp_path / "d.yaml"
        place.write_text(head + text, "utf-8")
        contract = load_contract(str(place), overlays=overlays)
        return [diagnostic for diagnostic in lint(contract) if diagnostic.name == name]

    return of


def short(diagnostics: list[Diagnostic]) -> list[tuple[int | None, str, str]]:
    """The line, pointer and message of each."""
    return [(d.source.line, d.source.pointer, d.message) for d in diagnostics if d.source]
