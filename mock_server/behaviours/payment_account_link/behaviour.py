"""The behaviour `payment-account-link`: the state of an account decides what a POST gets.

Rules: `NotEnabled` and `Disconnected` give their 409; every other state gives the 200, whose `url`
opens the hosted onboarding page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mock_server.addresses import LINKS, PREFIX
from mock_server.behaviours.payment_account_link.accounts import FIRST, STATES, Accounts
from mock_server.behaviours.payment_account_link.links import Link, Links
from mock_server.behaviours.payment_account_link.onboarding import Onboarding
from mock_server.pages.rendering import Pages
from mock_server.requests.control_body import ControlError, json_object
from mock_server.requests.request import Request
from mock_server.state.clock import timestamp
from mock_server.state.sessions import Session, session_of

_CASES: Mapping[str, str] = {
    "NotEnabled": "PaymentAccount.NotEnabled",
    "Disconnected": "PaymentAccount.Disconnected",
}
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SHOWN = 20
_FOLDER = Path(__file__).parent
_PAGES = Pages(_FOLDER / "templates")


class PaymentAccountLink:
    """Knows the state of each organisation's payment account, and the links to its onboarding."""

    rules: tuple[str, ...] = ("state",)

    def __init__(self) -> None:
        self.accounts = Accounts()
        self.onboarding = Onboarding(self.accounts)

    async def decide(self, rule: str, request: Request) -> str | None:
        """The 409 of a payment account that can have no link."""
        if rule != "state":
            return None
        return _CASES.get(await self.accounts.changed(request.session, request.path["id"]) or FIRST)

    def succeeded(self, request: Request, body: bytes, moment: float) -> None:
        """Note the link that was returned, for when it is opened."""
        Links.of(request.session).made((body, request.path["id"], request.body, moment))

    def bring_about(
        self, code: str, path: Mapping[str, str]
    ) -> tuple[str, str, dict[str, Any]] | None:
        """The account's state that gives a case."""
        for state, case in _CASES.items():
            if case == code:
                place = f"{PREFIX}/organisations/{path['id']}"
                return "PUT", place, {"payment_account": state}
        return None

    def routes(self) -> list[BaseRoute]:
        """Organisations, links, and the hosted pages."""
        return [
            Route("/organisations", self._organisations, methods=["GET"]),
            Route("/organisations/{id}", self._get, methods=["GET"]),
            Route("/organisations/{id}", self._put, methods=["PUT"]),
            Route("/links", self._links, methods=["GET"]),
            *self.onboarding.routes(),
        ]

    def paths(self) -> str:
        """`openapi.yaml` beside this module."""
        return (_FOLDER / "openapi.yaml").read_text(encoding="utf-8")

    async def panel(self, session: Session) -> str:
        """Organisations and their states, and the latest links."""
        return _PAGES.text(
            "panel.html",
            organisations=await self.accounts.touched(session, _SHOWN),
            links=[await self._described(session, link) for link in Links.of(session).latest(8)],
            states=STATES,
            first=FIRST,
        )

    async def _organisations(self, request: HttpRequest) -> Response:
        touched = await self.accounts.touched(session_of(request.scope))
        return JSONResponse(
            [{"id": name, "payment_account": state} for name, state in touched.items()]
        )

    async def _get(self, request: HttpRequest) -> Response:
        state = await self.accounts.state(session_of(request.scope), _organisation(request))
        return JSONResponse({"payment_account": state})

    async def _put(self, request: HttpRequest) -> Response:
        body = await json_object(request, {"payment_account"})
        state = body.get("payment_account")
        if state not in STATES:
            raise ControlError(f"'payment_account' must be one of {', '.join(STATES)}.")
        await self.accounts.put(session_of(request.scope), _organisation(request), state)
        return JSONResponse({"payment_account": state})

    async def _links(self, request: HttpRequest) -> Response:
        session = session_of(request.scope)
        base = str(request.base_url).rstrip("/") + session.path
        links = [await self._described(session, link) for link in Links.of(session).latest(100)]
        return JSONResponse([{**link, "url": base + link["url"]} for link in links])

    async def _described(self, session: Session, link: Link) -> dict[str, Any]:
        """What is known of a link; its URL without the base."""
        state = await self.accounts.state(session, link.organisation)
        return {
            "url": f"{LINKS}{link.token}",
            "organisation": link.organisation,
            "return_url": link.return_url,
            "refresh_url": link.refresh_url,
            "expires_at": timestamp(link.expires),
            "dead_because": link.why_dead(state, session.clock.now()),
        }


def _organisation(request: HttpRequest) -> str:
    """The id in the path. Raises ControlError: a typo would set a state that no request meets."""
    given: str = request.path_params["id"]
    if not _UUID.fullmatch(given):
        raise ControlError(f"{given[:80]!r} is no UUID (RFC 9562), as organisations' ids are.")
    return given
