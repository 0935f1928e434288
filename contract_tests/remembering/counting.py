"""Whether a list that says how many items there are says it rightly.

Rules: what is called a count is never less than the items beside it, and no more where nothing
follows them. A sum of the items is no count, whatever it is called. A document hardly ever says
what such a member counts, so what is found is advisory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from contract_tests.http.exchange import Exchange, Response
from contract_tests.remembering.lists import beside

_THINGS = "items?|elements?|results?|records?|entries|hits|rows|objects"
_COUNT = re.compile(
    f"x?(?:total|count|(?:total|num|number)(?:of)?(?:count|{_THINGS})|(?:{_THINGS})(?:count|total))"
)
"""What a count is called, in letters alone."""

_SIZE = re.compile("size|length")
"""What is called so is a count, or else how many items one asks for."""

_MOST_DIGITS = 18


def counts_in(value: Any, exchange: Exchange, things: str) -> Iterator[tuple[str, int]]:
    """How many `things` there are, as a list says: names of members and headers, and amounts."""
    outcome = exchange.outcome
    headers = outcome.headers if isinstance(outcome, Response) else {}
    for name, amount in (*_amounts(beside(value)), *_in_headers(headers)):
        letters = _letters(name)
        if _COUNT.fullmatch(letters) or letters == f"total{_letters(things)}":
            yield name, amount


def sizes_in(value: Any) -> Iterator[tuple[str, int]]:
    """The sizes in the envelope of a list."""
    amounts = _amounts(beside(value))
    return ((name, amount) for name, amount in amounts if _SIZE.fullmatch(_letters(name)))


def is_sum(amount: int, entries: Sequence[Mapping[str, Any]]) -> bool:
    """Whether an amount is the sum of a member of the items, as the total of an invoice is."""
    names = {name for entry in entries for name in entry}
    numbers = ([e[name] for e in entries if _is_number(e.get(name))] for name in names)
    return any(found and amount == sum(found) for found in numbers)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _amounts(members: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, int]]:
    for name, member in members:
        if isinstance(member, int) and not isinstance(member, bool):
            yield name, member


def _in_headers(headers: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    for name, text in headers.items():
        if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS:
            yield name, int(text)


def _letters(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())
