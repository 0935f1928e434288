"""Findings: violations of a check, one finding for each cause, however many requests showed it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.checks.context import Expectation, Violation
from contract_tests.checks.levels import LEVELS, STANDARD
from contract_tests.checks.table import Check
from contract_tests.http.exchange import Response, TransportError
from contract_tests.results.exhibit import Exhibit
from tallystick.catalogue.cases import Case
from tallystick.contract import Contract, ContractOperation
from tallystick.errors import Source
from tallystick.printing import printable

_MOST_SHOWN = 6
_MOST_OPERATIONS = 5
_MOST_ALIKE = 50


@dataclass(slots=True, eq=False)
class Finding:
    """A broken check: where the demand stands, and how to see the violation. The request shown is
    the one with the least `weight`.
    """

    check: Check
    operation: str
    source: str
    quote: str
    message: str
    curl: str
    response: str
    cause: tuple[object, ...]
    codes: frozenset[str] = frozenset()
    is_of_case: bool = False
    is_random: bool = False
    location: Source | None = None
    cases: list[Case] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    places: set[tuple[str, ...]] = field(default_factory=set)
    operations: list[str] = field(default_factory=list)
    requests: int = 1
    exhibit: Exhibit | None = None

    def __post_init__(self) -> None:
        self.operations = self.operations or [self.operation]

    @property
    def id(self) -> str:
        """The same for the same cause in every run."""
        cause = (self.operation, self.check.family, self.cause, sorted(self.codes))
        return _digest((self.check.family, min(self.places)) if self.places else cause)

    @property
    def causes(self) -> list[str]:
        """Ids of all that makes two findings one (see `_have_one_cause`): a run with another seed
        may see a part of it.
        """
        family = self.check.family
        own: list[object] = [*self.codes] or [self.cause]
        keys: list[object] = [
            *((family, place) for place in self.places),
            *((self.operation, family, each) for each in own),
        ]
        return sorted({self.id, *map(_digest, keys)})

    @property
    def weight(self) -> tuple[int, bool, bool, int]:
        """The order in which requests of one cause are shown: the heaviest level first, then a
        request that should get a case, then one that has a name before random data, the smallest.
        """
        level = LEVELS.index(self.check.level)
        return level, not self.is_of_case, self.is_random, len(self.curl)

    @property
    def rank(self) -> tuple[int, int, int]:
        """The order of findings: what weighs most, then what touches most."""
        return LEVELS.index(self.check.level), -len(self.operations), -self.requests

    @property
    def full_message(self) -> str:
        """The message, with the other requests that showed the same."""
        others = [what for what in self.seen if what not in self.message]
        shown = "; ".join(others[:_MOST_SHOWN])
        more = len(others) - _MOST_SHOWN
        also = f" (seen with: {shown}{f'; and {more} more' if more > 0 else ''})" if shown else ""
        return f"{self.message}{also}{self._breadth}"

    @property
    def _breadth(self) -> str:
        """In how many operations a cause shows, and the first of them."""
        if len(self.operations) == 1:
            return ""
        listed = ", ".join(self.operations[:_MOST_OPERATIONS])
        more = ", …" if len(self.operations) > _MOST_OPERATIONS else ""
        count = f"{len(self.operations)} operations, {self.requests} requests"
        return f" (in {count}: {listed}{more})"

    def merge(self, other: Finding) -> None:
        """Add what another request showed of the same cause."""
        self.codes |= other.codes
        self.cases += [case for case in other.cases if case not in self.cases]
        self.seen += [what for what in other.seen if what not in self.seen]
        self.places |= other.places
        self.operations += [name for name in other.operations if name not in self.operations]
        self.requests += other.requests
        if other.weight < self.weight:
            self.check = other.check
            self.is_of_case, self.is_random = other.is_of_case, other.is_random
            self.source, self.quote = other.source, other.quote
            self.location = other.location
            self.message, self.curl, self.response = other.message, other.curl, other.response
            self.operation, self.exhibit = other.operation, other.exhibit

    def to_json(self) -> dict[str, Any]:
        """The form that a report holds."""
        return {
            "id": self.id,
            "causes": self.causes,
            "is_random": self.is_random,
            "check": self.check.name,
            "level": self.check.level,
            "source": self.source,
            "quote": self.quote or None,
            "location": _place(self.location),
            "operation": self.operation,
            "operations": self.operations,
            "requests": self.requests,
            "case": self.cases[0].label if self.cases else None,
            "cases": [case.label for case in self.cases],
            "headline": self.message,
            "message": self.full_message,
            "remedy": self.check.remedy or None,
            "response": self.response,
            "curl": self.curl,
            "exchange": self.exhibit.to_json() if self.exhibit else None,
        }

    def __str__(self) -> str:
        return "\n".join(lines_of(self.to_json()))


class Findings:
    """The findings of a run, one for each cause."""

    def __init__(self) -> None:
        self._found: list[Finding] = []

    def __iter__(self) -> Iterator[Finding]:
        """The findings, the heaviest level first, and of a level the largest."""
        return iter(sorted(self._found, key=lambda finding: finding.rank))

    def __len__(self) -> int:
        return len(self._found)

    def add(self, finding: Finding) -> Finding:
        """Add a finding, or what it shows to the finding of the same cause; returns that one. Of
        one check and operation only so many are kept: the target says how many there are.
        """
        same = [other for other in self._found if _have_one_cause(finding, other)]
        if not same:
            alike = [
                other
                for other in self._found
                if other.operation == finding.operation and other.check is finding.check
            ]
            if len(alike) >= _MOST_ALIKE:
                return alike[-1]
            self._found.append(finding)
            return finding
        # A violation that confuses two codes may join findings that had no code in common before.
        for other in (*same[1:], finding):
            same[0].merge(other)
        self._found = [other for other in self._found if other not in same[1:]]
        return same[0]


def _digest(key: object) -> str:
    return hashlib.sha256(repr(key).encode()).hexdigest()[:12]


def _place(source: Source | None) -> dict[str, Any] | None:
    if source is None:
        return None
    return {"file": source.file, "pointer": source.pointer, "line": source.line}


def location_of(
    contract: Contract, operation: ContractOperation, expectation: Expectation, violation: Violation
) -> Source:
    """The place in the document that makes the demand."""
    if expectation.case is not None and violation.path is None:
        return expectation.case.source
    return contract.document.locate(violation.path or operation.location)


def source_of(
    location: Source, expectation: Expectation, check: Check, violation: Violation
) -> str:
    """What makes the demand: a standard, or this place in the document."""
    if violation.source or check.source:
        return violation.source or check.source
    if check.level == STANDARD and expectation.source:
        return expectation.source
    return place_in_text(location)


def place_in_text(source: Source) -> str:
    """A place in the document. Where all of it stands on one line, the pointer is the place."""
    says_nothing = source.line == 1 and source.pointer
    return str(Source(source.file, source.pointer) if says_nothing else source)


def _have_one_cause(one: Finding, other: Finding) -> bool:
    if one.check.family != other.check.family:
        return False
    if not one.places.isdisjoint(other.places):
        return True
    if one.operation != other.operation:
        return False
    if one.codes or other.codes:
        return not one.codes.isdisjoint(other.codes)
    return one.cause == other.cause


def lines_of(finding: Mapping[str, Any]) -> list[str]:
    """A finding of a report as lines of text; without the command where that is empty."""
    indented = "\n" + " " * 12
    lines = [f"{finding['check']} ({finding['level']}): {finding['message']}"]
    lines += [f"  source    {finding['source']}"]
    lines += [f'  quote     "{finding["quote"]}"'] if finding["quote"] else []
    lines += [f"  response  {finding['response']}"]
    lines += [f"  change    {finding['remedy']}"] if finding.get("remedy") else []
    lines += (
        [f"  repeat    {finding['curl'].replace(chr(10), indented)}"] if finding["curl"] else []
    )
    return [printable(line) for line in lines]


def shown(outcome: Response | TransportError) -> str:
    """A response in one line, however long."""
    if isinstance(outcome, TransportError):
        return outcome.what
    body = outcome.body[:_MOST_BODY].decode("utf-8", "replace")
    if len(outcome.body) > _MOST_BODY:
        # Nobody finds a secret that is cut in two: the last word is left out.
        body = re.sub(r"[^\s\"']*$", "…", body)
    body = " ".join(body.split())
    return f"{outcome.status} {outcome.media_type} {body}".strip()


def cut(text: str) -> str:
    """A text that is not too long to read. Secrets must be out of it: nobody finds a secret that
    is cut in two.
    """
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 100]} … {text[-80:]}"


_LONGEST, _MOST_BODY = 600, 16 * 2**10
