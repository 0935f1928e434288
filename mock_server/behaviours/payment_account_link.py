"""The payment accounts of organisations: their state decides whether a link can be created.

Rules: an organisation that nobody has touched exists and is `NotStarted`. `NotEnabled` and
`Disconnected` give their 409; every other state gives the 200. Ids are UUIDs, whose letters may
be of either case (RFC 9562 section 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mock_server.control_bodies import ControlError, json_object
from mock_server.requests import Request
from mock_server.sessions import SESSION

STATES = (
    "NotEnabled",
    "NotStarted",
    "OnboardingInProgress",
    "Active",
    "Restricted",
    "Rejected",
    "Disconnected",
)
_CASES: Mapping[str, str] = {
    "NotEnabled": "PaymentAccount.NotEnabled",
    "Disconnected": "PaymentAccount.Disconnected",
}


class PaymentAccountLink:
    """Knows the state of each organisation's payment account."""

    rules: tuple[str, ...] = ("state",)

    async def decide(self, rule: str, request: Request) -> str | None:
        """The 409 of a payment account that can have no link."""
        if rule != "state":
            return None
        state = await request.session.store.get(_key(request.path["id"]))
        return None if state is None else _CASES.get(state)

    def bring_about(
        self, code: str, path: Mapping[str, str]
    ) -> tuple[str, str, dict[str, Any]] | None:
        """The account's state that gives a case."""
        for state, case in _CASES.items():
            if case == code:
                place = f"/_tallystick/organisations/{path['id']}"
                return "PUT", place, {"payment_account": state}
        return None

    def routes(self) -> list[BaseRoute]:
        """`GET` and `PUT /organisations/{id}`."""
        return [
            Route("/organisations/{id}", self._get, methods=["GET"]),
            Route("/organisations/{id}", self._put, methods=["PUT"]),
        ]

    async def _get(self, request: HttpRequest) -> Response:
        store = request.scope[SESSION].store
        state = await store.get(_key(request.path_params["id"]))
        return JSONResponse({"payment_account": state or "NotStarted"})

    async def _put(self, request: HttpRequest) -> Response:
        body = await json_object(request, {"payment_account"})
        state = body.get("payment_account")
        if state not in STATES:
            raise ControlError(f"'payment_account' must be one of {', '.join(STATES)}.")
        await request.scope[SESSION].store.put(_key(request.path_params["id"]), state)
        return JSONResponse({"payment_account": state})


def _key(organisation: str) -> str:
    return f"payment-account/{organisation.lower()}"
