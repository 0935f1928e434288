"""Behaviours: what makes operations stateful. Each knows one contract; the core knows none.

A new one is one module and one row in `BEHAVIOURS`; an overlay switches it on by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from starlette.routing import BaseRoute

from mock_server.behaviours.payment_account_link import PaymentAccountLink
from mock_server.requests import Request


class ContractBehaviour(Protocol):
    """What the mock asks of a behaviour."""

    rules: tuple[str, ...]
    """The kinds of trigger that it decides, in their order: caller, resource, state, upstream."""

    async def decide(self, rule: str, request: Request) -> str | None:
        """The code of the case that this rule gives for a request, or None."""

    def bring_about(
        self, code: str, path: Mapping[str, str]
    ) -> tuple[str, str, dict[str, Any]] | None:
        """The call to the control API (method, path, body) after which a request with these path
        parameters gets the case of this code; None where no call does.
        """

    def routes(self) -> list[BaseRoute]:
        """What it adds to the control API, below `/_tallystick`."""


BEHAVIOURS: Mapping[str, Callable[[], ContractBehaviour]] = {
    "payment-account-link": PaymentAccountLink,
}
