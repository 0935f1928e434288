"""The names of cases: how a user says which case is meant.

Rules: a case is named by its code, by its status, by `status code`, or by all of
`operation status code`; a variant by its name, alone or after the status. A status alone means
the first case of that status; where only a range such as `4XX` or `default` documents it, that
response with this status. A name that means no case is refused, never ignored: a typo that is
ignored costs its user an hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tallystick.catalogue.cases import Case

_STATUS = re.compile(r"[1-5][0-9]{2}")


class UnknownCaseError(Exception):
    """No case has this name; `cases` are those that there are."""

    def __init__(self, name: str, cases: Iterable[Case]) -> None:
        super().__init__(name)
        self.name = name
        self.cases = tuple(cases)

    def __str__(self) -> str:
        known = dict.fromkeys(case.label for case in self.cases if case.variant is None)
        variants = dict.fromkeys(case.variant for case in self.cases if case.variant)
        examples = f" The examples are: {', '.join(variants)}." if variants else ""
        return (
            f"No documented case is called {self.name!r}. "
            f"The documented cases are: {', '.join(known)}.{examples}"
        )


def find_case(cases: Sequence[Case], *, code: str | None = None, status: str | None = None) -> Case:
    """The first case with this code (or variant), of this status, or both. Raises
    UnknownCaseError.
    """
    named = [case for case in cases if code is None or code in (case.code, case.variant)]
    found = next(iter(named), None) if status is None else _of_status(named, status)
    if found is None:
        raise UnknownCaseError(" ".join(word for word in (status, code) if word), cases)
    return found


def _of_status(cases: Sequence[Case], status: str) -> Case | None:
    """The first case of a status: an exact one before a range, a range before `default` (OpenAPI
    3.1.1 section 4.8.16).
    """
    wanted = status.upper()
    for case in cases:
        if wanted in (case.status.upper(), str(case.http_status)):
            return case
    if _STATUS.fullmatch(status):
        for covering in (f"{status[0]}XX", "DEFAULT"):
            for case in cases:
                if case.status.upper() == covering:
                    return replace(case, http_status=int(status))
    return None


def find_named(cases: Sequence[Case], name: str) -> Case:
    """The first case that a name means: a code, a variant, a status, `status code`, or the full
    name. Raises UnknownCaseError.
    """
    for case in cases:
        if name in _names(case):
            return case
    found = _of_status(cases, name)
    if found is None:
        raise UnknownCaseError(name, cases)
    return found


def _names(case: Case) -> Iterator[str | None]:
    word = case.code if case.variant is None else case.variant
    label = case.status if word is None else f"{case.status} {word}"
    yield from (word, label, f"{case.operation} {label}")
    if case.variant is None:
        yield from (case.status, str(case.http_status))
