"""`POST /organisations/{id}/payment-account/link`, written by hand from the document.

The contract-test suite is proved against this application: it must pass the application and
catch every faulty variation of it. So it imports nothing but the standard library, and above
all nothing of this project: a mistake shared with the suite would go unseen.

The rules it keeps:

* A request is checked in one order: path, method, id, media type, size, JSON, `returnUrl`,
  `refreshUrl`, caller (403), organisation (404), payment account (409), provider (502).
* A decision is one short method or one class attribute, so a variation overrides a few lines.
* A check that refuses raises `RefusedError`, which carries the whole answer.
* States are reached by the fixed ids below; every other UUID behaves like `ACTIVE_ID`.
* Whatever comes in, the answer is no 500.
"""

import ipaddress
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, NoReturn
from urllib.parse import SplitResult, unquote, urlsplit

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

ACTIVE_ID = "a3c1f0de-0001-4b7a-9c2d-5e8f7a6b0001"
FORBIDDEN_ID = "a3c1f0de-0403-4b7a-9c2d-5e8f7a6b0403"
UNKNOWN_ID = "a3c1f0de-0404-4b7a-9c2d-5e8f7a6b0404"
NOT_ENABLED_ID = "a3c1f0de-0409-4b7a-9c2d-5e8f7a6b0a09"
DISCONNECTED_ID = "a3c1f0de-0409-4b7a-9c2d-5e8f7a6b0b09"
PROVIDER_ERROR_ID = "a3c1f0de-0502-4b7a-9c2d-5e8f7a6b0502"

PATH = re.compile(r"/organisations/([^/]+)/payment-account/link")

# RFC 9562, section 4: hexadecimal digits in either case. (`uuid.UUID` also takes braces and URNs.)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)

# What neither RFC 3986 nor the WHATWG URL standard has anywhere in a URL. `urlsplit` drops some
# of these in silence, so they are looked for before it runs.
SPACE_OR_CONTROL = re.compile(r"[\x00-\x20\x7f]")

# The "forbidden domain code points" of the WHATWG URL standard, and every other space.
FORBIDDEN_IN_HOST = re.compile(r"[\s\x00-\x20\x7f<>\"\\^`{|}%#/:?@\[\]]")

# An authority with an IPv6 literal. `urlsplit` overlooks what stands between `]` and the port.
IPV6_NETLOC = re.compile(r"(?:[^@]*@)?\[([0-9a-f:.]+)\](?::[0-9]*)?", re.IGNORECASE | re.ASCII)

# The sections of RFC 9110 that define the statuses; their addresses are the problem types.
SECTIONS: Mapping[int, str] = {
    400: "15.5.1",
    403: "15.5.4",
    404: "15.5.5",
    405: "15.5.6",
    409: "15.5.10",
    413: "15.5.14",
    415: "15.5.16",
    502: "15.6.3",
}


@dataclass(frozen=True)
class Case:
    """A documented error: its status, and its text to the letter."""

    status: int
    detail: str


CASES: Mapping[str, Case] = {
    "PaymentAccountLink.MissingReturnUrl": Case(400, "ReturnUrl is required"),
    "PaymentAccountLink.InvalidReturnUrl": Case(
        400, "ReturnUrl must be a valid absolute http(s) URL"
    ),
    "PaymentAccountLink.MissingRefreshUrl": Case(400, "RefreshUrl is required"),
    "PaymentAccountLink.InvalidRefreshUrl": Case(
        400, "RefreshUrl must be a valid absolute http(s) URL"
    ),
    "Payment.Forbidden": Case(
        403, "caller does not have permission to configure payments for this organisation"
    ),
    "Organisation.NotFound": Case(404, "the organisation does not exist or could not be resolved"),
    "PaymentAccount.NotEnabled": Case(
        409, "organisation does not have a payment account; enable it first"
    ),
    "PaymentAccount.Disconnected": Case(
        409, "payment account is disconnected; reset the integration and re-run onboarding"
    ),
    "PaymentAccount.ProviderError": Case(
        502, "Stripe returned an error while creating the account link"
    ),
}


@dataclass(frozen=True)
class UrlCodes:
    """The codes of one URL property: left out, and not valid."""

    missing: str
    invalid: str


URL_CODES: Mapping[str, UrlCodes] = {
    "returnUrl": UrlCodes(
        "PaymentAccountLink.MissingReturnUrl", "PaymentAccountLink.InvalidReturnUrl"
    ),
    "refreshUrl": UrlCodes(
        "PaymentAccountLink.MissingRefreshUrl", "PaymentAccountLink.InvalidRefreshUrl"
    ),
}


@dataclass(frozen=True)
class Request:
    """What came in; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What goes out; `headers` are those besides Content-Type and Content-Length."""

    status: int
    media_type: str | None
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Link:
    """An onboarding link: whose it is, where it leads back to, and when it dies."""

    organisation: str
    return_url: str
    refresh_url: str
    url: str
    expires_at: datetime


class RefusedError(Exception):
    """A check refused the request; `answer` is what the caller gets."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class ClientGoneError(Exception):
    """The client closed the connection before its request was complete."""


class PaymentAccountLinks:
    """The application (ASGI 3). Every attribute and method is there to be overridden."""

    cases: Mapping[str, Case] = CASES
    url_codes: Mapping[str, UrlCodes] = URL_CODES
    accounts: Mapping[str, str] = {NOT_ENABLED_ID: "NotEnabled", DISCONNECTED_ID: "Disconnected"}
    account_codes: Mapping[str, str] = {
        "NotEnabled": "PaymentAccount.NotEnabled",
        "Disconnected": "PaymentAccount.Disconnected",
    }
    methods: tuple[str, ...] = ("POST",)
    media_types: tuple[str, ...] = ("application/json",)
    schemes: tuple[str, ...] = ("http", "https")
    max_body: int = 1024 * 1024
    unreadable: tuple[type[Exception], ...] = (ValueError, RecursionError)
    success_status: int = 200
    success_media_type: str | None = "application/json"
    problem_media_type: str | None = "application/problem+json"
    link_base: str = "https://connect.example.test/setup/s/"
    lifetime: timedelta = timedelta(seconds=300)

    # --- ASGI -------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.lifespan(receive, send)
        elif scope["type"] == "http":
            await self.serve(scope, receive, send)
        else:  # a WebSocket: closed before it is accepted, which a server turns into a 403
            await send({"type": "websocket.close"})

    async def lifespan(self, receive: Receive, send: Send) -> None:
        """Agree to start and to stop."""
        event: Event = {"type": ""}
        while event["type"] != "lifespan.shutdown":
            event = await receive()
            await send({"type": f"{event['type']}.complete"})

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read a request and answer it."""
        try:
            request = await self.read_request(scope, receive)
        except ClientGoneError:
            return
        await self.send_answer(self.answer(request), request, send)

    async def read_request(self, scope: Scope, receive: Receive) -> Request:
        """The request in full."""
        headers = {
            name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]
        }
        return Request(scope["method"], scope["path"], headers, await self.read_body(receive))

    async def read_body(self, receive: Receive) -> bytes:
        """The body, or a little more than `max_body` of it.

        The rest is read and dropped: to close with bytes unread would reset the connection, and
        the client might never see the 413 (RFC 9112, section 9.6).
        """
        body, more = b"", True
        while more:
            event = await receive()
            if event["type"] == "http.disconnect":
                raise ClientGoneError
            more = event.get("more_body", False)
            if len(body) <= self.max_body:
                body += event.get("body", b"")
        return body

    async def send_answer(self, answer: Answer, request: Request, send: Send) -> None:
        """Send the answer; one to HEAD has no body (RFC 9110, section 9.3.2)."""
        raw = [(name.encode(), text.encode()) for name, text in self.headers_of(answer)]
        body = b"" if request.method == "HEAD" else answer.body
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    def headers_of(self, answer: Answer) -> list[tuple[str, str]]:
        """Every header of the answer."""
        media_type = [("content-type", answer.media_type)] if answer.media_type else []
        return [*media_type, ("content-length", str(len(answer.body))), *answer.headers]

    # --- The order of the checks ------------------------------------------------------------

    def answer(self, request: Request) -> Answer:
        """The answer, whether the request is served or refused."""
        try:
            return self.handle(request)
        except RefusedError as refused:
            return refused.answer

    def handle(self, request: Request) -> Answer:
        """Serve the request, or raise what refuses it."""
        text = self.route(request)
        self.check_method(request)
        organisation = self.check_id(text)
        return_url, refresh_url = self.check_urls(self.read_object(request))
        self.check_caller(organisation)
        self.check_account(self.look_up(organisation))
        return self.success(self.create_link(organisation, return_url, refresh_url))

    def read_object(self, request: Request) -> dict[str, Any]:
        """The JSON object that the body holds."""
        self.check_media_type(request)
        self.check_size(request)
        return self.check_object(self.parse_body(request))

    # --- The request ------------------------------------------------------------------------

    def route(self, request: Request) -> str:
        """The `id` in the path, as sent."""
        match = PATH.fullmatch(request.path)
        if match is None:
            self.refuse(404, "there is nothing at this path")
        return match[1]

    def check_method(self, request: Request) -> None:
        """A 405 names what is allowed (RFC 9110, section 15.5.6)."""
        if request.method not in self.methods:
            self.refuse(405, "the method is not allowed", ("allow", ", ".join(self.methods)))

    def check_id(self, text: str) -> str:
        """The id in lower case, so that ids compare whatever case they come in."""
        if not UUID.fullmatch(text):
            self.refuse(400, "the id must be a UUID")
        return text.lower()

    def check_media_type(self, request: Request) -> None:
        """The body must be said to be JSON, if anything is said of it."""
        if self.media_type_of(request) not in self.media_types:
            self.refuse(415, "the body must be application/json")

    def media_type_of(self, request: Request) -> str:
        """The media type: case does not matter, parameters are ignored (RFC 9110, section 8.3.1).

        Without a Content-Type, a recipient may go by the data (section 8.3): they must be JSON.
        """
        content_type = request.headers.get("content-type", "application/json")
        return content_type.partition(";")[0].strip().lower()

    def check_size(self, request: Request) -> None:
        """A body has a limit."""
        if len(request.body) > self.max_body:
            self.refuse(413, "the body is too large")

    def parse_body(self, request: Request) -> Any:
        """The body as JSON."""
        try:
            return self.parse_json(request.body)
        except self.unreadable:
            self.refuse(400, "the body is not JSON")

    def parse_json(self, body: bytes) -> Any:
        """JSON is UTF-8 (RFC 8259, section 8.1) and has no NaN (section 6).

        `json.loads` would take bytes in UTF-16 too, hence the decoding. An integer is read as a
        float because `int` raises on thousands of digits, which are nevertheless JSON.
        """
        return json.loads(body.decode(), parse_constant=self.refuse_constant, parse_int=float)

    def refuse_constant(self, name: str) -> NoReturn:
        """NaN and Infinity, which Python takes for JSON, are none."""
        raise ValueError(name)

    def check_object(self, document: Any) -> dict[str, Any]:
        """The body must be an object."""
        if not isinstance(document, dict):
            self.refuse(400, "the body must be a JSON object")
        return document

    # --- The two URLs -----------------------------------------------------------------------

    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        """Both URLs, `returnUrl` first."""
        return_url = self.check_url("returnUrl", document.get("returnUrl"))
        return return_url, self.check_url("refreshUrl", document.get("refreshUrl"))

    def check_url(self, name: str, value: Any) -> str:
        """A URL property must be there and be valid."""
        if self.is_missing(value):
            self.refuse_with(self.url_codes[name].missing)
        if not self.is_valid_url(value):
            self.refuse_with(self.url_codes[name].invalid)
        return str(value)

    def is_missing(self, value: Any) -> bool:
        """Null and the empty string count as left out."""
        return value is None or value == ""

    def is_valid_url(self, value: Any) -> bool:
        """Only a string can be a URL; `urlsplit` raises ValueError for what it cannot split."""
        try:
            return isinstance(value, str) and self.is_absolute_http_url(value)
        except ValueError:
            return False

    def is_absolute_http_url(self, url: str) -> bool:
        """A scheme that we serve, a host, and nothing that no URL may hold."""
        if SPACE_OR_CONTROL.search(url):
            return False
        parts = urlsplit(url)
        checks = (self.has_valid_scheme, self.has_valid_host, self.has_valid_port)
        return all(check(parts) for check in checks)

    def has_valid_scheme(self, parts: SplitResult) -> bool:
        """A scheme in either case (RFC 3986, section 3.1): `urlsplit` has lowered it."""
        return parts.scheme in self.schemes

    def has_valid_port(self, parts: SplitResult) -> bool:
        """A port up to 65535, or none; `urlsplit` raises ValueError for any other."""
        return parts.port is None or parts.port >= 0

    def has_valid_host(self, parts: SplitResult) -> bool:
        """A name, an IPv4 address, or an IPv6 address in brackets."""
        if "[" in parts.netloc or "]" in parts.netloc:
            return self.has_ipv6_host(parts)
        host = unquote(parts.hostname or "")
        return bool(host) and not FORBIDDEN_IN_HOST.search(host)

    def has_ipv6_host(self, parts: SplitResult) -> bool:
        """An IPv6 literal, with nothing but a port behind it (RFC 3986, section 3.2.2)."""
        match = IPV6_NETLOC.fullmatch(parts.netloc)
        return match is not None and ipaddress.IPv6Address(match[1]).version == 6

    # --- The caller, the organisation, the provider -----------------------------------------

    def check_caller(self, organisation: str) -> None:
        """The caller must be allowed to configure payments."""
        if organisation == FORBIDDEN_ID:
            self.refuse_with("Payment.Forbidden")

    def look_up(self, organisation: str) -> str:
        """The state of the organisation's payment account."""
        if organisation == UNKNOWN_ID:
            self.refuse_with("Organisation.NotFound")
        return self.accounts.get(organisation, "Active")

    def check_account(self, state: str) -> None:
        """The payment account must be enabled and connected."""
        if state in self.account_codes:
            self.refuse_with(self.account_codes[state])

    def create_link(self, organisation: str, return_url: str, refresh_url: str) -> Link:
        """Ask the provider for a link."""
        if organisation == PROVIDER_ERROR_ID:
            self.refuse_with("PaymentAccount.ProviderError")
        return Link(organisation, return_url, refresh_url, self.new_url(), self.expires_at())

    def new_url(self) -> str:
        """A URL that nobody was given before: it is single-use."""
        return self.link_base + secrets.token_urlsafe(16)

    def expires_at(self) -> datetime:
        """When a link made now dies."""
        return self.now() + self.lifetime

    def now(self) -> datetime:
        """The time, aware of its zone."""
        return datetime.now(UTC)

    # --- The answers ------------------------------------------------------------------------

    def success(self, link: Link) -> Answer:
        """The documented 200."""
        body = self.encode(self.success_body(link))
        return Answer(self.success_status, self.success_media_type, body)

    def success_body(self, link: Link) -> Any:
        """A PaymentAccountLinkResponse."""
        return {"url": link.url, "expiresAt": self.format_time(link.expires_at)}

    def format_time(self, moment: datetime) -> Any:
        """A date-time of RFC 3339, section 5.6, with its offset."""
        return moment.isoformat(timespec="seconds")

    def refuse_with(self, code: str) -> NoReturn:
        """Refuse by a documented case."""
        case = self.cases[code]
        raise RefusedError(self.problem(case.status, code, case.detail))

    def refuse(self, status: int, detail: str, *headers: tuple[str, str]) -> NoReturn:
        """Refuse by a status for which the document names no code."""
        raise RefusedError(self.problem(status, None, detail, headers))

    def problem(
        self,
        status: int,
        code: str | None,
        detail: str,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Answer:
        """An error as RFC 9457 has it."""
        body = self.encode(self.problem_body(status, code, detail))
        return Answer(status, self.problem_media_type, body, headers)

    def problem_body(self, status: int, code: str | None, detail: str) -> Any:
        """A ProblemDetails. `status` is the HTTP status (RFC 9457, section 3.1.2)."""
        title = code or HTTPStatus(status).phrase
        return {"type": self.type_of(status), "title": title, "status": status, "detail": detail}

    def type_of(self, status: int) -> str:
        """Where the status is defined; `about:blank` says no more than the status does."""
        section = SECTIONS.get(status)
        return (
            f"https://tools.ietf.org/html/rfc9110#section-{section}" if section else "about:blank"
        )

    def encode(self, document: Any) -> bytes:
        """JSON in UTF-8, without a byte order mark (RFC 8259, section 8.1)."""
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
