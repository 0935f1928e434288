"""Mutants whose body is no JSON, does not fit its schema, or disagrees with the status."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.independent.app import Link, PaymentAccountLinks
from tests.independent.calls import CREATE, DISCONNECTED, NO_RETURN_URL, PROVIDER_ERROR, UNKNOWN

from .builders import (
    Problem,
    with_bytes,
    with_link,
    with_problem,
    with_problem_of,
    with_time,
)
from .mutant import Row, documented, family, standard

SAME_STATUS = "RFC 9457, section 3.1.2: the same status code as in the HTTP response"
STATUS = "ProblemDetails: status: type: null, integer or string, with a pattern"
PROBLEM_OBJECT = "ProblemDetails: type: object"
URL_REQUIRED = "PaymentAccountLinkResponse: required: url"
URL_STRING = "PaymentAccountLinkResponse: url: type: string"
LINK_OBJECT = "PaymentAccountLinkResponse: type: object"
EXPIRY_STRING = "PaymentAccountLinkResponse: expiresAt: type: string"
EXPIRY_FORMAT = "PaymentAccountLinkResponse: expiresAt: format: date-time"
UTF_8 = "RFC 8259, section 8.1: MUST be encoded using UTF-8"
ONE_VALUE = "RFC 8259, section 2: a JSON text is one value, and white space around it"


def problem(name: str, breaks: str, body: Callable[[Problem], Any]) -> Row:
    """Another document for every error, made of the right one."""
    return documented(name, breaks, with_problem(body), NO_RETURN_URL, UNKNOWN)


def link(name: str, breaks: str, body: Callable[[Link], Any]) -> Row:
    """Another document for the success, made of the link."""
    return documented(name, breaks, with_link(body), CREATE)


def expiry(name: str, breaks: str, form: Callable[[datetime], Any]) -> Row:
    """Another form of `expiresAt`."""
    return documented(name, breaks, with_time(form), CREATE)


def text(name: str, breaks: str, encode: Callable[[str], bytes]) -> Row:
    """Other bytes for every JSON text."""
    return standard(name, breaks, with_bytes(encode), CREATE, UNKNOWN)


class Latin1(PaymentAccountLinks):
    def success_body(self, link: Link) -> Any:
        return super().success_body(link) | {"note": "valable très brièvement"}

    def encode(self, document: Any) -> bytes:
        return json.dumps(document, ensure_ascii=False).encode("latin-1")


PROBLEMS = (
    standard(
        "status member disagrees",
        SAME_STATUS,
        with_problem(lambda right: right | {"status": 500}),
        NO_RETURN_URL,
        UNKNOWN,
    ),
    standard(
        "status member disagrees in one case",
        SAME_STATUS,
        with_problem_of("PaymentAccount.ProviderError", status=500),
        PROVIDER_ERROR,
    ),
    standard(
        "status member is 400 for every error",
        SAME_STATUS,
        with_problem(lambda right: right | {"status": 400}),
        UNKNOWN,
        DISCONNECTED,
    ),
    problem("status member is true", STATUS, lambda right: right | {"status": True}),
    problem("status member is a phrase", STATUS, lambda right: right | {"status": "Bad Request"}),
    problem("status member starts with 0", STATUS, lambda right: right | {"status": "0400"}),
    problem("status member is a fraction", STATUS, lambda right: right | {"status": 400.5}),
    problem("status member is an object", STATUS, lambda right: right | {"status": {"code": 1}}),
    problem(
        "title is a number",
        "ProblemDetails: title: null or a string",
        lambda right: right | {"title": 40001},
    ),
    problem(
        "type is an array",
        "ProblemDetails: type: null or a string",
        lambda right: right | {"type": [right["type"]]},
    ),
    problem(
        "instance is an object",
        "ProblemDetails: instance: null or a string",
        lambda right: right | {"instance": {"id": 1}},
    ),
    problem(
        "detail is an array",
        "ProblemDetails: detail: null or a string",
        lambda right: right | {"detail": [right["detail"]]},
    ),
    problem(
        "detail is an object",
        "ProblemDetails: detail: null or a string",
        lambda right: right | {"detail": {"en": right["detail"]}},
    ),
    problem("problem is an array", PROBLEM_OBJECT, lambda right: [right]),
    problem("problem is a string", PROBLEM_OBJECT, lambda right: right["title"]),
    problem("problem is null", PROBLEM_OBJECT, lambda _: None),
)

LINKS = (
    link("url left out", URL_REQUIRED, lambda link: {"expiresAt": link.expires_at.isoformat()}),
    link("url is null", URL_STRING, lambda _: {"url": None}),
    link("url is a number", URL_STRING, lambda _: {"url": 4711}),
    link("url is an object", URL_STRING, lambda link: {"url": {"href": link.url}}),
    link("Url in PascalCase", URL_REQUIRED, lambda link: {"Url": link.url}),
    link("link in an envelope", URL_REQUIRED, lambda link: {"data": {"url": link.url}}),
    link("link in an array", LINK_OBJECT, lambda link: [{"url": link.url}]),
    link("link as a JSON string", LINK_OBJECT, lambda link: json.dumps({"url": link.url})),
    expiry("expiresAt is a number", EXPIRY_STRING, lambda moment: int(moment.timestamp())),
    expiry("expiresAt is null", EXPIRY_STRING, lambda _: None),
    expiry(
        "expiresAt is no date-time",
        EXPIRY_FORMAT,
        lambda moment: moment.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    ),
    expiry(
        "expiresAt is seconds in a string",
        EXPIRY_FORMAT,
        lambda moment: str(int(moment.timestamp())),
    ),
    expiry("expiresAt is a date", EXPIRY_FORMAT, lambda moment: f"{moment:%Y-%m-%d}"),
    expiry(
        "expiresAt on 30 February",
        f"{EXPIRY_FORMAT}; RFC 3339, section 5.7",
        lambda moment: f"{moment.year + 1}-02-30T12:00:00Z",
    ),
    expiry(
        "expiresAt without an offset",
        f"{EXPIRY_FORMAT}; RFC 3339, section 5.6: time-offset",
        lambda moment: moment.replace(tzinfo=None).isoformat(),
    ),
)

TEXTS = (
    text(
        "byte order mark",
        "RFC 8259, section 8.1: MUST NOT add a byte order mark",
        lambda text: text.encode("utf-8-sig"),
    ),
    text("UTF-16", UTF_8, lambda text: text.encode("utf-16")),
    standard("Latin-1", UTF_8, Latin1, CREATE),
    text(
        "truncated JSON",
        "RFC 8259, section 4: an object ends with a brace",
        lambda text: text[:-1].encode(),
    ),
    standard(
        "NaN in JSON",
        "RFC 8259, section 6: NaN is not permitted",
        with_link(lambda link: {"url": link.url, "fee": float("nan")}),
        CREATE,
    ),
    standard(
        "Infinity in a problem",
        "RFC 8259, section 6: Infinity is not permitted",
        with_problem(lambda right: right | {"retryAfter": float("inf")}),
        UNKNOWN,
    ),
    text("garbage after the JSON", ONE_VALUE, lambda text: f"{text}\n0\n".encode()),
    text("two JSON texts", ONE_VALUE, lambda text: f"{text}{text}".encode()),
    text("NUL after the JSON", ONE_VALUE, lambda text: f"{text}\0".encode()),
    text(
        "a warning before the JSON",
        ONE_VALUE,
        lambda text: f"Warning: undefined index in link.php\n{text}".encode(),
    ),
    text("JSON as a script", ONE_VALUE, lambda text: f")]}}',\n{text}".encode()),
    text(
        "comma before the brace",
        "RFC 8259, section 4: a comma separates a member from another that follows",
        lambda text: f"{text[:-1]},}}".encode(),
    ),
    text(
        "strings in single quotes",
        "RFC 8259, section 7: a string begins and ends with quotation marks",
        lambda text: str(json.loads(text)).encode(),
    ),
    text(
        "line feed in a string",
        "RFC 8259, section 7: control characters MUST be escaped",
        lambda text: text.replace('"', '"\n', 3).encode(),
    ),
)

BODY = family("body", *PROBLEMS, *LINKS, *TEXTS)
