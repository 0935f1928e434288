"""Which case answers a request: one ordered table, `RULES`.

Forced (by header, address or magic value), then a queued force, then the request's faults, then
what the behaviour says of the caller, the resource, its state and the upstream, then success.
The first rule that gives an outcome wins; the journal names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from mock_server.requests import preferences
from mock_server.requests.request import Request
from mock_server.requests.validation import RequestCheck, RequestError
from mock_server.state.forces import UnknownCaseError, find_case, find_named
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to answer: a documented case, or a fault that the document has no case for.
    `headers` are added to the answer.
    """

    rule: str
    case: Case | None = None
    fault: RequestError | None = None
    headers: tuple[Header, ...] = ()


class Behaviour(Protocol):
    """What makes an operation stateful. `rules` are the kinds of trigger that it decides."""

    rules: tuple[str, ...]

    async def decide(self, rule: str, request: Request) -> str | None:
        """The code of the case that this rule gives for a request, or None."""


@dataclass(frozen=True)
class Selector:
    """Selects the outcome of requests to one operation."""

    contract: ContractOperation
    checks: tuple[RequestCheck, ...]
    behaviour: Behaviour | None
    success: Outcome
    magic: Mapping[str, Outcome] = field(default_factory=dict)
    magic_parameter: str = ""

    def select(self, request: Request) -> Outcome | None:
        """The outcome of the first rule of `RULES` that has one."""
        for rule in RULES:
            outcome = rule(self, request)
            if outcome is not None:
                return outcome
        return None

    async def settle(self, request: Request) -> Outcome:
        """The outcome of a request that no rule of `RULES` decides: the behaviour's, which may
        ask a store elsewhere, or success.
        """
        if self.behaviour is not None:
            for kind in self.behaviour.rules:
                name = await self.behaviour.decide(kind, request)
                if name is not None:
                    return Outcome(kind, find_named(self.contract.cases, name))
        return self.success


def selector(
    contract: ContractOperation,
    checks: tuple[RequestCheck, ...],
    behaviour: Behaviour | None,
) -> Selector:
    """The selector of an operation, its outcomes made ahead."""
    magic = {
        value.lower(): (parameter, Outcome("magic value", case))
        for case in contract.cases
        for parameter, value in (case.magic or {}).items()
    }
    return Selector(
        contract=contract,
        checks=checks,
        behaviour=behaviour,
        success=Outcome("success", _success(contract)),
        magic={value: outcome for value, (_, outcome) in magic.items()},
        magic_parameter=next((name.removeprefix("path.") for name, _ in magic.values()), ""),
    )


def _success(contract: ContractOperation) -> Case:
    """The case of a request without fault: the first success, or else the first case."""
    return next((case for case in contract.cases if case.is_success), contract.cases[0])


def _by_header(selector: Selector, request: Request) -> Outcome | None:
    if b"prefer" not in request.headers:
        return None
    lines = [value for name, value in request.scope["headers"] if name == b"prefer"]
    wanted = preferences.parse(lines)
    code, status = wanted.get("example"), wanted.get("code")
    if code is None and status is None:
        return None  # other preferences are for others (RFC 7240 section 2)
    try:
        case = find_case(selector.contract.cases, code=code, status=status)
    except UnknownCaseError as error:
        return _refusal("header", error)
    applied = [f"code={status}"] if status is not None else []
    applied += [f'example="{code}"'] if code is not None else []
    header = (b"preference-applied", ", ".join(applied).encode("latin-1", "replace"))
    return Outcome("header", case, headers=(header,))


def _by_address(selector: Selector, request: Request) -> Outcome | None:
    if request.forced is None:
        return None
    try:
        return Outcome("address", find_named(selector.contract.cases, request.forced))
    except UnknownCaseError as error:
        return _refusal("address", error)


def _refusal(rule: str, error: UnknownCaseError) -> Outcome:
    """RFC 7240 would let a server ignore what it does not know; see `mock_server.forces`."""
    return Outcome(
        rule, fault=RequestError(400, str(error), headers=((b"tallystick-error", b"unknown case"),))
    )


def _by_magic(selector: Selector, request: Request) -> Outcome | None:
    value = request.path.get(selector.magic_parameter)
    return selector.magic.get(value.lower()) if value is not None else None


def _by_queue(selector: Selector, request: Request) -> Outcome | None:
    queue = request.session.queue
    if not queue.forces:
        return None
    facts = {"operation": selector.contract.name, **request.facts()}
    case = queue.take(selector.contract.cases, facts)
    return Outcome("queued force", case) if case else None


def _by_fault(selector: Selector, request: Request) -> Outcome | None:
    for check in selector.checks:
        fault = check(request)
        if fault is not None:
            return Outcome("request", fault.case, None if fault.case else fault)
    return None


Rule = Callable[[Selector, Request], Outcome | None]

RULES: tuple[Rule, ...] = (_by_header, _by_address, _by_magic, _by_queue, _by_fault)
"""The order, written down once; the behaviour comes after them all, then success."""
