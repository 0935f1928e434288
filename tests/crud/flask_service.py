"""The workshop with Flask: views as functions, errors by `abort`, bodies held to JSON Schema."""

from __future__ import annotations

import hmac
import json
import re
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, request, url_for
from jsonschema import Draft202012Validator

from tests.crud.flask_errors import problem_of, refuse, register
from tests.crud.flask_schemas import (
    BIKE,
    KINDS,
    NEW_BIKE,
    PATCH,
    PLAN,
    REPAIR,
    SEARCH,
    SORTS,
    STATUSES,
)
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

workshop = Blueprint("workshop", __name__, url_prefix="/v1")

JSON = "application/json"

# --- what requests say


def body(validator: Draft202012Validator, media_type: str = JSON) -> dict[str, Any]:
    """The JSON of the request, held to a schema."""
    if request.mimetype != media_type:
        abort(415)
    try:
        value = json.loads(request.get_data().decode("utf-8"), parse_constant=no_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        refuse(400, "The body is not JSON.")
    faults = [
        {"where": "/" + "/".join(map(str, fault.absolute_path)), "message": fault.message[:200]}
        for fault in validator.iter_errors(value)
    ]
    if faults:
        refuse(422, "The body is not as it should be.", faults)
    known: Any = validator.schema
    return {name: member for name, member in value.items() if name in known["properties"]}


def no_constant(text: str) -> NoReturn:
    """NaN and Infinity are no JSON, though Python reads them."""
    raise ValueError(text)


def integer(text: str | None, default: int, low: int, high: int | None, where: str) -> int:
    if text is None:
        return default
    if not re.fullmatch(r"-?[0-9]{1,18}", text) or not low <= int(text) <= (high or int(text)):
        refuse(400, "A number is expected.", [{"where": where, "message": "out of bounds"}])
    return int(text)


def one_of(text: str | None, choices: list[str], where: str) -> str | None:
    if text is not None and text not in choices:
        refuse(400, f"One of {choices} is expected.", [{"where": where, "message": "unknown"}])
    return text


# --- callers


@workshop.before_request
def authenticate() -> Response | None:
    if request.endpoint == "workshop.about":
        return None
    auth = request.authorization
    token = auth.token or "" if auth and auth.type == "bearer" else ""
    is_reader = hmac.compare_digest(token.encode(), READER_TOKEN.encode())
    if not is_reader and not hmac.compare_digest(token.encode(), TOKEN.encode()):
        response = problem_of(HTTPStatus.UNAUTHORIZED, "A token is needed.")
        response.headers["WWW-Authenticate"] = 'Bearer realm="bikes"'
        return response
    if is_reader and request.method not in ("GET", "HEAD") and "search" not in request.path:
        return problem_of(HTTPStatus.FORBIDDEN, "The token is for reading only.")
    return None


# --- views


def store() -> Store:
    found: Store = current_app.extensions["store"]
    return found


def only_json() -> None:
    if request.accept_mimetypes and not request.accept_mimetypes.best_match([JSON]):
        abort(406)


def created(shown: dict[str, Any], location: str) -> Response:
    response = jsonify(shown)
    response.status_code = 201
    response.location = location
    return response


def tagged(bike: Bike, status: int = 200) -> Response:
    response = jsonify(bike.shown())
    response.status_code = status
    response.set_etag(bike.tag)
    return response


def check_match(bike: Bike) -> None:
    if "If-Match" in request.headers and not request.if_match.contains(bike.tag):
        abort(412)


@workshop.get("/about")
def about() -> Response:
    only_json()
    return jsonify(name="The bicycle workshop", opens=OPENS, branches=BRANCHES)


@workshop.post("/estimates")
def make_estimate() -> Response:
    currency = one_of(request.args.get("currency", ""), ["EUR", "GBP"], "query currency")
    if request.mimetype != "application/x-www-form-urlencoded":
        abort(415)
    minutes, express = request.form.get("minutes", ""), request.form.get("express", "false")
    if not re.fullmatch("[0-9]{1,3}", minutes) or not 1 <= int(minutes) <= 480:
        refuse(422, "From 1 to 480 minutes.", [{"where": "minutes", "message": "out of bounds"}])
    if express not in ("true", "false"):
        refuse(422, "Express is true or false.", [{"where": "express", "message": "no boolean"}])
    return jsonify(estimate(int(minutes), currency or "", express == "true"))


@workshop.get("/bikes")
def list_bikes() -> Response:
    only_json()
    query = request.args
    limit = integer(query.get("limit"), 20, 1, PAGE, "query limit")
    offset = integer(query.get("offset"), 0, 0, None, "query offset")
    kind = one_of(query.get("kind"), KINDS, "query kind")
    sort = one_of(query.get("sort"), SORTS, "query sort") or "created_at"
    tags = query.getlist("tag")
    if len(tags) > 5 or not all(1 <= len(tag) <= 20 for tag in tags):
        refuse(400, "These are no tags.", [{"where": "query tag", "message": "too long or many"}])
    bikes = store().select(kind, tags, sort)
    following: dict[str, Any] = {**query.to_dict(flat=False), "limit": limit}
    following["offset"] = offset + limit
    response = jsonify(
        items=[bike.shown() for bike in bikes[offset : offset + limit]],
        total=len(bikes),
        limit=limit,
        offset=offset,
        next=url_for(".list_bikes", **following) if offset + limit < len(bikes) else None,
    )
    response.headers["X-Total-Count"] = str(len(bikes))
    return response


@workshop.post("/bikes")
def create_bike() -> Response:
    values = body(NEW_BIKE)
    bike = store().add(values.pop("frame_number"), values)
    response = tagged(bike, 201)
    response.location = url_for(".read_bike", bike_id=bike.id)
    return response


@workshop.post("/bikes/search")
def search_bikes() -> Response:
    asked = body(SEARCH)
    bikes = store().search(asked.get("text", ""), asked.get("kinds"), asked.get("min_gears", 1))
    return jsonify(items=[bike.shown() for bike in bikes[:PAGE]], total=len(bikes))


@workshop.get("/bikes/<bike_id>")
def read_bike(bike_id: str) -> Response:
    only_json()
    integer(request.cookies.get("station"), 1, 1, 20, "cookie station")
    response = tagged(store().bike(bike_id))
    response.make_conditional(request)
    return response


@workshop.put("/bikes/<bike_id>")
def replace_bike(bike_id: str) -> Response:
    check_match(store().bike(bike_id))
    return tagged(store().replace(bike_id, body(BIKE)))


@workshop.patch("/bikes/<bike_id>")
def change_bike(bike_id: str) -> Response:
    check_match(store().bike(bike_id))
    return tagged(store().change(bike_id, body(PATCH, "application/merge-patch+json")))


@workshop.delete("/bikes/<bike_id>")
def delete_bike(bike_id: str) -> tuple[str, int]:
    check_match(store().bike(bike_id))
    store().remove(bike_id)
    return "", 204


@workshop.get("/bikes/<bike_id>/service-plan")
def read_plan(bike_id: str) -> Response:
    if (plan := store().bike(bike_id).plan) is None:
        raise Missing
    return jsonify(plan)


@workshop.put("/bikes/<bike_id>/service-plan")
def write_plan(bike_id: str) -> tuple[Response, int]:
    bike = store().bike(bike_id)
    is_new, bike.plan = bike.plan is None, body(PLAN)
    return jsonify(bike.plan), 201 if is_new else 200


@workshop.delete("/bikes/<bike_id>/service-plan")
def delete_plan(bike_id: str) -> tuple[str, int]:
    read_plan(bike_id)
    store().bike(bike_id).plan = None
    return "", 204


@workshop.get("/bikes/<bike_id>/repairs")
def list_repairs(bike_id: str) -> Response:
    status = one_of(request.args.get("status"), STATUSES, "query status")
    repairs = store().bike(bike_id).repairs.values()
    return jsonify([repair for repair in repairs if status in (None, repair["status"])])


@workshop.post("/bikes/<bike_id>/repairs")
def create_repair(bike_id: str) -> Response:
    store().bike(bike_id)
    branch = one_of(request.headers.get("X-Branch", ""), list(BRANCHES), "header X-Branch")
    repair = store().add_repair(bike_id, branch or "", body(REPAIR))
    location = url_for(".read_repair", bike_id=bike_id, repair_id=repair["id"])
    return created(repair, location)


@workshop.get("/bikes/<bike_id>/repairs/<repair_id>")
def read_repair(bike_id: str, repair_id: str) -> Response:
    return jsonify(store().repair(bike_id, repair_id))


@workshop.delete("/bikes/<bike_id>/repairs/<repair_id>")
def delete_repair(bike_id: str, repair_id: str) -> tuple[str, int]:
    store().remove_repair(bike_id, repair_id)
    return "", 204


@workshop.post("/bikes/<bike_id>/photos")
def upload_photo(bike_id: str) -> Response:
    store().bike(bike_id)
    if request.mimetype != "multipart/form-data":
        abort(415)
    image, caption = request.files.get("image"), request.form.get("caption")
    if image is None or len(caption or "") > 80:
        refuse(422, "An image, and a caption of 80 characters.")
    if image.mimetype not in ("image/png", "image/jpeg"):
        abort(415)
    if len(content := image.read()) > PHOTO_BYTES:
        refuse(413, "The photograph is larger than 64 KiB.")
    photo = store().add_photo(bike_id, content, image.mimetype, caption)
    location = url_for(".read_photo", bike_id=bike_id, photo_id=photo.id)
    return created(photo.shown(), location)


@workshop.get("/bikes/<bike_id>/photos/<photo_id>")
def read_photo(bike_id: str, photo_id: str) -> Response:
    photo = store().photo(bike_id, photo_id)
    return Response(photo.content, mimetype=photo.media_type)


def create_app() -> Flask:
    app = Flask(__name__)
    app.extensions["store"] = Store()
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.register_blueprint(workshop)
    register(app)
    return app
