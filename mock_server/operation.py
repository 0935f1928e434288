"""Answering requests to the contract's operations, behind Connexion's routing.

This is the hot path: everything that can be made ahead is (validators, answers, outcomes), and
facts for the journal are recorded as they are.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from connexion.middleware.abstract import ROUTING_CONTEXT, RoutedAPI, RoutedMiddleware
from connexion.operations.abstract import AbstractOperation
from connexion.spec import Specification
from starlette.types import Receive, Scope, Send

from mock_server.answers.faults import Disturbance, UnknownFaultError, Wire, preferred
from mock_server.answers.prepared import Answer, fault_body, fault_media_type, prepare
from mock_server.answers.problems import MEDIA_TYPE
from mock_server.mock import Mock
from mock_server.requests.projection import operation_id, path_parameters
from mock_server.requests.request import Request
from mock_server.requests.validation import RequestError, checks
from mock_server.selection.selector import Outcome, selector
from tallystick.contract import ContractOperation

_PROBLEM = MEDIA_TYPE.encode()


class MockOperation:
    """One operation of the contract, as ASGI application. Made once, at start."""

    def __init__(self, mock: Mock, contract: ContractOperation) -> None:
        self.mock = mock
        self.contract = contract
        self.name = contract.name
        names = path_parameters(contract.path)
        self.renamed = {ours: name for ours, name in names.items() if ours != name}
        self.answers: dict[str, Answer] = prepare(mock.contract, contract, mock.seed)
        self.fault_media_types = {
            case.http_status: fault_media_type(mock.contract, contract, case).encode()
            for case in contract.cases
            if not case.is_success
        }
        self.behaviour = mock.behaviour(contract)
        self.selector = selector(
            contract,
            checks(mock.contract.document, contract, mock.max_body),
            self.behaviour,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        mock = self.mock
        path = scope["path_params"]
        if self.renamed:
            path = {self.renamed[name]: value for name, value in path.items()}
        session = mock.session(scope)
        request = Request(scope, path, session)
        message = await receive()
        if message.get("more_body", False) or len(message.get("body", b"")) > mock.max_body:
            await request.read(receive, message, mock.max_body)
        else:
            request.body = message.get("body", b"")
        outcome = self.selector.select(request) or await self.selector.settle(request)
        disturbance = None
        if session.faults.queued or b"prefer" in request.headers:
            outcome, disturbance = self._disturbed(request, outcome)
        moment = session.clock.now()
        if outcome.case is not None:
            answer = self.answers[outcome.case.label]
            status, label, headers = answer.status, answer.label, answer.headers
            body = answer.body(request, moment)
            if self.behaviour is not None and outcome.case.is_success:
                self.behaviour.succeeded(request, body, moment)
        else:
            status, label, headers, body = self._faulty(outcome)
        number = session.journal.record(
            moment, scope, request.body, self.name, status, label, outcome.rule
        )
        link = (b"link", b'%b%d>; rel="describedby"' % (session.requests, number))
        headers = [*headers, *outcome.headers, link]
        # RFC 9110 section 8.6: no Content-Length in a 204 (nor in a 1xx, which no case is).
        if status != 204:
            headers.append((b"content-length", b"%d" % len(body)))
        if disturbance is not None:
            await disturbance.play(Wire(status, headers, body, receive, send))
            return
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _disturbed(self, request: Request, outcome: Outcome) -> tuple[Outcome, Disturbance | None]:
        """How the answer is to arrive; a fault that is unknown is refused instead of ignored."""
        try:
            disturbance = preferred(request.scope["headers"])
        except UnknownFaultError as error:
            headers = ((b"tallystick-error", b"unknown fault"),)
            return Outcome("header", fault=RequestError(400, str(error), headers=headers)), None
        if disturbance is None and request.session.faults.queued:
            facts = {"operation": self.name, **request.facts()}
            disturbance = request.session.faults.take(facts)
        return outcome, disturbance

    def _faulty(self, outcome: Outcome) -> tuple[int, str, list[tuple[bytes, bytes]], bytes]:
        fault = outcome.fault or RequestError(500, "No rule applies.")
        label = str(fault.status)
        case = (b"tallystick-case", label.encode())
        media_type = self.fault_media_types.get(fault.status, _PROBLEM)
        headers = [case, (b"content-type", media_type), *fault.headers]
        body = fault_body(self.mock.contract, fault.status, fault.detail)
        return fault.status, label, headers, body


class MockAPI(RoutedAPI[MockOperation]):
    """Connexion's registry of our operations, by the operation ids of the projection.

    `made` holds them; Connexion hands it on from `add_api`.
    """

    def __init__(self, *args: Any, made: Mapping[str, MockOperation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.made = made
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> MockOperation:
        """The operation that Connexion routes to under this id."""
        return self.made[operation.operation_id]


class MockMiddleware(RoutedMiddleware[MockAPI]):
    """Answers the requests that Connexion routed to an operation.

    It holds one API, at the root, so that the search of the base class through base paths and
    APIs is one look-up here.
    """

    api_cls = MockAPI
    made: Mapping[str, MockOperation]

    def add_api(self, specification: Specification, **kwargs: Any) -> MockAPI:
        """See RoutedMiddleware."""
        api = super().add_api(specification, **kwargs)
        self.made = api.made
        return api

    def __call__(  # type: ignore[override]  # an awaitable, as ASGI asks: one coroutine less
        self, scope: Scope, receive: Receive, send: Send
    ) -> Awaitable[None]:
        """Call the operation, or, where nothing was routed, the application behind."""
        if scope["type"] != "http":
            return self.app(scope, receive, send)
        routed = scope["extensions"][ROUTING_CONTEXT]["operation_id"]
        return self.made.get(routed, self.app)(scope, receive, send)


def make_operations(mock: Mock) -> dict[str, MockOperation]:
    """All operations of the contract, by their ids in the projection. Raises TallystickError
    where one cannot be mocked.
    """
    return {
        operation_id(index): MockOperation(mock, operation)
        for index, operation in enumerate(mock.contract.operations)
    }
