"""The last edit of the contract while the mock runs: what it changed, or why it cannot be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_MOST = 10
"""How many cases are listed each way."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit: its time, the cases that came and went (operation and label), or an error."""

    time: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    error: str = ""

    @property
    def words(self) -> str:
        """What changed."""
        parts = [_listed("added", self.added), _listed("removed", self.removed)]
        return "; ".join(filter(None, parts)) or "the cases are the same"


class Edits:
    """The last edit, if there was one."""

    def __init__(self) -> None:
        self.last: Edit | None = None

    def note(self, edit: Edit) -> None:
        """From now on this is the last one."""
        self.last = edit


def _listed(verb: str, cases: Iterable[str]) -> str:
    found = list(cases)
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return f"{verb} {', '.join(found[:_MOST])}{more}" if found else ""
