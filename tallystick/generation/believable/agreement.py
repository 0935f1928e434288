"""Members that must agree with a list beside them: how many items there are, and pages.

Rules: only where an object has one list, and only numbers and yes or no; what the document gives
itself, and what the member's schema does not take, stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tallystick.generation.believable.subjects import singular, words_of
from tallystick.generation.believable.vocabulary import words

_COUNTS = words(
    "total totalcount totalitems totalresults totalelements totalrecords totalhits count "
    "itemcount resultcount numberofelements numfound returned size length"
)

FACTS: Mapping[str, Callable[[int], Any]] = {
    **dict.fromkeys(_COUNTS, lambda count: count),
    **dict.fromkeys(words("pagesize perpage limit"), lambda count: max(10, count)),
    **dict.fromkeys(words("totalpages pagecount pages numpages lastpage"), lambda _: 1),
    **dict.fromkeys(words("page pagenumber currentpage pageindex"), lambda _: 1),
    **dict.fromkeys(words("offset skip"), lambda _: 0),
    **dict.fromkeys(words("hasmore hasnext hasnextpage hasprevious hasprev"), lambda _: False),
}
"""What a member beside a list holds, by how many items there are: all of them are one page."""

_MONEY = {"currency", "currencycode", "subtotal", "tax", "price", "unitprice", "shipping"}
_AROUND = {"meta", "metadata", "pagination", "paging", "page", "pageinfo"}


def agreeing(value: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The members of an object that its list settles: each with its path, and what it holds."""
    lists = {name: item for name, item in value.items() if isinstance(item, list)}
    for name, items in lists.items():
        yield from _counted(value, name, len(items))
    if len(lists) != 1:
        return
    count = len(next(iter(lists.values())))
    is_money = any(_letters(name) in _MONEY for name in value)
    for name, item in value.items():
        plain = _letters(name)
        if plain in FACTS and _is_plain(item) and not (is_money and plain == "total"):
            yield (name,), FACTS[plain](count)
        elif plain in _AROUND and isinstance(item, dict):
            for inner, inside in item.items():
                if _letters(inner) in FACTS and _is_plain(inside):
                    yield (name, inner), FACTS[_letters(inner)](count)


def _counted(value: Mapping[str, Any], name: str, count: int) -> Iterator[tuple[tuple[str], int]]:
    """Members such as `reviewCount` beside `reviews`."""
    letters = _letters(name)
    counts = {f"{stem}count" for stem in (letters, singular(letters))}
    counts |= {f"numberof{letters}", f"num{letters}", f"total{letters}"}
    for other, item in value.items():
        if _letters(other) in counts and _is_plain(item):
            yield (other,), count


def _letters(name: str) -> str:
    return "".join(words_of(name))


def _is_plain(value: Any) -> bool:
    return isinstance(value, int | bool)
