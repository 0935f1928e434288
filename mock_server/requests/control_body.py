"""Reading the body of a request to the control API. A wrong one is refused with a clear problem."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request

_LIMIT = 1024 * 1024


class ControlError(Exception):
    """A control request cannot be carried out; the message says why."""

    def __init__(self, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.status = status


async def json_object(
    request: Request, known: set[str] | None, limit: int = _LIMIT
) -> dict[str, Any]:
    """The members of the request's JSON object, any where `known` is None. Raises ControlError
    where it is none, is larger than the limit, or has a member that is not known.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise ControlError(f"The request body is larger than {limit} bytes.", 413)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ControlError(f"The request body is not valid JSON: {error.msg}.") from None
    if not isinstance(value, dict):
        raise ControlError("The request body must be a JSON object.")
    if known is not None and (unknown := sorted(value.keys() - known)):
        names = ", ".join(sorted(known))
        raise ControlError(f"The member {unknown[0]!r} is not known; known are {names}.")
    return value
