"""The hosted onboarding page: what the `url` of a created link opens.

Rules: a dead link leads to its refreshUrl, a finished or interrupted onboarding to its returnUrl,
with nothing added; no other address is ever redirected to. What a person does on the page moves
the account's state. A refresh page that sends the browser straight back to the dead link would go
round for ever: that is stopped and explained.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from mock_server.addresses import LINKS, PREFIX
from mock_server.behaviours.payment_account_link.accounts import Accounts
from mock_server.behaviours.payment_account_link.links import Link, Links
from mock_server.pages.rendering import Pages
from mock_server.state.clock import timestamp
from mock_server.state.sessions import Session, session_of

ACTS: Mapping[str, str | None] = {
    "complete": "Active",
    "restrict": "Restricted",
    "save": None,
    "reject": "Rejected",
    "disconnect": "Disconnected",
    "preview": None,
}
"""What a person (or a messaging client) can do, and the state that it brings the account to."""

_TO_REFRESH_URL = ("reject", "disconnect", "preview")
"""What makes the link dead: the browser goes where a dead link leads."""

EMBEDDED_ACTS = tuple(act for act in ACTS if act != "preview")
"""What can be done in the embedded onboarding, which no messaging client sees."""

OPENED = "by a browser"
PREVIEW = "by the preview of a messaging client"
_PREVIEWERS = re.compile(
    r"slackbot|whatsapp|telegrambot|discordbot|twitterbot|facebookexternalhit|linkedinbot|"
    r"skypeuripreview|microsoftpreview|bot\b.*preview",
    re.IGNORECASE,
)
PAGE = "page"
"""What the journal calls the case of a page, which is none."""

_LEAVING = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
_PAGES = Pages(Path(__file__).with_name("templates"))


class Onboarding:
    """The handlers of the hosted pages."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts

    def routes(self) -> list[BaseRoute]:
        """Their routes, below the prefix."""
        place = LINKS.removeprefix(PREFIX) + "{token}"
        return [
            Route(place, self.open, methods=["GET", "HEAD"]),
            Route(place + "/{act}", self.act, methods=["POST"]),
        ]

    async def open(self, request: Request) -> Response:
        """The page of a live link, which is dead from then on; the refreshUrl of a dead one."""
        session = session_of(request.scope)
        links, now = Links(session), session.controls.clock.now()
        link = await links.find(request.path_params["token"])
        if link is None:
            return await self._answer(request, "unknown link", _PAGES.page("unknown.html", 404))
        state = await self.accounts.state(session, link.organisation)
        if request.method == "HEAD":
            return _head(link, link.why_dead(state, now))
        by = PREVIEW if _PREVIEWERS.search(request.headers.get("user-agent", "")) else OPENED
        link, reason = await links.use(
            link, by, lambda link: link.why_dead(state, now), finished=by == PREVIEW
        )
        if reason is not None:
            return await self._refresh(request, link, reason, 302)
        await links.opened_live(link)
        if link.used != PREVIEW:
            state = await self.begin(session, link.organisation)
        page = _PAGES.page(
            "onboarding.html", link=link, state=state, expires=timestamp(link.expires)
        )
        return await self._answer(request, f"link opened {link.used}", page)

    async def act(self, request: Request) -> Response:
        """One of the buttons of the page; the preview may also come before it was opened."""
        session, act = session_of(request.scope), request.path_params["act"]
        links, now = Links(session), session.controls.clock.now()
        link = await links.find(request.path_params["token"])
        if link is None or act not in ACTS:
            return await self._answer(request, "unknown link", _PAGES.page("unknown.html", 404))
        state = await self.accounts.state(session, link.organisation)
        by = PREVIEW if act == "preview" else OPENED
        link, reason = await links.use(
            link, by, lambda link: link.why_ended(state, now), finished=True
        )
        if reason is not None:
            return await self._refresh(request, link, reason, 303)
        to_be = ACTS[act]
        if to_be is not None:
            await self.accounts.put(session, link.organisation, to_be)
        if act in _TO_REFRESH_URL:
            return await self._refresh(request, link, f"onboarding: {act}", 303)
        return await self._go(request, link.return_url, f"onboarding: {act}", 303, "returnUrl")

    async def begin(self, session: Session, organisation: str) -> str:
        """A person sees the onboarding; gives the state that the account is in then."""
        account, _ = await self.accounts.move(
            session,
            organisation,
            lambda state: "OnboardingInProgress" if state == "NotStarted" else None,
        )
        return account.state

    async def enact(self, session: Session, organisation: str, act: str) -> str:
        """A person sees the onboarding and does this; gives the state that it brings about."""
        to_be = ACTS[act]
        if to_be is None:
            return await self.begin(session, organisation)
        await self.accounts.put(session, organisation, to_be)
        return to_be

    async def _refresh(self, request: Request, link: Link, reason: str, status: int) -> Response:
        links = Links(session_of(request.scope))
        loop = await links.loop(link) if request.method == "GET" else None
        if loop is not None:
            page = _PAGES.page("loop.html", 508, reason=reason, url=link.refresh_url, loop=loop)
            return await self._answer(request, f"refresh loop: {reason}", page)
        return await self._go(
            request, link.refresh_url, f"dead link: {reason}", status, "refreshUrl"
        )

    async def _go(
        self, request: Request, url: str | None, reason: str, status: int, name: str
    ) -> Response:
        """To an address of the link; what is not ASCII in it is escaped, and so are line ends."""
        if url is None:
            page = _PAGES.page("nowhere.html", reason=reason, parameter=name)
            return await self._answer(request, reason, page)
        return await self._answer(request, reason, RedirectResponse(url, status, _LEAVING))

    @staticmethod
    async def _answer(request: Request, reason: str, response: Response) -> Response:
        """An answer with its entry in the journal."""
        session, status = session_of(request.scope), response.status_code
        await session.journal.record(
            session.controls.clock.now(),
            request.scope,
            b"",
            None,
            status,
            PAGE,
            reason,
            response.raw_headers,
            bytes(response.body),
            None,
        )
        return response


def _head(link: Link, reason: str | None) -> Response:
    """What GET would say (RFC 9110 section 9.3.2)."""
    if reason is None or link.refresh_url is None:
        return Response(status_code=200)
    return RedirectResponse(link.refresh_url, 302, _LEAVING)
