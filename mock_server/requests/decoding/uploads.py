"""Bodies that are still coming: how much of them is held at once.

Rules: all of them together may take half of `--memory`. What is over is refused, but for one body
that comes alone, and for small ones: who waits with a large body keeps nobody else out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

SMALL = 64 * 1024
"""How many bytes of a body may always come."""


class UploadsFullError(Exception):
    """No more of a body can be held."""

    def __str__(self) -> str:
        return (
            "The bodies that are still coming take half of the mock's memory (--memory); try again "
            "when others have ended."
        )


class Upload:
    """One body that is coming. Once it `is_refused`, nothing of it is held."""

    def __init__(self, uploads: Uploads) -> None:
        self.uploads = uploads
        self.held = 0
        self.is_refused = False

    def holds(self, size: int) -> bool:
        """Whether so much more can be held, which is counted."""
        uploads = self.uploads
        is_over = uploads.held + size > uploads.most and self.held + size > SMALL
        if is_over and uploads.held > self.held:
            self.is_refused = True
        if self.is_refused:
            self.let_go()
            return False
        self.held += size
        uploads.held += size
        return True

    def let_go(self) -> None:
        """Nothing of it is held any more."""
        self.uploads.held -= self.held
        self.held = 0


class Uploads:
    """How many bytes of bodies are held, of `most`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = 0

    @contextmanager
    def one(self) -> Iterator[Upload]:
        """One more body comes."""
        upload = Upload(self)
        try:
            yield upload
        finally:
            upload.let_go()
