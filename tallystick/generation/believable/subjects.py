"""What an object is about: the person, place, thing and moments that its members agree on.

Rules: each is made when a member first asks for it, and stays; members with one qualifier
(`customerName`, `customerEmail`) speak of one person. A subject has a source of randomness of its
own, so that a member more or less changes nothing of the others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any, TypeVar

from tallystick.generation.believable.locales import library
from tallystick.generation.believable.vocabulary import (
    ADJECTIVES,
    AMERICAN,
    COLOURS,
    CURRENCIES,
    EMPTY_WORDS,
    FILES,
    GOODS,
    KINDS,
    SHORT_WORDS,
    TITLES,
    USES,
)

_FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
_TODAY = date(2026, 1, 1)
"""The day from which ages are counted: data must be the same tomorrow."""

_RANKS = 4
_DOMAINS = ("example.com", "example.org", "example.net")
_SHARED = {"profile", "name", "contact", "identity", "location", "geo", "coordinates", "position"}
"""Objects that speak of what the object around them is about."""

_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})


_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True)
class Person:
    """A person."""

    first: str
    last: str
    gender: str
    user: str
    email: str
    birth: date

    @property
    def full(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def age(self) -> int:
        """In whole years."""
        return (_TODAY - self.birth).days // 365


@dataclass(frozen=True, slots=True)
class Location:
    """A place, in a real city where the library knows one."""

    street: str
    number: str
    city: str
    state: str
    postcode: str
    country: str
    code: str
    latitude: float
    longitude: float
    timezone: str


@dataclass(frozen=True, slots=True)
class Ware:
    """Something that is sold."""

    name: str
    category: str
    colour: str
    material: str
    description: str
    price: float
    sku: str


class Subject:
    """What one object is about. `nouns` name it, the most telling first; `members` are the names
    of its members, in letters; `status` is that of the response that it is in, where that matters.
    """

    __slots__ = ("_known", "locale", "members", "nouns", "parent", "source", "status")

    def __init__(
        self,
        locale: str,
        seed: int,
        nouns: Sequence[str] = (),
        members: frozenset[str] = frozenset(),
        parent: Subject | None = None,
        status: int = 0,
    ) -> None:
        self.locale = locale
        self.source = Random(seed)  # noqa: S311
        self.nouns = nouns
        self.members = members
        self.parent = parent
        self.status = status
        self._known: dict[object, Any] = {}

    @property
    def fake(self) -> Any:
        """Faker, with this subject's randomness."""
        return library(self.locale, self.source)

    @property
    def is_english(self) -> bool:
        """Whether sentences are to be English."""
        return self.locale.startswith("en")

    @property
    def kind(self) -> str:
        """What kind of thing it is; empty where nothing says so."""
        return self.once("kind", self._kind)

    @property
    def noun(self) -> str:
        """The noun that names it."""
        words = (word for name in self.nouns for word in reversed(meaningful(name)))
        return next(words, "item")

    def _kind(self) -> str:
        for name in self.nouns:
            found = kind_of(name)
            if found:
                return found
        for kind, telling in _TELLING:
            if self.members & telling:
                return kind
        inherits = self.parent is not None and not any(meaningful(name) for name in self.nouns)
        return self.parent.kind if inherits and self.parent is not None else ""

    def once(self, key: object, make: Callable[[], _Kept]) -> _Kept:
        """What was made under a key before, or what this makes."""
        if key not in self._known:
            self._known[key] = make()
        found: _Kept = self._known[key]
        return found

    def of(self, noun: str) -> Subject:
        """The subject that a noun within this one names."""
        return self.once(
            ("subject", noun),
            lambda: Subject(self.locale, self.source.getrandbits(64), (noun,), parent=self),
        )

    def _around(self) -> Subject | None:
        """The subject that this one is a part of."""
        is_part = any(word in _SHARED for name in self.nouns[-1:] for word in words_of(name))
        return self.parent if is_part else None

    # --- people

    def person(self, qualifier: str = "") -> Person:
        """The person that members of this qualifier speak of."""
        around = self._around()
        if around is not None and not qualifier:
            return around.person()
        return self.once(("person", qualifier), self._person)

    def _person(self) -> Person:
        fake, source = self.fake, self.source
        gender = source.choice(("female", "male"))
        first = getattr(fake, f"first_name_{gender}")()
        last = getattr(fake, f"last_name_{gender}")()
        plain = f"{slug(first)}.{slug(last)}".strip(".").replace("-", "")
        user = plain if "." in plain else f"user{source.randint(100, 999)}"
        birth = date(1955, 1, 1) + timedelta(days=source.randrange(50 * 365))
        email = f"{user}@{source.choice(_DOMAINS)}"
        return Person(first, last, gender, user, email, birth)

    # --- places

    def place(self, qualifier: str = "") -> Location:
        """The place that members of this qualifier speak of."""
        around = self._around()
        if around is not None and not qualifier:
            return around.place()
        return self.once(("place", qualifier), self._place)

    def _place(self) -> Location:
        fake = self.fake
        code = self.country_code
        if code == "US":
            city, state, postcode, latitude, longitude, timezone = self.source.choice(AMERICAN)
            street, number = fake.street_name(), str(self.source.randint(1, 180))
            where = (latitude, longitude, timezone)
            return Location(street, number, city, state, postcode, "United States", code, *where)
        found = fake.local_latlng(country_code=code, coords_only=False)
        latitude, longitude, city, _, timezone = found or (*_CENTRE, fake.city(), code, "UTC")
        return Location(
            street=fake.street_name(),
            number=str(self.source.randint(1, 180)),
            city=city,
            state=_of_locale(fake, ("state", "administrative_unit", "province", "region"), city),
            postcode=str(_of_locale(fake, ("postcode", "postalcode"), "10115")),
            country=_country(fake, code),
            code=code,
            latitude=float(latitude),
            longitude=float(longitude),
            timezone=timezone,
        )

    @property
    def country_code(self) -> str:
        """The country of the locale (ISO 3166-1)."""
        plain = self.locale.replace("-", "_").partition("_")[2][:2].upper()
        return plain if len(plain) == 2 else "US"

    @property
    def language(self) -> str:
        """The language of the locale (ISO 639)."""
        return self.locale.replace("-", "_").partition("_")[0]

    @property
    def currency(self) -> str:
        """The currency of the country (ISO 4217)."""
        return CURRENCIES.get(self.country_code, "EUR")

    # --- things

    def ware(self) -> Ware:
        """What is sold."""
        return self.once("ware", self._ware)

    def _ware(self) -> Ware:
        source = self.source
        noun, category, low, high, materials = source.choice(GOODS)
        colour, material = source.choice([*COLOURS]), source.choice(materials)
        price = source.randint(low, high - 1) + source.choice((0.99, 0.95, 0.5, 0.0))
        article = "An" if colour[0] in "aeiou" else "A"
        code = "".join(word[:3] for word in noun.split())[:6].upper()
        return Ware(
            name=f"{colour} {material} {noun}".capitalize(),
            category=category,
            colour=colour,
            material=material,
            description=f"{article} {colour} {material} {noun}, {source.choice(USES)}.",
            price=price,
            sku=f"{code}-{colour[:3].upper()}-{source.randint(1000, 9999)}",
        )

    def title(self) -> str:
        """How the thing is called."""
        return self.once("title", self._title)

    def _title(self) -> str:
        kind = self.kind
        if kind == "product" or self.noun == "item":
            return self.ware().name
        if kind == "person":
            return self.person().full
        if kind == "company":
            return self.company()
        if kind in ("place", "station"):
            city = self.place().city
            return f"{city} Central" if kind == "station" else city
        if kind == "file":
            return self.file()
        titles = TITLES.get(kind)
        if titles is not None:
            return self.source.choice(titles)
        return f"{self.source.choice(ADJECTIVES)} {self.noun}"

    def company(self, qualifier: str = "") -> str:
        """The company that members of this qualifier speak of."""
        return self.once(("company", qualifier), lambda: str(self.fake.company()))

    def file(self) -> str:
        """The name of a file."""

        def made() -> str:
            stem = self.source.choice(SHORT_WORDS["file"])
            return f"{stem}-{self.source.randint(2023, 2025)}.{self.source.choice([*FILES])}"

        return self.once("file", made)

    # --- moments

    def moment(self, rank: int) -> datetime:
        """A moment in the life of the thing; one of a higher rank is never earlier."""
        return self.once("moments", self._moments)[rank]

    def _moments(self) -> list[datetime]:
        moments = [_FIRST_DAY + timedelta(seconds=self.source.randrange(240 * 86400))]
        for _ in range(_RANKS - 1):
            later = timedelta(seconds=self.source.randrange(3600, 20 * 86400))
            moments.append(moments[-1] + later)
        return moments


_CENTRE = (51.5, 0.0)
_TELLING = (
    ("person", {"firstname", "lastname", "surname", "givenname", "username", "birthdate"}),
    ("book", {"isbn", "isbn13", "isbn10", "director", "artist"}),
    ("product", {"price", "sku", "unitprice", "stock", "barcode"}),
    ("company", {"vatnumber", "vatid", "industry", "employees"}),
    ("file", {"mimetype", "contenttype", "filesize"}),
    ("person", {"email", "phone"}),
)
"""Members that tell what kind of thing has them."""


def _of_locale(fake: Any, names: Sequence[str], spare: str) -> Any:
    """What the first of these methods gives that the library has for a locale."""
    for name in names:
        method = getattr(fake, name, None)
        if method is not None:
            return method()
    return spare


def _country(fake: Any, code: str) -> str:
    """The country in the language of the locale, where the library knows it."""
    try:
        return str(fake.current_country())
    except (ValueError, AttributeError):
        return code


# --- words


@lru_cache(maxsize=10_000)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, whatever its style."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return tuple(re.findall(r"[a-z]+|[0-9]+", parted.lower()))


def singular(word: str) -> str:
    """The singular of a noun."""
    if word in ("people", "news", "goods", "address", "series", "status", "business", "class"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us")) else word


@lru_cache(maxsize=10_000)
def meaningful(name: str) -> tuple[str, ...]:
    """The words of a name that say what a thing is, in the singular."""
    found = (singular(word) for word in words_of(name) if not word.isdigit())
    return tuple(w for w in found if w not in EMPTY_WORDS and f"{w}s" not in EMPTY_WORDS)


@lru_cache(maxsize=10_000)
def kind_of(name: str) -> str:
    """The kind of thing that a name speaks of: its last known noun says so."""
    words = meaningful(name)
    return next((KINDS[word] for word in reversed(words) if word in KINDS), "")


def slug(text: str) -> str:
    """A text in lower-case letters and digits with hyphens."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")
