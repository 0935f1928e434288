"""What the FastAPI service demands of requests, as models of pydantic."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _plain(value: Any) -> Any:
    """Digits of ASCII; Python reads more than these as a number."""
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise ValueError("this is no whole number")
    return value


def _whole(value: Any) -> Any:
    """5.0 is a whole number in JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _day(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError("this is no date")
    return text if text is None else date.fromisoformat(text).isoformat()


def _unique(tags: list[str]) -> list[str]:
    if len(set(tags)) < len(tags):
        raise ValueError("a tag is given twice")
    return tags


Kind = Literal["city", "mountain", "road", "cargo"]
Sort = Literal["created_at", "-created_at", "frame_number"]
Status = Literal["planned", "done"]
Branch = Literal["north", "south"]
Tag = Annotated[str, Field(min_length=1, max_length=20)]
Whole = Annotated[int, BeforeValidator(_plain)]
Minutes = Annotated[Whole, Field(ge=1, le=480)]
Caption = Annotated[str, Field(max_length=80)]
Integer = Annotated[int, BeforeValidator(_whole)]
Gears = Annotated[Integer, Field(ge=1, le=30)]
Weight = Annotated[float, Field(gt=0, le=80)]
Colour = Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
Tags = Annotated[list[Tag], Field(max_length=5), AfterValidator(_unique)]
Notes = Annotated[str, Field(max_length=500)]
Day = Annotated[str | None, AfterValidator(_day)]
LockCode = Annotated[str, Field(pattern="^[0-9]{4}$")]


class Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    def values(self) -> dict[str, Any]:
        """What the request says; not what it leaves out."""
        return self.model_dump(exclude_unset=True)


class Extras(Model):
    colour: Colour = "#000000"
    tags: Tags = []
    notes: Notes | None = None
    bought_on: Day = None
    lock_code: LockCode = "0000"


class Details(Extras):
    kind: Kind
    gears: Gears
    weight: Weight


class NewBike(Details):
    frame_number: Annotated[str, Field(pattern="^[A-Z]{2}[0-9]{6}$")]


class Patch(Extras):
    kind: Kind = "city"
    gears: Gears = 1
    weight: Weight = 1

    @model_validator(mode="after")
    def changes_something(self) -> Patch:
        if not self.model_fields_set:
            raise ValueError("a patch changes something")
        return self


class Search(Model):
    text: Annotated[str, Field(min_length=1, max_length=50)] = ""
    kinds: Annotated[list[Kind], Field(min_length=1)] = ["city", "mountain", "road", "cargo"]
    min_gears: Gears = 1


class NewRepair(Model):
    model_config = ConfigDict(extra="ignore")

    title: Annotated[str, Field(min_length=1, max_length=100)]
    price_cents: Annotated[Integer, Field(ge=0, le=1_000_000)]
    status: Status


class Plan(Model):
    model_config = ConfigDict(extra="ignore")

    interval_days: Annotated[Integer, Field(ge=7, le=730)]
    remind: bool = False
