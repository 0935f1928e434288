"""Forms, multipart and not, against the document."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from tests.crud.aiohttp_base import Request
from tests.crud.aiohttp_service import Workshop
from tests.crud.calls import Call, call, form, upload

from . import builders as b
from .mutant import Factory, changed, family, mutant

INVALID = "422: The body breaks its schema"
VALID = "what keeps the schema gets the success"


def filled(**defaults: Any) -> Factory:
    """Fields that are missing have a value of the service's own."""

    async def read(self: Workshop, request: Request) -> Any:
        return {**defaults, **await Workshop.form(self, request)}

    return changed(form=read)


def edited(edit: Any) -> Factory:
    """The fields are changed before they are looked at."""

    async def read(self: Workshop, request: Request) -> Any:
        return edit(dict(await Workshop.form(self, request)))

    return changed(form=read)


def _cut(fields: dict[str, Any]) -> dict[str, Any]:
    return fields | ({"caption": fields["caption"][:80]} if "caption" in fields else {})


def _forgiven(fields: dict[str, Any]) -> dict[str, Any]:
    is_known = fields.get("express") in ("true", "false")
    return fields if is_known else {k: v for k, v in fields.items() if k != "express"}


def _clamped(fields: dict[str, Any]) -> dict[str, Any]:
    minutes = str(fields.get("minutes", ""))
    return fields if minutes.isdigit() else {**fields, "minutes": "1"}


def _not_without(name: str) -> Any:
    return lambda fields: fields if name in fields else {}


def _bare(self: Workshop, request: Request, name: str) -> None:
    """A media type with a parameter is another one."""
    if name == "application/x-www-form-urlencoded" and "charset" in request.headers.get(
        "Content-Type", ""
    ):
        raise web.HTTPUnsupportedMediaType
    Workshop.check_media_type(self, request, name)


CHARSET = "application/x-www-form-urlencoded; charset=utf-8"
JSON_FORM = call("POST", "/estimates?currency=EUR", {"minutes": 30})


async def _json_too(self: Workshop, request: Request) -> Any:
    """A form may be JSON."""
    if request.content_type != "application/json":
        return await Workshop.form(self, request)
    value = self.parse(await request.read())
    return {k: str(v) for k, v in value.items()} if isinstance(value, dict) else {"minutes": "1"}


def _takes_json(self: Workshop, request: Request, name: str) -> None:
    if request.content_type != "application/json":
        Workshop.check_media_type(self, request, name)


FORMS = family(
    "forms",
    mutant("no minutes", INVALID, changed(minutes=(0, 480)), form("minutes=0")),
    mutant("999 minutes", INVALID, changed(minutes=(1, 999)), form("minutes=481")),
    mutant("minutes as text", INVALID, edited(_clamped), form("minutes=many")),
    mutant("minutes left out", INVALID, filled(minutes="1"), form("express=true")),
    mutant("any express", INVALID, edited(_forgiven), form("minutes=30&express=perhaps")),
    mutant("480 minutes refused", VALID, changed(minutes=(1, 240)), form("minutes=480")),
    mutant("one minute refused", VALID, changed(minutes=(2, 480)), form("minutes=1")),
    mutant("express needed", VALID, edited(_not_without("express")), form("minutes=30")),
    mutant("express refused", VALID, edited(
        lambda fields: {} if fields.get("express") == "true" else fields),
        form("minutes=30&express=true")),
    mutant("estimate in JSON taken", "415: The body is of another media type",
           changed(check_media_type=_takes_json, form=_json_too), JSON_FORM),
    mutant("charset of a form refused", "RFC 9110 section 8.3.1: a parameter of a media type",
           changed(check_media_type=_bare),
           Call("POST", form("").path, b"minutes=30",
                {**form("").headers, "Content-Type": CHARSET})),
    mutant("estimate of nothing", "amount_cents: minimum 1", b.answering(
        "POST", "/v1/estimates", 200, b.members(amount_cents=0)), form("minutes=30")),
    mutant("minutes of an estimate as text", "minutes: integer", b.answering(
        "POST", "/v1/estimates", 200, b.members(minutes="30")), form("minutes=30")),
    mutant("long caption taken", INVALID, edited(_cut), upload(caption="c" * 81)),
    mutant("caption of 80 refused", VALID, edited(
        lambda fields: {} if len(fields.get("caption", "")) > 40 else fields),
        upload(caption="c" * 80)),
    mutant("caption needed", VALID, edited(_not_without("caption")), upload()),
    mutant("photo of any type", "image: PNG or JPEG", changed(
        photo_types=("image/png", "image/jpeg", "image/gif", "text/plain")),
        upload(media_type="image/gif")),
    mutant("JPEG refused", VALID, changed(photo_types=("image/png",)),
           upload(media_type="image/jpeg")),
    mutant("photo of any size", "413: The photograph is larger than 64 KiB",
           changed(photo_bytes=8 << 20), upload(b"p" * 65537)),
    mutant("upload without image", INVALID, b.in_place_of(
        "upload_photo", lambda self, request: _imageless(self, request)),
        upload(name="picture")),
    mutant("large photo breaks it", "413: The photograph is larger than 64 KiB",
           b.everywhere([413], b.status(500)), upload(b"p" * 65537)),
    mutant("size of a photo as text", "size: integer", b.answering(
        "POST", b.PHOTOS, 201, b.members(size="22")), upload()),
    mutant("uploads are broken", "201: The photograph is kept", b.in_place_of(
        "upload_photo", lambda self, _: self.problem(500, "Disorder.")), upload()),
)  # fmt: skip


async def _imageless(self: Workshop, request: Request) -> Any:
    """An upload without an image is one of an empty image."""
    form_ = await self.form(request)
    if isinstance(form_.get("image"), web.FileField):
        return await Workshop.upload_photo(self, request)
    photo = self.store.add_photo(self.bike(request).id, b"", "image/png", None)
    return self.json(photo.shown(), 201, Location=self.location(request, photo.id))
