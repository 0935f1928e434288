"""Addresses that a response gives: whatever a server sends, they are one or none."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit


def followed(url: str, reference: str) -> str | None:
    """The address that a reference in the response from `url` leads to (RFC 3986 section 5.2); None
    where it is no reference.
    """
    try:
        address = urljoin(url, reference)
        _ = urlsplit(address).port  # which is read on demand
    except ValueError:
        return None
    return address
