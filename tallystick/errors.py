"""The errors that a user sees.

Rules: an error is data with fields; its message is built in `__str__` and says what is wrong,
where (file, line, JSON pointer) and what to do. Every error that bad input can cause derives
from `TallystickError`; the command line prints it and exits with 2, never with a traceback.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Where something stands: a file (or address), a JSON pointer (RFC 6901), a line from 1."""

    file: str
    pointer: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place} at #{self.pointer}" if self.pointer else place


class TallystickError(Exception):
    """The base of all errors of this package."""

    def __init__(self, what: str, *, source: Source | None = None, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.source = source
        self.remedy = remedy

    def __str__(self) -> str:
        where = f"{self.source}: " if self.source else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{where}{self.what}{remedy}"


class LoadError(TallystickError):
    """A document, overlay or referenced file cannot be read or parsed."""


class DocumentError(TallystickError):
    """A document is no valid OpenAPI description."""


class OverlayError(TallystickError):
    """An overlay is not valid, or one of its actions cannot be applied."""


class ExtensionError(TallystickError):
    """An `x-tallystick-…` extension holds something that it must not."""


class InvalidDocumentError(DocumentError):
    """A document breaks the OpenAPI specification in several places: all of them, in order."""

    def __init__(self, errors: list[DocumentError]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = errors
