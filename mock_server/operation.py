"""Answering requests to the contract's operations, behind Connexion's routing.

Rules: what an operation needs (validators, answers, outcomes) is made when it is first used, so
that a mock of a thousand operations starts like one of ten. From then on this is the hot path:
nothing is made twice, and facts for the journal are recorded as they are.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from connexion.middleware.abstract import ROUTING_CONTEXT, RoutedAPI, RoutedMiddleware
from connexion.operations.abstract import AbstractOperation
from connexion.spec import Specification
from starlette.types import Receive, Scope, Send

from mock_server.answers.faults import UnknownFaultError, Wire, play, preferred
from mock_server.answers.outcome import Outcome
from mock_server.answers.own import own_answer
from mock_server.answers.prepared import Answer, Answers
from mock_server.mock import Mock
from mock_server.requests.decoding.sizes import DEFAULT, body_limit
from mock_server.requests.decoding.uploads import UploadsFullError
from mock_server.requests.errors import RequestError, refusal_headers
from mock_server.requests.projection import operation_id, path_parameters
from mock_server.requests.request import ABSENT, Header, Request
from mock_server.requests.security import security_of
from mock_server.requests.validation import checks
from mock_server.selection.selector import (
    STATELESS,
    UNMOCKABLE,
    KeptItems,
    Selector,
    refusing_selector,
    selector,
    success,
)
from mock_server.state.disturbances import Disturbance
from mock_server.state.forces import OwnAnswer
from mock_server.state.store import RETRY_AFTER, StoreGoneError
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation
from tallystick.errors import TallystickError

_LONGEST_REASON = 500
NO_STORE = "no store"
CROWDED = "too many uploads"
"""The rule of what is refused while the store is gone."""

_LOG = logging.getLogger(__name__)


Answered = tuple[int, str, list[Header], bytes, str]
"""Status, label of the case, headers, body, and the rule that decided."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What an operation answers with; `not_acceptable` is its documented 406, if it has one, and
    `max_body` the largest body in bytes.
    """

    selector: Selector
    answers: Answers
    max_body: int
    not_acceptable: Case | None = None


class MockOperation:
    """One operation of the contract, as ASGI application. Cheap until it is first used."""

    def __init__(self, mock: Mock, contract: ContractOperation) -> None:
        self.mock = mock
        self.contract = contract
        self.name = contract.name
        names = path_parameters(contract.path)
        self.renamed = {ours: name for ours, name in names.items() if ours != name}
        self.behaviour = mock.behaviour(contract)
        self.kept: KeptItems | None = None
        self.parts: Parts | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        begun = perf_counter()
        mock, parts = self.mock, self.parts or self._make_parts()
        path = scope["path_params"]
        if self.renamed:
            path = {self.renamed[name]: value for name, value in path.items()}
        session = mock.sessions.of(scope)
        request = Request(scope, path, session)
        message = await receive()
        received = message.get("body", b"")
        disturbance = None
        try:
            if len(received) > parts.max_body or message.get("more_body", False):
                await request.read(receive, message, parts.max_body, mock.uploads)
            else:
                request.body = received
            outcome = await self._outcome(parts, request)
            if session.controls.faults.queued or b"prefer" in request.headers:
                outcome, disturbance = await self._disturbed(request, outcome)
        except StoreGoneError as error:
            outcome = _gone(error)
        except UploadsFullError as error:
            outcome = _crowded(error)
        moment = session.controls.clock.now()
        status, label, headers, body, rule = self._answered(parts, outcome, request, moment)
        headers, journal = [*headers, *outcome.headers], session.journal
        # RFC 9110 section 8.6: no Content-Length in a 204, nor another one in a 304 than a 200 has.
        if status not in (204, 304):
            headers.append((b"content-length", b"%d" % len(body)))
        fault = None if disturbance is None else disturbance.words
        try:
            number = await journal.record(
                moment,
                scope,
                request.body,
                self.name,
                status,
                label,
                rule,
                headers,
                body,
                begun,
                request.taken,
                fault,
                outcome.own,
            )
            headers.append((b"link", b'%b%d>; rel="describedby"' % (session.requests, number)))
        except StoreGoneError as error:
            number = 0
            if self._depends_on_state(request, outcome):
                status, headers, body = self._refused(parts, error)
        if disturbance is not None:
            try:
                await play(disturbance, Wire(status, headers, body, receive, send))
            finally:
                journal.sent(number, perf_counter() - begun)
                await session.notify()
            return
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        journal.sent(number, perf_counter() - begun)

    async def _outcome(self, parts: Parts, request: Request) -> Outcome:
        """What a request gets."""
        outcome = await parts.selector.select(request)
        if outcome is None and self.kept is not None:
            outcome = self._unacceptable(parts, request)
        return outcome or await parts.selector.settle(request)

    def _depends_on_state(self, request: Request, outcome: Outcome) -> bool:
        """Whether an answer says something that the store would have to know, too."""
        keeps = self.behaviour is not None or (self.kept is not None and self.kept.keeps)
        is_kept = keeps and outcome.rule not in STATELESS
        case = outcome.case
        is_noted = self.behaviour is not None and case is not None and case.is_success
        return is_kept or is_noted or bool(request.taken and request.taken.used)

    def _refused(self, parts: Parts, error: StoreGoneError) -> tuple[int, list[Header], bytes]:
        """What goes out in place of an answer that the store does not know of."""
        status, _, headers, body = self._error(parts, _gone(error))
        return status, [*headers, (b"content-length", b"%d" % len(body))], body

    def _answered(
        self, parts: Parts, outcome: Outcome, request: Request, moment: float
    ) -> Answered:
        """The status, the label, the headers and the body of an outcome, and the rule that the
        journal names. What cannot be made, for whatever reason, is a 501.
        """
        case, rule = outcome.case, outcome.rule
        if case is None and outcome.own is None:
            return (*self._error(parts, outcome), rule)
        try:
            if case is None or outcome.own is not None:
                return (*self._own_answer(parts, outcome, request, moment), rule)
            answer = parts.answers.of(case)
            sent, value = answer.accepted[request.headers.get(b"accept")], outcome.value
            if sent is None:
                if case.is_success:
                    answer, rule = self._not_acceptable(parts, outcome, answer)
                    value = value if answer.is_success else ABSENT
                sent = answer.first
            if value is ABSENT:
                body = sent.body(request, moment)
            else:
                body = sent.of_value(value, request, moment)
            if self.behaviour is not None and answer.is_success:
                self.behaviour.succeeded(request, body, moment)
        except Exception as error:
            if not isinstance(error, TallystickError):
                _LOG.exception("%s of %s cannot be made", case.label if case else "own", self.name)
            why = f"This answer cannot be made. {type(error).__name__}: {error}"[:_LONGEST_REASON]
            refused = Outcome(UNMOCKABLE, error=RequestError(501, why))
            return (*self._error(parts, refused), UNMOCKABLE)
        headers = sent.headers
        if outcome.replaces:
            own = {name for name, _ in outcome.headers}
            headers = [header for header in headers if header[0] not in own]
        return answer.status, answer.label, headers, body, rule

    def _own_answer(
        self, parts: Parts, outcome: Outcome, request: Request, moment: float
    ) -> tuple[int, str, list[Header], bytes]:
        """The answer of the user's own."""
        own = outcome.own or OwnAnswer()
        return own_answer(parts.answers, outcome.case, own, request, moment)

    def _make_parts(self) -> Parts:
        """Make what the operation answers with; where that fails, what refuses with a 501, so that
        one operation that cannot be mocked leaves the others as they are.
        """
        try:
            self.parts = self._mocked()
        except TallystickError as error:
            self.parts = self._refusing(str(error))
        except Exception as error:  # whatever it is: a defect of the mock must not end it, either
            _LOG.exception("%s cannot be mocked", self.name)
            self.parts = self._refusing(f"{type(error).__name__}: {error}"[:_LONGEST_REASON])
        return self.parts

    def _mocked(self) -> Parts:
        contract, operation = self.mock.contract, self.contract
        own = self.behaviour.answers if self.behaviour else None
        self.kept = own or self.mock.collections.operation(operation)
        limit = body_limit(contract.document, operation, self.mock.max_body)
        found = checks(contract.document, operation, limit)
        answers = Answers(contract, operation, self.mock.seed)
        security = security_of(operation) if self.mock.auth else None
        etag = self._validator(answers)
        return Parts(
            selector(operation, found, self.behaviour, security, etag, self.kept),
            answers,
            limit,
            next((case for case in operation.cases if case.status == "406"), None),
        )

    def _refusing(self, reason: str) -> Parts:
        why = f"This operation cannot be mocked. {reason}"
        answers = Answers(self.mock.contract, self.contract, self.mock.seed)
        limit = self.mock.max_body or DEFAULT
        return Parts(refusing_selector(self.contract, why), answers, limit)

    def _validator(self, answers: Answers) -> bytes | None:
        """The ETag that a success is sent with, if the document has one."""
        case = success(self.contract)
        headers = dict(answers.of(case).headers) if case else {}
        return headers.get(b"etag")

    def _unacceptable(self, parts: Parts, request: Request) -> Outcome | None:
        """The success, for `_answered` to refuse as documented, before a collection changes."""
        case = parts.selector.success.case
        if parts.not_acceptable is None or case is None:
            return None
        accepted = parts.answers.of(case).accepted[request.headers.get(b"accept")]
        return parts.selector.success if accepted is None else None

    def _not_acceptable(self, parts: Parts, outcome: Outcome, answer: Answer) -> tuple[Answer, str]:
        """The answer to a client that accepts none of the media types: the documented 406, else
        the first type all the same (RFC 9110 section 12.4.1), and the rule for the journal.
        """
        if parts.not_acceptable is None:
            return answer, f"{outcome.rule}, though nothing of it is acceptable"
        return parts.answers.of(parts.not_acceptable), "not acceptable"

    async def _disturbed(
        self, request: Request, outcome: Outcome
    ) -> tuple[Outcome, Disturbance | None]:
        """How the answer is to arrive; a fault that is unknown is refused instead of ignored."""
        try:
            disturbance = preferred(request.scope["headers"])
        except UnknownFaultError as error:
            headers = ((b"tallystick-error", b"unknown fault"),)
            return Outcome("header", error=RequestError(400, str(error), headers=headers)), None
        session = request.session
        if disturbance is None and session.controls.faults.queued:
            facts = {"operation": self.name, **request.facts()}
            taking = request.taking(self.name)
            disturbance = await session.take(lambda now: now.faults.take(facts), taking)
        return outcome, disturbance

    def _error(self, parts: Parts, outcome: Outcome) -> tuple[int, str, list[Header], bytes]:
        error = outcome.error
        if error is None:  # nothing is documented, so nothing is wrong
            return 200, "200", [(b"tallystick-case", b"200")], b""
        label = str(error.status)
        content_type, body = parts.answers.error(error.status, error.detail)
        headers = [(b"tallystick-case", label.encode()), content_type, *error.headers]
        return error.status, label, headers, body


def _gone(error: StoreGoneError) -> Outcome:
    """The outcome of a request that the store is needed for, while it is gone (RFC 9110 section
    15.6.4).
    """
    headers = ((b"retry-after", RETRY_AFTER), *refusal_headers(str(error)))
    return Outcome(NO_STORE, error=RequestError(error.status, str(error), headers=headers))


def _crowded(error: UploadsFullError) -> Outcome:
    """The outcome of a request with a body that cannot be held (RFC 9110 section 15.6.4). The rest
    of it may still be under way: the connection cannot be used again.
    """
    headers = ((b"connection", b"close"), (b"retry-after", RETRY_AFTER))
    return Outcome(CROWDED, error=RequestError(503, str(error), headers=headers))


class MockAPI(RoutedAPI[MockOperation]):
    """Connexion's registry of our operations, by the operation ids of the projection.

    `made` holds them; Connexion passes it on from its `API`.
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
    """All operations of the contract, by their ids in the projection."""
    return {
        operation_id(index): MockOperation(mock, operation)
        for index, operation in enumerate(mock.contract.operations)
    }
