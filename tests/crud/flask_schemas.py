"""What the Flask service demands of bodies, in JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

KINDS = ["city", "mountain", "road", "cargo"]
SORTS = ["created_at", "-created_at", "frame_number"]
STATUSES = ["planned", "done"]


def schema(
    required: list[str], open_: bool = False, least: int = 0, **properties: Any
) -> Draft202012Validator:
    described: dict[str, Any] = {"type": "object", "required": required, "properties": properties}
    described |= {"additionalProperties": open_, "minProperties": least}
    formats = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(described, format_checker=formats)


TAG = {"type": "string", "minLength": 1, "maxLength": 20}
KIND = {"enum": KINDS}
DETAILS: Mapping[str, Any] = {
    "kind": KIND,
    "gears": {"type": "integer", "minimum": 1, "maximum": 30},
    "weight": {"type": "number", "exclusiveMinimum": 0, "maximum": 80},
    "colour": {"type": "string", "pattern": r"^#[0-9a-f]{6}\Z"},
    "tags": {"type": "array", "maxItems": 5, "uniqueItems": True, "items": TAG},
    "notes": {"type": ["string", "null"], "maxLength": 500},
    "bought_on": {"type": ["string", "null"], "format": "date"},
    "lock_code": {"type": "string", "pattern": r"^[0-9]{4}\Z"},
}
FRAME = {"type": "string", "pattern": r"^[A-Z]{2}[0-9]{6}\Z"}
NEW_BIKE = schema(["frame_number", "kind", "gears", "weight"], frame_number=FRAME, **DETAILS)
BIKE = schema(["kind", "gears", "weight"], **DETAILS)
PATCH = schema([], least=1, **DETAILS)
SEARCH = schema(
    [],
    text={"type": "string", "minLength": 1, "maxLength": 50},
    kinds={"type": "array", "minItems": 1, "items": KIND},
    min_gears={"type": "integer", "minimum": 1, "maximum": 30},
)
REPAIR = schema(
    ["title", "price_cents", "status"],
    open_=True,
    title={"type": "string", "minLength": 1, "maxLength": 100},
    price_cents={"type": "integer", "minimum": 0, "maximum": 1_000_000},
    status={"enum": STATUSES},
)
PLAN = schema(
    ["interval_days"],
    open_=True,
    interval_days={"type": "integer", "minimum": 7, "maximum": 730},
    remind={"type": "boolean"},
)
