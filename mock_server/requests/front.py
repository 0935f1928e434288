"""What stands before Connexion: reserved paths, address forms, CORS, and other methods.

Rules: `/_tallystick/` and `/~` belong to the mock, everything else to the contract. A browser
app on any origin may use the mocked API (Fetch standard, section 3.2), never the control API.
What no operation answers is a problem: 404 for an unknown path, 405 with `Allow` for another
method (RFC 9110 section 15.5.6), 204 with `Allow` for OPTIONS (section 9.3.7), unless an operation
answers it; a CORS preflight is never for an operation. A request without a Host, or with two, is
refused (RFC 9112 section 3.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import unquote

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.addresses import FAVICON, PREFIX, STATELESS
from mock_server.requests.cors import OWN, is_preflight, preflight, with_cors
from mock_server.requests.request import HEADERS, Header
from mock_server.requests.routing.routes import Routes
from mock_server.state.sessions import SESSION, SessionNameError, Sessions, TooManySessionsError
from mock_server.state.store import StoreGoneError
from tallystick.generation.problem import MEDIA_TYPE, problem

_SESSION_FORM = re.compile(r"/~session/(?P<session>[^/]+)(?P<rest>/.*)", re.DOTALL)
PREFLIGHT = "preflight"
"""What the journal names as the rule that answered a CORS preflight."""

_CASE_FORM = re.compile(r"/~case/(?P<case>[^/]+)(?P<rest>/.*)", re.DOTALL)


class Front:
    """The outermost application. `control` answers below the prefix, `routed` all else."""

    routed: ASGIApp

    def __init__(self, routes: Routes, sessions: Sessions, control: ASGIApp) -> None:
        self.routes = routes
        self.sessions = sessions
        self.control = control

    def become(self, other: Front) -> None:
        """Serve what another serves, from now on; requests in flight end as they began."""
        self.routes, self.control, self.routed = other.routes, other.control, other.routed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self.routed(scope, receive, send)
            return
        # Made once for all who look: most that is asked of a request is asked of its headers.
        headers = scope[HEADERS] = dict(scope["headers"])
        if b"host" not in headers or len(headers) < len(scope["headers"]):
            wrong = _wrong_host(scope)
            if wrong is not None:
                await self._reply(scope, send, wrong)
                return
        origin, name = headers.get(b"origin"), headers.get(b"tallystick-session")
        if origin is not None:
            plain, send = send, with_cors(send, origin)
        path: str = scope["path"]
        if name is not None or path.startswith("/~"):
            try:
                scope = await self._addressed(scope, name)
            except AddressFormError as error:
                await self._reply(scope, send, error.reply)
                return
            path = scope["path"]
        elif self.sessions.is_shared and not path.startswith(STATELESS):
            await self.sessions.refresh()
        if path.startswith(PREFIX) and path[len(PREFIX) :][:1] in ("/", ""):
            await self.control(scope, receive, send if origin is None else plain)
            return
        method = scope["method"]
        if method not in self.routes.documented or (method == "OPTIONS" and is_preflight(headers)):
            await self.unrouted(scope, receive, send)
            return
        await self.routed(scope, receive, send)

    async def _addressed(self, scope: Scope, header: bytes | None) -> Scope:
        """The scope with the session that its address names, or else its header, and with the
        case that its address names; without the address forms. Raises AddressFormError.
        """
        name = None if header is None else header.decode("latin-1")
        session = _SESSION_FORM.fullmatch(scope["path"])
        if session is not None:
            name, scope = session["session"], _shortened(scope, session["rest"])
        if name is not None:
            try:
                scope = {**scope, SESSION: await self.sessions.get(name)}
            except SessionNameError as error:
                wrong = ((b"tallystick-error", b"bad session name"),)
                raise AddressFormError(Reply(400, str(error), wrong)) from None
            except TooManySessionsError as error:
                wrong = ((b"tallystick-error", b"too many sessions"),)
                raise AddressFormError(Reply(429, str(error), wrong)) from None
        if not scope["path"].startswith("/~"):
            return scope
        case = _CASE_FORM.fullmatch(scope["path"])
        if case is None:
            raise AddressFormError(_WRONG_ADDRESS)
        return {**_shortened(scope, case["rest"]), "tallystick.case": unquote(case["case"])}

    async def unrouted(self, scope: Scope, _: Receive, send: Send) -> None:
        """Answer what no operation does; also the application behind Connexion's router."""
        await self._reply(scope, send, self._other(scope))

    def _other(self, scope: Scope) -> Reply:
        path, method = scope["path"], scope["method"]
        allowed = self.routes.methods(scope)
        if path == "/" and not allowed and method in ("GET", "HEAD"):
            return Reply(307, None, ((b"location", f"{PREFIX}/".encode()),))
        if path == "/favicon.ico" and not allowed and method in ("GET", "HEAD"):
            return Reply(307, None, ((b"location", FAVICON.encode()),))
        if path == "*":
            return Reply(204, None, (_allow(self.routes.documented | {"OPTIONS"}),))
        if not allowed:
            return Reply(404, f"The contract has no path {path}.")
        if method == "OPTIONS":
            return Reply(204, None, (_allow(allowed), *preflight(scope, allowed)))
        if method in allowed:
            return Reply(404, f"The contract has no {method} {path} with such a query.")
        return Reply(405, f"{path} does not take {method}.", (_allow(allowed),))

    async def _reply(self, scope: Scope, send: Send, reply: Reply) -> None:
        session, status = self.sessions.of(scope), reply.status
        headers, body, number, begun = reply.all_headers(), reply.body(), 0, perf_counter()
        if status != 307:  # the way to the board, or to its icon, is of no interest there
            rule = PREFLIGHT if _is_preflight(scope) else "no operation"
            moment, case = session.controls.clock.now(), str(status)
            with suppress(StoreGoneError):  # which this answer does not depend on
                number = await session.journal.record(
                    moment, scope, b"", None, status, case, rule, headers, body, begun
                )
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        if number:
            session.journal.sent(number, perf_counter() - begun)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that no operation gives: a problem where there are words, else no content."""

    status: int
    detail: str | None
    headers: tuple[Header, ...] = ()

    def body(self) -> bytes:
        """The problem, or nothing."""
        return b"" if self.detail is None else orjson.dumps(problem(self.status, self.detail))

    def all_headers(self) -> list[Header]:
        """The headers with those that every answer has. No Content-Length in a 204 (RFC 9110
        section 8.6).
        """
        headers = [(b"tallystick-case", b"%d" % self.status), *self.headers, *OWN]
        if self.detail is not None:
            headers.append((b"content-type", MEDIA_TYPE.encode()))
        if self.status != 204:
            headers.append((b"content-length", b"%d" % len(self.body())))
        return headers


class AddressFormError(Exception):
    """An address form, or the name of a session, is none; `reply` says so."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.detail)
        self.reply = reply


_WRONG_ADDRESS = Reply(
    400,
    "Paths that start with /~ are the mock's own. To ask for a case by address, put /~case/CASE "
    "before the path, where CASE is an error code or a status; for a session of your own, "
    "/~session/NAME.",
    ((b"tallystick-error", b"unknown address form"),),
)


def _is_preflight(scope: Scope) -> bool:
    return scope["method"] == "OPTIONS" and is_preflight(scope[HEADERS])


def _wrong_host(scope: Scope) -> Reply | None:
    """The answer to a request that names no host, or several; until HTTP/1.1, none is needed."""
    count = sum(name == b"host" for name, _ in scope["headers"])
    if count == 1 or (count == 0 and scope["http_version"] == "1.0"):
        return None
    detail = f"A request needs one Host header; this has {count or 'none'} (RFC 9112 section 3.2)."
    return Reply(400, detail, ((b"tallystick-error", b"bad host"),))


def _allow(methods: Iterable[str]) -> Header:
    return (b"allow", ", ".join(sorted(methods)).encode())


def _shortened(scope: Scope, rest: str) -> Scope:
    """The scope without the two segments of an address form.

    uvicorn has decoded the path once; the escapes of a name in it are decoded by that, too.
    """
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    parts = raw.split(b"/", 3)
    return {
        **scope,
        "path": rest,
        "raw_path": b"/" + parts[3] if len(parts) > 3 else rest.encode(),
    }
