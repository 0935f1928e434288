"""The calls by which an implementation is tried: valid but for what a call's name says.

A call is plain data, so it can be written down in a catalogue; `client` sends it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .app import (
    ACTIVE_ID,
    DISCONNECTED_ID,
    FORBIDDEN_ID,
    NOT_ENABLED_ID,
    PROVIDER_ERROR_ID,
    UNKNOWN_ID,
)

VALID: Mapping[str, Any] = {
    "returnUrl": "https://app.example.test/payments/return",
    "refreshUrl": "https://app.example.test/payments/refresh",
}


@dataclass(frozen=True)
class Call:
    """A request; a header that is None is not sent, `headers` are those besides."""

    organisation: str = ACTIVE_ID
    body: bytes = json.dumps(VALID).encode()
    method: str = "POST"
    content_type: str | None = "application/json"
    accept: str | None = "application/json, application/problem+json"
    chunked: bool = False
    headers: tuple[tuple[str, str], ...] = ()


def giving(**members: Any) -> Call:
    """A valid call but for these members."""
    return Call(body=json.dumps({**VALID, **members}).encode())


def without(name: str) -> Call:
    """A valid call but for a property left out."""
    return Call(body=json.dumps({k: v for k, v in VALID.items() if k != name}).encode())


def saying(name: str, value: str) -> Call:
    """A valid call with one more header."""
    return Call(headers=((name, value),))


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
