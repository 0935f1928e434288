"""What browsers do with answers: pages of other origins may read them (Fetch standard, section
3.2), and what the mock itself serves is taken for nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.types import Message, Scope, Send

from mock_server.requests.request import Header

_EXPOSED = (
    b"Tallystick-Case, Tallystick-Error, Preference-Applied, Allow, Link, Location, Retry-After"
)
_LISTED = frozenset(_EXPOSED.split(b", "))
_MAX_AGE = b"600"


OWN = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
)
"""What goes with everything that the mock itself serves, unless a page brings its own."""


def is_preflight(headers: Mapping[bytes, bytes]) -> bool:
    """Whether an OPTIONS request asks for CORS (Fetch standard, section 3.2.2)."""
    return b"origin" in headers and b"access-control-request-method" in headers


def preflight(scope: Scope, allowed: Iterable[str]) -> list[Header]:
    """What a CORS preflight request asks for (Fetch standard, section 3.2.3)."""
    asked = dict(scope["headers"])
    if not is_preflight(asked):
        return []
    headers = [
        (b"access-control-allow-methods", ", ".join(sorted(allowed)).encode()),
        (b"access-control-max-age", _MAX_AGE),
    ]
    if wanted := asked.get(b"access-control-request-headers"):
        headers.append((b"access-control-allow-headers", wanted))
    if b"access-control-request-private-network" in asked:
        headers.append((b"access-control-allow-private-network", b"true"))
    return headers


def with_cors(send: Send, origin: bytes) -> Send:
    """Adds what lets a page of this origin read the answer."""
    headers = [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]

    async def send_with_cors(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = message["headers"]
            exposed = (b"access-control-expose-headers", b", ".join((_EXPOSED, *_names(own))))
            message = {**message, "headers": [*own, *headers, exposed]}
        await send(message)

    send_with_cors.plain = send  # type: ignore[attr-defined]  # for faults, see Wire.transport
    return send_with_cors


def _names(headers: Iterable[Header]) -> list[bytes]:
    """The names of the documented headers that an answer has: an app reads them, too. Cookies are
    for the browser alone (Fetch standard, section 2.2.2).
    """
    return [name for name, _ in headers if name.title() not in _LISTED and name != b"set-cookie"]
