"""Files that a user or a document names, read within bounds.

Rules: a regular file or a pipe is read; a device, a folder or a socket is not. No more is read than
somebody wants at most, and a pipe into which nobody writes is waited for no longer than for an
address. What cannot be read is an OSError, with words for people in `strerror`.
"""

from __future__ import annotations

import errno
import os
import select
import stat
import time
from collections.abc import Iterator, MutableSequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

MAX_BYTES = 20 * 1024 * 1024
"""How large a document, or any other file, may be, in bytes."""

MAX_IN_ALL = 5 * MAX_BYTES
"""How large all texts of one contract may be together, in bytes."""

TIMEOUT = 20.0
"""How long fetching all texts of one contract may take in all, in seconds."""

_STEP = 1024 * 1024
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


# --- what all texts of a contract may cost together


@dataclass(slots=True)
class Allowance:
    """The bytes that are left, and the moment at which waiting ends."""

    bytes: int = MAX_IN_ALL
    ends: float = field(default_factory=lambda: time.monotonic() + TIMEOUT)

    @property
    def seconds(self) -> float:
        """How long one may still wait."""
        return max(0.0, self.ends - time.monotonic())


_ALLOWANCE: ContextVar[Allowance | None] = ContextVar("_ALLOWANCE", default=None)


@contextmanager
def one_allowance(seconds: float = TIMEOUT) -> Iterator[None]:
    """What is read in the block shares one, unless it does already."""
    token = _ALLOWANCE.set(_ALLOWANCE.get() or Allowance(ends=time.monotonic() + seconds))
    try:
        yield
    finally:
        _ALLOWANCE.reset(token)


def allowance() -> Allowance:
    """That of the block; each read has its own elsewhere."""
    return _ALLOWANCE.get() or Allowance()


# --- files


def read_text(path: str | Path, most: int = MAX_BYTES) -> str:
    """The text of a file. Raises OSError and UnicodeDecodeError."""
    return read_bytes(path, most).decode("utf-8")


def read_bytes(path: str | Path, most: int = MAX_BYTES) -> bytes:
    """The content of a file. Raises OSError."""
    descriptor = os.open(path, _FLAGS)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISREG(mode):
            return _read(descriptor, most)
        if stat.S_ISFIFO(mode):
            return _read(descriptor, most, allowance())
        number = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
        words = os.strerror(number) if stat.S_ISDIR(mode) else "It is a device"
        raise OSError(number, words, str(path))
    finally:
        os.close(descriptor)


def _read(descriptor: int, most: int, patience: Allowance | None = None) -> bytes:
    parts: MutableSequence[bytes] = []
    size = 0
    while True:
        if patience is not None and not select.select([descriptor], [], [], patience.seconds)[0]:
            raise TimeoutError(errno.ETIMEDOUT, f"Nothing came for {TIMEOUT:g} seconds")
        part = os.read(descriptor, _STEP)
        if not part:
            return b"".join(parts)
        parts.append(part)
        size += len(part)
        if size > most:
            raise OSError(errno.EFBIG, f"It is larger than {most:,} bytes")
