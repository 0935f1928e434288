"""Checking the parameters of requests: in the path, the query, headers and cookies.

Rules: how a parameter is read is decided once, when its operation is made: by its location, its
style (`styles`), and its schema (`shapes`). What is written may stand for several values; the
parameter is right if the schema takes one of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote, unquote_plus

from mock_server.requests.bodies import UNJUDGED, decoder, read_text
from mock_server.requests.decoding import styles
from mock_server.requests.decoding.contents import Content, MalformedBodyError
from mock_server.requests.decoding.media_types import parsed
from mock_server.requests.decoding.shapes import ANYTHING, Decode, Shape, coerced, shape_at
from mock_server.requests.decoding.styles import Named, Pairs, Readings
from mock_server.requests.errors import RequestCheck, RequestError, why_invalid
from mock_server.requests.projection import path_parameters
from mock_server.requests.request import RAW_PATH, Request
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation
from tallystick.reader.document import Document
from tallystick.reader.operations import Parameter
from tallystick.reader.pointers import Path
from tallystick.reader.schemas.validators import Validator

_IGNORED = {"accept", "content-type", "authorization"}
"""Header parameters whose definition shall be ignored (OpenAPI 3.1.1 section 4.8.12.1)."""

_LOCATIONS = {"path", "query", "querystring", "header", "cookie"}

Read = Callable[[Request], Readings | None]
"""Gives what a request has for a parameter, or None where it has nothing."""


class MalformedParameterError(Exception):
    """A parameter is not what its media type says; the message says why."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What decides how a parameter is read. `taken` are the names of the other parameters of the
    query, `path_name` is the routing projection's name.
    """

    name: str
    location: str
    style: str
    explode: bool
    shape: Shape = ANYTHING
    media_type: str | None = None
    allow_reserved: bool = False
    taken: frozenset[str] = frozenset()
    path_name: str = ""

    def values(self) -> Callable[[Request], Iterator[Any] | None]:
        """What reads the values that a request may mean, the likeliest first; None where the
        request does not have the parameter.
        """
        if self.media_type is not None:
            return _of_media_type(self, self.media_type)
        read, decodes, shape = _reader(self), _decodes(self), self.shape
        readings = [(decode, typed) for decode in decodes for typed in (True, False)]

        def values(request: Request) -> Iterator[Any] | None:
            found = read(request)
            if found is None:
                return None
            return (
                coerced(raw, shape, decode, typed=typed)
                for raw in found
                for decode, typed in readings
            )

        return values


def parameter_check(
    document: Document, operation: ContractOperation, parameter: Parameter, status: int
) -> RequestCheck | None:
    """The check of a parameter; None where there is nothing to check."""
    location, name = parameter.location, parameter.name
    if location not in _LOCATIONS or (location == "header" and name.lower() in _IGNORED):
        return None
    schema, media_type = _content(document, parameter)
    rule = document.validators.at(schema) if schema else None
    cases = _cases(operation, parameter)
    missing, invalid = cases.get("missing"), cases.get("invalid")
    refuses = invalid.constraint.refuser() if invalid and invalid.constraint else None
    what, place = f"The {location} parameter {name!r}", f"{location}.{name}"
    definition = _definition(document, operation, parameter, schema, media_type)
    values = definition.values()
    empty_is_valid = _flag(document, parameter, "allowEmptyValue")
    wanted = f"{what} is not written as the style {definition.style!r} wants it" + (
        ", exploded." if definition.explode else "."
    )

    is_required = parameter.required
    why_not = _judge(rule, refuses, what, wanted)

    def check(request: Request) -> RequestError | None:
        try:
            found = values(request)
            if found is None:
                if not is_required:
                    return None
                return _error(missing, status, f"{what} is required.", place)
            why = why_not(found)
        except MalformedParameterError as error:
            return _error(invalid, status, f"{what} is {error}.", place)
        if why is None or (empty_is_valid and request.query.get(name) == [""]):
            return None
        return _error(invalid, status, why, place)

    if rule is None or refuses is not None or not _is_plain(definition):
        return check
    return _quick(check, rule.is_valid, name)


def _judge(
    rule: Validator | None, refuses: Callable[[Any], bool] | None, what: str, wanted: str
) -> Callable[[Iterator[Any]], str | None]:
    """What says why the likeliest of some values is not valid; None where one of them is."""

    def why_not(found: Iterator[Any]) -> str | None:
        why = None
        for value in found:
            is_valid = rule is None or value is UNJUDGED or rule.is_valid(value)
            if is_valid and (refuses is None or not refuses(value)):
                return None
            if why is None:
                why = f"{what} is not valid."
                if rule is not None and not is_valid:
                    why = why_invalid(rule, value, what)
                    if why is None:
                        return None
        return why or wanted

    return why_not


def _is_plain(definition: Definition) -> bool:
    """Whether a parameter is just its text in the path."""
    return (
        definition.location == "path"
        and definition.style == "simple"
        and definition.shape.is_plain_text
        and definition.media_type is None
    )


def _quick(check: RequestCheck, is_valid: Callable[[Any], bool], name: str) -> RequestCheck:
    """The same check. Most requests have one plain, valid path parameter, and nothing more to be
    looked at.
    """

    def quick(request: Request) -> RequestError | None:
        return None if is_valid(request.path[name]) else check(request)

    return quick


def _content(document: Document, parameter: Parameter) -> tuple[Path | None, str | None]:
    """Where the schema of a parameter is, and its media type, where it has one."""
    if parameter.schema or not parameter.is_declared:
        return parameter.schema, None
    for media_type, node in document.at(parameter.path).map("content"):
        if isinstance(node.value, dict) and "schema" in node.value:
            return (*node.path, "schema"), media_type
        return None, media_type
    return None, None


def _definition(
    document: Document,
    operation: ContractOperation,
    parameter: Parameter,
    schema: Path | None,
    media_type: str | None,
) -> Definition:
    others = (other.name for other in operation.parameters if other.location == parameter.location)
    path_names = {name: ours for ours, name in path_parameters(operation.path).items()}
    return Definition(
        parameter.name,
        parameter.location,
        parameter.style,
        parameter.explode,
        shape_at(document, schema) if schema else ANYTHING,
        media_type,
        _flag(document, parameter, "allowReserved"),
        frozenset(name for name in others if name != parameter.name),
        path_names.get(parameter.name, ""),
    )


def _flag(document: Document, parameter: Parameter, name: str) -> bool:
    value = document.at(parameter.path).value if parameter.is_declared else {}
    return isinstance(value, dict) and value.get(name) is True


def _decodes(definition: Definition) -> tuple[Decode, ...]:
    """How texts are decoded; where there are several ways, the first is the likeliest."""
    if definition.location == "query":
        # A plus is a space in forms, and so in most queries; reserved, it is itself (RFC 3986).
        return (unquote, unquote_plus) if definition.allow_reserved else (unquote_plus,)
    if definition.location == "path":
        return (unquote,)
    if definition.style == "cookie":  # OpenAPI 3.2: nothing is encoded
        return (str,)
    # Headers are not encoded (OpenAPI 3.1.1 appendix D), but some clients do.
    return (str, unquote) if definition.location == "header" else (unquote, str)


# --- where the texts are


def _reader(definition: Definition) -> Read:
    reader = {
        "path": _path_reader,
        "query": _query_reader,
        "header": _header_reader,
        "cookie": _cookie_reader,
    }[definition.location]
    return reader(definition)


def _path_text(request: Request, definition: Definition) -> str:
    raw = request.scope.get(RAW_PATH)
    # What holds no escape is the same on the wire; a percent sign in it was one.
    if raw is None:
        return request.path[definition.name].replace("%", "%25")
    text: str = raw[definition.path_name]
    return text


def _path_reader(definition: Definition) -> Read:
    shape, explode = definition.shape, definition.explode
    read = {
        "label": partial(styles.label, shape=shape, explode=explode),
        "matrix": partial(styles.matrix, shape=shape, name=definition.name, explode=explode),
    }.get(definition.style, partial(styles.simple, shape=shape, explode=explode))
    return lambda request: read(_path_text(request, definition))


def _query_reader(definition: Definition) -> Read:
    named = Named(definition.name, definition.shape, definition.taken)
    read = _paired(definition)
    return lambda request: read(named, request.pairs)


def _paired(definition: Definition) -> Callable[[Named, Pairs], Readings | None]:
    return styles.PAIRED.get(
        (definition.style, definition.explode), styles.PAIRED["form", definition.explode]
    )


def _header_reader(definition: Definition) -> Read:
    name = definition.name.lower().encode("latin-1", "replace")

    def read(request: Request) -> Readings | None:
        if name not in request.headers:
            return None
        lines = [value for key, value in request.scope.get("headers", ()) if key == name]
        # Several lines are one list (RFC 9110 section 5.3).
        value = b", ".join(lines) if lines else request.headers[name]
        text = value.decode("latin-1")
        return styles.simple_header(text, definition.shape, explode=definition.explode)

    return read


def _cookie_reader(definition: Definition) -> Read:
    """In the style `form`, an ampersand stands between pairs as it does in a query, though that
    makes no proper cookies of them (OpenAPI 3.1.1 appendix D); clients send proper ones.
    """
    named = Named(definition.name, definition.shape, definition.taken)
    read = _paired(definition)
    separators = ("[;]", "[;&]") if definition.style == "form" else ("[;]",)
    patterns = [re.compile(separator) for separator in separators]

    def read_cookies(request: Request) -> Readings | None:
        header = request.headers.get(b"cookie")
        if header is None:
            return None
        text = header.decode("latin-1")
        found: Readings = []
        is_there = False
        for pattern in patterns:
            readings = read(named, _cookies(pattern.split(text)))
            is_there |= readings is not None
            found += readings or []
        return found if is_there else None

    return read_cookies


def _cookies(parts: list[str]) -> Pairs:
    split = (part.strip().partition("=") for part in parts if "=" in part)
    return [(name, value) for name, _, value in split]


def _of_media_type(
    definition: Definition, media_type: str
) -> Callable[[Request], Iterator[Any] | None]:
    """A parameter with `content`: one text of that media type."""
    text_of = _text_reader(definition)
    decode = decoder(parsed(media_type).name) or read_text
    decode_text, content = _decodes(definition)[0], Content(shape=definition.shape)

    def values(request: Request) -> Iterator[Any] | None:
        text = text_of(request)
        if text is None:
            return None
        try:
            return iter((decode(decode_text(text).encode(), content),))
        except MalformedBodyError as error:
            raise MalformedParameterError(str(error)) from None

    return values


def _text_reader(definition: Definition) -> Callable[[Request], str | None]:
    if definition.location == "path":
        return lambda request: _path_text(request, definition)
    if definition.location == "querystring":  # OpenAPI 3.2: the whole query
        return lambda request: request.scope["query_string"].decode("latin-1") or None
    plain = Definition(definition.name, definition.location, "form", explode=True)
    read = _reader(plain)

    def text(request: Request) -> str | None:
        found = read(request)
        return str(found[0]) if found else None

    return text


# --- documented cases


def _error(case: Case | None, status: int, detail: str, place: str) -> RequestError:
    return RequestError(case.http_status if case else status, detail, case, place=place)


def _cases(operation: ContractOperation, parameter: Parameter) -> dict[str, Case]:
    return {
        case.trigger.fault: case
        for case in reversed(operation.cases)
        if case.trigger
        and case.trigger.fault
        and case.trigger.field
        and case.trigger.field.name == parameter.name
        and case.trigger.field.location == parameter.location
    }
