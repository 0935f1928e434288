"""Exported files: written, and compared with those that are committed."""

from __future__ import annotations

import shlex
from pathlib import Path

from tallystick.errors import LoadError
from tallystick.reader.options import LoadOptions
from tallystick.reader.texts.reading import MAX_IN_ALL, read_bytes


def write(place: str, text: str) -> None:
    """Write an export. Raises LoadError where that cannot be done."""
    try:
        Path(place).write_bytes(text.encode())
    except OSError as error:
        raise LoadError(f"{place} cannot be written: {error.strerror}.") from None


def is_current(place: str, text: str) -> bool:
    """Whether a file holds the export; line ends may be those of the checkout. Raises LoadError
    where it cannot be read.
    """
    try:
        return read_bytes(place, MAX_IN_ALL).replace(b"\r\n", b"\n") == text.encode()
    except OSError as error:
        raise LoadError(f"{place} cannot be read: {error.strerror}.") from None


def command(
    name: str,
    options: LoadOptions,
    place: str,
) -> str:
    """The command that writes an export anew."""
    words = ["tallystick", "export", name, *options.documents]
    words += [word for overlay in options.overlays for word in ("--overlay", overlay)]
    words += ["--remote-references"] if options.remote_references else []
    return shlex.join([*words, "--output", place])
