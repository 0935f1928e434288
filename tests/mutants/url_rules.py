"""Mutants that accept what is certainly no absolute http(s) URL, or refuse what certainly is one.

Between the two lie the URLs on which honest parsers disagree; no mutant is about those.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tests.independent.app import PaymentAccountLinks
from tests.independent.calls import (
    BAD_REFRESH_URL,
    BAD_RETURN_URL,
    NO_REFRESH_URL,
    VALID,
    giving,
)

from .builders import accepting, accepting_like, changed, refusing, refusing_like
from .mutant import Row, documented, family, standard

URL_RULE = "'must be a valid absolute http(s) URL'"
A_STRING = "CreatePaymentAccountLinkRequest: returnUrl: type: string"
HOST = "https://app.example.test"


def accepts(name: str, pattern: str, *urls: str) -> Row:
    """Strings that begin like the pattern are accepted; the URLs are such."""
    probe = (giving(returnUrl=url) for url in urls)
    return documented(f"{name} accepted", URL_RULE, accepting_like(pattern), *probe)


def takes(name: str, breaks: str, test: Callable[[Any], object], value: Any) -> Row:
    """Values that pass the test are accepted for either property; the value is such."""
    return documented(f"{name} accepted", breaks, accepting(test), giving(returnUrl=value))


def refuses(name: str, breaks: str, pattern: str, url: str) -> Row:
    """Valid URLs in which the pattern is found are refused; the URL is such."""
    return standard(f"{name} refused", breaks, refusing_like(pattern), giving(returnUrl=url))


def checked_by(name: str, test: Callable[[str], object], *urls: str) -> Row:
    """A test that is not enough, in place of a check of the whole URL."""
    faulty = changed(is_valid_url=lambda _, value: isinstance(value, str) and bool(test(value)))
    return documented(name, URL_RULE, faulty, *(giving(returnUrl=url) for url in urls))


class RefreshUrlDefaults(PaymentAccountLinks):
    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        return super().check_urls({"refreshUrl": document.get("returnUrl"), **document})


class EqualUrlsRefused(PaymentAccountLinks):
    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        return_url, refresh_url = super().check_urls(document)
        if return_url == refresh_url:
            self.refuse_with("PaymentAccountLink.InvalidRefreshUrl")
        return return_url, refresh_url


class TwoHostsRefused(PaymentAccountLinks):
    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        return_url, refresh_url = super().check_urls(document)
        if urlsplit(return_url).hostname != urlsplit(refresh_url).hostname:
            self.refuse_with("PaymentAccountLink.InvalidRefreshUrl")
        return return_url, refresh_url


def unchecked(name: str) -> type[PaymentAccountLinks]:
    """The application that takes anything for this property."""
    right = PaymentAccountLinks.check_url
    return changed(
        check_url=lambda self, of, value: str(value) if of == name else right(self, of, value)
    )


ACCEPTED = (
    accepts("ftp:", "ftp:", "ftp://files.example.test/return"),
    accepts("javascript:", "javascript:", "javascript:alert(1)"),
    accepts("wss:", "wss?:", "wss://app.example.test/return"),
    accepts("data:", "data:", "data:text/html,return"),
    accepts("file:", "file:", "file:///etc/hosts"),
    accepts("mailto:", "mailto:", "mailto:someone@example.test"),
    accepts("an app's own scheme", "[a-z.]+app:", "com.example.app://return"),
    accepts("httpx:", "http", "httpx://app.example.test/return"),
    accepts("relative URL", "/(?!/)", "/return"),
    accepts("a bare word", r"\w+$", "return"),
    accepts("host without a scheme", r"[\w.]+/", "app.example.test/return"),
    accepts("scheme-relative URL", "//", "//app.example.test/return"),
    accepts("nothing after https://", "https?://$", "https://"),
    accepts("space in the host", r"https?://\w+ \w", "https://app example.test/return"),
    takes("number", A_STRING, lambda value: isinstance(value, float), 42),
    takes("true", A_STRING, lambda value: value is True, True),
    takes("array", A_STRING, lambda value: isinstance(value, list), [f"{HOST}/return"]),
    takes("object", A_STRING, lambda value: isinstance(value, dict), {"href": HOST}),
    takes("null", f"'ReturnUrl is required'; {A_STRING}", lambda value: value is None, None),
    takes("empty string", URL_RULE, lambda value: value == "", ""),
    checked_by("a check for http somewhere", lambda url: "http" in url, "ftp://http.example.test"),
    checked_by("a pattern without anchors", re.compile(r"https?://\S+").search, f"see:{HOST}"),
    checked_by("only the scheme checked", re.compile("https?:", re.I).match, "https://"),
    checked_by("only a colon checked", lambda url: ":" in url, "urn:isbn:9780141036144"),
    documented("refreshUrl not checked", URL_RULE, unchecked("refreshUrl"), BAD_REFRESH_URL),
    documented("returnUrl not checked", URL_RULE, unchecked("returnUrl"), BAD_RETURN_URL),
    documented(
        "any string accepted",
        URL_RULE,
        changed(is_valid_url=lambda _, value: isinstance(value, str)),
        BAD_RETURN_URL,
        BAD_REFRESH_URL,
    ),
    documented(
        "refreshUrl defaults to returnUrl",
        "'RefreshUrl is required'",
        RefreshUrlDefaults,
        NO_REFRESH_URL,
    ),
)

SECTION_3_2_2 = "RFC 3986, section 3.2.2: a host is a name or an address"
PCHAR = "RFC 3986, section 3.3: pchar = unreserved / pct-encoded / sub-delims / ':' / '@'"
QUERY = "RFC 3986, section 3.4: query = *( pchar / '/' / '?' )"
LENGTH = "RFC 9110, section 4.1: URIs of 8000 octets are to be supported"

REFUSED = (
    refuses(
        "scheme in capitals",
        "RFC 3986, section 3.1: schemes are case-insensitive",
        "^HTTP",
        "HTTPS://app.example.test/return",
    ),
    refuses(
        "host in capitals",
        "RFC 3986, section 3.2.2: the host is case-insensitive",
        "//[^/]*[A-Z]",
        "https://App.Example.TEST/return",
    ),
    standard(
        "port refused",
        "RFC 3986, section 3.2.3: an authority may have a port",
        refusing(lambda url: urlsplit(url).port),
        giving(returnUrl=f"{HOST}:8443/return"),
    ),
    standard(
        "port above 32767 refused",
        "RFC 9293, section 3.1: a port has 16 bits",
        refusing(lambda url: (urlsplit(url).port or 0) > 32767),
        giving(returnUrl=f"{HOST}:65535/return"),
    ),
    refuses("IPv4 address", SECTION_3_2_2, r"//\d+\.\d+\.\d+\.\d+", "https://203.0.113.7/return"),
    refuses(
        "IPv6 address",
        SECTION_3_2_2,
        r"//\[",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/return",
    ),
    refuses(
        "IDN",
        "the WHATWG URL standard, host parsing: a domain is turned into ASCII, not refused",
        "//[^/]*[^ -~]",
        "https://bücher.example/return",
    ),
    refuses(
        "punycode host",
        "RFC 3986, section 3.2.2; RFC 5890, section 2.3.2.1: an A-label is a host name's",
        "xn--",
        "https://xn--mnchen-3ya.example/return",
    ),
    refuses(
        "top-level domain of more than four letters",
        "RFC 1035, section 2.3.4: labels have 63 octets or less",
        r"//[^/:]+\.[a-z]{5,}(?=[/:?#]|$)",
        "https://app.example/return",
    ),
    refuses(
        "label of one letter",
        "RFC 1035, section 2.3.1: <label> ::= <letter> [ [ <ldh-str> ] <let-dig> ]",
        r"//([^/]*\.)?[a-z]\.",
        "https://a.example.test/return",
    ),
    refuses(
        "label that starts with a digit",
        "RFC 1123, section 2.1: either a letter or a digit",
        r"//\d[\w-]*[a-z]",
        "https://3d.example.test/return",
    ),
    refuses(
        "hyphen in the host",
        "RFC 1035, section 2.3.1: <let-dig-hyp> ::= <let-dig> | '-'",
        r"//[^/]*[a-z]-[a-z]",
        "https://my-app.example.test/return",
    ),
    refuses(
        "more than four labels", SECTION_3_2_2, r"//([\w-]+\.){4}", "https://a.b.c.example.test/"
    ),
    refuses(
        "empty path", "RFC 3986, section 3.3: the path may be empty", r"^https?://[^/?#]+$", HOST
    ),
    refuses("underscore in the path", PCHAR, "_", f"{HOST}/payment_return"),
    refuses("tilde in the path", PCHAR, "~", f"{HOST}/~shop/return"),
    refuses("@ in the path", PCHAR, "@", f"{HOST}/@shop/return"),
    refuses("colon in the path", PCHAR, r"//[^/]+/.*:", f"{HOST}/shop:42/return"),
    refuses("parentheses in the path", PCHAR, r"[()]", f"{HOST}/return(42)"),
    refuses("; in the path", PCHAR, ";", f"{HOST}/return;session=42"),
    refuses("query", QUERY, r"\?", f"{HOST}/return?invoice=42"),
    refuses("URL in the query", QUERY, "//.*//", f"{HOST}/return?next=https://example.test/"),
    refuses(
        "fragment", "RFC 3986, section 3.5: a URI may have a fragment", "#", f"{HOST}/app#return"
    ),
    refuses(
        "percent-encoding",
        "RFC 3986, section 2.1: percent-encoding",
        "%",
        f"{HOST}/return/caf%C3%A9",
    ),
    standard(
        "long URL refused",
        LENGTH,
        refusing(lambda url: len(url) > 255),
        giving(returnUrl=f"{HOST}/return?state=".ljust(2000, "s")),
    ),
    standard(
        "URL of more than 1,024 characters refused",
        LENGTH,
        refusing(lambda url: len(url) > 1024),
        giving(refreshUrl=f"{HOST}/".ljust(2000, "s")),
    ),
    documented(
        "equal URLs refused",
        "both are valid, and the document does not ask for two different ones",
        EqualUrlsRefused,
        giving(refreshUrl=VALID["returnUrl"]),
    ),
    documented(
        "two hosts refused",
        "both are valid, and the document does not ask for one host",
        TwoHostsRefused,
        giving(refreshUrl="https://other.example.test/refresh"),
    ),
)

URL_RULES = family("URL rules", *ACCEPTED, *REFUSED)
