"""The same request gets the same case: again and again, and several at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from contract_tests.checks.context import Expectation, ExpectationKind
from contract_tests.http.exchange import OperationRequest
from contract_tests.operations.roles import SAFE
from contract_tests.requests import applicability
from contract_tests.requests.base import Base
from contract_tests.requests.reaching import faulty_request, with_parameters
from contract_tests.results.run import Run
from tallystick.catalogue.cases import Case

_WORKERS = {True: 8, False: 2}
_ROUNDS = {True: 2, False: 1}
_STATELESS = "RFC 9110 section 3.3"


@pytest.mark.only(where=applicability.repetition)
def test_repetition(run: Run, working_base: Base) -> None:
    """The same request gets the same case each time; one that changes something after the other,
    over a kept-alive connection.
    """
    if not working_base.is_repeatable:
        pytest.skip("the same request again would create another item")
    expectation = working_base.accepted("the same request again", _STATELESS)
    prepared = [run.client.prepare(working_base.request) for _ in range(run.repetitions)]
    name = working_base.operation.name
    if working_base.operation.method in SAFE:
        exchanges = run.client.transmit_all(prepared, name)
    else:
        exchanges = [run.client.transmit(each, name) for each in prepared]
    for exchange in exchanges:
        run.check(working_base.operation, exchange, expectation)


@pytest.mark.only(where=applicability.other_case)
def test_concurrency(run: Run, working_base: Base) -> None:
    """Requests of all cases at once each get their own case."""
    requests = _requests(run, working_base) * _ROUNDS[run.client.is_local]
    with ThreadPoolExecutor(_WORKERS[run.client.is_local]) as pool:
        exchanges = list(pool.map(lambda each: run.send(each[1].case, each[0]), requests))
    for exchange, (_, expectation) in zip(exchanges, requests, strict=True):
        if not working_base.hides(exchange):
            run.check(working_base.operation, exchange, expectation)


def _requests(run: Run, base: Base) -> list[tuple[OperationRequest, Expectation]]:
    """The requests of all cases without set-up calls, each after one that succeeds."""
    requests: list[tuple[OperationRequest, Expectation]] = []
    for case in base.operation.cases if base.is_repeatable else ():
        request = _request(run, base, case)
        if request is not None:
            several = Expectation(
                ExpectationKind.CASE, f"{case.label}: several requests at once", (case,)
            )
            succeeding = base.accepted("several requests at once", _STATELESS)
            requests += [(base.request, succeeding), (request, several)]
    return requests


def _request(run: Run, base: Base, case: Case) -> OperationRequest | None:
    setup = run.target.setup_of(case)
    if setup is None:
        return faulty_request(base.request, case)
    if setup.before or setup.after or setup.unreachable or case.is_success:
        return None
    request = with_parameters(base.request, setup.parameters)
    request = with_parameters(request, {f"header.{k}": v for k, v in setup.headers.items()})
    return faulty_request(request, case) or request
