"""Problems (RFC 9457) that the mock answers with."""

from __future__ import annotations

from starlette.responses import JSONResponse

from tallystick.generation.problem import MEDIA_TYPE, problem, reason

__all__ = ["MEDIA_TYPE", "problem", "problem_response", "reason"]


def problem_response(status: int, detail: str) -> JSONResponse:
    """An answer of the mock's own, which no document knows."""
    return JSONResponse(
        problem(status, detail),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={"tallystick-case": str(status)},
    )
