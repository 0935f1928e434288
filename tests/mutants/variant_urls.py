"""Variants that judge the two URLs otherwise, where honest implementations disagree."""

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from tests.independent.app import PaymentAccountLinks
from tests.independent.calls import VALID, Call, giving

from .builders import Factory, changed, refusing, refusing_like
from .variant import Variant, variant

ABSENT = "the document does not say whether null or an empty string is missing or invalid"
WRONG_TYPE = "the codes are said of a URL; the document has none for a value of another type"
SAFETY = "which hosts and schemes are safe to redirect to is for a service to decide"
DISPUTED = "RFC 3986 and the WHATWG URL standard disagree on it"
ORDER = "the document does not say which of several faults is named"
LENGTH = (
    "RFC 9110, section 15.5.15: a server may refuse a URI longer than it is willing to interpret"
)

# RFC 1918, and the loopback addresses.
PRIVATE = tuple(
    ipaddress.ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "::1")
)

NULL = giving(returnUrl=None)
EMPTY = giving(refreshUrl="")
NUMBER = giving(returnUrl=42)


def without_a_code(status: int) -> Factory:
    """Values of another type than string are refused by a status alone."""
    right = PaymentAccountLinks.check_url

    def check_url(self: PaymentAccountLinks, name: str, value: Any) -> str:
        if not isinstance(value, str | None):
            self.refuse(status, f"{name} must be a string")
        return right(self, name, value)

    return changed(check_url=check_url)


def repaired(pattern: str, replacement: str) -> Factory:
    """URLs are repaired before they are checked, as browsers do."""
    right = PaymentAccountLinks.is_valid_url
    return changed(
        is_valid_url=lambda self, value: right(
            self, re.sub(pattern, replacement, value) if isinstance(value, str) else value
        )
    )


def is_private(url: str) -> bool:
    """Whether a host is a name of no public domain, or a loopback or a private address."""
    host = urlsplit(url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal"))
    return any(address in network for network in PRIVATE)


class NullAndEmptyInvalid(PaymentAccountLinks):
    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        return super().check_urls(
            {name: "/" if value in (None, "") else value for name, value in document.items()}
        )


class EmptyInvalid(PaymentAccountLinks):
    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        return super().check_urls(
            {name: "/" if value == "" else value for name, value in document.items()}
        )


class NullAndEmptyWithoutACode(PaymentAccountLinks):
    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        if any(document.get(name, "given") in (None, "") for name in VALID):
            self.refuse(400, "one or more validation errors occurred")
        return super().check_urls(document)


class RefreshUrlFirst(PaymentAccountLinks):
    def check_urls(self, document: dict[str, Any]) -> tuple[str, str]:
        refresh_url = self.check_url("refreshUrl", document.get("refreshUrl"))
        return self.check_url("returnUrl", document.get("returnUrl")), refresh_url


URLS: tuple[Variant, ...] = (
    variant("null and empty are invalid", ABSENT, NullAndEmptyInvalid, NULL, EMPTY),
    variant("empty is invalid", ABSENT, EmptyInvalid, NULL, EMPTY),
    variant("null and empty without a code", ABSENT, NullAndEmptyWithoutACode, NULL, EMPTY),
    variant("400 for a wrong type", WRONG_TYPE, without_a_code(400), NUMBER),
    variant("422 for a wrong type", WRONG_TYPE, without_a_code(422), NUMBER),
    variant("refreshUrl first", ORDER, RefreshUrlFirst, Call(body=b"{}")),
    variant(
        "http: refused",
        SAFETY,
        changed(schemes=("https",)),
        giving(returnUrl="http://app.example.test/return"),
    ),
    variant(
        "private hosts refused",
        SAFETY,
        refusing(is_private),
        giving(returnUrl="https://localhost:3000/return"),
        giving(returnUrl="https://10.0.0.7/return"),
    ),
    variant(
        "userinfo refused",
        "RFC 9110, section 4.2.4: userinfo in an http(s) URI is deprecated",
        refusing(lambda url: "@" in urlsplit(url).netloc),
        giving(returnUrl="https://user@app.example.test/return"),
    ),
    variant(
        "white space around a URL dropped",
        DISPUTED,
        repaired(r"^[\x00-\x20]+|[\x00-\x20]+$", ""),
        giving(returnUrl=" https://app.example.test/return\n"),
    ),
    variant(
        "line breaks in a URL dropped",
        DISPUTED,
        repaired(r"[\t\r\n]", ""),
        giving(returnUrl="https://app.example.test/re\nturn"),
    ),
    variant(
        "slashes repaired",
        DISPUTED,
        repaired(r"(?i)^(https?):[\\/]*(?=[^\\/])", r"\1://"),
        giving(returnUrl="https:/app.example.test/return"),
        giving(returnUrl="https:\\\\app.example.test"),
    ),
    variant(
        "characters beyond ASCII refused after the host",
        DISPUTED,
        refusing(lambda url: not "".join(urlsplit(url)[2:]).isascii()),
        giving(returnUrl="https://app.example.test/zurück"),
    ),
    variant(
        "underscore in the host refused",
        DISPUTED,
        refusing_like("^[A-Za-z]+://[^/?#]*_"),
        giving(returnUrl="https://my_app.example.test/return"),
    ),
    variant(
        "port 0 refused",
        DISPUTED,
        refusing(lambda url: urlsplit(url).port == 0),
        giving(returnUrl="https://app.example.test:0/return"),
    ),
    variant(
        "URL of more than 4,096 characters refused",
        LENGTH,
        refusing(lambda url: len(url) > 4096),
        giving(returnUrl="https://app.example.test/".ljust(5000, "r")),
    ),
)
