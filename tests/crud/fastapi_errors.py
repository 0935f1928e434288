"""What the FastAPI service answers to what is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException as StarletteError

from tests.crud.store import Missing, Taken

Handler = Callable[[Request, Exception], Awaitable[JSONResponse]]


def error(status: int, message: str, details: list[dict[str, str]]) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "details": details}}, status)


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    members = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(members, status, headers, media_type="application/problem+json")


async def invalid(_: Request, found: Exception) -> JSONResponse:
    """What breaks the models: 422 for the values of a body, 400 for all else."""
    faults = found.errors() if isinstance(found, RequestValidationError) else []
    details = [{"where": "/".join(map(str, f["loc"])), "message": f["msg"]} for f in faults]
    in_body = all(f["loc"][0] == "body" and f["type"] != "json_invalid" for f in faults)
    return error(422 if in_body else 400, "The request is not as it should be.", details)


async def failed(request: Request, found: Exception) -> JSONResponse:
    assert isinstance(found, StarletteError)
    if found.status_code == 400:  # a body that cannot be read
        is_form = request.headers.get("content-type", "").lower().startswith("multipart/")
        return error(422 if is_form else 400, str(found.detail), [])
    headers = dict(found.headers or {})
    if found.status_code == 405:  # Starlette names the methods of the first route only
        headers["Allow"] = ", ".join(sorted(methods_at(request)))
    return problem(found.status_code, str(found.detail), headers)


def methods_at(request: Request) -> set[str]:
    routes = [route for route in request.app.state.routes if isinstance(route, APIRoute)]
    matching = [route for route in routes if route.path_regex.match(request.url.path)]
    return {method for route in matching for method in route.methods or ()}


async def missing(_: Request, __: Exception) -> JSONResponse:
    return problem(404, "There is nothing with this id.")


async def taken(_: Request, __: Exception) -> JSONResponse:
    return problem(409, "There is a bike with this frame number.")


HANDLERS: Mapping[type[Exception], Handler] = {
    RequestValidationError: invalid,
    StarletteError: failed,
    Missing: missing,
    Taken: taken,
}
