"""Media types: read from a Content-Type, and which documented one a body is of.

Rules: the more specific key wins (OpenAPI 3.1.1 section 4.8.14.1): with parameters before without,
`text/plain` before `text/*` before `*/*`. A documented parameter that the request does not name
is taken as meant; one that it gives another value makes it another media type, `charset` aside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from mock_server.requests.decoding.caching import cached

_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))')
_ASIDE = {"charset", "boundary"}
"""Parameters that do not make another media type."""


@dataclass(frozen=True, slots=True)
class ContentType:
    """A media type or range, in lower case, with its parameters, their names in lower case."""

    name: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@cached(256)
def parsed(text: str) -> ContentType:
    """The media type of a Content-Type, or of a key of `content` (RFC 9110 section 8.3.1)."""
    name, semicolon, rest = text.partition(";")
    parameters = {
        key.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain
        for key, quoted, plain in _PARAMETER.findall(semicolon + rest)
    }
    return ContentType(name.strip().lower(), parameters)


def chosen(documented: Sequence[str], content_type: str) -> int | None:
    """Which of the documented media types, or ranges of them, a body is of; None where none."""
    actual = parsed(content_type)
    ranks = [
        (rank, -index)
        for index, name in enumerate(documented)
        if (rank := _rank(parsed(name), actual)) is not None
    ]
    return -max(ranks)[1] if ranks else None


def _rank(documented: ContentType, actual: ContentType) -> tuple[int, int, int] | None:
    """How well a documented media type matches; None where it does not."""
    if not actual.name or not fnmatchcase(actual.name, documented.name):
        return None
    compared = documented.parameters.keys() & actual.parameters.keys()
    same = sum(documented.parameters[key] == actual.parameters[key] for key in compared - _ASIDE)
    if same < len(compared - _ASIDE):
        return None
    is_exact = "*" not in documented.name
    return is_exact, len(documented.name), same
