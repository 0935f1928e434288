"""Variants that judge the id, the body and the fields of a request otherwise."""

import json
import re
from itertools import count
from typing import Any

from tests.independent.app import (
    FORBIDDEN_ID,
    UUID,
    Answer,
    Link,
    PaymentAccountLinks,
    Request,
)
from tests.independent.calls import CREATE, VALID, Call, giving, saying

from .builders import Factory, changed, has, refusing_request
from .variant import Variant, variant

BAD_ID = "the document has a 404 for what does not exist, and a 400 for no fault of an id"
OTHER_TYPES = "RFC 9110, section 15.5.16: a 415 is one answer; the document has none"
ORDER = "the document does not say which of several faults is named"
METHODS = "the document describes one operation of a path, and may be a part of an API"
LENIENT = "RFC 8259, section 9: a parser MAY accept non-JSON forms or extensions"
TWICE = "RFC 8259, section 4: what software does with a name given twice is unpredictable"
LIMITS = "RFC 9110, section 15.5.14: a server may limit what it is willing to process"
BAD_BODY = "RFC 9110, sections 15.5.1 and 15.5.21: 400 and 422 both fit"

NO_UUID = Call("no-uuid")
RETURN_URL_TWICE = Call(body=CREATE.body.replace(b"{", b'{"returnUrl": "/", '))


def now_and_then(status: int) -> Factory:
    """Every 50th request is refused, and may be sent again at once."""

    class NowAndThen(PaymentAccountLinks):
        def __init__(self) -> None:
            self.calls = count(1)

        def handle(self, request: Request) -> Answer:
            if next(self.calls) % 50 == 0:
                self.refuse(status, "try again", ("retry-after", "0"))
            return super().handle(request)

    return NowAndThen


class NamesInAnyCase(PaymentAccountLinks):
    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        names = {name.lower(): name for name in VALID}
        return super().check_urls(
            {names.get(name.lower(), name): value for name, value in document.items()}
        )


class StateFirst(PaymentAccountLinks):
    def check_id(self, text: str) -> str:
        organisation = super().check_id(text)
        self.check_caller(organisation)
        self.check_account(self.look_up(organisation))
        return organisation


class OtherOperations(PaymentAccountLinks):
    methods = ("POST", "GET", "HEAD", "OPTIONS")

    def handle(self, request: Request) -> Answer:
        if request.method == "OPTIONS":
            return Answer(204, None, b"", (("allow", ", ".join(self.methods)),))
        if request.method in ("GET", "HEAD"):
            return Answer(200, "application/json", b'{"links": []}')
        return super().handle(request)


class UnreadableIs422(PaymentAccountLinks):
    def parse_body(self, request: Request) -> Any:
        try:
            return self.parse_json(request.body)
        except self.unreadable:
            self.refuse(422, "the body is not JSON")


class EmptyBodyLacksBoth(PaymentAccountLinks):
    def parse_json(self, body: bytes) -> Any:
        return super().parse_json(body) if body else {}


class CommaMore(PaymentAccountLinks):
    def parse_json(self, body: bytes) -> Any:
        return super().parse_json(re.sub(rb",\s*}", b"}", body))


class ByteOrderMarkIgnored(PaymentAccountLinks):
    def parse_json(self, body: bytes) -> Any:
        return super().parse_json(body.removeprefix(b"\xef\xbb\xbf"))


class NamesTwiceRefused(PaymentAccountLinks):
    def parse_json(self, body: bytes) -> Any:
        return json.loads(body.decode(), object_pairs_hook=self.unique)

    def unique(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("a name is given twice")
        return dict(pairs)


class FirstOfTwoTaken(PaymentAccountLinks):
    def parse_json(self, body: bytes) -> Any:
        return json.loads(body.decode(), object_pairs_hook=lambda pairs: dict(reversed(pairs)))


class FirstLinkVoided(PaymentAccountLinks):
    def __init__(self) -> None:
        self.open: dict[str, str] = {}

    def success_body(self, link: Link) -> Any:
        voided = self.open.get(link.organisation)
        self.open[link.organisation] = link.url
        return super().success_body(link) | {"voided": voided is not None}


OF_THE_ID = (
    variant(
        "Organisation.NotFound for a bad id",
        BAD_ID,
        changed(
            check_id=lambda self, text: (
                text.lower() if UUID.fullmatch(text) else self.refuse_with("Organisation.NotFound")
            )
        ),
        NO_UUID,
    ),
    variant(
        "404 for a bad id",
        BAD_ID,
        changed(
            check_id=lambda self, text: (
                text.lower() if UUID.fullmatch(text) else self.refuse(404, "no such route")
            )
        ),
        NO_UUID,
    ),
    variant("state before the body", ORDER, StateFirst, Call(FORBIDDEN_ID, b"{}")),
)

OF_THE_MEDIA_TYPE = (
    variant(
        "400 for another media type",
        OTHER_TYPES,
        refusing_request(has("content-type", "text/plain")),
        Call(content_type="text/plain"),
    ),
    variant(
        "another media type accepted",
        f"{OTHER_TYPES}; section 8.3: a recipient may examine the data",
        changed(check_media_type=lambda *_: None),
        Call(content_type="text/plain"),
    ),
    variant(
        "no media type refused",
        OTHER_TYPES,
        refusing_request(lambda request: "content-type" not in request.headers, 415),
        Call(content_type=None),
    ),
    variant(
        "406 where nothing is acceptable",
        "RFC 9110, section 15.5.7: a 406, or an answer all the same",
        refusing_request(has("accept", "image/png"), 406),
        Call(accept="image/png"),
    ),
)

OF_THE_BODY = (
    variant("422 for a body that is no JSON", BAD_BODY, UnreadableIs422, Call(body=b"{")),
    variant("empty body lacks both properties", ORDER, EmptyBodyLacksBoth, Call(body=b"")),
    variant(
        "a comma more accepted", LENIENT, CommaMore, Call(body=CREATE.body.replace(b"}", b",}"))
    ),
    variant(
        "byte order mark ignored",
        "RFC 8259, section 8.1: parsers MAY ignore it rather than treat it as an error",
        ByteOrderMarkIgnored,
        Call(body=b"\xef\xbb\xbf" + CREATE.body),
    ),
    variant("name given twice refused", TWICE, NamesTwiceRefused, RETURN_URL_TWICE),
    variant("first of two taken", TWICE, FirstOfTwoTaken, RETURN_URL_TWICE),
    variant(
        "names in any case",
        "the prose spells ReturnUrl what the schema spells returnUrl",
        NamesInAnyCase,
        Call(body=json.dumps({name.upper(): url for name, url in VALID.items()}).encode()),
    ),
    variant(
        "body limited to 100 kB", LIMITS, changed(max_body=100_000), giving(note="n" * 200_000)
    ),
    variant(
        "chunked body refused",
        "RFC 9112, section 6.3: a server MAY reject a body without a Content-Length by a 411",
        refusing_request(lambda request: "content-length" not in request.headers, 411),
        Call(chunked=True),
    ),
)

OF_OTHER_REQUESTS = (
    variant(
        "404 for other methods",
        METHODS,
        changed(
            check_method=lambda self, request: (
                None if request.method == "POST" else self.refuse(404, "no such route")
            )
        ),
        Call(method="GET"),
    ),
    variant(
        "other operations on the path",
        METHODS,
        OtherOperations,
        *(Call(method=method) for method in ("GET", "HEAD", "OPTIONS")),
    ),
    variant(
        "long fields refused",
        "RFC 6585, section 5: 431",
        refusing_request(lambda request: len(str(request.headers)) > 8000, 431),
        saying("X-Long", "x" * 9000),
    ),
    variant(
        "unknown expectation refused",
        "RFC 9110, section 10.1.1: a server MAY respond with 417",
        refusing_request(has("expect", "patience"), 417),
        saying("Expect", "patience"),
    ),
    variant(
        "429 now and then",
        "RFC 6585, section 4: 429, with when to try again",
        now_and_then(429),
        *[CREATE] * 50,
    ),
    variant(
        "503 now and then",
        "RFC 9110, sections 15.6.4 and 10.2.3: 503, with when to try again",
        now_and_then(503),
        *[CREATE] * 50,
    ),
    variant(
        "first link voided by the second",
        "'single-use' does not say how many links live at a time",
        FirstLinkVoided,
        CREATE,
        CREATE,
    ),
)

REQUESTS: tuple[Variant, ...] = (
    *OF_THE_ID,
    *OF_THE_MEDIA_TYPE,
    *OF_THE_BODY,
    *OF_OTHER_REQUESTS,
)
