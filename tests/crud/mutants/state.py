"""What was said is not what is known afterwards."""

# ruff: noqa: ARG005 - the parameters are those of what is replaced

from __future__ import annotations

from typing import Any

from aiohttp import web

from tests.crud.aiohttp_base import Request
from tests.crud.aiohttp_service import Workshop
from tests.crud.calls import (
    CREATE,
    DELETE,
    DELETE_PLAN,
    DELETE_REPAIR,
    DETAILS,
    LIST,
    PATCH,
    PUT,
    PUT_PLAN,
    READ,
    READ_PHOTO,
    READ_PLAN,
    READ_REPAIR,
    Call,
    bike_with,
    call,
    of,
    patch,
    repair,
    upload,
)
from tests.crud.store import Bike, Store

from . import builders as b
from .mutant import Factory, Row, changed, family, mutant

CREATED = "201: The bike is in the workshop"
KNOWN = "Read a bike: what was said of it"
REPLACED = "Replace all that is known of a bike but its frame number"
CHANGED = "Change some of what is known of a bike (RFC 7396)"
FORGOTTEN = "204: The bike is forgotten; 404: There is nothing with this id"
MATCH = "RFC 9110 section 13.1.1: If-Match"
ETAG = "RFC 9110 section 8.8.3: another state has another ETag"
OWN = "Read a repair of this bike"

FULL = call("POST", "/bikes", bike_with(notes="Mine", tags=["a", "b"], weight=9.25, gears=7))
LAST = call("GET", "/bikes?sort=-created_at&limit=1")
ANOTHER = '"another"'


def kept(**values: Any) -> Factory:
    """Some members are kept otherwise than they were given."""
    return b.with_store(add=lambda right, frame, details: right(frame, {**details, **values}))


def lost(name: str, *methods: str) -> Factory:
    """A member is not kept."""

    def method(right: Any, key: str, details: Any) -> Any:
        return right(key, {k: v for k, v in details.items() if k != name})

    return b.with_store(**dict.fromkeys(methods or ("add",), method))


def state(name: str, breaks: str, app: Factory, *probe: Call) -> Row:
    return mutant(name, breaks, app, *probe)


async def _only_said(self: Workshop, request: Request) -> Any:
    """A PUT that answers with what was said, and keeps nothing."""
    bike = self.matched(request)
    values = await self.body(request, self.details, self.required)
    said = Bike(bike.id, bike.frame_number, {**bike.details, **values}, bike.created_at)
    return self.tagged(said)


async def _create_unkept(self: Workshop, request: Request) -> Any:
    """A POST that answers with what was said, and keeps nothing."""
    rules = {"frame_number": self.frame_number, **self.details}
    values = await self.body(request, rules, ("frame_number", *self.required))
    bike = Store().add(values.pop("frame_number"), values)
    return self.tagged(bike, 201, Location=self.location(request, bike.id))


async def _deleted(self: Workshop, request: Request) -> Any:
    self.matched(request)
    return web.Response(status=204)


async def _repair_kept(self: Workshop, request: Request) -> Any:
    self.store.repair(request.match_info["bike"], request.match_info["repair"])
    return web.Response(status=204)


async def _plan_kept(self: Workshop, request: Request) -> Any:
    await self.read_plan(request)
    return web.Response(status=204)


async def _plan_unkept(self: Workshop, request: Request) -> Any:
    bike = self.bike(request)
    plan = await self.body(request, self.plan_rules, self.plan_required, is_open=True)
    bike.plan = bike.plan or plan
    return self.json(plan)


def _any_bikes_repair(self: Workshop, request: Request) -> Any:
    self.bike(request)
    for bike in self.store.select(None, [], "created_at"):
        if found := bike.repairs.get(request.match_info["repair"]):
            return self.json(found)
    return self.problem(404, "There is nothing with this id.")


def _unkept_repair(right: Any, bike: str, branch: str, said: Any) -> Any:
    made = right(bike, branch, said)
    right.__self__.remove_repair(bike, made["id"])
    return made


def _unmatched(method: str) -> Factory:
    """If-Match is not looked at."""

    def matched(self: Workshop, request: Request) -> Bike:
        return self.bike(request) if request.method == method else Workshop.matched(self, request)

    return changed(matched=matched)


def _first_for_unknown(self: Workshop, request: Request) -> Bike:
    bikes = self.store.select(None, [], "created_at")
    known = [bike for bike in bikes if bike.id == request.match_info["bike"]]
    return (known or bikes or [self.store.bike("")])[0]


class Undead(Workshop):
    """A bike that was deleted can still be read."""

    def __init__(self) -> None:
        super().__init__()
        self.graves: dict[str, Bike] = {}

    async def delete_bike(self, request: Request) -> Any:
        bike = self.matched(request)
        self.graves[bike.id] = bike
        return await super().delete_bike(request)

    def bike(self, request: Request) -> Bike:
        name = request.match_info["bike"]
        is_read = request.method == "GET" and name in self.graves
        return self.graves[name] if is_read else super().bike(request)


class Ageing(Workshop):
    """Reading changes what is read."""

    def shown(self, bike: Bike) -> dict[str, Any]:
        bike.details["gears"] = bike.details["gears"] % 30 + 1
        return super().shown(bike)


def _constant_tag(self: Workshop, bike: Bike, status: int = 200, **headers: str) -> Any:
    return self.json(self.shown(bike), status, ETag='"1"', **headers)


def _tag_of_the_bike(self: Workshop, bike: Bike, status: int = 200, **headers: str) -> Any:
    return self.json(self.shown(bike), status, ETag=f'"{bike.id}"', **headers)


def _never_cached(self: Workshop, request: Request) -> Any:
    return self.tagged(self.bike(request))


STATE = family(
    "state",
    state("created and not kept", CREATED, changed(create_bike=_create_unkept), CREATE, LIST),
    state("created with one gear", KNOWN, kept(gears=1), FULL),
    state("created as city bike", KNOWN, kept(kind="city"),
          call("POST", "/bikes", bike_with(kind="cargo"))),
    state("created without notes", KNOWN, lost("notes"), FULL, LAST),
    state("created without tags", KNOWN, lost("tags"), FULL, LAST),
    state("created without colour", KNOWN, lost("colour"),
          call("POST", "/bikes", bike_with(colour="#00ff00"))),
    state("notes cut", KNOWN, b.with_store(
        add=lambda right, frame, said: right(frame, {**said, "notes": (said.get("notes") or "")[:3]
                                                     if said.get("notes") else None})), FULL),
    state("weight rounded", KNOWN, b.with_store(
        add=lambda right, frame, said: right(frame, {**said, "weight": round(said["weight"]) or 1})
    ), FULL),
    state("another frame number", KNOWN, b.with_store(
        add=lambda right, frame, said: right(frame[:-1] + "0", said)),
        call("POST", "/bikes", bike_with(frame_number="ZZ000001"))),
    state("read otherwise than created", KNOWN, b.answering(
        "GET", b.BIKE, 200, b.members(kind="mountain")), READ),
    state("listed otherwise than created", "Bike: kind", b.answering(
        "GET", b.BIKES, 200, b.document(lambda page: {**page, "items": [
            {**bike, "gears": 30} for bike in page["items"]]})), LIST),
    state("PUT answers and keeps nothing", REPLACED, changed(replace_bike=_only_said),
             PUT, READ),
    state("PUT keeps what was", REPLACED, b.with_store(
        replace=lambda right, bike, said: right(bike, {"kind": "city", "gears": 3, "weight": 1})),
        PUT, READ),
    state("PUT leaves the gears", REPLACED, b.with_store(
        replace=lambda right, bike, said: right(bike, {**said, "gears": 3})), PUT, READ),
    state("PATCH changes nothing", CHANGED, b.with_store(
        change=lambda right, bike, said: right(bike, {})), PATCH, READ),
    state("PATCH forgets the rest", CHANGED, b.with_store(
        change=lambda right, bike, said: right(
            bike, {"kind": "city", "gears": 1, "weight": 1, **said})), PATCH, READ),
    state("PATCH adds to gears", CHANGED, b.with_store(
        change=lambda right, bike, said: right(
            bike, {**said, "gears": min(said.get("gears", 3) + 1, 30)})), PATCH, READ),
    state("PATCH ignores null", CHANGED, b.with_store(
        change=lambda right, bike, said: right(
            bike, {k: v for k, v in said.items() if v is not None})),
        patch({"notes": "Mine"}), patch({"notes": None}), READ),
    state("DELETE deletes nothing", FORGOTTEN, changed(delete_bike=_deleted), DELETE, READ),
    state("deleted and still read", FORGOTTEN, Undead, DELETE, READ),
    state("unknown id is another bike", "404: There is nothing with this id",
          changed(bike=_first_for_unknown), of(READ, bike="unknown")),
    state("reading changes", "RFC 9110 section 9.2.1: safe methods", Ageing, READ, READ),
    state("If-Match ignored by PUT", MATCH, _unmatched("PUT"), PUT.with_headers(If_Match=ANOTHER)),
    state("If-Match ignored by PATCH", MATCH, _unmatched("PATCH"),
          PATCH.with_headers(If_Match=ANOTHER)),
    state("If-Match ignored by DELETE", MATCH, _unmatched("DELETE"),
          DELETE.with_headers(If_Match=ANOTHER)),
    state("right If-Match refused", MATCH, changed(matched=lambda self, request: (
        self.bike(request) if "If-Match" not in request.headers else self.refuse(422, "no"))),
        PUT.with_headers(If_Match="{etag}")),
    state("one ETag for all", ETAG, changed(tagged=_constant_tag), READ, PUT),
    state("ETag of the id", ETAG, changed(tagged=_tag_of_the_bike), READ, PUT),
    state("If-None-Match ignored", "304: The bike is as the client knows it",
          b.in_place_of("read_bike", _never_cached), READ.with_headers(If_None_Match="{etag}")),
    state("304 for any ETag", "RFC 9110 section 13.1.2: If-None-Match", b.handled(
        "read_bike", lambda self, request, response: web.Response(
            status=304, headers={"ETag": response.headers["ETag"]})
        if "If-None-Match" in request.headers else None),
        READ.with_headers(If_None_Match=ANOTHER)),
    state("lock code shown", "LockCode: writeOnly", changed(
        shown=lambda self, bike: {**Workshop.shown(self, bike),
                                  "lock_code": bike.details.get("lock_code", "0000")}), READ),
    state("repair of another bike", OWN, b.in_place_of("read_repair", _any_bikes_repair),
          of(READ_REPAIR, bike="planned")),
    state("repair not kept", OWN, b.with_store(
        add_repair=_unkept_repair),
        repair(), call("GET", "/bikes/{bike}/repairs")),
    state("repair with another title", OWN, b.with_store(
        add_repair=lambda right, bike, branch, said: right(bike, branch, {**said, "title": "?"})),
        repair()),
    state("repair not cancelled", "204: The repair is cancelled",
          changed(delete_repair=_repair_kept), DELETE_REPAIR, READ_REPAIR),
    state("plan not replaced", "200: The plan is replaced", changed(write_plan=_plan_unkept),
          PUT_PLAN, READ_PLAN),
    state("plan not dropped", "204: The bike has no plan any more",
          changed(delete_plan=_plan_kept), DELETE_PLAN, READ_PLAN),
    state("photo cut", "The photograph as it was uploaded", b.with_store(
        add_photo=lambda right, bike, content, *rest: right(bike, content[:8], *rest)),
        upload(), READ_PHOTO),
    state("photo as JPEG", "The photograph as it was uploaded", b.with_store(
        add_photo=lambda right, bike, content, kind, caption: right(
            bike, content, "image/jpeg", caption)), upload(), READ_PHOTO),
    state("photo without caption", "caption", b.with_store(
        add_photo=lambda right, bike, content, kind, caption: right(bike, content, kind, None)),
        upload(caption="The bell")),
    state("deleted with PUT", REPLACED, b.handled(
        "replace_bike", lambda self, request, _: self.store.remove(request.match_info["bike"])),
        call("PUT", "/bikes/{bike}", DETAILS), READ),
)  # fmt: skip
