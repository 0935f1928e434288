"""The bundled contract: the document in `openapi/` that has an overlay of its name beside it."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parents[2]
_FOLDERS = (_PACKAGE / "openapi", _PACKAGE.parent / "openapi")
"""Where a wheel holds it, and where a checkout does."""


def document() -> str:
    """The path of the bundled document."""
    return str(_overlay()).removesuffix(".overlay.yaml") + ".yaml"


def overlays() -> list[str]:
    """The paths of the overlays that apply to the bundled document."""
    return [str(_overlay())]


def _overlay() -> Path:
    found = [path for folder in _FOLDERS for path in sorted(folder.glob("*.overlay.yaml"))]
    if not found:
        raise FileNotFoundError("The bundled contract is missing: reinstall tallystick.")
    return found[0]
