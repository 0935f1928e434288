"""What the Flask service answers to what is wrong."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Flask, Response, abort, jsonify
from werkzeug.exceptions import HTTPException

from tests.crud.store import Missing, Taken


def refuse(status: int, message: str, details: list[dict[str, str]] | None = None) -> NoReturn:
    error = jsonify(error={"message": message, "details": details or []})
    error.status_code = status
    abort(error)


def problem(error: HTTPException) -> Response:
    """Flask's own errors as problems (RFC 9457)."""
    response: Any = error.get_response()
    if error.response is None:
        members = {"title": error.name, "status": error.code, "detail": error.description}
        response.data = json.dumps(members)
        response.content_type = "application/problem+json"
    return response


def missing(_: Missing) -> Response:
    return problem_of(HTTPStatus.NOT_FOUND, "There is nothing with this id.")


def taken(_: Taken) -> Response:
    return problem_of(HTTPStatus.CONFLICT, "There is a bike with this frame number.")


def problem_of(status: HTTPStatus, detail: str) -> Response:
    members = {"title": status.phrase, "status": status, "detail": detail}
    return Response(json.dumps(members), status, content_type="application/problem+json")


def register(app: Flask) -> None:
    app.register_error_handler(HTTPException, problem)
    app.register_error_handler(Missing, missing)
    app.register_error_handler(Taken, taken)
