"""Behaviours: what makes operations stateful. Each knows one contract; the core knows none.

A new one is one package and one row in `BEHAVIOURS`; an overlay switches it on by its name. It
keeps what it knows in the sessions, since it is made anew when the contract is edited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from starlette.routing import BaseRoute

from mock_server.answers.outcome import Outcome
from mock_server.behaviours.payment_account_link.behaviour import PaymentAccountLink
from mock_server.requests.request import Request
from mock_server.state.sessions import Session
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation
from tallystick.reader.document import Document


class BehaviourAnswers(Protocol):
    """What makes the successes of an operation, where its state does."""

    keeps: bool

    async def settle(self, request: Request, success: Outcome) -> Outcome | None:
        """The outcome of a request that nothing is wrong with; None where the state has nothing
        to say.
        """


class OperationBehaviour(Protocol):
    """What the mock asks of a behaviour about one operation."""

    rules: tuple[str, ...]
    """The kinds of trigger that it decides, in their order: caller, resource, state, upstream."""

    @property
    def answers(self) -> BehaviourAnswers | None:
        """What makes the successes; None where the document does."""

    async def decide(self, rule: str, request: Request) -> Case | None:
        """The case that this rule gives for a request, or None."""

    def succeeded(self, request: Request, body: bytes, moment: float) -> None:
        """A request was answered by a success with this body. On the hot path: note, no more."""

    def bring_about(
        self, case: Case, path: Mapping[str, str]
    ) -> tuple[str, str, dict[str, Any]] | None:
        """The call to the control API (method, path, body) after which a request with these path
        parameters gets this case; None where no call does.
        """


class ContractBehaviour(Protocol):
    """What the mock asks of a behaviour."""

    def of(self, operation: ContractOperation) -> OperationBehaviour:
        """What it does for one of its operations."""

    def routes(self) -> list[BaseRoute]:
        """What it adds below `/_tallystick`."""

    def paths(self) -> str:
        """The OpenAPI paths of what it adds to the control API, as YAML."""

    async def panel(self, session: Session) -> str:
        """The HTML of what it adds to the board."""


BehaviourFactory = Callable[[Document, Sequence[ContractOperation]], ContractBehaviour]
"""Makes a behaviour for the operations of a document that ask for it."""

BEHAVIOURS: Mapping[str, BehaviourFactory] = {
    "payment-account-link": PaymentAccountLink,
}
