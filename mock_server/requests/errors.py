"""What may be wrong with a request.

Rules: a refusal says which parameter or member is wrong and what the document wants, and never
repeats what may be a credential.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote_plus

from jsonschema_rs import ValidationError

from mock_server.requests.request import Header, Request
from tallystick.catalogue.cases import Case
from tallystick.reader.schemas.validators import (
    UNEXPLAINED,
    Unexplained,
    Validator,
    errors,
    first_error,
)


@dataclass(frozen=True, slots=True)
class RequestError:
    """What is wrong with a request: a documented case, or else a status and why. `place` names the
    part that is wrong as forces do: `query.page`, or `body` where no member of it can be named.
    """

    status: int
    detail: str
    case: Case | None = None
    headers: tuple[Header, ...] = ()
    place: str = ""


RequestCheck = Callable[[Request], RequestError | None]


_LONGEST = 300
_SECRET_WORDS = (
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "credential",
)


_SECRET_NAME = re.compile(r"(?:^|[_-])(?:key|auth|sig|signature)$")
"""Names of query members whose values may be secret, besides."""


def refusal_headers(detail: str) -> tuple[Header, ...]:
    """The header that says why a request was refused, where the body is the document's."""
    text = detail.encode("ascii", "backslashreplace")[:_LONGEST]
    # No control character may stand in a field (RFC 9110 section 5.5), DEL neither.
    return ((b"tallystick-error", bytes(b if 32 <= b != 127 else 32 for b in text)),)


def why_invalid(validator: Validator, value: Any, what: str) -> str | None:
    """Why a value is not valid, in one sentence; None where that cannot be decided in time."""
    error = first_error(validator, value)
    return None if error is None else _sentence(error, what)


def wrong_member(validator: Validator, value: Any) -> str:
    """The member that is not valid in the value of a body, as forces name it: `body.name`."""
    error = first_error(validator, value)
    if error is None:
        return "body"
    missing = [getattr(error.kind, "property", "")] if error.kind.name == "required" else []
    return ".".join(["body", *map(str, error.instance_path), *missing])


def each_invalid(validator: Validator, value: Any, what: str) -> Iterator[str]:
    """All that is certainly not valid in a value of the user's own, a sentence each."""
    for error in errors(validator, value):
        yield _sentence(error, what)


def _sentence(error: ValidationError | Unexplained, what: str) -> str:
    if error is UNEXPLAINED:
        return f"{what} is not valid."
    place = "".join(f"/{token}" for token in error.instance_path)
    where = f" at {place}" if place else ""
    if is_secret(f"{what}{place}") or _shows_secret(error.message):
        return f"{what} is not valid{where}: it breaks the keyword {error.kind.name!r}."
    return f"{what} is not valid{where}: {error.message}."


def _shows_secret(message: str) -> bool:
    """Whether a message shows an object that holds what may be a credential."""
    return message[:1] in "{[" and any(word in message.lower() for word in _SECRET_WORDS)


def is_secret(name: str) -> bool:
    """Whether what a name stands for may be a credential, which nothing may repeat."""
    return any(word in name.lower().replace("-", "_") for word in _SECRET_WORDS)


def shown_query(query: str, keys: Collection[str]) -> str:
    """A query as it came, but for the values that may be secret: those of `keys`, names in lower
    case, and of names that sound so.
    """
    members = []
    for member in query.split("&"):
        name = member.partition("=")[0]
        plain = unquote_plus(name).lower()
        is_hidden = plain in keys or is_secret(plain) or _SECRET_NAME.search(plain)
        members.append(f"{name}={quote('…')}" if is_hidden else member)
    return "&".join(members)
