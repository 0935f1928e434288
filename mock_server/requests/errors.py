"""What may be wrong with a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mock_server.requests.request import Header, Request
from tallystick.catalogue.cases import Case
from tallystick.reader.schemas.validators import Validator


@dataclass(frozen=True, slots=True)
class RequestError:
    """What is wrong with a request: a documented case, or else a status and why."""

    status: int
    detail: str
    case: Case | None = None
    headers: tuple[Header, ...] = ()


RequestCheck = Callable[[Request], RequestError | None]


def of_case(case: Case) -> RequestError:
    """The error that a documented case describes."""
    return RequestError(case.http_status, case.description, case)


def why_invalid(validator: Validator, value: Any, what: str) -> str:
    """Why a value is not valid, in one sentence."""
    try:
        error = next(validator.iter_errors(value))
    except ValueError:  # it explains nothing that is nested deeper than 255 levels
        return f"{what} is not valid."
    place = "".join(f"/{token}" for token in error.instance_path)
    where = f" at {place}" if place else ""
    return f"{what} is not valid{where}: {error.message}."
