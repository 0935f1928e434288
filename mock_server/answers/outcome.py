"""What to answer a request with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mock_server.requests.conditions import unmet
from mock_server.requests.errors import RequestError
from mock_server.requests.request import ABSENT, Header, Request
from mock_server.state.forces import OwnAnswer
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to answer: a documented case, or an error that the document has no case for.
    `headers` are added to the answer; they stand for the documented ones of their names where it
    `replaces` them. A `value` stands for the body of the case, and what is the user's `own` for
    all that it has.
    """

    rule: str
    case: Case | None = None
    error: RequestError | None = None
    headers: tuple[Header, ...] = ()
    value: Any = ABSENT
    replaces: bool = False
    own: OwnAnswer | None = None


def outcomes_of_conditions(operation: ContractOperation) -> dict[str, Outcome]:
    """The outcomes of requests whose condition does not hold, by their status, where the document
    has them.
    """
    found: dict[str, Outcome] = {}
    for case in operation.cases:
        if case.status in ("304", "412"):
            found.setdefault(case.status, Outcome("condition", case))
    return found


def outcome_of_condition(
    conditions: Mapping[str, Outcome], request: Request, etag: str
) -> Outcome | None:
    """The outcome of a condition that does not hold, where the document has one. A 304 says what
    a 200 would say of the content (RFC 9110 section 15.4.5).
    """
    outcome = conditions.get(unmet(request, etag.encode()) or "")
    if outcome is None or outcome.case is None:
        return None
    headers = ((b"etag", etag.encode()),) if outcome.case.status == "304" else ()
    return Outcome(outcome.rule, outcome.case, headers=headers, replaces=True)
