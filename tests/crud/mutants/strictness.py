"""What keeps the document, and is refused."""

from __future__ import annotations

from typing import Any

from tests.crud.aiohttp_service import Workshop
from tests.crud.aiohttp_values import integer, like, number, one_of, set_of, text
from tests.crud.calls import (
    DETAILS,
    PLAN,
    READ,
    REPAIR,
    bike_with,
    call,
    patch,
    repair,
    typed,
)

from . import builders as b
from .mutant import Factory, Row, changed, family, mutant
from .validation import only_for, whole

VALID = "what keeps the schema gets the success"


def refused(what: str, app: Factory, **members: Any) -> Row:
    """A bike with these members."""
    probe = call("POST", "/bikes", bike_with(**members))
    return mutant(f"{what} refused", VALID, app, probe)


def required(name: str) -> Factory:
    return changed(required=(*Workshop.required, name))


def is_none(value: Any) -> bool:
    return value is None


STRICTNESS = family(
    "strictness",
    refused("cargo bikes", b.with_detail("kind", one_of("city", "mountain", "road")), kind="cargo"),
    refused("one gear", b.with_detail("gears", integer(2, 30)), gears=1),
    refused("30 gears", b.with_detail("gears", integer(1, 29)), gears=30),
    refused("heavy bikes", b.with_detail("weight", number(0, 50)), weight=80),
    refused("light bikes", b.with_detail("weight", number(5, 80)), weight=0.5),
    refused("parts of a kilogram", b.with_detail("weight", integer(1, 80)), weight=12.5),
    refused("digits in colours", b.with_detail("colour", like("#[a-f]{6}")), colour="#00ff00"),
    refused("five tags", b.with_detail("tags", set_of(text(1, 20), 4)), tags=list("abcde")),
    refused("no tags", b.but("details", "tags", lambda tags: not tags), tags=[]),
    refused("tags of 20", b.with_detail("tags", set_of(text(1, 10), 5)), tags=["t" * 20]),
    refused("notes null", b.but("details", "notes", is_none), notes=None),
    refused("notes of 500", b.but("details", "notes", lambda n: len(n or "") > 255),
            notes="n" * 500),
    refused("notes beyond ASCII", b.but("details", "notes", lambda n: not (n or "").isascii()),
            notes="größer 🚲"),
    refused("day null", b.but("details", "bought_on", is_none), bought_on=None),
    refused("days of long ago", b.but("details", "bought_on", lambda day: (day or "9") < "2000"),
            bought_on="1999-12-31"),
    refused("zeros in lock codes", b.with_detail("lock_code", like("[1-9]{4}")), lock_code="0000"),
    refused("bikes without colour", required("colour")),
    refused("bikes without notes", required("notes")),
    refused("bikes without tags", required("tags")),
    mutant("page of 100 refused", VALID, changed(limits=(1, 50)), call("GET", "/bikes?limit=100")),
    mutant("page of 1 refused", VALID, changed(limits=(2, 100)), call("GET", "/bikes?limit=1")),
    mutant("first offset refused", VALID, whole("offset", 1, 10**18),
           call("GET", "/bikes?limit=1&offset=0")),
    mutant("order by frame number refused", VALID, changed(sorts=("created_at", "-created_at")),
           call("GET", "/bikes?sort=frame_number")),
    mutant("station 20 refused", VALID, changed(stations=(1, 19)),
           READ.with_headers(Cookie="station=20")),
    mutant("branch south refused", VALID,
           changed(needed=lambda self, found, name, choices: Workshop.needed(
               self, found, name, choices[:1] if name == "X-Branch" else choices)),
           repair(branch="south")),
    mutant("repair for nothing refused", VALID,
           b.with_rule("repair_rules", "price_cents", integer(1, 1_000_000)),
           repair({**REPAIR, "price_cents": 0})),
    mutant("repair that is done refused", VALID,
           b.with_rule("repair_rules", "status", one_of("planned")),
           repair({**REPAIR, "status": "done"})),
    mutant("repair with a long title refused", VALID,
           b.with_rule("repair_rules", "title", text(1, 50)),
           repair({**REPAIR, "title": "t" * 100})),
    mutant("plan of two years refused", VALID,
           b.with_rule("plan_rules", "interval_days", integer(7, 365)),
           call("PUT", "/bikes/{bike}/service-plan", {"interval_days": 730})),
    mutant("plan without reminder refused", VALID,
           changed(plan_required=("interval_days", "remind")),
           call("PUT", "/bikes/{bike}/service-plan", {"interval_days": 30})),
    mutant("plan with a reminder refused", VALID,
           b.but("plan_rules", "remind", lambda remind: remind),
           call("PUT", "/bikes/{bike}/service-plan", PLAN)),
    mutant("search for one kind refused", VALID,
           b.but("search_rules", "kinds", lambda kinds: len(kinds) < 2),
           call("POST", "/bikes/search", {"kinds": ["city"]})),
    mutant("search for nothing refused", VALID,
           b.in_place_of("search", lambda self, request: _search_for_something(self, request)),
           call("POST", "/bikes/search", {})),
    mutant("PUT of one gear refused", VALID,
           only_for("replace_bike", details={**Workshop.details, "gears": integer(2, 30)}),
           call("PUT", "/bikes/{bike}", {**DETAILS, "gears": 1})),
    mutant("patch of notes refused", VALID,
           only_for("change_bike", details={**Workshop.details, "notes": text(0, 500)}),
           patch({"notes": None})),
    mutant("charset of JSON refused", "RFC 9110 section 8.3.1: a parameter of a media type",
           changed(check_media_type=lambda self, request, name: _exactly(self, request, name)),
           typed(call("POST", "/bikes", bike_with()), "application/json; charset=utf-8")),
)  # fmt: skip


async def _search_for_something(self: Workshop, request: Any) -> Any:
    asked = self.parse(await request.read())
    if asked == {}:
        self.refuse(422, "Say what you look for.")
    return await Workshop.search(self, request)


def _exactly(self: Workshop, request: Any, name: str) -> None:
    if request.headers.get("Content-Type") == f"{name}; charset=utf-8":
        self.refuse(400, "No charset, please.")
    Workshop.check_media_type(self, request, name)
