"""Documents that are written in a test."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tallystick.contract import Contract, load_contract


def written(text: str) -> Contract:
    """The contract of a document."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "document.yaml"
        place.write_text(text, encoding="utf-8")
        return load_contract(str(place))
