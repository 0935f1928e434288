"""Whether a list keeps to what its query asks for: how many items, which page, which values;
and whether it counts its items rightly.

A document hardly ever says what such a parameter does; what it is called shows it. So what is found
is advisory, and nothing is said of a list that is too short to show it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contract_tests.checks import table
from contract_tests.checks.context import Violation
from contract_tests.checks.schemas import fits_schema
from contract_tests.checks.table import Check
from contract_tests.http.addresses import followed
from contract_tests.http.exchange import Exchange, OperationRequest
from contract_tests.operations.resources import items
from contract_tests.remembering.counting import counts_in, is_sum, sizes_in
from contract_tests.remembering.creating import handled
from contract_tests.remembering.lists import MOST_LISTED, NEXT, SHORT, beside, leads_on
from contract_tests.results.run import Run, success_value
from tallystick.reader.operations import Field, Parameter, branches

_LIMIT = re.compile(
    r"(?i)limit|count|top|take|(?:per|max)[_-]?(?:page|items|results)|page[_-]?size"
)
_PAGE = re.compile(r"(?i)page|page[_-]?(?:no|number|index)")
_OFFSET = re.compile(r"(?i)offset|skip")
_CURSOR = re.compile(r"(?i).*cursor|after|page[_-]?token|.*continuation.*|starting[_-]?after")
_STARTING = re.compile(r"(?i)starting[_-]?after")
"""What Stripe and others call the id of the last item."""

_LEADS_ON = re.compile(r"(?i)page|offset|skip|start|cursor|after|before|token|marker|from")
"""What a parameter is called that may lead to other items, in whatever way."""

_MOST_ENVELOPES, _MOST_VALUES = 4, 2

Entries = list[dict[str, Any]]


@dataclass(frozen=True)
class AskedList:
    """A list, and the request to it without any parameter that need not be."""

    run: Run
    request: OperationRequest

    def check(self) -> None:
        """Ask for fewer items, for the next ones, and for those of one value."""
        exchange = self.send({})
        whole = self.entries(exchange)
        self._check_counts(exchange, whole)
        limit = self.named(_LIMIT)
        if limit is not None and len(whole) > 1:
            self._check_limit(limit, whole)
        for parameter in self.request.operation.parameters:
            if parameter.location == "query":
                self._check_filter(parameter, whole)

    def _check_counts(self, exchange: Exchange, listed: Entries) -> None:
        """As many as the list says are there, on this page or on others."""
        value, things = success_value(exchange), self.request.operation.path.rpartition("/")[2]
        counts, sizes = list(counts_in(value, exchange, things)), list(sizes_in(value))
        # What is asked for is a size, too.
        exact = counts or ([] if self.named(_LIMIT) else sizes)
        wrong = [pair for pair in (*counts, *sizes) if pair[1] < len(listed)]
        wrong += [pair for pair in exact if pair[1] > len(listed)]
        for name, amount in wrong:
            seen = listed if amount < len(listed) else self._all(exchange, listed, amount)
            if seen is not None and len(seen) != amount and not is_sum(amount, seen):
                what = f"{name} is {amount}, and there are {len(seen)} items"
                self.find(exchange, table.LIST_COUNTED, Violation(what, (name,)))
                return

    def _all(self, exchange: Exchange, listed: Entries, amount: int) -> Entries | None:
        """All items that there are, where a service says that it has an amount of them; None
        where others may follow.
        """
        limit = self.named(_LIMIT)
        most = self.keywords(limit, "maximum") if limit else []
        if limit is not None:
            bounds = (bound for bound in (*most, MOST_LISTED) if isinstance(bound, int))
            exchange = self.send({limit.name: min(amount + 1, *bounds)})
            listed = self.entries(exchange)
        is_whole = self._may_be_all(exchange, listed) and all(
            isinstance(success_value(other), dict | list)
            and all(entry in listed for entry in self.entries(other))
            for other in map(self.send, self._following_pages(len(listed)))
        )
        return listed if is_whole else None

    def _may_be_all(self, exchange: Exchange, listed: Entries) -> bool:
        """Whether nothing in a list or in its parameters leads to other items, but pages."""
        value = success_value(exchange)
        pages = {p.name for p in map(self.named, (_LIMIT, _OFFSET, _PAGE)) if p is not None}
        names = {p.name for p in self.request.operation.parameters if p.location == "query"}
        says_end = self.named(_CURSOR) and any(NEXT.search(name) for name, _ in beside(value))
        is_unclear = any(_LEADS_ON.search(name) for name in names - pages) and not says_end
        is_short = len(listed) < SHORT or self._following_pages(0)
        arrays = value.values() if isinstance(value, dict) else [value]
        has_items = bool(listed) or [each for each in arrays if isinstance(each, list)] == [[]]
        return has_items and bool(is_short) and not is_unclear and not leads_on(value, exchange)

    def _following_pages(self, count: int) -> list[dict[str, Any]]:
        """What asks for the items after so many. A first page is 0 or 1."""
        offset, page = self.named(_OFFSET), self.named(_PAGE)
        offsets = [{offset.name: count}] if offset else []
        return offsets + ([{page.name: number} for number in (1, 2)] if page else [])

    def _check_limit(self, limit: Parameter, whole: Entries) -> None:
        least = [bound for bound in self.keywords(limit, "minimum") if isinstance(bound, int)]
        count = max([1, *least])
        asked = {limit.name: count}
        exchange = self.send(asked)
        found = self.entries(exchange)
        if len(found) > count < len(whole):
            self.find_asked(
                exchange, limit, f"there are {len(found)} items, though it asks for {count}"
            )
        elif len(found) == count and len(whole) >= 3 * count and _are_different(whole):
            self._check_next(asked, count, exchange)

    def _check_next(self, asked: Mapping[str, Any], count: int, first: Exchange) -> None:
        """The next items are others than the first."""
        for pattern, values in ((_PAGE, (1, 2)), (_OFFSET, (0, count))):
            parameter = self.named(pattern)
            if parameter is None:
                continue
            one, other = (self.send({**asked, parameter.name: value}) for value in values)
            if self.entries(one) and self.entries(one) == self.entries(other):
                what = f"{values[1]} gives the same items as {values[0]}"
                self.find_asked(other, parameter, what)
            return
        cursor = self.named(_CURSOR)
        following = self._following(success_value(first), cursor)
        if cursor is not None and following:
            other = self.send({**asked, **following})
            if self.entries(other) == self.entries(first):
                self.find_asked(other, cursor, "what follows is the same items again")

    def _following(self, value: Any, cursor: Parameter | None) -> dict[str, Any]:
        """The parameters of the next items, as a response says: a cursor, or an address."""
        for text in _next_of(value) if cursor is not None else ():
            query = dict(parse_qsl(urlsplit(followed("", text) or "").query))
            if cursor is not None and (query or "/" not in text):
                return {cursor.name: query.get(cursor.name, text)}
        return self._after(list(items(value))[-1:], cursor) if cursor is not None else {}

    def _after(self, last: Entries, cursor: Parameter) -> dict[str, Any]:
        """What asks for the items after the last one: its id, where the parameter takes ids."""
        forms = [*self.keywords(cursor, "format"), *self.keywords(cursor, "type")]
        is_id = _STARTING.fullmatch(cursor.name) or "uuid" in forms or "integer" in forms
        own = last[0].get("id") if last else None
        path, document = cursor.schema, self.run.contract.document
        fits = own is not None and path and fits_schema(document, path, own, "request")
        return {cursor.name: own} if is_id and fits else {}

    def _check_filter(self, parameter: Parameter, whole: Entries) -> None:
        """Items of one value alone, where items have a member of this name and the same values."""
        is_flag = "boolean" in self.keywords(parameter, "type")
        enums = [each for each in self.keywords(parameter, "enum") if isinstance(each, list)]
        choices = [True, False] if is_flag else [value for each in enums for value in each]
        names = (name for entry in whole for name in entry)
        member = next((name for name in names if _is_same(name, parameter.name)), None)
        if not choices or member is None:
            return
        seen = [entry[member] for entry in whole if member in entry]
        if not all(any(value is one or value == one for one in choices) for value in seen):
            return
        for choice in choices[:_MOST_VALUES]:
            exchange = self.send({parameter.name: choice})
            others = [e for e in self.entries(exchange) if member in e and e[member] != choice]
            if others and any(value != choice for value in seen):
                what = f"{choice!r} gives items whose {member} is {others[0][member]!r}"
                self.find_asked(exchange, parameter, what)
                return

    # --- the list

    def send(self, query: Mapping[str, Any]) -> Exchange:
        """Ask for the list with these parameters besides those that it needs."""
        request = replace(self.request, query={**self.request.query, **query})
        exchange = self.run.client.send(request)
        self.run.check(request.operation, exchange, handled("a part of the list"))
        return exchange

    def entries(self, exchange: Exchange) -> Entries:
        """The items of a response; none where it is no success."""
        return list(items(success_value(exchange)))

    def named(self, pattern: re.Pattern[str]) -> Parameter | None:
        """The parameter of the query with such a name; one that asks for an amount is a number."""
        for parameter in self.request.operation.parameters:
            is_named = parameter.location == "query" and pattern.fullmatch(parameter.name)
            document, path = self.run.contract.document, parameter.schema
            is_right = path is not None and (
                pattern is _CURSOR or fits_schema(document, path, 2, "request")
            )
            if is_named and is_right:
                return parameter
        return None

    def keywords(self, parameter: Parameter, name: str) -> list[Any]:
        """The values of a keyword in the schemas of a parameter."""
        path, document = parameter.schema, self.run.contract.document
        found = branches(document, path) if path else ()
        return [schema[name] for schema, _ in found if name in schema]

    def find_asked(self, exchange: Exchange, parameter: Parameter, what: str) -> None:
        """Keep what is wrong with what was asked for."""
        field = Field("query", parameter.name)
        violation = Violation(f"{field.location}.{field.name}: {what}", (parameter.name,))
        self.find(exchange, table.LIST_AS_ASKED, violation)

    def find(self, exchange: Exchange, check: Check, violation: Violation) -> None:
        """Keep what is wrong with the list."""
        expectation = handled("a part of the list")
        self.run.violate(self.request.operation, exchange, expectation, check, violation)


def _are_different(entries: Entries) -> bool:
    return not any(entry in entries[:index] for index, entry in enumerate(entries))


def _is_same(one: str, other: str) -> bool:
    return re.sub(r"[^a-z0-9]", "", one.lower()) == re.sub(r"[^a-z0-9]", "", other.lower())


def _next_of(value: Any) -> Iterator[str]:
    """The texts of an envelope that may lead to the next items."""
    waiting = [value]
    for envelope in waiting:
        for name, member in envelope.items() if isinstance(envelope, dict) else ():
            if isinstance(member, str) and member and NEXT.search(name):
                yield member
            elif isinstance(member, dict) and len(waiting) < _MOST_ENVELOPES:
                waiting.append(member)
