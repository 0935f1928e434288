"""The errors that a user sees.

Rules: an error is data with fields; its message is built in `__str__` and says what is wrong,
where (file, line, JSON pointer) and what to do. Every error that bad input can cause derives
from `TallystickError`; the command line prints it and exits with 2, never with a traceback.
"""

from __future__ import annotations

from collections.abc import Callable


class Source:
    """Where something stands: a file (or address), a JSON pointer (RFC 6901), a line from 1.

    A line may be given as a function: it is looked for when somebody asks.
    """

    __slots__ = ("_line", "file", "pointer")

    def __init__(
        self, file: str, pointer: str = "", line: int | Callable[[], int | None] | None = None
    ) -> None:
        self.file = file
        self.pointer = pointer
        self._line = line

    @property
    def line(self) -> int | None:
        """The line, if it is known."""
        if callable(self._line):
            self._line = self._line()
        return self._line

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash((self.file, self.pointer))

    def __repr__(self) -> str:
        return f"Source{self._key()!r}"

    def _key(self) -> tuple[str, str, int | None]:
        return self.file, self.pointer, self.line

    def __reduce__(self) -> tuple[type[Source], tuple[str, str, int | None]]:
        """A source can be sent to another process, with its line."""
        return Source, self._key()

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
    """A document has errors, and `--strict` allows none: how many there are, and the first ones, a
    line each.
    """

    def __init__(self, count: int, first: list[str]) -> None:
        self.count = count
        self.first = first
        number = "an error" if count == 1 else f"{count} errors"
        super().__init__(
            f"The document has {number}, and --strict allows none.",
            remedy="`tallystick lint` lists all.",
        )

    def __str__(self) -> str:
        shown = (line.removeprefix("error: ") for line in self.first)
        return "\n".join([super().__str__(), *shown])
