"""The same request gets the same case: again and again, and several at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.http.exchange import OperationRequest
from contract_tests.requests.base import Base
from contract_tests.requests.reaching import faulty_call, with_parameters
from contract_tests.results.run import Run
from tallystick.catalogue.cases import Case

_WORKERS = {True: 8, False: 2}
_ROUNDS = {True: 2, False: 1}
_STATELESS = "RFC 9110 section 3.3"


def test_repetition(run: Run, working_base: Base) -> None:
    """The same request gets the same case each time, over a kept-alive connection."""
    for _ in range(run.repetitions):
        exchange = run.client.send(working_base.call)
        expectation = working_base.accepted("the same request again", _STATELESS)
        run.judge(working_base.operation, exchange, expectation)


def test_concurrency(run: Run, working_base: Base) -> None:
    """Requests of all cases at once each get their own case."""
    calls = _calls(run, working_base) * _ROUNDS[run.client.is_local]
    with ThreadPoolExecutor(_WORKERS[run.client.is_local]) as pool:
        exchanges = list(pool.map(run.client.send, [call for call, _ in calls]))
    for exchange, (_, expectation) in zip(exchanges, calls, strict=True):
        if not working_base.hides(exchange):
            run.judge(working_base.operation, exchange, expectation)


def _calls(run: Run, base: Base) -> list[tuple[OperationRequest, Expectation]]:
    """The requests of all cases that need no set-up call, the one that succeeds between them."""
    calls: list[tuple[OperationRequest, Expectation]] = []
    for case in base.operation.cases:
        call = _call(run, base, case)
        if call is not None:
            several = Expectation(
                ExpectationKind.CASE, f"{case.label}: several requests at once", (case,)
            )
            succeeding = base.accepted("several requests at once", _STATELESS)
            calls += [(base.call, succeeding), (call, several)]
    return calls


def _call(run: Run, base: Base, case: Case) -> OperationRequest | None:
    entry = run.target.provocation(case)
    if entry is None:
        return faulty_call(base.call, case)
    if entry.before or entry.after or entry.unreachable or case.is_success:
        return None
    call = with_parameters(base.call, entry.parameters)
    call = with_parameters(call, {f"header.{k}": v for k, v in entry.headers.items()})
    return faulty_call(call, case) or call
