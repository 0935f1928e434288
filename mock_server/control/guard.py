"""Who may use the control API, the board and Swagger UI: the mock's user alone.

Rules: a web page of another origin that happens to run in the user's browser is refused (Origin,
RFC 6454; Sec-Fetch-Site), unless the user allows that origin. While the mock listens on loopback
only, it needs no login, but is refused under a host name that is not this machine's (DNS
rebinding). Elsewhere, or where one is set, a token is needed: as `Authorization: Bearer TOKEN`
(RFC 6750), or once in the board's address, which leaves a cookie.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.addresses import LINKS, PICTURES, PREFIX, STATIC
from mock_server.answers.problems import OWN, problem_response
from mock_server.requests.cors import preflight, with_cors

_METHODS = ("DELETE", "GET", "POST", "PUT")
_COOKIE = "tallystick-token"
_OPEN = (LINKS, PICTURES, STATIC, f"{PREFIX}/health")
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

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app = app
        self.access = access

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
        elif scope["path"].startswith(_OPEN) or self._has_token(scope):
            await self.app(scope, receive, send)
        elif self._brings_token(scope):
            await self._welcome(scope)(scope, receive, send)
        else:
            refused = problem_response(401, _LOGIN)
            refused.headers["www-authenticate"] = 'Bearer realm="tallystick"'
            await refused(scope, receive, send)

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

    def _has_token(self, scope: Scope) -> bool:
        headers = dict(scope["headers"])
        scheme, _, given = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        if scheme.lower() == "bearer" and self._is_token(given.strip()):
            return True
        cookies: SimpleCookie = SimpleCookie()
        cookies.load(headers.get(b"cookie", b"").decode("latin-1"))
        return self._is_token(cookies[_COOKIE].value if _COOKIE in cookies else "")

    def _is_token(self, given: str) -> bool:
        wanted = self.access.token
        return wanted is None or hmac.compare_digest(given.encode(), wanted.encode())

    def _brings_token(self, scope: Scope) -> bool:
        given = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("token", "")
        return scope["method"] == "GET" and self._is_token(given)

    def _welcome(self, scope: Scope) -> RedirectResponse:
        """To the same page without the token in its address, which browsers keep."""
        url = Request(scope).url
        rest = [(name, value) for name, value in parse_qsl(url.query) if name != "token"]
        response = RedirectResponse(url.path + ("?" + urlencode(rest) if rest else ""), 303)
        response.set_cookie(
            _COOKIE, self.access.token or "", path="/", httponly=True, samesite="strict"
        )
        return response


_LOGIN = (
    "The mock wants its token, which it printed when it started: as header "
    "'Authorization: Bearer TOKEN', or open the board at the address that it printed."
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
