"""Ten rare faults of the independent implementation.

Rules for a new one:

* It is met by fewer than one in 500 random valid requests (`rarity` draws them).
* It breaks the document or a standard, certainly: what honest services do differently is no fault.
* It was chosen for what goes wrong in services, not for what `tallystick fuzz` sends: neither its
  trigger nor its value may be written into `contract_tests.fuzzing` because it stands here.
"""

import json
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from tests.independent.app import CASES, Answer, PaymentAccountLinks, Request

URLS = ("returnUrl", "refreshUrl")


@dataclass(frozen=True)
class Met:
    """A request, the one before it, and the answer that it should get."""

    request: Request
    before: Request | None
    right: Answer

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object in the body; empty where there is none."""
        try:
            # As the implementation reads it: `int` would refuse thousands of digits.
            value = json.loads(self.request.body, parse_int=float)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def is_served(self) -> bool:
        """Whether it should succeed."""
        return self.right.status == 200

    def urls(self, *names: str) -> Iterator[SplitResult]:
        """The URLs of a request that should succeed."""
        if self.is_served:
            body = self.body
            yield from (urlsplit(body[name]) for name in names or URLS)


Trigger = Callable[[Met], object]
Effect = Callable[[PaymentAccountLinks, Answer], Answer]


@dataclass(frozen=True)
class RareFault:
    """A fault: what it takes to see it, which sentence it breaks, and what is seen."""

    name: str
    breaks: str
    is_met: Trigger
    effect: Effect

    def app(self) -> "Rare":
        """A fresh implementation with the fault."""
        return Rare(self)


class Rare(PaymentAccountLinks):
    """The correct implementation, but for one fault. `met` counts how often it was seen."""

    def __init__(self, fault: RareFault) -> None:
        self.fault = fault
        self.met = 0
        self._before: Request | None = None

    def answer(self, request: Request) -> Answer:
        right = super().answer(request)
        met = Met(request, self._before, right)
        self._before = request
        if not self.fault.is_met(met):
            return right
        self.met += 1
        return self.fault.effect(self, right)


class MeetingAll(PaymentAccountLinks):
    """The correct implementation, which counts by the faults' names how often each would have been
    seen.
    """

    def __init__(self) -> None:
        self.met: Counter[str] = Counter()
        self._before: Request | None = None

    def answer(self, request: Request) -> Answer:
        right = super().answer(request)
        met = Met(request, self._before, right)
        self._before = request
        self.met.update(fault.name for fault in RARE if fault.is_met(met))
        return right


# --- what is seen


def crashing(_: PaymentAccountLinks, __: Answer) -> Answer:
    """An exception that nobody handles: the server says 500."""
    raise RuntimeError("an unhandled exception")


def refusing(code: str) -> Effect:
    """A documented case that has nothing to do with the request."""
    case = CASES[code]
    return lambda app, _: app.problem(case.status, code, case.detail)


def not_found(app: PaymentAccountLinks, _: Answer) -> Answer:
    """A 404 without a code, as a router or a proxy gives."""
    return app.problem(404, None, "there is nothing at this path")


def as_plain_text(_: PaymentAccountLinks, right: Answer) -> Answer:
    """The right answer under another media type."""
    return replace(right, media_type="text/plain; charset=utf-8")


def without_url(_: PaymentAccountLinks, right: Answer) -> Answer:
    """The success without the member that is required of it."""
    body = {name: value for name, value in json.loads(right.body).items() if name != "url"}
    return replace(right, body=json.dumps(body).encode())


def succeeding(app: PaymentAccountLinks, _: Answer) -> Answer:
    """The success, though the request is invalid."""
    url = "https://app.example.com/"
    return app.success(app.create_link("", url, url))


# --- what it takes


def _a_letter() -> str:
    """A small letter of Latin, Greek or Cyrillic beyond ASCII; which one, chance has chosen."""
    scripts = (range(0xDF, 0x180), range(0x3AC, 0x3CF), range(0x430, 0x460))
    letters = [chr(code) for script in scripts for code in script]
    small = [letter for letter in letters if unicodedata.category(letter) == "Ll"]
    return random.Random("a letter in a host").choice(small)


LETTER = _a_letter()


def _is_not_composed(url: SplitResult) -> bool:
    """Whether a path, decoded, is text that Unicode's form C would change."""
    try:
        path = unquote(url.path, errors="strict")
    except UnicodeDecodeError:
        return False
    return not unicodedata.is_normalized("NFC", path)


def _differ_in_case(met: Met) -> bool:
    """Whether both URLs are one, but for the case of letters in the path, where it matters."""
    urls = list(met.urls())
    paths = {url.path for url in urls}
    return len(paths) == 2 and len({url.geturl().casefold() for url in urls}) == 1


def _repeats(met: Met) -> bool:
    before = met.before
    same = before and (before.path, before.body) == (met.request.path, met.request.body)
    return bool(same and met.is_served)


def _holds_a_url(met: Met) -> bool:
    """Whether refreshUrl, which is no URL, holds one further on, and a fragment."""
    value = met.body.get("refreshUrl")
    is_refused = b"InvalidRefreshUrl" in met.right.body
    return is_refused and isinstance(value, str) and bool(re.search(".https?://.*#", value))


def _is_long(met: Met) -> bool:
    return met.is_served and len(met.body["returnUrl"]) == 255


_ABSOLUTE = "a valid absolute http(s) URL gets the link"
_DOCUMENTED = "the document lists no 500"

RARE: tuple[RareFault, ...] = (
    RareFault(
        f"U+{ord(LETTER):04X} in a host",
        _DOCUMENTED,
        lambda met: any(LETTER in url.netloc for url in met.urls()),
        crashing,
    ),
    RareFault(
        "a returnUrl of exactly 255 characters",
        _ABSOLUTE,
        _is_long,
        refusing("PaymentAccountLink.InvalidReturnUrl"),
    ),
    RareFault(
        # The two highest ports are no rare ones: whoever draws numbers prefers the ends.
        "a port of 65,000 to 65,500 in refreshUrl",
        _ABSOLUTE,
        lambda met: any(65_000 <= (url.port or 0) <= 65_500 for url in met.urls("refreshUrl")),
        refusing("PaymentAccountLink.InvalidRefreshUrl"),
    ),
    RareFault(
        "an escaped slash in small letters in a path",
        _ABSOLUTE,
        lambda met: any("%2f" in url.path for url in met.urls()),
        not_found,
    ),
    RareFault(
        "the second of two equal requests",
        "PaymentAccountLinkResponse requires url",
        _repeats,
        without_url,
    ),
    RareFault(
        "a body over 64 KiB",
        _DOCUMENTED,
        lambda met: len(met.request.body) > 65_536,
        crashing,
    ),
    RareFault(
        "URLs that differ only in the case of letters in the path",
        _ABSOLUTE,
        _differ_in_case,
        refusing("PaymentAccountLink.MissingRefreshUrl"),
    ),
    RareFault(
        "a path in decomposed Unicode",
        "the 200 has application/json",
        lambda met: any(_is_not_composed(url) for url in met.urls()),
        as_plain_text,
    ),
    RareFault(
        "a property that nobody knows, whose name starts with $",
        _DOCUMENTED,
        lambda met: met.is_served and any(name.startswith("$") for name in met.body),
        crashing,
    ),
    RareFault(
        "a refreshUrl that is no URL, but holds one and a fragment",
        "RefreshUrl must be a valid absolute http(s) URL",
        _holds_a_url,
        succeeding,
    ),
)
