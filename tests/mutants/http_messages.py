"""Mutants that break HTTP: what a request may be, and what an answer must be."""

from dataclasses import replace
from typing import Any

from tests.independent.app import (
    ACTIVE_ID,
    Answer,
    PaymentAccountLinks,
    Receive,
    Request,
    Scope,
    Send,
)
from tests.independent.calls import CREATE, UNKNOWN, Call, saying

from .builders import answering, crashing_on, has, refusing_request, with_success
from .mutant import Row, advisory, family, standard

KNOWN_FIELDS = {
    *("host", "connection", "user-agent", "content-type", "content-length", "transfer-encoding"),
    *("accept", "accept-encoding", "accept-language", "range", "expect", "if-none-match"),
}
NO_5XX = "RFC 9110, section 15.6: a 5xx says that the server erred; the document lists but 502"
NAMES = "RFC 9110, section 12.5.1"
PARAMETERS = "RFC 9110, section 5.6.6"


def crashes_on(method: str) -> Row:
    """Another method meets an exception that nobody handles."""
    faulty = crashing_on(lambda request: request.method == method)
    breaks = "RFC 9110, section 9.1: a method that is not allowed SHOULD get a 405"
    return standard(f"500 on {method}", breaks, faulty, Call(method=method))


def refuses_accept(name: str, breaks: str, accept: str | None) -> Row:
    """An Accept field under which application/json is acceptable gets a 406."""
    faulty = refusing_request(lambda request: request.headers.get("accept") == accept, 406)
    return standard(name, breaks, faulty, Call(accept=accept))


def refuses_type(name: str, breaks: str, content_type: str, sign: str) -> Row:
    """A Content-Type that means application/json is refused."""
    faulty = refusing_request(lambda request: sign in request.headers.get("content-type", ""))
    return standard(name, breaks, faulty, Call(content_type=content_type))


def says(name: str, breaks: str, field: str, value: str) -> Row:
    """The success has a header that is not true."""
    return standard(name, breaks, with_success(headers=((field, value),)), CREATE)


class ChunkedBodyIgnored(PaymentAccountLinks):
    def parse_body(self, request: Request) -> Any:
        body = request.body if "content-length" in request.headers else b""
        return super().parse_body(replace(request, body=body))


class BodyCutShort(PaymentAccountLinks):
    def headers_of(self, answer: Answer) -> list[tuple[str, str]]:
        return super().headers_of(replace(answer, body=answer.body + b" "))


class ErrorsCutShort(PaymentAccountLinks):
    def headers_of(self, answer: Answer) -> list[tuple[str, str]]:
        length = len(answer.body) + (100 if answer.status >= 400 else 0)
        return super().headers_of(replace(answer, body=answer.body.ljust(length)))


class AllowLeftOut(PaymentAccountLinks):
    def check_method(self, request: Request) -> None:
        if request.method not in self.methods:
            self.refuse(405, "the method is not allowed")


class OneRequestPerConnection(PaymentAccountLinks):
    def __init__(self) -> None:
        self.clients: set[tuple[str, int]] = set()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        again = tuple(scope["client"]) in self.clients
        self.clients.add(tuple(scope["client"]))
        scope["path"] = "/" if again else scope["path"]
        await super().serve(scope, receive, send)


class PathNotDecoded(PaymentAccountLinks):
    async def read_request(self, scope: Scope, receive: Receive) -> Request:
        right = await super().read_request(scope, receive)
        return replace(right, path=scope["raw_path"].decode("latin-1"))


OF_THE_REQUEST = (
    refuses_type(
        "media type in capitals refused",
        "RFC 9110, section 8.3.1: type and subtype are case-insensitive",
        "Application/JSON",
        "JSON",
    ),
    refuses_type(
        "media type with a parameter refused",
        "RFC 8259, section 11: a charset has no effect on compliant recipients",
        "application/json; charset=utf-8",
        ";",
    ),
    refuses_type(
        "charset in capitals refused",
        "RFC 9110, section 8.3.2: a case-insensitive token",
        "application/json; charset=UTF-8",
        "UTF",
    ),
    refuses_type(
        "quoted charset refused",
        f"{PARAMETERS}: a value as a token and as a quoted string are equivalent",
        'application/json; charset="utf-8"',
        '"',
    ),
    refuses_type(
        "space before the parameter refused",
        f"{PARAMETERS}: parameters = *( OWS ';' OWS [ parameter ] )",
        "application/json ;charset=utf-8",
        " ;",
    ),
    refuses_accept("Accept: */* refused", f"{NAMES}: */* means every media type", "*/*"),
    refuses_accept(
        "Accept: application/* refused",
        f"{NAMES}: type/* means every subtype",
        "application/*",
    ),
    refuses_accept(
        "Accept: application/json refused",
        f"{NAMES}; the link is documented as application/json",
        "application/json",
    ),
    standard(
        "Accept with a weight refused",
        "RFC 9110, section 12.4.2: the weight is 1 to 0.001 where a type is acceptable",
        refusing_request(lambda request: ";q=" in request.headers.get("accept", ""), 406),
        Call(accept="text/html;q=0.2, application/json;q=0.9, */*;q=0.1"),
    ),
    refuses_accept(
        "no Accept refused", f"{NAMES}: without the field, any media type is acceptable", None
    ),
    standard(
        "unknown field refused",
        "RFC 9110, section 5.1: recipients SHOULD ignore unrecognized fields",
        refusing_request(lambda request: request.headers.keys() - KNOWN_FIELDS),
        saying("X-Probe", "1"),
    ),
    standard(
        "chunked body ignored",
        "RFC 9112, section 7.1: MUST be able to parse and decode the chunked coding",
        ChunkedBodyIgnored,
        Call(chunked=True),
    ),
    standard(
        "206 on Range",
        "RFC 9110, section 14.2: a server MUST ignore it where no range handling is defined",
        answering(has("range"), status=206),
        saying("Range", "bytes=0-9"),
    ),
    standard(
        "304 on If-None-Match",
        "RFC 9110, section 13.1.2: 304 if the method is GET or HEAD",
        answering(has("if-none-match"), status=304, media_type=None, body=b""),
        saying("If-None-Match", '"link"'),
    ),
    standard(
        "500 on Expect",
        "RFC 9110, section 10.1.1: a 100 or a final status; the client did not err",
        crashing_on(has("expect")),
        saying("Expect", "100-continue"),
    ),
    advisory(
        "percent-encoded id refused",
        "RFC 3986, section 2.3: %61 and a are equivalent",
        PathNotDecoded,
        Call(ACTIVE_ID.replace("a", "%61")),
    ),
    standard(
        "second request on a connection lost",
        "RFC 9112, section 9.3: connections persist and carry many requests",
        OneRequestPerConnection,
        CREATE,
        CREATE,
        way="on one connection",
    ),
)

OF_OTHER_METHODS = (
    *map(crashes_on, ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")),
    advisory(
        "405 without Allow",
        "RFC 9110, section 15.5.6: MUST generate an Allow header field",
        AllowLeftOut,
        Call(method="GET"),
    ),
)

OF_THE_ANSWER = (
    standard(
        "body shorter than Content-Length",
        "RFC 9112, section 8: such a message is incomplete",
        BodyCutShort,
        CREATE,
    ),
    standard(
        "errors shorter than Content-Length",
        "RFC 9112, section 8: such a message is incomplete",
        ErrorsCutShort,
        UNKNOWN,
    ),
    says(
        "Content-Length beside Transfer-Encoding",
        "RFC 9112, section 6.2: MUST NOT send a Content-Length with a Transfer-Encoding",
        "transfer-encoding",
        "chunked",
    ),
    says(
        "gzip claimed",
        "RFC 9110, section 8.4: Content-Encoding says which codings were applied",
        "content-encoding",
        "gzip",
    ),
    says(
        "UTF-8 claimed to be a content coding",
        "RFC 9110, section 8.4.1: codings are registered; a charset is none",
        "content-encoding",
        "utf-8",
    ),
    says(
        "two media types",
        "RFC 9110, section 5.3: MUST NOT generate several lines of one such name",
        "content-type",
        "text/plain",
    ),
)

HTTP = family("HTTP", *OF_THE_REQUEST, *OF_OTHER_METHODS, *OF_THE_ANSWER)
