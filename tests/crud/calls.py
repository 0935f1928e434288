"""Requests to the workshop, written by hand, with the status that each gets.

A path may name what the world of a test has: `{bike}`, `{repair}` and `{photo}` are there, the bike
`{planned}` has a plan, the bike `{gone}` was deleted, and nothing has the id `{unknown}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import requests

from tests.crud.store import READER_TOKEN, TOKEN

BIKE: Mapping[str, Any] = {"frame_number": "AB123456", "kind": "city", "gears": 3, "weight": 12.5}
DETAILS: Mapping[str, Any] = {"kind": "road", "gears": 22, "weight": 8}
REPAIR: Mapping[str, Any] = {"title": "New chain", "price_cents": 4500, "status": "planned"}
PLAN: Mapping[str, Any] = {"interval_days": 90, "remind": True}
PNG = b"\x89PNG\r\n\x1a\n and no more"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
READER = {"Authorization": f"Bearer {READER_TOKEN}"}
Files = Mapping[str, tuple[str | None, bytes, str]]
WORLD: dict[str, str] = {"unknown": "000000000000"}


@dataclass(frozen=True)
class Call:
    """A request; a header that is None is not sent."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    files: Files | None = None

    def with_headers(self, **headers: str | None) -> Call:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return replace(self, headers={**self.headers, **named})

    @property
    def unauthenticated(self) -> Call:
        return self.with_headers(Authorization=None)

    @property
    def wrong_token(self) -> Call:
        return self.with_headers(Authorization="Bearer another-token")

    @property
    def reading(self) -> Call:
        return self.with_headers(**READER)


def call(method: str, path: str, value: Any = ..., media_type: str = "application/json") -> Call:
    """A request with the token, and with a JSON body if one is given."""
    if value is ...:
        return Call(method, path, headers=BEARER)
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Call(method, path, body, {**BEARER, "Content-Type": media_type})


def patch(value: Any) -> Call:
    return call("PATCH", "/bikes/{bike}", value, "application/merge-patch+json")


def form(text: str, query: str = "?currency=EUR") -> Call:
    encoded = "application/x-www-form-urlencoded"
    return call("POST", f"/estimates{query}", text.encode(), encoded)


def upload(
    content: bytes = PNG,
    media_type: str = "image/png",
    caption: str | None = None,
    name: str = "image",
) -> Call:
    files: Files = {name: ("bike.png", content, media_type)}
    if caption is not None:
        files = {**files, "caption": (None, caption.encode(), "text/plain")}
    return Call("POST", "/bikes/{bike}/photos", headers=BEARER, files=files)


def repair(value: Any = REPAIR, branch: str | None = "north") -> Call:
    return call("POST", "/bikes/{bike}/repairs", value).with_headers(X_Branch=branch)


def bike_with(**members: Any) -> dict[str, Any]:
    return {**BIKE, "frame_number": "ZZ000000", **members}


def without(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


def send(base_url: str, sent: Call, world: Mapping[str, str] = WORLD) -> requests.Response:
    """Send a call, with nothing added to it."""
    path = sent.path
    for name, text in world.items():
        path = path.replace("{" + name + "}", text)
    headers: dict[str, Any] = {"Accept": None, **sent.headers}
    for name, text in headers.items():
        headers[name] = text and text.replace("{etag}", world.get("etag", ""))
    return requests.request(
        sent.method,
        base_url + path,
        data=sent.body,
        files=sent.files,
        headers=headers,
        allow_redirects=False,
        timeout=10,
    )


def made(base_url: str) -> dict[str, str]:
    """A world: make what the paths name."""
    bike = _id(base_url, call("POST", "/bikes", BIKE))
    planned = _id(base_url, call("POST", "/bikes", bike_with(frame_number="AB000001", gears=7)))
    gone = _id(base_url, call("POST", "/bikes", bike_with(frame_number="AB000002")))
    world = {**WORLD, "bike": bike, "planned": planned, "gone": gone}
    send(base_url, call("DELETE", "/bikes/{gone}"), world)
    send(base_url, call("PUT", "/bikes/{planned}/service-plan", PLAN), world)
    world["repair"] = _id(base_url, repair(), world)
    world["photo"] = _id(base_url, upload(caption="The bell"), world)
    world["etag"] = send(base_url, call("GET", "/bikes/{bike}"), world).headers.get("ETag", "")
    return world


def _id(base_url: str, create: Call, world: Mapping[str, str] = WORLD) -> str:
    created = send(base_url, create, world)
    if created.status_code != 201:
        return "unmade"
    try:
        return str(created.json()["id"])
    except (ValueError, TypeError, KeyError):
        return created.headers.get("Location", "").rpartition("/")[2] or "unmade"


ANOTHER = '"another"'
LIST = call("GET", "/bikes")
CREATE = call("POST", "/bikes", bike_with())
SEARCH = call("POST", "/bikes/search", {"kinds": ["city"], "min_gears": 3})
READ = call("GET", "/bikes/{bike}")
PUT = call("PUT", "/bikes/{bike}", DETAILS)
PATCH = patch({"gears": 4, "notes": None})
DELETE = call("DELETE", "/bikes/{bike}")
READ_PLAN = call("GET", "/bikes/{planned}/service-plan")
MAKE_PLAN = call("PUT", "/bikes/{bike}/service-plan", PLAN)
PUT_PLAN = call("PUT", "/bikes/{planned}/service-plan", {"interval_days": 30})
DELETE_PLAN = call("DELETE", "/bikes/{planned}/service-plan")
LIST_REPAIRS = call("GET", "/bikes/{bike}/repairs?status=planned")
READ_REPAIR = call("GET", "/bikes/{bike}/repairs/{repair}")
DELETE_REPAIR = call("DELETE", "/bikes/{bike}/repairs/{repair}")
READ_PHOTO = call("GET", "/bikes/{bike}/photos/{photo}")
ABOUT = Call("GET", "/about")
TEXT = "text/plain"


def of(sent: Call, **names: str) -> Call:
    """The call to another thing: `of(READ, bike="unknown")`."""
    path = sent.path
    for name, other in names.items():
        path = path.replace("{" + name + "}", "{" + other + "}")
    return replace(sent, path=path)


def typed(sent: Call, media_type: str = TEXT) -> Call:
    return sent.with_headers(Content_Type=media_type)


_WHOLE = "application/json"
EXPECTED: Mapping[str, tuple[tuple[Call, int], ...]] = {
    "GET /about": (
        (ABOUT, 200),
        (ABOUT.with_headers(Accept="application/*;q=0.5, text/html"), 200),
        (ABOUT.with_headers(Accept="text/html"), 406),
        (ABOUT.with_headers(Accept="*/*, application/json;q=0"), 406),
        (Call("POST", "/about"), 405),
    ),
    "POST /estimates": (
        (form("minutes=30"), 200),
        (form("minutes=480&express=true", "?currency=GBP"), 200),
        (form("minutes=30", ""), 400),
        (form("minutes=30", "?currency=SEK"), 400),
        (form("minutes=30").unauthenticated, 401),
        (typed(form("minutes=30")), 415),
        (call("POST", "/estimates?currency=EUR", {"minutes": 30}), 415),
        (form("minutes=481"), 422),
        (form("minutes=0"), 422),
        (form("minutes=1_0"), 422),
        (form("express=true"), 422),
        (form("minutes=30&express=perhaps"), 422),
    ),
    "GET /bikes": (
        (LIST, 200),
        (LIST.reading, 200),
        (call("GET", "/bikes?limit=1&offset=1&kind=city&sort=-created_at&tag=a&tag=b"), 200),
        (call("GET", "/bikes?offset=1000000000000"), 200),
        (call("GET", "/bikes?limit=0"), 400),
        (call("GET", "/bikes?limit=101"), 400),
        (call("GET", "/bikes?limit=1_0"), 400),
        (call("GET", "/bikes?limit="), 400),
        (call("GET", "/bikes?offset=-1"), 400),
        (call("GET", "/bikes?kind=boat"), 400),
        (call("GET", "/bikes?sort=colour"), 400),
        (call("GET", "/bikes?tag=a&tag="), 400),
        (call("GET", "/bikes?tag=123456789012345678901"), 400),
        (call("GET", "/bikes?tag=1&tag=2&tag=3&tag=4&tag=5&tag=6"), 400),
        (LIST.unauthenticated, 401),
        (LIST.wrong_token, 401),
        (LIST.with_headers(Authorization=f"Basic {TOKEN}"), 401),
        (LIST.with_headers(Accept="text/csv"), 406),
    ),
    "POST /bikes": (
        (CREATE, 201),
        (call("POST", "/bikes", bike_with(gears=3.0, colour="#00ff00", tags=["a", "b"])), 201),
        (call("POST", "/bikes", bike_with(notes=None, bought_on="2024-02-29")), 201),
        (call("POST", "/bikes", b"{"), 400),
        (call("POST", "/bikes", b'{"gears": 1' + b"1" * 5000 + b"}"), 400),
        (CREATE.unauthenticated, 401),
        (CREATE.reading, 403),
        (call("POST", "/bikes", BIKE), 409),
        (typed(CREATE), 415),
        (typed(CREATE, "application/merge-patch+json"), 415),
        (CREATE.with_headers(Content_Type=None), 415),
        (call("POST", "/bikes", []), 422),
        (call("POST", "/bikes", without(bike_with(), "frame_number")), 422),
        (call("POST", "/bikes", bike_with(frame_number="AB123")), 422),
        (call("POST", "/bikes", bike_with(frame_number="AB123456\n")), 422),
        (call("POST", "/bikes", without(bike_with(), "gears")), 422),
        (call("POST", "/bikes", bike_with(gears=0)), 422),
        (call("POST", "/bikes", bike_with(gears=31)), 422),
        (call("POST", "/bikes", bike_with(gears="3")), 422),
        (call("POST", "/bikes", bike_with(gears=True)), 422),
        (call("POST", "/bikes", bike_with(gears=2.5)), 422),
        (call("POST", "/bikes", bike_with(weight=0)), 422),
        (call("POST", "/bikes", bike_with(weight=80.5)), 422),
        (call("POST", "/bikes", bike_with(weight=None)), 422),
        (call("POST", "/bikes", bike_with(kind="boat")), 422),
        (call("POST", "/bikes", bike_with(colour="#00FF00")), 422),
        (call("POST", "/bikes", bike_with(tags=["a", "a"])), 422),
        (call("POST", "/bikes", bike_with(tags=[""])), 422),
        (call("POST", "/bikes", bike_with(tags=list("abcdef"))), 422),
        (call("POST", "/bikes", bike_with(notes="n" * 501)), 422),
        (call("POST", "/bikes", bike_with(bought_on="yesterday")), 422),
        (call("POST", "/bikes", bike_with(lock_code="12345")), 422),
        (call("POST", "/bikes", bike_with(bells=1)), 422),
    ),
    "POST /bikes/search": (
        (SEARCH, 200),
        (SEARCH.reading, 200),
        (call("POST", "/bikes/search", {}), 200),
        (call("POST", "/bikes/search", {"text": "ab123"}), 200),
        (call("POST", "/bikes/search", b"["), 400),
        (SEARCH.unauthenticated, 401),
        (typed(SEARCH), 415),
        (call("POST", "/bikes/search", {"text": ""}), 422),
        (call("POST", "/bikes/search", {"kinds": []}), 422),
        (call("POST", "/bikes/search", {"max_gears": 3}), 422),
    ),
    "GET /bikes/{bikeId}": (
        (READ, 200),
        (READ.with_headers(Cookie="station=20"), 200),
        (READ.with_headers(If_None_Match=ANOTHER), 200),
        (READ.with_headers(If_None_Match="{etag}"), 304),
        (READ.with_headers(If_None_Match=f"{ANOTHER}, W/{{etag}}"), 304),
        (READ.with_headers(If_None_Match="*"), 304),
        (READ.with_headers(Cookie="station=21"), 400),
        (READ.with_headers(Cookie="station=here"), 400),
        (READ.unauthenticated, 401),
        (of(READ, bike="unknown"), 404),
        (of(READ, bike="gone"), 404),
        (call("GET", "/bikes/No%20id"), 404),
        (READ.with_headers(Accept="image/png"), 406),
    ),
    "PUT /bikes/{bikeId}": (
        (PUT, 200),
        (PUT.with_headers(If_Match="{etag}"), 200),
        (PUT.with_headers(If_Match="*"), 200),
        (call("PUT", "/bikes/{bike}", b"nothing"), 400),
        (PUT.unauthenticated, 401),
        (PUT.reading, 403),
        (of(PUT, bike="unknown"), 404),
        (of(PUT, bike="gone"), 404),
        (PUT.with_headers(If_Match=ANOTHER), 412),
        (PUT.with_headers(If_Match="unquoted"), 412),
        (PUT.with_headers(If_Match="W/{etag}"), 412),
        (typed(PUT), 415),
        (call("PUT", "/bikes/{bike}", BIKE), 422),
        (call("PUT", "/bikes/{bike}", without(DETAILS, "weight")), 422),
    ),
    "PATCH /bikes/{bikeId}": (
        (PATCH, 200),
        (PATCH.with_headers(If_Match="{etag}"), 200),
        (patch(b"\xff"), 400),
        (PATCH.unauthenticated, 401),
        (PATCH.reading, 403),
        (of(PATCH, bike="gone"), 404),
        (PATCH.with_headers(If_Match=ANOTHER), 412),
        (typed(PATCH, _WHOLE), 415),
        (patch({}), 422),
        (patch({"kind": None}), 422),
        (patch({"gears": 31}), 422),
        (patch({"frame_number": "AB123457"}), 422),
    ),
    "DELETE /bikes/{bikeId}": (
        (DELETE, 204),
        (DELETE.with_headers(If_Match="{etag}"), 204),
        (DELETE.unauthenticated, 401),
        (DELETE.reading, 403),
        (of(DELETE, bike="gone"), 404),
        (DELETE.with_headers(If_Match=ANOTHER), 412),
    ),
    "GET /bikes/{bikeId}/service-plan": (
        (READ_PLAN, 200),
        (READ_PLAN.unauthenticated, 401),
        (of(READ_PLAN, planned="bike"), 404),
        (of(READ_PLAN, planned="gone"), 404),
    ),
    "PUT /bikes/{bikeId}/service-plan": (
        (MAKE_PLAN, 201),
        (PUT_PLAN, 200),
        (call("PUT", "/bikes/{bike}/service-plan", b"{]"), 400),
        (PUT_PLAN.unauthenticated, 401),
        (PUT_PLAN.reading, 403),
        (of(PUT_PLAN, planned="gone"), 404),
        (typed(PUT_PLAN), 415),
        (call("PUT", "/bikes/{bike}/service-plan", {"interval_days": 6}), 422),
        (call("PUT", "/bikes/{bike}/service-plan", {"remind": True}), 422),
        (call("PUT", "/bikes/{bike}/service-plan", {**PLAN, "remind": "yes"}), 422),
    ),
    "DELETE /bikes/{bikeId}/service-plan": (
        (DELETE_PLAN, 204),
        (DELETE_PLAN.unauthenticated, 401),
        (DELETE_PLAN.reading, 403),
        (of(DELETE_PLAN, planned="bike"), 404),
    ),
    "GET /bikes/{bikeId}/repairs": (
        (LIST_REPAIRS, 200),
        (call("GET", "/bikes/{bike}/repairs?status=lost"), 400),
        (LIST_REPAIRS.unauthenticated, 401),
        (of(LIST_REPAIRS, bike="unknown"), 404),
    ),
    "POST /bikes/{bikeId}/repairs": (
        (repair(), 201),
        (repair({**REPAIR, "id": "mine", "more": 1}), 201),
        (repair(branch=None), 400),
        (repair(branch="west"), 400),
        (repair(b"-"), 400),
        (repair().unauthenticated, 401),
        (repair().reading, 403),
        (of(repair(), bike="gone"), 404),
        (typed(repair()), 415),
        (repair(without(REPAIR, "title")), 422),
        (repair({**REPAIR, "title": ""}), 422),
        (repair({**REPAIR, "price_cents": -1}), 422),
        (repair({**REPAIR, "status": "lost"}), 422),
    ),
    "GET /bikes/{bikeId}/repairs/{repairId}": (
        (READ_REPAIR, 200),
        (READ_REPAIR.unauthenticated, 401),
        (of(READ_REPAIR, repair="unknown"), 404),
        (of(READ_REPAIR, bike="planned"), 404),
    ),
    "DELETE /bikes/{bikeId}/repairs/{repairId}": (
        (DELETE_REPAIR, 204),
        (DELETE_REPAIR.unauthenticated, 401),
        (DELETE_REPAIR.reading, 403),
        (of(DELETE_REPAIR, repair="unknown"), 404),
        (of(DELETE_REPAIR, bike="planned"), 404),
    ),
    "POST /bikes/{bikeId}/photos": (
        (upload(), 201),
        (upload(media_type="image/jpeg", caption="c" * 80), 201),
        (upload(b"p" * 65536), 201),
        (upload().unauthenticated, 401),
        (upload().reading, 403),
        (of(upload(), bike="gone"), 404),
        (upload(b"p" * 65537), 413),
        (call("POST", "/bikes/{bike}/photos", {}), 415),
        (upload(media_type="image/gif"), 415),
        (upload(name="picture"), 422),
        (upload(caption="c" * 81), 422),
        (call("POST", "/bikes/{bike}/photos", b"", "multipart/form-data; boundary=b"), 422),
        (call("POST", "/bikes/{bike}/photos", b"--", "multipart/form-data"), 422),
    ),
    "GET /bikes/{bikeId}/photos/{photoId}": (
        (READ_PHOTO, 200),
        (READ_PHOTO.unauthenticated, 401),
        (of(READ_PHOTO, photo="unknown"), 404),
        (of(READ_PHOTO, bike="planned"), 404),
    ),
}
"""The calls to each operation, and the status of each answer."""
