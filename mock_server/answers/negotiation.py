"""Which media type is sent: content negotiation by `Accept`.

Rules: RFC 9110 section 12.5.1. The most specific range that matches a type gives its quality;
parameters of a range must be those of the type; quality 0 is "not acceptable". Of types that are
equally wanted, JSON goes first where nothing is asked for, then the document's order.
`application/problem+json` is acceptable where `application/json` is: whoever reads JSON reads
it, and by section 12.4.1 a server may disregard Accept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mock_server.requests.bodies import is_json
from mock_server.requests.decoding.caching import cached

_PROBLEM, _JSON = "application/problem+json", "application/json"


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One range of an Accept header, in lower case, with its parameters and its quality."""

    name: str
    parameters: frozenset[tuple[str, str]]
    quality: float

    def specificity(self, name: str, parameters: frozenset[tuple[str, str]]) -> int:
        """How closely the range means a type; 0 where it does not."""
        if not self.parameters <= parameters:
            return 0
        if self.name == "*/*":
            return 1
        if self.name.endswith("/*"):
            return 2 if name.startswith(self.name[:-1]) else 0
        return 3 + len(self.parameters) if name == self.name else 0


def parse_media_type(text: str) -> tuple[str, frozenset[tuple[str, str]]]:
    """The name of a media type and its parameters, in lower case but for their values (RFC 9110
    section 8.3.1).
    """
    name, *rest = _split(text, ";")
    parameters = set()
    for part in rest:
        key, mark, value = part.partition("=")
        if mark:
            parameters.add((key.strip().lower(), value.strip().strip('"')))
    return name.strip().lower(), frozenset(parameters)


@cached(1024)
def parse_accept(header: str) -> tuple[MediaRange, ...]:
    """The ranges of an Accept header. What is no range is left out, as RFC 9110 section 5.5 lets
    a recipient do.
    """
    ranges = []
    for part in _split(header, ","):
        name, parameters = parse_media_type(part)
        name = "*/*" if name == "*" else name
        if "/" not in name:
            continue
        quality = next((value for key, value in parameters if key == "q"), "1")
        plain = frozenset(pair for pair in parameters if pair[0] != "q")
        ranges.append(MediaRange(name, plain, _quality(quality)))
    return tuple(ranges)


def _quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 1.0


def _split(text: str, mark: str) -> list[str]:
    """The parts between marks that stand outside quoted strings."""
    parts, current, is_quoted = [], "", False
    for character in text:
        if character == '"':
            is_quoted = not is_quoted
        if character == mark and not is_quoted:
            parts.append(current)
            current = ""
        else:
            current += character
    return [*parts, current]


def quality_of(media_type: str, ranges: Sequence[MediaRange]) -> float:
    """How much a type is wanted, from 0 to 1."""
    name, parameters = parse_media_type(media_type)
    names = (name, _JSON) if name == _PROBLEM else (name,)
    for candidate in names:
        matching = [(r.specificity(candidate, parameters), r.quality) for r in ranges]
        best = max((found for found in matching if found[0]), default=None, key=lambda f: f[0])
        if best is not None:
            return best[1]
    return 0.0


def choose(media_types: tuple[str, ...], accept: str | None) -> int | None:
    """The place of the type to send, of those that are documented in this order; None where none
    is acceptable.
    """
    if not media_types:
        return None
    if accept is None or not accept.strip():
        return next((i for i, name in enumerate(media_types) if is_json(_concrete(name))), 0)
    ranges = parse_accept(accept)
    qualities = [quality_of(name, ranges) for name in media_types]
    best = max(qualities)
    if best == 0:
        return None
    wanted = [i for i, quality in enumerate(qualities) if quality == best]
    named = [i for i in wanted if _is_named(media_types[i], ranges)]
    if named:
        return named[0]
    return next((i for i in wanted if is_json(_concrete(media_types[i]))), wanted[0])


def _is_named(media_type: str, ranges: Sequence[MediaRange]) -> bool:
    """Whether a range names the type itself, and not only a family of types."""
    name, parameters = parse_media_type(media_type)
    return any(found.specificity(name, parameters) >= 3 for found in ranges)


def _concrete(media_type: str) -> str:
    """A media type to send where the document has a range (OpenAPI 3.1.1 section 4.8.14)."""
    return _JSON if media_type in ("*/*", "*", "application/*") else media_type
