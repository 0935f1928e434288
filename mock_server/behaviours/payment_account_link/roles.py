"""What each operation of the contract does with an organisation's payment account.

Rules: the method and the last part of the path say which operation it is; any other one makes
links. An account that is not enabled, or disconnected, gets neither a link nor a secret: the case
of that code, else a documented 409 without code, else the success all the same. A success of the
others says what is known of the account, as far as its schema takes it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from mock_server.addresses import PREFIX
from mock_server.answers.outcome import Outcome
from mock_server.behaviours.payment_account_link.accounts import NOT_ENABLED, Accounts
from mock_server.behaviours.payment_account_link.facts import facts
from mock_server.behaviours.payment_account_link.links import Links
from mock_server.behaviours.payment_account_link.secrets import new_secret
from mock_server.collections.fitting import Fitting
from mock_server.requests.request import ABSENT, Request
from mock_server.state.clock import timestamp
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation
from tallystick.reader.document import Document
from tallystick.reader.pointers import Path

LINK, ENABLE, STATUS, SESSION = "link", "enable", "status", "session"
_ROLES: Mapping[tuple[str, str], str] = {
    ("POST", "enable"): ENABLE,
    ("GET", "status"): STATUS,
    ("POST", "session"): SESSION,
}
"""By the method and the last part of the path."""

_CODES: Mapping[str, str] = {
    NOT_ENABLED: "PaymentAccount.NotEnabled",
    "Disconnected": "PaymentAccount.Disconnected",
}
_PARAMETER = re.compile(r"\{([^}]*)\}")
_SECRET = re.compile(r"secret$", re.IGNORECASE)

Facts = Mapping[str, Any]


def role_of(operation: ContractOperation) -> str:
    """What an operation does."""
    last = operation.path.rstrip("/").rpartition("/")[2]
    return _ROLES.get((operation.method.upper(), last), LINK)


class AccountOperation:
    """One operation, and the cases that the state of an account gives."""

    rules: tuple[str, ...] = ("state",)

    def __init__(
        self, accounts: Accounts, document: Document, operation: ContractOperation
    ) -> None:
        self.accounts = accounts
        self.role = role_of(operation)
        self.parameter = next(reversed(_PARAMETER.findall(operation.path)), "")
        refuses = self.role in (LINK, SESSION)
        self.refusals: Mapping[str, Case] = dict(_refusals(operation)) if refuses else {}
        self.answers: AccountAnswers | None = None
        if self.role != LINK:
            self.answers = AccountAnswers(self, document, operation)

    async def decide(self, rule: str, request: Request) -> Case | None:
        """The 409 of a payment account that can have no link and no secret."""
        if rule != "state" or not self.refusals:
            return None
        return self.refusals.get(
            await self.accounts.state(request.session, self.organisation(request))
        )

    def succeeded(self, request: Request, body: bytes, moment: float) -> None:
        """Note the link that was returned, for when it is opened."""
        if self.role == LINK:
            Links(request.session).made(body, self.organisation(request), request.body, moment)

    def bring_about(
        self, case: Case, path: Mapping[str, str]
    ) -> tuple[str, str, dict[str, Any]] | None:
        """The account's state that gives a case."""
        for state, refusal in self.refusals.items():
            if refusal == case:
                place = f"{PREFIX}/organisations/{path.get(self.parameter, '')}"
                return "PUT", place, {"payment_account": state}
        return None

    def organisation(self, request: Request) -> str:
        """The organisation that a request is about."""
        return request.path.get(self.parameter, "")


def _refusals(operation: ContractOperation) -> Iterator[tuple[str, Case]]:
    """The states without a success, each with its documented case."""
    for state, code in _CODES.items():
        for case in operation.cases:
            if case.code == code or (case.code is None and case.status == "409"):
                yield state, case
                break


class AccountAnswers:
    """The successes of an operation beside the link."""

    keeps = True

    def __init__(
        self, of: AccountOperation, document: Document, operation: ContractOperation
    ) -> None:
        self.of, self.accounts = of, of.accounts
        self.document = document
        self.responses = {response.path: response for response in operation.responses}
        self._cases = {case.status: case for case in reversed(operation.cases)}
        self._fittings: dict[Path, Fitting | None] = {}
        self._act: Callable[[Request, Case], Awaitable[tuple[Case, Facts]]] = {
            ENABLE: self._enable,
            STATUS: self._status,
            SESSION: self._session,
        }[of.role]

    async def settle(self, request: Request, success: Outcome) -> Outcome | None:
        """The success that says what is known of the account, as far as its schema takes it."""
        if success.case is None or not success.case.is_success:
            return None
        case, known = await self._act(request, success.case)
        fitting = self._fitting(case)
        value = fitting.fit(known, fitting.made("")) if fitting and known else None
        return replace(success, case=case, value=ABSENT if value is None else value)

    async def _enable(self, request: Request, case: Case) -> tuple[Case, Facts]:
        """An account is created once (201, where that is documented), and returned from then on."""
        session, organisation = request.session, self.of.organisation(request)
        account, is_new = await self.accounts.move(
            session, organisation, lambda state: "NotStarted" if state == NOT_ENABLED else None
        )
        return self._cases.get("201" if is_new else "200", case), facts(organisation, account)

    async def _status(self, request: Request, case: Case) -> tuple[Case, Facts]:
        organisation = self.of.organisation(request)
        account = await self.accounts.account(request.session, organisation)
        return case, facts(organisation, account)

    async def _session(self, request: Request, case: Case) -> tuple[Case, Facts]:
        """A new secret, in the members that are called so."""
        fitting = self._fitting(case)
        names = [name for name in fitting.names if _SECRET.search(name)] if fitting else []
        if not names:
            return case, {}
        secret, expires = await new_secret(request.session, self.of.organisation(request))
        return case, {**dict.fromkeys(names, secret), "expiresAt": timestamp(expires)}

    def _fitting(self, case: Case) -> Fitting | None:
        """The schema of the JSON of a case."""
        if case.response not in self._fittings:
            found = self.responses[case.response].media_types
            schemas = (m.schema for m in found if m.schema and "json" in m.name.lower())
            schema = next(schemas, None)
            fitting = Fitting(self.document, schema) if schema else None
            self._fittings[case.response] = fitting
        return self._fittings[case.response]
