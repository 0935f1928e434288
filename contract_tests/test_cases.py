"""Each documented case, brought about by an honest request, is what the document says.

Each is brought about more than once, with a request that succeeds in between: a case that is
forgotten, or that sticks to the next request, is no kept promise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NoReturn

import pytest

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.http.exchange import Exchange, OperationRequest, Response
from contract_tests.requests.base import Base, is_of_request
from contract_tests.requests.probes import EQUIVALENTS, has_id, with_ids
from contract_tests.requests.reaching import faulty_call, provoking_call
from contract_tests.results.run import LIMITED, Run
from contract_tests.target.target import CaseSetup, HookCall, TargetError
from tallystick.catalogue.cases import Case

_SAME = "RFC 9110 section 3.3"
"""HTTP is stateless: each request can be understood by itself."""


def test_case(run: Run, case: Case, base: Base) -> None:
    """The case's answer keeps every obligation."""
    entry = run.target.provocation(case)
    if entry and entry.unreachable:
        run.not_covered(case, f"unreachable: {entry.unreachable}", is_unreachable=True)
        pytest.skip(f"unreachable: {entry.unreachable}")
    call = provoking_call(base.call, case, entry)
    if call is None:
        _skip(run, case, "no request is known to bring it about; say how in the target file")
    try:
        for hook in entry.before if entry else ():
            run.client.hook(hook)
        _provoke(run, base, case, call, entry or CaseSetup())
    except TargetError as error:
        _skip(run, case, str(error))
    finally:
        _clean_up(run, entry.after if entry else ())


def _clean_up(run: Run, hooks: Sequence[HookCall]) -> None:
    for hook in hooks:
        try:
            run.client.hook(hook)
        except TargetError as error:
            run.notes.append(str(error))


def _provoke(run: Run, base: Base, case: Case, call: OperationRequest, entry: CaseSetup) -> None:
    is_base = call == base.call and not entry.before
    exchange = base.exchange if is_base else run.client.send(call)
    reason = _inconclusive(run, base, case, exchange, entry)
    if reason:
        _skip(run, case, reason)
    run.judge(base.operation, exchange, _expectation(case, "the request that provokes it"))
    run.provoked(case)
    if not entry.before and not is_base and base.works:
        # What a request leaves behind shows in the next one that should succeed.
        after = base.accepted(f"the request after {case.label}", _SAME)
        run.judge(base.operation, run.client.send(base.call), after)
    if not is_of_request(case) and not case.is_success:
        _also_faulty(run, base, case, call)
    # What a set-up call has brought about may be over after one request.
    for what, again in () if entry.before else _again(run, case, call):
        expectation = base.accepted(what, _SAME) if is_base else _expectation(case, what)
        run.judge(base.operation, again, expectation)


def _also_faulty(run: Run, base: Base, case: Case, call: OperationRequest) -> None:
    """A faulty request in the state of a case gets that case, or that of its fault: which of the
    two, no document says.
    """
    for fault in base.operation.cases:
        faulty = faulty_call(call, fault) if fault.trigger and fault.code else None
        if faulty is not None:
            named = frozenset(code for code in (case.code, fault.code) if code)
            what = f"{case.label} and {fault.label} at once"
            expectation = Expectation(ExpectationKind.HANDLED, what, named=named)
            run.judge(base.operation, run.client.send(faulty), expectation)
            return


def _again(run: Run, case: Case, call: OperationRequest) -> Iterator[tuple[str, Exchange]]:
    """The same case by requests that mean the same."""
    yield "the same request again", run.client.send(call)
    if has_id(call):
        yield "the id in capitals", run.client.send(with_ids(call, str.upper))
    if is_of_request(case) and isinstance(call.body, dict):
        for probe in EQUIVALENTS:
            yield probe.name, run.client.transmit(probe.make(run.client, call))


def _expectation(case: Case, what: str) -> Expectation:
    return Expectation(ExpectationKind.CASE, f"{case.label}: {what}", (case,))


def _inconclusive(
    run: Run, base: Base, case: Case, exchange: Exchange, entry: CaseSetup
) -> str | None:
    """Why an answer says nothing of the case, if it does not."""
    outcome = exchange.outcome
    if isinstance(outcome, Response) and outcome.is_limited:
        return f"the target kept answering {outcome.status}: {LIMITED}"
    told = run.target.values(base.operation.name) or entry.parameters
    if told or base.is_success or not base.works or base.case is None:
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
