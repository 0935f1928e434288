"""Checking the parameters of requests: in the path, the query, headers and cookies."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from mock_server.requests.errors import RequestCheck, RequestError, of_case, why_invalid
from mock_server.requests.request import Request
from tallystick.catalogue.cases import Case
from tallystick.contract import ContractOperation
from tallystick.reader.document import Document
from tallystick.reader.operations import Parameter
from tallystick.reader.pointers import Path

_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
_NUMBERS: Mapping[str, tuple[re.Pattern[str], Callable[[str], Any]]] = {
    "integer": (re.compile(r"-?[0-9]+"), int),
    "number": (re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[Ee][+-]?[0-9]+)?"), float),
}
"""How numbers are written in a parameter; Python would take `1_0`, `１` and `nan`, too."""


def parameter_check(
    document: Document, operation: ContractOperation, parameter: Parameter, status: int
) -> RequestCheck | None:
    """The check of a parameter; None where its location is not known."""
    read = _READERS.get(parameter.location)
    if read is None:
        return None
    rule = document.validators.at(parameter.schema) if parameter.schema else None
    convert = _converter(document, parameter.schema) if parameter.schema else itemgetter(0)
    cases = _cases(operation, parameter)
    missing, invalid = cases.get("missing"), cases.get("invalid")
    refuses = invalid.constraint.refuser() if invalid and invalid.constraint else None
    what = f"The {parameter.location} parameter {parameter.name!r}"
    # Most requests have one plain, valid path parameter, and nothing more to be looked at.
    plain = parameter.location == "path" and isinstance(convert, itemgetter) and refuses is None
    is_valid = rule.is_valid if rule is not None and plain else lambda _: False
    name = parameter.name

    def check(request: Request) -> RequestError | None:
        if plain and is_valid(request.path[name]):
            return None
        texts = read(request, name)
        if not texts and parameter.required:
            return _error(missing, status, f"{what} is required.")
        if not texts:
            return None
        value = convert(texts)
        if rule is not None and not rule.is_valid(value):
            return _error(invalid, status, why_invalid(rule, value, what))
        if refuses is not None and refuses(value):
            return _error(invalid, status, f"{what} is not valid.")
        return None

    return check


def _read_header(request: Request, name: str) -> list[str]:
    value = request.headers.get(name.lower().encode("latin-1", "replace"))
    return [] if value is None else [value.decode("latin-1")]


def _read_cookie(request: Request, name: str) -> list[str]:
    value = request.cookies.get(name)
    return [] if value is None else [value]


_READERS: dict[str, Callable[[Request, str], list[str]]] = {
    "path": lambda request, name: [request.path[name]],
    "query": lambda request, name: request.query.get(name, []),
    "header": _read_header,
    "cookie": _read_cookie,
}


def _error(case: Case | None, status: int, detail: str) -> RequestError:
    return of_case(case) if case else RequestError(status, detail)


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


def _kinds(document: Document, schema: Any, depth: int = 3) -> set[str]:
    """The JSON types that a schema names, in its branches, too."""
    schema = document.dereferenced(schema)
    if not isinstance(schema, dict):
        return set()
    kinds = schema.get("type", [])
    found = {kinds} if isinstance(kinds, str) else set(kinds)
    if not found:  # the values may show them
        values = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())]
        found = {_TYPES[type(value)] for value in values if type(value) in _TYPES}
    for keyword in ("allOf", "anyOf", "oneOf") if depth else ():
        for branch in schema.get(keyword, ()):
            found |= _kinds(document, branch, depth - 1)
    return found


def _converter(document: Document, path: Path) -> Callable[[list[str]], Any]:
    """What makes the value that a parameter's texts stand for, by the types of its schema
    (OpenAPI 3.1.1 section 4.8.12.4: arrays of primitive values, in the default styles).
    """
    schema = document.schema_at(path)
    kinds = _kinds(document, schema)
    if "array" in kinds:
        return _array(document, schema)
    if "string" in kinds or not kinds:
        return itemgetter(0)
    return lambda texts: _primitive(texts[0], kinds)


def _array(document: Document, schema: Any) -> Callable[[list[str]], list[Any]]:
    schema = document.dereferenced(schema)
    inside = isinstance(schema, dict) and "items" in schema
    kinds = _kinds(document, schema["items"]) if inside else set()

    def convert(texts: list[str]) -> list[Any]:
        parts = texts if len(texts) > 1 else texts[0].split(",")
        return [part if "string" in kinds else _primitive(part, kinds) for part in parts]

    return convert


def _primitive(text: str, kinds: set[str]) -> Any:
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    for kind, (pattern, convert) in _NUMBERS.items():
        if kind in kinds and pattern.fullmatch(text):
            try:
                return convert(text)
            except ValueError:  # more digits than Python reads
                break
    return text
