"""How a command ends when something is wrong: its exit codes and messages."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from tallystick.printing import show_error

BAD_USAGE, UNREACHABLE = 2, 4


def fail(message: str) -> NoReturn:
    """Print a message of one or more lines and exit with 2."""
    show_error(message)
    sys.exit(BAD_USAGE)


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """For imports that need an extra of the package: says so if one of its packages is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        fail(f"This command needs {error.name}: pip install 'tallystick[{extra}]'.")
