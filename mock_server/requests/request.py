"""A request as the mock sees it: read once, parsed when needed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote_plus

from starlette.types import Message, Receive, Scope

from mock_server.requests.bodies import decoder, read_json
from mock_server.requests.decoding.caching import cached
from mock_server.requests.decoding.contents import Content, MalformedBodyError, json_value
from mock_server.requests.decoding.media_types import parsed
from mock_server.requests.decoding.styles import pairs_of
from mock_server.requests.decoding.uploads import Uploads, UploadsFullError
from mock_server.state.journal import Taking
from mock_server.state.sessions import Session

Header = tuple[bytes, bytes]

_HOST = re.compile(rb"(?:[A-Za-z0-9\-._~]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
_DRAIN = 64 * 1024 * 1024
"""How much of a too large body is read and thrown away before answering, in bytes: a client that
is still sending may never see an answer that comes earlier."""

HEADERS = "tallystick.headers"
"""Where the scope of a request keeps its headers by name."""


RAW_PATH = "tallystick.raw_path_parameters"
"""Where the scope of a request keeps the path parameters as they are on the wire, by the names of
the routing projection. It does so only where they differ from the decoded ones."""


class _Absent:
    """Marks a body that was not sent, since `null` is a value."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()


@cached(256)
def _media_type(content_type: bytes) -> str | None:
    return content_type.partition(b";")[0].strip().lower().decode("latin-1") or None


@cached(256)
def _origin(place: tuple[str, bytes]) -> str:
    """The origin that a scheme and a Host header name, or nothing where it is no host (RFC 9110
    section 7.2): the addresses that the mock makes up must be valid whatever a client sends.
    """
    scheme, host = place
    return f"{scheme}://{host.decode()}" if _HOST.fullmatch(host) else ""


class Request:
    """One request to an operation. Header names are in lower case, as ASGI gives them."""

    __slots__ = (
        "_pairs",
        "_query",
        "_value",
        "body",
        "forced",
        "headers",
        "path",
        "scope",
        "session",
        "taken",
        "too_large",
    )

    def __init__(self, scope: Scope, path: Mapping[str, str], session: Session) -> None:
        self.scope = scope
        self.session = session
        self.path = path
        self.headers: dict[bytes, bytes] = scope[HEADERS]
        self.forced: str | None = scope.get("tallystick.case")
        self.body = b""
        self.too_large = False
        self.taken: Taking | None = None
        self._value: Any = ABSENT
        self._pairs: tuple[tuple[str, str], ...] | None = None
        self._query: dict[str, list[str]] | None = None

    async def read(self, receive: Receive, first: Message, limit: int, uploads: Uploads) -> None:
        """Read the body, of at most `limit` bytes, of which the first message came already; a
        larger one is not kept. Raises UploadsFullError.
        """
        body = bytearray(first.get("body", b""))
        read, more = len(body), first.get("more_body", False)
        with uploads.one() as upload:
            if more and not upload.holds(read):
                body.clear()
            while more and read < max(_DRAIN, limit):
                message = await receive()
                chunk = message.get("body", b"")
                read += len(chunk)
                if read > limit:
                    upload.let_go()
                    body.clear()
                elif upload.holds(len(chunk)):
                    body += chunk
                else:
                    body.clear()
                more = message.get("more_body", False)
        if upload.is_refused:
            raise UploadsFullError
        self.too_large = read > limit
        self.body = b"" if self.too_large else bytes(body)

    def taking(self, operation: str) -> Taking:
        """This request, as the journal knows it before it is answered."""
        if self.taken is None:
            moment = self.session.controls.clock.now()
            self.taken = Taking(moment, self.scope, self.body, operation)
        return self.taken

    @property
    def media_type(self) -> str | None:
        """The media type of the body without parameters, in lower case (RFC 9110 section
        8.3.1), or None where none is named.
        """
        value = self.headers.get(b"content-type")
        return None if value is None else _media_type(value)

    @property
    def value(self) -> Any:
        """The value that the body stands for. Raises MalformedBodyError.

        A body that looks like JSON is tried as JSON, whatever its media type: forces match the
        bodies of clients that forget the Content-Type, too.
        """
        if self._value is ABSENT:
            self._value = self._decoded()
        return self._value

    @property
    def json(self) -> Any:
        """The value of a body that is known to be JSON. Raises MalformedBodyError."""
        if self._value is ABSENT:
            self._value = json_value(self.body)
        return self._value

    def _decoded(self) -> Any:
        decode = decoder(self.media_type) or read_json
        if decode is read_json:
            return read_json(self.body)
        if self.body.lstrip()[:1] == b"{":
            try:
                return read_json(self.body)
            except MalformedBodyError:
                pass
        content_type = self.headers[b"content-type"].decode("latin-1")
        return decode(self.body, Content(parsed(content_type).parameters))

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The query parameters: each name, and its value as it is on the wire."""
        if self._pairs is None:
            self._pairs = pairs_of(self.scope["query_string"].decode("latin-1"))
        return self._pairs

    @property
    def query(self) -> dict[str, list[str]]:
        """The query parameters, decoded."""
        if self._query is None:
            self._query = {}
            for name, value in self.pairs:
                self._query.setdefault(name, []).append(unquote_plus(value))
        return self._query

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies (RFC 6265 section 4.2.1)."""
        pairs = self.headers.get(b"cookie", b"").decode("latin-1").split(";")
        split = (pair.strip().partition("=") for pair in pairs if "=" in pair)
        return {name: value for name, _, value in split}

    @property
    def base_url(self) -> str:
        """The address that the client reached the mock at, without a path."""
        scheme = self.scope["scheme"]
        origin = _origin((scheme, self.headers.get(b"host", b"")))
        if origin:
            return origin
        server = self.scope.get("server") or ("127.0.0.1", None)
        host = server[0] if server[1] is None else f"{server[0]}:{server[1]}"
        return f"{scheme}://{host}"

    def facts(self) -> dict[str, str]:
        """The request's values by their names in target files and forces, such as `path.id`."""
        facts = {f"path.{name}": value for name, value in self.path.items()}
        facts |= {f"query.{name}": values[0] for name, values in self.query.items()}
        facts |= {
            f"header.{name.decode('latin-1')}": value.decode("latin-1")
            for name, value in self.headers.items()
        }
        try:
            value = self.value if self.body else None
        except MalformedBodyError:
            value = None
        if isinstance(value, dict):
            facts |= {
                f"body.{name}": str(item)
                for name, item in value.items()
                if not isinstance(item, dict | list)  # which no force can match
            }
        return facts
