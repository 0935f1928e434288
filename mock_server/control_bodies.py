"""Reading the bodies of control requests, and refusing wrong ones with a clear problem."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request

from mock_server.faults import LONGEST_DELAY, QueuedFault, UnknownFaultError, disturbances

_LIMIT = 1024 * 1024


class ControlError(Exception):
    """A control request cannot be carried out; the message says why."""

    def __init__(self, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.status = status


async def json_object(request: Request, known: set[str]) -> dict[str, Any]:
    """The members of the request's JSON object. Raises ControlError where it is none, or has a
    member that is not known.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LIMIT:
            raise ControlError(f"The request body is larger than {_LIMIT} bytes.", 413)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ControlError(f"The request body is not valid JSON: {error.msg}.") from None
    if not isinstance(value, dict):
        raise ControlError("The request body must be a JSON object.")
    if unknown := sorted(value.keys() - known):
        names = ", ".join(sorted(known))
        raise ControlError(f"The member {unknown[0]!r} is not known; known are {names}.")
    return value


def queued_fault(body: dict[str, Any], times: int | None, match: dict[str, str]) -> QueuedFault:
    """The faults that a request's members ask to queue. Raises ControlError."""
    names = body.get("faults", [None])
    if (
        not isinstance(names, list)
        or not names
        or not all(isinstance(n, str | None) for n in names)
    ):
        raise ControlError('\'faults\' must be a list of names, such as ["reset", "slow"].')
    delay, rate = _number(body, "delay", 0, LONGEST_DELAY), _number(body, "rate", 1, 1)
    seed = body.get("seed", 0)
    if isinstance(seed, bool) or not isinstance(seed, int | float) or seed != int(seed):
        raise ControlError("'seed' must be a whole number.")
    try:
        return QueuedFault(disturbances(names, delay), times, match, rate, int(seed))
    except UnknownFaultError as error:
        raise ControlError(str(error)) from None


def _number(body: dict[str, Any], name: str, default: float, most: float) -> float:
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise ControlError(f"'{name}' must be a number from 0 to {most:g}.")
    return float(value)
