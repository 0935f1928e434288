"""Mutants that a request throws off course: one crashes, one confuses, one discloses too much."""

import asyncio
import json
import traceback
from dataclasses import replace
from typing import Any

from tests.independent.app import (
    Answer,
    PaymentAccountLinks,
    Receive,
    RefusedError,
    Request,
    Scope,
)
from tests.independent.calls import (
    BAD_RETURN_URL,
    CREATE,
    DISCONNECTED,
    NO_REFRESH_URL,
    NO_RETURN_URL,
    UNKNOWN,
    VALID,
    Call,
    giving,
)

from .builders import changed, refusing_request, with_problem, with_problem_of
from .crashes import CRASHES, raw
from .mutant import advisory, documented, family, standard

NO_LEAK = "RFC 9457, section 5: it can expose sensitive details of the server implementation"
EXTRA = "JSON Schema 2020-12, core, section 10.3.2.3: allowed for want of additionalProperties"
AN_OBJECT = "CreatePaymentAccountLinkRequest: type: object"
ITS_OWN = "an answer is documented for the request that gets it, whatever came before or beside it"


class ExtraPropertiesRefused(PaymentAccountLinks):
    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        if document.keys() - VALID.keys():
            self.refuse(400, "unknown property")
        return super().check_urls(document)


class PropertiesByPlace(PaymentAccountLinks):
    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        if list(document) == ["refreshUrl", "returnUrl"]:
            self.refuse(400, "unexpected property")
        return super().check_urls(document)


class BodyOptional(PaymentAccountLinks):
    def parse_json(self, body: bytes) -> Any:
        return super().parse_json(body) if body else VALID


class MalformedBodyMended(PaymentAccountLinks):
    def parse_body(self, request: Request) -> Any:
        try:
            return super().parse_body(request)
        except RefusedError:
            return VALID


class ArrayUnwrapped(PaymentAccountLinks):
    def check_object(self, document: Any) -> dict[str, Any]:
        return super().check_object(document[0] if isinstance(document, list) else document)


class EmptyArrayIsAnObject(PaymentAccountLinks):
    def check_object(self, document: Any) -> dict[str, Any]:
        return dict(VALID) if document == [] else super().check_object(document)


class RequestShared(PaymentAccountLinks):
    async def read_request(self, scope: Scope, receive: Receive) -> Request:
        self.current = await super().read_request(scope, receive)
        await asyncio.sleep(0.01)
        return self.current


class NextFailsToo(PaymentAccountLinks):
    failed = False

    def answer(self, request: Request) -> Answer:
        failed, self.failed = self.failed, False
        if failed:
            return self.problem(400, None, "the transaction was aborted")
        right = super().answer(request)
        self.failed = right.status == 400
        return right


class UrlsRemembered(PaymentAccountLinks):
    def __init__(self) -> None:
        self.remembered: dict[str, Any] = {}

    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        self.remembered.update(document)
        return super().check_urls(self.remembered)


class LastErrorRepeated(PaymentAccountLinks):
    last: Answer | None = None

    def answer(self, request: Request) -> Answer:
        right = super().answer(request)
        if right.status < 400:
            return right
        repeated, self.last = self.last or right, right
        return repeated


class TraceInDetail(PaymentAccountLinks):
    def parse_body(self, request: Request) -> Any:
        try:
            return self.parse_json(request.body)
        except self.unreadable:
            self.refuse(400, traceback.format_exc(limit=-3))


class TraceIn500(PaymentAccountLinks):
    def answer(self, request: Request) -> Answer:
        try:
            return super().answer(request)
        except TypeError:
            return self.problem(500, None, traceback.format_exc(limit=-3))

    def check_object(self, document: Any) -> dict[str, Any]:
        merged: dict[str, Any] = document | {}
        return merged


class HeadersEchoed(PaymentAccountLinks):
    def answer(self, request: Request) -> Answer:
        right = super().answer(request)
        if right.status < 400:
            return right
        problem = json.loads(right.body)
        problem["detail"] += f" (headers: {json.dumps(dict(request.headers))})"
        return replace(right, body=self.encode(problem))


TEXT = "the organisation does not exist or could not be resolved"
TRACE = 'Traceback (most recent call last):\n  File "service.py", line 87, in create_link\n'

REQUESTS = (
    documented("missing body accepted", "requestBody: required: true", BodyOptional, raw("")),
    documented(
        "malformed body accepted", "'ReturnUrl is required'", MalformedBodyMended, raw('{"a":')
    ),
    documented(
        "body that is an array accepted",
        AN_OBJECT,
        ArrayUnwrapped,
        raw(f"[{json.dumps(VALID)}]"),
    ),
    documented(
        "body that is an empty array accepted",
        AN_OBJECT,
        EmptyArrayIsAnObject,
        raw("[]"),
    ),
    standard(
        "extra properties refused", EXTRA, ExtraPropertiesRefused, giving(note="paid in full")
    ),
    standard(
        "properties by their place",
        "RFC 8259, section 1: an object is an unordered collection",
        PropertiesByPlace,
        raw(json.dumps(dict(reversed([*VALID.items()])))),
    ),
    standard(
        "white space refused",
        "RFC 8259, section 2: insignificant white space is allowed",
        refusing_request(lambda request: b"\n" in request.body),
        raw(json.dumps(VALID, indent=2)),
    ),
    standard(
        "escapes refused",
        "RFC 8259, section 7: any character may be escaped",
        refusing_request(lambda request: b"\\" in request.body),
        raw(json.dumps(VALID).replace("/", "\\/")),
    ),
    standard(
        "body limited to 1 kB",
        "RFC 9110, section 4.1: URIs of 8000 octets are to be supported",
        changed(max_body=1024),
        giving(returnUrl="https://app.example.test/".ljust(2000, "r")),
    ),
)

LEAKS = (
    standard("stack trace of a 400", NO_LEAK, TraceInDetail, raw('{"returnUrl":')),
    documented("stack trace of a 500", NO_LEAK, TraceIn500, raw("null")),
    standard(
        "stack trace beside the code",
        NO_LEAK,
        with_problem(lambda right: right | {"exception": TRACE}),
        BAD_RETURN_URL,
        UNKNOWN,
    ),
    standard(
        "path of the source in detail",
        NO_LEAK,
        with_problem_of("Organisation.NotFound", detail=f"{TEXT} (/srv/app/links/service.py:87)"),
        UNKNOWN,
    ),
    advisory(
        "query of the database in detail",
        NO_LEAK,
        with_problem_of(
            "Organisation.NotFound", detail=f"{TEXT}: SELECT * FROM organisations WHERE id = $1"
        ),
        UNKNOWN,
    ),
    standard(
        "fields of the request in detail",
        f"{NO_LEAK}; the key in x-dolfin-api-key is among them",
        HeadersEchoed,
        Call(body=BAD_RETURN_URL.body, headers=(("x-dolfin-api-key", "a-secret-key"),)),
    ),
)

OTHERS = (
    documented("the next request fails too", ITS_OWN, NextFailsToo, raw("{"), CREATE),
    documented("URLs remembered", "'ReturnUrl is required'", UrlsRemembered, CREATE, NO_RETURN_URL),
    documented(
        "the last error again", ITS_OWN, LastErrorRepeated, NO_RETURN_URL, NO_REFRESH_URL, UNKNOWN
    ),
    documented(
        "two in flight confused",
        ITS_OWN,
        RequestShared,
        CREATE,
        DISCONNECTED,
        UNKNOWN,
        way="at once",
    ),
)

ROBUSTNESS = family("robustness", *CRASHES, *REQUESTS, *LEAKS, *OTHERS)
