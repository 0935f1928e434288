"""Onboarding links: single use and short-lived; what is known of each, and why one is dead.

Rules: the first GET uses a link up, whoever sends it: the browser, or the preview of a messaging
client. A HEAD does not (undocumented; the mock is kind). It expires by the mock's clock. A link
of an account that is rejected, disconnected or not enabled is dead, too. Links are remembered in
memory, the last few hundred of each session.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from dataclasses import dataclass

import orjson

from mock_server.answers.templates import EXPIRES_AFTER
from mock_server.behaviours.payment_account_link.accounts import DEAD
from mock_server.state.memory import OVERHEAD, MemoryShare
from mock_server.state.sessions import Session

MOST_LINKS = 500
"""How many links of a session are remembered."""

LOOP_REDIRECTS, LOOP_LINKS, LOOP_SECONDS = 3, 5, 10.0
"""Who opens one dead link so often, or so many dead links of one organisation and no live one, in
so many seconds, is in a refresh loop.
"""


@dataclass(slots=True)
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


class Openings:
    """The dead links that were opened since the last live one, by organisation, in real time,
    since browsers redirect in it.
    """

    def __init__(self) -> None:
        self._dead: OrderedDict[str, deque[tuple[float, str]]] = OrderedDict()

    def live(self, link: Link) -> None:
        """A live link was opened: whatever went round is over."""
        self._dead.pop(link.organisation, None)

    def loop(self, link: Link) -> str | None:
        """What goes round, in words, if this opening of a dead link is one too many."""
        now = time.monotonic()
        openings = self._dead.setdefault(link.organisation, deque(maxlen=LOOP_LINKS))
        openings.append((now, link.token))
        self._dead.move_to_end(link.organisation)
        if len(self._dead) > MOST_LINKS:
            self._dead.popitem(last=False)
        recent = [token for moment, token in openings if now - moment <= LOOP_SECONDS]
        if recent.count(link.token) >= LOOP_REDIRECTS:
            words = f"the browser came straight back to the same dead link, {LOOP_REDIRECTS} times"
        elif len(recent) >= LOOP_LINKS:
            words = f"{LOOP_LINKS} links in a row were dead, the new ones, too"
        else:
            return None
        openings.clear()  # once explained, it may be tried again
        return words


Success = tuple[bytes, str, bytes, float]
"""The body that a link was returned in, the organisation, the request's body (or what of it names
URLs, where it is large), and the time.
"""

_LARGE = 4 * 1024
_LONGEST_URL = 16 * 1024


class Links:
    """The links of a session. What is written on the hot path is read when a link is opened."""

    def __init__(self, memory: MemoryShare) -> None:
        self._memory = memory
        self._made: deque[Success] = deque()
        self._opened: OrderedDict[str, Link] = OrderedDict()
        self.openings = Openings()

    @classmethod
    def of(cls, session: Session) -> Links:
        """The links of a session."""
        links: Links | None = session.kept.get("links")
        if links is None:
            links = session.kept["links"] = cls(session.memory)
        return links

    def made(self, success: Success) -> None:
        """Note that a link was returned."""
        if len(success[2]) > _LARGE:
            success = (*success[:2], _urls_of(success[2]), success[3])
        if len(self._made) >= MOST_LINKS:
            self.drop()
        self._made.append(success)
        self._memory.add(_size(success))

    def drop(self) -> bool:
        """Forget the oldest link, unless it was opened, and say whether there was one."""
        if not self._made:
            return False
        self._memory.add(-_size(self._made.popleft()))
        return True

    def find(self, token: str) -> Link | None:
        """The link with this token, if it is remembered."""
        found = self._opened.get(token)
        if found is not None:
            return found
        made = (made for made in self._made if token.encode() in made[0])  # a quick look
        return next((self._link(token, m) for m in made if _token(m[0]) == token), None)

    def latest(self, most: int) -> list[Link]:
        """The latest links, the newest first."""
        made = [self._made[-place] for place in range(1, min(most, len(self._made)) + 1)]
        tokens = ((_token(success[0]), success) for success in made)
        return [self._opened.get(token) or self._link(token, made) for token, made in tokens]

    def _link(self, token: str, made: Success) -> Link:
        _, organisation, body, moment = made
        link = Link(token, organisation, *_urls(body), expires=moment + EXPIRES_AFTER)
        self._opened[token] = link
        if len(self._opened) > MOST_LINKS:
            self._opened.popitem(last=False)
        return link


def _size(success: Success) -> int:
    """Counted twice: a link that is opened holds its own URLs."""
    return 2 * (OVERHEAD + len(success[0]) + len(success[2]))


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
