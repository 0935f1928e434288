"""What the board lists: the operations in groups, their cases with a title each, and the marks of
a session on them.

Rules: a list is made once for a contract, when somebody first looks. What changes with each request
stands in the marks alone, which are few, so that a document of a thousand cases can be watched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count, islice

from mock_server.mock import Mock
from mock_server.requests import security
from mock_server.selection.selector import success
from mock_server.state.forces import Force
from mock_server.state.sessions import Session
from tallystick.catalogue.cases import Case
from tallystick.catalogue.names import UnknownCaseError, find_named
from tallystick.contract import ContractOperation
from tallystick.generation.problem import reason

MOST_FORCES = 50
"""How many forces, and how many faults, the board shows."""

_LONGEST = 90
_FEW_CASES = 12
"""So many cases are all shown unfolded, and without groups."""

_SENTENCE = re.compile(r"(?<=[^.\s][.!?:])\s")
_MARKS = re.compile(r"[*`#]+|\A[\s>-]+")
_EDITIONS = count(1)


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case with its title, and what else its description says."""

    id: str
    case: Case
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ListedOperation:
    """An operation, with its tags and the credentials that it needs, in words."""

    id: str
    operation: ContractOperation
    summary: str
    tags: tuple[str, ...]
    wanted: str
    cases: tuple[ListedCase, ...]

    @property
    def parameter(self) -> str:
        """The last parameter of the path, which forces may be bound to."""
        return self.operation.path.rpartition("{")[2].partition("}")[0]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a session has done with a case: how often it was served, and what forces it."""

    served: int = 0
    forces: tuple[tuple[Force, int | None], ...] = ()
    """Each with how many requests it is still for, None for ever."""


class Listing:
    """The list of a contract. Its `edition` differs from that of every other one."""

    def __init__(self, mock: Mock) -> None:
        self.mock = mock
        self.edition = next(_EDITIONS)
        self._found: dict[tuple[str, str], str | None] = {}

    @cached_property
    def operations(self) -> tuple[ListedOperation, ...]:
        """All operations, in the document's order."""
        return tuple(self._listed(n, o) for n, o in enumerate(self.mock.contract.operations, 1))

    @cached_property
    def groups(self) -> Mapping[str, list[ListedOperation]]:
        """The operations by their first tag, or else by the start of their path; just one group
        without a name where there are few cases.
        """
        if self.is_short:
            return {"": list(self.operations)}
        found: dict[str, list[ListedOperation]] = {}
        for listed in self.operations:
            found.setdefault(_group(listed), []).append(listed)
        return found if len(found) > 1 else {"": list(self.operations)}

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """All tags that operations have."""
        return tuple(dict.fromkeys(tag for listed in self.operations for tag in listed.tags))

    @property
    def is_short(self) -> bool:
        """Whether all cases can be shown unfolded."""
        return sum(len(listed.cases) for listed in self.operations) <= _FEW_CASES

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """The label of each case, by its id."""
        return {place: label for (_, label), place in self._ids.items()}

    @cached_property
    def _ids(self) -> Mapping[tuple[str, str], str]:
        return {
            (shown.case.operation, shown.case.label): shown.id
            for listed in self.operations
            for shown in listed.cases
        }

    async def marks(self, session: Session) -> dict[str, Mark]:
        """The marks of a session, by the ids of the cases that have any."""
        found: dict[str, Mark] = {}
        for (operation, label), served in (await session.journal.served()).items():
            if operation is not None and (place := self._ids.get((operation, label))):
                found[place] = Mark(served)
        for force in islice(session.controls.queue.forces, MOST_FORCES):
            for place, left in self._coming(force):
                before = found.get(place, Mark())
                found[place] = Mark(before.served, (*before.forces, (force, left)))
        return found

    def _coming(self, force: Force) -> Iterator[tuple[str, int | None]]:
        """The ids of the cases that a force has still to give, each with how often."""
        only = force.match.get("operation")
        for listed in self.operations:
            if only in (None, listed.operation.name):
                found: dict[str, int | None] = {}
                for name, left in force.coming().items():
                    place = self._place(listed.operation, force, name)
                    if place is not None and left != 0:
                        found[place] = None if left is None else (found.get(place) or 0) + left
                yield from found.items()

    def _place(self, operation: ContractOperation, force: Force, name: str) -> str | None:
        """The id of the case that a name means; of an answer of the user's own, that it takes the
        place of.
        """
        if not name and force.own is not None:
            is_success = force.own.status is None
            case = success(operation) if is_success else force.own.case(operation.cases)
            return self._ids.get((operation.name, case.label)) if case else None
        key = (operation.name, name)
        if key not in self._found:
            self._found[key] = self._named(operation, name)
        return self._found[key]

    def _named(self, operation: ContractOperation, name: str) -> str | None:
        try:
            case = find_named(operation.selectable, name)
        except UnknownCaseError:
            return None
        return self._ids.get((operation.name, case.label))

    def _listed(self, number: int, operation: ContractOperation) -> ListedOperation:
        node = operation.document.at(operation.location)
        tags = node.value.get("tags") if isinstance(node.value, dict) else None
        return ListedOperation(
            f"operation-{number}",
            operation,
            node.text("summary"),
            tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
            security.wanted(operation) if self.mock.auth else "",
            tuple(_case(f"{number}-{n}", case) for n, case in enumerate(operation.cases, 1)),
        )


def _group(listed: ListedOperation) -> str:
    segments = (part for part in listed.operation.path.split("/") if part and "{" not in part)
    return next(iter(listed.tags), "") or f"/{next(segments, '')}"


def _case(place: str, case: Case) -> ListedCase:
    title, text = (case.code, case.description) if case.code else _titled(case)
    return ListedCase(place, case, title, text)


def _titled(case: Case) -> tuple[str, str]:
    """The title of a case without a code, and what else there is to say: the first sentence of its
    description, or else what its status means (RFC 9110 section 15).
    """
    words = " ".join(_MARKS.sub("", case.description or "").split())
    if not words:
        return reason(case.http_status), ""
    first, *rest = _SENTENCE.split(words, maxsplit=1)
    if len(first) > _LONGEST:
        return first[: first.rfind(" ", 0, _LONGEST)] + " …", words
    return first.rstrip(".:"), " ".join(rest)
