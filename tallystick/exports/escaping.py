"""Texts of a document in generated files: none of them can end the string or comment that it
stands in, or start what the reader of the file would run.
"""

from __future__ import annotations

import re
from typing import Any

from tallystick.printing import as_json


def one_line(text: str) -> str:
    """The words of a text in one line, without what cannot be printed."""
    printable = (word for word in text.split() if word)
    return "".join(c for c in " ".join(printable) if c.isprintable())


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON that is a literal of JavaScript, too, and holds no `{{`, by which REST clients start a
    variable: no structure of JSON has two braces in a row, so that each stands in a string.
    """
    return as_json(value, indent).replace("{{", "{\\u007b").replace("{{", "{\\u007b")


def words(text: str) -> list[str]:
    """The ASCII words of a text; capitals start one: `blue-skyLark` has three."""
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", text)


class Names:
    """Gives out identifiers, each once."""

    def __init__(self, reserved: frozenset[str] = frozenset()) -> None:
        self.taken = set(reserved)

    def take(self, wanted: str) -> str:
        """The identifier, or, where it is taken, the same with a number."""
        plain = re.sub(r"[^A-Za-z0-9_]", "_", wanted) or "_"
        plain = f"_{plain}" if plain[0].isdigit() else plain
        name, number = plain, 1
        while name in self.taken:
            number += 1
            name = f"{plain}{number}"
        self.taken.add(name)
        return name
