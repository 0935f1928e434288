"""Seeded faults: faulty variations of the application, each of which the suite must catch.

A fault is a row: its name, its family, the sentence or section that it breaks, the variation,
and a probe, which is calls whose answers show the fault. Rules for a new row:

* It breaks the document or a standard. What honest teams do differently is no fault: which of
  several faults wins, null or empty as Missing or Invalid, a wrong type without a code, the
  status of a bad id or of another media type, a 405 or none, `http:` or `localhost` refused, a
  first link that the second voids. Nor is it one to refuse a fragment ("absolute URL" has none
  in RFC 3986, section 4.3, and in the WHATWG URL standard) or a host that is not ASCII.
* It differs from `PaymentAccountLinks` by an attribute or one short method.
"""

import json
import re
from collections.abc import Callable
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
    UrlCodes,
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
BAD_URLS = (NO_RETURN_URL, NO_REFRESH_URL, BAD_RETURN_URL, BAD_REFRESH_URL)
FORBIDDEN = Call(FORBIDDEN_ID)
UNKNOWN = Call(UNKNOWN_ID)
NOT_ENABLED = Call(NOT_ENABLED_ID)
DISCONNECTED = Call(DISCONNECTED_ID)
PROVIDER_ERROR = Call(PROVIDER_ERROR_ID)


# --- Kinds of variation ---------------------------------------------------------------------


def changed(**members: Any) -> Factory:
    """The application with these attributes and methods in place of its own."""
    return type("Faulty", (PaymentAccountLinks,), members)


def with_status(code: str, status: int) -> Factory:
    """A documented case under another status."""
    return changed(cases={**CASES, code: replace(CASES[code], status=status)})


def with_title(code: str, title: str) -> Factory:
    """A documented case under another title."""
    return changed(
        problem_body=lambda self, status, given, detail: PaymentAccountLinks.problem_body(
            self, status, title if given == code else given, detail
        )
    )


def with_account(organisation: str, state: str) -> Factory:
    """An organisation whose payment account is taken to be in another state."""
    return changed(accounts={**PaymentAccountLinks.accounts, organisation: state})


def accepting(pattern: str) -> Factory:
    """Values that begin like this are accepted besides the valid URLs."""
    return changed(
        is_valid_url=lambda self, value: (
            bool(re.match(pattern, str(value))) or PaymentAccountLinks.is_valid_url(self, value)
        )
    )


def refusing(test: Callable[[str], object]) -> Factory:
    """URLs that pass the test are refused though valid."""
    return changed(
        is_valid_url=lambda self, value: (
            PaymentAccountLinks.is_valid_url(self, value) and not test(value)
        )
    )


def refusing_body(test: Callable[[bytes], object]) -> Factory:
    """Bodies that pass the test are refused though valid."""
    return changed(
        parse_body=lambda self, request: (
            self.refuse(400, "the body is refused")
            if test(request.body)
            else PaymentAccountLinks.parse_body(self, request)
        )
    )


def crashing_on(test: Callable[[Request], object]) -> Factory:
    """Requests that pass the test meet an exception that nobody handles: the server says 500."""

    class Crashing(PaymentAccountLinks):
        def handle(self, request: Request) -> Answer:
            if test(request):
                raise RuntimeError("an unhandled exception")
            return super().handle(request)

    return Crashing


def one_500_in_ten() -> PaymentAccountLinks:
    """Every tenth request meets that exception."""
    calls = count(1)
    return crashing_on(lambda request: next(calls) % 10 == 0)()


def sending(**parts: Any) -> Factory:
    """The answer of the success with some parts replaced."""
    return changed(
        success=lambda self, link: replace(PaymentAccountLinks.success(self, link), **parts)
    )


def encoding(encode: Callable[[str], bytes]) -> Factory:
    """Other bytes for the JSON text of every answer."""
    return changed(encode=lambda self, document: encode(json.dumps(document)))


def links(body: Callable[[Link], Any]) -> Factory:
    """Another document in the answer of the success."""
    return changed(success_body=lambda self, link: body(link))


def problems(body: Callable[[int, str | None, str], Any]) -> Factory:
    """Another document in the answer of an error."""
    return changed(problem_body=lambda self, status, code, detail: body(status, code, detail))


def urls(url: Callable[[str, str], str]) -> Factory:
    """Another URL, made of the organisation and the returnUrl."""
    return changed(new_url=lambda self, organisation, return_url: url(organisation, return_url))


def times(form: Callable[[datetime], Any]) -> Factory:
    """Another form of `expiresAt`."""
    return changed(format_time=lambda self, moment: form(moment))


# --- Variations with a method of their own --------------------------------------------------


class RedirectsToTheLink(PaymentAccountLinks):
    def success(self, link: Link) -> Answer:
        return Answer(303, None, b"", (("location", link.url),))


class AlwaysOk(PaymentAccountLinks):
    def answer(self, request: Request) -> Answer:
        return replace(super().answer(request), status=200)


class HtmlErrors(PaymentAccountLinks):
    problem_media_type = "text/html"

    def problem_body(self, status: int, code: str | None, detail: str) -> Any:
        return f"<!doctype html><title>{code}</title><p>{detail}</p>"

    def encode(self, document: Any) -> bytes:
        return document.encode() if isinstance(document, str) else super().encode(document)


class RefreshUrlUnchecked(PaymentAccountLinks):
    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        return self.check_url("returnUrl", document.get("returnUrl")), ""


class RefreshUrlDefaults(PaymentAccountLinks):
    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        return super().check_urls({"refreshUrl": document.get("returnUrl"), **document})


class EqualUrlsRefused(PaymentAccountLinks):
    def create_link(self, organisation: str, return_url: str, refresh_url: str) -> Link:
        if return_url == refresh_url:
            self.refuse_with("PaymentAccountLink.InvalidRefreshUrl")
        return super().create_link(organisation, return_url, refresh_url)


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


class OneLinkPerOrganisation(PaymentAccountLinks):
    def __init__(self) -> None:
        self.served: set[str] = set()

    def create_link(self, organisation: str, return_url: str, refresh_url: str) -> Link:
        if organisation in self.served:
            self.refuse(409, "the organisation has a link")
        self.served.add(organisation)
        return super().create_link(organisation, return_url, refresh_url)


class StateLeaks(PaymentAccountLinks):
    state = "Active"

    def look_up(self, organisation: str) -> str:
        found = super().look_up(organisation)
        self.state = self.state if found == "Active" else found
        return self.state


class ProviderErrorSwallowed(PaymentAccountLinks):
    def create_link(self, organisation: str, return_url: str, refresh_url: str) -> Link:
        if organisation == PROVIDER_ERROR_ID:
            return Link("", self.expires_at())
        return super().create_link(organisation, return_url, refresh_url)


class UnknownIsForbidden(PaymentAccountLinks):
    def check_caller(self, organisation: str) -> None:
        super().check_caller(FORBIDDEN_ID if organisation == UNKNOWN_ID else organisation)


class DisconnectedIsUnknown(PaymentAccountLinks):
    def look_up(self, organisation: str) -> str:
        return super().look_up(UNKNOWN_ID if organisation == DISCONNECTED_ID else organisation)


class CapitalsRefused(PaymentAccountLinks):
    def check_id(self, text: str) -> str:
        if text != text.lower():
            self.refuse(400, "the id must be a UUID")
        return super().check_id(text)


class CapitalsAreAnotherId(PaymentAccountLinks):
    def check_id(self, text: str) -> str:
        super().check_id(text)
        return text


class AnyTypeNotAcceptable(PaymentAccountLinks):
    def check_method(self, request: Request) -> None:
        super().check_method(request)
        if request.headers.get("accept") == "*/*":
            self.refuse(406, "only application/json is served")


class ChunkedBodyIgnored(PaymentAccountLinks):
    def parse_body(self, request: Request) -> Any:
        body = request.body if "content-length" in request.headers else b""
        return super().parse_body(replace(request, body=body))


class BodyCutShort(PaymentAccountLinks):
    def headers_of(self, answer: Answer) -> list[tuple[str, str]]:
        return super().headers_of(replace(answer, body=answer.body + b" "))


# --- The catalogue --------------------------------------------------------------------------

STATUS_FAULTS: tuple[Fault, ...] = (
    Fault(
        "201 for a link",
        "status",
        "the document lists 200 for a link, and no 201",
        changed(success_status=201),
        (CREATE,),
    ),
    Fault(
        "204 for a link",
        "status",
        "'Returns a short-lived Stripe-hosted onboarding URL'",
        sending(status=204, media_type=None, body=b""),
        (CREATE,),
    ),
    Fault(
        "303 to the link",
        "status",
        "'The Client redirects the SMB to this URL'; the document lists no 303",
        RedirectsToTheLink,
        (CREATE,),
    ),
    Fault(
        "200 for every error",
        "status",
        "the document lists 400, 403, 404, 409 and 502 for errors",
        AlwaysOk,
        (NO_RETURN_URL, FORBIDDEN, PROVIDER_ERROR),
    ),
    Fault(
        "422 for an invalid URL",
        "status",
        "PaymentAccountLink.InvalidReturnUrl is listed under 400",
        with_status("PaymentAccountLink.InvalidReturnUrl", 422),
        (BAD_RETURN_URL,),
    ),
    Fault(
        "422 for a missing URL",
        "status",
        "PaymentAccountLink.MissingRefreshUrl is listed under 400",
        with_status("PaymentAccountLink.MissingRefreshUrl", 422),
        (NO_REFRESH_URL,),
    ),
    Fault(
        "401 for a forbidden caller",
        "status",
        "Payment.Forbidden is listed under 403",
        with_status("Payment.Forbidden", 401),
        (FORBIDDEN,),
    ),
    Fault(
        "400 for an unknown organisation",
        "status",
        "Organisation.NotFound is listed under 404",
        with_status("Organisation.NotFound", 400),
        (UNKNOWN,),
    ),
    Fault(
        "400 for an account that is not enabled",
        "status",
        "PaymentAccount.NotEnabled is listed under 409",
        with_status("PaymentAccount.NotEnabled", 400),
        (NOT_ENABLED,),
    ),
    Fault(
        "410 for a disconnected account",
        "status",
        "PaymentAccount.Disconnected is listed under 409",
        with_status("PaymentAccount.Disconnected", 410),
        (DISCONNECTED,),
    ),
    Fault(
        "500 for a provider error",
        "status",
        "PaymentAccount.ProviderError is listed under 502",
        with_status("PaymentAccount.ProviderError", 500),
        (PROVIDER_ERROR,),
    ),
)

MEDIA_TYPE_FAULTS: tuple[Fault, ...] = (
    Fault(
        "errors in HTML",
        "media type",
        "errors are documented as application/problem+json",
        HtmlErrors,
        (NO_RETURN_URL, UNKNOWN),
    ),
    Fault(
        "errors as application/json",
        "media type",
        "errors are documented as application/problem+json",
        changed(problem_media_type="application/json"),
        (BAD_RETURN_URL, DISCONNECTED),
    ),
    Fault(
        "link as text/plain",
        "media type",
        "the link is documented as application/json",
        changed(success_media_type="text/plain; charset=utf-8"),
        (CREATE,),
    ),
    Fault(
        "link as a problem",
        "media type",
        "the link is documented as application/json",
        changed(success_media_type="application/problem+json"),
        (CREATE,),
    ),
    Fault(
        "no media type",
        "media type",
        "RFC 9110, section 8.3; the link is documented as application/json",
        changed(success_media_type=None),
        (CREATE,),
    ),
)

BODY_FAULTS: tuple[Fault, ...] = (
    Fault(
        "status member disagrees",
        "body",
        "RFC 9457, section 3.1.2: the same status code in the HTTP response",
        problems(lambda status, code, detail: {"title": code, "status": 500, "detail": detail}),
        (NO_RETURN_URL, UNKNOWN),
    ),
    Fault(
        "problem is an array",
        "body",
        "ProblemDetails: type: object",
        problems(lambda status, code, detail: [{"title": code, "detail": detail}]),
        (NO_RETURN_URL, UNKNOWN),
    ),
    Fault(
        "detail is an array",
        "body",
        "ProblemDetails: detail is null or a string",
        problems(lambda status, code, detail: {"title": code, "detail": [detail]}),
        (NO_RETURN_URL, UNKNOWN),
    ),
    Fault(
        "url left out",
        "body",
        "PaymentAccountLinkResponse: required: url",
        links(lambda link: {"expiresAt": link.expires_at.isoformat()}),
        (CREATE,),
    ),
    Fault(
        "url is null",
        "body",
        "PaymentAccountLinkResponse: url: type: string",
        links(lambda link: {"url": None, "expiresAt": link.expires_at.isoformat()}),
        (CREATE,),
    ),
    Fault(
        "link in an envelope",
        "body",
        "PaymentAccountLinkResponse: required: url",
        links(lambda link: {"data": {"url": link.url}}),
        (CREATE,),
    ),
    Fault(
        "link as a JSON string",
        "body",
        "PaymentAccountLinkResponse: type: object",
        links(lambda link: json.dumps({"url": link.url})),
        (CREATE,),
    ),
    Fault(
        "expiresAt is a number",
        "body",
        "PaymentAccountLinkResponse: expiresAt: type: string",
        times(lambda moment: int(moment.timestamp())),
        (CREATE,),
    ),
    Fault(
        "expiresAt is no date-time",
        "body",
        "expiresAt: format: date-time",
        times(lambda moment: moment.strftime("%a, %d %b %Y %H:%M:%S GMT")),
        (CREATE,),
    ),
    Fault(
        "expiresAt without an offset",
        "body",
        "expiresAt: format: date-time; RFC 3339, section 5.6: time-offset",
        times(lambda moment: moment.replace(tzinfo=None).isoformat()),
        (CREATE,),
    ),
    Fault(
        "byte order mark",
        "body",
        "RFC 8259, section 8.1: MUST NOT add a byte order mark",
        encoding(lambda text: text.encode("utf-8-sig")),
        (CREATE, UNKNOWN),
    ),
    Fault(
        "UTF-16",
        "body",
        "RFC 8259, section 8.1: MUST be encoded using UTF-8",
        encoding(lambda text: text.encode("utf-16")),
        (CREATE, UNKNOWN),
    ),
    Fault(
        "truncated JSON",
        "body",
        "RFC 8259, section 4: an object ends with a brace",
        encoding(lambda text: text[:-1].encode()),
        (CREATE, UNKNOWN),
    ),
    Fault(
        "NaN in JSON",
        "body",
        "RFC 8259, section 6: values such as NaN are not permitted",
        links(lambda link: {"url": link.url, "fee": float("nan")}),
        (CREATE,),
    ),
)

CODE_FAULTS: tuple[Fault, ...] = (
    Fault(
        "missing given as invalid",
        "code",
        "PaymentAccountLink.MissingReturnUrl: 'ReturnUrl is required'",
        with_title("PaymentAccountLink.MissingReturnUrl", "PaymentAccountLink.InvalidReturnUrl"),
        (NO_RETURN_URL,),
    ),
    Fault(
        "invalid given as missing",
        "code",
        "PaymentAccountLink.InvalidRefreshUrl: 'must be a valid absolute http(s) URL'",
        with_title("PaymentAccountLink.InvalidRefreshUrl", "PaymentAccountLink.MissingRefreshUrl"),
        (BAD_REFRESH_URL,),
    ),
    Fault(
        "codes of the two properties crossed",
        "code",
        "PaymentAccountLink.MissingReturnUrl: 'ReturnUrl is required'",
        changed(
            url_codes={
                "returnUrl": URL_CODES["refreshUrl"],
                "refreshUrl": URL_CODES["returnUrl"],
            }
        ),
        BAD_URLS,
    ),
    Fault(
        "refreshUrl under the codes of returnUrl",
        "code",
        "PaymentAccountLink.MissingRefreshUrl: 'RefreshUrl is required'",
        changed(
            url_codes={
                "returnUrl": URL_CODES["returnUrl"],
                "refreshUrl": URL_CODES["returnUrl"],
            }
        ),
        (NO_REFRESH_URL,),
    ),
    Fault(
        "conflicts swapped",
        "code",
        "PaymentAccount.Disconnected: 'payment account is disconnected'",
        changed(
            account_codes={
                "NotEnabled": "PaymentAccount.Disconnected",
                "Disconnected": "PaymentAccount.NotEnabled",
            }
        ),
        (NOT_ENABLED, DISCONNECTED),
    ),
    Fault(
        "one code for both conflicts",
        "code",
        "PaymentAccount.NotEnabled: 'organisation does not have a payment account'",
        changed(
            account_codes={
                "NotEnabled": "PaymentAccount.Disconnected",
                "Disconnected": "PaymentAccount.Disconnected",
            }
        ),
        (NOT_ENABLED,),
    ),
    Fault(
        "forbidden titled not found",
        "code",
        "Payment.Forbidden: 'caller does not have permission'",
        with_title("Payment.Forbidden", "Organisation.NotFound"),
        (FORBIDDEN,),
    ),
    Fault(
        "provider error titled disconnected",
        "code",
        "PaymentAccount.ProviderError: 'Stripe returned an error'",
        with_title("PaymentAccount.ProviderError", "PaymentAccount.Disconnected"),
        (PROVIDER_ERROR,),
    ),
    Fault(
        "neither code nor detail",
        "code",
        "the document names four cases of 400 and two of 409: nothing tells them apart",
        problems(lambda status, code, detail: {"title": "Error", "status": status, "detail": ""}),
        (NO_RETURN_URL, DISCONNECTED),
    ),
    Fault(
        "empty problem",
        "code",
        "the document names four cases of 400 and two of 409: nothing tells them apart",
        problems(lambda status, code, detail: {}),
        (NO_RETURN_URL, DISCONNECTED),
    ),
    Fault(
        "one code for every fault of the body",
        "code",
        "the document names four cases of 400: nothing tells them apart",
        changed(
            url_codes=dict.fromkeys(VALID, UrlCodes("Validation", "Validation")),
            cases={**CASES, "Validation": replace(CASES["Payment.Forbidden"], status=400)},
            problem_body=lambda self, status, code, detail: {
                "title": "Validation.Failed" if status == 400 else code,
                "status": status,
                "detail": "One or more validation errors occurred." if status == 400 else detail,
            },
        ),
        BAD_URLS,
    ),
)

URL_FAULTS: tuple[Fault, ...] = (
    Fault(
        "ftp: accepted",
        "URL rules",
        "'must be a valid absolute http(s) URL'",
        changed(schemes=("http", "https", "ftp")),
        (giving(returnUrl="ftp://files.example.test/return"),),
    ),
    Fault(
        "javascript: accepted",
        "URL rules",
        "'must be a valid absolute http(s) URL'",
        accepting(r"javascript:"),
        (giving(returnUrl="javascript:alert(1)"),),
    ),
    Fault(
        "relative URL accepted",
        "URL rules",
        "'must be a valid absolute http(s) URL'",
        accepting(r"/(?!/)"),
        (BAD_RETURN_URL,),
    ),
    Fault(
        "scheme-relative URL accepted",
        "URL rules",
        "'must be a valid absolute http(s) URL'",
        accepting(r"//"),
        (giving(returnUrl="//app.example.test/return"),),
    ),
    Fault(
        "nothing after https:// accepted",
        "URL rules",
        "'must be a valid absolute http(s) URL'; RFC 9110, section 4.2.2: a host, not empty",
        accepting(r"https?://"),
        (giving(returnUrl="https://"),),
    ),
    Fault(
        "space in the host accepted",
        "URL rules",
        "'must be a valid absolute http(s) URL'; RFC 3986, section 3.2.2",
        accepting(r"https?://\w+ \w"),
        (giving(returnUrl="https://app example.test/return"),),
    ),
    Fault(
        "number accepted",
        "URL rules",
        "CreatePaymentAccountLinkRequest: returnUrl: type: string",
        accepting(r"\d+"),
        (giving(returnUrl=42),),
    ),
    Fault(
        "array of a URL accepted",
        "URL rules",
        "CreatePaymentAccountLinkRequest: returnUrl: type: string",
        accepting(r"\["),
        (giving(returnUrl=["https://app.example.test/return"]),),
    ),
    Fault(
        "empty string accepted",
        "URL rules",
        "'must be a valid absolute http(s) URL'",
        changed(
            is_missing=lambda self, value: value is None,
            is_valid_url=lambda self, value: (
                value == "" or PaymentAccountLinks.is_valid_url(self, value)
            ),
        ),
        (giving(returnUrl=""),),
    ),
    Fault(
        "any string accepted",
        "URL rules",
        "'must be a valid absolute http(s) URL'",
        changed(is_valid_url=lambda self, value: isinstance(value, str)),
        (BAD_RETURN_URL, BAD_REFRESH_URL),
    ),
    Fault(
        "refreshUrl not checked",
        "URL rules",
        "'RefreshUrl must be a valid absolute http(s) URL'",
        RefreshUrlUnchecked,
        (BAD_REFRESH_URL,),
    ),
    Fault(
        "refreshUrl defaults to returnUrl",
        "URL rules",
        "'RefreshUrl is required'",
        RefreshUrlDefaults,
        (NO_REFRESH_URL,),
    ),
    Fault(
        "equal URLs refused",
        "URL rules",
        "both URLs are valid, and the document does not ask for two different ones",
        EqualUrlsRefused,
        (giving(refreshUrl=VALID["returnUrl"]),),
    ),
    Fault(
        "scheme in capitals refused",
        "URL rules",
        "RFC 3986, section 3.1: schemes are case-insensitive",
        refusing(lambda url: not url.startswith(("http:", "https:"))),
        (giving(returnUrl="HTTPS://app.example.test/return"),),
    ),
    Fault(
        "port refused",
        "URL rules",
        "RFC 3986, section 3.2.3: an authority may have a port",
        refusing(lambda url: urlsplit(url).port),
        (giving(returnUrl="https://app.example.test:8443/return"),),
    ),
    Fault(
        "no path refused",
        "URL rules",
        "RFC 3986, section 3.3: the path may be empty",
        refusing(lambda url: not urlsplit(url).path),
        (giving(returnUrl="https://app.example.test"),),
    ),
    Fault(
        "query refused",
        "URL rules",
        "RFC 3986, section 3.4: a URI may have a query",
        refusing(lambda url: "?" in url),
        (giving(returnUrl="https://app.example.test/return?invoice=42"),),
    ),
    Fault(
        "percent-encoding refused",
        "URL rules",
        "RFC 3986, section 2.1: percent-encoding",
        refusing(lambda url: "%" in url),
        (giving(returnUrl="https://app.example.test/return/caf%C3%A9"),),
    ),
    Fault(
        "punycode host refused",
        "URL rules",
        "RFC 3986, section 3.2.2, and RFC 5890, section 2.3.2.1: A-labels are host names",
        refusing(lambda url: "xn--" in url),
        (giving(returnUrl="https://xn--mnchen-3ya.example/return"),),
    ),
    Fault(
        "long URL refused",
        "URL rules",
        "RFC 9110, section 4.1: URIs of 8000 octets at least are supported",
        refusing(lambda url: len(url) > 255),
        (giving(returnUrl="https://app.example.test/return?state=" + "s" * 2000),),
    ),
)

PROMISE_FAULTS: tuple[Fault, ...] = (
    Fault(
        "one url for everybody",
        "promises",
        "'The returned link is single-use'",
        urls(lambda organisation, return_url: "https://connect.example.test/setup/s/constant"),
        (CREATE, CREATE),
    ),
    Fault(
        "one url for an organisation",
        "promises",
        "'The returned link is single-use'; 'call this endpoint each time onboarding resumes'",
        urls(lambda organisation, return_url: f"https://connect.example.test/{organisation}"),
        (CREATE, CREATE),
    ),
    Fault(
        "one url for a few seconds",
        "promises",
        "'The returned link is single-use'",
        urls(lambda organisation, return_url: f"https://connect.example.test/{datetime.now():%M}"),
        (CREATE, CREATE),
    ),
    Fault(
        "second link refused",
        "promises",
        "'call this endpoint each time onboarding resumes'",
        OneLinkPerOrganisation,
        (CREATE, CREATE),
    ),
    Fault(
        "relative url",
        "promises",
        "'Stripe-hosted onboarding URL': a relative one is the Client's own",
        changed(link_base="/setup/s/"),
        (CREATE,),
    ),
    Fault(
        "url is the returnUrl",
        "promises",
        "'Stripe-hosted onboarding URL'",
        urls(lambda organisation, return_url: return_url),
        (CREATE,),
    ),
    Fault(
        "expired link",
        "promises",
        "'Returns a short-lived … URL', which lives when it is returned",
        changed(lifetime=timedelta(seconds=-300)),
        (CREATE,),
    ),
    Fault(
        "link for a year",
        "promises",
        "'Returns a short-lived … URL'",
        changed(lifetime=timedelta(days=365)),
        (CREATE,),
    ),
)

HTTP_FAULTS: tuple[Fault, ...] = (
    Fault(
        "media type in capitals refused",
        "HTTP",
        "RFC 9110, section 8.3.1: type and subtype are case-insensitive",
        changed(
            media_type_of=lambda self, request: request.headers["content-type"].partition(";")[0]
        ),
        (Call(content_type="Application/JSON"),),
    ),
    Fault(
        "media type with a parameter refused",
        "HTTP",
        "RFC 8259, section 11: a charset really has no effect on compliant recipients",
        changed(media_type_of=lambda self, request: request.headers["content-type"].lower()),
        (Call(content_type="application/json; charset=utf-8"),),
    ),
    Fault(
        "Accept: */* refused",
        "HTTP",
        "RFC 9110, section 12.5.1: */* indicates all media types",
        AnyTypeNotAcceptable,
        (Call(accept="*/*"),),
    ),
    Fault(
        "chunked body ignored",
        "HTTP",
        "RFC 9112, section 7.1: MUST be able to parse and decode the chunked transfer coding",
        ChunkedBodyIgnored,
        (Call(chunked=True),),
    ),
    Fault(
        "body shorter than Content-Length",
        "HTTP",
        "RFC 9112, section 8: such a message is incomplete",
        BodyCutShort,
        (CREATE,),
    ),
    Fault(
        "gzip claimed",
        "HTTP",
        "RFC 9110, section 8.4: Content-Encoding says what codings were applied",
        sending(headers=(("content-encoding", "gzip"),)),
        (CREATE,),
    ),
    Fault(
        "two media types",
        "HTTP",
        "RFC 9110, section 5.3: MUST NOT generate multiple field lines of one name",
        sending(headers=(("content-type", "text/plain"),)),
        (CREATE,),
    ),
)

ROBUSTNESS_FAULTS: tuple[Fault, ...] = (
    Fault(
        "500 on malformed JSON",
        "robustness",
        "RFC 9110, section 15.5: the client erred; the document lists no 500",
        changed(unreadable=(UnicodeDecodeError, RecursionError)),
        (Call(body=b'{"returnUrl":'),),
    ),
    Fault(
        "500 on a body that is not UTF-8",
        "robustness",
        "RFC 9110, section 15.5: the client erred; the document lists no 500",
        changed(unreadable=(json.JSONDecodeError, RecursionError)),
        (Call(body=b'{"returnUrl": "\xff"}'),),
    ),
    Fault(
        "500 on deep JSON",
        "robustness",
        "RFC 9110, section 15.5: the client erred; the document lists no 500",
        changed(unreadable=(ValueError,)),
        (Call(body=b"[" * 100_000),),
    ),
    Fault(
        "500 on a body that is no object",
        "robustness",
        "RFC 9110, section 15.5: the client erred; the document lists no 500",
        changed(check_object=lambda self, document: document),
        (Call(body=b"[]"), Call(body=b"null")),
    ),
    Fault(
        "500 on an empty body",
        "robustness",
        "RFC 9110, section 15.5: the client erred; the document lists no 500",
        crashing_on(lambda request: not request.body),
        (Call(body=b""),),
    ),
    Fault(
        "500 on a URL that is no string",
        "robustness",
        "RFC 9110, section 15.5: the client erred; the document lists no 500",
        changed(is_valid_url=lambda self, value: self.is_absolute_http_url(value)),
        (giving(returnUrl=42), giving(refreshUrl={"href": "https://app.example.test"})),
    ),
    Fault(
        "500 on a URL that cannot be split",
        "robustness",
        "RFC 9110, section 15.5: the client erred; the document lists no 500",
        changed(
            is_valid_url=lambda self, value: (
                isinstance(value, str) and self.is_absolute_http_url(value)
            )
        ),
        (giving(returnUrl="https://["), giving(refreshUrl="https://app.example.test:port/")),
    ),
    Fault(
        "500 on a bad id",
        "robustness",
        "RFC 9110, section 15.5: the client erred; the document lists no 500",
        crashing_on(lambda request: "not-a-uuid" in request.path),
        (Call("not-a-uuid"),),
    ),
    Fault(
        "500 on another media type",
        "robustness",
        "RFC 9110, section 15.5: the client erred; the document lists no 500",
        crashing_on(lambda request: request.headers.get("content-type") == "text/plain"),
        (Call(content_type="text/plain"),),
    ),
    Fault(
        "500 on GET",
        "robustness",
        "RFC 9110, section 9.1: a method that is not allowed SHOULD get a 405",
        crashing_on(lambda request: request.method == "GET"),
        (Call(method="GET"),),
    ),
    Fault(
        "one 500 in ten",
        "robustness",
        "the document lists no 500",
        one_500_in_ten,
        (CREATE,) * 10,
    ),
    Fault(
        "missing body accepted",
        "robustness",
        "requestBody: required: true",
        BodyOptional,
        (Call(body=b""),),
    ),
    Fault(
        "extra properties refused",
        "robustness",
        "CreatePaymentAccountLinkRequest allows them: it has no additionalProperties",
        ExtraPropertiesRefused,
        (giving(note="paid in full"),),
    ),
    Fault(
        "properties by their place",
        "robustness",
        "RFC 8259, section 1: an object is an unordered collection",
        PropertiesByPlace,
        (Call(body=json.dumps(dict(reversed(VALID.items()))).encode()),),
    ),
    Fault(
        "white space refused",
        "robustness",
        "RFC 8259, section 2: insignificant white space is allowed",
        refusing_body(lambda body: b"\n" in body),
        (Call(body=json.dumps(VALID, indent=2).encode()),),
    ),
    Fault(
        "escapes refused",
        "robustness",
        "RFC 8259, section 7: any character may be escaped",
        refusing_body(lambda body: b"\\" in body),
        (Call(body=json.dumps(VALID).replace("/", "\\/").encode()),),
    ),
)

STATE_FAULTS: tuple[Fault, ...] = (
    Fault(
        "link for a forbidden caller",
        "state",
        "Payment.Forbidden: 'caller does not have permission'",
        changed(check_caller=lambda self, organisation: None),
        (FORBIDDEN,),
    ),
    Fault(
        "link for an unknown organisation",
        "state",
        "Organisation.NotFound: 'the organisation does not exist'",
        changed(look_up=lambda self, organisation: self.accounts.get(organisation, "Active")),
        (UNKNOWN,),
    ),
    Fault(
        "unknown organisation forbidden",
        "state",
        "Organisation.NotFound: 'the organisation does not exist'",
        UnknownIsForbidden,
        (UNKNOWN,),
    ),
    Fault(
        "link for an account that is not enabled",
        "state",
        "PaymentAccount.NotEnabled: 'enable it first'",
        with_account(NOT_ENABLED_ID, "Active"),
        (NOT_ENABLED,),
    ),
    Fault(
        "link for a disconnected account",
        "state",
        "PaymentAccount.Disconnected: 'reset the integration and re-run onboarding'",
        with_account(DISCONNECTED_ID, "Active"),
        (DISCONNECTED,),
    ),
    Fault(
        "404 for a disconnected account",
        "state",
        "PaymentAccount.Disconnected: 'payment account is disconnected'",
        DisconnectedIsUnknown,
        (DISCONNECTED,),
    ),
    Fault(
        "provider error swallowed",
        "state",
        "PaymentAccount.ProviderError: 'Stripe returned an error'",
        ProviderErrorSwallowed,
        (PROVIDER_ERROR,),
    ),
    Fault(
        "state leaks to the next organisation",
        "state",
        "PaymentAccount.Disconnected is said of the organisation in the path",
        StateLeaks,
        (CREATE, DISCONNECTED, CREATE),
    ),
    Fault(
        "id in capitals refused",
        "state",
        "RFC 9562, section 4: the digits may be in upper case",
        CapitalsRefused,
        (Call(ACTIVE_ID.upper()),),
    ),
    Fault(
        "id in capitals is another organisation",
        "state",
        "RFC 9562, section 4: the digits may be in upper case",
        CapitalsAreAnotherId,
        (Call(DISCONNECTED_ID.upper()), Call(UNKNOWN_ID.upper())),
    ),
)

FAULTS: tuple[Fault, ...] = (
    *STATUS_FAULTS,
    *MEDIA_TYPE_FAULTS,
    *BODY_FAULTS,
    *CODE_FAULTS,
    *URL_FAULTS,
    *PROMISE_FAULTS,
    *HTTP_FAULTS,
    *ROBUSTNESS_FAULTS,
    *STATE_FAULTS,
)
