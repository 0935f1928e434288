"""Onboarding links: single use and short-lived; what is known of each, and why one is dead.

Rules: the first GET uses a link up, whoever sends it: the browser, or the preview of a messaging
client. A HEAD does not (undocumented; the mock is kind). It expires by the mock's clock. A link
of an account that is rejected, disconnected or not enabled is dead, too. The last few hundred links
of each session are remembered; the store has what each was used for, so that two browsers at once
never open one link.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import orjson

from mock_server.answers.templates import EXPIRES_AFTER
from mock_server.behaviours.payment_account_link.accounts import DEAD
from mock_server.state.memory import OVERHEAD
from mock_server.state.sessions import Note, Session

MOST_LINKS = 500
"""How many links of a session are remembered."""

LOOP_REDIRECTS, LOOP_LINKS, LOOP_SECONDS = 3, 5, 10.0
"""Who opens one dead link so often, or so many dead links of one organisation and no live one, in
so many seconds, is in a refresh loop.
"""


@dataclass(frozen=True, slots=True)
class Link:
    """An onboarding link. `used` says by what it was used up, if it was; `finished` that the
    person has left the page by one of its buttons, or that nobody will ever see it.
    """

    token: str
    organisation: str
    return_url: str | None
    refresh_url: str | None
    expires: float
    used: str | None = None
    finished: bool = False

    def why_dead(self, state: str, now: float) -> str | None:
        """Why opening it leads to the refreshUrl, or None while it is alive."""
        if self.used is not None:
            return f"it was already opened {self.used}"
        if now >= self.expires:
            return f"it expired, {EXPIRES_AFTER:g} seconds after it was made"
        return DEAD.get(state)

    def why_ended(self, state: str, now: float) -> str | None:
        """Why the page of this link can do nothing more. Once it is open, time does not end it."""
        if self.finished:
            return f"it was already used {self.used}"
        return self.why_dead(state, now) if self.used is None else DEAD.get(state)


_LARGE = 4 * 1024
_LONGEST_URL = 16 * 1024
_NOTES, _USED, _DEAD = "links", "link/", "dead-links/"
"""Where a session has the links that were returned, what each was used for, and those that were
opened dead since the last live one, by organisation.
"""


class Links:
    """The links of a session. What is written on the hot path is read when a link is opened."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def made(self, body: bytes, organisation: str, request: bytes, moment: float) -> None:
        """Note that a link was returned in this body, to a request with that one."""
        if len(request) > _LARGE:
            request = _urls_of(request)
        size = OVERHEAD + len(body) + len(request)
        self.session.note(_NOTES, (body, organisation, request, moment), size, MOST_LINKS)

    async def find(self, token: str) -> Link | None:
        """The link with this token, if it is remembered."""
        notes = await self.session.noted(_NOTES)
        made = (note for note in notes if token.encode() in note[0])  # a quick look
        note = next((note for note in made if _token(note[0]) == token), None)
        return None if note is None else await self._link(note)

    async def latest(self, most: int) -> list[Link]:
        """The latest links, the newest first."""
        notes = await self.session.noted(_NOTES)
        return [await self._link(note) for note in reversed(notes[-most:])]

    async def use(
        self, link: Link, by: str, why_not: Callable[[Link], str | None], *, finished: bool
    ) -> tuple[Link, str | None]:
        """Use a link up, in one step, unless there is a reason why not; gives it as it is then,
        and that reason.
        """

        def used(text: str | None) -> tuple[str | None, tuple[Link, str | None]]:
            now = _as_used(link, text)
            reason = why_not(now)
            if reason is not None:
                return None, (now, reason)
            return orjson.dumps([by, finished]).decode(), (
                replace(now, used=by, finished=finished),
                None,
            )

        return await self.session.store.update(_USED + link.token, used)

    async def opened_live(self, link: Link) -> None:
        """A live link was opened: whatever went round is over."""
        await self.session.store.update(
            _DEAD + link.organisation.lower(),
            lambda text: (None if text in (None, "[]") else "[]", None),
        )

    async def loop(self, link: Link) -> str | None:
        """What goes round, in words, if this opening of a dead link is one too many. It is in real
        time, since browsers redirect in it.
        """
        now = time.time()

        def opened(text: str | None) -> tuple[str, str | None]:
            before = [] if text is None else orjson.loads(text)
            openings = [*before, [now, link.token]][-LOOP_LINKS:]
            words = _round([each for moment, each in openings if now - moment <= LOOP_SECONDS])
            # Once explained, it may be tried again.
            return orjson.dumps([] if words else openings).decode(), words

        return await self.session.store.update(_DEAD + link.organisation.lower(), opened)

    async def _link(self, note: Note) -> Link:
        body, organisation, request, moment = note
        token = _token(body)
        link = Link(token, organisation, *_urls(request), expires=moment + EXPIRES_AFTER)
        return _as_used(link, await self.session.store.get(_USED + token))


def _as_used(link: Link, text: str | None) -> Link:
    """A link with what the store has of its use."""
    if text is None:
        return link
    by, finished = orjson.loads(text)
    return replace(link, used=by, finished=finished)


def _round(recent: Sequence[str]) -> str | None:
    """What goes round, in words, where the links of these tokens were opened dead; the last one
    just now.
    """
    if recent.count(recent[-1]) >= LOOP_REDIRECTS:
        return f"the browser came straight back to the same dead link, {LOOP_REDIRECTS} times"
    if len(recent) >= LOOP_LINKS:
        return f"{LOOP_LINKS} links in a row were dead, the new ones, too"
    return None


def _urls_of(body: bytes) -> bytes:
    """A request's body with nothing but its URLs, if they are no longer than any that is in use."""
    names = ("returnUrl", "refreshUrl")
    urls = {name: url for name, url in zip(names, _urls(body), strict=True) if url is not None}
    return orjson.dumps({name: url for name, url in urls.items() if len(url) <= _LONGEST_URL})


def _token(body: bytes) -> str:
    """The token in a returned body: the last segment of its URL."""
    return str(orjson.loads(body)["url"]).rpartition("/")[2]


def _urls(body: bytes) -> tuple[str | None, str | None]:
    """The returnUrl and the refreshUrl of a request. A link that was forced may have none."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None, None
    given = value if isinstance(value, dict) else {}
    return _web_address(given.get("returnUrl")), _web_address(given.get("refreshUrl"))


def _web_address(value: object) -> str | None:
    """A URL that a browser may be sent to; never `javascript:` and the like."""
    is_web = isinstance(value, str) and value.lower().startswith(("http://", "https://"))
    return str(value) if is_web else None
