"""Headers, media types, statuses and pages against the document."""

# ruff: noqa: ARG005 - the parameters are those of what is replaced

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.crud.aiohttp_base import Request
from tests.crud.aiohttp_service import Workshop
from tests.crud.calls import (
    ABOUT,
    ANOTHER,
    BIKE,
    CREATE,
    DELETE,
    DELETE_REPAIR,
    LIST,
    LIST_REPAIRS,
    MAKE_PLAN,
    PATCH,
    PUT,
    PUT_PLAN,
    READ,
    READ_PHOTO,
    READ_PLAN,
    READ_REPAIR,
    SEARCH,
    Call,
    call,
    form,
    of,
    repair,
    typed,
    upload,
    without,
)

from . import builders as b
from .mutant import Factory, Row, changed, family, mutant

LOCATION = "Location: required; where it is"
TAG = 'ETag: required, pattern ^(W/)?"[^"]*"$'
TOTAL = "X-Total-Count: required, how many bikes there are on all pages"
TYPES = "content: the documented media type"
DOCUMENTED = "the documented status"
PAGE = "200: A page of bikes"
UNKNOWN = of(READ, bike="unknown")
INVALID = call("POST", "/bikes", without(BIKE, "kind"))


def located(text: str) -> Factory:
    return changed(location=lambda *_: text)


HEADERS = family(
    "headers",
    mutant("create without Location", LOCATION,
           b.answering("POST", b.BIKES, 201, b.header("Location", None)), CREATE),
    mutant("repair without Location", LOCATION,
           b.answering("POST", b.REPAIRS, 201, b.header("Location", None)), repair()),
    mutant("upload without Location", LOCATION,
           b.answering("POST", b.PHOTOS, 201, b.header("Location", None)), upload()),
    mutant("Location leads nowhere", LOCATION, located("/v1/nowhere/1"), CREATE),
    mutant("Location is the id", LOCATION, changed(location=lambda self, _, thing: thing), CREATE),
    mutant("Location of the list", LOCATION, changed(location=lambda self, r, _: r.path), CREATE),
    mutant("Location below another root", LOCATION,
           changed(location=lambda self, request, thing: f"{request.path[3:]}/{thing}"), CREATE),
    mutant("read without ETag", TAG, b.answering("GET", b.BIKE, 200, b.header("ETag", None)), READ),
    mutant("create without ETag", TAG,
           b.answering("POST", b.BIKES, 201, b.header("ETag", None)), CREATE),
    mutant("PUT without ETag", TAG, b.answering("PUT", b.BIKE, 200, b.header("ETag", None)), PUT),
    mutant("PATCH without ETag", TAG,
           b.answering("PATCH", b.BIKE, 200, b.header("ETag", None)), PATCH),
    mutant("304 without ETag", TAG, b.answering("GET", b.BIKE, 304, b.header("ETag", None)),
           READ.with_headers(If_None_Match="{etag}")),
    mutant("ETag without quotes", TAG, b.answering("GET", b.BIKE, 200, b.header("ETag", "abc")),
           READ),
    mutant("list without total", TOTAL,
           b.answering("GET", b.BIKES, 200, b.header("X-Total-Count", None)), LIST),
    mutant("total as word", TOTAL,
           b.answering("GET", b.BIKES, 200, b.header("X-Total-Count", "two")), LIST),
    mutant("total below 0", TOTAL,
           b.answering("GET", b.BIKES, 200, b.header("X-Total-Count", "-1")), LIST),
    mutant("total with a part", TOTAL,
           b.answering("GET", b.BIKES, 200, b.header("X-Total-Count", "2.5")), LIST),
)  # fmt: skip


def as_type(name: str, method: str, path: str, status: int) -> Factory:
    return b.answering(method, path, status, b.media_type(name))


def takes_all(self: Workshop, *_: Any) -> None:
    """Any media type is taken for the right one."""


MEDIA_TYPES = family(
    "media types",
    mutant("bike as text/plain", TYPES, as_type("text/plain", "GET", b.BIKE, 200), READ),
    mutant("bike as text/html", TYPES, as_type("text/html", "GET", b.BIKE, 200), READ),
    mutant("bike without media type", TYPES,
           as_type("application/octet-stream", "GET", b.BIKE, 200), READ),
    mutant("list as text", TYPES, as_type("text/plain", "GET", b.BIKES, 200), LIST),
    mutant("bike as a problem", TYPES, as_type("application/problem+json", "GET", b.BIKE, 200),
           READ),
    mutant("created bike as text", TYPES, as_type("text/plain", "POST", b.BIKES, 201), CREATE),
    mutant("404 as JSON", TYPES, b.everywhere([404], b.media_type("application/json")), UNKNOWN),
    mutant("404 in HTML", TYPES, b.everywhere([404], b.media_type("text/html")), UNKNOWN),
    mutant("401 in HTML", TYPES, b.everywhere([401], b.media_type("text/html")),
           LIST.unauthenticated),
    mutant("422 as a problem", TYPES,
           b.everywhere([422], b.media_type("application/problem+json")), INVALID),
    mutant("400 as text", TYPES, b.everywhere([400], b.media_type("text/plain")),
           call("GET", "/bikes?limit=0")),
    mutant("409 as JSON", TYPES, b.everywhere([409], b.media_type("application/json")),
           call("POST", "/bikes", BIKE)),
    mutant("412 as text", TYPES, b.everywhere([412], b.media_type("text/plain")),
           PUT.with_headers(If_Match=ANOTHER)),
    mutant("photo as octets", TYPES, as_type("application/octet-stream", "GET", b.PHOTO, 200),
           READ_PHOTO),
    mutant("photo as JSON", TYPES, as_type("application/json", "GET", b.PHOTO, 200), READ_PHOTO),
    mutant("any media type taken", "415: The body is of another media type",
           changed(check_media_type=takes_all), typed(CREATE)),
    mutant("merge patch under another name", "application/merge-patch+json", changed(
        check_media_type=lambda self, request, name: Workshop.check_media_type(
            self, request, name.replace("merge-patch+json", "json"))), PATCH),
    mutant("everything not acceptable", "RFC 9110 section 12.5.1: */*", changed(
        check_accept=lambda self, request: Workshop.check_accept(
            self, _accepting(request))), LIST.with_headers(Accept="*/*")),
    mutant("JSON cut", "RFC 8259", b.answering(
        "GET", b.BIKE, 200, b.encoded(lambda text: text[:-1].encode())), READ),
    mutant("JSON with byte order mark", "RFC 8259 section 8.1", b.answering(
        "GET", b.BIKE, 200, b.encoded(lambda text: text.encode("utf-8-sig"))), READ),
    mutant("JSON in UTF-16", "RFC 8259 section 8.1", b.answering(
        "GET", b.BIKE, 200, b.encoded(lambda text: text.encode("utf-16"))), READ),
    mutant("created as JSON in JSON", "Bike: type object", b.answering(
        "POST", b.BIKES, 201, lambda found: b.document(lambda _: found.text)(found)), CREATE),
)  # fmt: skip


def _accepting(request: Request) -> Request:
    """A client that asks for anything is refused."""
    if request.headers.get("Accept") == "*/*":
        raise web.HTTPNotAcceptable
    return request


def under(number: int, method: str, path: str, status: int) -> Factory:
    return b.answering(method, path, status, b.status(number))


def misplaced(number: int, right: int, probe: Call) -> Row:
    """An error under a status that is not documented for it."""
    app = b.everywhere([right], b.status(number))
    return mutant(f"{number} for {right}", DOCUMENTED, app, probe)


class SecondTime(Workshop):
    """Every second request for a bike fails."""

    count = 0

    async def read_bike(self, request: Request) -> Any:
        self.count += 1
        if self.count % 2 == 0:
            return self.problem(500, "The workshop is in disorder.")
        return await super().read_bike(request)


def broken(name: str) -> Factory:
    return b.in_place_of(name, lambda self, _: self.problem(500, "The workshop is in disorder."))


STATUSES = family(
    "statuses",
    mutant("200 for a new bike", DOCUMENTED, under(200, "POST", b.BIKES, 201), CREATE),
    mutant("202 for a new bike", DOCUMENTED, under(202, "POST", b.BIKES, 201), CREATE),
    mutant("200 for a new repair", DOCUMENTED, under(200, "POST", b.REPAIRS, 201), repair()),
    mutant("200 for a new photo", DOCUMENTED, under(200, "POST", b.PHOTOS, 201), upload()),
    mutant("201 for a read bike", DOCUMENTED, under(201, "GET", b.BIKE, 200), READ),
    mutant("206 for a list", DOCUMENTED, under(206, "GET", b.BIKES, 200), LIST),
    mutant("201 for a search", DOCUMENTED, under(201, "POST", f"{b.BIKES}/search", 200), SEARCH),
    mutant("200 for a deleted bike", DOCUMENTED, under(200, "DELETE", b.BIKE, 204), DELETE),
    mutant("202 for a cancelled repair", DOCUMENTED, under(202, "DELETE", b.REPAIR, 204),
           DELETE_REPAIR),
    mutant("204 for a read plan", DOCUMENTED, b.in_place_of(
        "read_plan", lambda *_: web.Response(status=204)), READ_PLAN),
    mutant("204 for a changed bike", DOCUMENTED, b.handled(
        "change_bike", lambda *_: web.Response(status=204)), PATCH),
    mutant("200 for a new plan", "RFC 9110 section 9.3.4: 201 for what PUT creates",
           under(200, "PUT", b.PLAN, 201), MAKE_PLAN),
    mutant("201 for a replaced plan", "RFC 9110 section 9.3.4: 200 or 204 for what PUT replaces",
           under(201, "PUT", b.PLAN, 200), PUT_PLAN),
    mutant("302 for a read bike", DOCUMENTED, under(302, "GET", b.BIKE, 200), READ),
    mutant("200 with an error for an unknown bike", "404: There is nothing with this id",
           b.answering("GET", b.BIKE, 404, b.status(200)), UNKNOWN),
    mutant("200 and null for an unknown bike", "404: There is nothing with this id",
           b.answering("GET", b.BIKE, 404, lambda _: web.json_response(None)), UNKNOWN),
    misplaced(410, 404, UNKNOWN),
    misplaced(500, 404, UNKNOWN),
    misplaced(204, 404, UNKNOWN),
    misplaced(500, 422, INVALID),
    misplaced(200, 422, INVALID),
    misplaced(501, 400, call("GET", "/bikes?limit=0")),
    misplaced(500, 415, typed(CREATE)),
    misplaced(502, 409, call("POST", "/bikes", BIKE)),
    misplaced(428, 412, PUT.with_headers(If_Match=ANOTHER)),
    misplaced(500, 412, PUT.with_headers(If_Match=ANOTHER)),
    misplaced(200, 304, READ.with_headers(If_None_Match="{etag}")),
    misplaced(200, 405, Call("POST", "/about")),
    misplaced(500, 405, call("PATCH", "/bikes")),
    mutant("no bike is ever created", "201: The bike is in the workshop",
           b.in_place_of("create_bike", lambda self, _: self.problem(409, "Taken.")), CREATE),
    mutant("create is broken", DOCUMENTED, broken("create_bike"), CREATE),
    mutant("list is broken", DOCUMENTED, broken("list_bikes"), LIST),
    mutant("search is broken", DOCUMENTED, broken("search"), SEARCH),
    mutant("estimates are broken", DOCUMENTED, broken("estimate"), form("minutes=30")),
    mutant("photos are broken", DOCUMENTED, broken("read_photo"), READ_PHOTO),
    mutant("repairs are broken", DOCUMENTED, broken("list_repairs"), LIST_REPAIRS),
    mutant("every second read is broken", DOCUMENTED, SecondTime, READ, READ),
    mutant("malformed JSON breaks it", DOCUMENTED, changed(
        parse=lambda self, body: json.loads(body)), call("POST", "/bikes", b"{")),
)  # fmt: skip


def page(**values: Any) -> Factory:
    return b.answering("GET", b.BIKES, 200, b.members(**values))


def each(**values: Any) -> Factory:
    """Each bike of a page with these members."""

    def edit(right: Any) -> Any:
        bikes = [{**bike, **values} for bike in right["items"]]
        kept = [{k: v for k, v in bike.items() if v is not ...} for bike in bikes]
        return {**right, "items": kept}

    return b.answering("GET", b.BIKES, 200, b.document(edit))


def _beyond(self: Workshop, request: Request, _: Any) -> Any:
    is_beyond = int(request.query.get("offset", "0")) > len(
        self.store.select(None, [], "created_at")
    )
    return self.problem(404, "There is no such page.") if is_beyond else None


PAGING = family(
    "paging",
    mutant("page as a list", PAGE,
           b.answering("GET", b.BIKES, 200, b.document(lambda right: right["items"])), LIST),
    mutant("page without items", PAGE, page(items=...), LIST),
    mutant("items null", PAGE, page(items=None), LIST),
    mutant("page without total", PAGE, page(total=...), LIST),
    mutant("total as text", PAGE, page(total="2"), LIST),
    mutant("total -1", PAGE, page(total=-1), LIST),
    mutant("page without limit", PAGE, page(limit=...), LIST),
    mutant("limit 0 in the page", PAGE, page(limit=0), LIST),
    mutant("offset null", PAGE, page(offset=None), LIST),
    mutant("page without next", PAGE, page(next=...), LIST),
    mutant("next as number", PAGE, page(next=2), LIST),
    mutant("next is no address", PAGE, page(next="page two"), LIST),
    mutant("page beyond the end not found", PAGE, b.handled("list_bikes", _beyond),
           call("GET", "/bikes?offset=1000000")),
    mutant("page beyond the end broken", PAGE, b.handled(
        "list_bikes", lambda self, request, found: self.problem(500, "No such page.")
        if int(request.query.get("offset", "0")) > 10**6 else None),
        call("GET", "/bikes?offset=1000000000000")),
    mutant("bikes of a page without id", PAGE, each(id=...), LIST),
    mutant("bikes of a page with another id", PAGE, each(id="000000000000"), LIST),
    mutant("bikes of a page without gears", PAGE, each(gears=...), LIST),
    mutant("tags of a page null", PAGE, each(tags=None), LIST),
    mutant("day of a page as moment", PAGE, each(created_at="yesterday"), LIST),
    mutant("list without what was created", PAGE, b.answering(
        "GET", b.BIKES, 200, b.members(items=[], total=0)), LIST),
    mutant("search without its total", "200: The bikes that are found", b.answering(
        "POST", f"{b.BIKES}/search", 200, b.members(total=...)), SEARCH),
    mutant("search as a list", "200: The bikes that are found", b.answering(
        "POST", f"{b.BIKES}/search", 200, b.document(lambda right: right["items"])), SEARCH),
    mutant("list of repairs as a page", "200: The repairs", b.answering(
        "GET", b.REPAIRS, 200, b.document(lambda right: {"items": right})), LIST_REPAIRS),
    mutant("repairs without their bike", "Repair: bike_id", b.answering(
        "GET", b.REPAIR, 200, b.members(bike_id=...)), READ_REPAIR),
    mutant("about without branches", "200: The workshop", b.answering(
        "GET", "/v1/about", 200, b.members(branches=[])), ABOUT),
)  # fmt: skip
