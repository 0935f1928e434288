"""Whether a list is the whole, or a part of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
MOST_LISTED, _MOST_DEEP = 1_000, 2
SHORT = 10
"""A list that is shorter is most likely the whole."""


def longest(run: Run, request: OperationRequest) -> OperationRequest:
    """The request to a list for as many items as one may ask for, where a parameter says so."""
    for parameter in request.operation.parameters:
        schema = schema_at(run.contract.document, parameter.schema)
        most = schema.get("maximum")
        is_limit = parameter.location == "query" and _LIMIT.fullmatch(parameter.name)
        if is_limit and isinstance(most, int) and most <= MOST_LISTED:
            return with_value(request, Field("query", parameter.name), most)
    return request


def is_whole(value: Any, count: int, exchange: Exchange) -> bool:
    """Whether a list of so many items looks like all that there is."""
    amounts = [amount for _, amount in amounts_beside(value)]
    goes_on = leads_on(value, exchange) or any(amount > count for amount in amounts)
    return not goes_on and (count < SHORT or count in amounts)


def leads_on(value: Any, exchange: Exchange) -> bool:
    """Whether a list speaks of a part that follows (RFC 8288 has a relation for it)."""
    outcome = exchange.outcome
    links = outcome.headers.get("link", "") if isinstance(outcome, Response) else ""
    return "next" in links or any(member for name, member in beside(value) if NEXT.search(name))


def amounts_beside(value: Any) -> Iterator[tuple[str, int]]:
    """The amounts in the envelope of a list. What was asked for says nothing of what there is."""
    for name, member in beside(value):
        is_amount = isinstance(member, int) and not isinstance(member, bool)
        if is_amount and not _ASKED.fullmatch(name):
            yield name, member


def beside(value: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The single values in the envelope of a list, and in the objects of it (`meta`, `links`)."""
    for name, member in value.items() if isinstance(value, dict) else ():
        if isinstance(member, dict) and "href" in member:
            yield name, member["href"]
        elif isinstance(member, dict) and depth < _MOST_DEEP:
            yield from beside(member, depth + 1)
        elif isinstance(member, list) and "link" in name.lower():
            links = (link for link in member if isinstance(link, dict))
            yield from ((str(link.get("rel")), link.get("href")) for link in links)
        elif not isinstance(member, dict | list):
            yield name, member
