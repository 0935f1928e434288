"""The ledger: one line of JSON for every request that was sent (`requests.ndjson`).

Rules: bodies are told by their hash only, and secrets and capability URLs not at all, so that it
can be kept and shown. Lines are appended whole: several processes may write to one file (POSIX
appends are atomic where the file was opened for appending).
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any, Protocol


class Lines(Protocol):
    """Where entries go."""

    def write(self, entry: dict[str, Any]) -> None:
        """Add an entry."""


class Ledger:
    """Writes lines to a file."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def write(self, entry: dict[str, Any]) -> None:
        """Add an entry."""
        os.write(self._file, json.dumps(entry).encode() + b"\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def hashed(body: bytes) -> str | None:
    """The SHA-256 of a body, in hexadecimal; None where there is none."""
    return hashlib.sha256(body).hexdigest() if body else None
