"""The `Prefer` header (RFC 7240), as far as it asks for a case."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # RFC 9110 section 5.6.2
_PREFERENCE = re.compile(
    rf"""\s*(?P<name>{_NAME})\s*
         (?:=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<value>[^\s",;]*)))?
         [^",]*(?:"(?:[^"\\]|\\.)*"[^",]*)*   # parameters, which none of ours has
         (?:,|$)""",
    re.VERBOSE,
)


def parse(values: Iterable[bytes]) -> dict[str, str]:
    """The preferences of all `Prefer` lines, names in lower case; of two of one name the first
    holds (RFC 7240 section 2).
    """
    text = ",".join(value.decode("latin-1") for value in values)
    preferences: dict[str, str] = {}
    for match in _PREFERENCE.finditer(text):
        value = match["value"]
        if value is None:
            value = re.sub(r"\\(.)", r"\1", match["quoted"] or "")
        preferences.setdefault(match["name"].lower(), value)
    return preferences
