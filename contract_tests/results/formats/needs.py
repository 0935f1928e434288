"""What the cases that are not covered need: a line for each need, on a terminal and in HTML."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

_MOST_STATUSES = 4
_NEED = re.compile(r"^.*: (it needs .*)$")


class Need(NamedTuple):
    """What would cover some cases, in one line, and how many."""

    text: str
    cases: int


def needs_of(report: Mapping[str, Any]) -> list[Need]:
    """The needs, the largest first; what nobody can bring about without an entry in the target
    file comes last.
    """
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for case in report["cases"]:
        if case["verdict"] == "not_covered":
            groups[_NEED.sub(r"\1", case["reason"] or "")].append(case)
    by_size = sorted(groups.items(), key=lambda group: -len(group[1]))
    # What a value covers comes before what takes an entry of its own.
    by_size.sort(key=lambda group: all(map(is_closed, group[1])))
    return [Need(_line(reason, cases), len(cases)) for reason, cases in by_size]


def is_closed(case: Mapping[str, Any]) -> bool:
    """Whether nobody can bring a case about without an entry in the target file."""
    return case["verdict"] == "not_covered" and bool(case.get("needs_entry"))


def count(number: int, what: str) -> str:
    """A number of things."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _line(reason: str, cases: Sequence[Mapping[str, Any]]) -> str:
    operations = list(dict.fromkeys(case["operation"] for case in cases))
    of = operations[0] if len(operations) == 1 else count(len(operations), "operation")
    subject = f"{count(len(cases), 'case')} of {of}"
    need = reason.removeprefix("it needs ")
    if need != reason:
        return f"{subject} {'needs' if len(cases) == 1 else 'need'} {need}"
    statuses = list(dict.fromkeys(case["status"] for case in cases))
    more = ", …" if len(statuses) > _MOST_STATUSES else ""
    return f"{subject} ({', '.join(statuses[:_MOST_STATUSES])}{more}): {reason}"
