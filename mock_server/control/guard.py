"""Who may use the control API, the board and Swagger UI: the mock's user alone.

Rules: a web page of another origin that happens to run in the user's browser is refused (Origin,
RFC 6454; Sec-Fetch-Site), unless the user allows that origin. While the mock listens on loopback
only, it needs no login, but is refused under a host name that is not this machine's (DNS
rebinding). Elsewhere, or where one is set, a token is needed: as `Authorization: Bearer TOKEN`
(RFC 6750), or in a browser once in a form, which leaves a cookie. Addresses are logged, so it never
stands in one. Who brings too many wrong ones has to wait (RFC 6585 section 4); others do not.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.addresses import LINKS, PICTURES, PREFIX, STATIC
from mock_server.answers.problems import problem_response
from mock_server.control.attempts import MINUTE, Attempts
from mock_server.pages.rendering import Pages
from mock_server.requests.cors import OWN, preflight, with_cors

_METHODS = ("DELETE", "GET", "POST", "PUT")
_COOKIE = "tallystick-token"
_LOGIN = f"{PREFIX}/token"
_LARGEST = 4_096
_PAGES = Pages()
_OPEN = (LINKS, PICTURES, STATIC, f"{PREFIX}/health", f"{PREFIX}/ready")
"""What other pages and machines may open: a hosted page is opened by whoever has its address. Its
buttons work from the page only.
"""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may control a mock. `loopback` says that it listens on loopback addresses only;
    `token` is needed where there is one; pages of `origins` are let in like the mock's own.
    """

    loopback: bool = True
    token: str | None = None
    origins: frozenset[str] = frozenset()


class Guard:
    """Lets only the mock's user through."""

    def __init__(self, app: ASGIApp, access: Access, most_wrong: int) -> None:
        self.app = app
        self.access = access
        self.attempts = Attempts(most_wrong)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it: 401 without the token, 403 else."""
        send = _with_own(send)
        origin = dict(scope["headers"]).get(b"origin", b"")
        if origin.decode("latin-1") in self.access.origins:
            send = with_cors(send, origin)
            if scope["method"] == "OPTIONS":
                headers = preflight(scope, _METHODS)
                await Response(status_code=204, headers=_texts(headers))(scope, receive, send)
                return
        refusal = self._refusal(scope)
        if refusal is not None:
            await problem_response(403, refusal)(scope, receive, send)
        elif scope["path"].startswith(_OPEN) or self.access.token is None:
            await self.app(scope, receive, send)
        elif scope["path"] == _LOGIN and scope["method"] == "POST":
            await (await self._log_in(Request(scope, receive)))(scope, receive, send)
        else:
            given = _given(scope)
            wrong = self._wrong_token(given, _client(scope)) if given else _unknown(scope)
            await (self.app if wrong is None else wrong)(scope, receive, send)

    async def _log_in(self, request: Request) -> Response:
        """To the board, with a cookie, if the form has the token."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST:
                return problem_response(413, f"A token has at most {_LARGEST} bytes.")
        given = dict(parse_qsl(body.decode("latin-1"))).get("token", "")
        wrong = self._wrong_token(given, _client(request.scope))
        if wrong is not None:
            return wrong if wrong.status_code == 429 else _form("This is not the token.")
        response = RedirectResponse(f"{PREFIX}/", 303)
        response.set_cookie(_COOKIE, given, path="/", httponly=True, samesite="strict")
        return response

    def _wrong_token(self, given: str, client: str) -> Response | None:
        """The answer to a wrong token of a client; None for the right one."""
        if self.attempts.must_wait(client):
            return _wait()
        is_right = hmac.compare_digest(given.encode(), (self.access.token or "").encode())
        self.attempts.note(client, is_right=is_right)
        return None if is_right else _unauthorized()

    def _refusal(self, scope: Scope) -> str | None:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        origin = headers.get(b"origin", b"").decode("latin-1")
        own = f"{scope['scheme']}://{host}"
        if scope["path"].startswith(_OPEN):
            if scope["method"] in ("GET", "HEAD") or origin in self.access.origins:
                return None
            # What is behind a tunnel does not know its own scheme, but browsers know the site.
            site = headers.get(b"sec-fetch-site")
            is_own = origin in ("", own) if site is None else site in (b"same-origin", b"none")
            return None if is_own else "Only a hosted page itself may press its buttons."
        if self.access.loopback and host and not is_loopback(_host_name(host)):
            return f"The mock listens on loopback only, and {host} is no name of it."
        if origin in self.access.origins:
            return None
        if origin and origin != own:
            return (
                f"The origin {origin} may use the mocked API, but not control the mock "
                f"(--allow-origin {origin} would let it)."
            )
        if headers.get(b"sec-fetch-site") in (b"cross-site", b"same-site"):
            # A link that the user clicked may open pages; nothing else may come from elsewhere.
            navigates = headers.get(b"sec-fetch-mode") == b"navigate" and scope["method"] == "GET"
            return None if navigates else "Another site may not control the mock."
        return None


def _client(scope: Scope) -> str:
    """The address of the client; of a proxy, where there is one."""
    address: str = (scope.get("client") or ("", 0))[0]
    return address


def _given(scope: Scope) -> str:
    """The token that a request brings, if any."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    scheme, _, given = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    cookies: SimpleCookie = SimpleCookie()
    cookies.load(headers.get(b"cookie", b"").decode("latin-1"))
    return cookies[_COOKIE].value if _COOKIE in cookies else ""


def _unknown(scope: Scope) -> Response:
    """The answer to a request without a token: the form, where the client is a browser."""
    accepted = dict(scope["headers"]).get(b"accept", b"")
    is_page = scope["method"] == "GET" and b"text/html" in accepted
    return _form("") if is_page else _unauthorized()


def _wait() -> Response:
    many = "Too many wrong tokens came from your address (--max-wrong-tokens). Wait."
    refused = problem_response(429, many)
    refused.headers["retry-after"] = str(MINUTE)
    return refused


def _unauthorized() -> Response:
    refused = problem_response(401, _HOW)
    refused.headers["www-authenticate"] = 'Bearer realm="tallystick"'
    return refused


def _form(wrong: str) -> Response:
    response = _PAGES.page("token.html", 401, wrong=wrong, action=_LOGIN)
    response.headers["www-authenticate"] = 'Bearer realm="tallystick"'
    return response


_HOW = (
    "The mock wants its token: as header 'Authorization: Bearer TOKEN', or in a browser by the "
    f"form at {PREFIX}/."
)


def _with_own(send: Send) -> Send:
    """Adds what goes with everything of the mock's own."""

    async def send_with_own(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name for name, _ in message["headers"]}
            added = [header for header in OWN if header[0] not in given]
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return send_with_own


def _texts(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode(): value.decode("latin-1") for name, value in headers}


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
