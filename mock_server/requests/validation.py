"""Checking requests against the contract.

Rules: schemas are JSON Schema 2020-12 with formats checked (`mock_server.validators`). An error
that the document has a case for is that case, in the document's order; any other is a
`RequestError` with a status and words. Only what a constraint calls certainly invalid is refused.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

from mock_server.requests.bodies import MalformedBodyError, decoder, is_in_range
from mock_server.requests.errors import RequestCheck, RequestError, of_case, why_invalid
from mock_server.requests.parameters import parameter_check
from mock_server.requests.request import ABSENT, Request
from tallystick.catalogue.cases import Case
from tallystick.catalogue.constraints import Constraint
from tallystick.contract import ContractOperation
from tallystick.reader.document import Document
from tallystick.reader.operations import Operation, RequestBody, properties
from tallystick.reader.pointers import Path
from tallystick.reader.schemas.validators import Validator

Fails = Callable[[Any], bool]


def checks(
    document: Document, operation: ContractOperation, limit: int
) -> tuple[RequestCheck, ...]:
    """The checks of an operation, in the order in which they are made. `limit` is the largest body
    in bytes.
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
    names = [media_type.name.lower() for media_type in body.media_types]
    value_check = _value_check(document, operation, body, status)
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
        if media_type not in names and not is_in_range(media_type, names):
            return unsupported
        return value_check(request) if decoder(media_type) else None

    return check


def _value_check(
    document: Document, operation: ContractOperation, body: RequestBody, status: int
) -> RequestCheck:
    """The check of a body that a decoder reads."""
    schema = next((m.schema for m in body.media_types if decoder(m.name)), None)
    validator = document.validators.at(schema) if schema else None
    case_checks = tuple(_case_checks(document, operation, schema))
    is_plainly_valid = _plainly_valid(operation, validator)

    def check(request: Request) -> RequestError | None:
        try:
            value = request.value
        except MalformedBodyError as error:
            return RequestError(status, f"The request body is {error}.")
        if is_plainly_valid(value):
            return None
        if isinstance(value, dict):
            for case, fails in case_checks:
                if fails(value):
                    return of_case(case)
        if validator is None or validator.is_valid(value):
            return None
        return RequestError(status, why_invalid(validator, value, "The request body"))

    return check


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
            yield case, _is_missing(keys)
        else:
            place = _property_path(document, schema, keys) if schema else None
            rule = document.validators.at(place) if place else None
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
    requests to objects, which cannot distinguish either from an absent property.
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
