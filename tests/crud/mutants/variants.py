"""Conformant workshops that decide otherwise what is open."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import uuid
from itertools import count
from typing import Any

from aiohttp import web

from tests.crud import store
from tests.crud.aiohttp_base import Request
from tests.crud.aiohttp_service import Workshop
from tests.crud.calls import (
    ABOUT,
    ANOTHER,
    BIKE,
    CREATE,
    DELETE,
    LIST,
    PUT,
    READ,
    READ_REPAIR,
    Call,
    bike_with,
    call,
    of,
    patch,
    repair,
    without,
)
from tests.crud.store import Bike

from . import builders as b
from .mutant import Factory, changed
from .variant import (
    Edit,
    Variant,
    added,
    errors,
    operation,
    removed,
    renamed,
    schema,
    variant,
    without_header,
    without_parameter,
)

OWN_ERRORS = "the document describes the errors"
OWN_IDS = "the document describes the ids"
STATUS = "the document says which status stands for it"
FREE = "no standard and no sentence of the document settles it"

UNKNOWN = of(READ, bike="unknown")
INVALID = call("POST", "/bikes", without(BIKE, "kind"))
MALFORMED = call("POST", "/bikes", b"{")
GONE = of(READ, bike="gone")
BIKE_SCHEMA = {"$ref": "#/components/schemas/Bike"}
ERRORS = range(400, 600)
OBJECT = {"type": "object"}

# --- error formats


def formatted(media_type: str, body: Any) -> Factory:
    """Errors in a format of the service's own; `body` gives it for a status."""

    def change(response: web.Response) -> web.Response:
        kept = ("Allow", "WWW-Authenticate")
        headers = {k: v for k, v in response.headers.items() if k in kept}
        made = body(response.status)
        content = made if isinstance(made, str) else json.dumps(made)
        return web.Response(
            status=response.status, text=content, headers=headers, content_type=media_type
        )

    return b.everywhere(ERRORS, change)


def bodiless(response: web.Response) -> web.Response:
    kept = ("Allow", "WWW-Authenticate")
    headers = {k: v for k, v in response.headers.items() if k in kept}
    return web.Response(status=response.status, headers=headers)


def as_json(required: dict[str, Any], media_type: str = "application/json") -> Edit:
    described = {"type": "object", "required": list(required), "properties": required}
    return errors({media_type: {"schema": described}})


TEXT = {"type": "string"}
FORMATS = (
    variant(
        "errors of FastAPI", OWN_ERRORS,
        formatted("application/json", lambda status: (
            {"detail": [{"loc": ["body"], "msg": "wrong", "type": "wrong"}]} if status == 422
            else {"detail": "Something is wrong"})),
        INVALID, UNKNOWN,
        edits=(as_json({"detail": {"type": ["string", "array"]}}),),
    ),
    variant(
        "errors of Django REST framework", OWN_ERRORS,
        formatted("application/json", lambda status: (
            {"gears": ["This field is required."]} if status == 422
            else {"detail": "Not found."})),
        INVALID, UNKNOWN,
        edits=(errors({"application/json": {"schema": {**OBJECT, "minProperties": 1}}}),),
    ),
    variant(
        "errors of Spring", OWN_ERRORS,
        formatted("application/json", lambda status: {
            "timestamp": "2026-01-01T00:00:00.000+00:00", "status": status, "error": "Wrong",
            "path": "/v1"}),
        INVALID, UNKNOWN,
        edits=(as_json({"timestamp": TEXT, "status": {"type": "integer"}, "error": TEXT,
                        "path": TEXT}),),
    ),
    variant(
        "errors of JSON:API", OWN_ERRORS,
        formatted("application/vnd.api+json", lambda status: {
            "errors": [{"status": str(status), "title": "Wrong"}]}),
        INVALID, UNKNOWN,
        edits=(as_json({"errors": {"type": "array", "minItems": 1}},
                       "application/vnd.api+json"),),
    ),
    variant(
        "errors as problems only", OWN_ERRORS,
        formatted("application/problem+json", lambda status: {
            "type": "about:blank", "title": "Wrong", "status": status, "errors": []}),
        INVALID, UNKNOWN,
        edits=(errors({"application/problem+json": {
            "schema": {"$ref": "#/components/schemas/Problem"}}}),),
    ),
    variant("errors as text", OWN_ERRORS, formatted("text/plain", lambda status: f"{status}: no"),
            INVALID, UNKNOWN, edits=(errors({"text/plain": {"schema": TEXT}}),)),
    variant("errors in HTML", OWN_ERRORS, formatted(
        "text/html", lambda status: f"<!doctype html><title>{status}</title><h1>No</h1>"),
        INVALID, UNKNOWN, edits=(errors({"text/html": {"schema": TEXT}}),)),
    variant("errors without body", OWN_ERRORS, b.everywhere(ERRORS, bodiless), INVALID, UNKNOWN,
            edits=(errors(None),)),
)  # fmt: skip

# --- statuses


def instead(wrong: int, right: int) -> Factory:
    return b.everywhere([wrong], b.status(right))


class Remembering(Workshop):
    """410 for what was deleted."""

    def __init__(self) -> None:
        super().__init__()
        self.gone: set[str] = set()

    async def delete_bike(self, request: Request) -> Any:
        response = await super().delete_bike(request)
        self.gone.add(request.match_info["bike"])
        return response

    def bike(self, request: Request) -> Bike:
        if request.match_info["bike"] in self.gone:
            raise web.HTTPGone
        return super().bike(request)


def gone_beside_404(document: Any) -> None:
    for item in document["paths"].values():
        for each in item.values():
            if isinstance(each, dict) and "404" in each.get("responses", {}):
                each["responses"]["410"] = each["responses"]["404"]


class Forgetful(Workshop):
    """DELETE of what is not there is a success."""

    async def delete_bike(self, request: Request) -> Any:
        try:
            return await super().delete_bike(request)
        except store.Missing:
            return web.Response(status=204)


class Creating(Workshop):
    """PUT to a free id makes a bike there."""

    numbers = count(1)

    async def replace_bike(self, request: Request) -> Any:
        try:
            return await super().replace_bike(request)
        except store.Missing:
            if "If-Match" in request.headers:
                raise web.HTTPPreconditionFailed from None
        name = request.match_info["bike"]
        if not re.fullmatch("[a-z0-9]{1,36}", name):
            self.refuse(400, "This can be no id.")
        values = await self.body(request, self.details, self.required)
        return self.tagged(self.store.add(f"PU{next(self.numbers):06}", values, name), 201)


def shown_after(name: str, status: int) -> Factory:
    """DELETE answers with what was deleted."""
    right: Any = getattr(Workshop, name)

    async def handler(self: Workshop, request: Request) -> Any:
        shown = self.shown(self.matched(request))
        await right(self, request)
        return self.json(shown, status)

    return changed(**{name: handler})


def unexpected_token(document: Any) -> None:
    named = document["components"]["responses"]
    named["Unauthorized"] = named["Forbidden"]


def content_left_out(of_: str, status: str) -> Edit:
    def edit(document: Any) -> None:
        response = dict(operation(document, of_)["responses"][status])
        if "$ref" in response:
            response = dict(document["components"]["responses"]["Bike"])
        response.pop("content", None)
        response.pop("links", None)
        operation(document, of_)["responses"][status] = response

    return edit


BIKE_ROOM = "/bikes/{bikeId}"
BIKE_CONTENT = {"application/json": {"schema": BIKE_SCHEMA}}
CREATED = {"description": "The bike is new.", "content": BIKE_CONTENT}


def bodyless(status: int) -> b.Change:
    def change(response: web.Response) -> web.Response:
        kept = ("ETag", "Location")
        headers = {name: text for name, text in response.headers.items() if name in kept}
        return web.Response(status=status, headers=headers)

    return change


STATUSES = (
    variant("400 for whatever is invalid", STATUS, instead(422, 400), INVALID,
            edits=(renamed("422", "400"),)),
    variant("422 for whatever is invalid", STATUS, instead(400, 422), MALFORMED,
            edits=(renamed("400", "422"),)),
    variant("410 after DELETE", STATUS, Remembering, GONE, edits=(gone_beside_404,)),
    variant("DELETE of nothing succeeds", STATUS, Forgetful, of(DELETE, bike="gone"),
            edits=(removed("404", of=f"DELETE {BIKE_ROOM}"),)),
    variant("DELETE shows what was deleted", STATUS, shown_after("delete_bike", 200), DELETE,
            edits=(removed("204", of=f"DELETE {BIKE_ROOM}"), added(
                f"DELETE {BIKE_ROOM}", "200",
                {"description": "It was this one.", "content": BIKE_CONTENT}))),
    variant("DELETE is accepted", STATUS,
            b.answering("DELETE", b.BIKE, 204, b.status(202)), DELETE,
            edits=(removed("204", of=f"DELETE {BIKE_ROOM}"), added(
                f"DELETE {BIKE_ROOM}", "202", {"description": "It will be forgotten."}))),
    variant("PUT creates", STATUS, Creating, of(PUT, bike="unknown"),
            edits=(removed("404", of=f"PUT {BIKE_ROOM}"),
                   added(f"PUT {BIKE_ROOM}", "201", CREATED))),
    variant("PUT answers without body", STATUS,
            b.answering("PUT", b.BIKE, 200, bodyless(204)), PUT,
            edits=(removed("200", of=f"PUT {BIKE_ROOM}"), added(
                f"PUT {BIKE_ROOM}", "204", {"description": "The bike is replaced."}))),
    variant("create answers without body", STATUS,
            b.answering("POST", b.BIKES, 201, bodyless(201)), CREATE,
            edits=(content_left_out("POST /bikes", "201"),)),
    variant("403 without token", STATUS, instead(401, 403), LIST.unauthenticated,
            edits=(removed("403"), renamed("401", "403"), unexpected_token)),
)  # fmt: skip

# --- ids


class Numbered(Workshop):
    """Ids are whole numbers, in JSON, too."""

    def __init__(self) -> None:
        super().__init__()
        numbers = count(1)
        self.store.new_id = lambda: str(next(numbers))  # type: ignore[method-assign]

    def json(self, value: Any, status: int = 200, **headers: str) -> web.Response:
        return super().json(_numbered(value), status, **headers)


def _numbered(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: int(part) if key in ("id", "bike_id") else _numbered(part)
            for key, part in value.items()
        }
    return [_numbered(part) for part in value] if isinstance(value, list) else value


class Slugs(Workshop):
    """Ids are words."""

    def __init__(self) -> None:
        super().__init__()
        numbers = count(1)
        self.store.new_id = lambda: f"the-one-of-{next(numbers)}"  # type: ignore[method-assign]


class LikeUuids(Workshop):
    """Ids look like UUIDs, and are compared as text."""

    def __init__(self) -> None:
        super().__init__()
        self.store.new_id = lambda: str(uuid.uuid4())  # type: ignore[method-assign]


class Uuids(LikeUuids):
    """Ids are UUIDs: capitals make no other id (RFC 9562 section 4)."""

    @property
    def callers(self) -> Any:
        right = super().callers

        @web.middleware
        async def middleware(request: Request, handler: Any) -> Any:
            for name, text in request.match_info.items():
                request.match_info[name] = text.lower()
            return await right(request, handler)

        return middleware


IDS = (
    variant("ids are UUIDs", OWN_IDS, Uuids, READ, READ_REPAIR,
            edits=(schema("Id", {"type": "string", "format": "uuid"}),)),
    variant("ids are numbers", OWN_IDS, Numbered, READ, READ_REPAIR,
            edits=(schema("Id", {"type": "integer", "minimum": 1}),)),
    variant("ids are slugs", OWN_IDS, Slugs, READ, READ_REPAIR,
            edits=(schema("Id", {"type": "string", "pattern": "^[a-z0-9-]+$"}),)),
    variant("ids are any text", OWN_IDS, LikeUuids, READ,
            edits=(schema("Id", {"type": "string"}),)),
)  # fmt: skip

# --- conditions


class Unconditional(Workshop):
    """No ETag, no conditions."""

    def matched(self, request: Request) -> Bike:
        return self.bike(request)

    async def read_bike(self, request: Request) -> Any:
        self.check_accept(request)
        self.integer(request.cookies, "station", 1, *self.stations)
        return self.tagged(self.bike(request))

    def tagged(self, bike: Bike, status: int = 200, **headers: str) -> web.Response:
        return self.json(self.shown(bike), status, **headers)


class Weak(Workshop):
    """ETags are weak; no condition asks for strong ones."""

    def matched(self, request: Request) -> Bike:
        return self.bike(request)

    def finish(self, _: Request, response: web.Response) -> web.Response:
        if tag := response.headers.get("ETag"):
            response.headers["ETag"] = f"W/{tag}"
        return response


def if_match_left_out(document: Any) -> None:
    for method in ("PUT", "PATCH", "DELETE"):
        without_parameter(f"{method} {BIKE_ROOM}", "IfMatch")(document)


NO_CONDITIONS: tuple[Edit, ...] = (
    without_header("ETag"),
    removed("304", "412"),
    without_parameter(f"GET {BIKE_ROOM}", "If-None-Match"),
    if_match_left_out,
)

CONDITIONS = (
    variant("no ETag", "RFC 9110 section 8.8: an ETag is optional", Unconditional, READ,
            PUT.with_headers(If_Match=ANOTHER), edits=NO_CONDITIONS),
    variant("weak ETags", "RFC 9110 section 8.8.3: an ETag may be weak", Weak,
            READ, READ.with_headers(If_None_Match="{etag}"),
            edits=(removed("412"), if_match_left_out)),
)  # fmt: skip

# --- what answers look like


def left_out_nulls(self: Workshop, bike: Bike) -> dict[str, Any]:
    return {key: value for key, value in Workshop.shown(self, bike).items() if value is not None}


def nulls_not_required(document: Any) -> None:
    required = document["components"]["schemas"]["Bike"]["required"]
    document["components"]["schemas"]["Bike"]["required"] = [
        name for name in required if name not in ("notes", "bought_on")
    ]


def in_utc(self: Workshop, bike: Bike) -> dict[str, Any]:
    shown = Workshop.shown(self, bike)
    return {**shown, "created_at": shown["created_at"].replace("+00:00", "Z")}


def with_links(self: Workshop, bike: Bike) -> dict[str, Any]:
    return {**Workshop.shown(self, bike), "_links": {"self": {"href": f"/v1/bikes/{bike.id}"}}}


def pretty(self: Workshop, request: Request, response: web.Response) -> web.Response:
    if response.content_type == "application/json" and response.body:
        value = json.loads(response.text or "null")
        response.text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    return response


def unparametrised(self: Workshop, request: Request, response: web.Response) -> web.Response:
    if response.body and response.charset:
        response.headers["Content-Type"] = response.content_type
    return response


def zipped(self: Workshop, request: Request, response: web.Response) -> web.Response:
    accepts = "gzip" in request.headers.get("Accept-Encoding", "")
    if accepts and isinstance(response.body, bytes) and len(response.body) > 100:
        response.body = gzip.compress(response.body)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
    return response


def with_cookie(self: Workshop, request: Request, response: web.Response) -> web.Response:
    response.set_cookie("visit", uuid.uuid4().hex, httponly=True)
    return response


def absolute(self: Workshop, request: Request, thing: str) -> str:
    return f"http://{request.host}{request.path}/{thing}"


ZIPPED = READ.with_headers(Accept_Encoding="gzip")
SHOWN = (
    variant("null members left out", FREE, changed(shown=left_out_nulls), READ,
            edits=(nulls_not_required,)),
    variant("moments in Z", "RFC 3339 section 5.6", changed(shown=in_utc), READ, LIST),
    variant("members that nobody described", "JSON Schema: other members are allowed",
            changed(shown=with_links), READ, LIST),
    variant("pretty JSON in UTF-8", "RFC 8259: white space and escapes", changed(finish=pretty),
            call("POST", "/bikes", bike_with(notes="größer"))),
    variant("JSON without charset", "RFC 8259 section 11", changed(finish=unparametrised), READ),
    variant("compressed", "RFC 9110 section 8.4", changed(finish=zipped), ZIPPED),
    variant("cookies for visitors", "RFC 6265", changed(finish=with_cookie), READ),
    variant("absolute Location", "RFC 9110 section 10.2.2", changed(location=absolute), CREATE,
            repair()),
)  # fmt: skip

# --- what is looked at, and when


class Late(Workshop):
    """Each answer takes its time."""

    async def read_bike(self, request: Request) -> Any:
        await asyncio.sleep(0.05)
        response = await super().read_bike(request)
        response.headers["X-Runtime"] = "0.05"
        return response


class Newest(Workshop):
    """The newest bike comes first, where no order is asked for."""

    async def list_bikes(self, request: Request) -> Any:
        asked = dict.fromkeys(request.query.keys())
        if "sort" in asked:
            return await super().list_bikes(request)
        with_sort = request.clone(rel_url=request.rel_url.extend_query(sort="-created_at"))
        with_sort._match_info = request.match_info
        return await super().list_bikes(with_sort)


def values_first(self: Workshop, request: Request) -> bool:
    """A parameter that breaks its schema is refused before the token is looked at."""
    is_list = request.path == "/v1/bikes" and request.method == "GET"
    if is_list:
        self.integer(request.query, "limit", 20, *self.limits)
    return Workshop.needs_token(self, request)


def existence_first(self: Workshop, request: Request) -> bool:
    """What is not there is 404 to everybody."""
    if "bike" in request.match_info:
        self.bike(request)
    return Workshop.needs_token(self, request)


def no_head(self: Workshop, request: Request, response: web.Response) -> web.Response:
    if request.method != "HEAD":
        return response
    allow = {"Allow": "GET"}
    return web.Response(status=405, headers=allow)


def only_whole(value: Any) -> bool:
    return isinstance(value, float)


def unknown_query(self: Workshop, request: Request) -> None:
    known = {"limit", "offset", "kind", "tag", "sort"}
    if request.path == "/v1/bikes" and set(request.query) - known:
        self.refuse(400, "There is no such parameter.")
    Workshop.check_accept(self, request)


def open_bodies(document: Any) -> None:
    for name in ("NewBike", "BikeDetails", "BikePatch"):
        del document["components"]["schemas"][name]["additionalProperties"]
    body = operation(document, "POST /bikes/search")["requestBody"]
    del body["content"]["application/json"]["schema"]["additionalProperties"]


LOOKED_AT = (
    variant("slow", FREE, Late, READ),
    variant("newest first", FREE, Newest, LIST),
    variant("values before the token", FREE, changed(needs_token=values_first),
            call("GET", "/bikes?limit=0").unauthenticated),
    variant("existence before the token", FREE, changed(needs_token=existence_first),
            UNKNOWN.unauthenticated),
    variant("no HEAD", "frameworks differ", changed(finish=no_head), Call("HEAD", "/about")),
    variant("3.0 is no whole number", "JSON Schema draft 4", b.but("details", "gears", only_whole),
            call("POST", "/bikes", bike_with(gears=3.0))),
    variant("unknown parameters refused", FREE, changed(check_accept=unknown_query),
            call("GET", "/bikes?colour=red")),
    variant("unknown members ignored", "the document allows others", changed(open_bodies=True),
            patch({"gears": 4, "bells": 1}), edits=(open_bodies,)),
    variant("any Accept is served", "RFC 9110 section 12.5.1",
            changed(check_accept=lambda *_: None), ABOUT.with_headers(Accept="text/html"),
            edits=(removed("406"),)),
)  # fmt: skip

VARIANTS: tuple[Variant, ...] = (*FORMATS, *STATUSES, *IDS, *CONDITIONS, *SHOWN, *LOOKED_AT)
