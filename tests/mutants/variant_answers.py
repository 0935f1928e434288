"""Variants whose answers look otherwise: in the place of the code, the members, the bytes."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from http import HTTPStatus

from tests.independent.app import CASES, Answer, PaymentAccountLinks, Request, Send
from tests.independent.calls import CREATE, NO_RETURN_URL, UNKNOWN

from .builders import (
    Factory,
    Problem,
    changed,
    with_bytes,
    with_link,
    with_problem,
    with_time,
    with_url,
)
from .variant import Variant, variant

PLACE = "ProblemDetails requires no member; RFC 9457, section 3.2, leaves a service its own members"
EXTENSIONS = "RFC 9457, section 3.2: clients MUST ignore extensions that they do not recognize"
MEMBERS = "ProblemDetails requires no member, and lets each be null"
STATUS = "ProblemDetails: status: null, an integer, or a string of digits"
DATE_TIME = "RFC 3339, section 5.6: time-offset is Z or +hh:mm; time-secfrac is optional"
ADDITIONAL = "PaymentAccountLinkResponse does not forbid additional properties"
ANY_URL = "'Stripe-hosted onboarding URL' does not say of which host and form"
FIELDS = "RFC 9110, section 6.3: an answer has what fields its server gives it"
JSON_TEXT = "RFC 8259, section 7: any character may be escaped; section 2: white space"


def plain(right: Problem) -> Problem:
    """The problem with the reason phrase as its title, and so without its code."""
    return right | {"title": HTTPStatus(right["status"]).phrase}


def style(name: str, body: Callable[[Problem, str], Problem]) -> Variant:
    """The code in another place; made of the problem without it, and of the code."""

    def problem(right: Problem) -> Problem:
        return body(plain(right), right["title"]) if right["title"] in CASES else right

    return variant(name, PLACE, with_problem(problem), NO_RETURN_URL, UNKNOWN)


def members(name: str, open_: str, body: Callable[[Problem], Problem]) -> Variant:
    """Other members than the code in a problem."""
    return variant(name, open_, with_problem(body), NO_RETURN_URL, UNKNOWN)


def expiry(name: str, form: Callable[[datetime], str]) -> Variant:
    """Another form of `expiresAt`."""
    return variant(name, DATE_TIME, with_time(form), CREATE)


def with_fields(*fields: tuple[str, str]) -> Factory:
    """More fields in every answer."""
    right = PaymentAccountLinks.headers_of
    return changed(headers_of=lambda self, answer: [*right(self, answer), *fields])


def without_fields(name: str) -> Factory:
    """A field less in every answer."""
    right = PaymentAccountLinks.headers_of
    return changed(headers_of=lambda self, answer: [f for f in right(self, answer) if f[0] != name])


def html_safe(text: str) -> bytes:
    """JSON that may stand in HTML, as several frameworks write it."""
    escapes = {ord(character): f"\\u{ord(character):04X}" for character in "<>&'()/"}
    return text.translate(escapes).encode()


class Slower(PaymentAccountLinks):
    async def send_answer(self, answer: Answer, request: Request, send: Send) -> None:
        await asyncio.sleep(0.005)
        timed = replace(answer, headers=(*answer.headers, ("server-timing", "app;dur=5")))
        await super().send_answer(timed, request, send)


PROBLEMS = (
    variant(
        "code nowhere, text in detail",
        "no member is documented to hold the code; the text distinguishes the cases",
        with_problem(plain),
        NO_RETURN_URL,
        UNKNOWN,
    ),
    style(
        "code as type, a URL",
        lambda right, code: right | {"type": f"https://docs.example.test/errors/{code}"},
    ),
    style("code as type, a fragment", lambda right, code: right | {"type": f"/errors#{code}"}),
    style("code as type, a URN", lambda right, code: right | {"type": f"urn:problem-type:{code}"}),
    style("code as member code", lambda right, code: right | {"code": code}),
    style("code as member errorCode", lambda right, code: right | {"errorCode": code}),
    style("code as member error", lambda right, code: right | {"error": code}),
    style("code in errorCodes", lambda right, code: right | {"errorCodes": [code]}),
    style(
        "code in a list of errors",
        lambda right, code: (
            right | {"errors": [{"code": code, "message": right["detail"]}], "detail": None}
        ),
    ),
    style(
        "code before the text",
        lambda right, code: right | {"detail": f"{code}: {right['detail']}"},
    ),
    style(
        "code in brackets before the text",
        lambda right, code: right | {"detail": f"[{code}] {right['detail']}"},
    ),
    style(
        "code and text in title",
        lambda right, code: right | {"title": f"{code} — {right['detail']}", "detail": None},
    ),
    members("code alone", MEMBERS, lambda right: {"title": right["title"]}),
    members(
        "null for what there is not",
        MEMBERS,
        lambda right: right | {"type": None, "instance": None},
    ),
    members("status as a string", STATUS, lambda right: right | {"status": str(right["status"])}),
    members("status null", STATUS, lambda right: right | {"status": None}),
    members(
        "status left out",
        STATUS,
        lambda right: {name: value for name, value in right.items() if name != "status"},
    ),
    members(
        "members of its own",
        EXTENSIONS,
        lambda right: (
            right
            | {
                "instance": "urn:uuid:5b9bd1cc-8b7f-4d4d-9df1-27f4ed8d2d0f",
                "traceId": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "timestamp": "2026-01-01T00:00:00Z",
                "retryable": False,
            }
        ),
    ),
    members(
        "advice after the text",
        "RFC 9457, section 3.1.4: detail is a human-readable explanation of this occurrence",
        lambda right: right | {"detail": f"{right['detail']}. See the guide to payments."},
    ),
)

LINKS = (
    variant(
        "without expiresAt",
        "PaymentAccountLinkResponse requires url alone",
        with_link(lambda link: {"url": link.url}),
        CREATE,
    ),
    expiry("expiresAt in Z", lambda moment: f"{moment:%Y-%m-%dT%H:%M:%SZ}"),
    expiry(
        "expiresAt with an offset",
        lambda moment: moment.astimezone(timezone(timedelta(hours=2))).isoformat(),
    ),
    expiry("expiresAt with fractions", lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S.%f}0Z"),
    expiry("expiresAt in lower case", lambda moment: f"{moment:%Y-%m-%dt%H:%M:%Sz}"),
    variant(
        "links that live a minute",
        "'short-lived' names no duration",
        changed(lifetime=timedelta(minutes=1)),
        CREATE,
    ),
    variant(
        "properties of its own",
        ADDITIONAL,
        with_link(
            lambda link: {
                "url": link.url,
                "expiresAt": link.expires_at.isoformat(),
                "object": "account_link",
                "created": int(link.expires_at.timestamp()) - 300,
                "organisation": {"id": link.organisation},
                "livemode": False,
                "account": None,
            }
        ),
        CREATE,
    ),
    variant(
        "url with query and fragment",
        ANY_URL,
        with_url(
            lambda link: "https://connect.example.com/setup/c/acct_1?session={}#step=1".format(
                link.url.rpartition("/")[2]
            )
        ),
        CREATE,
    ),
    variant(
        "url with a port and in capitals",
        ANY_URL,
        changed(link_base="HTTPS://Connect.Example.com:8443/setup/"),
        CREATE,
    ),
)

TEXTS = (
    variant("JSON escaped for HTML", JSON_TEXT, with_bytes(html_safe), CREATE, UNKNOWN),
    variant(
        "JSON in ASCII, solidus escaped",
        JSON_TEXT,
        with_bytes(lambda text: text.replace("/", "\\/").encode("ascii")),
        CREATE,
        UNKNOWN,
    ),
    variant(
        "JSON on many lines",
        JSON_TEXT,
        changed(encode=lambda _, value: f"\r\n{json.dumps(value, indent=2)}\n".encode()),
        CREATE,
        UNKNOWN,
    ),
    variant(
        "media types with a charset",
        "RFC 8259, section 11: a charset has no effect on compliant recipients",
        changed(
            success_media_type="application/json; charset=utf-8",
            problem_media_type="application/problem+json; charset=utf-8",
        ),
        CREATE,
        UNKNOWN,
    ),
    variant(
        "media types in capitals",
        "RFC 9110, section 8.3.1: type and subtype are case-insensitive",
        changed(
            success_media_type='Application/JSON;charset="UTF-8"',
            problem_media_type="Application/Problem+JSON",
        ),
        CREATE,
        UNKNOWN,
    ),
)

MESSAGES = (
    variant(
        "never kept by caches",
        "RFC 9111, section 5.2.2.5: no-store",
        with_fields(("cache-control", "no-store"), ("pragma", "no-cache")),
        CREATE,
        UNKNOWN,
    ),
    variant(
        "fields of its own",
        FIELDS,
        with_fields(
            ("x-request-id", "5b9bd1cc"),
            ("ratelimit-limit", "100"),
            ("strict-transport-security", "max-age=63072000"),
            ("vary", "Origin"),
            ("vary", "Accept-Encoding"),
            ("set-cookie", "affinity=1; HttpOnly"),
        ),
        CREATE,
        UNKNOWN,
    ),
    variant(
        "connection closed after each answer",
        "RFC 9112, section 9.6: a server may close, and says so",
        with_fields(("connection", "close")),
        CREATE,
        UNKNOWN,
    ),
    variant(
        "answers in chunks",
        "RFC 9112, section 7.1: the chunked coding, where the length is not known beforehand",
        without_fields("content-length"),
        CREATE,
        UNKNOWN,
    ),
    variant("answers after 5 ms", "neither document nor HTTP sets a time", Slower, CREATE, UNKNOWN),
)

ANSWERS: tuple[Variant, ...] = (*PROBLEMS, *LINKS, *TEXTS, *MESSAGES)
