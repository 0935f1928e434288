"""Each documented case, brought about by an honest request, is what the document says.

Each case is reached more than once, with a request that succeeds in between: the target must not
forget a case, nor keep it for the next request.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NoReturn

import pytest

from contract_tests.checks.context import Expectation, ExpectationKind, is_of_request
from contract_tests.http.exchange import Exchange, OperationRequest, Response
from contract_tests.requests.base import Base
from contract_tests.requests.probes import EQUIVALENTS, has_id, with_ids
from contract_tests.requests.reaching import faulty_request, reaching_request
from contract_tests.results.run import LIMITED, Run
from contract_tests.target.target import CaseSetup, HookCall, TargetError
from tallystick.catalogue.cases import Case

_SAME = "RFC 9110 section 3.3"
"""HTTP is stateless: each request can be understood by itself."""


def test_case(run: Run, case: Case, base: Base) -> None:
    """The response of the case keeps every check."""
    setup = run.target.setup_of(case)
    if setup and setup.unreachable:
        run.unreachable(case, setup.unreachable)
        pytest.skip(f"unreachable: {setup.unreachable}")
    request = reaching_request(base.request, case, setup)
    if request is None:
        _skip(run, case, "no request is known to bring it about; say how in the target file")
    try:
        for hook in setup.before if setup else ():
            run.client.hook(hook)
        _reach(run, base, case, request, setup or CaseSetup())
    except TargetError as error:
        _skip(run, case, str(error))
    finally:
        _clean_up(run, setup.after if setup else ())


def _clean_up(run: Run, hooks: Sequence[HookCall]) -> None:
    for hook in hooks:
        try:
            run.client.hook(hook)
        except TargetError as error:
            run.notes.append(str(error))


def _reach(run: Run, base: Base, case: Case, request: OperationRequest, setup: CaseSetup) -> None:
    is_base = request == base.request and not setup.before
    exchange = base.exchange if is_base else run.client.send(request)
    reason = _inconclusive(run, base, case, exchange, setup)
    if reason:
        _skip(run, case, reason)
    run.check(base.operation, exchange, _expectation(case, "the request that reaches it"))
    run.reached(case)
    if not setup.before and not is_base and base.works:
        # What a request leaves behind shows in the next one that should succeed.
        after = base.accepted(f"the request after {case.label}", _SAME)
        run.check(base.operation, run.client.send(base.request), after)
    if not is_of_request(case) and not case.is_success:
        _also_faulty(run, base, case, request)
    # The state that a set-up call has made may be over after one request.
    for what, again in () if setup.before else _again(run, case, request):
        expectation = base.accepted(what, _SAME) if is_base else _expectation(case, what)
        run.check(base.operation, again, expectation)


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
            run.check(base.operation, run.client.send(faulty), expectation)
            return


def _again(run: Run, case: Case, request: OperationRequest) -> Iterator[tuple[str, Exchange]]:
    """The same case by requests that mean the same."""
    yield "the same request again", run.client.send(request)
    if has_id(request):
        yield "the id in capitals", run.client.send(with_ids(request, str.upper))
    for probe in EQUIVALENTS if is_of_request(case) else ():
        if probe.applies(request):
            yield probe.name, run.client.transmit(probe.make(run.client, request))


def _expectation(case: Case, what: str) -> Expectation:
    return Expectation(ExpectationKind.CASE, f"{case.label}: {what}", (case,))


def _inconclusive(
    run: Run, base: Base, case: Case, exchange: Exchange, setup: CaseSetup
) -> str | None:
    """Why a response shows nothing about the case; None where it does."""
    outcome = exchange.outcome
    if isinstance(outcome, Response) and outcome.is_limited:
        return f"the target kept answering {outcome.status}: {LIMITED}"
    has_values = run.target.values(base.operation.name) or setup.parameters
    if has_values or base.is_success or not base.works or base.case is None:
        return None
    if case.is_success or base.hides(exchange):
        return (
            f"without parameters the operation answers {base.case.label}; set some that make it "
            "succeed in the target file"
        )
    return None


def _skip(run: Run, case: Case, reason: str) -> NoReturn:
    run.not_covered(case, reason)
    pytest.skip(f"not covered: {reason}")
