"""The control API below `/_tallystick/`: forces, state, clock, journal, reset, health, docs.

Rules: it is for the mock's user, not for web pages that happen to run in their browser. So a
request from another origin is refused (Origin, RFC 6454; Sec-Fetch-Site), as is one that names a
host which is not this machine while the mock listens on loopback only, and, while it listens
elsewhere, one from another machine.
"""

from __future__ import annotations

import html
import ipaddress
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.bodies import LINKS
from mock_server.clock import Clock, timestamp
from mock_server.control_bodies import ControlError, json_object, queued_fault
from mock_server.explain import explain
from mock_server.forces import UnknownCaseError
from mock_server.mock import Mock
from mock_server.problems import MEDIA_TYPE, problem
from mock_server.sessions import SESSION, Session

PREFIX = "/_tallystick"
_CONTROL = Path(__file__).with_name("control.openapi.yaml")
_SCALARS = (str, int, float)
_FURTHEST = 1_000_000_000
_DOCS = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title} (mock)</title>
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_DOCS_SCRIPT = """SwaggerUIBundle({url: "openapi.json", dom_id: "#swagger-ui",
  deepLinking: true, validatorUrl: null});
"""


class Control:
    """The handlers of the control API."""

    def __init__(self, mock: Mock) -> None:
        self.mock = mock

    def app(self) -> ASGIApp:
        """The ASGI application for all paths below the prefix."""
        own = [
            Route("/", self.index),
            Route("/health", self.health),
            Route("/forces", self.forces, methods=["GET"]),
            Route("/forces", self.add_force, methods=["POST"]),
            Route("/faults", self.faults, methods=["GET"]),
            Route("/faults", self.add_faults, methods=["POST"]),
            Route("/clock", self.clock, methods=["GET"]),
            Route("/clock", self.set_clock, methods=["POST"]),
            Route("/requests", self.requests),
            Route("/requests/{number}", self.request),
            Route("/coverage", self.coverage),
            Route("/reset", self.reset, methods=["POST"]),
            Route("/sessions", self.sessions),
            Route("/sessions/{name}", self.end_session, methods=["DELETE"]),
            Route("/openapi.json", self.document),
            Route("/control.json", self.control_document),
            Route("/docs", self.docs),
            Route("/docs/start.js", self.docs_script),
            Mount("/docs/assets", StaticFiles(directory=_swagger_ui())),
            Route(LINKS.removeprefix(PREFIX) + "{token}", self.link),
        ]
        added = [route for made in self.mock.behaviours.values() for route in made.routes()]
        app = Starlette(
            routes=[Mount(PREFIX, routes=[*own, *added])],
            exception_handlers={
                ControlError: _control_error,
                404: _not_found,
                405: _not_allowed,
            },
        )

        async def in_session(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, SESSION: self.mock.session(scope)}, receive, send)

        return in_session

    async def index(self, _: Request) -> Response:
        """What the mock serves, until the board is there."""
        return HTMLResponse(_index(self.mock))

    async def health(self, _: Request) -> Response:
        """200 when the mock serves."""
        return JSONResponse({"status": "ok"})

    async def forces(self, request: Request) -> Response:
        """The queued forces."""
        return JSONResponse([force.to_json() for force in _session(request).queue.forces])

    async def add_force(self, request: Request) -> Response:
        """Queue a force."""
        body = await json_object(request, {"cases", "times", "match"})
        try:
            force = _session(request).queue.add(_names(body), _times(body), _match(body))
        except UnknownCaseError as error:
            raise ControlError(str(error)) from None
        return JSONResponse(force.to_json(), status_code=201)

    async def faults(self, request: Request) -> Response:
        """The queued faults."""
        return JSONResponse([queued.to_json() for queued in _session(request).faults.queued])

    async def add_faults(self, request: Request) -> Response:
        """Queue faults, or a delay."""
        body = await json_object(request, {"faults", "delay", "times", "match", "rate", "seed"})
        queued = queued_fault(body, _times(body), _match(body))
        _session(request).faults.add(queued)
        return JSONResponse(queued.to_json(), status_code=201)

    async def clock(self, request: Request) -> Response:
        """The mock's time."""
        clock = _session(request).clock
        return JSONResponse({"now": timestamp(clock.now()), "frozen": clock.frozen_at is not None})

    async def set_clock(self, request: Request) -> Response:
        """Advance, freeze, thaw or reset the clock."""
        body = await json_object(request, {"advance", "freeze", "reset"})
        if not body:
            raise ControlError("One of 'advance', 'freeze' and 'reset' is needed.")
        _set_clock(_session(request).clock, body)
        return await self.clock(request)

    async def requests(self, request: Request) -> Response:
        """The journal, oldest first; only one case's where `case` names it (code, status, both)."""
        entries = [entry.to_json() for entry in _session(request).journal.entries()]
        wanted = request.query_params.get("case")
        return JSONResponse([e for e in entries if wanted is None or wanted in _names_of(e)])

    async def request(self, request: Request) -> Response:
        """One entry of the journal: what came, why it was answered so, and how to get each other
        case.
        """
        number = request.path_params["number"]
        known = number.isascii() and number.isdigit() and len(number) < 19
        entry = _session(request).journal.find(int(number)) if known else None
        if entry is None:
            raise ControlError("The journal has no such request (any more).", 404)
        return JSONResponse(
            explain(self.mock, _session(request), entry, str(request.base_url).rstrip("/"))
        )

    async def coverage(self, request: Request) -> Response:
        """How often each documented case was served."""
        served = _session(request).journal.served
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

    async def reset(self, request: Request) -> Response:
        """State, forces, clock and journal as at the start."""
        await _session(request).reset()
        return Response(status_code=204)

    async def sessions(self, _: Request) -> Response:
        """The named sessions, the longest unused first."""
        rows = [
            {"name": session.name, "requests": session.journal.count}
            for session in self.mock.sessions
        ]
        return JSONResponse(rows)

    async def end_session(self, request: Request) -> Response:
        """End a session, and forget what belongs to it."""
        if not await self.mock.sessions.end(request.path_params["name"]):
            raise ControlError("There is no such session (any more).", 404)
        return Response(status_code=204)

    async def document(self, _: Request) -> Response:
        """The contract's document with its overlays, and with the mock as the first server."""
        return JSONResponse(_with_mock_first(self.mock.contract.document.root))

    async def control_document(self, _: Request) -> Response:
        """The OpenAPI document of the control API itself."""
        return JSONResponse(yaml.safe_load(_CONTROL.read_text(encoding="utf-8")))

    async def docs(self, _: Request) -> Response:
        """Swagger UI, showing the document."""
        title = html.escape(str(self.mock.contract.document.root["info"]["title"]))
        return HTMLResponse(_DOCS.format(title=title))

    async def docs_script(self, _: Request) -> Response:
        """What starts Swagger UI; a file of its own, so that no inline script is needed."""
        return Response(_DOCS_SCRIPT, media_type="text/javascript")

    async def link(self, _: Request) -> Response:
        """What an address in a generated body leads to."""
        return PlainTextResponse(
            "This address was made up by a mock (Tallystick). The real service would show a page "
            "here.\n"
        )


def _session(request: Request) -> Session:
    """The session that a control request is about."""
    session: Session = request.scope[SESSION]
    return session


def _names_of(entry: dict[str, Any]) -> tuple[str, ...]:
    """By what a query may name the case of an entry."""
    status, _, code = entry["case"].partition(" ")
    return entry["case"], status, code


def _with_mock_first(root: dict[str, Any]) -> dict[str, Any]:
    """The document with the mock before its own servers, wherever it lists some, so that trying
    an operation out in Swagger UI sends nothing to the vendor unless the user chooses that.
    """

    paths = {
        path: {name: _mock_first(part) for name, part in _mock_first(item).items()}
        for path, item in root["paths"].items()
    }
    shown: dict[str, Any] = _mock_first({"servers": [], **root, "paths": paths})
    return shown


def _mock_first(owner: Any) -> Any:
    """A root, path item or operation that lists servers, with the mock before them."""
    if not isinstance(owner, dict) or "servers" not in owner:
        return owner
    return {**owner, "servers": [_MOCK_SERVER, *owner["servers"]]}


_MOCK_SERVER = {"url": "/", "description": "this mock"}


def _swagger_ui() -> Path:
    """The folder of Swagger UI's files. Connexion's own bundle holds version 4, which shows no
    OpenAPI 3.1; flask-swagger-ui packages the current one, of which only the files are used.
    """
    spec = find_spec("flask_swagger_ui")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("No module named 'flask_swagger_ui'", name="flask-swagger-ui")
    return Path(spec.origin).parent / "dist"


def _names(body: dict[str, Any]) -> list[str]:
    names = body.get("cases")
    if not isinstance(names, list) or not names or not all(isinstance(n, str | int) for n in names):
        raise ControlError('\'cases\' must be a list of at least one case, such as ["502", "200"].')
    return [str(name) for name in names]


def _times(body: dict[str, Any]) -> int | None:
    times = _whole(body.get("times", 1))
    if times is not None and (not isinstance(times, int) or isinstance(times, bool) or times < 1):
        raise ControlError("'times' must be a whole number from 1, or null for ever.")
    return times


def _whole(value: Any) -> Any:
    """A number without a fraction as whole number: to JSON Schema, 1.0 is an integer, too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _match(body: dict[str, Any]) -> dict[str, str]:
    match = body.get("match")
    if match is None:
        return {}
    if not isinstance(match, dict) or not all(isinstance(v, _SCALARS) for v in match.values()):
        raise ControlError('\'match\' must be an object such as {"path.id": "…"}.')
    for name in match:
        if name != "operation" and not _MATCHED.fullmatch(name):
            wrong = f"'match' cannot look at {name!r}"
            raise ControlError(
                f"{wrong}; it can at path.…, query.…, header.…, body.… and operation."
            )
    return {_as_fact(name): str(value) for name, value in match.items()}


_MATCHED = re.compile(r"(?:path|query|header|body)\..+", re.DOTALL)


def _as_fact(name: str) -> str:
    """Header names are of any case (RFC 9110 section 5.1), and ASGI gives them in lower case."""
    return name.lower() if name.startswith("header.") else name


def _set_clock(clock: Clock, body: dict[str, Any]) -> None:
    advance = body.get("advance", 0)
    if isinstance(advance, bool) or not isinstance(advance, int | float):
        raise ControlError("'advance' must be a number of seconds.")
    for name in ("freeze", "reset"):
        if not isinstance(body.get(name, False), bool):
            raise ControlError(f"'{name}' must be true or false.")
    offset = 0.0 if body.get("reset") else clock.offset
    if abs(offset + advance) > _FURTHEST:
        raise ControlError(f"The clock goes at most {_FURTHEST} seconds from real time.")
    if body.get("reset"):
        clock.reset()
    if "freeze" in body:
        (clock.freeze if body["freeze"] else clock.thaw)()
    clock.advance(advance)


def _index(mock: Mock) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(case.operation)}<td>{html.escape(case.label)}"
        f"<td>{html.escape(' '.join((case.magic or {}).values()))}"
        f"<td>{html.escape(case.description)}"
        for case in mock.contract.cases
    )
    title = html.escape(str(mock.contract.document.root["info"]["title"]))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title} (mock)</title>'
        f"<h1>{title}: a mock</h1><p>Serves every documented case. "
        f'<a href="{PREFIX}/docs">The document in Swagger UI</a>.</p>'
        f"<table><tr><th>Operation<th>Case<th>Magic value<th>Text{rows}</table></html>"
    )


# --- who may use it


class Guard:
    """Lets only the mock's user through to the control API."""

    def __init__(self, app: ASGIApp, *, loopback: bool) -> None:
        self.app = app
        self.loopback = loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with 403."""
        refusal = self._refusal(scope)
        if refusal is None:
            await self.app(scope, receive, send)
        else:
            await _problem(403, refusal)(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        if scope["path"].startswith(LINKS) or scope["path"] == f"{PREFIX}/health":
            return None  # what other pages and machines may open
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        origin = headers.get(b"origin", b"").decode("latin-1")
        if origin and origin.rpartition("//")[2] != host:
            return f"The origin {origin} may use the mocked API, but not control the mock."
        if headers.get(b"sec-fetch-site") in (b"cross-site", b"same-site"):
            # A link that the user clicked may open pages; nothing else may come from elsewhere.
            navigates = headers.get(b"sec-fetch-mode") == b"navigate" and scope["method"] == "GET"
            return None if navigates else "Another site may not control the mock."
        if self.loopback and host and not is_loopback(_host_name(host)):
            return f"The mock listens on loopback only, and {host} is no name of it."
        if not self.loopback and scope.get("client") and not is_loopback(scope["client"][0]):
            return "The mock can only be controlled from the machine that it runs on."
        return None


def _host_name(authority: str) -> str:
    """The host of a Host header without its port, an IPv6 address without its brackets."""
    return re.sub(r":[0-9]*$", "", authority).strip("[]")


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address means this machine only."""
    if host is None or host == "localhost" or host.endswith(".localhost"):
        return host is not None
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _problem(status: int, detail: str) -> Response:
    return JSONResponse(
        problem(status, detail),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={"tallystick-case": str(status)},
    )


async def _control_error(_: Request, error: Exception) -> Response:
    return _problem(getattr(error, "status", 400), str(error))


async def _not_found(request: Request, _: Exception) -> Response:
    return _problem(404, f"The control API has no {request.url.path}.")


async def _not_allowed(request: Request, error: Exception) -> Response:
    response = _problem(405, f"{request.url.path} does not take {request.method}.")
    response.headers.update(getattr(error, "headers", None) or {})
    return response
