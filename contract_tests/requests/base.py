"""The base: the request to an operation that should succeed, and the response to it.

All other requests are variations of it. Where the base does not succeed because of a state of the
target (a resource is unknown, say), that state may hide what a variation should get: nothing is
asserted of a response that the state explains.
"""

from __future__ import annotations

from dataclasses import dataclass

from contract_tests.checks.context import Expectation, ExpectationKind, is_of_request
from contract_tests.http.exchange import Exchange, OperationRequest
from contract_tests.requests.reaching import valid_request
from contract_tests.results.run import Run, case_answered
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation


@dataclass(frozen=True, slots=True)
class Base:
    """The base of an operation; `case` is the documented case of the response, if it is one."""

    operation: ContractOperation
    request: OperationRequest
    exchange: Exchange
    case: Case | None

    @property
    def is_success(self) -> bool:
        """Whether the request that should succeed does."""
        return self.case is not None and self.case.is_success

    @property
    def works(self) -> bool:
        """Whether variations can be compared with it: the target finds no fault in the request."""
        return self.case is not None and not is_of_request(self.case)

    def accepted(self, what: str, source: str = "", *, is_advised: bool = False) -> Expectation:
        """What is expected of a variation without fault: the case that the base got, or an upstream
        failure, which may come at any time.
        """
        upstream = [case for case in self.operation.cases if _is_upstream(case)]
        succeeding = [case for case in self.operation.cases if case.is_success]
        cases = [self.case] if self.case else succeeding
        return Expectation(
            ExpectationKind.ACCEPTED,
            what,
            (*cases, *upstream),
            source=source,
            is_advised=is_advised,
        )

    def hides(self, exchange: Exchange) -> bool:
        """Whether the response to a faulty request is explained by the state that the base is in:
        documents do not say which of two faults wins.
        """
        if self.is_success or not self.works:
            return False
        return case_answered(self.operation, exchange) == self.case


class Bases:
    """The bases of a run, each sent once."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._sent: dict[str, Base] = {}

    def of(self, operation: ContractOperation) -> Base:
        """The base of an operation."""
        if operation.name not in self._sent:
            request = valid_request(self.run.contract, operation, self.run.target)
            exchange = self.run.client.send(request)
            case = case_answered(operation, exchange)
            self._sent[operation.name] = Base(operation, request, exchange, case)
        return self._sent[operation.name]


def _is_upstream(case: Case) -> bool:
    return case.trigger is not None and case.trigger.kind == "upstream"
