"""Texts for schemas: likely ones that fit, else by format, by pattern, by length.

Rules: what is likely is taken only where pattern and length allow it. What is made has the length
that is wanted, up to `MOST_LETTERS`. The same source of randomness gives the same texts.
"""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from rstr import Rstr

from tallystick.judgement import Judgement
from tallystick.reader.schemas.patterns import match

MOST_LETTERS = 10_000
"""How long a text is made; a schema may demand any length."""

_TRIES = 60
"""How many texts are tried for a pattern with look-around, or with a length beside it."""

_NAMES = ("Ada", "Grace", "Edsger", "Barbara", "Alan", "Katherine")
_WORDS = ("tally", "notch", "split", "stick", "ledger", "proof")


def _moment(source: Random) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=source.randrange(365))


def _number(source: Random) -> int:
    return source.randrange(1000)


FORMATS: Mapping[str, Callable[[Random], str]] = {
    "date-time": lambda source: _moment(source).isoformat(timespec="seconds"),
    "date": lambda source: _moment(source).date().isoformat(),
    "time": lambda _: "12:00:00Z",
    "duration": lambda _: "P1D",
    "uuid": lambda source: str(uuid.UUID(int=source.getrandbits(128), version=4)),
    "uri": lambda source: f"https://example.com/{_number(source)}",
    "url": lambda source: f"https://example.com/{_number(source)}",
    "uri-reference": lambda source: f"/items/{_number(source)}",
    "uri-template": lambda _: "/items/{id}",
    "iri": lambda source: f"https://example.com/{_number(source)}",
    "iri-reference": lambda source: f"/items/{_number(source)}",
    "email": lambda source: f"{source.choice(_NAMES).lower()}@example.com",
    "idn-email": lambda source: f"{source.choice(_NAMES).lower()}@example.com",
    "hostname": lambda _: "example.com",
    "idn-hostname": lambda _: "example.com",
    "ipv4": lambda source: f"192.0.2.{source.randrange(1, 255)}",
    "ipv6": lambda source: f"2001:db8::{source.randrange(1, 9999):x}",
    "json-pointer": lambda source: f"/items/{_number(source)}",
    "relative-json-pointer": lambda _: "0/items",
    "regex": lambda _: "^[a-z]+$",
    "byte": lambda source: base64.b64encode(source.choice(_WORDS).encode()).decode(),
    "base64url": lambda source: base64.urlsafe_b64encode(source.choice(_WORDS).encode()).decode(),
    "binary": lambda source: source.choice(_WORDS),
    "password": lambda source: f"{source.choice(_WORDS)}-{_number(source)}",
    "media-range": lambda _: "application/json",
    "char": lambda source: source.choice("abcdefgh"),
    "commonmark": lambda source: f"**{source.choice(_WORDS)}** {source.choice(_WORDS)}",
    "html": lambda source: f"<p>{source.choice(_WORDS)}</p>",
    "decimal": lambda source: f"{_number(source)}.50",
    "int32": lambda source: str(_number(source)),
    "int64": lambda source: str(_number(source)),
    "http-date": lambda source: f"{_moment(source):%a, %d %b %Y %H:%M:%S} GMT",
    "sf-token": lambda source: source.choice(_WORDS),
    "sf-string": lambda source: f'"{source.choice(_WORDS)}"',
}
"""A text of each format: those of JSON Schema 2020-12, and of OpenAPI's registry."""


def snake(name: str) -> str:
    """A name in snake_case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-\s]", "_", name).lower()


def text(schema: Mapping[str, Any], source: Random, likely: Iterable[str] = ()) -> str:
    """A text for a schema: of the likely ones the first that it takes, else a made one."""
    least = min(int(schema.get("minLength", 0)), MOST_LETTERS)
    most = max(int(schema.get("maxLength", MOST_LETTERS)), 0)
    patterns = _patterns(schema)
    for candidate in likely:
        if least <= len(candidate) <= most and _fits(candidate, patterns):
            return candidate
    for candidate in _candidates(schema, source):
        if least <= len(candidate) <= most:
            return candidate
    if "pattern" in schema or schema.get("format") in FORMATS:
        return next(_candidates(schema, source), "")
    return _of_length(least, most, source)


def _patterns(schema: Mapping[str, Any]) -> list[str]:
    return [*schema.get("patterns", ()), *([schema["pattern"]] if "pattern" in schema else [])]


def _candidates(schema: Mapping[str, Any], source: Random) -> Iterator[str]:
    patterns, make = _patterns(schema), FORMATS.get(str(schema.get("format")))
    if make is not None:
        yield from (made for made in (make(source) for _ in range(3)) if _fits(made, patterns))
    if patterns:
        yield from _of_pattern(patterns, schema, source)
        return
    if make is not None:
        return
    yield f"{source.choice(_WORDS)} {source.choice(_WORDS)}"
    yield source.choice(_WORDS)


def _fits(made: str, patterns: list[str]) -> bool:
    return all(match(pattern, made) is not Judgement.INVALID for pattern in patterns)


def _of_length(least: int, most: int, source: Random) -> str:
    made = source.choice(_WORDS)
    while len(made) < least:
        made += f" {source.choice(_WORDS)}"
    return made[: max(least, min(most, len(made)))].ljust(least, "x")[:most]


# --- patterns


class _LongTextError(Exception):
    """Texts for one schema become longer than any that is made."""


class _PatternTexts(Rstr):
    """Makes short texts of letters and digits where a pattern takes them, in a stable order."""

    repeats = 0

    def __init__(self, source: Random) -> None:
        super().__init__(source)
        self._left = 2 * MOST_LETTERS
        self._cases = {
            **self._cases,
            "assert": lambda _: "",  # what is looked ahead at is made by what follows
            "any": lambda _: self._random.choice(_PLAIN),
            "not_literal": lambda code: self._random.choice(_PLAIN.replace(chr(code), "")),
            "possessive_repeat": lambda value: self._handle_repeat(*value),
            "atomic_group": self._build_string,
        }

    def _handle_repeat(self, start_range: int, end_range: Any, value: Any) -> str:
        last = min(int(end_range), int(start_range) + self.repeats)
        count = self._random.randint(int(start_range), max(last, int(start_range)))
        self._left -= count
        if self._left < 0:
            raise _LongTextError
        return "".join(self._build_string(value) for _ in range(count))

    def _handle_in(self, value: Any) -> str:
        wanted = [character for state in value for character in self._handle_state(state)]
        if wanted[:1] == [False]:
            wanted = [character for character in _PLAIN + _ODD if character not in wanted[1:]]
        plain = [character for character in wanted if character in _PLAIN]
        return str(self._random.choice(plain or wanted or [""]))


_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_ODD = " _-.:/@#+,;=!?%&()[]{}<>|~*'\"$^`\\\t\n"
_PROPERTIES = (
    (re.compile(r"\\p\{(?:N|Nd)\}"), "0-9"),
    (re.compile(r"\\p\{(?:Lu|Uppercase)\}"), "A-Z"),
    (re.compile(r"\\p\{[^}]*\}"), "a-z"),
)
"""Unicode property escapes, which Python's parser lacks, and plain members of them."""


def _of_pattern(patterns: list[str], schema: Mapping[str, Any], source: Random) -> Iterator[str]:
    """Texts that match all patterns. Most patterns are anchored and need one try."""
    if any(len(pattern) > MOST_LETTERS for pattern in patterns):
        return
    least = int(schema.get("minLength", 0))
    texts, pattern = _PatternTexts(source), _python(patterns[0])
    for number in range(_TRIES):
        texts.repeats = min((2, 4, 8, max(least, 16))[number % 4], MOST_LETTERS)
        try:
            made = texts.xeger(pattern)
        except (
            _LongTextError,
            re.error,
            KeyError,
            IndexError,
            OverflowError,
            ValueError,
            RecursionError,
        ):
            return
        if not patterns[0].startswith("^") and len(made) < least:
            made = made.ljust(least, "x")
        if _fits(made, patterns):
            yield made


def _python(pattern: str) -> str:
    """The pattern for Python's parser, which the maker of texts uses."""
    for escape, members in _PROPERTIES:
        pattern = re.sub(rf"\[([^\]]*){escape.pattern}", rf"[\g<1>{members}", pattern)
        pattern = escape.sub(f"[{members}]", pattern)
    pattern = re.sub(r"\(\?<(?![=!])", "(?P<", pattern)
    pattern = re.sub(r"\\k<(\w+)>", r"(?P=\1)", pattern)
    return re.sub(r"\\u\{([0-9A-Fa-f]+)\}", lambda m: f"\\U{int(m[1], 16):08x}", pattern)
