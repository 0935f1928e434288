"""The `Prefer` header (RFC 7240), as far as it asks for a case."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # RFC 9110 section 5.6.2
_QUOTED = r'"(?:[^"\\]++|\\.?+)*+'  # without its closing quote, which a careless client forgets
# Possessive throughout: whatever a client sends is read in one go, without trying again.
_ELEMENT = re.compile(rf'(?:[^",]++|{_QUOTED}(?:"|\Z))++')
_PREFERENCE = re.compile(
    rf"""\s*+(?P<name>{_NAME}+)\s*+
         (?:=\s*+(?:(?P<quoted>{_QUOTED})|(?P<value>[^\s";]*+)))?+""",  # parameters: none of ours
    re.VERBOSE,
)


def parse(values: Iterable[bytes]) -> dict[str, str]:
    """The preferences of all `Prefer` lines, names in lower case; of two of one name the first
    holds (RFC 7240 section 2).
    """
    text = ",".join(value.decode("latin-1") for value in values)
    preferences: dict[str, str] = {}
    for element in _ELEMENT.findall(text):
        match = _PREFERENCE.match(element)
        if match is None:
            continue
        value = match["value"]
        if value is None:
            value = re.sub(r"\\(.)", r"\1", (match["quoted"] or "")[1:])
        preferences.setdefault(match["name"].lower(), value)
    return preferences
