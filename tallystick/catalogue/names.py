"""The names of cases: how a user says which case is meant.

Rules: a case is named by its code, by its status, by `status code`, or by all of
`operation status code`; a status alone means the first case of that status. A name that means no
case is refused, never ignored: a typo that is ignored costs its user an hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tallystick.catalogue.cases import Case


class UnknownCaseError(Exception):
    """No case has this name; `cases` are those that there are."""

    def __init__(self, name: str, cases: Iterable[Case]) -> None:
        super().__init__(name)
        self.name = name
        self.cases = tuple(cases)

    def __str__(self) -> str:
        known = ", ".join(dict.fromkeys(case.label for case in self.cases))
        return f"No documented case is called {self.name!r}. The documented cases are: {known}."


def find_case(cases: Sequence[Case], *, code: str | None = None, status: str | None = None) -> Case:
    """The first case with this code, of this status, or both. Raises UnknownCaseError."""
    for case in cases:
        if code is not None and case.code != code:
            continue
        if status is None or status in (case.status, str(case.http_status)):
            return case
    raise UnknownCaseError(" ".join(word for word in (status, code) if word), cases)


def find_named(cases: Sequence[Case], name: str) -> Case:
    """The first case that a name means: a code, a status, `status code`, or the full name.

    Raises UnknownCaseError.
    """
    for case in cases:
        names = (case.code, case.label, case.status, f"{case.operation} {case.label}")
        if name in names or name == str(case.http_status):
            return case
    raise UnknownCaseError(name, cases)
