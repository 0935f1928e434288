"""What libraries log: warnings and errors, on standard error.

Rules: a log may quote a request or a response, so it does nothing to a terminal, either.
"""

from __future__ import annotations

import logging

from tallystick.printing import printable


class _Printable(logging.Formatter):
    """A line, or a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        return printable(super().format(record))


def show_logs() -> None:
    """Print them from now on, unless somebody else does already."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Printable("%(levelname)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.captureWarnings(capture=True)
