"""What breaks the document, and is accepted: in each place of a request."""

from __future__ import annotations

import re
from typing import Any

from tests.crud import store
from tests.crud.aiohttp_base import Request
from tests.crud.aiohttp_service import Workshop
from tests.crud.aiohttp_values import integer, like, nullable, number, set_of, text
from tests.crud.calls import (
    BIKE,
    DETAILS,
    PLAN,
    READ,
    REPAIR,
    bike_with,
    call,
    patch,
    repair,
    without,
)

from . import builders as b
from .mutant import Factory, Row, changed, family, mutant

INVALID = "422: The body breaks its schema"
BAD = "400: A parameter breaks its schema, or the body cannot be read"
ENOUGH = 10**9


def accepted(what: str, app: Factory, **members: Any) -> Row:
    """A bike with these members."""
    probe = call("POST", "/bikes", bike_with(**members))
    return mutant(f"{what} accepted", INVALID, app, probe)


def left_out(name: str, **defaults: Any) -> Row:
    probe = call("POST", "/bikes", without(bike_with(), name))
    app = b.without_required(name, **{name: defaults[name]})
    return mutant(f"bike without {name} accepted", INVALID, app, probe)


def query(what: str, app: Factory, *paths: str) -> Row:
    return mutant(f"{what} accepted", BAD, app, *(call("GET", path) for path in paths))


def lenient(name: str, **values: Any) -> Factory:
    """A word of a parameter that is not looked at; an unknown one is as if it were not there."""
    right = Workshop.choice

    def choice(self: Workshop, found: Any, asked: str, choices: Any) -> str | None:
        said = found.get(asked)
        if asked == name:
            return said if said in choices else values.get("default")
        return right(self, found, asked, choices)

    return changed(choice=choice)


def whole(name: str, least: int, most: int) -> Factory:
    """Other bounds of a number in a query or a cookie."""
    right = Workshop.integer

    def number_(self: Workshop, found: Any, asked: str, default: int, *bounds: int) -> int:
        given = (least, most) if asked == name else bounds
        return right(self, found, asked, default, *given)

    return changed(integer=number_)


def any_text(name: str) -> Factory:
    """A number in a query or a cookie that is not looked at where it is none."""
    right = Workshop.integer

    def number_(self: Workshop, found: Any, asked: str, default: int, *bounds: int) -> int:
        is_number = re.fullmatch("-?[0-9]+", found.get(asked, "0"))
        values: Any = found if asked != name or is_number else {}
        return right(self, values, asked, default, *bounds)

    return changed(integer=number_)


def only_for(name: str, **lax: Any) -> Factory:
    """A handler for which other rules hold."""
    right: Any = getattr(Workshop, name)

    async def handler(self: Workshop, request: Request) -> Any:
        lent = changed(**lax)()
        lent.store = self.store
        return await right(lent, request)

    return changed(**{name: handler})


def not_needed(name: str, default: str) -> Factory:
    """A word of a parameter that may be left out."""
    right = Workshop.needed

    def needed(self: Workshop, found: Any, asked: str, choices: Any) -> str:
        values: Any = {name: default} if asked == name and name not in found else found
        return right(self, values, asked, choices)

    return changed(needed=needed)


def forgiving(self: Workshop, body: bytes) -> Any:
    """What cannot be read is an empty object."""
    try:
        return Workshop.parse(self, body)
    except Exception:
        return {"frame_number": "XX000000", "kind": "city", "gears": 1, "weight": 1}


async def unheld(self: Workshop, request: Request, rules: Any, *_: Any, **__: Any) -> Any:
    """A body that is held to nothing."""
    value = self.parse(await request.read())
    known = {"frame_number": "XX000000", "kind": "city", "gears": 1, "weight": 1}
    return {**known, **value} if isinstance(value, dict) and "gears" in rules else known


GEARS = {**Workshop.details, "gears": integer(0, 99)}

BODIES = (
    accepted("any kind", b.with_detail("kind"), kind="boat"),
    accepted("kind in capitals", b.also("details", "kind", like("[A-Z]+")), kind="CITY"),
    accepted("no gears", b.with_detail("gears", integer(0, 30)), gears=0),
    accepted("99 gears", b.with_detail("gears", integer(1, 99)), gears=31),
    accepted("gears as text", b.also("details", "gears", like("[0-9]+")), gears="3"),
    accepted("half a gear", b.with_detail("gears", number(0, 30)), gears=2.5),
    accepted("gears as boolean", b.also("details", "gears", lambda v: v is True), gears=True),
    accepted("gears null", b.with_detail("gears", nullable(integer(1, 30))), gears=None),
    accepted("weight of 0", b.with_detail("weight", number(-1, 80)), weight=0),
    accepted("any weight", b.with_detail("weight", number(0, ENOUGH)), weight=80.5),
    accepted("weight as text", b.also("details", "weight", like("[0-9.]+")), weight="12.5"),
    accepted("weight null", b.with_detail("weight", nullable(number(0, 80))), weight=None),
    accepted("any colour", b.with_detail("colour", text(0, ENOUGH)), colour="green"),
    accepted(
        "colour with more behind it",
        b.with_detail("colour", like("#[0-9a-f]{6}.*")),
        colour="#00ff0000",
    ),
    accepted("equal tags", b.with_detail("tags"), tags=["a", "a"]),
    accepted("many tags", b.with_detail("tags", set_of(text(1, 20), 99)), tags=list("abcdef")),
    accepted("empty tag", b.with_detail("tags", set_of(text(0, 20), 5)), tags=[""]),
    accepted("long tag", b.with_detail("tags", set_of(text(1, 999), 5)), tags=["t" * 21]),
    accepted("tags as text", b.also("details", "tags", text(0, 99)), tags="a"),
    accepted("long notes", b.with_detail("notes", nullable(text(0, ENOUGH))), notes="n" * 501),
    accepted("notes as number", b.also("details", "notes", number(-1, 99)), notes=5),
    accepted("any lock code", b.with_detail("lock_code", text(0, 99)), lock_code="12345"),
    accepted("lock code as number", b.also("details", "lock_code", number(0, 9999)), lock_code=1),
    accepted(
        "any frame number",
        changed(frame_number=staticmethod(text(0, ENOUGH))),
        frame_number="AB123",
    ),
    accepted(
        "frame number in small letters",
        changed(frame_number=staticmethod(like("[A-Za-z]{2}[0-9]{6}"))),
        frame_number="ab123456",
    ),
    accepted("unknown members", changed(open_bodies=True), bells=1),
    left_out("kind", kind="city"),
    left_out("gears", gears=1),
    left_out("weight", weight=1),
    mutant("malformed JSON accepted", BAD, changed(parse=forgiving), call("POST", "/bikes", b"{")),
    mutant("bodies held to nothing", INVALID, changed(body=unheld), call("POST", "/bikes", [BIKE])),
    mutant(
        "PUT held to less",
        INVALID,
        only_for("replace_bike", details=GEARS),
        call("PUT", "/bikes/{bike}", {**DETAILS, "gears": 0}),
    ),
    mutant(
        "PUT without what is required",
        INVALID,
        only_for("replace_bike", required=("gears", "weight")),
        call("PUT", "/bikes/{bike}", without(DETAILS, "kind")),
    ),
    mutant(
        "PATCH held to less",
        INVALID,
        only_for("change_bike", details=GEARS),
        patch({"gears": 0}),
    ),
    mutant(
        "empty patch accepted", INVALID, only_for("change_bike", refuse=lambda *_: None), patch({})
    ),
    mutant(
        "search for an empty text",
        INVALID,
        b.with_rule("search_rules", "text", text(0, 50)),
        call("POST", "/bikes/search", {"text": ""}),
    ),
    mutant(
        "search for any kind",
        INVALID,
        b.with_rule("search_rules", "kinds", None),
        call("POST", "/bikes/search", {"kinds": ["boat"]}),
    ),
    mutant(
        "search for unknown members",
        INVALID,
        only_for("search", open_bodies=True),
        call("POST", "/bikes/search", {"max_gears": 3}),
    ),
    mutant(
        "repair without title",
        INVALID,
        b.without_required("title", "repair_required", title="Repair"),
        repair(without(REPAIR, "title")),
    ),
    mutant(
        "repair with an empty title",
        INVALID,
        b.with_rule("repair_rules", "title", text(0, 100)),
        repair({**REPAIR, "title": ""}),
    ),
    mutant(
        "repair below its price",
        INVALID,
        b.with_rule("repair_rules", "price_cents", integer(-ENOUGH, 1_000_000)),
        repair({**REPAIR, "price_cents": -1}),
    ),
    mutant(
        "repair in any status",
        INVALID,
        b.with_rule("repair_rules", "status", text(0, ENOUGH)),
        repair({**REPAIR, "status": "lost"}),
    ),
    mutant(
        "plan of any interval",
        INVALID,
        b.with_rule("plan_rules", "interval_days", integer(-ENOUGH, ENOUGH)),
        call("PUT", "/bikes/{bike}/service-plan", {"interval_days": 6}),
    ),
    mutant(
        "plan without interval",
        INVALID,
        b.without_required("interval_days", "plan_required", interval_days=30),
        call("PUT", "/bikes/{bike}/service-plan", {"remind": True}),
    ),
    mutant(
        "plan with a text to remind",
        INVALID,
        b.with_rule("plan_rules", "remind", None),
        call("PUT", "/bikes/{bike}/service-plan", {**PLAN, "remind": "yes"}),
    ),
)

PARAMETERS = (
    query("limit of 0", changed(limits=(0, store.PAGE)), "/bikes?limit=0"),
    query("limit of 101", changed(limits=(1, ENOUGH)), "/bikes?limit=101"),
    query("limit as text", any_text("limit"), "/bikes?limit=many"),
    query("offset below 0", whole("offset", -ENOUGH, ENOUGH), "/bikes?offset=-1"),
    query("offset as text", any_text("offset"), "/bikes?offset=far"),
    query("any kind in the query", lenient("kind"), "/bikes?kind=boat"),
    query("any order", lenient("sort"), "/bikes?sort=colour"),
    query("any status in the query", lenient("status"), "/bikes/{bike}/repairs?status=lost"),
    mutant(
        "no currency needed",
        BAD,
        not_needed("currency", "EUR"),
        call("POST", "/estimates", b"minutes=30", "application/x-www-form-urlencoded"),
    ),
    mutant(
        "any currency taken",
        BAD,
        lenient("currency", default="EUR"),
        call("POST", "/estimates?currency=SEK", b"minutes=30", "application/x-www-form-urlencoded"),
    ),
    mutant(
        "any branch taken",
        BAD,
        lenient("X-Branch", default="north"),
        repair(branch="west"),
    ),
    mutant(
        "no branch needed",
        BAD,
        not_needed("X-Branch", "north"),
        repair(branch=None),
    ),
    mutant(
        "any station taken",
        BAD,
        changed(stations=(0, ENOUGH)),
        READ.with_headers(Cookie="station=21"),
    ),
    mutant("station as text", BAD, any_text("station"), READ.with_headers(Cookie="station=here")),
)

VALIDATION = family("validation", *BODIES, *PARAMETERS)
