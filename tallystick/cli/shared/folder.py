"""The document of the folder that a command runs in, where none is named: offered, never assumed.

Rules: on a terminal the user is asked; without one, and in CI, nothing changes, and a line on
standard error says what there is.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from pathlib import Path

from tallystick.printing import confirm, show
from tallystick.reader.options import LoadOptions

_SUFFIXES = {".yaml", ".yml", ".json"}
_START = 64 * 1024
"""How much of a file is looked at, in bytes."""

_SAYS_SO = re.compile(
    rb"""^(?:openapi|'openapi'|"openapi"|swagger|"swagger")\s*:|^\s*"(?:openapi|swagger)"\s*:\s*"|"""
    rb"""\A\s*\{\s*"(?:openapi|swagger)"\s*:""",
    re.MULTILINE,
)
_MOST = 5


def offered(load: LoadOptions) -> LoadOptions:
    """The options, with the one document of this folder where the user wants it and names none."""
    found = [] if load.documents else documents_in(Path())
    if not found:
        return load
    names = [path.name for path in found]
    if len(found) == 1 and _can_ask():
        wanted = confirm(f"Serve {names[0]}?")
        return replace(load, documents=(names[0],)) if wanted else load
    shown = ", ".join(names[:_MOST]) + (", …" if len(names) > _MOST else "")
    show(
        f"This is the bundled contract. To serve a document of this folder ({shown}), name it: "
        f"tallystick mock {names[0]}",
        err=True,
    )
    return load


def _can_ask() -> bool:
    """Whether somebody sits at a terminal: some CI systems have one, too."""
    is_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    return not is_ci and sys.stdin.isatty() and sys.stdout.isatty()


def documents_in(folder: Path) -> list[Path]:
    """The OpenAPI documents in a folder, by their names and how they start."""
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    return [path for path in files if path.is_file() and _is_document(path)]


def _is_document(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return _SAYS_SO.search(file.read(_START)) is not None
    except OSError:
        return False
