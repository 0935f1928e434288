"""Faker, by locale: names, addresses, companies and the like.

Rules: it is loaded when the first value needs it. One source of randomness gives the same values.
A locale that Faker has nothing of its own for gets what Faker has in English.
"""

from __future__ import annotations

import difflib
import threading
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

from tallystick.errors import TallystickError
from tallystick.reader.options import LOCALE

if TYPE_CHECKING:
    from faker import Generator

_PROVIDERS = [
    f"faker.providers.{name}"
    for name in (
        *("address", "bank", "company", "date_time", "geo", "internet", "isbn", "job", "lorem"),
        *("person", "phone_number", "user_agent"),
    )
]


class LocaleError(TallystickError):
    """There is no such locale."""


def check_locale(locale: str) -> None:
    """Raises LocaleError where Faker does not know a locale."""
    if locale == LOCALE:
        return
    known = _locales()
    if _plain(locale) not in known:
        near = difflib.get_close_matches(_plain(locale), known, 1, 0.7)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise LocaleError(
            f"There is no locale {locale!r}.{hint}",
            remedy=f"A locale is a language and a country, such as {', '.join(_SHOWN)}.",
        )


_SHOWN = ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "pt_BR", "ja_JP")


@cache
def _locales() -> frozenset[str]:
    from faker.config import AVAILABLE_LOCALES

    return frozenset(AVAILABLE_LOCALES)


def _plain(locale: str) -> str:
    return locale.replace("-", "_")


class _Made(threading.local):
    """The generators of one thread: a mock in a thread must not use the randomness of another."""

    def __init__(self) -> None:
        self.generators: dict[str, Generator] = {}


_MADE = _Made()


def library(locale: str, source: Random) -> Any:
    """Faker's generator of a locale, with this source of randomness."""
    found = _MADE.generators.get(locale)
    if found is None:
        from faker.factory import Factory

        found = Factory.create(_plain(locale), providers=_PROVIDERS)
        _MADE.generators[locale] = found
    found.random = source
    return found
