"""What all operations of the aiohttp service have in common: errors, callers, reading a request."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiMapping
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from tests.crud import store
from tests.crud.aiohttp_values import Rule, faults

Request = web.Request
Response = web.Response
JSON = "application/json"
PROBLEM = "application/problem+json"


class Service:
    """What it demands and what it answers can be overridden."""

    open_bodies = False
    public: Collection[str] = ("/v1/about",)
    reading: Collection[str] = ("GET", "HEAD")

    # --- for all operations

    @property
    def errors(self) -> Any:
        @web.middleware
        async def middleware(request: Request, handler: Any) -> Response:
            try:
                response: Response = await handler(request)
                return self.finish(request, response)
            except store.Missing:
                return self.finish(request, self.problem(404, "There is nothing with this id."))
            except store.Taken:
                return self.finish(request, self.problem(409, "This frame number is taken."))
            except web.HTTPException as error:
                return self.finish(request, self.of_error(error))

        return middleware

    def of_error(self, error: web.HTTPException) -> Response:
        """A problem in place of the plain text that aiohttp's own errors have."""
        headers = {k: v for k, v in error.headers.items() if k in ("Allow", "ETag")}
        if error.body is not None and error.content_type == "text/plain":
            return self.problem(error.status, error.reason, headers)
        kind = JSON if error.body else None
        return Response(status=error.status, body=error.body, headers=headers, content_type=kind)

    @property
    def callers(self) -> Any:
        @web.middleware
        async def middleware(request: Request, handler: Any) -> Response:
            is_known = request.match_info.http_exception is None
            if is_known and self.needs_token(request):
                scheme, _, token = request.headers.get("Authorization", "").partition(" ")
                if not self.is_token(scheme, token.strip()):
                    return self.unauthorized()
                if token.strip() == store.READER_TOKEN and not self.is_reading(request):
                    return self.problem(403, "The token is for reading only.")
            response: Response = await handler(request)
            return response

        return middleware

    def needs_token(self, request: Request) -> bool:
        return request.path not in self.public

    def is_token(self, scheme: str, token: str) -> bool:
        return scheme.lower() == "bearer" and token in (store.TOKEN, store.READER_TOKEN)

    def is_reading(self, request: Request) -> bool:
        return request.method in self.reading or request.path == "/v1/bikes/search"

    def unauthorized(self) -> web.Response:
        return self.problem(401, "A token is needed.", {"WWW-Authenticate": 'Bearer realm="bikes"'})

    def finish(self, request: Request, response: Response) -> Response:  # noqa: ARG002
        """What is done with each response before it is sent."""
        return response

    def json(self, value: Any, status: int = 200, **headers: str) -> web.Response:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return web.json_response(value, status=status, headers=named)

    def problem(
        self, status: int, detail: str, headers: Mapping[str, str] | None = None
    ) -> web.Response:
        members = {"title": detail, "status": status}
        return web.json_response(members, status=status, headers=headers, content_type=PROBLEM)

    def refuse(
        self, status: int, message: str, details: list[dict[str, str]] | None = None
    ) -> NoReturn:
        body = json.dumps({"error": {"message": message, "details": details or []}})
        kinds: Mapping[int, Any] = {400: web.HTTPBadRequest, 422: web.HTTPUnprocessableEntity}
        if status == 413:
            raise web.HTTPRequestEntityTooLarge(0, 0, text=body, content_type=JSON)
        raise kinds[status](text=body, content_type=JSON)

    # --- what a request says

    def check_accept(self, request: Request) -> None:
        header = request.headers.get("Accept")
        if header and not parse_accept_header(header, MIMEAccept).best_match([JSON]):
            raise web.HTTPNotAcceptable

    async def body(
        self,
        request: Request,
        rules: Mapping[str, Rule],
        required: Collection[str],
        *,
        media_type: str = JSON,
        is_open: bool = False,
    ) -> dict[str, Any]:
        self.check_media_type(request, media_type)
        value = self.parse(await request.read())
        if found := faults(value, rules, required, is_open=is_open or self.open_bodies):
            self.refuse(422, "The body is not as it should be.", found)
        return {name: member for name, member in value.items() if name in rules}

    async def form(self, request: Request) -> Mapping[str, Any]:
        """The fields of a form; one that cannot be read is like one without fields."""
        try:
            return await request.post()
        except (ValueError, HttpProcessingError):
            return {}

    def check_media_type(self, request: Request, media_type: str) -> None:
        if request.content_type != media_type:
            raise web.HTTPUnsupportedMediaType

    def parse(self, body: bytes) -> Any:
        try:
            value = json.loads(body.decode("utf-8"), parse_constant=no_constant)
            json.dumps(value, ensure_ascii=False).encode()
            return value
        except (ValueError, RecursionError):
            self.refuse(400, "The body is not JSON.")

    def integer(
        self, values: Mapping[str, str], name: str, default: int, low: int, high: int
    ) -> int:
        """A whole number of a query or a cookie."""
        said = values.get(name, str(default))
        if not re.fullmatch(r"-?[0-9]{1,18}", said) or not low <= int(said) <= high:
            self.refuse(400, f"From {low} to {high}.", [{"where": name, "message": said}])
        return int(said)

    def choice(self, values: MultiMapping[str], name: str, choices: Collection[str]) -> str | None:
        """A word of a query or a header, or None where it is not there."""
        said = values.get(name)
        if said is not None and said not in choices:
            self.refuse(400, f"One of {choices}.", [{"where": name, "message": said}])
        return said

    def needed(self, values: MultiMapping[str], name: str, choices: Collection[str]) -> str:
        said = self.choice(values, name, choices)
        if said is None:
            self.refuse(400, f"{name} is missing.")
        return said


def no_constant(name: str) -> NoReturn:
    """NaN and Infinity are no JSON, though Python reads them."""
    raise ValueError(name)
