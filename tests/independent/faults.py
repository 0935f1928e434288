"""Seeded faults: faulty variations of the application, each of which the suite must catch.

A fault is a row of the catalogue below: its name, the sentence or section that it breaks, the
variation, and a probe, which is calls whose answers show the fault. Rules for a new row:

* It breaks the document or a standard. What honest teams do differently is no fault: which of
  several faults wins, null or empty as Missing or Invalid, a wrong type without a code, the
  status of a bad id or of another media type, a 405 or none, `http:` or `localhost` refused, a
  first link that the second voids. Nor is it one to refuse a fragment ("absolute URL" has none
  in RFC 3986, section 4.3, and in the WHATWG URL standard) or a host that is not ASCII.
* It differs from `PaymentAccountLinks` by an attribute or one short method.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Literal
from urllib.parse import urlsplit

from .app import (
    ACTIVE_ID,
    CASES,
    DISCONNECTED_ID,
    FORBIDDEN_ID,
    NOT_ENABLED_ID,
    PROVIDER_ERROR_ID,
    UNKNOWN_ID,
    URL_CODES,
    Answer,
    Link,
    PaymentAccountLinks,
    Request,
)

Family = Literal[
    "status", "media type", "body", "code", "URL rules", "promises", "HTTP", "robustness", "state"
]
Factory = Callable[[], PaymentAccountLinks]

VALID = {
    "returnUrl": "https://app.example.test/payments/return",
    "refreshUrl": "https://app.example.test/payments/refresh",
}


@dataclass(frozen=True)
class Call:
    """A request of a probe; a header that is None is not sent."""

    organisation: str = ACTIVE_ID
    body: bytes = json.dumps(VALID).encode()
    method: str = "POST"
    content_type: str | None = "application/json"
    accept: str | None = "application/json, application/problem+json"
    chunked: bool = False


@dataclass(frozen=True)
class Fault:
    """A variation that breaks the contract, and the calls that show it."""

    name: str
    family: Family
    breaks: str
    app: Factory
    probe: tuple[Call, ...]


Row = Callable[[Family], Fault]


def row(name: str, breaks: str, app: Factory, *probe: Call) -> Row:
    """A fault that still has to be told its family."""
    return lambda family: Fault(name, family, breaks, app, probe)


# --- Calls ----------------------------------------------------------------------------------


def giving(**members: Any) -> Call:
    """A valid call but for these members."""
    return Call(body=json.dumps(VALID | members).encode())


def without(name: str) -> Call:
    """A valid call but for a property left out."""
    return Call(body=json.dumps({k: v for k, v in VALID.items() if k != name}).encode())


CREATE = Call()
NO_RETURN_URL = without("returnUrl")
NO_REFRESH_URL = without("refreshUrl")
BAD_RETURN_URL = giving(returnUrl="/return")
BAD_REFRESH_URL = giving(refreshUrl="/refresh")
FORBIDDEN = Call(FORBIDDEN_ID)
UNKNOWN = Call(UNKNOWN_ID)
NOT_ENABLED = Call(NOT_ENABLED_ID)
DISCONNECTED = Call(DISCONNECTED_ID)
PROVIDER_ERROR = Call(PROVIDER_ERROR_ID)


# --- Kinds of variation ---------------------------------------------------------------------


def changed(**members: Any) -> Factory:
    """The application with these attributes and methods in place of its own."""
    return type("Faulty", (PaymentAccountLinks,), members)


def misplaced(code: str, status: int, probe: Call) -> Row:
    """The fault of a documented case under another status."""
    case = CASES[code]
    faulty = changed(cases={**CASES, code: replace(case, status=status)})
    return row(f"{status} for {code}", f"{code} is listed under {case.status}", faulty, probe)


def with_account(organisation: str, state: str) -> Factory:
    """An organisation whose payment account is taken to be in another state."""
    return changed(accounts={**PaymentAccountLinks.accounts, organisation: state})


def with_problem(body: Callable[[dict[str, Any]], Any]) -> Factory:
    """Another document in the answer of an error, made of the right one."""
    right = PaymentAccountLinks.problem_body
    return changed(problem_body=lambda self, *parts: body(right(self, *parts)))


def with_title(code: str, title: str) -> Factory:
    """A documented case under another title."""
    return with_problem(lambda right: right | {"title": title} if right["title"] == code else right)


def with_link(body: Callable[[Link], Any]) -> Factory:
    """Another document in the answer of the success."""
    return changed(success_body=lambda _, link: body(link))


def with_time(form: Callable[[datetime], Any]) -> Factory:
    """Another form of `expiresAt`."""
    return changed(format_time=lambda _, moment: form(moment))


def with_success(**parts: Any) -> Factory:
    """The answer of the success with some parts replaced."""
    right = PaymentAccountLinks.success
    return changed(success=lambda self, link: replace(right(self, link), **parts))


def with_bytes(encode: Callable[[str], bytes]) -> Factory:
    """Other bytes for the JSON text of every answer."""
    return changed(encode=lambda _, document: encode(json.dumps(document)))


def accepting(pattern: str) -> Factory:
    """Values that begin like this are accepted besides the valid URLs."""
    right = PaymentAccountLinks.is_valid_url
    return changed(
        is_valid_url=lambda self, value: re.match(pattern, str(value)) or right(self, value)
    )


def refusing(test: Callable[[str], object]) -> Factory:
    """URLs that pass the test are refused though valid."""
    right = PaymentAccountLinks.is_valid_url
    return changed(is_valid_url=lambda self, value: right(self, value) and not test(value))


def refusing_request(test: Callable[[Request], object]) -> Factory:
    """Requests that pass the test are refused though valid."""

    class Refusing(PaymentAccountLinks):
        def read_object(self, request: Request) -> dict[str, Any]:
            if test(request):
                self.refuse(400, "the request is refused")
            return super().read_object(request)

    return Refusing


def crashing_on(test: Callable[[Request], object]) -> Factory:
    """Requests that pass the test meet an exception that nobody handles: the server says 500."""

    class Crashing(PaymentAccountLinks):
        def handle(self, request: Request) -> Answer:
            if test(request):
                raise RuntimeError("an unhandled exception")
            return super().handle(request)

    return Crashing


def crashing_every_tenth_time() -> PaymentAccountLinks:
    """Every tenth request meets that exception."""
    calls = count(1)
    return crashing_on(lambda _: next(calls) % 10 == 0)()


# --- Variations with a method of their own --------------------------------------------------


class EveryErrorIs200(PaymentAccountLinks):
    def answer(self, request: Request) -> Answer:
        return replace(super().answer(request), status=200)


class RefreshUrlDefaults(PaymentAccountLinks):
    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        return super().check_urls({"refreshUrl": document.get("returnUrl"), **document})


class EqualUrlsRefused(PaymentAccountLinks):
    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        return_url, refresh_url = super().check_urls(document)
        if return_url == refresh_url:
            self.refuse_with("PaymentAccountLink.InvalidRefreshUrl")
        return return_url, refresh_url


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


class ChunkedBodyIgnored(PaymentAccountLinks):
    def parse_body(self, request: Request) -> Any:
        body = request.body if "content-length" in request.headers else b""
        return super().parse_body(replace(request, body=body))


class BodyCutShort(PaymentAccountLinks):
    def headers_of(self, answer: Answer) -> list[tuple[str, str]]:
        return super().headers_of(replace(answer, body=answer.body + b" "))


class OneLinkPerOrganisation(PaymentAccountLinks):
    def __init__(self) -> None:
        self.served: set[str] = set()

    def create_link(self, organisation: str, return_url: str, refresh_url: str) -> Link:
        if organisation in self.served:
            self.refuse(409, "the organisation has a link")
        self.served.add(organisation)
        return super().create_link(organisation, return_url, refresh_url)


class ProviderErrorSwallowed(PaymentAccountLinks):
    def create_link(self, organisation: str, return_url: str, refresh_url: str) -> Link:
        if organisation == PROVIDER_ERROR_ID:
            return Link(organisation, return_url, refresh_url, "", self.expires_at())
        return super().create_link(organisation, return_url, refresh_url)


class StateLeaks(PaymentAccountLinks):
    state = "Active"

    def look_up(self, organisation: str) -> str:
        found = super().look_up(organisation)
        self.state = self.state if found == "Active" else found
        return self.state


class DisconnectedIsUnknown(PaymentAccountLinks):
    def look_up(self, organisation: str) -> str:
        return super().look_up(UNKNOWN_ID if organisation == DISCONNECTED_ID else organisation)


class UnknownIsForbidden(PaymentAccountLinks):
    def check_caller(self, organisation: str) -> None:
        super().check_caller(FORBIDDEN_ID if organisation == UNKNOWN_ID else organisation)


class CapitalsRefused(PaymentAccountLinks):
    def check_id(self, text: str) -> str:
        if text != text.lower():
            self.refuse(400, "the id must be a UUID")
        return super().check_id(text)


class CapitalsAreAnotherId(PaymentAccountLinks):
    def check_id(self, text: str) -> str:
        super().check_id(text)
        return text


# --- The catalogue --------------------------------------------------------------------------

URL_RULE = "'must be a valid absolute http(s) URL'"
SINGLE_USE = "'The returned link is single-use'"
CLIENT_ERRED = "RFC 9110, section 15.5: the client erred; the document lists no 500"
NAMED = "the document names the cases of 400 and of 409; nothing tells them apart"

CATALOGUE: Mapping[Family, tuple[Row, ...]] = {
    "status": (
        row("201 for a link", "the document lists 200", changed(success_status=201), CREATE),
        row(
            "204 for a link",
            "'Returns a short-lived Stripe-hosted onboarding URL'",
            with_success(status=204, media_type=None, body=b""),
            CREATE,
        ),
        row(
            "303 to the link",
            "'The Client redirects the SMB to this URL'; the document lists no 303",
            with_success(status=303, headers=(("location", "https://connect.example.test"),)),
            CREATE,
        ),
        row(
            "200 for every error",
            "errors are listed under 400 to 502",
            EveryErrorIs200,
            NO_RETURN_URL,
        ),
        misplaced("PaymentAccountLink.InvalidReturnUrl", 422, BAD_RETURN_URL),
        misplaced("PaymentAccountLink.MissingRefreshUrl", 422, NO_REFRESH_URL),
        misplaced("Payment.Forbidden", 401, FORBIDDEN),
        misplaced("Organisation.NotFound", 400, UNKNOWN),
        misplaced("PaymentAccount.NotEnabled", 400, NOT_ENABLED),
        misplaced("PaymentAccount.Disconnected", 410, DISCONNECTED),
        misplaced("PaymentAccount.ProviderError", 500, PROVIDER_ERROR),
    ),
    "media type": (
        row(
            "errors in HTML",
            "errors are documented as application/problem+json",
            changed(
                problem=lambda _, status, code, *_more: Answer(
                    status, "text/html", b"<h1>%a" % code
                )
            ),
            NO_RETURN_URL,
            UNKNOWN,
        ),
        row(
            "errors as application/json",
            "errors are documented as application/problem+json",
            changed(problem_media_type="application/json"),
            BAD_RETURN_URL,
            DISCONNECTED,
        ),
        row(
            "link as text/plain",
            "the link is documented as application/json",
            changed(success_media_type="text/plain; charset=utf-8"),
            CREATE,
        ),
        row(
            "no media type",
            "RFC 9110, section 8.3; the link is documented as application/json",
            changed(success_media_type=None),
            CREATE,
        ),
    ),
    "body": (
        row(
            "status member disagrees",
            "RFC 9457, section 3.1.2: the same status code as in the HTTP response",
            with_problem(lambda right: right | {"status": 500}),
            NO_RETURN_URL,
            UNKNOWN,
        ),
        row(
            "problem is an array",
            "ProblemDetails: type: object",
            with_problem(lambda right: [right]),
            NO_RETURN_URL,
            UNKNOWN,
        ),
        row(
            "detail is an array",
            "ProblemDetails: detail: null or a string",
            with_problem(lambda right: right | {"detail": [right["detail"]]}),
            NO_RETURN_URL,
            UNKNOWN,
        ),
        row(
            "url left out",
            "PaymentAccountLinkResponse: required: url",
            with_link(lambda link: {"expiresAt": link.expires_at.isoformat()}),
            CREATE,
        ),
        row(
            "url is null",
            "PaymentAccountLinkResponse: url: type: string",
            with_link(lambda _: {"url": None}),
            CREATE,
        ),
        row(
            "link in an envelope",
            "PaymentAccountLinkResponse: required: url",
            with_link(lambda link: {"data": {"url": link.url}}),
            CREATE,
        ),
        row(
            "link as a JSON string",
            "PaymentAccountLinkResponse: type: object",
            with_link(lambda link: json.dumps({"url": link.url})),
            CREATE,
        ),
        row(
            "expiresAt is a number",
            "PaymentAccountLinkResponse: expiresAt: type: string",
            with_time(lambda moment: int(moment.timestamp())),
            CREATE,
        ),
        row(
            "expiresAt is no date-time",
            "expiresAt: format: date-time",
            with_time(lambda moment: moment.strftime("%a, %d %b %Y %H:%M:%S GMT")),
            CREATE,
        ),
        row(
            "expiresAt without an offset",
            "expiresAt: format: date-time; RFC 3339, section 5.6: time-offset",
            with_time(lambda moment: moment.replace(tzinfo=None).isoformat()),
            CREATE,
        ),
        row(
            "byte order mark",
            "RFC 8259, section 8.1: MUST NOT add a byte order mark",
            with_bytes(lambda text: text.encode("utf-8-sig")),
            CREATE,
            UNKNOWN,
        ),
        row(
            "UTF-16",
            "RFC 8259, section 8.1: MUST be encoded using UTF-8",
            with_bytes(lambda text: text.encode("utf-16")),
            CREATE,
            UNKNOWN,
        ),
        row(
            "truncated JSON",
            "RFC 8259, section 4: an object ends with a brace",
            with_bytes(lambda text: text[:-1].encode()),
            CREATE,
            UNKNOWN,
        ),
        row(
            "NaN in JSON",
            "RFC 8259, section 6: NaN is not permitted",
            with_link(lambda link: {"url": link.url, "fee": float("nan")}),
            CREATE,
        ),
    ),
    "code": (
        row(
            "missing given as invalid",
            "PaymentAccountLink.MissingReturnUrl: 'ReturnUrl is required'",
            with_title(
                "PaymentAccountLink.MissingReturnUrl", "PaymentAccountLink.InvalidReturnUrl"
            ),
            NO_RETURN_URL,
        ),
        row(
            "invalid given as missing",
            f"PaymentAccountLink.InvalidRefreshUrl: {URL_RULE}",
            with_title(
                "PaymentAccountLink.InvalidRefreshUrl", "PaymentAccountLink.MissingRefreshUrl"
            ),
            BAD_REFRESH_URL,
        ),
        row(
            "codes of the two properties crossed",
            "PaymentAccountLink.MissingReturnUrl: 'ReturnUrl is required'",
            changed(
                url_codes=dict(zip(URL_CODES, reversed(list(URL_CODES.values())), strict=True))
            ),
            NO_RETURN_URL,
            BAD_REFRESH_URL,
        ),
        row(
            "refreshUrl under the codes of returnUrl",
            "PaymentAccountLink.MissingRefreshUrl: 'RefreshUrl is required'",
            changed(url_codes=dict.fromkeys(URL_CODES, URL_CODES["returnUrl"])),
            NO_REFRESH_URL,
        ),
        row(
            "codes of the two conflicts crossed",
            "PaymentAccount.Disconnected: 'payment account is disconnected'",
            changed(accounts={NOT_ENABLED_ID: "Disconnected", DISCONNECTED_ID: "NotEnabled"}),
            NOT_ENABLED,
            DISCONNECTED,
        ),
        row(
            "forbidden titled not found",
            "Payment.Forbidden: 'caller does not have permission'",
            with_title("Payment.Forbidden", "Organisation.NotFound"),
            FORBIDDEN,
        ),
        row(
            "provider error titled disconnected",
            "PaymentAccount.ProviderError: 'Stripe returned an error'",
            with_title("PaymentAccount.ProviderError", "PaymentAccount.Disconnected"),
            PROVIDER_ERROR,
        ),
        row(
            "neither code nor detail",
            NAMED,
            with_problem(lambda right: right | {"title": "Error", "detail": ""}),
            NO_RETURN_URL,
            DISCONNECTED,
        ),
        row("empty problem", NAMED, with_problem(lambda _: {}), NO_RETURN_URL, DISCONNECTED),
        row(
            "one text for every bad request",
            NAMED,
            with_problem(
                lambda right: (
                    right | {"title": "Bad Request", "detail": "Validation errors occurred."}
                    if right["status"] == 400
                    else right
                )
            ),
            NO_RETURN_URL,
            BAD_REFRESH_URL,
        ),
    ),
    "URL rules": (
        row(
            "ftp: accepted",
            URL_RULE,
            changed(schemes=("http", "https", "ftp")),
            giving(returnUrl="ftp://files.example.test/return"),
        ),
        row(
            "javascript: accepted",
            URL_RULE,
            accepting("javascript:"),
            giving(returnUrl="javascript:alert(1)"),
        ),
        row("relative URL accepted", URL_RULE, accepting("/(?!/)"), BAD_RETURN_URL),
        row(
            "scheme-relative URL accepted",
            URL_RULE,
            accepting("//"),
            giving(returnUrl="//app.example.test/return"),
        ),
        row(
            "nothing after https:// accepted",
            URL_RULE,
            accepting("https?://$"),
            giving(returnUrl="https://"),
        ),
        row(
            "space in the host accepted",
            URL_RULE,
            accepting(r"https?://\w+ \w"),
            giving(returnUrl="https://app example.test/return"),
        ),
        row("number accepted", "returnUrl: type: string", accepting(r"\d"), giving(returnUrl=42)),
        row(
            "empty string accepted",
            URL_RULE,
            changed(
                is_missing=lambda _, value: value is None,
                is_valid_url=lambda self, value: (
                    value == "" or PaymentAccountLinks.is_valid_url(self, value)
                ),
            ),
            giving(returnUrl=""),
        ),
        row(
            "refreshUrl not checked",
            "'RefreshUrl must be a valid absolute http(s) URL'",
            changed(
                check_url=lambda self, name, value: (
                    name == "refreshUrl" or PaymentAccountLinks.check_url(self, name, value)
                )
            ),
            BAD_REFRESH_URL,
        ),
        row(
            "any string accepted",
            URL_RULE,
            changed(is_valid_url=lambda _, value: isinstance(value, str)),
            BAD_RETURN_URL,
            BAD_REFRESH_URL,
        ),
        row(
            "refreshUrl defaults to returnUrl",
            "'RefreshUrl is required'",
            RefreshUrlDefaults,
            NO_REFRESH_URL,
        ),
        row(
            "equal URLs refused",
            "both are valid, and the document does not ask for two different ones",
            EqualUrlsRefused,
            giving(refreshUrl=VALID["returnUrl"]),
        ),
        row(
            "scheme in capitals refused",
            "RFC 3986, section 3.1: schemes are case-insensitive",
            refusing(lambda url: url.startswith("HTTPS:")),
            giving(returnUrl="HTTPS://app.example.test/return"),
        ),
        row(
            "port refused",
            "RFC 3986, section 3.2.3: an authority may have a port",
            refusing(lambda url: urlsplit(url).port),
            giving(returnUrl="https://app.example.test:8443/return"),
        ),
        row(
            "empty path refused",
            "RFC 3986, section 3.3: the path may be empty",
            refusing(lambda url: not urlsplit(url).path),
            giving(returnUrl="https://app.example.test"),
        ),
        row(
            "query refused",
            "RFC 3986, section 3.4: a URI may have a query",
            refusing(lambda url: "?" in url),
            giving(returnUrl="https://app.example.test/return?invoice=42"),
        ),
        row(
            "percent-encoding refused",
            "RFC 3986, section 2.1: percent-encoding",
            refusing(lambda url: "%" in url),
            giving(returnUrl="https://app.example.test/return/caf%C3%A9"),
        ),
        row(
            "punycode host refused",
            "RFC 3986, section 3.2.2; RFC 5890, section 2.3.2.1: an A-label is a host name's",
            refusing(lambda url: "xn--" in url),
            giving(returnUrl="https://xn--mnchen-3ya.example/return"),
        ),
        row(
            "long URL refused",
            "RFC 9110, section 4.1: URIs of 8000 octets are to be supported",
            refusing(lambda url: len(url) > 255),
            giving(returnUrl="https://app.example.test/return?state=" + "s" * 2000),
        ),
    ),
    "promises": (
        row(
            "one url for everybody",
            SINGLE_USE,
            changed(new_url=lambda self: self.link_base + "constant"),
            CREATE,
            CREATE,
        ),
        row(
            "one url for an organisation",
            SINGLE_USE,
            with_link(lambda link: {"url": f"https://connect.example.test/{link.organisation}"}),
            CREATE,
            CREATE,
        ),
        row(
            "second link refused",
            "'call this endpoint each time onboarding resumes'",
            OneLinkPerOrganisation,
            CREATE,
            CREATE,
        ),
        row(
            "relative url",
            "'Stripe-hosted onboarding URL': a relative one is on the Client's host",
            changed(link_base="/setup/s/"),
            CREATE,
        ),
        row(
            "url is the returnUrl",
            "'Stripe-hosted onboarding URL'",
            with_link(lambda link: {"url": link.return_url}),
            CREATE,
        ),
        row(
            "expired link",
            "'Returns a short-lived … URL': it lives when it is returned",
            changed(lifetime=timedelta(seconds=-300)),
            CREATE,
        ),
        row(
            "link for a year",
            "'Returns a short-lived … URL'",
            changed(lifetime=timedelta(days=365)),
            CREATE,
        ),
    ),
    "HTTP": (
        row(
            "media type in capitals refused",
            "RFC 9110, section 8.3.1: type and subtype are case-insensitive",
            refusing_request(lambda request: "JSON" in request.headers["content-type"]),
            Call(content_type="Application/JSON"),
        ),
        row(
            "media type with a parameter refused",
            "RFC 8259, section 11: a charset has no effect on compliant recipients",
            refusing_request(lambda request: ";" in request.headers["content-type"]),
            Call(content_type="application/json; charset=utf-8"),
        ),
        row(
            "Accept: */* refused",
            "RFC 9110, section 12.5.1: */* means every media type",
            refusing_request(lambda request: request.headers.get("accept") == "*/*"),
            Call(accept="*/*"),
        ),
        row(
            "chunked body ignored",
            "RFC 9112, section 7.1: MUST be able to parse and decode the chunked coding",
            ChunkedBodyIgnored,
            Call(chunked=True),
        ),
        row(
            "body shorter than Content-Length",
            "RFC 9112, section 8: such a message is incomplete",
            BodyCutShort,
            CREATE,
        ),
        row(
            "gzip claimed",
            "RFC 9110, section 8.4: Content-Encoding says which codings were applied",
            with_success(headers=(("content-encoding", "gzip"),)),
            CREATE,
        ),
        row(
            "two media types",
            "RFC 9110, section 5.3: MUST NOT generate several lines of one such name",
            with_success(headers=(("content-type", "text/plain"),)),
            CREATE,
        ),
    ),
    "robustness": (
        row(
            "500 on malformed JSON",
            CLIENT_ERRED,
            changed(unreadable=(UnicodeDecodeError, RecursionError)),
            Call(body=b'{"returnUrl":'),
        ),
        row(
            "500 on a body that is not UTF-8",
            CLIENT_ERRED,
            changed(unreadable=(json.JSONDecodeError, RecursionError)),
            Call(body=b'{"returnUrl": "\xff"}'),
        ),
        row(
            "500 on deep JSON",
            CLIENT_ERRED,
            changed(unreadable=(ValueError,)),
            Call(body=b"[" * 100_000),
        ),
        row(
            "500 on a body that is no object",
            CLIENT_ERRED,
            changed(check_object=lambda _, document: document),
            Call(body=b"[]"),
            Call(body=b"null"),
        ),
        row(
            "500 on an empty body",
            CLIENT_ERRED,
            crashing_on(lambda request: not request.body),
            Call(body=b""),
        ),
        row(
            "500 on a URL that is no string",
            CLIENT_ERRED,
            changed(is_valid_url=lambda self, value: self.is_absolute_http_url(value)),
            giving(returnUrl=42),
        ),
        row(
            "500 on a URL that cannot be split",
            CLIENT_ERRED,
            changed(is_valid_url=lambda self, value: self.is_absolute_http_url(str(value))),
            giving(returnUrl="https://["),
        ),
        row(
            "500 on a bad id",
            CLIENT_ERRED,
            crashing_on(lambda request: "-" not in request.path.split("/")[2]),
            Call("organisation"),
        ),
        row(
            "500 on another media type",
            CLIENT_ERRED,
            crashing_on(lambda request: request.headers.get("content-type") == "text/plain"),
            Call(content_type="text/plain"),
        ),
        row(
            "500 on GET",
            "RFC 9110, section 9.1: a method that is not allowed SHOULD get a 405",
            crashing_on(lambda request: request.method == "GET"),
            Call(method="GET"),
        ),
        row(
            "one 500 in ten", "the document lists no 500", crashing_every_tenth_time, *[CREATE] * 10
        ),
        row("missing body accepted", "requestBody: required: true", BodyOptional, Call(body=b"")),
        row(
            "extra properties refused",
            "JSON Schema 2020-12, core, section 10.3.2.3: allowed for want of additionalProperties",
            ExtraPropertiesRefused,
            giving(note="paid in full"),
        ),
        row(
            "properties by their place",
            "RFC 8259, section 1: an object is an unordered collection",
            PropertiesByPlace,
            Call(body=json.dumps(dict(reversed(VALID.items()))).encode()),
        ),
        row(
            "white space refused",
            "RFC 8259, section 2: insignificant white space is allowed",
            refusing_request(lambda request: b"\n" in request.body),
            Call(body=json.dumps(VALID, indent=2).encode()),
        ),
        row(
            "escapes refused",
            "RFC 8259, section 7: any character may be escaped",
            refusing_request(lambda request: b"\\" in request.body),
            Call(body=json.dumps(VALID).replace("/", "\\/").encode()),
        ),
    ),
    "state": (
        row(
            "link for a forbidden caller",
            "Payment.Forbidden: 'caller does not have permission'",
            changed(check_caller=lambda *_: None),
            FORBIDDEN,
        ),
        row(
            "link for an unknown organisation",
            "Organisation.NotFound: 'the organisation does not exist'",
            changed(look_up=lambda self, id_: self.accounts.get(id_, "Active")),
            UNKNOWN,
        ),
        row(
            "unknown organisation forbidden",
            "Organisation.NotFound: 'the organisation does not exist'",
            UnknownIsForbidden,
            UNKNOWN,
        ),
        row(
            "link for an account that is not enabled",
            "PaymentAccount.NotEnabled: 'enable it first'",
            with_account(NOT_ENABLED_ID, "Active"),
            NOT_ENABLED,
        ),
        row(
            "link for a disconnected account",
            "PaymentAccount.Disconnected: 'reset the integration and re-run onboarding'",
            with_account(DISCONNECTED_ID, "Active"),
            DISCONNECTED,
        ),
        row(
            "404 for a disconnected account",
            "PaymentAccount.Disconnected: 'payment account is disconnected'",
            DisconnectedIsUnknown,
            DISCONNECTED,
        ),
        row(
            "provider error swallowed",
            "PaymentAccount.ProviderError: 'Stripe returned an error'",
            ProviderErrorSwallowed,
            PROVIDER_ERROR,
        ),
        row(
            "state leaks to the next organisation",
            "PaymentAccount.Disconnected is said of the organisation in the path",
            StateLeaks,
            DISCONNECTED,
            CREATE,
        ),
        row(
            "id in capitals refused",
            "RFC 9562, section 4: the digits may be in upper case",
            CapitalsRefused,
            Call(ACTIVE_ID.upper()),
        ),
        row(
            "id in capitals is another organisation",
            "RFC 9562, section 4: the digits may be in upper case",
            CapitalsAreAnotherId,
            Call(DISCONNECTED_ID.upper()),
        ),
    ),
}

FAULTS: tuple[Fault, ...] = tuple(
    fault(family) for family, faults in CATALOGUE.items() for fault in faults
)
