"""The control API below `/_tallystick/`: forces, faults, clock, journal, sessions, reset, health.

Rules: every handler works on the session that the request belongs to: by the header
`Tallystick-Session`, the base path, or the query `?session=NAME`. What is wrong with a request is
answered with a problem. `openapi.yaml` beside this module documents it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.addresses import LINKS, PICTURES, PREFIX, STATELESS, STATIC
from mock_server.answers.problems import problem_response
from mock_server.control import messages
from mock_server.control.board import Board
from mock_server.control.documents import Documents
from mock_server.control.examples import Examples
from mock_server.control.messages import LONGEST_WAIT
from mock_server.control.state import CollectionState
from mock_server.mock import Mock
from mock_server.pages.pictures import PICTURE_HEADERS, picture
from mock_server.pages.rendering import STATIC_FILES
from mock_server.requests.control_body import ControlError, json_object
from mock_server.selection.explanation import explain, shown_entry
from mock_server.selection.own_answers import judged
from mock_server.state.clock import timestamp
from mock_server.state.forces import QueueFullError
from mock_server.state.journal import Entry, Served, is_named, last_of
from mock_server.state.memory import MemoryFullError
from mock_server.state.sessions import (
    SESSION,
    Session,
    SessionNameError,
    TooManySessionsError,
    session_of,
)
from mock_server.state.store import RETRY_AFTER, StoreGoneError
from tallystick.catalogue.names import UnknownCaseError, find_named

T = TypeVar("T")


class Control:
    """The handlers of the control API."""

    def __init__(self, mock: Mock) -> None:
        self.mock = mock
        self.board = Board(mock)

    def app(self) -> ASGIApp:
        """The ASGI application for all paths below the prefix."""
        of_behaviours = [route for made in self.mock.behaviours.values() for route in made.routes()]
        routes: list[BaseRoute] = [
            *of_behaviours,
            *self.routes(),
            *CollectionState(self.mock).routes(),
            *Examples(self.mock).routes(),
            *self.board.routes(),
            *Documents(self.mock).routes(),
            Mount(STATIC.removeprefix(PREFIX).rstrip("/"), StaticFiles(directory=STATIC_FILES)),
            Route(LINKS.removeprefix(PREFIX) + "{token}", self.link),
            Route(PICTURES.removeprefix(PREFIX) + "{what}/{name}.svg", self.picture),
        ]
        app = Starlette(
            routes=[Mount(PREFIX, routes=routes)],
            exception_handlers={
                ControlError: _control_error,
                QueueFullError: _control_error,
                MemoryFullError: _control_error,
                SessionNameError: _control_error,
                StoreGoneError: _store_gone,
                404: _not_found,
                405: _not_allowed,
            },
        )

        async def in_session(scope: Scope, receive: Receive, send: Send) -> None:
            session = self.mock.sessions.of(scope)
            name = Request(scope).query_params.get("session", "")
            if name:
                try:
                    session = await self.mock.sessions.get(name)
                except (SessionNameError, TooManySessionsError) as error:
                    refused = problem_response(getattr(error, "status", 400), str(error))
                    await refused(scope, receive, send)
                    return
            if session.gone is not None and not scope["path"].startswith(STATELESS):
                gone = await _store_gone(Request(scope), session.gone)
                await gone(scope, receive, send)
                return
            await app({**scope, SESSION: session}, receive, send)
            if scope["method"] not in ("GET", "HEAD"):
                await session.notify()

        return in_session

    def routes(self) -> list[BaseRoute]:
        """The routes of the API itself, below the prefix."""
        return [
            Route("/health", self.health),
            Route("/ready", self.ready),
            Route("/forces", self.forces, methods=["GET"]),
            Route("/forces", self.add_force, methods=["POST"]),
            Route("/forces", self.clear_forces, methods=["DELETE"]),
            Route("/forces/{number}", self.remove_force, methods=["DELETE"]),
            Route("/faults", self.faults, methods=["GET"]),
            Route("/faults", self.add_faults, methods=["POST"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/faults/{number}", self.remove_faults, methods=["DELETE"]),
            Route("/clock", self.clock, methods=["GET"]),
            Route("/clock", self.set_clock, methods=["POST"]),
            Route("/requests", self.requests),
            Route("/requests/{number}", self.request),
            Route("/verify", self.verify, methods=["POST"]),
            Route("/coverage", self.coverage, methods=["GET"]),
            Route("/coverage", self.clear_coverage, methods=["DELETE"]),
            Route("/reset", self.reset, methods=["POST"]),
            Route("/sessions", self.sessions),
            Route("/sessions/{name}", self.end_session, methods=["DELETE"]),
        ]

    async def health(self, _: Request) -> Response:
        """200 when the mock serves."""
        return JSONResponse({"status": "ok"})

    async def ready(self, _: Request) -> Response:
        """200 when the store takes changes, too."""
        await self.mock.sessions.check()
        return JSONResponse({"status": "ok"})

    # --- forces and faults

    async def forces(self, request: Request) -> Response:
        """The queued forces."""
        forces = session_of(request.scope).controls.queue.forces
        return JSONResponse([force.to_json() for force in forces])

    async def add_force(self, request: Request) -> Response:
        """Queue a force. What an answer of the user's own violates is said, and allowed."""
        body = await json_object(request, {"cases", "times", "match", "body", "headers", "status"})
        wanted = messages.names(body), messages.times(body), messages.match(body)
        own = messages.own_answer(body)
        try:
            force = await session_of(request.scope).change(lambda now: now.queue.add(*wanted, own))
        except UnknownCaseError as error:
            raise ControlError(str(error)) from None
        found = {} if own is None else {"violations": judged(self.mock.contract, force)}
        return JSONResponse({**force.to_json(), **found}, status_code=201)

    async def clear_forces(self, request: Request) -> Response:
        """Forget all queued forces."""
        await session_of(request.scope).change(lambda now: now.queue.clear())
        return Response(status_code=204)

    async def remove_force(self, request: Request) -> Response:
        """Forget one queued force."""
        number = _number(request) or 0
        if not await session_of(request.scope).change(lambda now: now.queue.remove(number)):
            raise ControlError("There is no such force (any more).", 404)
        return Response(status_code=204)

    async def faults(self, request: Request) -> Response:
        """The queued faults."""
        return JSONResponse(
            [queued.to_json() for queued in session_of(request.scope).controls.faults.queued]
        )

    async def add_faults(self, request: Request) -> Response:
        """Queue faults, or a delay."""
        body = await json_object(request, {"faults", "delay", "times", "match", "rate", "seed"})
        queued = messages.queued_fault(body)
        await session_of(request.scope).change(lambda now: now.faults.add(queued))
        return JSONResponse(queued.to_json(), status_code=201)

    async def clear_faults(self, request: Request) -> Response:
        """Forget all queued faults."""
        await session_of(request.scope).change(lambda now: now.faults.clear())
        return Response(status_code=204)

    async def remove_faults(self, request: Request) -> Response:
        """Forget one entry of the queued faults."""
        number = _number(request) or 0
        if not await session_of(request.scope).change(lambda now: now.faults.remove(number)):
            raise ControlError("There is no such fault (any more).", 404)
        return Response(status_code=204)

    # --- the clock

    async def clock(self, request: Request) -> Response:
        """The mock's time."""
        clock = session_of(request.scope).controls.clock
        return JSONResponse({"now": timestamp(clock.now()), "frozen": clock.frozen_at is not None})

    async def set_clock(self, request: Request) -> Response:
        """Advance, freeze, thaw or reset the clock."""
        body = await json_object(request, {"advance", "freeze", "reset"})
        if not body:
            raise ControlError("One of 'advance', 'freeze' and 'reset' is needed.")
        session = session_of(request.scope)
        await session.change(lambda now: messages.set_clock(now.clock, body))
        return await self.clock(request)

    # --- the journal

    async def requests(self, request: Request) -> Response:
        """The journal, oldest first: only one case's where `case` names it (code, status, both),
        only those after a number, and, where none is there yet, after waiting for one.
        """
        query, journal = request.query_params, session_of(request.scope).journal
        after, case = messages.whole_number(query.get("after", "0"), "after"), query.get("case")
        self._check_case(case)

        async def found() -> list[Entry]:
            entries = await journal.entries(after)
            return [e for e in entries if case is None or is_named(e.case, case)]

        seconds = _seconds(query.get("wait", "0"))
        entries = await _until(session_of(request.scope), found, bool, seconds)
        return JSONResponse([shown_entry(entry, self.mock.keys) for entry in entries])

    async def request(self, request: Request) -> Response:
        """One entry of the journal: what came, why it was answered so, and how to get each other
        case; as a page where the client is a browser.
        """
        number, session = _number(request), session_of(request.scope)
        entry = None if number is None else await session.journal.find(number)
        if entry is None:
            raise ControlError("The journal has no such request (any more).", 404)
        base_url = str(request.base_url).rstrip("/")
        explained = await explain(self.mock, session, entry, base_url)
        if "text/html" in request.headers.get("accept", ""):
            return self.board.explanation(explained)
        return JSONResponse(explained)

    async def verify(self, request: Request) -> Response:
        """Whether a case answered as many requests as expected; waits for them if asked to."""
        body = await json_object(request, {"case", "times", "at_least", "at_most", "within"})
        expected, session = messages.count(body), session_of(request.scope)
        self._check_case(expected.case)

        def count(served: Counter[Served]) -> int:
            return sum(n for (_, case), n in served.items() if expected.is_of(case))

        served = await _until(
            session,
            session.journal.served,
            lambda served: expected.holds(count(served)),
            expected.within,
        )
        if not expected.holds(count(served)):
            rows = sorted((case, n) for (_, case), n in served.items())
            shown = ", ".join(f"{case} ({n})" for case, n in rows) or "nothing"
            why = f"Expected {expected.words}, got {count(served)}. Served: {shown}."
            raise ControlError(why, 409)
        return JSONResponse({"count": count(served)})

    def _check_case(self, name: str | None) -> None:
        """Raises ControlError where a name means no case: of a typo, nothing is ever served. Any
        status may be meant, since errors have some that are not documented.
        """
        if name is None or (name.isdecimal() and len(name) == 3):
            return
        try:
            find_named(tuple(self.mock.contract.selectable), name)
        except UnknownCaseError as error:
            raise ControlError(str(error)) from None

    async def coverage(self, request: Request) -> Response:
        """How often each documented case was served in a session since its last reset; with
        `total=true` in all sessions, since the mock was started.
        """
        is_total = _is_total(request)
        owner = self.mock.sessions if is_total else session_of(request.scope).journal
        served = await owner.served()
        rows = [
            {
                "operation": case.operation,
                "status": case.status,
                "code": case.code,
                "served": served[case.operation, case.label],
            }
            for case in self.mock.contract.cases
        ]
        return JSONResponse(rows)

    async def clear_coverage(self, request: Request) -> Response:
        """Count anew how often each case is served: in a session, or in all with `total=true`."""
        if _is_total(request):
            await self.mock.sessions.forget_served()
        else:
            await session_of(request.scope).journal.forget_served()
        return Response(status_code=204)

    async def reset(self, request: Request) -> Response:
        """State, forces, clock and journal as at the start."""
        await session_of(request.scope).reset()
        return Response(status_code=204)

    # --- sessions

    async def sessions(self, _: Request) -> Response:
        """The named sessions, the longest unused first."""
        rows = []
        for session in await self.mock.sessions.all():
            count = await session.journal.count()
            last = last_of(await session.journal.entries(after=count - 1))
            shown = last and shown_entry(last, self.mock.keys)
            rows.append({"name": session.name, "requests": count, "last": shown})
        return JSONResponse(rows)

    async def end_session(self, request: Request) -> Response:
        """End a session, and forget what belongs to it."""
        if not await self.mock.sessions.end(request.path_params["name"]):
            raise ControlError("There is no such session (any more).", 404)
        return Response(status_code=204)

    async def picture(self, request: Request) -> Response:
        """A picture that a generated body shows."""
        drawn = picture(request.path_params["what"], request.path_params["name"])
        return Response(drawn, media_type="image/svg+xml", headers=PICTURE_HEADERS)

    async def link(self, _: Request) -> Response:
        """What an address in a generated body leads to, where no behaviour knows better."""
        return PlainTextResponse(
            "This address was made up by a mock (Tallystick). The real service would show a page "
            "here.\n"
        )


async def _until(
    session: Session, look: Callable[[], Awaitable[T]], is_so: Callable[[T], bool], seconds: float
) -> T:
    """What there is to see, as soon as it is as wanted, or after so many seconds as it is then."""
    end, changes = time.monotonic() + seconds, session.changes
    while True:
        count, found = changes.count, await look()
        left = end - time.monotonic()
        if left <= 0 or is_so(found) or not await changes.wait(count, left):
            return found


def _number(request: Request) -> int | None:
    """The number in the path, or None where it is none that anything could have."""
    text = request.path_params["number"]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _is_total(request: Request) -> bool:
    text = request.query_params.get("total", "false")
    if text not in ("true", "false"):
        raise ControlError("'total' must be true or false.")
    return text == "true"


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= LONGEST_WAIT:
        raise ControlError(f"'wait' must be a number of seconds from 0 to {LONGEST_WAIT:g}.")
    return seconds


async def _control_error(_: Request, error: Exception) -> Response:
    return problem_response(getattr(error, "status", 400), str(error))


async def _store_gone(_: Request, error: Exception) -> Response:
    refused = problem_response(StoreGoneError.status, str(error))
    refused.headers["retry-after"] = RETRY_AFTER.decode()
    return refused


async def _not_found(request: Request, _: Exception) -> Response:
    return problem_response(404, f"The control API has no {request.url.path}.")


async def _not_allowed(request: Request, error: Exception) -> Response:
    response = problem_response(405, f"{request.url.path} does not take {request.method}.")
    response.headers.update(getattr(error, "headers", None) or {})
    return response
