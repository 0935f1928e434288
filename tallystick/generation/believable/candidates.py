"""Believable candidates for a member: of the type, and in the form, that its schema wants.

Rules: a format that says how a text is written admits only candidates that are written so; one
that does not (`phone`, `currency`) is itself a name. The members of an error are as they are for
its status.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from tallystick.generation.believable.failures import error_members
from tallystick.generation.believable.meanings import meanings_of
from tallystick.generation.believable.subjects import Subject, singular, words_of
from tallystick.generation.believable.vocabulary import words

_WRITTEN: Mapping[str, tuple[re.Pattern[str], str]] = {
    **dict.fromkeys(("email", "idn-email"), (re.compile(r"[^@\s]+@[^@\s]+"), "email")),
    "date-time": (re.compile(r"\d{4}-\d\d-\d\dT[\d:]+Z"), "date"),
    "date": (re.compile(r"\d{4}-\d\d-\d\d"), "date"),
    **dict.fromkeys(
        ("uri", "url", "iri", "uri-reference", "iri-reference"),
        (re.compile(r"https://\S+|about:blank"), "url"),
    ),
    "decimal": (re.compile(r"-?\d+\.\d+"), ""),
}
"""How a text of a format is written, and the name that stands for the format."""

_OWN_MAKER = words(
    "time duration uuid uri-template hostname idn-hostname ipv4 ipv6 json-pointer char "
    "relative-json-pointer regex byte base64url binary password media-range commonmark html "
    "int32 int64 http-date sf-token sf-string"
)
"""Formats that a member's name says nothing of."""

_MOST = 40
"""How many candidates are looked at."""


def texts(subject: Subject, name: str, form: str) -> Iterator[str]:
    """Candidates for a text of a format; of none where the format is empty."""
    if form in _OWN_MAKER:
        return
    pattern, stands_for = _WRITTEN.get(form, (None, form))
    names = (name, stands_for) if pattern else (stands_for, name)
    for value in _candidates(subject, names):
        if isinstance(value, str) and (pattern is None or pattern.fullmatch(value)):
            yield value
    if pattern is None and not form and words_of(name):
        yield _by_name(subject, name)


def _by_name(subject: Subject, name: str) -> str:
    """What a text is called, with a number, where its name means nothing known."""
    *rest, last = words_of(name)
    return f"{' '.join([*rest, singular(last)]).capitalize()} {subject.source.randint(1, 99)}"


def numbers(subject: Subject, name: str, kind: str) -> Iterator[float]:
    """Candidates for a number, a whole one where the kind is `integer`."""
    wanted = int if kind == "integer" else (int, float)
    for value in _candidates(subject, (name,)):
        if isinstance(value, wanted) and not isinstance(value, bool):
            yield value


def booleans(subject: Subject, name: str) -> Iterator[bool]:
    """Candidates for yes or no."""
    return (value for value in _candidates(subject, (name,)) if isinstance(value, bool))


def _candidates(subject: Subject, names: Iterable[str]) -> Iterator[Any]:
    for name in names:
        if subject.status >= 400:
            yield from _error_members(subject.status).get("".join(words_of(name)), ())
        found, qualifier = meanings_of(name)
        for meaning in found:
            yield from islice(meaning(subject, qualifier), _MOST)


@lru_cache(maxsize=100)
def _error_members(status: int) -> Mapping[str, tuple[Any, ...]]:
    return error_members(status)
