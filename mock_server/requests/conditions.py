"""Conditions on an ETag (RFC 9110 sections 13.1.1 and 13.1.2)."""

from __future__ import annotations

from mock_server.requests.request import Request


def unmet(request: Request, etag: bytes) -> str | None:
    """The status of a request whose condition on the ETag does not hold: 412, or 304 where nothing
    has to be sent again; None where it holds.
    """
    wanted = request.headers.get(b"if-match")
    if wanted is not None and not _names_etag(wanted, etag):
        return "412"
    known = request.headers.get(b"if-none-match")
    if known is not None and _names_etag(known, etag):
        return "304" if request.scope["method"] in ("GET", "HEAD") else "412"
    return None


def _names_etag(header: bytes, etag: bytes) -> bool:
    """Whether a list of entity tags has this one, weak or strong, or is `*`."""
    tags = [tag.strip().removeprefix(b"W/") for tag in header.split(b",")]
    return b"*" in tags or etag.removeprefix(b"W/") in tags
