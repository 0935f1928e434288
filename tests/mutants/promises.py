"""Mutants that break what the prose promises of a link: fresh, short-lived, Stripe's, alive."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle
from urllib.parse import urlsplit

from tests.independent.app import Answer, Link, PaymentAccountLinks, Receive, Request, Scope, Send
from tests.independent.calls import CREATE, Call

from .builders import changed, with_success, with_url
from .mutant import Row, advisory, documented, family

SINGLE_USE = "'The returned link is single-use'"
FRESH = f"{SINGLE_USE}; 'call this endpoint each time onboarding resumes'"
STRIPES = "'Returns a short-lived Stripe-hosted onboarding URL'"
REDIRECTABLE = "'The Client redirects the SMB to this URL'"
ALIVE = "'Returns a short-lived … URL': it lives when it is returned"
SHORT_LIVED = "'Returns a short-lived … URL'"


def not_fresh(name: str, token: Callable[[PaymentAccountLinks], str], *probe: Call) -> Row:
    """Links made of a token that comes again."""
    faulty = changed(new_url=lambda self: self.link_base + token(self))
    return documented(name, SINGLE_USE, faulty, *probe)


def url(name: str, breaks: str, form: Callable[[Link], str]) -> Row:
    """Another URL, made of the link."""
    return documented(name, breaks, with_url(form), CREATE)


def dying(name: str, moment: Callable[[datetime], datetime]) -> Row:
    """Links that have died when they are returned; made of the time."""
    faulty = changed(expires_at=lambda self: moment(self.now()))
    return documented(name, ALIVE, faulty, CREATE)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:22]


def two_in_turn() -> PaymentAccountLinks:
    """Two links, given in turn."""
    tokens = cycle(("a" * 22, "b" * 22))
    return changed(new_url=lambda self: self.link_base + next(tokens))()


class OneLinkPerBody(PaymentAccountLinks):
    def success_body(self, link: Link) -> dict[str, str]:
        token = digest(f"{link.organisation} {link.return_url} {link.refresh_url}")
        return {**super().success_body(link), "url": self.link_base + token}


class LinkKeptUntilItExpires(PaymentAccountLinks):
    def __init__(self) -> None:
        self.kept: dict[str, Link] = {}

    def create_link(self, organisation: str, return_url: str, refresh_url: str) -> Link:
        made = super().create_link(organisation, return_url, refresh_url)
        kept = self.kept.setdefault(organisation, made)
        self.kept[organisation] = made if kept.expires_at < self.now() else kept
        return self.kept[organisation]


class OneLinkPerOrganisation(PaymentAccountLinks):
    def __init__(self) -> None:
        self.served: set[str] = set()

    def create_link(self, organisation: str, return_url: str, refresh_url: str) -> Link:
        if organisation in self.served:
            self.refuse(409, "the organisation has a link")
        self.served.add(organisation)
        return super().create_link(organisation, return_url, refresh_url)


class NumberReadBeforeItIsCounted(PaymentAccountLinks):
    links = 0

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.number = self.links + 1
        await asyncio.sleep(0.01)
        await super().serve(scope, receive, send)
        self.links = self.number

    def new_url(self) -> str:
        return f"{self.link_base}{self.number:022d}"


class SlowToStart(PaymentAccountLinks):
    delay = 5.2  # seconds

    async def send_answer(self, answer: Answer, request: Request, send: Send) -> None:
        delay, self.delay = self.delay, 0
        await asyncio.sleep(delay)
        await super().send_answer(answer, request, send)


OF_FRESHNESS = (
    not_fresh("one url for everybody", lambda _: "constant", CREATE, CREATE),
    documented(
        "one url for an organisation",
        SINGLE_USE,
        with_url(lambda link: f"https://connect.example.test/{link.organisation}"),
        CREATE,
        CREATE,
    ),
    documented("one url for a body", SINGLE_USE, OneLinkPerBody, CREATE, CREATE),
    documented("link kept until it expires", SINGLE_USE, LinkKeptUntilItExpires, CREATE, CREATE),
    not_fresh("url made of the second", lambda _: f"{int(time.time()):022d}", *[CREATE] * 3),
    documented("two urls in turn", SINGLE_USE, two_in_turn, *[CREATE] * 3),
    documented(
        "one url for two in flight",
        SINGLE_USE,
        NumberReadBeforeItIsCounted,
        CREATE,
        CREATE,
        way="at once",
    ),
    documented("second link refused", FRESH, OneLinkPerOrganisation, CREATE, CREATE),
)

OF_THE_URL = (
    documented("relative url", STRIPES, changed(link_base="/setup/s/"), CREATE),
    documented(
        "scheme-relative url", STRIPES, changed(link_base="//connect.example.test/setup/s/"), CREATE
    ),
    documented(
        "url without a scheme", STRIPES, changed(link_base="connect.example.test/setup/s/"), CREATE
    ),
    url("url is empty", STRIPES, lambda _: ""),
    url("url is a token", STRIPES, lambda link: link.url.rpartition("/")[2]),
    url("url cut short", SINGLE_USE, lambda link: link.url[:36]),
    url("url is the returnUrl", STRIPES, lambda link: link.return_url),
    url("url is the refreshUrl", STRIPES, lambda link: link.refresh_url),
    url(
        "url on the Client's host",
        STRIPES,
        lambda link: "https://{}/onboarding/{}".format(
            urlsplit(link.return_url).netloc, link.url.rpartition("/")[2]
        ),
    ),
    url("url in angle brackets", REDIRECTABLE, lambda link: f"<{link.url}>"),
    url("url is HTML", REDIRECTABLE, lambda link: f'<a href="{link.url}">Continue</a>'),
    url(
        "url is a template", REDIRECTABLE, lambda _: "https://connect.example.test/setup/s/{token}"
    ),
    url(
        "url with a space in the host",
        REDIRECTABLE,
        lambda link: link.url.replace("connect.", "connect "),
    ),
    url("url in an app's own scheme", STRIPES, lambda link: link.url.replace("https:", "stripe:")),
)

OF_TIME = (
    documented("expired link", ALIVE, changed(lifetime=timedelta(seconds=-300)), CREATE),
    dying("link that expires now", lambda now: now),
    dying("link that expired an hour ago", lambda now: now - timedelta(hours=1)),
    dying("link that expired in 1970", lambda _: datetime.fromtimestamp(0, UTC)),
    dying("link that expired on a fixed day", lambda _: datetime(2024, 1, 1, tzinfo=UTC)),
    dying("New York's time given as UTC", lambda now: now + timedelta(minutes=5, hours=-5)),
)

OF_GOOD_PRACTICE = (
    advisory("link for a year", SHORT_LIVED, changed(lifetime=timedelta(days=365)), CREATE),
    advisory("link for a day", SHORT_LIVED, changed(lifetime=timedelta(days=1)), CREATE),
    advisory(
        "link for ever",
        SHORT_LIVED,
        changed(expires_at=lambda _: datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        CREATE,
    ),
    advisory(
        "http: url",
        "'Stripe collects KYC': over http: anyone on the way reads along",
        changed(link_base="http://connect.example.test/setup/s/"),
        CREATE,
    ),
    advisory(
        "link kept by caches",
        f"{SINGLE_USE}; RFC 9111, section 5.2.2: a cache may give it again for an hour",
        with_success(headers=(("cache-control", "public, max-age=3600"),)),
        CREATE,
    ),
    advisory("slow to start", "a person waits for the link", SlowToStart, CREATE),
)

PROMISES = family("promises", *OF_FRESHNESS, *OF_THE_URL, *OF_TIME, *OF_GOOD_PRACTICE)
