"""The library of shelves as a server that publishes its document somewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.contract_tests.shelves import Library

DOCUMENT = Path(__file__).parents[1] / "shelves.yaml"


def document(**members: Any) -> dict[str, Any]:
    """The document of the library, with other members of the root."""
    return {**yaml.safe_load(DOCUMENT.read_text("utf-8")), **members}


class Publishing(Library):
    """Serves these values at these paths, and the library below a base path."""

    def __init__(self, values: dict[str, Any], base_path: str = "", token: str = "") -> None:
        super().__init__(token)
        self.values, self.base_path = values, base_path
        self.asked: list[str] = []

    def answer(self, method: str, path: str, body: bytes, sent: str) -> tuple[int, Any]:
        self.asked.append(path)
        if path in self.values:
            return 200, self.values[path]
        return super().answer(method, path.removeprefix(self.base_path), body, sent)
