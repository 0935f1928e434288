"""Judging requests against the contract, with validators compiled once.

Rules: schemas are JSON Schema 2020-12 with formats checked (`jsonschema-rs`, from the raw
document). A fault that the document has a case for is that case, in the document's order; any
other is a `Fault` with a status and words. Only what a constraint calls certainly invalid is
refused.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import jsonschema_rs

from mock_server.requests.request import ABSENT, MalformedBodyError, Request
from tallystick.catalogue.cases import Case
from tallystick.catalogue.constraints import Constraint
from tallystick.contract import ContractOperation
from tallystick.reader.document import Document
from tallystick.reader.operations import Operation, Parameter, RequestBody, properties
from tallystick.reader.pointers import Path, look_up

_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
_NUMBERS: Mapping[str, tuple[re.Pattern[str], Callable[[str], Any]]] = {
    "integer": (re.compile(r"-?[0-9]+"), int),
    "number": (re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[Ee][+-]?[0-9]+)?"), float),
}
"""How numbers are written in a parameter; Python would take `1_0`, `１` and `nan`, too."""


@dataclass(frozen=True, slots=True)
class RequestError:
    """What is wrong with a request: a documented case, or else a status and why."""

    status: int
    detail: str
    case: Case | None = None
    headers: tuple[tuple[bytes, bytes], ...] = ()


RequestCheck = Callable[[Request], RequestError | None]
Fails = Callable[[Any], bool]
Validator = jsonschema_rs.Draft202012Validator


def compile_schema(document: Document, path: Path) -> Validator:
    """The validator of the schema at a path of the document."""
    return Validator(document.json_schema(path), validate_formats=True)


def checks(document: Document, contract: ContractOperation, limit: int) -> tuple[RequestCheck, ...]:
    """The checks of an operation, in the order in which they are made."""
    operation = contract
    status = _fault_status(operation)
    found: list[RequestCheck] = []
    parameters = [_parameter_check(document, contract, p, status) for p in operation.parameters]
    found += [check for check in parameters if check]
    if operation.request_body:
        found.append(_body_check(document, contract, operation.request_body, status, limit))
    return tuple(found)


def _fault_status(operation: Operation) -> int:
    """The status of a fault without a case: the documented one for bad requests, or 400."""
    documented = {response.status for response in operation.responses}
    return next((int(s) for s in ("400", "422") if s in documented), 400)


# --- the body


def _body_check(
    document: Document, contract: ContractOperation, body: RequestBody, status: int, limit: int
) -> RequestCheck:
    names = [media_type.name.lower() for media_type in body.media_types]
    json_check = _json_check(document, contract, status)
    accepts = ", ".join(media_type.name for media_type in body.media_types)
    unsupported = RequestError(
        415,
        f"The request body must be {accepts}.",
        # RFC 9110 section 15.5.16: the answer may name what is supported.
        headers=((b"accept", accepts.encode()),),
    )
    missing = RequestError(status, "The request body is required, and there is none.")
    too_large = RequestError(
        413,
        f"The request body is larger than {limit} bytes.",
        # The rest of the body may still be under way: the connection cannot be used again.
        headers=((b"connection", b"close"),),
    )

    def check(request: Request) -> RequestError | None:
        if not request.body:  # a too large one is not kept
            if request.too_large:
                return too_large
            return missing if body.required else None
        media_type = request.media_type
        if media_type not in names and not _in_range(media_type, names):
            return unsupported
        return json_check(request) if media_type and "json" in media_type else None

    return check


def _in_range(media_type: str | None, names: list[str]) -> bool:
    """Whether a media type lies in a documented range, such as `text/*` (OpenAPI 3.1.1 section
    4.8.14)."""
    if media_type is None:
        return False
    kind = media_type.partition("/")[0]
    return "*/*" in names or f"{kind}/*" in names


def _json_check(document: Document, contract: ContractOperation, status: int) -> RequestCheck:
    schema = _json_schema_path(contract)
    validator = compile_schema(document, schema) if schema else None
    case_checks = tuple(_case_checks(document, contract, "body", schema))
    is_faultless = _faultless(contract, validator)

    def check(request: Request) -> RequestError | None:
        try:
            value = request.value
        except MalformedBodyError as error:
            return RequestError(status, f"The request body is not valid JSON: {error}.")
        if is_faultless(value):
            return None
        if isinstance(value, dict):
            for case, fails in case_checks:
                if fails(value):
                    return RequestError(case.http_status, case.description, case)
        if validator is None or validator.is_valid(value):
            return None
        return RequestError(status, _explain(validator, value, "The request body"))

    return check


def _faultless(contract: ContractOperation, validator: Validator | None) -> Callable[[Any], bool]:
    """A quick test that most valid bodies pass: valid by schema, each property that a case is
    about there and kept. What fails it may be valid all the same, and is looked at closely.
    """
    rules: dict[str, Fails] = {}
    for case in contract.cases:
        if case.trigger and case.trigger.field and case.trigger.field.location == "body":
            refuses = case.constraint.refuser() if case.constraint else operator.not_
            if case.constraint or case.trigger.field.name not in rules:
                rules[case.trigger.field.name] = refuses
    if validator is None or any("." in name for name in rules):
        return lambda _: False
    is_valid, items = validator.is_valid, tuple(rules.items())

    def is_faultless(body: Any) -> bool:
        if not isinstance(body, dict):
            return False
        for name, refuses in items:
            value = body.get(name)
            if not value or refuses(value):
                return False
        return is_valid(body)

    return is_faultless


def _json_schema_path(operation: Operation) -> Path | None:
    body = operation.request_body
    for media_type in body.media_types if body else ():
        if "json" in media_type.name.lower():
            return media_type.schema
    return None


def _explain(validator: Validator, value: Any, what: str) -> str:
    try:
        error = next(validator.iter_errors(value))
    except ValueError:  # it explains nothing that is nested deeper than 255 levels
        return f"{what} is not valid."
    place = "".join(f"/{token}" for token in error.instance_path)
    where = f" at {place}" if place else ""
    return f"{what} is not valid{where}: {error.message}."


def _case_checks(
    document: Document, contract: ContractOperation, location: str, schema: Path | None
) -> Iterator[tuple[Case, Fails]]:
    """The documented cases of faults in the body, each with a test for it."""
    for case in contract.cases:
        field = case.trigger.field if case.trigger else None
        if case.trigger is None or field is None or field.location != location:
            continue
        keys = tuple(field.name.split("."))
        if case.trigger.fault == "missing":
            yield case, _is_missing(keys)
        else:
            place = _property_path(document, schema, keys) if schema else None
            rule = compile_schema(document, place) if place else None
            yield case, _is_invalid(keys, case.constraint, rule)


def _property_path(document: Document, schema: Path, keys: tuple[str, ...]) -> Path | None:
    for key in keys:
        found = dict(properties(document, schema)).get(key)
        if found is None:
            return None
        schema = found
    return schema


def _is_missing(keys: tuple[str, ...]) -> Fails:
    """`null` and the empty string count as missing: most services that say so bind their
    requests to objects, where neither can be told from an absent property.
    """
    return lambda body: _value_at(body, keys) in (ABSENT, None, "")


def _is_invalid(
    keys: tuple[str, ...], constraint: Constraint | None, rule: Validator | None
) -> Fails:
    """Whether a value certainly breaks its constraint, or the property's schema."""
    refuses = constraint.refuser() if constraint else None

    def is_invalid(body: Any) -> bool:
        value = _value_at(body, keys)
        if value is ABSENT:
            return False
        if refuses is not None and refuses(value):
            return True
        return rule is not None and not rule.is_valid(value)

    return is_invalid


def _value_at(body: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        if not isinstance(body, dict):
            return ABSENT
        body = body.get(key, ABSENT)
    return body


# --- parameters


def _parameter_check(
    document: Document, contract: ContractOperation, parameter: Parameter, status: int
) -> RequestCheck | None:
    read = _READERS.get(parameter.location)
    if read is None:
        return None
    rule = compile_schema(document, parameter.schema) if parameter.schema else None
    convert = _converter(document, parameter.schema) if parameter.schema else itemgetter(0)
    cases = _parameter_cases(contract, parameter)
    invalid = cases.get("invalid")
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
            return _fault(cases, "missing", status, f"{what} is required.")
        if not texts:
            return None
        value = convert(texts)
        if rule is not None and not rule.is_valid(value):
            return _fault(cases, "invalid", status, _explain(rule, value, what))
        if refuses is not None and refuses(value):
            return _fault(cases, "invalid", status, f"{what} is not valid.")
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


def _fault(cases: dict[str, Case], fault: str, status: int, detail: str) -> RequestError:
    case = cases.get(fault)
    return (
        RequestError(case.http_status, case.description, case)
        if case
        else RequestError(status, detail)
    )


def _parameter_cases(contract: ContractOperation, parameter: Parameter) -> dict[str, Case]:
    return {
        case.trigger.fault: case
        for case in reversed(contract.cases)
        if case.trigger
        and case.trigger.fault
        and case.trigger.field
        and case.trigger.field.name == parameter.name
        and case.trigger.field.location == parameter.location
    }


def _kinds(document: Document, path: Path, depth: int = 3) -> set[str]:
    """The JSON types that a schema names, in its branches, too."""
    schema, path = document.follow(look_up(document.schema_root, path), path)
    if not isinstance(schema, dict):
        return set()
    kinds = schema.get("type", [])
    found = {kinds} if isinstance(kinds, str) else set(kinds)
    if not found:  # the values may tell
        values = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())]
        found = {_TYPES[type(value)] for value in values if type(value) in _TYPES}
    for keyword in ("allOf", "anyOf", "oneOf") if depth else ():
        for index in range(len(schema.get(keyword, ()))):
            found |= _kinds(document, (*path, keyword, str(index)), depth - 1)
    return found


def _converter(document: Document, path: Path) -> Callable[[list[str]], Any]:
    """What makes the value that a parameter's texts stand for, by the types of its schema
    (OpenAPI 3.1.1 section 4.8.12.4: arrays of primitive values, in the default styles).
    """
    kinds = _kinds(document, path)
    if "array" in kinds:
        return _array(document, path)
    if "string" in kinds or not kinds:
        return itemgetter(0)
    return lambda texts: _primitive(texts[0], kinds)


def _array(document: Document, path: Path) -> Callable[[list[str]], list[Any]]:
    schema, path = document.follow(look_up(document.schema_root, path), path)
    inside = isinstance(schema, dict) and "items" in schema
    kinds = _kinds(document, (*path, "items")) if inside else set()

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
