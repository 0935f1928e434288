"""Callers who are let in, or kept out, against the document."""

# ruff: noqa: ARG005 - the parameters are those of what is replaced

from __future__ import annotations

from typing import Any

from tests.crud import store
from tests.crud.aiohttp_base import Request
from tests.crud.aiohttp_service import Workshop
from tests.crud.calls import (
    CREATE,
    DELETE,
    DELETE_PLAN,
    DELETE_REPAIR,
    LIST,
    LIST_REPAIRS,
    PATCH,
    PUT,
    PUT_PLAN,
    READ,
    READ_PHOTO,
    READ_PLAN,
    READ_REPAIR,
    SEARCH,
    Call,
    form,
    repair,
    upload,
)

from . import builders as b
from .mutant import Factory, Row, changed, family, mutant

SECURITY = "security: [bearer]; 401: There is no token, or not a good one"


def open_to(method: str, path: str) -> Factory:
    """An operation that asks for no token."""
    return changed(
        needs_token=lambda self, request: (
            Workshop.needs_token(self, request) and not b.is_at(request, method, path)
        )
    )


def any_token(method: str, path: str) -> Factory:
    """An operation that asks for a token, and takes any."""

    def needs_token(self: Workshop, request: Request) -> bool:
        has_token = request.headers.get("Authorization", "").startswith("Bearer ")
        is_open = b.is_at(request, method, path) and has_token
        return Workshop.needs_token(self, request) and not is_open

    return changed(needs_token=needs_token)


def open_row(name: str, method: str, path: str, call: Call) -> Row:
    return mutant(f"{name} without token", SECURITY, open_to(method, path), call.unauthenticated)


def any_row(name: str, method: str, path: str, call: Call) -> Row:
    return mutant(f"{name} with any token", SECURITY, any_token(method, path), call.wrong_token)


def refused(change: b.Change) -> Factory:
    """Another answer to those without a good token."""
    return b.everywhere([401], change)


AUTH = family(
    "auth",
    mutant("no token needed", SECURITY, open_to(".*", ".*"), LIST.unauthenticated),
    mutant("any token taken", SECURITY, any_token(".*", ".*"), LIST.wrong_token),
    mutant(
        "reading needs no token", SECURITY, open_to("GET", f"{b.BIKES}.*"), READ.unauthenticated
    ),
    mutant(
        "writing needs no token",
        SECURITY,
        open_to("POST|PUT|PATCH|DELETE", ".*"),
        CREATE.unauthenticated,
    ),
    open_row("estimate", "POST", "/v1/estimates", form("minutes=30")),
    open_row("list of bikes", "GET", b.BIKES, LIST),
    open_row("create", "POST", b.BIKES, CREATE),
    open_row("search", "POST", f"{b.BIKES}/search", SEARCH),
    open_row("read", "GET", b.BIKE, READ),
    open_row("replace", "PUT", b.BIKE, PUT),
    open_row("patch", "PATCH", b.BIKE, PATCH),
    open_row("delete", "DELETE", b.BIKE, DELETE),
    open_row("plan", "GET", b.PLAN, READ_PLAN),
    open_row("write plan", "PUT", b.PLAN, PUT_PLAN),
    open_row("delete plan", "DELETE", b.PLAN, DELETE_PLAN),
    open_row("list of repairs", "GET", b.REPAIRS, LIST_REPAIRS),
    open_row("plan repair", "POST", b.REPAIRS, repair()),
    open_row("repair", "GET", b.REPAIR, READ_REPAIR),
    open_row("cancel repair", "DELETE", b.REPAIR, DELETE_REPAIR),
    open_row("upload", "POST", b.PHOTOS, upload()),
    open_row("photo", "GET", b.PHOTO, READ_PHOTO),
    any_row("list of bikes", "GET", b.BIKES, LIST),
    any_row("read", "GET", b.BIKE, READ),
    any_row("create", "POST", b.BIKES, CREATE),
    any_row("delete", "DELETE", b.BIKE, DELETE),
    any_row("upload", "POST", b.PHOTOS, upload()),
    mutant("302 without token", SECURITY, refused(b.status(302)), LIST.unauthenticated),
    mutant("404 without token", SECURITY, refused(b.status(404)), LIST.unauthenticated),
    mutant("500 without token", SECURITY, refused(b.status(500)), LIST.unauthenticated),
    mutant(
        "200 and an error without token",
        SECURITY,
        refused(b.status(200)),
        LIST.unauthenticated,
    ),
    mutant(
        "401 without challenge",
        "WWW-Authenticate: required; RFC 9110 section 15.5.2",
        refused(b.header("WWW-Authenticate", None)),
        LIST.unauthenticated,
    ),
    mutant(
        "about needs a token",
        "security: []",
        changed(needs_token=lambda *_: True),
        Call("GET", "/about"),
    ),
    mutant(
        "the token comes back",
        "no secret of the caller is shown",
        changed(
            finish=lambda self, request, response: _echoed(request, response),
        ),
        LIST,
    ),
)


def _echoed(request: Request, response: Any) -> Any:
    if request.headers.get("Authorization", "").endswith(store.TOKEN):
        response.headers["X-Caller"] = store.TOKEN
    return response
