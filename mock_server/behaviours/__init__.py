"""Behaviours: what makes operations stateful. Each knows one contract; the core knows none.

A new one is one package and one row in `BEHAVIOURS`; an overlay switches it on by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from starlette.routing import BaseRoute

from mock_server.behaviours.payment_account_link.behaviour import PaymentAccountLink
from mock_server.requests.request import Request
from mock_server.state.sessions import Session


class ContractBehaviour(Protocol):
    """What the mock asks of a behaviour."""

    rules: tuple[str, ...]
    """The kinds of trigger that it decides, in their order: caller, resource, state, upstream."""

    async def decide(self, rule: str, request: Request) -> str | None:
        """The code of the case that this rule gives for a request, or None."""

    def succeeded(self, request: Request, body: bytes, moment: float) -> None:
        """A request was answered by a success with this body. On the hot path: note, no more."""

    def bring_about(
        self, code: str, path: Mapping[str, str]
    ) -> tuple[str, str, dict[str, Any]] | None:
        """The call to the control API (method, path, body) after which a request with these path
        parameters gets the case of this code; None where no call does.
        """

    def routes(self) -> list[BaseRoute]:
        """What it adds below `/_tallystick`."""

    def paths(self) -> str:
        """The OpenAPI paths of what it adds to the control API, as YAML."""

    async def panel(self, session: Session) -> str:
        """The HTML of what it adds to the board."""


BEHAVIOURS: Mapping[str, Callable[[], ContractBehaviour]] = {
    "payment-account-link": PaymentAccountLink,
}
