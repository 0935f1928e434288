"""Checking requests against the contract.

Rules: schemas are JSON Schema 2020-12 with formats checked (`mock_server.validators`). An error
that the document has a case for is that case, in the document's order; any other is a
`RequestError` with a status and words. Only what a constraint calls certainly invalid is refused.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from mock_server.requests.bodies import (
    UNJUDGED,
    decoder,
    is_sequential,
    read_bytes,
    read_json,
)
from mock_server.requests.decoding.caching import cached
from mock_server.requests.decoding.contents import (
    Content,
    FormField,
    MalformedBodyError,
    UnsupportedPartError,
    form_fields,
)
from mock_server.requests.decoding.forms import read_form
from mock_server.requests.decoding.media_types import chosen, parsed
from mock_server.requests.decoding.multipart import read_multipart
from mock_server.requests.decoding.shapes import ANYTHING, shape_at
from mock_server.requests.errors import RequestCheck, RequestError, why_invalid, wrong_member
from mock_server.requests.parameters import parameter_check
from mock_server.requests.request import ABSENT, Request
from tallystick.catalogue.cases import Case
from tallystick.catalogue.constraints import Constraint
from tallystick.contract import ContractOperation
from tallystick.reader.document import Document
from tallystick.reader.operations import MediaType, Operation, RequestBody, properties
from tallystick.reader.pointers import Path
from tallystick.reader.schemas.validators import Validator

Fails = Callable[[Any], bool]


def checks(
    document: Document, operation: ContractOperation, limit: int
) -> tuple[RequestCheck, ...]:
    """The checks of an operation, in the order in which they are made. `limit` is the largest body
    in bytes, as `body_limit` has it.
    """
    status = _error_status(operation)
    parameters = (parameter_check(document, operation, p, status) for p in operation.parameters)
    found = [check for check in parameters if check]
    if operation.request_body:
        found.append(_body_check(document, operation, operation.request_body, status, limit))
    return tuple(found)


def _error_status(operation: Operation) -> int:
    """The status of an error without a case: the documented one for bad requests, or 400."""
    documented = {response.status for response in operation.responses}
    return next((int(s) for s in ("400", "422") if s in documented), 400)


def _body_check(
    document: Document, operation: ContractOperation, body: RequestBody, status: int, limit: int
) -> RequestCheck:
    names = [media_type.name for media_type in body.media_types]
    value_checks = [
        _value_check(document, operation, media_type, status) for media_type in body.media_types
    ]
    accepts = ", ".join(names)
    unsupported = RequestError(
        415,
        f"The request body must be {accepts}.",
        _coded(operation, "415"),
        # RFC 9110 section 15.5.16: the answer may name what is supported.
        headers=((b"accept", accepts.encode()),),
        place="header.content-type",
    )
    missing = RequestError(status, "The request body is required, and there is none.", place="body")
    too_large = RequestError(
        413,
        f"The request body is larger than {limit} bytes.",
        next((case for case in operation.cases if case.status == "413"), None),
        # The rest of the body may still be under way: the connection cannot be used again.
        headers=((b"connection", b"close"),),
        place="body",
    )

    @cached(64)
    def value_check(content_type: bytes) -> RequestCheck | None:
        text = content_type.decode("latin-1")
        index = chosen(names, text)
        return None if index is None else value_checks[index](text)

    def check(request: Request) -> RequestError | None:
        if not request.body:  # a too large one is not kept
            if request.too_large:
                return too_large
            return missing if body.required else None
        found = value_check(request.headers.get(b"content-type", b""))
        return unsupported if found is None else found(request)

    return check


def _coded(operation: ContractOperation, status: str) -> Case | None:
    """The first case of a status that has a code. One without says less than the error does."""
    return next((case for case in operation.cases if case.status == status and case.code), None)


def _value_check(
    document: Document, operation: ContractOperation, media_type: MediaType, status: int
) -> Callable[[str], RequestCheck]:
    """What makes the check of bodies with a Content-Type, which the documented media type takes."""
    schema = media_type.schema
    judge, is_plainly_valid = _judges(document, operation, media_type, status)
    shape = shape_at(document, schema) if schema else ANYTHING
    # RFC 9110 section 15.5.16: the media type may be wrong within the content, too.
    is_documented = any(response.status == "415" for response in operation.responses)
    part_status, of_part = 415 if is_documented else status, _coded(operation, "415")

    @cache
    def fields() -> tuple[FormField, ...]:
        return form_fields(document, media_type, shape)

    def of_json(request: Request) -> RequestError | None:
        try:
            value = request.json
        except MalformedBodyError as error:
            return RequestError(status, f"The request body is {error}.", place="body")
        return None if is_plainly_valid(value) else judge(value)

    def make(content_type: str) -> RequestCheck:
        named = parsed(content_type)
        decode = decoder(named.name) or read_bytes
        if decode is read_json:
            return of_json
        is_form = decode in (read_form, read_multipart)
        content = Content(named.parameters, shape, fields() if is_form else ())

        def check(request: Request) -> RequestError | None:
            try:
                value = decode(request.body, content)
            except UnsupportedPartError as error:
                return RequestError(part_status, f"The request body is {error}.", of_part)
            except MalformedBodyError as error:
                return RequestError(status, f"The request body is {error}.", place="body")
            return None if value is UNJUDGED or is_plainly_valid(value) else judge(value)

        return check

    return make


def _judges(
    document: Document, operation: ContractOperation, media_type: MediaType, status: int
) -> tuple[Callable[[Any], RequestError | None], Callable[[Any], bool]]:
    """What says why the value of a body is wrong, None where it is right; and the quick test that
    comes before it.
    """
    validator, of_items = _validators(document, media_type)
    case_checks = tuple(_case_checks(document, operation, media_type.schema))

    def judge(value: Any) -> RequestError | None:
        if isinstance(value, dict):
            for case, fails in case_checks:
                if fails(value):
                    return _of_case(case)
        if validator is not None and not validator.is_valid(value):
            why = why_invalid(validator, value, "The request body")
            if why is not None:
                return RequestError(status, why, place=wrong_member(validator, value))
        return None if of_items is None else _wrong_item(of_items, value, status)

    return judge, _plainly_valid(operation, validator)


def _of_case(case: Case) -> RequestError:
    """The error of a member of the body that a documented case is about."""
    trigger = case.trigger
    name = trigger.field.name if trigger and trigger.field else ""
    is_missing = trigger is not None and trigger.fault == "missing"
    why = "is required" if is_missing else "is not valid"
    words = f"The member {name!r} of the request body {why}: {case.description}"
    return RequestError(case.http_status, words, case, place=f"body.{name}")


def _wrong_item(validator: Validator, items: list[Any], status: int) -> RequestError | None:
    for index, item in enumerate(items):
        if not validator.is_valid(item):
            why = why_invalid(validator, item, f"Item {index} of the request body")
            if why is not None:
                return RequestError(status, why, place="body")
    return None


def _validators(
    document: Document, media_type: MediaType
) -> tuple[Validator | None, Validator | None]:
    """The validators of a body and of its items. Until OpenAPI 3.2, with its `itemSchema`, the
    schema of a sequence was written for each of its items, or else for the list.
    """
    value = document.at(media_type.path).value
    whole, items = media_type.schema, None
    if isinstance(value, dict) and is_sequential(media_type.name):
        if "itemSchema" in value:
            items = (*media_type.path, "itemSchema")
        elif whole and "array" not in shape_at(document, whole).kinds:
            whole, items = None, whole
    made = [document.validators.at(place, "request") if place else None for place in (whole, items)]
    return made[0], made[1]


def _plainly_valid(
    operation: ContractOperation, validator: Validator | None
) -> Callable[[Any], bool]:
    """A quick test that most valid bodies pass: the schema takes the body, and each property that a
    case is about is there and keeps its constraint. A body that fails the test may be valid all the
    same, and is looked at closely.
    """
    rules: dict[str, Fails] = {}
    for case in operation.cases:
        if case.trigger and case.trigger.field and case.trigger.field.location == "body":
            refuses = case.constraint.refuser() if case.constraint else operator.not_
            if case.constraint or case.trigger.field.name not in rules:
                rules[case.trigger.field.name] = refuses
    if validator is None or any("." in name for name in rules):
        return lambda _: False
    is_valid, items = validator.is_valid, tuple(rules.items())

    def is_plainly_valid(body: Any) -> bool:
        if not isinstance(body, dict):
            return False
        for name, refuses in items:
            value = body.get(name)
            if not value or refuses(value):
                return False
        return is_valid(body)

    return is_plainly_valid


def _case_checks(
    document: Document, operation: ContractOperation, schema: Path | None
) -> Iterator[tuple[Case, Fails]]:
    """The documented cases of errors in the body, each with a test for it."""
    for case in operation.cases:
        field = case.trigger.field if case.trigger else None
        if case.trigger is None or field is None or field.location != "body":
            continue
        keys = tuple(field.name.split("."))
        if case.trigger.fault == "missing":
            yield case, _is_missing(keys, are_required=_are_required(document, schema, keys[:-1]))
        else:
            place = _property_path(document, schema, keys) if schema else None
            rule = document.validators.at(place, "request") if place else None
            yield case, _is_invalid(keys, case.constraint, rule)


def _property_path(document: Document, schema: Path, keys: tuple[str, ...]) -> Path | None:
    for key in keys:
        found = dict(properties(document, schema)).get(key)
        if found is None:
            return None
        schema = found
    return schema


def _are_required(document: Document, schema: Path | None, keys: tuple[str, ...]) -> bool:
    """Whether each of these nested properties is required."""
    for key in keys:
        if schema is None or key not in _required(document, schema):
            return False
        schema = dict(properties(document, schema)).get(key)
    return True


def _required(document: Document, schema: Path) -> set[str]:
    """The names that an object schema, or a part of its `allOf`, requires."""
    node = document.at(schema)
    if not isinstance(node.value, dict):
        return set()
    names = {one for one in node.value.get("required", ()) if isinstance(one, str)}
    for branch in node.list("allOf"):
        names |= _required(document, branch.path)
    return names


def _is_missing(keys: tuple[str, ...], *, are_required: bool) -> Fails:
    """`null` and the empty string count as missing: most services that say so bind their
    requests to objects, which cannot distinguish either from an absent property. What is in an
    optional object is not missing where there is no such object.
    """
    *parents, _ = keys

    def is_missing(body: Any) -> bool:
        if not are_required and _value_at(body, tuple(parents)) in (ABSENT, None):
            return False
        return _value_at(body, keys) in (ABSENT, None, "")

    if not parents:
        return lambda body: _value_at(body, keys) in (ABSENT, None, "")
    return is_missing


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
