"""What the workshop keeps, in memory. It knows nothing of HTTP, and judges no values."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

TOKEN = "a-token-of-the-workshop"
READER_TOKEN = "a-token-for-reading"
BRANCHES = ("north", "south")
OPENS = "08:30"
PAGE = 100
"""The most bikes that are found or listed at once."""
PHOTO_BYTES = 65536
CENTS_PER_MINUTE = {"EUR": 90, "GBP": 80}

Values = Mapping[str, Any]
T = TypeVar("T")


class Missing(Exception):  # noqa: N818
    """There is nothing with this id."""


class Taken(Exception):  # noqa: N818
    """There is a bike with this frame number."""


@dataclass
class Bike:
    """A bike, and what belongs to it. `version` grows with each change."""

    id: str
    frame_number: str
    details: dict[str, Any]
    created_at: str
    version: int = 1
    repairs: dict[str, dict[str, Any]] = field(default_factory=dict)
    photos: dict[str, Photo] = field(default_factory=dict)
    plan: dict[str, Any] | None = None

    @property
    def tag(self) -> str:
        """What differs between any two states of any bikes."""
        return f"{self.id}.{self.version}"

    def shown(self) -> dict[str, Any]:
        """What is shown of it: everything but its lock code."""
        shown = {key: value for key, value in self.details.items() if key != "lock_code"}
        own = {"id": self.id, "frame_number": self.frame_number, "created_at": self.created_at}
        return {**own, **shown}


@dataclass(frozen=True)
class Photo:
    id: str
    content: bytes
    media_type: str
    caption: str | None

    def shown(self) -> dict[str, Any]:
        shown = {"id": self.id, "caption": self.caption, "media_type": self.media_type}
        return {**shown, "size": len(self.content)}


DEFAULTS: Values = {"colour": "#000000", "tags": [], "notes": None, "bought_on": None}


class Store:
    """Safe for threads."""

    def __init__(self) -> None:
        self._bikes: dict[str, Bike] = {}
        self._lock = threading.Lock()

    def new_id(self) -> str:
        return secrets.token_hex(6)

    def bike(self, bike_id: str) -> Bike:
        try:
            return self._bikes[bike_id]
        except KeyError:
            raise Missing from None

    def add(self, frame_number: str, details: Values, bike_id: str = "") -> Bike:
        with self._lock:
            if any(bike.frame_number == frame_number for bike in self._bikes.values()):
                raise Taken
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            bike = Bike(bike_id or self.new_id(), frame_number, {**DEFAULTS, **details}, now)
            self._bikes[bike.id] = bike
            return bike

    def replace(self, bike_id: str, details: Values) -> Bike:
        with self._lock:
            bike = self.bike(bike_id)
            bike.details = {**DEFAULTS, **details}
            bike.version += 1
            return bike

    def change(self, bike_id: str, details: Values) -> Bike:
        return self.replace(bike_id, {**self.bike(bike_id).details, **details})

    def remove(self, bike_id: str) -> None:
        with self._lock:
            self.bike(bike_id)
            del self._bikes[bike_id]

    def select(self, kind: str | None, tags: list[str], sort: str) -> list[Bike]:
        found = [
            bike
            for bike in list(self._bikes.values())
            if kind in (None, bike.details["kind"]) and set(tags) <= set(bike.details["tags"])
        ]
        if sort == "frame_number":
            return sorted(found, key=lambda bike: bike.frame_number)
        return found if sort == "created_at" else found[::-1]

    def search(self, text: str, kinds: Sequence[str] | None, min_gears: int) -> list[Bike]:
        def fits(bike: Bike) -> bool:
            said = f"{bike.frame_number}\n{bike.details['notes'] or ''}".casefold()
            return (
                text.casefold() in said
                and (kinds is None or bike.details["kind"] in kinds)
                and bike.details["gears"] >= min_gears
            )

        return [bike for bike in list(self._bikes.values()) if fits(bike)]

    def add_repair(self, bike_id: str, branch: str, values: Values) -> dict[str, Any]:
        repair = {**values, "id": self.new_id(), "bike_id": bike_id, "branch": branch}
        self.bike(bike_id).repairs[repair["id"]] = repair
        return repair

    def repair(self, bike_id: str, repair_id: str) -> dict[str, Any]:
        return found(self.bike(bike_id).repairs, repair_id)

    def remove_repair(self, bike_id: str, repair_id: str) -> None:
        self.repair(bike_id, repair_id)
        del self.bike(bike_id).repairs[repair_id]

    def add_photo(
        self, bike_id: str, content: bytes, media_type: str, caption: str | None
    ) -> Photo:
        photo = Photo(self.new_id(), content, media_type, caption)
        self.bike(bike_id).photos[photo.id] = photo
        return photo

    def photo(self, bike_id: str, photo_id: str) -> Photo:
        return found(self.bike(bike_id).photos, photo_id)


def found(things: Mapping[str, T], thing_id: str) -> T:
    if thing_id not in things:
        raise Missing
    return things[thing_id]


def estimate(minutes: int, currency: str, express: bool) -> dict[str, Any]:
    amount = minutes * CENTS_PER_MINUTE[currency] * (2 if express else 1)
    return {
        "minutes": minutes,
        "express": express,
        "currency": currency,
        "amount_cents": amount,
    }
