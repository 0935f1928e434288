"""The ledger: one line of JSON for every request that was sent (`requests.ndjson`).

Rules: a body appears as its hash only; secrets and capability URLs do not appear. So a ledger can
be kept and shown. Each line is appended as a whole, because several processes may write to one
file (on POSIX, an append to a file that is open for appending is atomic). A ledger that cannot be
written ends; the fuzz goes on, and says so at its end.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any, Protocol


class LedgerSink(Protocol):
    """Takes the entries of a ledger, wherever they go."""

    def write(self, entry: dict[str, Any]) -> None:
        """Add an entry."""


class Ledger:
    """Writes the entries to a file; `failure` is why it ended."""

    def __init__(self, path: Path) -> None:
        self.failure: str | None = None
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def write(self, entry: dict[str, Any]) -> None:
        """Add an entry."""
        if self.failure is not None:
            return
        line = json.dumps(entry).encode() + b"\n"
        try:
            is_whole = os.write(self._file, line) == len(line)
        except OSError as error:
            self.failure = f"{self._path}: {error.strerror}"
        else:
            self.failure = None if is_whole else f"{self._path}: no space left"

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def hashed(body: bytes) -> str | None:
    """The SHA-256 of a body in hexadecimal; None for an empty body."""
    return hashlib.sha256(body).hexdigest() if body else None
