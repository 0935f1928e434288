"""Each documented case, brought about by an honest request, is what the document says.

Each case is reached more than once, with a request that succeeds in between: the target must not
forget a case, nor keep it for the next request.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NoReturn

import pytest

from contract_tests.checks import table
from contract_tests.checks.context import (
    Expectation,
    ExpectationKind,
    Violation,
    has_status,
    is_of_request,
)
from contract_tests.http.exchange import Exchange, OperationRequest, Response
from contract_tests.plan import PASSING
from contract_tests.requests.base import Base
from contract_tests.requests.probes import EQUIVALENTS, has_id, with_ids
from contract_tests.requests.reaching import faulty_request, formats, reaching_request
from contract_tests.results.run import LIMITED, Run
from contract_tests.target.target import CaseSetup, HookCall, TargetError
from tallystick.catalogue.cases import Case
from tallystick.printing import printable

_SAME = "RFC 9110 section 3.3"
"""HTTP is stateless: each request can be understood by itself."""


def test_case(run: Run, case: Case, base: Base) -> None:
    """The response of the case keeps every check."""
    setup = run.target.setup_of(case)
    if setup and setup.unreachable:
        run.unreachable(case, setup.unreachable)
        pytest.skip(printable(f"unreachable: {setup.unreachable}"))
    if setup is None and case.is_success:
        _succeed(run, base, case)
        return
    request = reaching_request(base.request, case, setup)
    if request is None:
        _skip(run, case, "no request is known to bring it about; say how in the target file")
    try:
        for hook in setup.before if setup else ():
            run.client.hook(hook, base.operation)
        _reach(run, base, case, request, setup or CaseSetup())
    except TargetError as error:
        _skip(run, case, str(error))
    finally:
        _clean_up(run, base, setup.after if setup else ())


def _clean_up(run: Run, base: Base, hooks: Sequence[HookCall]) -> None:
    for hook in hooks:
        try:
            run.client.hook(hook, base.operation)
        except TargetError as error:
            run.notes.append(str(error))


def _succeed(run: Run, base: Base, case: Case) -> None:
    """A success without an entry: the base is one, whichever of several it is."""
    if base.exchange is None or base.doubt:
        _doubt(run, base, case)
    if base.is_success and base.case != case:
        got = base.case.label if base.case else ""
        _skip(run, case, f"the operation answered {got}; say how in the target file", True)
    run.check(base.operation, base.exchange, _expectation(case, "the request that reaches it"))
    for what, again in _again(run, case, base.request, base):
        run.check(base.operation, again, base.accepted(what, _SAME))


def _doubt(run: Run, base: Base, case: Case) -> NoReturn:
    if base.exchange is not None:
        handled = Expectation(ExpectationKind.HANDLED, "values that may be wrong")
        run.check(base.operation, base.exchange, handled)
        if base.status in PASSING:
            wrong = Violation(f"it kept answering {base.status}", (base.status,))
            run.violate(base.operation, base.exchange, handled, table.AVAILABLE, wrong)
    _skip(run, case, base.doubt or "")


def _reach(run: Run, base: Base, case: Case, request: OperationRequest, setup: CaseSetup) -> None:
    exchange = run.send(case, request)
    reason = _inconclusive(base, case, exchange, setup)
    if reason:
        handled = Expectation(ExpectationKind.HANDLED, f"{case.label}: a request that may be it")
        run.check(base.operation, exchange, handled)
        _skip(run, case, reason)
    run.check(base.operation, exchange, _expectation(case, "the request that reaches it"))
    if not setup.before and base.is_success and base.is_repeatable:
        # What a request leaves behind shows in the next one that should succeed.
        after = base.accepted(f"the request after {case.label}", _SAME)
        run.check(base.operation, run.client.send(base.request), after)
    if not is_of_request(case) and not case.is_success:
        _also_faulty(run, base, case, request)
    # The state that a set-up call has made may be over after one request.
    for what, again in () if setup.before else _again(run, case, request, base):
        run.check(base.operation, again, _expectation(case, what))


def _also_faulty(run: Run, base: Base, case: Case, request: OperationRequest) -> None:
    """A faulty request in the state of a case gets that case, or the case of its fault. Documents
    do not say which.
    """
    for fault in base.operation.cases:
        faulty = faulty_request(request, fault) if fault.trigger and fault.code else None
        if faulty is not None:
            named = frozenset(code for code in (case.code, fault.code) if code)
            what = f"{case.label} and {fault.label} at once"
            expectation = Expectation(ExpectationKind.HANDLED, what, named=named)
            run.check(base.operation, run.send(case, faulty), expectation)
            return


def _again(
    run: Run, case: Case, request: OperationRequest, base: Base
) -> Iterator[tuple[str, Exchange]]:
    """The same case by requests that mean the same. A success leaves something behind, unless it is
    repeatable.
    """
    if case.is_success and not base.is_repeatable:
        return
    yield "the same request again", run.send(case, request)
    if has_id(request) and "uuid" in formats(run.contract, base.operation).values():
        yield "the id in capitals", run.send(case, with_ids(request, str.upper))
    for probe in EQUIVALENTS if is_of_request(case) else ():
        if probe.applies(request):
            prepared = probe.make(run.client, request)
            yield probe.name, run.client.transmit(prepared, base.operation.name)


def _expectation(case: Case, what: str) -> Expectation:
    return Expectation(ExpectationKind.CASE, f"{case.label}: {what}", (case,))


def _inconclusive(base: Base, case: Case, exchange: Exchange, setup: CaseSetup) -> str | None:
    """Why a response shows nothing about the case; None where it does."""
    got = exchange.outcome
    if isinstance(got, Response) and got.is_limited and not has_status(case, got.status):
        return f"the target kept answering {got.status}: {LIMITED}"
    if setup.parameters or setup.headers or setup.before or base.is_success or not base.doubt:
        return None
    return base.doubt


def _skip(run: Run, case: Case, reason: str, needs_entry: bool = False) -> NoReturn:
    run.not_covered(case, reason, needs_entry=needs_entry)
    pytest.skip(printable(f"not covered: {reason}"))
