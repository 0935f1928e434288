"""The behaviour `payment-account-link`: what the operations say depends on the state of an account.

Rules: `NotEnabled` and `Disconnected` give their 409; every other state gives the 200, whose `url`
opens the hosted onboarding page. Where the document enables accounts, gives their status, or
secrets for the embedded onboarding, all of it is about the same account.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mock_server.addresses import LINKS
from mock_server.behaviours.payment_account_link.accounts import NOT_ENABLED, STATES, Accounts
from mock_server.behaviours.payment_account_link.links import Link, Links
from mock_server.behaviours.payment_account_link.onboarding import EMBEDDED_ACTS, Onboarding
from mock_server.behaviours.payment_account_link.roles import (
    ENABLE,
    SESSION,
    AccountOperation,
    role_of,
)
from mock_server.behaviours.payment_account_link.secrets import refuse_dead, use_up
from mock_server.pages.rendering import Pages
from mock_server.requests.control_body import ControlError, json_object
from mock_server.state.clock import timestamp
from mock_server.state.sessions import Session, session_of
from tallystick.contract import ContractOperation
from tallystick.reader.document import Document

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SHOWN = 20
_FOLDER = Path(__file__).parent
_PAGES = Pages(_FOLDER / "templates")


class PaymentAccountLink:
    """Knows each organisation's payment account, and the ways to its onboarding."""

    def __init__(self, document: Document, operations: Sequence[ContractOperation]) -> None:
        self.document = document
        self.roles = {role_of(operation) for operation in operations}
        self.accounts = Accounts(NOT_ENABLED if ENABLE in self.roles else "NotStarted")
        self.onboarding = Onboarding(self.accounts)

    def of(self, operation: ContractOperation) -> AccountOperation:
        """What one of the operations does."""
        return AccountOperation(self.accounts, self.document, operation)

    def routes(self) -> list[BaseRoute]:
        """Organisations, links, the hosted pages, and the use of secrets where there are any."""
        embedded = Route("/embedded", self._embedded, methods=["POST"])
        return [
            Route("/organisations", self._organisations, methods=["GET"]),
            Route("/organisations/{id}", self._get, methods=["GET"]),
            Route("/organisations/{id}", self._put, methods=["PUT"]),
            Route("/links", self._links, methods=["GET"]),
            *([embedded] if SESSION in self.roles else []),
            *self.onboarding.routes(),
        ]

    def paths(self) -> str:
        """`openapi.yaml` beside this module, and `embedded.yaml` where there are secrets."""
        names = ["openapi.yaml", *(["embedded.yaml"] if SESSION in self.roles else [])]
        return "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)

    async def panel(self, session: Session) -> str:
        """Organisations and their states, and the latest links."""
        return _PAGES.text(
            "panel.html",
            organisations=await self.accounts.touched(session, _SHOWN),
            links=[await self._described(session, link) for link in await Links(session).latest(8)],
            states=STATES,
            first=self.accounts.first,
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

    async def _embedded(self, request: HttpRequest) -> Response:
        """The embedded onboarding, with a secret: what a person does there."""
        body = await json_object(request, {"client_secret", "act"})
        act = body.get("act", "save")
        if act not in EMBEDDED_ACTS:
            raise ControlError(f"'act' must be one of {', '.join(EMBEDDED_ACTS)}.")
        session = session_of(request.scope)
        organisation = await use_up(session, str(body.get("client_secret", "")))
        refuse_dead(await self.accounts.state(session, organisation))
        state = await self.onboarding.enact(session, organisation, act)
        return JSONResponse({"id": organisation.lower(), "payment_account": state})

    async def _links(self, request: HttpRequest) -> Response:
        session = session_of(request.scope)
        base = str(request.base_url).rstrip("/") + session.path
        links = [await self._described(session, link) for link in await Links(session).latest(100)]
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
            "dead_because": link.why_dead(state, session.controls.clock.now()),
        }


def _organisation(request: HttpRequest) -> str:
    """The id in the path. Raises ControlError: a typo would set a state that no request meets."""
    given: str = request.path_params["id"]
    if not _UUID.fullmatch(given):
        raise ControlError(f"{given[:80]!r} is no UUID (RFC 9562), as organisations' ids are.")
    return given
