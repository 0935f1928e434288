"""The workshop with aiohttp: handlers in a class, errors and callers in middlewares.

The mutants and variants are made of this one: each overrides an attribute or a short method.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from aiohttp import web

from tests.crud import store
from tests.crud.aiohttp_base import Request, Response, Service
from tests.crud.aiohttp_values import (
    DETAILS,
    FRAME_NUMBER,
    KINDS,
    PLAN,
    REPAIR,
    SEARCH,
    TAG,
    Rule,
    text,
)


class Workshop(Service):
    """The operations, and what each demands."""

    details: Mapping[str, Rule] = DETAILS
    required: Collection[str] = ("kind", "gears", "weight")
    frame_number: Rule = staticmethod(FRAME_NUMBER)
    search_rules: Mapping[str, Rule] = SEARCH
    repair_rules: Mapping[str, Rule] = REPAIR
    repair_required: Collection[str] = ("title", "price_cents", "status")
    plan_rules: Mapping[str, Rule] = PLAN
    plan_required: Collection[str] = ("interval_days",)
    sorts: Collection[str] = ("created_at", "-created_at", "frame_number")
    limits = (1, store.PAGE)
    stations = (1, 20)
    minutes = (1, 480)
    photo_types: Collection[str] = ("image/png", "image/jpeg")
    photo_bytes = store.PHOTO_BYTES

    def __init__(self) -> None:
        self.store = store.Store()

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.errors, self.callers], client_max_size=8 << 20)
        bike = "/v1/bikes/{bike}"
        app.add_routes(
            [
                web.get("/v1/about", self.about),
                web.post("/v1/estimates", self.estimate),
                web.get("/v1/bikes", self.list_bikes),
                web.post("/v1/bikes", self.create_bike),
                web.post("/v1/bikes/search", self.search),
                web.get(bike, self.read_bike),
                web.put(bike, self.replace_bike),
                web.patch(bike, self.change_bike),
                web.delete(bike, self.delete_bike),
                web.get(f"{bike}/service-plan", self.read_plan),
                web.put(f"{bike}/service-plan", self.write_plan),
                web.delete(f"{bike}/service-plan", self.delete_plan),
                web.get(f"{bike}/repairs", self.list_repairs),
                web.post(f"{bike}/repairs", self.create_repair),
                web.get(f"{bike}/repairs/{{repair}}", self.read_repair),
                web.delete(f"{bike}/repairs/{{repair}}", self.delete_repair),
                web.post(f"{bike}/photos", self.upload_photo),
                web.get(f"{bike}/photos/{{photo}}", self.read_photo),
            ]
        )
        return app

    def bike(self, request: Request) -> store.Bike:
        return self.store.bike(request.match_info["bike"])

    def matched(self, request: Request) -> store.Bike:
        """The bike, if the client knows its state."""
        bike = self.bike(request)
        if "If-Match" in request.headers:
            tags = {tag.value for tag in request.if_match or () if not tag.is_weak}
            if not {bike.tag, "*"} & tags:
                raise web.HTTPPreconditionFailed
        return bike

    # --- the operations

    async def about(self, request: Request) -> Response:
        self.check_accept(request)
        members = {"name": "The bicycle workshop", "opens": store.OPENS}
        return self.json({**members, "branches": store.BRANCHES})

    async def estimate(self, request: Request) -> Response:
        currency = self.needed(request.query, "currency", ("EUR", "GBP"))
        self.check_media_type(request, "application/x-www-form-urlencoded")
        form = await self.form(request)
        minutes, express = str(form.get("minutes", "")), form.get("express", "false")
        low, high = self.minutes
        if not re.fullmatch("[0-9]{1,3}", minutes) or not low <= int(minutes) <= high:
            self.refuse(422, f"From {low} to {high} minutes.")
        if express not in ("true", "false"):
            self.refuse(422, "Express is true or false.")
        return self.json(store.estimate(int(minutes), currency, express == "true"))

    async def list_bikes(self, request: Request) -> Response:
        self.check_accept(request)
        query = request.query
        limit = self.integer(query, "limit", 20, *self.limits)
        offset = self.integer(query, "offset", 0, 0, 10**18)
        kind = self.choice(query, "kind", KINDS)
        sort = self.choice(query, "sort", self.sorts) or "created_at"
        tags = query.getall("tag", [])
        if len(tags) > 5 or not all(map(TAG, tags)):
            self.refuse(400, "These are no tags.")
        bikes = self.store.select(kind, tags, sort)
        return self.page(request, bikes, limit, offset)

    def page(
        self, request: Request, bikes: list[store.Bike], limit: int, offset: int
    ) -> web.Response:
        following = request.rel_url.update_query(limit=str(limit), offset=str(offset + limit))
        page = {
            "items": [self.shown(bike) for bike in bikes[offset : offset + limit]],
            "total": len(bikes),
            "limit": limit,
            "offset": offset,
            "next": str(following) if offset + limit < len(bikes) else None,
        }
        return self.json(page, X_Total_Count=str(len(bikes)))

    def shown(self, bike: store.Bike) -> dict[str, Any]:
        return bike.shown()

    def tagged(self, bike: store.Bike, status: int = 200, **headers: str) -> web.Response:
        return self.json(self.shown(bike), status, ETag=f'"{bike.tag}"', **headers)

    async def create_bike(self, request: Request) -> Response:
        rules = {"frame_number": self.frame_number, **self.details}
        values = await self.body(request, rules, ("frame_number", *self.required))
        bike = self.store.add(values.pop("frame_number"), values)
        return self.tagged(bike, 201, Location=self.location(request, bike.id))

    def location(self, request: Request, thing_id: str) -> str:
        return f"{request.path}/{thing_id}"

    async def search(self, request: Request) -> Response:
        asked = await self.body(request, self.search_rules, ())
        words, kinds, gears = asked.get("text", ""), asked.get("kinds"), asked.get("min_gears", 1)
        bikes = self.store.search(words, kinds, gears)
        shown = [self.shown(bike) for bike in bikes[: store.PAGE]]
        return self.json({"items": shown, "total": len(bikes)})

    async def read_bike(self, request: Request) -> Response:
        self.check_accept(request)
        self.integer(request.cookies, "station", 1, *self.stations)
        bike = self.bike(request)
        if {bike.tag, "*"} & {tag.value for tag in request.if_none_match or ()}:
            raise web.HTTPNotModified(headers={"ETag": f'"{bike.tag}"'})
        return self.tagged(bike)

    async def replace_bike(self, request: Request) -> Response:
        bike = self.matched(request)
        values = await self.body(request, self.details, self.required)
        return self.tagged(self.store.replace(bike.id, values))

    async def change_bike(self, request: Request) -> Response:
        bike = self.matched(request)
        media_type = "application/merge-patch+json"
        values = await self.body(request, self.details, (), media_type=media_type)
        if not values:
            self.refuse(422, "A patch changes something.")
        return self.tagged(self.store.change(bike.id, values))

    async def delete_bike(self, request: Request) -> Response:
        self.store.remove(self.matched(request).id)
        return web.Response(status=204)

    async def read_plan(self, request: Request) -> Response:
        if (plan := self.bike(request).plan) is None:
            raise store.Missing
        return self.json(plan)

    async def write_plan(self, request: Request) -> Response:
        bike = self.bike(request)
        plan = await self.body(request, self.plan_rules, self.plan_required, is_open=True)
        is_new, bike.plan = bike.plan is None, plan
        return self.json(plan, 201 if is_new else 200)

    async def delete_plan(self, request: Request) -> Response:
        await self.read_plan(request)
        self.bike(request).plan = None
        return web.Response(status=204)

    async def list_repairs(self, request: Request) -> Response:
        status = self.choice(request.query, "status", ("planned", "done"))
        repairs = self.bike(request).repairs.values()
        return self.json([r for r in repairs if status in (None, r["status"])])

    async def create_repair(self, request: Request) -> Response:
        bike = self.bike(request)
        branch = self.needed(request.headers, "X-Branch", store.BRANCHES)
        rules, required = self.repair_rules, self.repair_required
        values = await self.body(request, rules, required, is_open=True)
        repair = self.store.add_repair(bike.id, branch, values)
        return self.json(repair, 201, Location=self.location(request, repair["id"]))

    async def read_repair(self, request: Request) -> Response:
        names = request.match_info
        return self.json(self.store.repair(names["bike"], names["repair"]))

    async def delete_repair(self, request: Request) -> Response:
        self.store.remove_repair(request.match_info["bike"], request.match_info["repair"])
        return web.Response(status=204)

    async def upload_photo(self, request: Request) -> Response:
        bike = self.bike(request)
        self.check_media_type(request, "multipart/form-data")
        form = await self.form(request)
        image, caption = form.get("image"), form.get("caption")
        if not isinstance(image, web.FileField) or not (caption is None or text(0, 80)(caption)):
            self.refuse(422, "An image, and a caption of 80 characters.")
        if image.content_type not in self.photo_types:
            raise web.HTTPUnsupportedMediaType
        if len(content := image.file.read()) > self.photo_bytes:
            self.refuse(413, "The photograph is larger than 64 KiB.")
        photo = self.store.add_photo(bike.id, content, image.content_type, caption)
        return self.json(photo.shown(), 201, Location=self.location(request, photo.id))

    async def read_photo(self, request: Request) -> Response:
        names = request.match_info
        photo = self.store.photo(names["bike"], names["photo"])
        return web.Response(body=photo.content, content_type=photo.media_type)
