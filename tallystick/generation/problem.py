"""Problem bodies (RFC 9457), in the style that the contract sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from tallystick.catalogue.extensions import ProblemStyle

MEDIA_TYPE = "application/problem+json"

_CODE_MEMBERS: Mapping[str, Callable[[str, Mapping[str, Any]], dict[str, Any]]] = {
    "title": lambda code, _: {"title": code},
    "type": lambda code, members: {"type": f"{members.get('type', 'urn:problem:')}{code}"},
    "extension": lambda code, _: {"code": code},
    "plain": lambda _code, _members: {},
}


def problem(
    status: int, detail: str, *, code: str | None = None, style: ProblemStyle | None = None
) -> dict[str, Any]:
    """The members of a problem. `status` is the HTTP status as a number (RFC 9457 section
    3.1.2), `title` the reason phrase unless the style puts the code there, and what would be
    null is left out.
    """
    style = style or ProblemStyle()
    body = {
        "type": "about:blank",
        "title": reason(status),
        "status": status,
        "detail": detail,
        **style.members,
    }
    if code is not None:
        body |= _CODE_MEMBERS[style.style](code, style.members)
    return {name: value for name, value in body.items() if value not in (None, "")}


def reason(status: int) -> str:
    """The reason phrase of a status code (RFC 9110 section 15)."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
