"""Whether a list is the whole, or a part of it."""

from __future__ import annotations

import re
from typing import Any

from contract_tests.checks.schemas import schema_at
from contract_tests.http.exchange import Exchange, OperationRequest, Response
from contract_tests.requests.reaching import with_value
from contract_tests.results.run import Run
from tallystick.reader.operations import Field

NEXT = re.compile("(?i)next|more|cursor|links")
"""What a member is called that speaks of the items that follow."""

_LIMIT = re.compile("(?i:limit|size|(?:per|max)[_-]?(?:page|items)|page[_-]?size)")
_ASKED = re.compile(f"{_LIMIT.pattern}|(?i:offset|page|start|skip)")
_MOST_LISTED = 1_000
_SHORT = 10
"""A list that is shorter is most likely the whole."""


def longest(run: Run, request: OperationRequest) -> OperationRequest:
    """The request to a list for as many items as one may ask for, where a parameter says so."""
    for parameter in request.operation.parameters:
        schema = schema_at(run.contract.document, parameter.schema)
        most = schema.get("maximum")
        is_limit = parameter.location == "query" and _LIMIT.fullmatch(parameter.name)
        if is_limit and isinstance(most, int) and most <= _MOST_LISTED:
            return with_value(request, Field("query", parameter.name), most)
    return request


def is_whole(value: Any, count: int, exchange: Exchange) -> bool:
    """Whether a list of so many items looks like all that there is."""
    return not _goes_on(value, count, exchange) and (count < _SHORT or _says_count(value, count))


def _says_count(value: Any, count: int) -> bool:
    """Whether a list says that it has just as many items as there are."""
    return isinstance(value, dict) and any(
        member == count and not isinstance(member, bool) for member in value.values()
    )


def _goes_on(value: Any, count: int, exchange: Exchange) -> bool:
    """Whether a list speaks of a part that follows (RFC 8288 has a relation for it)."""
    outcome = exchange.outcome
    links = outcome.headers.get("link", "") if isinstance(outcome, Response) else ""
    named = value if isinstance(value, dict) else {}
    # What was asked for says nothing of what there is.
    said = {n: v for n, v in named.items() if isinstance(v, int) and not _ASKED.fullmatch(n)}
    follows = [member for name, member in named.items() if NEXT.search(name)]
    return "next" in links or any(follows) or any(amount > count for amount in said.values())
