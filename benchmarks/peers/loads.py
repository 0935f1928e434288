"""The requests that every peer gets, and what each should be answered.

Rules: a load is data. Paths and ids are those that the documents themselves have as examples, so
that each peer can answer without a state of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

VENDOR, TRAINS = "vendor", "trains"
"""The two documents that are served."""

_ORGANISATION = "6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11"
BOOKING = "efdbb9d1-02c2-4bc3-afb7-6788d8782b1e"
_LINK = {
    "returnUrl": "https://app.example.com/payments/return",
    "refreshUrl": "https://app.example.com/payments/refresh",
}
PAYMENT = {
    "amount": 49.99,
    "currency": "gbp",
    "source": {
        "object": "card",
        "name": "J. Doe",
        "number": "4242424242424242",
        "cvc": "123",
        "exp_month": 12,
        "exp_year": 2025,
        "address_line1": "123 Fake Street",
        "address_city": "London",
        "address_country": "gb",
        "address_post_code": "N12 9XX",
    },
}


@dataclass(frozen=True)
class Load:
    """One kind of request to a document, and the status of the right answer."""

    name: str
    title: str
    document: str
    status: int
    path: str
    value: Any = None
    is_forced: bool = False
    """Whether the request asks for the case in the way that a peer has, if it has one."""

    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """GET, or POST of a value."""
        return "GET" if self.value is None else "POST"

    @property
    def body(self) -> bytes:
        """The value on the wire."""
        return b"" if self.value is None else orjson.dumps(self.value)

    def all_headers(self, more: Mapping[str, str]) -> dict[str, str]:
        """What is sent, with a peer's own way to ask for a case."""
        content = {} if self.value is None else {"Content-Type": "application/json"}
        forced = more if self.is_forced else {}
        return {"Accept": "*/*", **content, **self.headers, **forced}


_TO_LINK = f"/organisations/{_ORGANISATION}/payment-account/link"
_BEARER = {"Authorization": "Bearer benchmark"}

LOADS = (
    Load("valid", "the vendor's POST, valid", VENDOR, 200, _TO_LINK, _LINK),
    Load(
        "invalid",
        "the vendor's POST, without `returnUrl`",
        VENDOR,
        400,
        _TO_LINK,
        {"refreshUrl": _LINK["refreshUrl"]},
    ),
    Load(
        "forced", "the vendor's POST, 409 asked for", VENDOR, 409, _TO_LINK, _LINK, is_forced=True
    ),
    Load("list", "GET of a list", TRAINS, 200, "/stations", headers=_BEARER),
    Load("item", "GET of an item", TRAINS, 200, f"/bookings/{BOOKING}", headers=_BEARER),
    Load(
        "nested",
        "POST of a nested body",
        TRAINS,
        200,
        f"/bookings/{BOOKING}/payment",
        PAYMENT,
        headers=_BEARER,
    ),
)
