"""Results that are kept for whoever asks the same again.

Rules: what is asked comes from requests, so anybody chooses it. Only short texts are kept, and so
many of them: clients repeat those, and all caches together stay small beside `--memory`, which does
not count them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_LONGEST = 1_000
"""How many letters a text may have of which a result is kept."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(dict[K, V], Generic[K, V]):
    """What a function made, by what it was asked; `most` of it, the latest."""

    def __init__(self, make: Callable[[K], V], most: int) -> None:
        super().__init__()
        self.make = make
        self.most = most

    def __missing__(self, asked: K) -> V:
        made = self.make(asked)
        if _is_short(asked):
            if len(self) >= self.most:
                del self[next(iter(self))]
            self[asked] = made
        return made


def _is_short(asked: object) -> bool:
    if isinstance(asked, tuple):
        return all(map(_is_short, asked))
    return not isinstance(asked, str | bytes) or len(asked) <= _LONGEST


def cached(most: int) -> Callable[[Callable[[K], V]], Callable[[K], V]]:
    """Keeps so many results of a function of one argument: a text, or a tuple. Looking one up is no
    call of a Python function, since requests do it several times.
    """
    return lambda function: Kept(function, most).__getitem__
