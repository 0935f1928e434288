"""Which case answers a request: one ordered table, `RULES`.

Forced (by header, address or magic value), then a queued force, then authentication, the request's
errors and permission, then what the behaviour says of the caller, the resource, its state and the
upstream, then what is kept, then success.
The first rule that gives an outcome wins; the journal names it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from mock_server.answers.outcome import Outcome, outcomes_of_conditions
from mock_server.requests import preferences
from mock_server.requests.conditions import unmet
from mock_server.requests.errors import RequestCheck, RequestError, refusal_headers
from mock_server.requests.request import Request
from mock_server.requests.security import Security
from tallystick.catalogue.cases import Case
from tallystick.catalogue.names import UnknownCaseError, find_case, find_named
from tallystick.contract import ContractOperation


class Behaviour(Protocol):
    """What makes an operation stateful. `rules` are the kinds of trigger that it decides."""

    rules: tuple[str, ...]

    async def decide(self, rule: str, request: Request) -> Case | None:
        """The case that this rule gives for a request, or None."""


class KeptItems(Protocol):
    """What answers for an operation with what is kept: a collection, or a behaviour. What `keeps`
    nothing gives the same answer again.
    """

    @property
    def keeps(self) -> bool:
        """Whether what is answered depends on what came before."""

    async def settle(self, request: Request, success: Outcome) -> Outcome | None:
        """The outcome of a request that nothing is wrong with; None where what is kept has
        nothing to say.
        """


@dataclass(frozen=True)
class Selector:
    """Selects the outcome of requests to one operation."""

    operation: ContractOperation
    rules: tuple[Rule, ...]
    success: Outcome
    checks: tuple[RequestCheck, ...] = ()
    behaviour: Behaviour | None = None
    magic: Mapping[str, Outcome] = field(default_factory=dict)
    magic_parameter: str = ""
    security: Security | None = None
    etag: bytes | None = None
    conditions: Mapping[str, Outcome] = field(default_factory=dict)
    kept: KeptItems | None = None

    async def select(self, request: Request) -> Outcome | None:
        """The outcome of the first rule that has one."""
        for rule in self.rules:
            outcome = rule(self, request)
            if outcome is not None:
                found = outcome if isinstance(outcome, Outcome) else await outcome
                if found is not None:
                    return found
        return None

    async def settle(self, request: Request) -> Outcome:
        """The outcome of a request that no rule decides: the behaviour's, which may ask a store
        elsewhere, or success.
        """
        if self.behaviour is not None:
            for kind in self.behaviour.rules:
                case = await self.behaviour.decide(kind, request)
                if case is not None:
                    return Outcome(kind, case)
        outcome = await self.kept.settle(request, self.success) if self.kept else None
        if outcome is not None:
            return outcome
        if self.etag is None:
            return self.success
        status = unmet(request, self.etag)
        return self.conditions.get(status, self.success) if status else self.success


STATELESS = frozenset(
    ("header", "address", "magic value", "authentication", "request", "permission")
)
"""The rules that ask no store."""

UNMOCKABLE = "cannot be mocked"
"""The rule that answers for an operation that cannot be mocked."""


def selector(
    operation: ContractOperation,
    checks: tuple[RequestCheck, ...],
    behaviour: Behaviour | None,
    security: Security | None = None,
    etag: bytes | None = None,
    kept: KeptItems | None = None,
) -> Selector:
    """The selector of an operation, its outcomes made ahead."""
    magic = {
        value.lower(): (parameter, Outcome("magic value", case))
        for case in operation.cases
        for parameter, value in (case.magic or {}).items()
    }
    idle = [] if magic else [_by_magic]
    idle += [] if security else [_by_authentication, _by_permission]
    return Selector(
        operation=operation,
        rules=tuple(rule for rule in RULES if rule not in idle),
        success=Outcome("success", success(operation)),
        checks=checks,
        behaviour=behaviour,
        security=security,
        magic={value: outcome for value, (_, outcome) in magic.items()},
        magic_parameter=next((name.removeprefix("path.") for name, _ in magic.values()), ""),
        etag=etag,
        conditions=outcomes_of_conditions(operation),
        kept=kept,
    )


def refusing_selector(operation: ContractOperation, why: str) -> Selector:
    """The selector of an operation that cannot be mocked: whatever the request, 501 (RFC 9110
    section 15.6.2).
    """
    return Selector(operation, rules=(), success=Outcome(UNMOCKABLE, error=RequestError(501, why)))


def success(operation: ContractOperation) -> Case | None:
    """The case of a request without error: the first 2xx, wherever it stands; else `default`, as
    200; else the first redirect; else the first case. 1xx is never a final response (RFC 9110
    section 15.2), and 304 needs a condition (section 15.4.5).
    """
    cases = [case for case in operation.cases if case.http_status >= 200 and case.status != "304"]
    for case in cases:
        if case.http_status < 300:
            return case
    for case in cases:
        if case.status.lower() == "default":
            return replace(case, http_status=200)
    redirects = (case for case in cases if case.http_status < 400)
    return next(redirects, next(iter(cases), None))


def _by_header(selector: Selector, request: Request) -> Outcome | None:
    if b"prefer" not in request.headers:
        return None
    lines = [value for name, value in request.scope["headers"] if name == b"prefer"]
    wanted = preferences.parse(lines)
    code, status = wanted.get("example"), wanted.get("code")
    if code is None and status is None:
        return None  # other preferences are for others (RFC 7240 section 2)
    try:
        case = find_case(selector.operation.selectable, code=code, status=status)
    except UnknownCaseError as error:
        is_status = status is None or status[:1].isdigit()
        hint = "" if is_status else f' A code is asked for with Prefer: example="{status}".'
        return _refusal("header", f"{error}{hint}")
    applied = [f"code={status}"] if status is not None else []
    applied += [f'example="{code}"'] if code is not None else []
    header = (b"preference-applied", ", ".join(applied).encode("latin-1", "replace"))
    return Outcome("header", case, headers=(header,))


def _by_address(selector: Selector, request: Request) -> Outcome | None:
    if request.forced is None:
        return None
    try:
        return Outcome("address", find_named(selector.operation.selectable, request.forced))
    except UnknownCaseError as error:
        return _refusal("address", str(error))


def _refusal(rule: str, why: str) -> Outcome:
    """RFC 7240 lets a server ignore a preference; see `tallystick.catalogue.names` for why not."""
    headers = ((b"tallystick-error", b"unknown case"),)
    return Outcome(rule, error=RequestError(400, why, headers=headers))


def _by_magic(selector: Selector, request: Request) -> Outcome | None:
    value = request.path.get(selector.magic_parameter)
    return selector.magic.get(value.lower()) if value is not None else None


def _by_queue(selector: Selector, request: Request) -> Awaitable[Outcome | None] | None:
    return _forced(selector, request) if request.session.controls.queue.forces else None


async def _forced(selector: Selector, request: Request) -> Outcome | None:
    name, cases = selector.operation.name, selector.operation.selectable
    facts = {"operation": name, **request.facts()}
    session = request.session
    forced = await session.take(lambda now: now.queue.take(cases, facts), request.taking(name))
    if forced is None:
        return None
    case, own, _ = forced
    if case is None and own is not None and own.status is None:
        case = selector.success.case
    return Outcome("queued force", case, own=own)


def _by_authentication(selector: Selector, request: Request) -> Outcome | None:
    error = selector.security.unauthenticated(request) if selector.security else None
    return _refused("authentication", error) if error else None


def _by_permission(selector: Selector, request: Request) -> Outcome | None:
    error = selector.security.forbidden(request) if selector.security else None
    return _refused("permission", error) if error else None


def _by_error(selector: Selector, request: Request) -> Outcome | None:
    for check in selector.checks:
        error = check(request)
        if error is not None:
            return _refused("request", error)
    return None


def _refused(rule: str, error: RequestError) -> Outcome:
    """The documented case of an error, or else the error; why is said in a header, too."""
    headers = (*error.headers, *refusal_headers(error.detail))
    if error.case is None:
        return Outcome(rule, error=replace(error, headers=headers))
    return Outcome(rule, error.case, headers=headers)


Rule = Callable[[Selector, Request], Outcome | Awaitable[Outcome | None] | None]
"""Gives an outcome, or, where it has to ask the store for one, what waits for that."""

RULES: tuple[Rule, ...] = (
    _by_header,
    _by_address,
    _by_magic,
    _by_queue,
    _by_authentication,
    _by_error,
    _by_permission,
)
"""The order, written down once; the behaviour comes after them all, then success."""
