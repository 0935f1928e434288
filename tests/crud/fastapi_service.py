"""The workshop with FastAPI: models of pydantic, what is common as dependencies."""

from __future__ import annotations

import hmac
from typing import Annotated, Any, Literal

from fastapi import (
    APIRouter,
    Cookie,
    Depends,
    FastAPI,
    Form,
    Header,
    HTTPException,
    Query,
    Request,
    UploadFile,
)
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from tests.crud.fastapi_errors import HANDLERS, error
from tests.crud.fastapi_models import (
    Branch,
    Caption,
    Details,
    Kind,
    Minutes,
    NewBike,
    NewRepair,
    Patch,
    Search,
    Sort,
    Status,
    Tag,
    Whole,
)
from tests.crud.fastapi_models import Plan as PlanModel
from tests.crud.store import (
    BRANCHES,
    OPENS,
    PAGE,
    PHOTO_BYTES,
    READER_TOKEN,
    TOKEN,
    Bike,
    Missing,
    Store,
    estimate,
)

bearer = HTTPBearer(auto_error=False)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


# --- dependencies


def caller(credentials: Credentials) -> str:
    """The token of the request."""
    token = credentials.credentials if credentials else ""
    for known in (TOKEN, READER_TOKEN):
        if hmac.compare_digest(token.encode(), known.encode()):
            return token
    challenge = {"WWW-Authenticate": 'Bearer realm="bikes"'}
    raise HTTPException(401, "A token is needed.", headers=challenge)


def writer(token: Annotated[str, Depends(caller)]) -> None:
    if token == READER_TOKEN:
        raise HTTPException(403, "The token is for reading only.")


def store(request: Request) -> Store:
    found: Store = request.app.state.store
    return found


Kept = Annotated[Store, Depends(store)]


def known_bike(bike_id: str, kept: Kept) -> Bike:
    return kept.bike(bike_id)


Known = Annotated[Bike, Depends(known_bike)]


def only_json(accept: Annotated[str, Header()] = "*/*") -> None:
    if not parse_accept_header(accept or "*/*", MIMEAccept).best_match(["application/json"]):
        raise HTTPException(406, "Only JSON is given.")


class Sends:
    """The media type that a body must have."""

    def __init__(self, media_type: str) -> None:
        self.media_type = media_type

    def __call__(self, content_type: Annotated[str, Header()] = "") -> None:
        if content_type.partition(";")[0].strip().lower() != self.media_type:
            raise HTTPException(415, f"The body must be {self.media_type}.")


def matched(bike: Known, if_match: Annotated[str | None, Header()] = None) -> None:
    if if_match is not None and not {"*", f'"{bike.tag}"'} & set(tags_of(if_match)):
        raise HTTPException(412, "The bike is not as you know it.")


def tags_of(header: str) -> list[str]:
    return [tag.strip() for tag in header.split(",")]


JSON = Depends(Sends("application/json"))
FORM = Depends(Sends("application/x-www-form-urlencoded"))
MULTIPART = Depends(Sends("multipart/form-data"))
MERGE_PATCH = Depends(Sends("application/merge-patch+json"))
WRITER = Depends(writer)
MATCHED = Depends(matched)
BIKE = Depends(known_bike)

public = APIRouter(prefix="/v1")
workshop = APIRouter(prefix="/v1", dependencies=[Depends(caller)])


# --- what is answered


def with_tag(bike: Bike, status: int = 200, **headers: str) -> JSONResponse:
    return JSONResponse(bike.shown(), status, {"ETag": f'"{bike.tag}"', **headers})


@public.get("/about", dependencies=[Depends(only_json)])
async def about() -> dict[str, Any]:
    return {"name": "The bicycle workshop", "opens": OPENS, "branches": BRANCHES}


@workshop.post("/estimates", dependencies=[FORM])
async def make_estimate(
    currency: Annotated[Literal["EUR", "GBP"], Query()],
    minutes: Annotated[Minutes, Form()],
    express: Annotated[Literal["true", "false"], Form()] = "false",
) -> dict[str, Any]:
    return estimate(minutes, currency, express == "true")


@workshop.get("/bikes", dependencies=[Depends(only_json)])
async def list_bikes(
    request: Request,
    kept: Kept,
    tag: Annotated[list[Tag], Query(max_length=5)] = [],  # noqa: B006
    limit: Annotated[Whole, Query(ge=1, le=PAGE)] = 20,
    offset: Annotated[Whole, Query(ge=0)] = 0,
    kind: Kind | None = None,
    sort: Sort = "created_at",
) -> JSONResponse:
    bikes = kept.select(kind, tag, sort)
    following = request.url.include_query_params(limit=limit, offset=offset + limit)
    page = {
        "items": [bike.shown() for bike in bikes[offset : offset + limit]],
        "total": len(bikes),
        "limit": limit,
        "offset": offset,
        "next": str(following) if offset + limit < len(bikes) else None,
    }
    return JSONResponse(page, headers={"X-Total-Count": str(len(bikes))})


@workshop.post("/bikes", dependencies=[WRITER, JSON])
async def create_bike(request: Request, new: NewBike, kept: Kept) -> JSONResponse:
    values = new.values()
    bike = kept.add(values.pop("frame_number"), values)
    return with_tag(bike, 201, Location=str(request.url_for("read_bike", bike_id=bike.id)))


@workshop.post("/bikes/search", dependencies=[JSON])
async def search_bikes(asked: Search, kept: Kept) -> dict[str, Any]:
    bikes = kept.search(asked.text, asked.kinds, asked.min_gears)
    return {"items": [bike.shown() for bike in bikes[:PAGE]], "total": len(bikes)}


@workshop.get("/bikes/{bike_id}", dependencies=[Depends(only_json)])
async def read_bike(
    bike: Known,
    if_none_match: Annotated[str, Header()] = "",
    station: Annotated[Whole | None, Cookie(ge=1, le=20)] = None,
) -> Response:
    weak = {tag.removeprefix("W/") for tag in tags_of(if_none_match)}
    if {"*", f'"{bike.tag}"'} & weak:
        return Response(status_code=304, headers={"ETag": f'"{bike.tag}"'})
    return with_tag(bike)


@workshop.put("/bikes/{bike_id}", dependencies=[WRITER, MATCHED, JSON])
async def replace_bike(bike_id: str, details: Details, kept: Kept) -> JSONResponse:
    return with_tag(kept.replace(bike_id, details.values()))


@workshop.patch("/bikes/{bike_id}", dependencies=[WRITER, MATCHED, MERGE_PATCH])
async def change_bike(bike_id: str, patch: Patch, kept: Kept) -> JSONResponse:
    return with_tag(kept.change(bike_id, patch.values()))


@workshop.delete("/bikes/{bike_id}", status_code=204, dependencies=[WRITER, MATCHED])
async def delete_bike(bike_id: str, kept: Kept) -> None:
    kept.remove(bike_id)


@workshop.get("/bikes/{bike_id}/service-plan")
async def read_plan(bike: Known) -> dict[str, Any]:
    if bike.plan is None:
        raise Missing
    return bike.plan


@workshop.put("/bikes/{bike_id}/service-plan", dependencies=[WRITER, JSON])
async def write_plan(bike: Known, plan: PlanModel) -> JSONResponse:
    status = 201 if bike.plan is None else 200
    bike.plan = plan.values()
    return JSONResponse(bike.plan, status)


@workshop.delete("/bikes/{bike_id}/service-plan", status_code=204, dependencies=[WRITER])
async def delete_plan(bike: Known) -> None:
    await read_plan(bike)
    bike.plan = None


@workshop.get("/bikes/{bike_id}/repairs")
async def list_repairs(bike: Known, status: Status | None = None) -> list[dict[str, Any]]:
    return [repair for repair in bike.repairs.values() if status in (None, repair["status"])]


@workshop.post("/bikes/{bike_id}/repairs", dependencies=[WRITER, BIKE, JSON])
async def create_repair(
    request: Request,
    bike_id: str,
    new: NewRepair,
    kept: Kept,
    x_branch: Annotated[Branch, Header()],
) -> JSONResponse:
    repair = kept.add_repair(bike_id, x_branch, new.values())
    where = request.url_for("read_repair", bike_id=bike_id, repair_id=repair["id"])
    return JSONResponse(repair, 201, {"Location": str(where)})


@workshop.get("/bikes/{bike_id}/repairs/{repair_id}")
async def read_repair(bike_id: str, repair_id: str, kept: Kept) -> dict[str, Any]:
    return kept.repair(bike_id, repair_id)


@workshop.delete("/bikes/{bike_id}/repairs/{repair_id}", status_code=204, dependencies=[WRITER])
async def delete_repair(bike_id: str, repair_id: str, kept: Kept) -> None:
    kept.remove_repair(bike_id, repair_id)


@workshop.post("/bikes/{bike_id}/photos", dependencies=[WRITER, BIKE, MULTIPART])
async def upload_photo(
    request: Request,
    bike_id: str,
    image: UploadFile,
    kept: Kept,
    caption: Annotated[Caption | None, Form()] = None,
) -> JSONResponse:
    if image.content_type not in ("image/png", "image/jpeg"):
        raise HTTPException(415, "The image must be PNG or JPEG.")
    if len(content := await image.read()) > PHOTO_BYTES:
        return error(413, "The photograph is larger than 64 KiB.", [])
    photo = kept.add_photo(bike_id, content, image.content_type, caption)
    where = request.url_for("read_photo", bike_id=bike_id, photo_id=photo.id)
    return JSONResponse(photo.shown(), 201, {"Location": str(where)})


@workshop.get("/bikes/{bike_id}/photos/{photo_id}")
async def read_photo(bike_id: str, photo_id: str, kept: Kept) -> Response:
    photo = kept.photo(bike_id, photo_id)
    return Response(photo.content, media_type=photo.media_type)


def create_app() -> FastAPI:
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.store = Store()
    app.state.routes = [*public.routes, *workshop.routes]
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    app.include_router(public)
    app.include_router(workshop)
    return app
