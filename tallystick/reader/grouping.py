"""Diagnostics that say the same, as one; and the few lines that commands print of them.

Rules: diagnostics of one name are shown together where they have one group or one message, or
stand at one place (a component that many operations share). Errors come first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tallystick.errors import Source
from tallystick.printing import in_line
from tallystick.reader.diagnostics import Diagnostic

SHOWN = 3
"""How many of many are shown."""


@dataclass(slots=True)
class Group:
    """Diagnostics that are shown as one. `messages` and `places` have no duplicates; `count` is
    how many diagnostics there are.
    """

    first: Diagnostic
    count: int = 0
    messages: list[str] = field(default_factory=list)
    places: list[Source] = field(default_factory=list)

    def add(self, other: Group) -> None:
        """Take in the diagnostics of another group."""
        self.count += other.count
        self.messages = list(dict.fromkeys([*self.messages, *other.messages]))
        self.places = list(dict.fromkeys([*self.places, *other.places]))


def grouped(diagnostics: Iterable[Diagnostic]) -> list[Group]:
    """The diagnostics in groups: errors first, else in the order of their first members."""
    groups = _merged_by_place(_by_message(diagnostics))
    return sorted(groups, key=lambda group: group.first.severity != "error")


def _by_message(diagnostics: Iterable[Diagnostic]) -> list[Group]:
    found: dict[tuple[str, str], list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        key = (diagnostic.name, diagnostic.group or diagnostic.message)
        found.setdefault(key, []).append(diagnostic)
    return [_group(members) for members in found.values()]


def _group(members: Sequence[Diagnostic]) -> Group:
    messages = dict.fromkeys(member.message for member in members)
    places = dict.fromkeys(member.source for member in members if member.source)
    return Group(members[0], len(members), list(messages), list(places))


def _merged_by_place(groups: Iterable[Group]) -> list[Group]:
    merged: dict[object, Group] = {}
    for group in groups:
        alone = len(group.places) == 1
        key: object = (group.first.name, group.places[0]) if alone else id(group)
        if key in merged:
            merged[key].add(group)
        else:
            merged[key] = group
    return list(merged.values())


def counts(diagnostics: Iterable[Diagnostic]) -> str:
    """How many there are: `2 errors, 1 warning`."""
    severities = [diagnostic.severity for diagnostic in diagnostics]
    return f"{_number(severities, 'error')}, {_number(severities, 'warning')}"


def _number(severities: Sequence[str], severity: str) -> str:
    number = severities.count(severity)
    return f"{number} {severity}{'' if number == 1 else 's'}"


def summary(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """What a command that reads a contract prints of its diagnostics: one line with the counts,
    and the first ones. Nothing where there are none.
    """
    found = list(diagnostics)
    if not found:
        return []
    return [f"{counts(found)}; `tallystick lint` lists all", *first_lines(found)]


def first_lines(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """The first few groups, a line each."""
    return [
        in_line(str(group.first)) + (f" ({group.count} times)" if group.count > 1 else "")
        for group in grouped(diagnostics)[:SHOWN]
    ]
