"""Spellings of JSON: other bytes for the same value, with the same meaning (RFC 8259)."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True, slots=True)
class JsonSpelling:
    """A way to write an object: `escaped` of a hundred characters are escapes, non-ASCII letters
    are escapes or not, `blank` stands around the tokens, the members may come in reverse order.
    """

    escaped: int
    is_ascii: bool
    blank: str
    is_reversed: bool
    seed: int

    @property
    def source(self) -> str:
        """The section that gives this spelling the same meaning."""
        if self.escaped or not self.is_ascii:
            return "RFC 8259 section 7"
        return "RFC 8259 section 2" if self.blank else "RFC 8259 section 4"

    def write(self, body: dict[str, Any]) -> bytes:
        """The bytes of an object."""
        items = list(body.items())
        items = items[::-1] if self.is_reversed else items
        draw = random.Random(self.seed)  # noqa: S311
        members = [f"{self._text(n, draw)}{self.blank}:{self._value(v, draw)}" for n, v in items]
        text = self.blank + "{" + f",{self.blank}".join(members) + self.blank + "}" + self.blank
        return text.encode()

    def _value(self, value: Any, draw: random.Random) -> str:
        if isinstance(value, str):
            return self.blank + self._text(value, draw)
        return json.dumps(value, ensure_ascii=self.is_ascii)

    def _text(self, text: str, draw: random.Random) -> str:
        return f'"{"".join(self._character(letter, draw) for letter in text)}"'

    def _character(self, letter: str, draw: random.Random) -> str:
        if letter == "/" and draw.randrange(100) < self.escaped:
            return "\\/"
        if letter.isascii() and draw.randrange(100) < self.escaped:
            return f"\\u{ord(letter):04{draw.choice('xX')}}"
        # UTF-8 has no form for half a surrogate pair.
        is_ascii = self.is_ascii or "\ud800" <= letter <= "\udfff"
        return json.dumps(letter, ensure_ascii=is_ascii)[1:-1]


def spellings() -> SearchStrategy[JsonSpelling]:
    """Ways to write JSON."""
    return st.builds(
        JsonSpelling,
        st.sampled_from([0, 3, 30, 100]),
        st.booleans(),
        st.sampled_from(["", " ", "\t", "\n", "\r\n", "    "]),
        st.booleans(),
        st.integers(0, 2**16),
    )
