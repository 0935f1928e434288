"""Results that are kept for whoever asks the same again.

Rules: what is asked comes from requests, so anybody chooses it. Only short texts are kept, and so
many of them: clients repeat those, and all caches together stay small beside `--memory`, which does
not count them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import ParamSpec, TypeVar

_LONGEST = 1_000
"""How many letters an argument may have whose result is kept."""

P = ParamSpec("P")
R = TypeVar("R")


def are_short(arguments: Iterable[object]) -> bool:
    """Whether what is made of these may be kept, for all that their texts say."""
    for argument in arguments:
        if isinstance(argument, str | bytes) and len(argument) > _LONGEST:
            return False
    return True


def cached(most: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keeps so many results of a function whose arguments are texts, or others that can be
    hashed.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        kept = lru_cache(most)(function)

        def called(*arguments: P.args, **named: P.kwargs) -> R:
            found = kept if are_short(arguments) else function
            return found(*arguments, **named)  # type: ignore[arg-type]

        return called

    return decorate
