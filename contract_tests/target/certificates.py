"""Certificates of a target: they are looked at before anything is sent."""

from __future__ import annotations

import ssl
from collections.abc import Sequence

from tallystick.reader.texts.reading import read_bytes


def untrustable(path: str) -> str | None:
    """Why a file of certificates cannot be trusted; None where it can."""
    try:
        read_bytes(path)  # a device would never end
        ssl.create_default_context(cafile=path)
    except OSError as error:
        return _why(error)
    return None


def unusable(paths: Sequence[str]) -> str | None:
    """Why a client's certificate, and its key where that is another file, cannot be used; None
    where it can.
    """
    try:
        # Without an answer of ours, a key with a password would ask for it at the terminal.
        key = paths[1] if len(paths) > 1 else None
        for path in paths:
            read_bytes(path)
        ssl.create_default_context().load_cert_chain(paths[0], key, password=lambda: "")
    except OSError as error:
        return _why(error)
    return None


def _why(error: OSError) -> str:
    is_missing = isinstance(error, FileNotFoundError)
    return "there is no such file" if is_missing else "it is no PEM file that can be used"
