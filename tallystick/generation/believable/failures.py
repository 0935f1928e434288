"""The members of an error, as they are for its status (RFC 9110 section 15)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

SENTENCES: Mapping[int, str] = {
    400: "The request is not valid.",
    401: "Authentication is required.",
    402: "A payment is required.",
    403: "You are not allowed to do this.",
    404: "The resource was not found.",
    405: "The method is not allowed here.",
    406: "None of the accepted media types is available.",
    408: "The request took too long.",
    409: "The request conflicts with the current state of the resource.",
    410: "The resource is no longer available.",
    412: "A condition of the request does not hold.",
    413: "The request body is too large.",
    415: "The media type of the request is not supported.",
    422: "Some of the values are not valid.",
    423: "The resource is locked.",
    428: "The request needs a condition.",
    429: "There were too many requests. Try again later.",
    500: "Something went wrong on our side.",
    501: "This is not implemented.",
    502: "A service behind this one gave no valid response.",
    503: "The service is not available at the moment. Try again later.",
    504: "A service behind this one did not respond in time.",
}
"""What an error says, by its status."""


def error_members(status: int) -> Mapping[str, tuple[Any, ...]]:
    """Candidates for the members of an error, by the letters of their names."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Error"
    code = re.sub(r"[^A-Z]+", "_", phrase.upper()).strip("_")
    sentence = SENTENCES.get(status, f"{phrase}.")
    words = (sentence, phrase, code)
    return {
        **dict.fromkeys(("code", "errorcode", "errcode", "reason", "errorkey"), (code, status)),
        **dict.fromkeys(("status", "statuscode", "httpstatus"), (status, str(status), phrase)),
        **dict.fromkeys(("httpcode", "httpstatuscode"), (status, str(status))),
        **dict.fromkeys(("message", "msg", "errormessage", "description", "text"), words),
        **dict.fromkeys(("detail", "details", "errordescription", "usermessage"), words),
        "title": (phrase,),
        "error": (phrase, code, True),
        "errors": words,
        "name": (code, phrase),
        "type": ("about:blank", code.lower()),
        **dict.fromkeys(("success", "ok"), (False,)),
    }
