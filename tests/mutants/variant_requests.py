"""Variants that judge requests otherwise where honest implementations disagree."""

import ipaddress
import json
import re
from dataclasses import replace
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from tests.independent.app import (
    DISCONNECTED_ID,
    FORBIDDEN_ID,
    Answer,
    Link,
    PaymentAccountLinks,
    Request,
)
from tests.independent.calls import CREATE, VALID, Call, giving, saying

from .builders import (
    Factory,
    accepting_like,
    answering,
    changed,
    refusing,
    refusing_like,
    refusing_request,
)
from .variant import Variant, variant

BAD_ID = "the document has a 404 for what does not exist, and a 400 for no fault of an id"
OTHER_TYPES = "RFC 9110, section 15.5.16: a 415 is one answer; the document has none"
ABSENT = "the document does not say whether null or an empty string is missing or invalid"
WRONG_TYPE = "the codes are said of a URL; the document has none for a value of another type"
ORDER = "the document does not say which of several faults is told"
SAFETY = "which hosts and schemes are safe to redirect to is for a service to decide"
DISPUTED = "RFC 3986 and the WHATWG URL standard disagree on it"
METHODS = "the document describes one operation of a path, and may be a part of an API"
LENIENT = "RFC 8259, section 9: a parser MAY accept non-JSON forms or extensions"
TWICE = "RFC 8259, section 4: what software does with a name given twice is unpredictable"
LIMITS = "RFC 9110, section 15.5.14: a server may limit what it is willing to process"
BAD_BODY = "RFC 9110, sections 15.5.1 and 15.5.21: 400 and 422 both fit"

NO_UUID = Call("no-uuid")
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


def repaired(pattern: str, replacement: str) -> Factory:
    """URLs are repaired before they are checked, as browsers do."""
    right = PaymentAccountLinks.is_valid_url
    return changed(
        is_valid_url=lambda self, value: right(
            self, re.sub(pattern, replacement, value) if isinstance(value, str) else value
        )
    )


def is_private(url: str) -> bool:
    """Whether a host is a name without a dot, or a private or a loopback address."""
    host = urlsplit(url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal"))
    return address.is_loopback or (address.is_private and str(address).startswith(("10.", "192.168.")))
