"""The addresses that belong to the mock itself, not to the contract."""

from __future__ import annotations

PREFIX = "/_tallystick"
"""The control API, the board and the hosted pages are below it."""

STATIC = f"{PREFIX}/static/"
"""The files of the mock's own pages."""

FAVICON = f"{STATIC}favicon.svg"

LINKS = f"{PREFIX}/links/"
"""The addresses that the mock makes up lead there."""

PICTURES = f"{PREFIX}/pictures/"
"""The pictures that made-up data shows."""

STATELESS = (STATIC, PICTURES, f"{PREFIX}/health", f"{PREFIX}/ready", f"{PREFIX}/docs")
"""What of the mock's own needs no session, or asks for its store itself."""
